"""hpa-cannot-read-metrics: what the autoscaler says of itself, in both API versions."""

import json

import pytest

from tests.support.lab import Lab, Object, condition, stamp, thing

SPEC = {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 4}


def scaler(*conditions: Object, **parts: object) -> Object:
    told = {"conditions": list(conditions)}
    return thing("HorizontalPodAutoscaler", "web", api="autoscaling/v2", spec=SPEC, status=told, **parts)


@pytest.mark.parametrize(
    ("kind", "reason", "message"),
    [
        (
            "ScalingActive",
            "FailedGetResourceMetric",
            "failed to get cpu utilization: missing request for cpu",
        ),
        ("ScalingActive", "FailedComputeMetricsReplicas", "invalid metrics (1 invalid out of 1)"),
        ("AbleToScale", "FailedGetScale", 'deployments.apps "web" not found'),
    ],
)
def test_what_it_says(kind: str, reason: str, message: str) -> None:
    found = Lab().apply(scaler(condition(kind, "False", reason, message))).one("hpa-cannot-read-metrics")
    assert message in found.title
    assert found.root


def test_the_old_api_keeps_it_in_an_annotation() -> None:
    told = [
        {
            "type": "ScalingActive",
            "status": "False",
            "reason": "FailedGetResourceMetric",
            "message": "no metrics",
        }
    ]
    notes = {"autoscaling.alpha.kubernetes.io/conditions": json.dumps(told)}
    item = thing("HorizontalPodAutoscaler", "web", api="autoscaling/v1", spec=SPEC, annotations=notes)
    assert "no metrics" in Lab().apply(item).one("hpa-cannot-read-metrics").title


def test_metrics_that_come_later() -> None:
    bad = condition("ScalingActive", "False", "FailedGetResourceMetric", "did not receive metrics")
    lab = Lab().apply(scaler(bad), scaler(condition("ScalingActive", "True", "ValidMetricFound", seconds=90)))
    assert lab.one("hpa-cannot-read-metrics").severity == "info"


def test_what_is_meant_so() -> None:
    lab = Lab().apply(
        scaler(
            condition(
                "ScalingActive",
                "False",
                "ScalingDisabled",
                "scaling is disabled since the replica count is 0",
            ),
            condition("ScalingLimited", "True", "TooFewReplicas"),
            condition("AbleToScale", "True", "ReadyForNewScale"),
        )
    )
    assert lab.anomalies("hpa-cannot-read-metrics") == []
    broken = scaler(annotations={"autoscaling.alpha.kubernetes.io/conditions": "{" + stamp(0)})
    assert Lab().apply(broken).anomalies("hpa-cannot-read-metrics") == []
