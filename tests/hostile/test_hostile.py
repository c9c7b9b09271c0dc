"""Hostile pictures: a finished picture or a rejection with a reason, nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from outcome import Outcome, Reason
from pictures.formats.registry import FORMATS
from pictures.isolation.decoder import Decoder, IsolatedMaker
from pictures.model import PictureSpec
from tests.hostile.bombs import bombs
from tests.hostile.crafted import crafted
from tests.hostile.judge import Judge, Verdict
from tests.hostile.mutations import CANARY, mutate
from tests.hostile.structure import parts
from tests.samples.pictures import good

CRAFTED, GOOD = crafted(), good()
LARGEST = {title for title in CRAFTED if title.endswith("-largest")}
# Within the limit of pixels, and of a kind that takes more memory than a worker has at
# MemorySize 1024: a whole HEVC picture of 50 MP, deep colour with transparency, WebP.
BEYOND = {
    "avif-12-bit-alpha-largest",
    "heic-10-bit-alpha-largest",
    "heic-largest",
    "webp-cut-largest",
    "webp-largest",
}
REJECTED = {reason.value for reason in Reason if reason.outcome is Outcome.REJECTED}
DAMAGED = 100  # random files of each format


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """Provide the child process that all files are judged in."""
    with Judge() as started:
        yield started


@pytest.mark.parametrize("title", sorted(CRAFTED.keys() - LARGEST))
def test_crafted(judge: Judge, title: str) -> None:
    """Files that are hostile by design keep the rule."""
    verdict = judge(CRAFTED[title])

    assert not verdict.broken, verdict


@pytest.mark.parametrize("title", sorted(LARGEST - BEYOND))
def test_largest(judge: Judge, title: str) -> None:
    """A picture of exactly the admitted number of pixels is not rejected."""
    assert judge(CRAFTED[title]).text == "made"


@pytest.mark.parametrize("title", sorted(BEYOND))
def test_beyond_memory(judge: Judge, title: str) -> None:
    """A picture that needs more memory than allowed is rejected for that reason."""
    assert judge(CRAFTED[title]).text == "decoder-out-of-memory"


@pytest.mark.parametrize("title", sorted(BEYOND))
def test_more_memory(title: str) -> None:
    """With more memory for the function the same file becomes a picture."""
    decoder = Decoder(memory=1_400, time_limit=300)

    made = IsolatedMaker(decoder, PictureSpec())(CRAFTED[title], 300)

    assert made.size == 512
    decoder.stop()


@pytest.mark.parametrize("title", sorted(bombs()))
def test_bomb(judge: Judge, title: str) -> None:
    """A bomb has an end, in time and in memory, and the next file becomes a picture."""
    verdict, following = judge(bombs()[title]), judge(GOOD["png"])

    assert not verdict.broken, verdict
    assert following.text == "made"


@pytest.mark.parametrize(
    "title", [title for title in CRAFTED if title.endswith("false-size")]
)
def test_false_size(judge: Judge, title: str) -> None:
    """A file that codes more than is admitted is rejected, at any stated size."""
    verdict = judge(CRAFTED[title])

    assert verdict.text in REJECTED, verdict


def test_false_size_of_what_is_admitted(judge: Judge) -> None:
    """A file that states less than it codes may be decoded, if that is admitted."""
    verdict = judge(CRAFTED["avif-false-size-deep"])

    assert not verdict.broken, verdict


@pytest.mark.parametrize("title", [title for title in CRAFTED if "polyglot" in title])
def test_polyglot(judge: Judge, title: str) -> None:
    """A picture that is something else as well gives a picture without the rest."""
    assert CANARY in CRAFTED[title]
    assert judge(CRAFTED[title]).text == "made"


@pytest.mark.parametrize("title", GOOD)
def test_truncated(judge: Judge, title: str) -> None:
    """A file that ends at, or one byte beside, any of its parts keeps the rule."""
    data = GOOD[title]
    starts = parts(title.split("-")[0], data)

    found = {
        at + shift: judge(data[: at + shift]) for at in starts for shift in (-1, 0, 1)
    }

    assert len(starts) > 1
    assert {at: verdict for at, verdict in found.items() if verdict.broken} == {}


@pytest.mark.parametrize("name", FORMATS)
def test_damaged(judge: Judge, name: str) -> None:
    """Files damaged at random, always the same ones, keep the rule."""
    seeds = [data for title, data in GOOD.items() if title.startswith(name)]
    found: dict[int, Verdict] = {}
    for seed in range(DAMAGED):
        random = Random(seed)
        found[seed] = judge(mutate(random, name, random.choice(seeds)))

    assert {seed: it for seed, it in found.items() if it.broken} == {}
    assert {it.text for it in found.values()} > {"made"}  # some are damaged
