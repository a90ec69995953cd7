"""The order of the tests."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the real API server comes last: on a new machine it is still being built at the start."""
    items.sort(key=lambda item: item.path.name.startswith("test_real_"))
