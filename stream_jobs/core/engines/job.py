"""Kubernetes' own Job, started by a person, a tool or another engine."""

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PRIMITIVE, Claim, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.runs.jobs import claim_job, describe_job


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Jobs that no CronJob owns, and their pods."""
    return claim_job(known, cell, of_cron=False)


ENGINE = Engine(name="job", title="Job", layer=PRIMITIVE, claim=claim, describe=describe_job)
