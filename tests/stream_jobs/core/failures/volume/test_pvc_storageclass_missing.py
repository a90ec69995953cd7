"""pvc-storageclass-missing: the claim's own event names the class."""

from tests.support.lab import Lab, Object, at, node, thing
from tests.support.unplaced import lab_with, refused

SCRATCH: Object = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "scratch"}}]}
MESSAGE = 'storageclass.storage.k8s.io "standard-v2" not found'
UNBOUND = "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"


def claim(phase: str = "Pending") -> Object:
    return thing(
        "PersistentVolumeClaim", "scratch", spec={"storageClassName": "standard-v2"}, status={"phase": phase}
    )


def waiting() -> Lab:
    lab = lab_with(refused(UNBOUND, SCRATCH), node("worker-1"), claim())
    return lab.event(
        claim(), "ProvisioningFailed", MESSAGE, component="persistentvolume-controller", seconds=6
    )


def test_it_is_the_root_of_the_claims_and_the_pods_wait() -> None:
    lab = waiting()
    found = lab.one("pvc-storageclass-missing")
    assert found.title == (
        "PersistentVolumeClaim scratch asks for storage class standard-v2, which the cluster has not"
    )
    assert found.root
    assert lab.failures() == {"pvc-storageclass-missing", "pvc-pending", "pod-unschedulable"}
    assert lab.one("pvc-pending").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[-1].failure) == ("pvc-storageclass-missing", "pod-unschedulable")


def test_it_ends_when_the_claim_is_bound() -> None:
    lab = waiting().apply(claim("Bound"), seconds=120)
    assert lab.one("pvc-storageclass-missing").until == at(120)


def test_a_class_that_volumes_bear_needs_no_object() -> None:
    volume = thing(
        "PersistentVolume", "pv-1", spec={"storageClassName": "standard-v2"}, status={"phase": "Released"}
    )
    lab = waiting().apply(volume)
    assert lab.failures() == {"pvc-pending", "pod-unschedulable"}


def test_other_failures_to_make_a_disk_are_not_this() -> None:
    lab = Lab().apply(claim())
    lab.event(claim(), "ProvisioningFailed", "failed to provision volume: quota", component="ebs.csi.aws.com")
    assert lab.anomalies("pvc-storageclass-missing") == []
