"""gang-not-schedulable: PodGroups of three kinds, and members whose group was not collected."""

import pytest

from tests.support.lab import Lab, Object, condition, pod, thing

ID = "gang-not-schedulable"
VOLCANO, PLUGIN, NATIVE = (
    "scheduling.volcano.sh/v1beta1",
    "scheduling.x-k8s.io/v1alpha1",
    "scheduling.k8s.io/v1alpha3",
)
JOB = thing("Job", "mpi", api="batch.volcano.sh/v1alpha1", spec={}, status={"state": {"phase": "Pending"}})
TEXT = (
    "3/4 tasks in gang unschedulable: pod group is not ready, 4 Pending, 4 minAvailable; Pending: 1 "
    "Schedulable, 3 Unschedulable"
)
QUEUE = "queue resource quota insufficient: insufficient cpu"
LACKS = condition("Unschedulable", "True", "NotEnoughResources", TEXT, 3)
NO_PLACE = condition("PodGroupScheduled", "False", "Unschedulable", "0/3 nodes have room", 3)


def group(
    *conditions: Object, phase: str = "Pending", api: str = VOLCANO, owner: Object | None = JOB
) -> Object:
    spec = {"minMember": 4, "queue": "default"}
    status = {"phase": phase, "conditions": list(conditions)}
    return thing("PodGroup", "mpi-x", api=api, owner=owner, spec=spec, status=status)


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (group(LACKS), TEXT),
        (group(LACKS, phase="Inqueue"), TEXT),
        (group(LACKS, phase="Scheduling", api=PLUGIN), TEXT),
        (group(NO_PLACE, phase="", api=NATIVE), "0/3 nodes have room"),
    ],
)
def test_a_gang_without_a_place(held: Object, words: str) -> None:
    lab = Lab().apply(JOB, held).quiet(30)
    found = lab.one(ID)
    assert (found.severity, found.root, found.subject.kind, found.subject.name) == (
        "high",
        True,
        "Job",
        "mpi",
    )
    assert "The gang of 4 pods of Job mpi waits in queue default" in found.title
    assert words in found.title
    verdict = lab.session("mpi").verdict
    assert verdict is not None
    assert verdict.failure == ID


def test_events_tell_where_the_group_has_no_condition_and_the_queue_is_the_reason() -> None:
    lab = Lab().apply(JOB, group())
    counts = "0/0 tasks in gang unschedulable: pod group is not ready, 4 minAvailable"
    for second in (2, 20):
        lab.event(group(), "Unschedulable", QUEUE, component="volcano", seconds=second)
        lab.event(group(), "Unschedulable", counts, component="volcano", seconds=second)
    assert lab.one(ID).title.endswith(f"at once: {QUEUE}")


def test_the_first_seconds_of_every_gang() -> None:
    lab = Lab().apply(JOB, group()).event(group(), "Unschedulable", TEXT, seconds=1).quiet(5)
    binding = "0/3 tasks in gang unschedulable: pod group is ready, 3 Binding, 3 minAvailable"
    lab.event(group(), "Unschedulable", binding, seconds=6)
    lab.apply(group(condition("Scheduled", seconds=7), phase="Running")).quiet(900)
    assert lab.anomalies(ID) == []


def test_a_place_at_last() -> None:
    lab = Lab().apply(JOB, group(LACKS)).quiet(60)
    lab.apply(group(condition("Unschedulable", "False"), condition("Scheduled", seconds=90), phase="Running"))
    assert (lab.one(ID).state, lab.one(ID).severity) == ("closed", "info")
    assert "waited" in lab.one(ID).title


@pytest.mark.parametrize(
    "message",
    [
        "0/3 nodes are available: waiting for minCount pods from a gang",
        'rejected due to timeout after waiting 60s at plugin "Coscheduling"',
        "optimistic rejection in PostFilter",
        TEXT,
    ],
)
def test_a_member_whose_group_was_not_collected(message: str) -> None:
    member = pod("mpi-worker-0", owner=JOB)
    lab = Lab().apply(JOB, member).event(member, "FailedScheduling", message, seconds=2).quiet(30)
    assert lab.one(ID).subject.name == "mpi"


@pytest.mark.parametrize("message", ["0/3 nodes are available: 3 Insufficient cpu.", "pod group is ready"])
def test_other_words_about_a_pod(message: str) -> None:
    member = pod("mpi-worker-0", owner=JOB)
    lab = Lab().apply(JOB, member).event(member, "FailedScheduling", message, seconds=2).quiet(30)
    assert lab.anomalies(ID) == []
