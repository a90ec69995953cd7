"""control-plane-flags-changed: the flags of two static pods, and what is refused because of one."""

import pytest

from tests.support.edited import config_map, manager
from tests.support.lab import Lab, Object, job, node, pod, running, stamp, status

STATIC = {"kubernetes.io/config.source": "file", "kubernetes.io/config.mirror": "x"}
REFUSED = 'Pod "train-x" is invalid: spec.containers[0]: Forbidden: disallowed by cluster policy'
MASTER = node("cp-1")


def apiserver(uid: str, *flags: str, seconds: float = 0, image: str = "kube-apiserver:v1.34.4") -> Object:
    container = {"name": "kube-apiserver", "image": image, "command": ["kube-apiserver", *flags]}
    return pod(
        "kube-apiserver-cp-1",
        namespace="kube-system",
        owner=MASTER,
        labels={"component": "kube-apiserver"},
        annotations=STATIC,
        spec={"containers": [container], "nodeName": "cp-1"},
        status=status("Running", running(name="kube-apiserver")),
        meta={"uid": uid, "creationTimestamp": stamp(seconds)},
    )


OLD = apiserver("uid-1", "--allow-privileged=true", "--secure-port=6443")
NEW = apiserver("uid-2", "--allow-privileged=false", "--secure-port=6443", seconds=30)


def restarted(new: Object = NEW) -> Lab:
    return Lab().apply(MASTER, OLD).delete(OLD).apply(new, seconds=30)


def test_the_difference_is_told() -> None:
    found = restarted().one("control-plane-flags-changed")
    assert found.title.endswith("--allow-privileged=true -> --allow-privileged=false")
    assert (found.severity, found.subject.name) == ("low", "kube-apiserver-cp-1")


def test_another_version() -> None:
    new = apiserver(
        "uid-2", "--allow-privileged=true", "--secure-port=6443", seconds=30, image="kube-apiserver:v1.35.0"
    )
    assert (
        "kube-apiserver:v1.34.4 -> image kube-apiserver:v1.35.0"
        in restarted(new).one("control-plane-flags-changed").title
    )


def test_what_the_flag_forbids_is_its_effect() -> None:
    train = job("train")
    lab = restarted().apply(train).event(train, "FailedCreate", f"Error creating: {REFUSED}", seconds=40)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "control-plane-flags-changed"


def test_other_refusals_are_others() -> None:
    train = job("train")
    lab = (
        restarted()
        .apply(train)
        .event(train, "FailedCreate", 'Error creating: pods "x" is forbidden: y', seconds=40)
    )
    assert lab.one("controller-cannot-create-pods").root


def test_the_configuration_of_kubelets() -> None:
    edit = manager("kubectl-edit", "data", seconds=30)
    before, after = (config_map("kubelet-config", edit, kubelet=each) for each in ("a", "b"))
    for each in (before, after):
        each["metadata"]["namespace"] = "kube-system"
    assert Lab().apply(before, after).one("control-plane-flags-changed").severity == "low"


@pytest.mark.parametrize(
    "new", [apiserver("uid-2", "--secure-port=6443", "--allow-privileged=true", seconds=30)]
)
def test_a_restart_with_the_same_flags(new: Object) -> None:
    assert restarted(new).anomalies("control-plane-flags-changed") == []
