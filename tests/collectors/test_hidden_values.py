"""A Secret's values are kept back: who wrote them, and when, is what shows a change."""

from datetime import UTC, datetime

import msgspec
import pytest

from collectors.noise import digest
from schemas.contracts import Change, Manager

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 13, tzinfo=UTC)


def seen(resource: str, written: datetime, field: str = "data.key", value: str = "null") -> int:
    return digest(
        Change(
            cluster="lab",
            verb="modified",
            observed_at=NOON,
            resource=resource,
            kind="Secret",
            name="login",
            uid="1",
            managers=(Manager(manager="kubectl-edit", time=written, fields=(field,)),),
            object=msgspec.Raw(b'{"kind":"Secret","apiVersion":"v1","data":{"key":%s}}' % value.encode()),
        )
    )


@pytest.mark.parametrize("resource", ["secrets", "configmaps"])
def test_a_later_write_to_hidden_values_is_a_change(resource: str) -> None:
    assert seen(resource, NOON) != seen(resource, LATER)


def test_a_write_elsewhere_or_to_values_that_show_is_told_by_the_object_itself() -> None:
    assert seen("secrets", NOON, "metadata.labels") == seen("secrets", LATER, "metadata.labels")
    assert seen("configmaps", NOON, value='"sha256:aa"') == seen("configmaps", LATER, value='"sha256:aa"')
    assert seen("pods", NOON) == seen("pods", LATER)
