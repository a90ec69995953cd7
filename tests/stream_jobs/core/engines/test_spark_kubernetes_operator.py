"""Apache's own Spark operator: the outcome is the state before the release of what was used."""

import pytest

from tests.stream_jobs.core.engines.spark_objects import driver, executor
from tests.support.lab import Lab, Object, at, stamp, thing

API = "spark.apache.org/v1"


def state(summary: str, message: str = "", seconds: float = 60) -> Object:
    stated = {"currentStateSummary": summary, "message": message}
    return stated | {"lastTransitionTime": stamp(seconds).replace("Z", ".123456789Z")}


def application(
    *states: Object, attempt: int = 0, kind: str = "SparkApplication", spec: Object | None = None
) -> Object:
    stand = {
        "currentState": states[-1] if states else {},
        "stateTransitionHistory": {str(number): each for number, each in enumerate(states, 8)},
        "currentAttemptSummary": {"attemptInfo": {"id": attempt, "restartCounter": attempt}},
    }
    return thing(kind, "pi", api=API, spec=spec or {}, status=stand if states else None)


@pytest.mark.parametrize(
    ("summaries", "phase"),
    [
        ((), "Pending"),
        (("Submitted",), "Pending"),
        (("DriverRequested",), "Pending"),
        (("DriverReady",), "Running"),
        (("RunningHealthy",), "Running"),
        (("RunningWithPartialCapacity",), "Running"),
        (("Failed", "ScheduledToRestart"), "Pending"),
        (("Succeeded",), "Succeeded"),
        (("Failed", "Submitted", "Succeeded", "ResourceReleased"), "Succeeded"),  # ids 8 to 11: not as text
        (("RunningHealthy", "Failed", "ResourceReleased"), "Failed"),
        (("SchedulingFailure", "TerminatedWithoutReleaseResources"), "Error"),
        (("DriverEvicted",), "Error"),
        (("ExecutorsStartTimedOut",), "Error"),
    ],
)
def test_phases(summaries: tuple[str, ...], phase: str) -> None:
    session = Lab().apply(application(*map(state, summaries))).session("pi")
    assert (session.engine, session.phase) == ("spark-kubernetes-operator", phase)


def test_the_message_and_the_end_are_those_of_the_outcome() -> None:
    app = application(state("Failed", "Driver has failed", 60), state("ResourceReleased", "", 90), attempt=1)
    session = Lab().apply(app).session("pi")
    assert (session.message, session.ended and session.ended.replace(microsecond=0)) == (
        "Driver has failed",
        at(60),
    )
    assert session.attempt == 2


@pytest.mark.parametrize("owned", [True, False])
def test_pods_are_found_by_owner_or_label(owned: bool) -> None:
    app = application(state("RunningHealthy"))
    head = driver(owner=app) if owned else driver(labels={"spark.operator/spark-app-name": "pi"})
    lab = Lab().apply(app, head, executor(1, head))
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["pi"]
    assert [len(each.attempts) for each in lab.session("pi").steps] == [1, 1]


def test_a_suspended_one_says_so() -> None:
    session = Lab().apply(application(state("Submitted"), spec={"suspend": True})).session("pi")
    assert session.phase == "Suspended"
    assert "resumes" in session.wait


def test_a_cluster_stays() -> None:
    session = Lab().apply(application(state("RunningHealthy"), kind="SparkCluster")).session("pi")
    assert (session.kind, session.phase) == ("SparkCluster", "Running")
    assert [each.name for each in session.steps] == ["master", "worker"]


def test_without_the_application_its_pods_tell() -> None:
    session = Lab().apply(driver(owner=application())).session("pi")
    assert (session.uid, session.phase) == ("uid-sparkapplication-pi", "Running")
