"""preview: sheets of what will be seen, and why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from local.demo.bad_files import TEXT
from local.paths import PICTURES, ROOT
from ops.preview import OUTPUT
from ops.preview.views import FRAME, view_file
from pictures.profile_picture import PictureSpec
from pictures.rekognition import FaceFinder
from tests.fakes.aws_requests import read_requests
from tests.fakes.rekognition import FakeRekognition
from tests.ops.conftest import NAME, Ops
from tests.samples.pictures import RED, encode, exif


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return two pictures, and a text whose name is markup."""
    text = tmp_path / "<b>[red]no.jpg"
    text.write_bytes(TEXT)
    return [
        str(PICTURES / "rocket.jpg"),
        str(PICTURES / "astronaut.png"),
        str(text),
    ]


def test_preview_draws_both_sheets(ops: Ops, files: list[str], tmp_path: Path) -> None:
    """A row for each file, the refused one with its reason, and no markup of names."""
    status, text = ops.run("preview", *files, "--output", str(tmp_path / "out"))

    page = (tmp_path / "out" / "preview.html").read_text()
    with Image.open(tmp_path / "out" / "preview.png") as sheet:
        assert sheet.height > 3 * 240
    assert status == 1
    assert "not-a-picture" in text
    assert "[red]no.jpg" in text
    assert page.count("<section") == 3
    assert "&lt;b&gt;[red]no.jpg" in page
    assert page.count("data:image/jpeg") == 8
    assert 'class="round"' in page
    assert "http://" not in page


def test_preview_of_good_files_is_fine(ops: Ops, tmp_path: Path) -> None:
    """The page opens in the browser if that is wanted."""
    opened: list[str] = []
    ops.changes["open_page"] = opened.append
    file = str(PICTURES / "rocket.jpg")

    status, found = ops.json("preview", file, "--open", "--output", str(tmp_path))

    assert status == 0
    assert found["files"][0]["reason"] is None
    assert opened == [(tmp_path / "preview.html").as_uri()]


def test_view_frames_what_is_kept(tmp_path: Path) -> None:
    """The frame is where the function cuts: a high picture, turned, at its top."""
    high = Image.new("RGB", (400, 200), "#2060c0")
    exif = high.getexif()
    exif[0x0112] = 6  # stored on its side
    file = tmp_path / "turned.jpg"
    file.write_bytes(encode(high, "JPEG", exif=exif))

    view = view_file(file, PictureSpec(crop_position=0.0))

    assert view.original is not None
    width, height = view.original.size
    frame = Image.new("RGB", (1, 1), FRAME).getpixel((0, 0))
    assert (width, height) == (200, 400)
    assert view.original.getpixel((1, 1)) == frame
    assert view.original.getpixel((100, 198)) == frame
    assert view.original.getpixel((100, 202)) != frame


@pytest.mark.parametrize("orientation", [1, 6])
def test_view_frames_a_face(tmp_path: Path, orientation: int) -> None:
    """The frame is around the faces, in a wide picture too, and they are counted."""
    wide = Image.new("RGB", (400, 200), "white")
    wide.paste(RED, (330, 50, 370, 110))
    if orientation == 6:
        wide = wide.transpose(Image.Transpose.ROTATE_90)
    file = tmp_path / "wide.png"
    file.write_bytes(encode(wide, "PNG", exif=exif(orientation)))
    rekognition: Any = FakeRekognition()

    view = view_file(file, PictureSpec(), FaceFinder(rekognition).find)

    assert view.original is not None
    frame = Image.new("RGB", (1, 1), FRAME).getpixel((0, 0))
    assert view.original.size == (400, 200)
    assert view.original.getpixel((201, 100)) == frame
    assert view.original.getpixel((398, 100)) == frame
    assert view.original.getpixel((195, 100)) != frame
    assert view.facts.endswith(", faces: 1")


def test_view_frames_what_is_closer(tmp_path: Path) -> None:
    """A square that is closer to a face is framed as it is cut, and reported."""
    wide = Image.new("RGB", (2_000, 1_000), "white")
    wide.paste(RED, (1_400, 300, 1_540, 500))
    file = tmp_path / "wide.png"
    file.write_bytes(encode(wide, "PNG"))
    rekognition: Any = FakeRekognition()

    view = view_file(file, PictureSpec(size=400), FaceFinder(rekognition, 0.5).find)

    assert view.original is not None
    frame = Image.new("RGB", (1, 1), FRAME).getpixel((0, 0))
    assert view.original.size == (512, 256)
    # 400 px around (1,470, 380), of which 2,000 are 512 here.
    left, top, right, bottom = 325, 56, 427, 158
    assert view.original.getpixel((left + 1, (top + bottom) // 2)) == frame
    assert view.original.getpixel((right - 2, (top + bottom) // 2)) == frame
    assert view.original.getpixel(((left + right) // 2, top + 1)) == frame
    assert view.original.getpixel(((left + right) // 2, bottom - 2)) == frame
    assert view.original.getpixel((left - 4, (top + bottom) // 2)) != frame
    assert view.facts.endswith(", faces: 1, 2.5 times closer")


def test_view_tells_why_there_is_no_face(tmp_path: Path) -> None:
    """The preview says why faces did not decide the crop."""
    file = tmp_path / "wide.png"
    file.write_bytes(encode(Image.new("RGB", (400, 200)), "PNG"))
    rekognition: Any = FakeRekognition()

    view = view_file(file, PictureSpec(), FaceFinder(rekognition).find)

    assert view.facts.endswith(", cut as auto: no-face")


def test_preview_looks_for_faces_as_the_stack_does(ops: Ops, tmp_path: Path) -> None:
    """The stack's setting is followed, with the operator's credentials."""
    file = str(PICTURES / "rocket.jpg")
    with ops.variables(CROP_POSITION="face"):
        status, found = ops.json(
            "preview", file, "--stack", NAME, "--output", str(tmp_path)
        )

    # moto's Rekognition finds no faces.
    assert status == 0
    assert "cut as auto: rekognition-refused" in found["files"][0]["facts"]
    assert "DetectFaces" in {it.operation for it in read_requests(ops.system.aws)}


def test_preview_of_nothing_is_used_wrongly(ops: Ops) -> None:
    """A file that is not there is a matter of the command."""
    assert ops.run("preview", "not-there.jpg")[0] == 2


def test_git_ignores_the_preview() -> None:
    """Pictures of users get into no commit, and do not stop a release."""
    ignored = (ROOT / ".gitignore").read_text().splitlines()

    assert f"{OUTPUT}/" in ignored
