"""Label selectors take what Kubernetes' own would take."""

import pytest

from schemas.kubernetes import LabelSelector, SelectorRequirement
from stream_jobs.core.signs.selectors import takes

LABELS = {"app": "web", "tier": "gold"}


def needs(key: str, operator: str, *values: str) -> LabelSelector:
    return LabelSelector(matchExpressions=(SelectorRequirement(key, operator, values),))


@pytest.mark.parametrize(
    ("selector", "taken"),
    [
        (None, False),
        (LabelSelector(), True),
        (LabelSelector(matchLabels={"app": "web"}), True),
        (LabelSelector(matchLabels={"app": "web", "tier": "base"}), False),
        (needs("tier", "In", "gold", "base"), True),
        (needs("tier", "NotIn", "gold"), False),
        (needs("zone", "NotIn", "a"), True),
        (needs("app", "Exists"), True),
        (needs("app", "DoesNotExist"), False),
        (needs("app", "Gt", "1"), False),  # no operator of label selectors
    ],
)
def test_a_selector_takes_what_it_names(selector: LabelSelector | None, taken: bool) -> None:
    assert takes(selector, LABELS) is taken
