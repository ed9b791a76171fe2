"""What a person changes by mouse and keyboard; comes last, as pages show it then."""

import pytest
from conftest import STAGES
from names import EDIT_MODEL
from playwright.sync_api import expect

RUN = "#/experiments/{edited}/runs/{edited-alpha}"
RUNS = "#/experiments/{edited}/runs"
VERSION = f"#/models/{EDIT_MODEL}/versions/1"


def by_id(screen, name):
    return screen.tab.get_by_test_id(name)


def confirm(screen, name):
    """Press a button of the dialog, which then goes away."""
    button = screen.button(name, screen.dialog.filter(visible=True))
    button.click()
    expect(button).to_be_hidden()


def header_menu(screen, name):
    by_id(screen, "overflow-menu-trigger").click()
    screen.item(name).click()


def add_tag(screen, key, value):
    """In the dialog of tags, which is open."""
    screen.dialog.get_by_role("combobox").fill(key)
    screen.tab.keyboard.press("Enter")
    screen.dialog.get_by_label("Value").fill(value)
    screen.button("Add tag", screen.dialog).click()
    confirm(screen, "Save tags")


def write_note(screen, text):
    by_id(screen, "text-area").fill(text)
    by_id(screen, "editable-note-save-button").click()


def check_run(screen, name):
    row = screen.main.get_by_role("row").filter(has_text=name)
    row.get_by_label("toggle row selection").check()


# --- experiments


def experiment_row(screen, name):
    return screen.main.get_by_test_id("experiment-list-item").filter(has_text=name)


def test_create_experiment(screen):
    screen.open("#/experiments").shows("browser")
    by_id(screen, "create-experiment-button").click()
    screen.dialog.get_by_placeholder("Input an experiment name").fill("made by mouse")
    confirm(screen, "Create")
    # its page comes by itself
    screen.shows("made by mouse").record("experiment created")
    screen.open("#/experiments").shows("made by mouse").record("experiments with the created one")


def test_create_experiment_twice(screen):
    screen.open("#/experiments").shows("browser")
    by_id(screen, "create-experiment-button").click()
    screen.dialog.get_by_placeholder("Input an experiment name").fill("browser")
    screen.button("Create", screen.dialog).click()
    expect(screen.dialog).to_contain_text("already exists")
    screen.record("experiment that exists", screen.dialog)


def test_rename_experiment(screen):
    screen.open("#/experiments").shows("made by mouse")
    experiment_row(screen, "made by mouse").get_by_test_id("experiment-list-item-link").click()
    screen.shows("Runs", "made by mouse")
    header_menu(screen, "Edit experiment")
    screen.dialog.get_by_role("textbox").first.fill("renamed by mouse")
    confirm(screen, "Save")
    screen.shows("renamed by mouse").record("experiment renamed")


def test_tag_experiment(screen):
    screen.open("#/experiments").shows("renamed by mouse")
    experiment_row(screen, "renamed").get_by_label("Edit tags").click()
    add_tag(screen, "colour", "green")
    screen.shows("colour", "green").record("experiment tagged")


def test_delete_experiment(screen):
    screen.open("#/experiments").shows("renamed by mouse")
    experiment_row(screen, "renamed").get_by_test_id("experiment-list-item-check-box").check()
    by_id(screen, "delete-experiments-button").click()
    confirm(screen, "Delete")
    screen.shows_no("renamed by mouse").record("experiments after a delete")


# --- runs


def test_rename_run(screen, ids):
    screen.open(RUN.format(**ids)).shows("alpha")
    header_menu(screen, "Rename")
    by_id(screen, "rename-modal-input").fill("alpha renamed")
    confirm(screen, "Save")
    screen.shows("alpha renamed").record("run renamed")


def test_describe_run(screen, ids):
    screen.open(RUN.format(**ids)).shows("No description")
    screen.button("Edit description").click()
    write_note(screen, "# A heading\n\nand **bold**")
    screen.shows("A heading", "and bold").record("run described")


def test_tag_run(screen, ids):
    screen.open(RUN.format(**ids)).shows("team")
    screen.button("Edit tags").click()
    add_tag(screen, "colour", "green")
    screen.shows("colour").record("run tagged")


def test_delete_and_restore_run(screen, ids):
    screen.open(RUNS.format(**ids)).shows("gamma", "3 matching runs")
    check_run(screen, "gamma")
    by_id(screen, "runs-delete-button").click()
    confirm(screen, "Delete selected")
    screen.shows("2 matching runs").shows_no("gamma").record("runs after a delete")
    by_id(screen, "lifecycle-filter").click()
    by_id(screen, "deleted-runs-menu-item").click()
    screen.shows("gamma", "1 matching run").record("deleted runs")
    check_run(screen, "gamma")
    screen.button("Restore", screen.main).click()
    confirm(screen, "Restore")
    screen.shows("0 matching runs")
    by_id(screen, "lifecycle-filter").click()
    by_id(screen, "active-runs-menu-item").click()
    screen.shows("gamma", "3 matching runs").record("runs after a restore")


# --- the registry


def test_alias(screen):
    screen.open(VERSION).shows("Version 1", "Aliases")
    screen.tab.get_by_title("Add aliases").click()
    screen.dialog.get_by_role("combobox").fill("challenger")
    screen.tab.keyboard.press("Enter")
    confirm(screen, "Save aliases")
    screen.shows("challenger").record("version with an alias")


def test_stage(screen):
    screen.prefer(STAGES)
    screen.open(VERSION).shows("Version 1", "Stage")
    screen.main.get_by_text("None", exact=True).click()
    screen.tab.get_by_role("menuitem").filter(has_text="Staging").click()
    confirm(screen, "OK")
    screen.shows("Staging").record("version in a stage")


@pytest.mark.parametrize(
    "what, address", [("model", f"#/models/{EDIT_MODEL}"), ("version", VERSION)]
)
def test_describe_in_registry(screen, what, address):
    screen.open(address).shows("Version 1", "Description")
    by_id(screen, "descriptionEditButton").click()
    write_note(screen, f"The description of the {what}.")
    screen.shows(f"The description of the {what}.").record(f"{what} described")


def test_create_model(screen):
    screen.prefer(STAGES)
    screen.open("#/models").shows("browser-model")
    # a word about the new registry comes first
    screen.button("Close", screen.dialog).click()
    by_id(screen, "create-model-button").click()
    screen.dialog.get_by_role("textbox").first.fill("model by mouse")
    screen.button("Create", screen.dialog).click()
    screen.shows("model by mouse").record("model created")


def test_delete_model(screen):
    screen.open("#/models/model by mouse").shows("model by mouse")
    header_menu(screen, "Delete")
    screen.button("Delete", screen.dialog).click()
    screen.shows("browser-model").shows_no("model by mouse").record("models after a delete")
