"""Reading Spark's pods, for spark-submit and both operators: driver and executors, who submitted what.

Facts: apache/spark, resource-managers/kubernetes/core: Constants.scala, BasicDriverFeatureStep.scala,
BasicExecutorFeatureStep.scala. The driver owns its executors, adds and removes them as it likes, and takes
them down before it ends.
"""

from datetime import UTC, datetime

from schemas.contracts import Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import containers, exits, pod_view
from stream_jobs.core.runs.roles import Role, role_step

APP = "spark-app-selector"  # Spark's own id of the application
ROLE = "spark-role"
NAME = "spark-app-name"  # a label since 3.x, an annotation before
EXECUTOR_ID = "spark-exec-id"
USER = "SPARK_USER"
DRIVER_CONTAINER = "spark-kubernetes-driver"


def is_spark(known: Known) -> bool:
    """Whether the object is a pod that Spark made."""
    return known.key == "Pod" and known.labels.get(ROLE) in ("driver", "executor") and APP in known.labels


def drivers(pods: list[Known]) -> list[Known]:
    """The driver's pods, oldest first: one a try, often of one name."""
    return [each for each in pods if each.labels.get(ROLE) == "driver"]


def spark_steps(pods: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    """The driver, and the executors it made, each known by Spark's number for it."""
    executors = [each for each in pods if each.labels.get(ROLE) == "executor"]
    return tuple(
        role_step(each, cell, phase)
        for each in (
            Role("driver", "driver", drivers(pods), place=lambda _: "driver"),
            Role("executors", "executor", executors, after=("driver",), place=_place),
        )
    )


def _place(pod: Known) -> str:
    return pod.labels.get(EXECUTOR_ID, "")


def app_name(pods: list[Known]) -> str:
    """The application's name, as its program gave it."""
    told = (each.labels.get(NAME) or each.annotations.get(NAME) for each in pods)
    return next(filter(None, told), "")


def user_of(pods: list[Known]) -> str:
    """Who submitted it: Spark hands the name of the account on to its pods."""
    for pod in pods:
        for each in containers(pod_view(pod).spec):
            for variable in each.env or ():
                if variable.name == USER and variable.value:
                    return variable.value
    return ""


def driver_said(pods: list[Known]) -> str:
    """What the newest driver's container left as its last words."""
    for pod in reversed(drivers(pods)):
        ends = [each for each in exits(pod, "main") if each.code != 0 and each.message.strip()]
        told = [each for each in ends if each.container == DRIVER_CONTAINER] or ends
        if told:
            return told[-1].message.strip()
    return ""


def moment(text: str) -> datetime | None:
    """The time that a status states as text; None where it states none that can be read."""
    try:
        stated = datetime.fromisoformat(text)
    except ValueError:
        return None
    return stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC)
