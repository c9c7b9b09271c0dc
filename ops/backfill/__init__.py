"""ops backfill: pictures of objects that were there before the function was."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from ops.backfill.here import Pace, run_here
from ops.backfill.job import BatchJob
from ops.backfill.summary import has_failed, show_summary
from ops.backfill.survey import Survey, take_survey
from ops.deployment import Deployment
from ops.session import JSONOption, Session, StackOption, YesOption

INTERRUPTED = 130


def backfill(
    context: typer.Context,
    stack: StackOption = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar="", help="Count, and write nothing.")
    ] = False,
    local: Annotated[
        bool,
        typer.Option("--local", metavar="", help="Run it from here: for small sets."),
    ] = False,
    again: Annotated[
        bool,
        typer.Option(
            "--again", metavar="", help="Look also at what the tags say is done."
        ),
    ] = False,
    concurrency: Annotated[
        int,
        typer.Option(min=1, max=16, metavar="N", help="Users at once, with --local."),
    ] = 4,
    rate: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Requests to Authgear a minute, with --local."
        ),
    ] = 60,
    job: Annotated[
        str, typer.Option("--job", metavar="ID", help="Follow a job already started.")
    ] = "",
    yes: YesOption = False,
    as_json: JSONOption = False,
) -> None:
    """
    Make the pictures of older objects.

    S3 Batch Operations invokes the deployed function for each user's newest object.
    What the tags say is done is left out, so that it may be run any number of times.
    """
    session = Session.of(context)
    deployment = Deployment.find(session, stack)
    if job:
        found = deployment.needed_stack()
        bucket = deployment.bucket.name
        batch = BatchJob(session=session, stack=found, bucket=bucket, job_id=job)
        _end(session, {}, _follow(session, batch), as_json=as_json)
        return
    if not local and not dry_run:
        deployment.needed_stack()
    survey = take_survey(
        [deployment.bucket], deployment.settings.key_pattern, again=again
    )
    counted = {
        "to_do": len(survey.tasks),
        "done": survey.done,
        "ignored": dict(survey.ignored),
    }
    if not as_json:
        _show(session, survey)
    if dry_run or not survey.tasks:
        _end(session, counted, Counter(), as_json=as_json)
        return
    if not as_json:
        session.say(deployment.describe())
    session.confirm(f"Make the pictures of {len(survey.tasks)} users?", yes=yes)
    if local:
        pace = Pace(rate, session.clock, session.sleep)
        counts, is_stopped = _run_here(session, deployment, survey, concurrency, pace)
    else:
        counts, is_stopped = _run_job(session, deployment, survey), False
    _end(session, counted, counts, as_json=as_json, is_stopped=is_stopped)


def _show(session: Session, survey: Survey) -> None:
    """Print what there is to do."""
    session.say(f"Users to do: {len(survey.tasks):,}; done already: {survey.done:,}.")
    for reason, count in survey.ignored.most_common():
        session.say(f"Objects ignored: {count:,} {reason}")


def _run_here(
    session: Session,
    deployment: Deployment,
    survey: Survey,
    concurrency: int,
    pace: Pace,
) -> tuple[Counter[str], bool]:
    """Run it from here, with a bar."""
    with _progress(session) as progress:
        bar = progress.add_task("pictures", total=len(survey.tasks))
        return run_here(
            deployment,
            survey.tasks,
            concurrency=concurrency,
            pace=pace,
            on_done=lambda: progress.advance(bar),
        )


def _run_job(session: Session, deployment: Deployment, survey: Survey) -> Counter[str]:
    """Start a job and follow it."""
    stack, bucket = deployment.needed_stack(), deployment.bucket.name
    batch = BatchJob.start(session, stack, bucket, survey.tasks)
    command = f"ops backfill --stack {stack.name} --job {batch.job_id}"
    session.messages.print(
        f"Job {batch.job_id} has started. Ctrl-C does not end it; see it again with\n"
        f"  {command}",
        markup=False,
        soft_wrap=True,
    )
    return _follow(session, batch)


def _follow(session: Session, batch: BatchJob) -> Counter[str]:
    """Show a job's progress until its end; return what became of the objects."""
    with _progress(session) as progress:
        bar = progress.add_task("pictures", total=None)

        def on_progress(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total or None)

        job = batch.follow(on_progress)
    return batch.summarize(job)


def _progress(session: Session) -> Progress:
    """Return a bar that is only drawn on a terminal."""
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=session.messages,
        disable=not session.messages.is_terminal,
    )


def _end(
    session: Session,
    counted: dict[str, Any],
    counts: Counter[str],
    *,
    as_json: bool,
    is_stopped: bool = False,
) -> None:
    """Print the summary; end with the status that it means."""
    if as_json:
        session.print_json({**counted, "reasons": counts, "stopped": is_stopped})
    elif counts:
        show_summary(session, counts)
    if is_stopped:
        session.messages.print("Stopped; the next run takes up the rest.")
        raise typer.Exit(INTERRUPTED)
    if has_failed(counts):
        session.messages.print("What has failed is taken up by the next run.")
        raise typer.Exit(1)
