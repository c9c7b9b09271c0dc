"""A backfill of any size: S3 Batch Operations invokes the function for each object."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

from ops.backfill.survey import Task
from ops.deployment import Stack
from ops.problem import Problem, code_of
from ops.session import Session
from outcome import Outcome, Reason

if TYPE_CHECKING:
    from mypy_boto3_s3control.type_defs import JobDescriptorTypeDef

FOLDER = (
    "backfill/"  # in the bucket, for manifest and report; the role is limited to it
)
PAUSE = 5.0  # seconds between two looks at the job
FINAL = ("Complete", "Failed", "Cancelled")
# What the function says of an object; the report may have words of its own before it.
RESULT = re.compile(rf"\b(?:{'|'.join(Outcome)}) ({'|'.join(Reason)}):")


@dataclass(frozen=True, kw_only=True)
class BatchJob:
    """
    A job of S3 Batch Operations.

    Args:
        session: The command's run.

        stack: Whose function is invoked.

        bucket: Where manifest and report are.

        job_id: The job's id.
    """

    session: Session
    stack: Stack
    bucket: str
    job_id: str

    @classmethod
    def start(
        cls, session: Session, stack: Stack, bucket: str, tasks: Sequence[Task]
    ) -> BatchJob:
        """
        Store the manifest and start the job.

        Raises:
            Problem: The stack has no role for it.
        """
        role = stack.outputs.get("BatchRoleArn")
        if not role:
            what = f"The stack {stack.name} has no role for S3 Batch Operations."
            remedy = "Deploy it with BackfillRole=true, or use --local."
            raise Problem(what, remedy)
        moment = datetime.fromtimestamp(session.now(), UTC)
        folder = f"{FOLDER}{moment:%Y-%m-%dT%H-%M-%S}"
        key = f"{folder}/manifest.csv"
        stored = session.aws.s3.put_object(
            Bucket=bucket, Key=key, Body=make_manifest(tasks), ContentType="text/csv"
        )
        partition = stack.function_arn.split(":")[1]
        arn = f"arn:{partition}:s3:::{bucket}"
        answer = session.aws.s3control.create_job(
            AccountId=stack.account,
            ConfirmationRequired=False,
            ClientRequestToken=str(uuid.uuid4()),
            Description=f"Profile pictures of {len(tasks)} users, {stack.name}",
            Priority=10,
            RoleArn=role,
            Operation={
                "LambdaInvoke": {
                    "FunctionArn": stack.function_arn,
                    "InvocationSchemaVersion": "2.0",
                }
            },
            Manifest={
                "Spec": {
                    "Format": "S3BatchOperations_CSV_20180820",
                    "Fields": ["Bucket", "Key"],
                },
                "Location": {
                    "ObjectArn": f"{arn}/{key}",
                    "ETag": stored["ETag"].strip('"'),
                },
            },
            Report={
                "Bucket": arn,
                "Format": "Report_CSV_20180820",
                "Enabled": True,
                "Prefix": folder,
                "ReportScope": "AllTasks",
            },
        )
        return cls(session=session, stack=stack, bucket=bucket, job_id=answer["JobId"])

    def follow(self, on_progress: Callable[[int, int], None]) -> JobDescriptorTypeDef:
        """
        Wait for the job's end.

        Args:
            on_progress: Told how many of how many objects are done with.
        """
        while True:
            job = self.session.aws.s3control.describe_job(
                AccountId=self.stack.account, JobId=self.job_id
            )["Job"]
            progress = job.get("ProgressSummary", {})
            done = progress.get("NumberOfTasksSucceeded", 0)
            done += progress.get("NumberOfTasksFailed", 0)
            on_progress(done, progress.get("TotalNumberOfTasks", 0))
            if job.get("Status", "") in FINAL:
                return job
            self.session.sleep(PAUSE)

    def summarize(self, job: JobDescriptorTypeDef) -> Counter[str]:
        """
        Count the objects of the report by reason.

        Raises:
            Problem: There is no report: the job ended before it began.
        """
        prefix = job.get("Report", {}).get("Prefix", FOLDER.rstrip("/"))
        key = f"{prefix}/job-{self.job_id}/manifest.json"
        s3, counts = self.session.aws.s3, Counter[str]()
        try:
            listed = json.load(s3.get_object(Bucket=self.bucket, Key=key)["Body"])
        except ClientError as error:
            if code_of(error) not in ("NoSuchKey", "AccessDenied"):
                raise
            reasons = job.get("FailureReasons") or [{}]
            code = reasons[0].get("FailureCode", "no reason given")
            what = f"The job {self.job_id} has ended as {job.get('Status')}: {code}"
            raise Problem(what, "See it in the S3 console, Batch Operations.") from None
        for part in listed["Results"]:
            body = s3.get_object(Bucket=self.bucket, Key=part["Key"])["Body"].read()
            counts.update(map(reason_in, csv.reader(io.StringIO(body.decode()))))
        return counts


def make_manifest(tasks: Sequence[Task]) -> bytes:
    """Return the manifest, whose keys are URL-encoded."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows((task.bucket, quote(task.key)) for task in tasks)
    return file.getvalue().encode()


def reason_in(row: Sequence[str]) -> str:
    """Return the function's reason in a row of the report, or that it gave none."""
    found = RESULT.search(row[-1]) if row else None
    return found[1] if found else Reason.UNEXPECTED_ERROR
