"""Spark by spark-submit: a run is an application, known only by the labels of its driver and executors.

An operator's application is a run of that operator (spark-operator, spark-kubernetes-operator). In client
mode the driver is whatever called Spark (a Job, a notebook), and only executors carry Spark's labels.
"""

from schemas.contracts import ENDED, Phase
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PRIMITIVE, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import fold
from stream_jobs.core.runs.spark import APP, app_name, driver_said, drivers, is_spark, spark_steps, user_of


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim drivers and executors by Spark's id of the application."""
    return Claim(key=known.labels[APP], namespace=known.namespace) if is_spark(known) else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the application's story by its driver; in client mode by its executors."""
    pods = pods_of(members)
    driver = next(iter(drivers(pods)), None)
    head = driver or next(iter(pods), members[0])
    app = next((each.labels[APP] for each in (head, *pods) if APP in each.labels), "")
    phase = _phase(driver, pods)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    return Description(
        kind="Pod" if driver is not None else "SparkApplication",
        name=driver.name if driver is not None else app_name(pods) or app or head.name,
        uid=driver.uid if driver is not None else "",
        run=app,
        definition=app_name(pods) or app,
        trigger="" if head.view.metadata.ownerReferences else "manual",
        user=user_of(pods),
        phase=phase,
        message=driver_said(pods) if phase == "Failed" else "",
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=head.created,
        started=first_start(pods),
        ended=(ended_at(driver) if driver is not None else max(ends, default=None))
        if phase in ENDED
        else None,
        deleted=driver.deleted if driver is not None else None,
        steps=spark_steps(pods, phase, cell),
        requests=widest(pods),
    )


def _phase(driver: Known | None, pods: list[Known]) -> Phase:
    """As the driver goes, so goes the application. Executors alone that are gone went as they should."""
    if driver is not None:
        return pod_phase(driver)
    phase = fold(pod_phase(each) for each in pods)
    return "Succeeded" if phase == "Cancelled" else phase


ENGINE = Engine(
    name="spark", title="Spark application", layer=PRIMITIVE, nests=False, claim=claim, describe=describe
)
