"""What a person reads on the page of a session."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import visit
from tests.support.rows import RUN


def open_session(page: Page, name: str) -> None:
    page.goto(f"/?text={name}")
    page.locator(".sessions .name", has_text=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def address(session: str) -> str:
    return f"/session/{quote(session, safe='')}"


def test_the_way_from_the_root_to_what_one_sees(page: Page) -> None:
    open_session(page, "train-resnet")
    steps = page.locator(".path li")
    expect(steps.first).to_contain_text("Root cause")
    expect(steps.last).to_contain_text("What you see")
    expect(steps.last).to_contain_text("gave up after its last allowed try failed")
    expect(page.locator(".verdict .evidence")).to_contain_text("OOMKilled, exit code 137")


def test_a_run_that_went_well_says_so(page: Page) -> None:
    open_session(page, "tokenize-wiki")
    expect(page.get_by_role("heading", name="It went well: nothing is wrong.")).to_be_visible()
    expect(page.locator(".facts").first).to_contain_text("Took")


def test_the_timeline_shows_the_run_its_pod_its_node_and_its_events(page: Page) -> None:
    open_session(page, "train-resnet")
    timeline = page.locator(".timeline")
    lanes = timeline.locator(".labels .lane")
    expect(lanes.filter(has_text="train-resnet-mzw5d")).to_be_visible()
    expect(lanes.filter(has_text="worker-1")).to_be_visible()
    bar = timeline.get_by_role("link", name="then OOMKilled")
    bar.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("running, 3 s, then OOMKilled")
    warnings = timeline.locator(".mark.is-warning[data-tip*=BackoffLimitExceeded]")
    warnings.locator("use").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Job has reached the specified backoff limit")


def test_a_bar_leads_to_the_try_behind_it(page: Page) -> None:
    open_session(page, "train-resnet")
    details = page.locator("details.try", has_text="train-resnet-mzw5d")
    expect(details.get_by_text("137: killed at once from outside the program")).to_be_hidden()
    page.locator(".timeline").get_by_role("link", name="then OOMKilled").click()
    expect(details.get_by_text("137: killed at once from outside the program")).to_be_visible()


def test_a_try_opens_and_tells_its_life(page: Page) -> None:
    open_session(page, "train-resnet")
    details = page.locator("details.try", has_text="train-resnet-mzw5d")
    details.locator("summary").click()
    expect(details).to_contain_text("worker-1, zone eu-central-a")
    expect(details.get_by_role("row", name="running")).to_contain_text("3 s")


def seen(page: Page) -> tuple[str, float]:
    """What the scale says, and how wide the bar of the failed try is drawn."""
    box = page.locator(".timeline").get_by_role("link", name="then OOMKilled").locator("rect").bounding_box()
    assert box is not None
    return page.locator("[data-shown]").inner_text(), box["width"]


def test_the_timeline_zooms_and_comes_back(page: Page) -> None:
    open_session(page, "train-resnet")
    whole, width = seen(page)
    assert whole.endswith("GMT+9")
    page.get_by_role("button", name="Zoom in").click()
    near, wider = seen(page)
    assert near != whole
    assert wider > 1.5 * width  # its beginning is beyond the left edge now
    page.get_by_role("button", name="Whole run").click()
    assert seen(page) == (whole, width)
    page.locator(".track").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    assert seen(page)[0] not in (whole, near)
    page.keyboard.press("0")
    assert seen(page) == (whole, width)


def test_wheel_with_control_zooms_and_a_drag_moves(page: Page) -> None:
    open_session(page, "train-resnet")
    whole, width = seen(page)
    page.locator(".track").scroll_into_view_if_needed()
    box = page.locator(".track").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.move(*middle)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -100)
    page.keyboard.up("Control")
    expect(page.locator("[data-shown]")).not_to_have_text(whole)
    near, wider = seen(page)
    assert wider > width
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1], steps=4)
    page.mouse.up()
    moved, same = seen(page)
    assert same == pytest.approx(wider, rel=0.02)
    assert moved != near


def test_a_crowd_shows_those_that_failed(page: Page) -> None:
    open_session(page, "crowd")
    lanes = page.locator(".labels .lane")
    expect(lanes.filter(has_text="train-77")).to_be_attached()
    expect(lanes.filter(has_text="train-150")).to_be_attached()
    expect(page.get_by_text("140 more tries are not drawn")).to_be_visible()


def test_changes_before_the_failure_are_told_apart_from_later_ones(page: Page) -> None:
    open_session(page, "train-gnn")
    expect(page.get_by_role("heading", name="Changes before it went wrong")).to_be_visible()
    page.goto(address(RUN))
    changes = page.locator("#changes")
    expect(changes.get_by_role("row", name="settings").first).to_contain_text('data.batch_size "32" → "64"')
    expect(changes.get_by_role("row", name="settings").first).to_contain_text("kubectl-edit")


def test_a_blind_time_is_told_and_shaded(page: Page) -> None:
    page.goto(address(RUN))
    expect(page.get_by_text("the watch was refused: 410 Expired")).to_be_visible()
    expect(page.locator(".bar.is-blind rect")).to_be_visible()


def test_the_family_is_a_tree_that_one_can_walk(page: Page) -> None:
    page.goto(address(RUN))
    tree = page.locator(".tree")
    expect(tree.locator("[aria-current]")).to_have_text("train")
    tree.get_by_role("link", name="helper-pod").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("helper-pod")
    page.locator(".crumbs").get_by_role("link", name="nightly-dag").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("nightly-dag")
    expect(page.locator(".tree").get_by_role("link", name="helper-pod")).to_be_visible()


def test_other_runs_of_the_same_definition_are_near(page: Page) -> None:
    page.goto(address("lab/job/daily/30"))
    expect(page.get_by_role("heading", name="Other runs of daily")).to_be_visible()
    expect(page.locator("#runs .name").first).to_have_text("daily-59")


def test_a_failure_is_explained_and_leads_back_to_sessions(page: Page) -> None:
    open_session(page, "train-resnet")
    page.locator(".verdict .do").get_by_role("link", name="container-oom-killed").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Out of memory")
    page.get_by_role("link", name="index-builder").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("index-builder")


def test_the_list_of_failures_tells_which_were_seen(page: Page) -> None:
    page.goto("/failures")
    card = page.get_by_role("listitem").filter(has_text="Out of memory")
    card.get_by_role("link", name="root cause of").click()
    expect(page.locator(".sessions .name", has_text="train-resnet")).to_be_visible()


def test_a_word_of_kubernetes_is_explained_where_it_stands(page: Page) -> None:
    open_session(page, "train-resnet")
    page.locator("#steps .lead .term", has_text="pod").hover()
    expect(page.get_by_role("tooltip")).to_have_text(
        "pod: one running copy of your program, with its own address and limits"
    )


def test_all_can_be_read_without_scripts(browser: Browser, origin: str) -> None:
    with visit(browser, origin, java_script_enabled=False) as page:
        open_session(page, "train-resnet")
        expect(page.locator(".verdict h2")).to_contain_text("limit of 48 MiB")
        expect(page.locator(".facts time").first).to_have_text("2026-11-24 11:25:30 UTC")
        expect(page.locator(".bar.is-bad rect").first).to_be_visible()
        expect(page.get_by_role("button", name="Zoom in")).to_be_hidden()
        page.locator("details.try summary").first.click()
        expect(page.get_by_text("137: killed at once from outside the program")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_needs_no_sideways_scrolling(browser: Browser, origin: str, scheme: str) -> None:
    size = {"width": 420, "height": 800}
    with visit(browser, origin, viewport=size, color_scheme=scheme) as page:
        for path in ("/", "/failures", "/failures/container-oom-killed", address(RUN)):
            page.goto(path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 420, path
