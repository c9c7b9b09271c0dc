"""A small backfill, run from this machine: bounded, paced, and stopped by Ctrl-C."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from authgear import AdminAPI, Budget
from factory import authorize, build_picture_maker, build_reconciler, connect
from ops.backfill.survey import Task
from ops.deployment import Deployment
from outcome import Reason
from sync.reconciler import Reconciler

TIME = 300.0  # seconds for one user, waiting for its turns included


class Pace:
    """
    Lets so many requests a minute pass, evenly.

    Args:
        per_minute: How many.

        clock: Monotonic seconds.

        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 60 / per_minute
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next = clock()

    def wait(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            turn = max(self._next, self._clock())
            self._next = turn + self._interval
        self._sleep(max(0.0, turn - self._clock()))


class PacedAdapter(HTTPAdapter):
    """
    Sends each request when it is its turn.

    Args:
        pace: Shared by all connections.
    """

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def send(self, *arguments: Any, **options: Any) -> requests.Response:
        """Wait for a turn, then send."""
        self._pace.wait()
        return super().send(*arguments, **options)


def run_here(
    deployment: Deployment,
    tasks: Sequence[Task],
    *,
    concurrency: int,
    pace: Pace,
    on_done: Callable[[], None],
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Counter[str], bool]:
    """
    Reconcile users from this machine.

    Args:
        deployment: Settings and bucket.

        tasks: Whom.

        concurrency: How many at once.

        pace: Limits the requests to Authgear.

        on_done: Told of each user who is done with.

        should_stop: Asked before each user; Ctrl-C stops it too.

    Returns:
        What became of them by reason, and whether Ctrl-C ended it early. Who was begun
        is finished; a second run takes up the rest.
    """
    waiting: queue.SimpleQueue[Task] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    stop, counts, lock = threading.Event(), Counter[str](), threading.Lock()

    def work() -> None:
        reconciler = _reconciler(deployment, pace)
        while not stop.is_set():
            if should_stop():
                stop.set()
                return
            try:
                task = waiting.get_nowait()
            except queue.Empty:
                return
            reason = _reconcile(reconciler, task.key)
            with lock:
                counts[reason] += 1
                on_done()

    threads = [threading.Thread(target=work) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except KeyboardInterrupt:
        stop.set()
        for thread in threads:
            thread.join()
    return counts, stop.is_set()


def _reconciler(deployment: Deployment, pace: Pace) -> Reconciler:
    """Make a reconciler of a thread's own, with connections of its own."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, PacedAdapter(pace))
    settings = deployment.settings
    tokens = authorize(settings, deployment.aws.secrets)
    admin_api = AdminAPI(connect(settings, session=session), tokens)
    make_picture = build_picture_maker(settings, deployment.find_focus)
    return build_reconciler(settings, deployment.bucket, admin_api, make_picture)


def _reconcile(reconciler: Reconciler, key: str) -> str:
    """Bring one user in sync; return the reason."""
    try:
        budget = Budget(deadline=time.monotonic() + TIME)
        return reconciler.reconcile(key, budget)[0].result.reason
    except Exception:  # noqa: BLE001 - a bug in one object must not lose the rest
        return Reason.UNEXPECTED_ERROR
