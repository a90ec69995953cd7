"""One worker as a process of its own, ended hard at a step where a test wants that.

python -m tests.stream_jobs.worker correlate SETTINGS [STEP COUNT]
python -m tests.stream_jobs.worker store SETTINGS
"""

import os
import signal
import sys
from collections.abc import Sequence

import msgspec

from stream_jobs.correlate import FaultPoint, make_correlate
from stream_jobs.faust_app import run
from stream_jobs.settings import CorrelateSettings, StoreSettings
from stream_jobs.store import make_store


def end_at(step: str, count: int) -> FaultPoint:
    """Return a fault point that kills this process when it reaches `step` for the `count`th time.

    At the step "bug" it raises instead, in the place of "sent".
    """
    reached: list[str] = []

    def fault_point(now: str) -> None:
        reached.append(now)
        if step == "bug" and reached.count("sent") == count:
            raise ZeroDivisionError("a bug in the job")
        if reached.count(step) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return fault_point


def main(arguments: Sequence[str]) -> None:
    job, settings, *fault = arguments
    if job == "store":
        run(make_store(msgspec.json.decode(settings, type=StoreSettings)))
    step, count = fault or ("never", "1")
    run(make_correlate(msgspec.json.decode(settings, type=CorrelateSettings), end_at(step, int(count))))


if __name__ == "__main__":
    main(sys.argv[1:])
