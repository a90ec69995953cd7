"""Jobs that a CronJob starts: each is a run, and the CronJob is what they are runs of."""

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PRIMITIVE, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import annotated_time
from stream_jobs.core.runs.jobs import claim_job, cron_owner, describe_job

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
INSTANTIATE = "cronjob.kubernetes.io/instantiate"  # "manual": kubectl create job --from=cronjob/...


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Jobs that a CronJob owns, and their pods."""
    return claim_job(known, cell, of_cron=True)


def describe(members: list[Known], cell: Cell) -> Description:
    """The Job's story; it was due at the scheduled time, and is made a little later."""
    told = describe_job(members, cell)
    job = next((each for each in members if each.uid == told.uid), None)
    if job is None:
        return told
    return msgspec.structs.replace(
        told,
        definition=cron_owner(job),
        trigger=job.annotations.get(INSTANTIATE) or "schedule",
        queued=annotated_time(job, SCHEDULED),
    )


ENGINE = Engine(name="cronjob", title="CronJob", layer=PRIMITIVE, claim=claim, describe=describe)
