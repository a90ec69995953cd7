"""imperative-change-drift: by hand, on what a tool deploys; autoscalers, tools and restarts are none."""

import pytest

from tests.support.edited import HELM, HELM_WITHOUT_REPLICAS, manager, workload
from tests.support.lab import Lab, Object, at, stamp, thing

APPLIED = manager("kubectl-client-side-apply", "spec.replicas", "spec.template")


def postgres(replicas: int, *managers: Object, **parts: object) -> Object:
    return workload("StatefulSet", "postgresql", replicas, *managers, **parts)


def test_scaling_to_0_leaves_no_manager_but_the_owner_of_the_field_is_gone() -> None:
    lab = Lab().apply(postgres(1, HELM)).apply(postgres(0, HELM_WITHOUT_REPLICAS), seconds=60)
    found = lab.one("imperative-change-drift")
    assert found.title == (
        "StatefulSet postgresql was changed by hand at 2026-11-24 12:01:00 UTC: spec.replicas from 1 to 0, "
        "by an unnamed client, while Helm deploys it"
    )
    assert (found.state, found.root, found.since) == ("open", True, at(60))


@pytest.mark.parametrize(
    "writer",
    [
        manager("kubectl", "spec.replicas", seconds=60, subresource="scale"),
        manager("kubectl-edit", "spec.replicas", seconds=60),
        manager("kubectl-scale", "spec.replicas", seconds=60),
        manager("kubectl-patch", "spec.replicas", seconds=60),
        manager("k9s", "spec.replicas", seconds=60),
    ],
)
def test_programs_that_people_use(writer: Object) -> None:
    lab = Lab().apply(postgres(2, APPLIED), postgres(5, APPLIED, writer))
    assert (
        f"by {writer['manager']}, while kubectl apply deploys it" in lab.one("imperative-change-drift").title
    )


@pytest.mark.parametrize(
    "writer",
    [
        manager("kube-controller-manager", "spec.replicas", seconds=60, subresource="scale"),
        manager("keda", "spec.replicas", seconds=60, subresource="scale"),
        manager("kubectl-client-side-apply", "spec.replicas", seconds=60),
        manager("kubectl", "spec.replicas", operation="Apply", seconds=60),
        manager("helm", "spec.replicas", operation="Apply", seconds=60),
    ],
)
def test_autoscalers_and_deployments_are_none(writer: Object) -> None:
    lab = Lab().apply(postgres(2, APPLIED), postgres(5, APPLIED, writer))
    assert lab.anomalies("imperative-change-drift") == []


def test_what_no_tool_deploys_cannot_drift() -> None:
    writer = manager("kubectl-edit", "spec.replicas", seconds=60)
    made = manager("kubectl-create", "spec.replicas")
    assert (
        Lab().apply(postgres(2, made), postgres(5, made, writer)).anomalies("imperative-change-drift") == []
    )


@pytest.mark.parametrize(
    ("kind", "api"),
    [("ScaledObject", "keda.sh/v1alpha1"), ("HorizontalPodAutoscaler", "autoscaling/v2")],
)
def test_an_autoscaler_may_scale_to_0_whenever_it_is_seen(kind: str, api: str) -> None:
    reference = {"kind": "StatefulSet", "name": "postgresql"}
    scaler = thing(kind, "postgresql", api=api, spec={"scaleTargetRef": reference})
    lab = Lab().apply(postgres(1, HELM), postgres(0, HELM_WITHOUT_REPLICAS), scaler)
    assert lab.anomalies("imperative-change-drift") == []


def test_a_restart_changes_nothing_that_matters() -> None:
    def web(*managers: Object, **annotations: str) -> Object:
        item = workload("Deployment", "web", 2, *managers)
        if annotations:
            item["spec"]["template"]["metadata"]["annotations"] = annotations
        return item

    restarted = manager("kubectl-rollout", "spec.template", seconds=60)
    lab = Lab().apply(web(HELM), web(HELM, restarted, **{"kubectl.kubernetes.io/restartedAt": stamp(60)}))
    assert lab.anomalies("imperative-change-drift") == []


def test_put_back_it_is_over_and_stays_told() -> None:
    up, down = (manager("kubectl", "spec.replicas", seconds=each, subresource="scale") for each in (120, 60))
    lab = Lab().apply(postgres(2, HELM), postgres(3, HELM_WITHOUT_REPLICAS, down))
    lab.apply(postgres(2, HELM_WITHOUT_REPLICAS, up))
    first, second = lab.anomalies("imperative-change-drift")
    assert (first.state, first.until, second.state) == ("closed", at(120), "open")


def test_an_image_set_by_hand_is_told_before_other_fields() -> None:
    writer = manager("kubectl-set", "spec.template", seconds=60)
    lab = Lab().apply(
        workload("Deployment", "web", 2, APPLIED),
        workload("Deployment", "web", 2, APPLIED, writer, image="db:2"),
    )
    assert "image from db:1 to db:2, by kubectl-set" in lab.one("imperative-change-drift").title
