"""
The copy of template.yaml that is deployed on this machine, and how it differs.

All differences are in this file, each with its reason; a test fails for each one that
is no longer needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from local.paths import ROOT

TEMPLATE = ROOT / "template.yaml"
REFERENCE = re.compile(r"\$\{([^}.]+)")  # in a text of Fn::Sub
Content = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Something that is changed in the copy."""

    name: str
    reason: str
    apply: Callable[[Content], None]  # changes a template in place


def read_template(text: str) -> Content:
    """Return a template with the short forms of functions written out."""
    content: Content = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    return content


def adapt(text: str, differences: tuple[Difference, ...]) -> Content:
    """Return a template with some differences applied."""
    content = read_template(text)
    for difference in differences:
        difference.apply(content)
    return content


def _admit_plain_http(content: Content) -> None:
    """Let Authgear's endpoint be on this machine."""
    parameter = content["Parameters"]["AuthgearEndpoint"]
    parameter["AllowedPattern"] = r"^(https://.+|http://127\.0\.0\.1:[0-9]+)$"


def _remove(matches: Callable[[Content], bool]) -> Callable[[Content], None]:
    """Return what removes resources, and then whatever refers to what is removed."""

    def apply(content: Content) -> None:
        gone = {name for name, it in content["Resources"].items() if matches(it)}
        while gone:
            refers = set()
            for section in ("Resources", "Outputs"):
                for name in gone & content[section].keys():
                    del content[section][name]
                refers |= {
                    name
                    for name, it in content[section].items()
                    if gone & set(_references(it))
                }
            gone = refers

    return apply


SAVED_QUERIES = Difference(
    name="saved queries",
    reason="MiniStack knows no AWS::Logs::QueryDefinition",
    apply=_remove(lambda it: it["Type"] == "AWS::Logs::QueryDefinition"),
)
METRIC_MATH = Difference(
    name="alarms on metric math, and the dashboard that shows them",
    reason="MiniStack makes no alarm with Metrics in place of MetricName",
    apply=_remove(
        lambda it: it["Type"].endswith("::Alarm") and "Metrics" in it["Properties"]
    ),
)
PLAIN_HTTP = Difference(
    name="the form of AuthgearEndpoint",
    reason="the Authgear emulator has no certificate; the template asks for https",
    apply=_admit_plain_http,
)
# Where policies are enforced.
PLAIN_S3 = Difference(
    name="the bucket policy",
    reason="MiniStack has no certificate here; the policy refuses plain http",
    apply=_remove(lambda it: it["Type"] == "AWS::S3::BucketPolicy"),
)
PLAIN_SQS = Difference(
    name="the queues' policies",
    reason="they refuse plain http, as the bucket's policy does",
    apply=_remove(lambda it: it["Type"] == "AWS::SQS::QueuePolicy"),
)
DIFFERENCES = (SAVED_QUERIES, METRIC_MATH, PLAIN_HTTP)


def _references(value: Any) -> Iterator[str]:
    """Yield the logical ids that a part of a template refers to."""
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    if not isinstance(value, Mapping):
        return
    for name, item in value.items():
        if name == "Ref":
            yield item
        elif name == "Fn::GetAtt":
            yield item[0]
        elif name == "Fn::Sub":
            yield from REFERENCE.findall(item if isinstance(item, str) else item[0])
        yield from _references(item)


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions."""


def _read_tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> Content:
    """Write a short form out, as `!Ref x` to `{"Ref": "x"}`."""
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _read_tag)
