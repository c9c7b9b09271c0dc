"""CloudFormation as `sam deploy` needs it: moto's, with change sets of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

import requests
from werkzeug import Request, Response

from local.aws import LocalAWS
from tests.deploy.translation import known_to_moto, translate

TRANSFORM = "AWS::Serverless-2016-10-31"
ANSWER = (
    '<{0}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">'
    "<{0}Result>{1}</{0}Result></{0}Response>"
)


class FakeCloudFormation:
    """
    Runs SAM's transform when a change set is executed, as CloudFormation does.

    moto's change sets know no transform, and its stacks made by them no outputs. All
    other requests are moto's to answer.

    Args:
        aws: Where moto is, and what is uploaded to S3.
    """

    def __init__(self, aws: LocalAWS) -> None:
        self._aws = aws
        self._change_sets: dict[str, dict[str, str]] = {}

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request, as a WSGI application."""
        form = Request(environ).form.to_dict()
        work = {
            "CreateChangeSet": self._create,
            "DescribeChangeSet": self._describe,
            "DescribeStackEvents": self._list_events,
            "ExecuteChangeSet": self._execute,
        }.get(form["Action"], self._ask_moto)
        return work(form)(environ, start_response)

    def _create(self, form: dict[str, str]) -> Response:
        """Keep what is to be done."""
        self._change_sets[form["ChangeSetName"]] = form
        return answer(form, Id=form["ChangeSetName"], StackId=form["StackName"])

    def _describe(self, form: dict[str, str]) -> Response:
        """Say that it can be done."""
        status = {"Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE"}
        return answer(form, **status, Changes="")

    def _list_events(self, form: dict[str, str]) -> Response:
        """Return what has happened; nothing yet, where a stack is only planned."""
        planned = {
            it["StackName"]
            for it in self._change_sets.values()
            if it["ChangeSetType"] == "CREATE"
        }
        return answer(form) if form["StackName"] in planned else self._ask_moto(form)

    def _execute(self, form: dict[str, str]) -> Response:
        """Have moto make or change the stack that the transform makes of a template."""
        wanted = self._change_sets.pop(form["ChangeSetName"])
        template = self._template(wanted)
        if TRANSFORM in template:
            template = json.dumps(known_to_moto(translate(template)))
        verb = wanted["ChangeSetType"].capitalize()
        done = self._ask_moto(
            {k: v for k, v in wanted.items() if k != "TemplateURL"}
            | {"Action": f"{verb}Stack", "TemplateBody": template}
        )
        return answer(form) if done.status_code == 200 else done

    def _template(self, form: dict[str, str]) -> str:
        """Return the text of a template, wherever it was put."""
        if "TemplateBody" in form:
            return form["TemplateBody"]
        bucket, _, key = urlsplit(form["TemplateURL"]).path[1:].partition("/")
        return self._aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()

    def _ask_moto(self, form: dict[str, str]) -> Response:
        """Hand a request on."""
        headers = {
            "Authorization": "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/"
            "cloudformation/aws4_request, SignedHeaders=host, Signature=0"
        }
        with requests.Session() as session:
            session.trust_env = False
            done = session.post(
                self._aws.endpoint, data=form, headers=headers, timeout=60
            )
        return Response(done.content, done.status_code, mimetype="text/xml")


def answer(form: dict[str, str], **members: str) -> Response:
    """Return CloudFormation's answer to a request."""
    content = "".join(f"<{name}>{text}</{name}>" for name, text in members.items())
    return Response(ANSWER.format(form["Action"], content), mimetype="text/xml")
