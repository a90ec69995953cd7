"""hpa-at-max: for longer than a peak, and only where there is a range."""

from tests.support.lab import Lab, Object, condition, thing

LIMITED = condition(
    "ScalingLimited", "True", "TooManyReplicas", "the desired replica count is more than the maximum", 60
)


def scaler(low: int, *conditions: Object) -> Object:
    spec = {"minReplicas": low, "maxReplicas": 4}
    return thing(
        "HorizontalPodAutoscaler",
        "web",
        api="autoscaling/v2",
        spec=spec,
        status={"conditions": list(conditions)},
    )


def test_longer_than_a_peak() -> None:
    lab = Lab().apply(scaler(1, LIMITED)).quiet(60 + 899)
    assert lab.anomalies("hpa-at-max") == []
    found = lab.quiet(60 + 902).one("hpa-at-max")
    assert "wants more than its 4 copies" in found.title
    assert found.severity == "low"


def test_a_fixed_number_or_the_minimum_is_meant_so() -> None:
    few = condition("ScalingLimited", "True", "TooFewReplicas", seconds=60)
    for item in (scaler(4, LIMITED), scaler(1, few)):
        assert Lab().apply(item).quiet(2000).anomalies("hpa-at-max") == []
