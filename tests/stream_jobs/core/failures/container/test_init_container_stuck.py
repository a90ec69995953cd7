"""init-container-stuck: after its time; a sidecar that runs among the init containers is none."""

from tests.support.lab import Lab, Object, at, job, job_pod, running, status, terminated, waiting


def train(init: Object, policy: str | None = None) -> Object:
    first: Object = {"name": "wait-for-master"} | ({"restartPolicy": policy} if policy else {})
    spec = {"containers": [{"name": "main"}], "initContainers": [first], "restartPolicy": "Never"}
    state = status("Pending", waiting("PodInitializing"), initContainerStatuses=[init])
    return job_pod("train-x", job("train"), spec=spec, status=state)


def test_it_waits_for_what_does_not_come() -> None:
    lab = Lab().apply(job("train"), train(running(name="wait-for-master", seconds=10)))
    assert lab.quiet(900).anomalies("init-container-stuck") == []
    found = lab.quiet(911).one("init-container-stuck")
    assert (found.severity, found.root, found.since) == ("medium", True, at(10))
    assert (
        "Init container wait-for-master of pod train-x is still at work, and main waits for it" in found.title
    )
    assert "kubectl -n ml logs train-x -c wait-for-master" in found.playbook[0]
    ended = terminated(0, "Completed", name="wait-for-master", seconds=1200)
    lab.apply(train(ended), seconds=1201)
    assert (lab.one("init-container-stuck").until, lab.one("init-container-stuck").severity) == (
        at(1200),
        "info",
    )


def test_a_native_sidecar_and_a_short_preparation() -> None:
    lab = Lab().apply(job("train"), train(running(name="wait-for-master"), "Always"))
    assert lab.quiet(5000).anomalies("init-container-stuck") == []
    lab = Lab().apply(job("train"), train(terminated(0, "Completed", name="wait-for-master", seconds=700)))
    assert lab.quiet(5000).anomalies("init-container-stuck") == []
