"""The errors: as drawn, each documented, and the roots never raised."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pytest

import authgear
from authgear import AuthgearError, BadAnswer, NoAnswer, RateLimited, Refused, errors

ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, AuthgearError)
]
DRAWN = re.compile(r"(?m)^    ([ │├└─]*)([A-Z]\w+)(?: +(.*))?$")
NEVER_RAISED = [AuthgearError, NoAnswer, BadAnswer]


def test_tree_is_as_drawn() -> None:
    """The module's docstring draws every class below the one it derives from."""
    drawn: dict[str, str] = {}
    path: list[str] = []
    for indent, name, _ in DRAWN.findall(errors.__doc__ or ""):
        del path[len(indent) // 4 :]
        drawn[name] = path[-1] if path else "Exception"
        path.append(name)

    assert drawn == {kind.__name__: kind.__mro__[1].__name__ for kind in ERRORS}


@pytest.mark.parametrize("kind", ERRORS)
def test_error_is_documented(kind: type[AuthgearError]) -> None:
    """Each says when it is raised, in words of its own."""
    first = inspect.cleandoc(vars(kind).get("__doc__") or "").partition("\n")[0]

    is_said = first.startswith(("Raised when ", "Raised instead of "))
    assert is_said is (kind not in NEVER_RAISED)
    assert ("ever raised itself" in str(kind.__doc__)) is (kind in NEVER_RAISED)


@pytest.mark.parametrize("kind", ERRORS)
def test_error_is_exported(kind: type[AuthgearError]) -> None:
    """Callers find every error in the package itself."""
    assert getattr(authgear, kind.__name__) is kind


def test_exports_are_complete_and_in_order() -> None:
    """`__all__` lists what there is, once each."""
    assert all(hasattr(authgear, name) for name in authgear.__all__)
    assert len(set(authgear.__all__)) == len(authgear.__all__)


def test_roots_are_never_raised() -> None:
    """No line of the package makes an error of a class that is for catching."""
    roots = {kind.__name__ for kind in NEVER_RAISED}
    sources = Path(errors.__file__).parent.glob("*.py")
    nodes = [n for path in sources for n in ast.walk(ast.parse(path.read_text()))]
    made = {ast.unparse(n.func) for n in nodes if isinstance(n, ast.Call)}
    raised = {ast.unparse(n.exc) for n in nodes if isinstance(n, ast.Raise) and n.exc}

    assert not roots & (made | raised)
    assert "TimedOut" in made


@pytest.mark.parametrize("kind", ERRORS)
def test_retryable_is_all_but_what_is_refused(kind: type[AuthgearError]) -> None:
    """Only a refusal is final; it is not repeated either."""
    assert kind.retryable is not issubclass(kind, Refused)
    assert kind.may_repeat is not (
        issubclass(kind, Refused)
        or kind
        in (
            authgear.Forbidden,
            authgear.CredentialsUnavailable,
            authgear.StaleAttributes,
        )
    )


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({}, "Authgear: read failed: no"),
        ({"status": 500}, "Authgear: read failed: no (status=500)"),
        ({"tracking_id": "T"}, "Authgear: read failed: no (tracking_id=T)"),
        (
            {"status": 500, "tracking_id": "T", "retry_after": 3.0},
            "Authgear: read failed: no (status=500, tracking_id=T)",
        ),
    ],
    ids=["bare", "status", "tracking-id", "both"],
)
def test_message_tells_what_is_known(facts: dict[str, object], message: str) -> None:
    """Step and detail, then the facts of the answer, if one came."""
    error = authgear.Unavailable(step="read", detail="no", **facts)  # type: ignore[arg-type] # of several types

    assert str(error) == message
    assert {name: getattr(error, name) for name in facts} == facts


def test_pause_is_the_server_s_else_the_usual_one() -> None:
    """Zero seconds are a wish, too."""
    pauses = [
        RateLimited(step="read", detail="", retry_after=seconds).retry_after
        for seconds in (None, 0.0, 9.0)
    ]

    assert pauses == [5.0, 0.0, 9.0]
    assert authgear.Unavailable(step="read", detail="").retry_after is None
