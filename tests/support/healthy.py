"""Life stories of healthy runs, as the API would tell them, with the noise that real ones make."""

import random
from collections.abc import Iterator

from tests.support.lab import Lab, Object, condition, job, job_pod, node, running, stamp, status, terminated

NODES = ("gpu-1", "gpu-2", "cpu-1")
NOISE = (
    ("Normal", "Pulling", 'Pulling image "train:1"'),
    ("Normal", "Pulled", 'Successfully pulled image "train:1" in 41s (41s including waiting)'),
    (
        "Warning",
        "FailedMount",
        'MountVolume.SetUp failed for volume "kube-api-access": failed to sync configmap '
        "cache: timed out waiting for the condition",
    ),
    ("Warning", "Unhealthy", "Readiness probe failed: dial tcp 10.0.0.7:8080: connect: connection refused"),
    ("Normal", "Started", "Started container main"),
)
NO_ROOM = (
    "0/3 nodes are available: 3 Insufficient nvidia.com/gpu. preemption: 0/3 nodes are available: "
    "3 No preemption victims found for incoming pod."
)


def live(chance: random.Random) -> Lab:
    """Let a cluster with a few healthy runs live for an hour, everything interleaved."""
    lab = Lab().apply(*(node(name) for name in NODES), seconds=0)
    stories = [_run(lab, f"train-{number}", chance) for number in range(chance.randint(1, 4))]
    while stories:
        story = chance.choice(stories)
        try:
            next(story)
        except StopIteration:
            stories.remove(story)
        if chance.random() < 0.2:
            lab.quiet(lab.clock + chance.choice((1, 5, 20)))
    return lab.quiet(lab.clock + 3600)


def _run(lab: Lab, name: str, chance: random.Random) -> Iterator[None]:
    """A Job of a few pods side by side, some of them after a try that failed."""
    indexed = {"completions": 1, "parallelism": 1, "backoffLimit": 6}
    made = job(name, spec=indexed, meta={"creationTimestamp": stamp(lab.clock)})
    lab.apply(made)
    yield
    if chance.random() < 0.3:
        yield from _pod(lab, made, f"{name}-a", chance, code=chance.choice((1, 137, 143)))
    yield from _pod(lab, made, f"{name}-b", chance, code=0)
    over = [condition(kind, seconds=lab.clock) for kind in ("SuccessCriteriaMet", "Complete")]
    lab.apply(job(name, spec=indexed, meta=made["metadata"], status={"succeeded": 1, "conditions": over}))
    yield


def _pod(lab: Lab, owner: Object, name: str, chance: random.Random, code: int) -> Iterator[None]:
    born, machine = stamp(lab.clock), chance.choice(NODES)

    def shown(body: Object, *, placed: bool = True) -> Object:
        spec = {"nodeName": machine} if placed else {}
        return job_pod(name, owner, meta={"creationTimestamp": born}, spec=spec, status=body)

    if chance.random() < 0.4:  # a machine comes a little later
        waits = condition("PodScheduled", "False", "Unschedulable", NO_ROOM, seconds=lab.clock)
        item = shown(status("Pending", conditions=[waits]), placed=False)
        lab.apply(item).event(
            item, "FailedScheduling", NO_ROOM, component="default-scheduler", type="Warning"
        )
        yield
        lab.event(item, "TriggeredScaleUp", "pod triggered scale-up", component="cluster-autoscaler")
        yield
    placed = condition("PodScheduled", seconds=lab.clock)
    waiting = {"name": "main", "state": {"waiting": {"reason": "ContainerCreating"}}, "restartCount": 0}
    item = shown(status("Pending", waiting, conditions=[placed]))
    lab.apply(item)
    yield
    yield from _noise(lab, item, chance)
    began = lab.clock
    ready = condition("Ready", seconds=began)
    lab.apply(shown(status("Running", running(seconds=began), conditions=[placed, ready])))
    yield
    lab.apply(shown(_over(code, began, lab.clock, placed)))
    yield


def _noise(lab: Lab, item: Object, chance: random.Random) -> Iterator[None]:
    for kind, reason, message in NOISE:
        if chance.random() < 0.5:
            lab.event(item, reason, message, type=kind)
            yield


def _over(code: int, began: float, ended: float, placed: Object) -> Object:
    went_well = code == 0
    last = terminated(code, "Completed" if went_well else "Error", seconds=ended, startedAt=stamp(began))
    unready = condition("Ready", "False", "PodCompleted" if went_well else "PodFailed", seconds=ended)
    return status("Succeeded" if went_well else "Failed", last, conditions=[placed, unready])
