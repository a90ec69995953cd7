"""service-no-endpoints: pods that are ill, a selector that takes none, a workload that was scaled to 0."""

import pytest

from tests.support.edited import HELM, HELM_WITHOUT_REPLICAS, service, workload
from tests.support.lab import (
    Lab,
    Object,
    condition,
    job,
    job_pod,
    pod,
    running,
    status,
    terminated,
    thing,
    waiting,
)

READY = condition("Ready", seconds=5)
ILL = condition("Ready", "False", seconds=5)


def web_pod(told: Object, name: str = "web-x", **labels: str) -> Object:
    return pod(name, status=told, labels={"app": "web"} | labels)


def slice_of(*ready: bool, name: str = "web") -> Object:
    points = [
        {"conditions": {"ready": each}, "targetRef": {"kind": "Pod", "name": "web-x", "uid": "uid-pod-web-x"}}
        for each in ready
    ]
    return thing(
        "EndpointSlice", f"{name}-1", api="discovery.k8s.io/v1", owner=service(name), endpoints=points
    )


CRASHING = status("Running", waiting("CrashLoopBackOff"), conditions=[ILL])


def test_a_pod_that_is_ill_is_told_at_once() -> None:
    found = Lab().apply(service("web"), slice_of(False), web_pod(CRASHING)).one("service-no-endpoints")
    assert found.title.endswith("pod web-x is not ready (web-x: CrashLoopBackOff)")
    assert found.subject.kind == "Service"


def test_a_probe_that_fails_later_is_told_then() -> None:
    item = web_pod(status("Running", running(ready=False), conditions=[ILL]))
    lab = Lab().apply(service("web"), slice_of(False), item)
    assert lab.anomalies("service-no-endpoints") == []
    lab.event(item, "Unhealthy", "Readiness probe failed: 503")
    assert "its readiness probe fails" in lab.one("service-no-endpoints").title


def test_a_selector_that_takes_no_pod_shows_the_nearest() -> None:
    typing_error = thing("Service", "web", spec={"selector": {"app": "web", "version": "v2"}})
    near = web_pod(status("Running", running(), conditions=[READY]), version="v1")
    lab = Lab().apply(typing_error, slice_of(), near).quiet(299)
    assert lab.anomalies("service-no-endpoints") == []
    found = lab.quiet(302).one("service-no-endpoints")
    assert (
        "its selector app=web and version=v2 takes no pod; pod web-x has app=web and version=v1"
        in found.title
    )


def test_a_workload_that_was_scaled_to_0_breaks_whoever_calls_it() -> None:
    spec = {"containers": [{"name": "main", "command": ["load", "--host", "postgres"]}]}
    lab = Lab().apply(
        workload("StatefulSet", "postgres", 1, HELM), service("postgres"), slice_of(name="postgres")
    )
    lab.apply(workload("StatefulSet", "postgres", 0, HELM_WITHOUT_REPLICAS))
    load = job("load")
    lab.apply(load, job_pod("load-x", load, spec=spec, status=status("Failed", terminated(2))))
    assert "StatefulSet postgres was scaled to 0" in lab.one("service-no-endpoints").title
    assert not lab.one("container-exit-error").root


@pytest.mark.parametrize(
    "objects",
    [
        [service("web"), slice_of(True), web_pod(status("Running", running(), conditions=[READY]))],
        [service("web"), slice_of(False, True), web_pod(CRASHING)],
        [service("web"), web_pod(status("Running", running(), conditions=[READY]))],  # no slices collected
        [service("web"), slice_of(), web_pod(status("Succeeded", terminated(0)))],  # it has ended
        [
            thing(
                "Service",
                "web",
                spec={"clusterIP": "None", "publishNotReadyAddresses": True, "selector": {"app": "web"}},
            )
        ],
        [thing("Service", "web", spec={"type": "ExternalName"})],
    ],
)
def test_services_that_are_well(objects: list[Object]) -> None:
    assert Lab().apply(*objects).quiet(2000).anomalies("service-no-endpoints") == []


def test_what_is_at_0_for_long_is_so_on_purpose() -> None:
    lab = Lab().apply(workload("Deployment", "web", 0), service("web"), slice_of())
    assert lab.one("service-no-endpoints").severity == "info"


def test_pods_that_were_not_collected_are_not_missing() -> None:
    assert (
        Lab().apply(service("web"), slice_of()).quiet(2000, ("Event",)).anomalies("service-no-endpoints")
        == []
    )
