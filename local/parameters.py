"""The template's parameters, as somebody gives them to the local system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from local.aws.template import TEMPLATE, Content, read_template

# The local system sets these itself: another value leads away from this machine, or to
# nothing at all.
OWN = frozenset(
    {
        "Architecture",
        "AuthgearAppId",
        "AuthgearEndpoint",
        "AuthgearSecretArn",
        "BucketKmsKeyArn",
        "BucketName",
        "CreateBucket",
        "SecretKmsKeyArn",
        "SecurityGroupIds",
        "SubnetIds",
    }
)


class WrongParameters(Exception):
    """Raised for parameters that cannot be had; the message names each."""


def read_parameters(assignments: Iterable[str]) -> dict[str, str]:
    """
    Read `NAME=VALUE`s; return the values by the parameters' names.

    A name is a template's parameter, such as `PictureSize`, or the function's variable
    that it sets, such as `PICTURE_SIZE`.

    Raises:
        WrongParameters: A name or value is not allowed here.
    """
    template = read_template(TEMPLATE.read_text())
    by_variable = variables(template)
    found, problems = {}, []
    for assignment in assignments:
        given, _, value = assignment.partition("=")
        name = by_variable.get(given, given)
        problem = _find_problem(name, value, template)
        if problem:
            problems.append(f"{given} {problem}")
        found[name] = value
    if problems:
        message = "; ".join(problems) + "; docs/settings.md lists all settings"
        raise WrongParameters(message)
    return found


def variables(template: Content) -> dict[str, str]:
    """Return which parameter sets each of the function's variables."""
    function = template["Resources"]["Function"]["Properties"]
    values = function["Environment"]["Variables"].items()
    return {name: value["Ref"] for name, value in values if set(value) == {"Ref"}}


def _find_problem(name: str, value: str, template: Content) -> str:
    """Return what is wrong with a value; empty if nothing is."""
    is_of_the_stack = name in template["Resources"]
    if name not in template["Parameters"] and not is_of_the_stack:
        return "is no setting"
    if name in OWN or is_of_the_stack:
        return "is set by the local system, which stays on this machine"
    return _find_violation(value, template["Parameters"][name])


def _find_violation(value: str, rule: dict[str, Any]) -> str:
    """Return which of a parameter's rules a value breaks; empty if none."""
    if "AllowedValues" in rule and value not in map(str, rule["AllowedValues"]):
        return f"must be one of {', '.join(map(str, rule['AllowedValues']))}"
    if rule["Type"] == "Number":
        low, high = rule.get("MinValue", 0), rule.get("MaxValue", float("inf"))
        if not (re.fullmatch(r"[0-9]{1,12}", value) and low <= int(value) <= high):
            return f"must be a whole number from {low} to {high}"
    if not re.fullmatch(rule.get("AllowedPattern", "(?s:.*)"), value):
        return str(rule.get("ConstraintDescription", "has another form"))
    return ""
