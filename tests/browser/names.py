"""What fill.py and the tests both name."""

MODEL = "browser-model"
EDIT_MODEL = "browser-edited-model"
