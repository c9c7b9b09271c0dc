"""
Compute what a stack costs a month, and write the tables of `docs/cost.md`: `make docs`.

`python -m tools.cost --users 250000 --changes 0.2` prints the table for other numbers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.cost import USD_PER_GB_SECOND, USD_PER_REQUEST
from tools.page_parts import replace_part

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cost.md"
USERS = (1_000, 100_000, 10_000_000)
MILLION = 1_000_000

# USD in us-east-1, first tier, November 2026: docs/cost.md names the sources.
USD_PER_WRITE = 5.00 / MILLION  # S3: PUT, LIST
USD_PER_READ = 0.40 / MILLION  # S3: GET, tags too
USD_PER_GB = 0.023  # S3 Standard, a month, up to 50 TB
USD_PER_TAG = 0.0065 / 10_000  # a month
USD_PER_MESSAGE_CALL = 0.40 / MILLION  # SQS
USD_PER_LOG_GB = 0.50 + 0.03  # taken in, and kept for a month
USD_PER_METRIC = 0.30
USD_PER_ALARM_METRIC = 0.10  # an alarm costs this for each metric that it reads
USD_PER_DASHBOARD = 3.00
USD_PER_SECRET = 0.40
USD_PER_SENT_GB = 0.09  # from AWS to the internet
# What AWS gives each account every month without an end.
FREE_GB_SECONDS, FREE_REQUESTS, FREE_MESSAGE_CALLS = 400_000, MILLION, MILLION
FREE_LOG_GB, FREE_METRICS, FREE_ALARM_METRICS, FREE_DASHBOARDS = 5, 10, 10, 3
FREE_SENT_GB = 100

# The template's: tests/docs/test_cost.py counts them there.
ALARM_METRICS, METRICS, QUEUES = 11, 18, 2
# One new picture. bench/results: 0.534 s with 12 MP and nine round trips of 50 ms, and
# docs/performance.md: 8.5 ms more in a worker, of a core of which 1,024 MB have 58%.
PICTURE_SECONDS = 0.55
PICTURE_WRITES, PICTURE_READS = 4, 4  # the PUT, two LIST, the tag; the GET, three tags
PICTURE_LOG_KB = 2.5  # log line, metrics, Lambda's lines; 2.1 measured in MiniStack
PICTURE_SENT_KB = 60  # the JPEG of 512 pixels, and the requests
PICTURE_REQUESTS = 5  # to Authgear
# One range of a resync.
RANGE = 1_000  # users
RANGE_SECONDS, RANGE_WRITES, RANGE_MESSAGE_CALLS = 5, 2, 4
# Lambda keeps five connections to an empty queue open, each for 20 seconds.
EMPTY_CALLS = 5 * 3 * 60 * 24 * 30


@dataclass(frozen=True)
class Use:
    """
    What a stack is used for.

    Args:
        users: Users with a picture in the bucket.

        changes: New pictures of a user in a month.

        megabytes: Size of an uploaded picture.

        resyncs: Resyncs in a month.
    """

    users: int
    changes: float = 0.1
    megabytes: float = 2.0
    resyncs: int = 30

    @property
    def pictures(self) -> float:
        """New pictures in a month."""
        return self.users * self.changes

    @property
    def ranges(self) -> float:
        """Ranges of keys that the resyncs of a month compare."""
        return self.resyncs * max(1, self.users / RANGE)

    @property
    def authgear_requests(self) -> float:
        """Requests to Authgear in a month, where the key holds the user's id."""
        return self.pictures * PICTURE_REQUESTS + self.ranges

    @property
    def share_of_limit(self) -> float:
        """The share that these are of 60 requests a minute."""
        return self.authgear_requests / (60 * 60 * 24 * 30)


