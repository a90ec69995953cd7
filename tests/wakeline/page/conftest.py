"""One filled store, one server and one Chromium for the tests of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import chromium, visit
from tests.wakeline.page.site import Site, fill
from wakeline.store.embedded import EmbeddedStore


@pytest.fixture(scope="package")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedStore(tmp_path_factory.mktemp("page") / "store") as store:
        fill(store)
        site = Site(store)
        site.start()
        assert site.ready.wait(20)
        yield site.origin
        site.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    with visit(browser, origin, timezone_id="Asia/Tokyo") as found:
        yield found
