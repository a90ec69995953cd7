"""operator-not-reconciling: at once where the controller was scaled to 0, else after two minutes."""

import itertools

from tests.support.edited import manager, workload
from tests.support.lab import Lab, Object, at, condition, stamp, thing
from tests.support.pipelines import workflow

APPLIED = manager("kubectl-client-side-apply", "spec.template")
NAME = "workflow-controller"
LATER = {"creationTimestamp": stamp(60)}


def controller(replicas: int, **parts: object) -> Object:
    return workload("Deployment", NAME, replicas, APPLIED, namespace="argo", **parts)


def test_a_controller_scaled_to_0_by_hand_is_the_root() -> None:
    lab = Lab().apply(controller(1), controller(0), workflow("etl", meta=LATER))
    found = lab.one("operator-not-reconciling")
    assert "Deployment argo/workflow-controller, was scaled from 1 to 0" in found.title
    assert (found.severity, found.state, found.root) == ("high", "open", False)
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[0].subject.name) == ("imperative-change-drift", NAME)


def test_whatever_arrives_first() -> None:
    one, two, three = controller(1), controller(0), workflow("etl", meta=LATER)
    for order in itertools.permutations((one, two, three)):
        if order.index(one) < order.index(two):
            assert len(Lab().apply(*order).anomalies("operator-not-reconciling")) == 1


def test_a_controller_whose_pods_do_not_run_is_told_after_two_minutes() -> None:
    ill = controller(1, status={"conditions": [condition("Available", "False")]})
    lab = Lab().apply(ill, workflow("etl"))
    assert lab.quiet(119).anomalies("operator-not-reconciling") == []
    assert "no pod that is ready" in lab.quiet(122).one("operator-not-reconciling").title


def test_a_wait_that_is_over_is_still_told() -> None:
    lab = Lab().apply(controller(1), controller(0), workflow("etl"), controller(1))
    lab.apply(workflow("etl", "Running"), seconds=600)
    found = lab.one("operator-not-reconciling")
    assert (found.state, found.until) == ("closed", at(600))


def test_a_workflow_that_was_picked_up_or_whose_controller_runs_is_well() -> None:
    lab = Lab().apply(controller(1), workflow("new"), workflow("etl"), workflow("etl", "Running")).quiet(900)
    assert lab.anomalies("operator-not-reconciling") == []
    lab = Lab().apply(controller(1), workflow("etl"), workflow("etl", "Running"), controller(0)).quiet(900)
    assert lab.anomalies("operator-not-reconciling") == []


def test_a_controller_that_was_never_seen_says_nothing() -> None:
    assert Lab().apply(workflow("etl")).quiet(900).anomalies("operator-not-reconciling") == []


def test_an_object_that_everybody_leaves_alone_is_told_after_half_an_hour() -> None:
    item = thing("RayJob", "train", api="ray.io/v1", spec={"suspend": False})
    lab = Lab().apply(item).quiet(1799)
    assert lab.anomalies("operator-not-reconciling") == []
    assert "no status, no events" in lab.quiet(1802).one("operator-not-reconciling").title


def test_one_that_is_held_or_handled_is_well() -> None:
    held = thing("RayJob", "a", api="ray.io/v1", spec={"suspend": True})
    begun = thing("RayJob", "b", api="ray.io/v1", status={"jobDeploymentStatus": "Initializing"})
    told = thing("RayJob", "c", api="ray.io/v1")
    lab = Lab().apply(held, begun, told).event(told, "CreatedRayCluster", "Created").quiet(3600)
    assert lab.anomalies("operator-not-reconciling") == []
