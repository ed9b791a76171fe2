"""What counts as a difference, and which differences are known.

A difference is (what, cairn, mlflow): `what` is "answer" (status and body),
"status" or "message" (only that of an error differs), "header NAME", "rows TABLE",
or "refused" (Cairn refused what the reference took, and yet changed its tables).
"""

import json
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
KNOWN = os.path.join(HERE, "known.tsv")
DOC = os.path.join(os.path.dirname(os.path.dirname(HERE)), "doc", "DIFFERENCES.md")

# The headers of the contract; date, server and length are the web server's own.
HEADERS = ("content-type", "x-content-type-options", "x-frame-options", "allow", "location",
           "content-disposition", "retry-after", "access-control-allow-origin",
           "access-control-allow-credentials", "access-control-allow-methods")


def parsed(answer):
    """The body as a tree; an HTML page only as "a page"; else its text."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html") and answer.status >= 400:
        return "<page>"
    if kind.startswith("application/json") or answer.body[:1] in (b"{", b"["):
        try:
            return json.loads(answer.body)
        except ValueError:
            return "<no JSON> " + answer.body.decode("utf-8", "replace")
    return answer.body.decode("utf-8", "replace")


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def answers(pair, names):
    trees = [n.value(parsed(a), id_name=n.known_id if a.status >= 400 else None)
             for n, a in zip(names, pair)]
    found = []
    if pair[0].status != pair[1].status or canonical(trees[0]) != canonical(trees[1]):
        found.append(body_difference(pair, trees))
    for header in HEADERS:
        if header == "content-type" and pair[0].status != pair[1].status and "<page>" in trees:
            continue  # the page in the answer says as much
        values = [n.text(a.headers.get(header, "")) for n, a in zip(names, pair)]
        if header == "allow":
            values = [", ".join(sorted(v.replace(" ", "").split(","))) for v in values]
        if values[0] != values[1]:
            found.append(("header " + header, *values))
    return found


def body_difference(pair, trees):
    if canonical(trees[0]) == canonical(trees[1]):
        return ("status", f"{pair[0].status} {short(trees[0])}", str(pair[1].status))
    errors = [t if isinstance(t, dict) and "error_code" in t else None for t in trees]
    if pair[0].status == pair[1].status and all(errors):
        rest = [{k: v for k, v in e.items() if k != "message"} for e in errors]
        if rest[0] == rest[1]:
            return ("message", errors[0].get("message"), errors[1].get("message"))
    return ("answer", *[f"{a.status} {short(t)}" for a, t in zip(pair, trees)])


def short(tree):
    """An error in one line; anything else as JSON."""
    if isinstance(tree, dict) and "error_code" in tree:
        return f"{tree['error_code']}: {tree.get('message')}"
    return canonical(tree)


def rows(cairn, mlflow):
    found = []
    for table in sorted(set(cairn) | set(mlflow)):
        only = [list(cairn.get(table, [])), list(mlflow.get(table, []))]
        for row in list(only[0]):
            if row in only[1]:
                only[0].remove(row)
                only[1].remove(row)
        if only[0] or only[1]:
            found.append(("rows " + table, "\n".join(only[0]), "\n".join(only[1])))
    return found


class Known:
    """The table of differences that are kept on purpose.

    where, what, cairn, mlflow: regular expressions for the whole of a case's name
    and of a difference; reason: the first cell of its row in doc/DIFFERENCES.md.
    """

    COLUMNS = ("where", "what", "cairn", "mlflow", "reason")

    def __init__(self, path=KNOWN):
        self.entries = []
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                if line.strip() and not line.startswith("#"):
                    self.add(number, line.rstrip("\n"))

    def add(self, number, line):
        cells = line.split("\t")
        if len(cells) != len(self.COLUMNS):
            raise SystemExit(f"known.tsv:{number}: {len(cells)} columns, not {len(self.COLUMNS)}")
        try:
            patterns = [re.compile(cell, re.S) for cell in cells[:4]]
        except re.error as e:
            raise SystemExit(f"known.tsv:{number}: {e}") from e
        self.entries.append({"line": number, "patterns": patterns, "reason": cells[4],
                             "used": 0})

    def find(self, where, difference):
        """The entry that explains a difference, or None."""
        texts = [where, *[str(d) for d in difference]]
        for entry in self.entries:
            if all(p.fullmatch(t) for p, t in zip(entry["patterns"], texts)):
                entry["used"] += 1
                return entry
        return None

    def faults(self, parts):
        """Entries without a reason in the document, and those that match nothing.

        `parts` are the parts of the tester that ran: an entry can be called unused
        only by a run that must have met it, which no number of random ones must.
        """
        with open(DOC, encoding="utf-8") as f:
            reasons = {line.split("|")[1].strip() for line in f if line.startswith("| ")}
        for entry in self.entries:
            if entry["reason"] not in reasons:
                yield (f"known.tsv:{entry['line']}: doc/DIFFERENCES.md has no row"
                       f" '{entry['reason']}'")
            if not entry["used"] and self.must_match(entry, parts):
                yield f"known.tsv:{entry['line']}: matches nothing any more; remove it"

    @staticmethod
    def must_match(entry, parts):
        owner = entry["patterns"][0].pattern.split("/")[0]
        if owner in ("filters", "sessions"):
            return False
        return (owner if owner in ("clients", "paging") else "scenarios") in parts
