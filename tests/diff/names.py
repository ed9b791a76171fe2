"""Stable names for what differs between any two servers: ids, times, paths, tokens.

An id is named by its first appearance, a time by the step in which it was made
(so that a time that should have moved, or should not have, is seen).  Rows of the
tables hold ids that no answer ever shows: these are named by the rows in which
they stand, refined until the links between rows are part of the name.
"""

import calendar
import hashlib
import json
import math
import re

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}")
EXPERIMENT = re.compile(r"(?<!\d)7000\d{3}(?!\d)")
RANDOM_NAME = re.compile(r"[a-z]+-[a-z]+-\d{1,4}")
TIME_TEXT = re.compile(r"(?<!\d)\d{13}(?!\d)")
# written by a client, and times of traces
MOMENT = re.compile(r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d+(?![\dZ])")
ZULU = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?Z")
DIGEST = re.compile(r"[0-9a-f]{8}")
SET = re.compile(r"\{'[^']*'(?:, '[^']*')*\}")
# Lists whose order is that of random ids, on both sides.
UNORDERED = {"dataset_inputs", "dataset_summaries", "model_inputs", "model_outputs"}
ROUNDS = 3  # how far links between rows reach into a name
SLACK = 600000  # ms after the last step that still count as "made now"


class Names:
    """The names on one side during one scenario."""

    def __init__(self, side):
        self.ids, self.randoms = {}, {}
        self.starts = []  # ms, one a step
        self.roots = [
            (side.server.artifacts, "<root>"),
            (side.server.folder, "<folder>"),
            (side.server.url, "<server>"),
        ]

    def begin_step(self, ms):
        self.starts.append(ms)

    def time(self, ms):
        """The name of a time of this scenario, None for any other number."""
        if not self.starts or not self.starts[0] <= ms <= self.starts[-1] + SLACK:
            return None
        step = max(i for i, start in enumerate(self.starts) if start <= ms)
        return f"<time of step {step}>"

    def zulu(self, match):
        """As `time`; any other is the same on both sides."""
        *parts, fraction = match.groups()
        seconds = calendar.timegm([int(p) for p in parts])
        ms = int((fraction or "")[:3].ljust(3, "0"))
        return self.time(seconds * 1000 + ms) or match.group()

    def id(self, match):
        return "<id %d>" % self.ids.setdefault(match.group(), len(self.ids))

    def known_id(self, match):
        """For errors, whose text may hold ids that no right answer shows."""
        return "<id %s>" % self.ids.get(match.group(), "?")

    def random(self, text):
        return "<name %d>" % self.randoms.setdefault(text, len(self.randoms))

    def text(self, text, id_name=None):
        if RANDOM_NAME.fullmatch(text):
            return self.random(text)
        for path, name in self.roots:
            text = text.replace(path, name)
        text = ZULU.sub(self.zulu, MOMENT.sub("<moment>", text))
        text = ID.sub(id_name or self.id, text)
        text = EXPERIMENT.sub(id_name or self.id, text)
        text = TIME_TEXT.sub(lambda m: self.time(int(m.group())) or m.group(), text)
        return SET.sub(lambda m: "{" + ", ".join(sorted(m.group()[1:-1].split(", "))) + "}", text)

    def value(self, value, key="", id_name=None):
        """A JSON value or a column, with names in the place of what varies."""
        if isinstance(value, dict):
            return {self.text(k, id_name): self.value(value[k], k, id_name)
                    for k in sorted(value)}
        if isinstance(value, (list, tuple)):
            named = [self.value(v, key, id_name) for v in value]
            return sorted(named, key=json.dumps) if key in UNORDERED else named
        if isinstance(value, str):
            if key in ("next_page_token", "page_token") and value:
                return "<token>"
            if key in ("digest", "dataset_digest") and DIGEST.fullmatch(value):
                return "<digest>"
            return self.text(value, id_name)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int):
            named = self.time(value)
            return named or (self.text(str(value), id_name)
                             if EXPERIMENT.fullmatch(str(value)) else value)
        if isinstance(value, float):
            return f"<{value}>" if not math.isfinite(value) else value
        return repr(value)

    # --- tables -----------------------------------------------------------------

    def rows(self, side, dump):
        """{table: sorted texts of rows}, ids that were never answered included."""
        flat = [(table, self.row_text(side, table, row))
                for table in sorted(dump) for row in dump[table]]
        colours = self.colours(flat)
        found = {}
        for table, text in flat:
            found.setdefault(table, []).append(HIDDEN.sub(
                lambda m: f"<id {colours[m.group(1)]}>", text))
        return {table: sorted(rows) for table, rows in found.items()}

    def row_text(self, side, table, row):
        return json.dumps(
            {c: self.value(nested(v), c, self.hide) for c, v in zip(side.columns[table], row)},
            ensure_ascii=False, sort_keys=True)

    def hide(self, match):
        """A known id by its name, another one marked for `colours`."""
        known = self.ids.get(match.group())
        return f"<id {known}>" if known is not None else f"\x01{match.group()}\x02"

    @staticmethod
    def colours(flat):
        colours = {i: "" for _, text in flat for i in HIDDEN_JSON.findall(text)}
        where = {i: [] for i in colours}
        for table, text in flat:
            for i in set(HIDDEN_JSON.findall(text)):
                where[i].append((table, text))
        for _ in range(ROUNDS):
            colours = {i: digest(sorted(
                table + HIDDEN_JSON.sub(
                    lambda m: "self" if m.group(1) == i else colours[m.group(1)], text)
                for table, text in where[i])) for i in colours}
        return colours


HIDDEN_JSON = re.compile(r"\\u0001([^\\]+)\\u0002")
HIDDEN = HIDDEN_JSON


def digest(texts):
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:8]


def nested(value):
    """A column that holds a JSON object or list is compared as what it means."""
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
