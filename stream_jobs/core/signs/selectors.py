"""Label selectors: whether one takes an object with these labels."""

from collections.abc import Mapping

from schemas.kubernetes import LabelSelector, SelectorRequirement


def takes(selector: LabelSelector | None, labels: Mapping[str, str]) -> bool:
    """Whether the selector takes it. An absent selector takes nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = selector.matchLabels or {}
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _holds(each, labels) for each in selector.matchExpressions or ()
    )


def _holds(requirement: SelectorRequirement, labels: Mapping[str, str]) -> bool:
    value, values = labels.get(requirement.key), requirement.values or ()
    match requirement.operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False
