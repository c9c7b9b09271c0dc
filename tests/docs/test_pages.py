"""The documents say what is so: codes, settings, names, paths and links."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from hook.receiver import EVENTS, Verdict
from local.aws.template import TEMPLATE, read_template
from local.paths import ROOT
from outcome import Outcome, Reason
from resync.causes import Cause
from settings import VARIABLES, Settings
from tests.docs.commands import PAGES
from tools.failures_page import render

SECTIONS = ("Parameters", "Outputs", "Resources", "Conditions")
# A variable, a name of CloudFormation's, a code with dashes, a field with underscores.
NAME = re.compile(r"[A-Z]+(?:_[A-Z]+)+|(?:[A-Z][a-z]+){2,}|[a-z]+(?:[-_][a-z]+)+")
# Names that are AWS's, SAM's or the reader's own.
OTHERS = {
    *("AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_REGION", "AWS_ROLE_ARN"),
    *("UserArguments", "YOUR_BUCKET", "create-secret", "parameter_overrides"),
    *("REQUESTS_CA_BUNDLE", "TRUST_PROXY", "content-length-range", "pi-heif-decoder"),
    *("CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CfnInclude"),
}
# A changelog names what was renamed or removed, too.
PRESENT = [path for path in PAGES if path.name != "CHANGELOG.md"]
# Files that are not the project's.
OF_THE_READER = (
    "secret.json",
    ".netrc",
    "key.pem",
    "webhook-key.txt",
    "authgear.yaml",
    "before.json",
    "error.txt",
    "pictures/USER_ID.jpg",
)
GUIDES = [path for path in PAGES if path.parent == ROOT / "docs"]


def page(name: str) -> str:
    """Return the text of a page."""
    return (ROOT / name).read_text()


def rows(text: str) -> list[list[str]]:
    """Return the cells of all rows of tables, without the marks of code."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_page_begins_with_what_it_is_for(path: Path) -> None:
    """The first sentence says what the reader gains."""
    beginning = r"# .+\n\n(?:After|At the end of|With) this page\s+(\w+)"

    assert re.match(beginning, path.read_text())


@pytest.mark.parametrize("path", PRESENT, ids=lambda path: path.name)
def test_names_exist(path: Path) -> None:
    """Each variable, parameter, output, alarm, metric and code that is named is one."""
    places = ("src/**/*.py", "ops/doctor/*.py", "tests/contract/live.py")
    files = [file for place in places for file in ROOT.glob(place)]
    code = "".join(file.read_text() for file in files)
    template = read_template(TEMPLATE.read_text())
    known = {
        *VARIABLES,
        *Reason,
        *(name for part in SECTIONS for name in template[part]),
        *(outcome.capitalize() for outcome in Outcome),
        *(f"Resync{cause.title().replace('_', '')}" for cause in Cause),
        *re.findall(r'"([\w-]+)"', code),
        *(f"{step}_ms" for step in re.findall(r'step[(=]"(\w+)"', code)),
        *OTHERS,
    }

    spans = re.findall(r"`([^`\s]+)`", re.sub(r"```.*?```", "", path.read_text()))

    named = {span.partition("=")[0] for span in spans}
    assert {name for name in named if NAME.fullmatch(name)} - known == set()


def test_readme_is_short() -> None:
    """The README can be read in a few minutes."""
    assert len(page("README.md").splitlines()) <= 150


def test_tables_of_failures_are_those_of_the_code() -> None:
    """The tables of codes and faults match the code; `make docs` writes them."""
    text = page("docs/failures.md")

    assert text == render(text)
    assert text.count("| `") >= len(Reason)


def test_settings_are_listed_with_their_defaults() -> None:
    """Every variable is explained with the value that it has when it is not set."""
    listed = {r[0]: r[2] for r in rows(page("docs/settings.md")) if len(r) == 4}
    needed = {
        "BUCKET_NAME": "pictures-example",
        "AUTHGEAR_ENDPOINT": "https://example.authgear.cloud",
        "AUTHGEAR_APP_ID": "example",
        "AUTHGEAR_SECRET_ID": "secret",
    }

    explicit = needed | {
        name: "" if value == "empty" else value
        for name, value in listed.items()
        if value
    }

    assert tuple(listed) == VARIABLES
    assert {name for name in listed if not listed[name]} - {"AUTHGEAR_CA"} == set(
        needed
    )
    assert Settings.from_env(explicit) == Settings.from_env(needed)


def test_fallbacks_of_faces_are_those_of_the_code() -> None:
    """Every reason for which a picture is not cut around a face is explained."""
    pictures = ROOT / "src" / "pictures"
    code = "".join(path.read_text() for path in pictures.glob("*.py"))
    section = page("docs/settings.md").partition("### Faces")[2].partition("\n## ")[0]

    _, *listed = [row[0] for row in rows(section)]

    assert set(listed) == set(
        re.findall(r'"(no-face|too-small|rekognition-\w+)"', code)
    )


def test_verdicts_are_those_of_the_code() -> None:
    """The page on the hook explains every verdict, with the status of its answer."""
    listed = [row[:2] for row in rows(page("docs/hook.md"))]

    assert listed == [[it.code, str(it.status)] for it in Verdict]


def test_events_are_those_of_the_code() -> None:
    """The configuration on the page names the events that the function uses."""
    listed = re.findall(r"^        - ([a-z.]+)$", page("docs/hook.md"), re.MULTILINE)

    assert sorted(listed) == sorted(EVENTS)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """Every link within the project finds its file and its heading."""
    links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", path.read_text())

    for target, anchor in links:
        if target.startswith("https://"):
            continue
        found = (path.parent / target) if target else path
        assert found.exists(), target
        assert not anchor or anchor in anchors(found.read_text()), anchor


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_paths_exist(path: Path) -> None:
    """Every file or folder that is named is there, seen from the top or from src."""
    named = re.findall(r"`([a-z_.-]+(?:/[\w*.-]+)*(?:/|\.\w{2,5}))`", path.read_text())

    for name in named:
        # Files that a command or the reader makes.
        if name in OF_THE_READER or name.startswith("build/"):
            continue
        places = [folder for folder in (ROOT, ROOT / "src") if any(folder.glob(name))]
        assert places, name


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_json_samples_are_json(path: Path) -> None:
    """Every JSON sample can be parsed."""
    for sample in re.findall(r"```json\n(.*?)```", path.read_text(), re.DOTALL):
        assert isinstance(json.loads(sample), dict)


def test_log_line_has_only_true_fields() -> None:
    """The fields of the line in the README are written somewhere in the code."""
    line = re.findall(r"```json\n(.*?)```", page("README.md"), re.DOTALL)[0]
    code = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))

    fields = set(json.loads(line)) - {"level", "message"}

    steps = {f'step("{field[:-3]}"' for field in fields if field.endswith("_ms")}
    assert not [f for f in fields if not f.endswith("_ms") and f'"{f}"' not in code]
    assert [s for s in steps if s not in code] == ['step("total"']
