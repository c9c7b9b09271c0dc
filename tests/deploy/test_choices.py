"""Every combination of the template's conditions, all of them without an account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.deploy.translation import every_choice, resolve

VARIABLE = re.compile(r"\$\{([A-Za-z]+)(?:\.[A-Za-z]+)?\}")


def references(value: Any) -> Iterator[str]:
    """Return the names of all that a value refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    if not isinstance(value, dict):
        return
    for name, item in value.items():
        if name == "Ref":
            yield item
        elif name == "Fn::GetAtt":
            yield item[0] if isinstance(item, list) else item.partition(".")[0]
        elif name == "DependsOn":
            yield from [item] if isinstance(item, str) else item
        elif name == "Fn::Sub":
            text, given = item if isinstance(item, list) else (item, {})
            yield from set(VARIABLE.findall(text)) - set(given)
            yield from references(given)
        else:
            yield from references(item)


def test_every_choice_is_whole_and_without_circle(template: dict[str, Any]) -> None:
    """Nothing refers to what a condition leaves out, and no two to each other."""
    count = 0
    for choice in every_choice(template):
        resolved = resolve(template, choice)
        resources, outputs = resolved["Resources"], resolved["Outputs"]
        known = resources.keys() | template["Parameters"].keys()

        needs = {name: set(references(item)) for name, item in resources.items()}

        named = set(references(outputs)).union(*needs.values())
        assert {name for name in named - known if "::" not in name} == set(), choice
        TopologicalSorter(
            {name: needed & resources.keys() for name, needed in needs.items()}
        ).prepare()
        count += 1
    assert count == 2 ** (len(template["Conditions"]) - 1)  # one follows from another


def test_conditions_are_all_used(template: dict[str, Any]) -> None:
    """A switch that changes nothing is not offered."""
    everything_on = next(iter(every_choice(template)))

    for name in template["Conditions"]:
        opposite = {**everything_on, name: not everything_on[name]}
        assert resolve(template, opposite) != resolve(template, everything_on), name


@pytest.mark.parametrize("creates", [True, False], ids=["new", "existing"])
def test_bucket_is_made_or_found(template: dict[str, Any], creates: bool) -> None:
    """A new bucket sends notifications itself; an existing one uses EventBridge."""
    choice = next(c for c in every_choice(template) if c["CreatesBucket"] == creates)

    names = resolve(template, choice)["Resources"].keys()

    assert names >= {"Function", "RetryQueue", "DeadLetterQueue"}
    assert {"Bucket", "BucketPolicy", "InvokePermission"} <= names or not creates
    assert bool({"Bucket", "BucketPolicy", "InvokePermission"} & names) == creates
    assert ({"ObjectRule", "ObjectRulePermission"} <= names) != creates
