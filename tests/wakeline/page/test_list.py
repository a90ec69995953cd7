"""What a person does with the list of sessions."""

import re

from playwright.sync_api import Page, expect

from tests.wakeline.page.site import EVIL


def names(page: Page) -> list[str]:
    return page.locator(".sessions .name").all_inner_texts()


def test_from_the_list_to_the_reason_of_a_failure(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Sessions by state").get_by_role("link", name="Failed").click()
    expect(page.locator(".sessions .chip").first).to_have_text("Failed")
    assert set(page.locator(".sessions .chip").all_inner_texts()) == {"Failed"}
    page.get_by_role("link", name="train-resnet").click()
    title = page.get_by_role("heading", name="was stopped for using more memory than its limit of 48 MiB")
    expect(title).to_be_visible()
    expect(page.get_by_text("Raise memory limit and request together")).to_be_visible()
    assert "lab-a%2Fjob%2Fml-train-oom%2F" in page.url


def test_what_needs_attention_stands_on_top(page: Page) -> None:
    page.goto("/")
    states = page.locator(".sessions .chip").all_inner_texts()
    worst = [state in ("Failed", "Stuck") for state in states]
    assert True in worst
    assert worst == sorted(worst, reverse=True)


def test_the_counts_are_those_of_the_list_behind_them(page: Page) -> None:
    page.goto("/?cluster=lab-a")
    tiles = page.locator(".tile")
    counts = {
        tile.locator(".what").inner_text(): int(tile.locator(".count").inner_text()) for tile in tiles.all()
    }
    assert counts["Need attention"] == counts["Failed"] + counts["Stuck"]
    assert sum(counts.values()) == 2 * counts["All"] + counts["Need attention"]
    page.get_by_role("link", name="Stuck").click()
    assert len(names(page)) == counts["Stuck"] > 0


def test_search_finds_a_name_a_pod_and_words_of_a_verdict(page: Page) -> None:
    page.goto("/")
    for words, found in (
        ("tokenize-wiki-wl9ns", "tokenize-wiki"),
        ("INDEX-BUILD", "index-builder"),
        ("more memory than its limit of 48 MiB", "train-resnet"),
    ):
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        expect(page.locator(".sessions .name")).to_have_text([found])
        expect(page.get_by_role("searchbox")).to_have_value(words)


def test_search_takes_every_letter_as_a_letter(page: Page) -> None:
    page.goto("/")
    for words in ("100% {id:String} ' OR 1=1 --", "\\", "'", '"', "tab\tand %", "{", "ü"):
        page.get_by_role("searchbox").fill(words)
        page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("searchbox")).to_have_value(words)
        assert "train-resnet" not in names(page)
    page.get_by_role("searchbox").fill(EVIL)
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".sessions .name")).to_have_text([re.compile("^run <script>")])


def test_a_choice_shows_at_once_and_can_be_taken_back(page: Page) -> None:
    page.goto("/")
    page.get_by_label("Namespace").select_option("ml-train-oom")
    expect(page.locator(".sessions .where").first).to_contain_text("ml-train-oom")
    assert sorted(names(page)) == ["index-builder", "tokenize-wiki", "train-resnet"]
    assert page.url.endswith("/?namespace=ml-train-oom")
    page.get_by_role("link", name="Clear").click()
    expect(page.locator(".sessions .where").filter(has_text="daily").first).to_be_visible()


def test_pages_of_the_list_hold_every_session_once(page: Page) -> None:
    page.goto("/?namespace=daily")
    first = names(page)
    assert len(first) == 50
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("51 to 60 of 60")).to_be_visible()
    assert sorted([*first, *names(page)]) == sorted(f"daily-{number}" for number in range(60))
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_text("1 to 50 of 60")).to_be_visible()


def test_days_bound_the_list(page: Page) -> None:
    page.goto("/?namespace=daily&after=2026-01-12&before=2026-01-13")
    assert names(page) == ["daily-11", "daily-10"]


def test_parts_of_other_sessions_are_shown_when_asked_for(page: Page) -> None:
    page.goto("/?namespace=team")
    assert sorted(names(page)) == ["crowd", "nightly-dag"]
    page.get_by_text("More", exact=True).click()
    page.get_by_label("parts of other sessions too").check()
    expect(page.locator(".sessions .name")).to_have_count(4)


def test_nothing_found_says_what_to_do(page: Page) -> None:
    page.goto("/?text=there-is-no-such-thing")
    expect(page.get_by_role("heading", name="No session matches")).to_be_visible()
    page.get_by_role("link", name="show all of them").click()
    expect(page.locator(".sessions .name").first).to_be_visible()


def test_a_mistyped_filter_is_no_error(page: Page) -> None:
    page.goto("/?page=-3&range=soon&after=yesterday&state=nonsense&sort=%00")
    expect(page.get_by_role("heading", name="No session matches")).to_be_visible()
    page.goto("/?page=99999999999")
    expect(page.locator(".sessions .name").first).to_be_visible()


def test_times_are_local_and_name_their_zone(page: Page) -> None:
    page.goto("/?text=train-resnet")
    expect(page.get_by_role("columnheader", name="Started")).to_have_text("Started GMT+9")
    expect(page.locator(".sessions time")).to_have_text("2026-11-24 20:25:30")
    page.locator(".sessions time").hover(force=True)  # the link of the row lies over it
    expect(page.get_by_role("tooltip")).to_have_text("2026-11-24 11:25:30 UTC")
    expect(page.get_by_text("Asia/Tokyo (GMT+9)")).to_be_visible()