def parts(use: Use) -> dict[str, float]:
    """Return USD a month by part, without anything that AWS gives for free."""
    pictures, ranges = use.pictures, use.ranges
    stored = use.users * (1 + use.changes)  # old versions stay for 30 days
    return {
        "alarms, metrics, dashboard": ALARM_METRICS * USD_PER_ALARM_METRIC
        + METRICS * USD_PER_METRIC
        + USD_PER_DASHBOARD,
        "the secret, polling of empty queues": USD_PER_SECRET
        + QUEUES * EMPTY_CALLS * USD_PER_MESSAGE_CALL,
        "new pictures: Lambda": pictures
        * (PICTURE_SECONDS * USD_PER_GB_SECOND + USD_PER_REQUEST),
        "new pictures: requests to S3": pictures
        * (PICTURE_WRITES * USD_PER_WRITE + PICTURE_READS * USD_PER_READ),
        "new pictures: log, transfer to Authgear": pictures
        * (PICTURE_LOG_KB * USD_PER_LOG_GB + PICTURE_SENT_KB * USD_PER_SENT_GB)
        / MILLION,
        "resync": use.resyncs * use.users * USD_PER_READ
        + ranges
        * (
            RANGE_SECONDS * USD_PER_GB_SECOND
            + USD_PER_REQUEST
            + RANGE_WRITES * USD_PER_WRITE
            + RANGE_MESSAGE_CALLS * USD_PER_MESSAGE_CALL
        ),
        "the uploaded pictures and their tags in S3": stored
        * (use.megabytes / 1000 * USD_PER_GB + USD_PER_TAG),
    }


def free(use: Use) -> float:
    """Return the USD of a month that AWS takes off, if nothing else uses it up."""
    pictures, ranges = use.pictures, use.ranges
    seconds = pictures * PICTURE_SECONDS + ranges * RANGE_SECONDS
    calls = QUEUES * EMPTY_CALLS + ranges * RANGE_MESSAGE_CALLS
    log = pictures * PICTURE_LOG_KB / MILLION
    sent = pictures * PICTURE_SENT_KB / MILLION
    return sum(
        min(used, limit) * usd
        for used, limit, usd in (
            (seconds, FREE_GB_SECONDS, USD_PER_GB_SECOND),
            (pictures + ranges, FREE_REQUESTS, USD_PER_REQUEST),
            (calls, FREE_MESSAGE_CALLS, USD_PER_MESSAGE_CALL),
            (log, FREE_LOG_GB, USD_PER_LOG_GB),
            (sent, FREE_SENT_GB, USD_PER_SENT_GB),
            (METRICS, FREE_METRICS, USD_PER_METRIC),
            (ALARM_METRICS, FREE_ALARM_METRICS, USD_PER_ALARM_METRIC),
            (1, FREE_DASHBOARDS, USD_PER_DASHBOARD),
        )
    )


def table(uses: list[Use]) -> Iterator[str]:
    """Yield the lines of the table."""
    columns = [parts(use) for use in uses]
    totals = [sum(column.values()) for column in columns]
    less = [
        max(0.0, total - free(use)) for total, use in zip(totals, uses, strict=True)
    ]
    yield _row("USD a month", [f"{use.users:,} users" for use in uses])
    yield "|---|" + "---:|" * len(uses)
    for name in columns[0]:
        yield _row(name, [_usd(column[name]) for column in columns])
    yield _row("**sum**", [f"**{_usd(total)}**" for total in totals])
    yield _row("sum, less what each account gets for free", [_usd(it) for it in less])
    yield _row(
        "requests to Authgear", [f"{use.authgear_requests:,.0f}" for use in uses]
    )
    yield _row(
        "their share of 60 a minute", [f"{use.share_of_limit:.2%}" for use in uses]
    )


def render(page: str) -> str:
    """Return the page with its table as the constants have it now."""
    return replace_part(page, "cost", table([Use(users) for users in USERS]))


def main() -> None:
    """Write the page again, or print the table for the numbers that are given."""
    parser = argparse.ArgumentParser(prog="python -m tools.cost", description=__doc__)
    parser.add_argument("--users", type=int, help="users with a picture")
    default = Use(0)
    for name in ("changes", "megabytes"):
        parser.add_argument(f"--{name}", type=float, default=getattr(default, name))
    parser.add_argument("--resyncs", type=int, default=default.resyncs)
    given = parser.parse_args()
    if given.users is None:
        PAGE.write_text(render(PAGE.read_text()))
        return
    print("\n".join(table([Use(**vars(given))])))


def _row(name: str, cells: list[str]) -> str:
    """Return a row of a table."""
    return f"| {name} | {' | '.join(cells)} |"


def _usd(amount: float) -> str:
    """Return an amount of USD, to the cent."""
    return f"{amount:,.2f}"


if __name__ == "__main__":
    main()
