"""The table of runs and its charts, by mouse and keyboard."""

import re

from playwright.sync_api import expect


def open_table(screen, ids, query=""):
    screen.open(f"#/experiments/{ids['experiment']}/runs{query}")
    return screen.shows("alpha", "matching runs")


def test_columns(screen, ids):
    open_table(screen, ids)
    screen.button("Columns").click()
    for column in ("optimizer", "loss"):
        screen.tab.get_by_role("treeitem").filter(has_text=re.compile(f"^{column}$")).get_by_role(
            "checkbox"
        ).or_(screen.tab.get_by_title(column)).first.click()
    screen.tab.keyboard.press("Escape")
    screen.shows("optimizer", "sgd", "0.75").record("runs with columns added")


ORDER = """names => {
    const rows = [...document.querySelectorAll("main .ag-row")]
        .map(row => [+row.getAttribute("row-index"), row.querySelector("a[href*='/runs/']")])
        .filter(row => row[1]).sort((a, b) => a[0] - b[0]);
    return JSON.stringify(rows.map(row => row[1].innerText)) == JSON.stringify(names);
}"""


def order(screen, *names):
    """Wait until the table has these runs, from top to bottom."""
    screen.tab.wait_for_function(ORDER, arg=list(names))
    return screen


def row(screen, name):
    return screen.main.get_by_role("row").filter(
        has=screen.tab.get_by_role("link", name=name, exact=True)
    )


def test_sort(screen, ids):
    open_table(screen, ids)
    order(screen, "gamma", "beta", "alpha")
    screen.tab.get_by_test_id("sort-select-dropdown").click()
    screen.tab.get_by_test_id("sort-select-asc").click()
    order(screen, "alpha", "beta", "gamma")
    screen.tab.get_by_test_id("sort-select-dropdown").click()
    screen.tab.get_by_test_id("sort-select-loss").click()
    screen.shows("Sort: loss").record("runs sorted by loss")


def test_filter(screen, ids):
    open_table(screen, ids)
    box = screen.tab.get_by_test_id("search-box")
    box.fill("metrics.loss > 0.3 and params.optimizer = 'sgd' and tags.team = 'red'")
    box.press("Enter")
    order(screen, "beta").shows("1 matching run").record("runs filtered")


def test_filter_with_a_fault(screen, ids):
    open_table(screen, ids)
    box = screen.tab.get_by_test_id("search-box")
    box.fill("metrics.loss >")
    box.press("Enter")
    screen.shows("Invalid clause(s) in filter").record("runs filtered with a fault")


def test_expand_children(screen, ids):
    open_table(screen, ids)
    row(screen, "alpha").get_by_role("button").first.click()
    order(screen, "gamma", "beta", "alpha", "alpha-2", "alpha-1").record("runs with children")


def test_group(screen, ids):
    open_table(screen, ids)
    screen.button("Group by").click()
    screen.tab.get_by_role("menuitemcheckbox", name="optimizer").click()
    screen.tab.keyboard.press("Escape")
    screen.shows("Group: sgd").record("runs in groups")


def test_hide_run(screen, ids):
    open_table(screen, ids, "?compareRunsMode=CHART")
    screen.shows("gamma (loss)", "7.50")
    row(screen, "gamma").get_by_text("Hide run").locator("..").click()
    screen.shows_no("gamma (loss)").shows_no("7.50").record("chart without a hidden run")


def test_parallel_coordinates(screen, ids):
    open_table(screen, ids, "?compareRunsMode=CHART")
    screen.shows("gamma (loss)")
    screen.button("Add chart").first.click()
    screen.item("Parallel coordinates").click()
    for number, name in ((1, "depth"), (2, "loss")):
        screen.dialog.get_by_role("combobox").nth(number).click()
        screen.tab.get_by_title(name, exact=True).last.click()
        screen.tab.keyboard.press("Escape")
    screen.record("parallel coordinates dialog", screen.dialog)
    screen.tab.get_by_test_id("experiment-view-compare-runs-chart-modal-confirm").click()
    card = screen.main.get_by_test_id("experiment-view-compare-runs-card").filter(
        has_text="Parallel coordinates"
    )
    expect(card).to_contain_text("depth")
    screen.record("parallel coordinates")


def test_compare_selected(screen, ids):
    open_table(screen, ids)
    boxes = screen.main.get_by_label(re.compile("toggle row selection"))
    boxes.nth(0).check()
    boxes.nth(1).check()
    screen.tab.get_by_test_id("runs-compare-button").click()
    screen.shows("Comparing 2 Runs", "Parallel Coordinates Plot").record("compare by mouse")


def test_dataset(screen, ids):
    open_table(screen, ids)
    drawer = screen.tab.get_by_test_id("open-dataset-drawer")
    drawer.filter(has_text="houses-evaluation").first.click()
    expect(screen.dialog).to_contain_text("houses-evaluation")
    expect(screen.dialog).to_contain_text("rooms")
    screen.record("dataset", screen.dialog)
