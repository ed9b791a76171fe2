"""The viewers of a run's and a model's artifacts, and the download."""

import pathlib

import pytest
from playwright.sync_api import expect

# file name, what its viewer must show
VIEWERS = [
    ("note.txt", ["first line", "second line <b>not bold</b>"]),
    ("table.csv", ["rooms", "price", "150", "Previewing the first 2 rows"]),
    ("data.json", ["nested", "grüße"]),
    ("data.yaml", ["key:"]),
    ("read me 100%.md", ["A markdown heading", "some text"]),
    ("scores.json", ["question", "score", "how"]),
    ("bytes.bin", ["Select a file to preview"]),
]


def open_tree(screen, ids, what="runs/{alpha}"):
    screen.open(("#/experiments/{experiment}/" + what + "/artifacts").format(**ids))
    return screen.shows("Select a file to preview")


def pick(screen, name):
    screen.tab.get_by_test_id("artifact-tree-node").filter(has_text=name).click()


@pytest.mark.parametrize("name, texts", VIEWERS, ids=[v[0] for v in VIEWERS])
def test_viewer(screen, ids, name, texts):
    open_tree(screen, ids)
    if name == "data.yaml":
        pick(screen, "conf")
    pick(screen, name)
    screen.shows(*texts).record(f"artifact {name}")


def test_image(screen, ids):
    open_tree(screen, ids)
    pick(screen, "plots")
    pick(screen, "red.png")
    image = screen.main.locator("img[src^='blob:'], img[src*='artifact']").first
    expect(image).to_be_visible()
    assert image.evaluate("async e => (await e.decode(), e.naturalWidth)") == 64
    screen.record("artifact red.png")


def test_html(screen, ids):
    open_tree(screen, ids)
    pick(screen, "page.html")
    frame = screen.main.frame_locator("iframe")
    expect(frame.get_by_role("heading")).to_have_text("A heading of a page")
    screen.record("artifact page.html")


@pytest.mark.parametrize(
    "name, texts",
    [
        ("MLmodel", ["flavors:", "python_function:", "model_id:"]),
        ("requirements.txt", ["mlflow"]),
        ("conda.yaml", ["channels:"]),
    ],
)
def test_model_file(screen, ids, name, texts):
    open_tree(screen, ids, "models/{model}")
    pick(screen, name)
    screen.shows(*texts).record(f"artifact {name} of a model")


def test_download(screen, ids):
    open_tree(screen, ids)
    pick(screen, "table.csv")
    screen.shows("Previewing the first 2 rows")
    with screen.tab.expect_download() as waiting:
        screen.main.locator("[data-component-id$='artifactview.tsx_337']").click()
    download = waiting.value
    assert download.suggested_filename == "table.csv"
    assert pathlib.Path(download.path()).read_text() == "rooms,price\n2,100\n3,150\n"
