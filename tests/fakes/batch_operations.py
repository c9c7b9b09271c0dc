"""S3 Batch Operations: reads the manifest, invokes, writes the report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

from ops.aws import AWS
from tests.fakes.aws_calls import answer_calls

JOB_ID = "6a7f1c90-0000-4000-8000-000000000001"


class FakeBatchOperations:
    """
    One job at a time, done at once when it is created.

    Args:
        aws: Whose S3 holds the manifest.

        invoke: Invokes the function with an event.
    """

    def __init__(self, aws: AWS, invoke: Callable[[Any], Any]) -> None:
        self._s3 = aws.s3
        self._invoke = invoke
        self.job: dict[str, Any] = {}
        self.rows: list[list[str]] = []
        self.failure = ""
        answer_calls(aws.s3control, "CreateJob", self._create)
        answer_calls(aws.s3control, "DescribeJob", lambda _: {"Job": self.job})

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        """Run a job to its end."""
        self.request = request
        self.job = {
            "JobId": JOB_ID,
            "Status": "Failed" if self.failure else "Complete",
            "Report": request["Report"],
            "FailureReasons": [{"FailureCode": self.failure}] if self.failure else [],
        }
        if not self.failure:
            self._run(request)
        return {"JobId": JOB_ID}

    def _run(self, request: dict[str, Any]) -> None:
        """Invoke the function for each row, and write the report."""
        bucket, _, key = request["Manifest"]["Location"]["ObjectArn"][13:].partition(
            "/"
        )
        manifest = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        rows = list(csv.reader(io.StringIO(manifest)))
        self.rows = rows
        report, codes = io.StringIO(), []
        for number, (name, encoded) in enumerate(rows):
            task = {
                "taskId": str(number),
                "s3Key": encoded,
                "s3VersionId": None,
                "s3Bucket": name,
            }
            event = {
                "invocationSchemaVersion": request["Operation"]["LambdaInvoke"][
                    "InvocationSchemaVersion"
                ],
                "invocationId": "invocation",
                "job": {"id": JOB_ID, "userArguments": {}},
                "tasks": [task],
            }
            result = self._invoke(event)["results"][0]
            codes.append(result["resultCode"])
            status = "succeeded" if codes[-1] == "Succeeded" else "failed"
            text = result["resultString"]
            csv.writer(report).writerow(
                [name, encoded, "", status, "", "200", f"Lambda returned: {text}"]
            )
        self._write_report(request["Report"], bucket, report.getvalue())
        self.job["ProgressSummary"] = {
            "TotalNumberOfTasks": len(rows),
            "NumberOfTasksSucceeded": codes.count("Succeeded"),
            "NumberOfTasksFailed": len(codes) - codes.count("Succeeded"),
        }

    def _write_report(self, report: dict[str, Any], bucket: str, text: str) -> None:
        """Write the report where S3 writes it."""
        folder = f"{report['Prefix']}/job-{JOB_ID}"
        part = f"{folder}/results/part.csv"
        listed = {"Results": [{"Bucket": bucket, "Key": part}]}
        self._s3.put_object(Bucket=bucket, Key=part, Body=text.encode())
        self._s3.put_object(
            Bucket=bucket, Key=f"{folder}/manifest.json", Body=json.dumps(listed)
        )
