"""Text of a cluster that wants to be obeyed is shown, and does nothing."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import visit
from tests.wakeline.page.site import EVIL, HOSTILE, LINK


@pytest.fixture
def hostile(page: Page) -> Page:
    page.goto("/?cluster=evil")
    page.locator(".sessions .name").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("run <script>")
    return page


def test_its_address_is_its_own(hostile: Page, origin: str) -> None:
    assert hostile.url == f"{origin}/session/{quote(HOSTILE, safe='')}"


def test_it_is_shown_as_text_everywhere(hostile: Page) -> None:
    for place in (
        ".verdict h2",
        ".path",
        ".playbook",
        ".verdict .evidence",
        ".step h3",
        "#changes",
        "#events",
    ):
        expect(hostile.locator(place).first).to_contain_text(EVIL)


def test_nothing_of_it_runs_whatever_one_touches(hostile: Page) -> None:
    for details in hostile.locator("summary").all():
        details.click()
    for mark in hostile.locator(".mark use, .bar rect").all():
        mark.hover(force=True)
    for titled in hostile.locator("main [data-tip]").all():
        titled.dispatch_event("pointermove", {"bubbles": True})
        titled.dispatch_event("mouseover", {"bubbles": True})
    assert hostile.evaluate("window.hacked") is None
    assert hostile.locator("main script, main img, main iframe").count() == 0
    handlers = (
        "[...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()).filter(n => /^on/.test(n))"
    )
    assert hostile.evaluate(handlers) == []


def test_every_link_stays_on_this_site(hostile: Page, origin: str) -> None:
    links = hostile.evaluate("[...document.querySelectorAll('a')].map(a => a.href.baseVal ?? a.href)")
    assert links
    assert [each for each in links if not each.startswith((f"{origin}/", "#"))] == []
    expect(hostile.get_by_text(LINK).first).to_be_visible()
    assert hostile.get_by_role("link", name=LINK).count() == 0


def test_hidden_letters_are_named(hostile: Page) -> None:
    said = hostile.locator(".verdict h2").inner_text()
    assert "red alert ⟨U+0007⟩bell ⟨U+202E⟩gpj.exe⟨U+202C⟩ zero⟨U+200B⟩width" in said
    text = hostile.evaluate("document.documentElement.outerHTML")
    assert not {"\u202e", "\u202c", "\u200b", "\x07", "\x1b"} & set(text)


def test_it_is_harmless_without_our_script_too(browser: Browser, origin: str) -> None:
    with visit(browser, origin, java_script_enabled=False) as page:
        page.goto(f"/session/{quote(HOSTILE, safe='')}")
        expect(page.get_by_role("heading", level=1)).to_contain_text("run <script>")
        expect(page.locator(".words").first).to_be_attached()


def test_a_hostile_search_is_only_a_search(page: Page) -> None:
    page.goto(f"/?text={quote(EVIL)}&state={quote(EVIL)}&cluster={quote(LINK)}&failure=%22%3E%3Cscript%3E")
    expect(page.get_by_role("heading", name="No session matches")).to_be_visible()
    assert page.evaluate("window.hacked") is None
