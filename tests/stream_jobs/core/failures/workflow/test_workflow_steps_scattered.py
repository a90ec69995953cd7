"""workflow-steps-scattered: only where the steps share a volume."""

from tests.support.lab import Lab, Object, node, running, status
from tests.support.pipelines import step_pod, workflow

OWNER = workflow("etl", "Running")


def placed(name: str, zone: str, claim: str = "data", *, phase: str = "Running") -> list[Object]:
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": claim}}]
    where = node(f"n-{zone}", labels={"topology.kubernetes.io/zone": zone})
    spec = {"nodeName": f"n-{zone}", "volumes": volumes}
    return [where, step_pod(name, OWNER, spec=spec, status=status(phase, running()))]


def test_steps_of_one_volume_in_two_zones() -> None:
    lab = Lab().apply(OWNER, *placed("prep", "a"), *placed("train", "c"))
    found = lab.one("workflow-steps-scattered")
    assert "volume claim data run in 2 zones: prep in a; train in c" in found.title
    assert found.severity == "info"


def test_with_trouble_it_is_a_hint() -> None:
    lab = Lab().apply(OWNER, *placed("prep", "a"), *placed("train", "c", phase="Failed"))
    assert lab.one("workflow-steps-scattered").severity == "low"


def test_one_zone_or_nothing_shared() -> None:
    lab = Lab().apply(OWNER, *placed("prep", "a"), *placed("train", "a"), *placed("score", "c", "other"))
    assert lab.anomalies("workflow-steps-scattered") == []
