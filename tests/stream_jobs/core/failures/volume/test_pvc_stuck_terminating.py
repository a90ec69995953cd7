"""pvc-stuck-terminating: deleted while pods use it; not where the pods go, too."""

from typing import Any

import pytest

from tests.support.claims import claim, lab_of, placed, unplaced
from tests.support.lab import Object, at

GOING = {
    "deletionTimestamp": "2026-11-24T12:00:30Z",
    "deletionGracePeriodSeconds": 0,
    "finalizers": ["kubernetes.io/pvc-protection"],
}
REFUSED = '0/2 nodes are available: persistentvolumeclaim "data" is being deleted. not found'


def going(**more: Any) -> Object:
    return claim("Bound", meta=GOING | more)


def test_a_pod_goes_on_with_it() -> None:
    lab = lab_of(claim("Bound"), placed(started=10)).apply(going(), seconds=31)
    assert lab.quiet(32).anomalies("pvc-stuck-terminating") == []
    found = lab.quiet(34).one("pvc-stuck-terminating")
    assert (found.root, found.severity, found.since) == (True, "medium", at(30))
    assert "was deleted at 2026-11-24 12:00:30 UTC while pod train-x uses it" in found.title
    assert found.sessions == (lab.session("train").id,)
    lab.delete(going(), seconds=600)
    assert lab.anomalies("pvc-stuck-terminating") == []  # nobody had to wait for it


def test_a_new_pod_does_not_get_it() -> None:
    lab = lab_of(going(), unplaced(REFUSED))
    found = lab.one("pvc-stuck-terminating")
    assert found.root
    assert lab.one("pod-unschedulable").cause == found.id


@pytest.mark.parametrize(
    ("item", "pod"),
    [
        (going(), placed(started=10) | {"status": {"phase": "Succeeded"}}),
        (going(finalizers=["example.com/backup"]), placed(started=10)),
        (claim("Bound"), placed(started=10)),
        (going(), unplaced()),
    ],
)
def test_nobody_holds_it(item: Object, pod: Object) -> None:
    assert lab_of(item, pod).quiet(900).anomalies("pvc-stuck-terminating") == []


def test_pods_that_go_together_with_it() -> None:
    pod = placed(started=10)
    pod["metadata"] |= {"deletionTimestamp": "2026-11-24T12:01:00Z", "deletionGracePeriodSeconds": 30}
    assert lab_of(going(), pod).quiet(900).anomalies("pvc-stuck-terminating") == []
