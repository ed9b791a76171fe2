"""MLflow's web pages in a headless Chromium, from Cairn and from the reference.

Tests drive the mouse and the keyboard.  Each runs twice: on `mlflow server`, which
tells what a page shows there, then on Cairn, which must show the same: the text of
the main area, without ids and times; no request may fail and no error may be on the
console that the reference has not.

Both servers are started here and filled by fill.py.  CAIRN_BUILD names the build,
CAIRN_UI_DIR the folder of the pages (by default ui in the build),
CAIRN_MLFLOW_PYTHON and CAIRN_PYTHON interpreters with the reference and the client.
Pictures of Cairn's pages go to the folder named by CAIRN_BROWSER_PICTURES, the names
of what fails to the file CAIRN_BROWSER_FAILED; with CAIRN_BROWSER_ONLY, a file such as
that, only those tests run.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import servers  # noqa: E402

SIDES = ("mlflow", "cairn")  # in this order: the second is compared with the first

# A page on a very busy machine with two cores; nothing waits this long when it works.
PATIENCE = 90_000  # milliseconds
POLL = 100  # milliseconds
QUIET = 5  # polls without a change: the page has come to rest
FILL_TIMEOUT = 300  # seconds

# What a person would have chosen: model training, not GenAI, in the side bar; no
# assistant beside the page.
SETTINGS = {
    "mlflow.workflowType_v1": '"machine_learning"',
    "mlflow.assistant.panelOpen_v1": "false",
    "mlflow.assistant.fab.autoOpenedOnFirstLoad_v1": "true",
}
# The registry's pages with stages, as before aliases.
STAGES = {"_mlflow_user_setting_dismiss_next_model_registry_ui": "true"}

# Chromium says so when a chart is laid out late; it tells nothing about a server.
HARMLESS = ("ResizeObserver loop", "Failed to load resource")  # the latter is counted

# The page that compares runs falls over the list of one run's artifacts that comes
# before the other's, on either server; a part that falls over elsewhere is missed.
SHAKY = ("Something went wrong with this section", "No common artifacts to display.")

# What Cairn does not have and says so to the pages that ask: doc/DIFFERENCES.md.
KEPT = (
    r"404 GET /ajax-api/3\.0/mlflow/assistant/(config|providers)",
    r"404 (GET|POST) /ajax-api/[23]\.0/mlflow/(traces|genai|issues|label-schemas|gateway)\b.*",
    r"(?s)TypeError: Cannot read properties of undefined \(reading 'includes'\)\s+at "
    r"SERVER/static-files/static/js/1376\..*",  # SHAKY
)


def pytest_configure(config):
    config.addinivalue_line("markers", "only_looks: changes nothing that a tab keeps")


def pytest_generate_tests(metafunc):
    if "screen" in metafunc.fixturenames:
        metafunc.parametrize("side", SIDES)


def pytest_collection_modifyitems(items):
    """Every test on one side, then on the other."""
    items[:] = chosen(items)
    place = {}
    for item in items:
        place.setdefault(key(item), len(place))
    items.sort(key=lambda item: (place[key(item)], SIDES.index(item.callspec.params["side"])))


def chosen(items):
    """Those that the file CAIRN_BROWSER_ONLY names, on both sides; without it all."""
    path = os.environ.get("CAIRN_BROWSER_ONLY")
    if not path:
        return items
    names = pathlib.Path(path).read_text().splitlines()
    keys = {key(item) for item in items if item.nodeid in names}
    return [item for item in items if key(item) in keys]


def pytest_runtest_logreport(report):
    """The names of what fails go to the file CAIRN_BROWSER_FAILED, each once."""
    path = os.environ.get("CAIRN_BROWSER_FAILED")
    if not path or not report.failed:
        return
    with open(path, "a+", encoding="utf-8") as f:
        f.seek(0)
        if report.nodeid not in f.read().splitlines():
            f.write(report.nodeid + "\n")


def key(item):
    """The test without its side."""
    params = {k: v for k, v in item.callspec.params.items() if k != "side"}
    return item.nodeid.split("[")[0] + repr(params)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.well = report.passed
    return report


class Site:
    """A filled server, the ids of what is on it, and what its pages have shown."""

    def __init__(self, server):
        self.server = server
        self.url = server.url
        self.ids = {}
        self.pages = {}
        self.trouble = {}  # test: what went wrong in it
        self.filling = subprocess.Popen(
            [
                os.environ.get("CAIRN_PYTHON", sys.executable),
                os.path.join(os.path.dirname(__file__), "fill.py"),
                self.url,
            ],
            env=servers.clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )

    def filled(self):
        said, _ = self.filling.communicate(timeout=FILL_TIMEOUT)
        assert self.filling.returncode == 0, f"{self.url} could not be filled"
        self.ids = json.loads(said.splitlines()[-1])

    def normal(self, text):
        """The text without what two servers cannot share."""

        def moment(match):
            # the times that fill.py sets
            return match[0] if re.match(r"01/\d\d/2026", match[0]) else "TIME"

        text = text.replace(self.url, "SERVER").replace(self.server.folder, "FOLDER")
        text = re.sub(r"[0-9a-f]{32}", "ID", text)
        text = re.sub(r"#[0-9a-f]{6}\b", "COLOUR", text)
        text = re.sub(r"\d\d/\d\d/\d{4}, \d\d:\d\d:\d\d [AP]M", moment, text)
        text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?", "TIME", text)
        text = re.sub(r"\b(\d+|an?) (second|minute|hour|day|month|year)s? ago", "AGO", text)
        return re.sub(r"\bjust now\b", "AGO", text)


@pytest.fixture(scope="session")
def sites():
    """{side: Site}"""
    with contextlib.ExitStack() as stack:
        # Cairn is up at once, and is filled while the reference starts
        found = {}
        ui = os.environ.get("CAIRN_UI_DIR", os.path.join(os.path.abspath(servers.BUILD), "ui"))
        for side in reversed(SIDES):
            # the reference's runner of jobs is a dozen processes that no page needs
            env = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "CAIRN_UI_DIR": ui}
            found[side] = Site(stack.enter_context(servers.serving(side, env=env)))
            stack.callback(found[side].filling.kill)
        for site in found.values():
            site.filled()
        yield found


@pytest.fixture
def site(sites, side):
    return sites[side]


@pytest.fixture
def ids(site):
    return site.ids


@pytest.fixture(scope="session")
def browser():
    program = shutil.which("chromium")
    assert program, "chromium is not installed"
    with sync_playwright() as p:
        chromium = p.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",  # root has none
                # the pages name hosts of the world: none is there
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def contexts(browser):
    """{side: what a person's browser keeps: the cache, the cookies}"""
    found = {}
    for side in SIDES:
        found[side] = browser.new_context(
            viewport={"width": 1800, "height": 1200},
            timezone_id="UTC",
            locale="en-US",
            reduced_motion="reduce",
        )
        found[side].set_default_timeout(PATIENCE)
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(scope="session")
def looking():
    """{side: Screen} of the tabs that tests which only look have in common."""
    return {}


@pytest.fixture
def screen(request, contexts, sites, site, side, looking):
    """A tab, as of a person who has not been here before but for the cache.

    A test that says `only_looks` gets the tab of the one before, on a blank page.
    """
    other = sites[SIDES[0]] if side != SIDES[0] else None
    only_looks = request.node.get_closest_marker("only_looks")
    if only_looks and side in looking:
        screen = looking[side].again()
    else:
        screen = Screen(contexts[side].new_page(), site, other)
    if only_looks:
        looking[side] = screen
    yield screen
    well = getattr(request.node, "well", False)
    if not well:
        screen.picture(f"failed {request.node.name}")
        # both sides go on with a fresh tab
        for fresh in looking.values():
            if fresh is not screen:
                fresh.tab.close()
        looking.clear()
    if not (only_looks and well):
        screen.tab.close()
    test = key(request.node)
    site.trouble[test] = screen.trouble
    if well and other:
        assert test in other.trouble, "the reference was not asked"
        # less trouble than the reference has is no fault
        more = screen.trouble - other.trouble[test]
        assert {t for t in more if not any(re.fullmatch(k, t) for k in KEPT)} == set()


class Screen:
    """A tab, and what went wrong in it; `other` is the site to compare with."""

    def __init__(self, tab, site, other):
        self.tab = tab
        self.site = site
        self.other = other
        self.pending = set()
        self.trouble = set()
        tab.on("request", self.begun)
        tab.on("requestfinished", self.ended)
        tab.on("requestfailed", self.ended)
        tab.on("response", self.answered)
        tab.on("console", self.said)
        tab.on("pageerror", lambda e: self.trouble.add(self.site.normal(str(e))))
        tab.goto(site.url + "/health")
        tab.evaluate("localStorage.clear()")
        self.prefer(SETTINGS)

    def again(self):
        """The same tab for another test."""
        self.open("#/nothing").shows("Page Not Found")
        self.trouble = set()
        return self

    def prefer(self, settings):
        """Settings that the pages keep in the browser."""
        self.tab.evaluate(
            "all => { for (const [k, v] of Object.entries(all)) localStorage.setItem(k, v) }",
            settings,
        )

    # A worker's script stays pending for ever, so only calls are counted.
    def is_call(self, request):
        path = urlsplit(request.url).path
        return request.url.startswith(self.site.url) and "/static-files/" not in path

    def begun(self, request):
        if self.is_call(request):
            self.pending.add(request)

    def ended(self, request):
        self.pending.discard(request)

    def answered(self, response):
        if response.status >= 400:
            address = self.site.normal(unquote(urlsplit(response.url).path))
            self.trouble.add(f"{response.status} {response.request.method} {address}")

    def said(self, message):
        if message.type == "error" and not any(h in message.text for h in HARMLESS):
            self.trouble.add(self.site.normal(message.text))

    @property
    def main(self):
        return self.tab.locator("main")

    def open(self, address):
        """Go to `address`, which begins with '#'."""
        self.tab.goto(f"{self.site.url}/{address}", wait_until="domcontentloaded")
        expect(self.main).to_be_visible(timeout=PATIENCE)
        return self

    def shows(self, *texts):
        """Wait until the main area has each of the texts."""
        for text in texts:
            expect(self.main).to_contain_text(text, timeout=PATIENCE, use_inner_text=True)
        return self

    def shows_no(self, text):
        expect(self.main).not_to_contain_text(text, timeout=PATIENCE, use_inner_text=True)
        return self

    def button(self, name, within=None, exact=True):
        return (within or self.tab).get_by_role("button", name=name, exact=exact)

    def item(self, name):
        return self.tab.get_by_role("menuitem", name=name)

    @property
    def dialog(self):
        return self.tab.get_by_role("dialog")

    def lines(self, area=None):
        """What an area shows, line by line, without what servers cannot share."""
        text = self.site.normal((area or self.main).inner_text())
        lines = (line.strip() for line in text.splitlines())
        return [line for line in lines if line and not line.startswith(SHAKY)]

    def rest(self, area=None):
        """Wait until no call is under way and the text has stopped to change."""
        end = time.monotonic() + PATIENCE / 1000
        quiet, before = 0, None
        while quiet < QUIET:
            assert time.monotonic() < end, f"no rest; pending: {[r.url for r in self.pending]}"
            self.tab.wait_for_timeout(POLL)
            lines = self.lines(area)
            loading = any("Loading" in line for line in lines)
            same = lines == before and not self.pending and not loading
            quiet, before = quiet + 1 if same else 0, lines
        return before

    def quiet(self):
        """Wait until no call is under way."""
        end = time.monotonic() + PATIENCE / 1000
        while self.pending and time.monotonic() < end:
            self.tab.wait_for_timeout(POLL)
        return self

    def picture(self, name):
        folder = os.environ.get("CAIRN_BROWSER_PICTURES")
        if folder:
            os.makedirs(folder, exist_ok=True)
            name = re.sub(r"\W+", "-", name).strip("-")
            self.tab.screenshot(path=os.path.join(folder, name + ".png"))

    def record(self, name, area=None, less=False):
        """Keep what an area shows as `name`, or compare it with what is kept.

        `less` is for a page on which Cairn leaves something out, as doc/DIFFERENCES.md says.
        """
        pages = self.site.pages
        assert name not in pages, f"{name} is recorded already"
        if not self.other:
            pages[name] = self.rest(area)
            return self
        assert name in self.other.pages, "the reference did not come so far"
        wanted = self.other.pages[name]
        pages[name] = self.settles_to(wanted, area)
        self.picture(name)
        if less:
            assert [line for line in pages[name] if line not in wanted] == []
        else:
            assert pages[name] == wanted
        return self

    def settles_to(self, wanted, area):
        """What is shown as soon as it is as wanted, or else at rest."""
        if not self.pending and self.lines(area) == wanted:
            return wanted
        return self.rest(area)
