"""control-plane-component-unhealthy: static pods that crash or are not ready, APIs that do not answer."""

from tests.support.lab import Lab, Object, condition, node, pod, running, status, thing, waiting

STATIC = {"kubernetes.io/config.source": "file"}
ILL = condition("Ready", "False", "ContainersNotReady", seconds=10)


def scheduler(*containers: Object, name: str = "kube-scheduler", ready: Object | None = None) -> Object:
    told = status("Running", *containers, conditions=[ready] if ready else [])
    return pod(
        f"{name}-cp-1",
        namespace="kube-system",
        owner=node("cp-1"),
        labels={"component": name},
        annotations=STATIC,
        status=told,
    )


def test_one_that_crashes_again_and_again() -> None:
    lab = Lab().apply(scheduler(waiting("CrashLoopBackOff", restartCount=7)))
    assert (
        "kube-scheduler on cp-1 crashes again and again (7 restarts)"
        in lab.one("control-plane-component-unhealthy").title
    )


def test_one_that_is_not_ready_for_two_minutes() -> None:
    lab = Lab().apply(scheduler(running(ready=False), ready=ILL)).quiet(10 + 119)
    assert lab.anomalies("control-plane-component-unhealthy") == []
    assert lab.quiet(10 + 122).anomalies("control-plane-component-unhealthy") != []


def test_metrics_that_do_not_answer_are_why_an_autoscaler_cannot_measure() -> None:
    away = condition(
        "Available", "False", "MissingEndpoints", "endpoints for service/metrics-server have no addresses", 10
    )
    api = thing(
        "APIService",
        "v1beta1.metrics.k8s.io",
        api="apiregistration.k8s.io/v1",
        namespace="",
        status={"conditions": [away]},
    )
    blind = condition("ScalingActive", "False", "FailedGetResourceMetric", "unable to fetch metrics", 60)
    scaler = thing("HorizontalPodAutoscaler", "web", api="autoscaling/v2", status={"conditions": [blind]})
    lab = Lab().apply(api, scaler)
    assert lab.one("hpa-cannot-read-metrics").root
    lab.quiet(10 + 302)
    assert lab.one("control-plane-component-unhealthy").root
    assert not lab.one("hpa-cannot-read-metrics").root


def test_others_and_healthy_ones() -> None:
    addon = pod("coredns-x", namespace="kube-system", status=status("Running", waiting("CrashLoopBackOff")))
    well = scheduler(running(), ready=condition("Ready"))
    assert Lab().apply(addon, well).quiet(900).anomalies("control-plane-component-unhealthy") == []
