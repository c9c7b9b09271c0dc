"""
The template as CloudFormation gets it, for any choice of its switches.

The template itself does not show its translation: generated resources,
or a circle of resources that need each other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any

import boto3
from cfnlint.decode.cfn_yaml import loads
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "us-east-1"
NOTHING = {"Ref": "AWS::NoValue"}
OPPOSITES = {"FindsBucket": "CreatesBucket"}  # the one that follows from another

Conditions = Mapping[str, bool]


def translate(text: str) -> dict[str, Any]:
    """Translate a SAM template; code that is not in a bucket is said to be in one."""
    template = json.loads(json.dumps(loads(text)))
    for resource in template["Resources"].values():
        uri = resource.get("Properties", {}).get("CodeUri", "s3://")
        if not uri.startswith("s3://"):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    session = boto3.Session(region_name=REGION)
    translator = Translator({}, Parser(), boto_session=session)
    translated: dict[str, Any] = translator.translate(template, {})
    return translated


def every_choice(template: Mapping[str, Any]) -> Iterator[Conditions]:
    """Return every combination of the template's conditions."""
    names = [name for name in template["Conditions"] if name not in OPPOSITES]
    for values in product([True, False], repeat=len(names)):
        chosen = dict(zip(names, values, strict=True))
        opposites = {name: not chosen[other] for name, other in OPPOSITES.items()}
        yield chosen | opposites


def pairwise_choices(template: Mapping[str, Any]) -> list[Conditions]:
    """Return so few combinations that any two conditions meet in every way."""
    candidates = list(every_choice(template))
    pairs = {choice_id: _pairs(choice) for choice_id, choice in enumerate(candidates)}
    missing = set().union(*pairs.values())
    chosen = []
    while missing:
        best = max(pairs, key=lambda choice_id: len(pairs[choice_id] & missing))
        missing -= pairs[best]
        chosen.append(candidates[best])
    return chosen


def resolve(template: Mapping[str, Any], choice: Conditions) -> dict[str, Any]:
    """Return a template without its conditions, as one choice decides them."""
    kept = {
        section: {
            name: {k: v for k, v in _chosen(item, choice).items() if k != "Condition"}
            for name, item in template[section].items()
            if choice.get(item.get("Condition", ""), True)
        }
        for section in ("Resources", "Outputs")
    }
    rest = {k: v for k, v in template.items() if k not in ("Conditions", "Rules")}
    return rest | kept


def _pairs(choice: Conditions) -> set[tuple[tuple[str, bool], ...]]:
    """Return all pairs of conditions of a choice, with their values."""
    return set(combinations(sorted(choice.items()), 2))


def _chosen(value: Any, choice: Conditions) -> Any:
    """Return a value with each `Fn::If` decided, and without what is then nothing."""
    if isinstance(value, list):
        items = [_chosen(item, choice) for item in value]
        return [item for item in items if item != NOTHING]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::If"}:
        name, then, otherwise = value["Fn::If"]
        return _chosen(then if choice[name] else otherwise, choice)
    members = {name: _chosen(item, choice) for name, item in value.items()}
    return {name: item for name, item in members.items() if item != NOTHING}
