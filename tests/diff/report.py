"""The report: text while it runs, JUnit XML at the end."""

import re
import time
from xml.sax.saxutils import quoteattr

WIDTH = 1500  # characters of one side of a difference that are printed


class Case:
    def __init__(self, name, differences):
        self.name, self.differences = name, differences


class Report:
    def __init__(self, known, out, verbose=False):
        self.known, self.out, self.verbose = known, out, verbose
        self.cases, self.notes = [], []
        self.new = self.expected = 0
        self.start = time.monotonic()

    def say(self, text=""):
        print(text, file=self.out, flush=True)

    def note(self, text):
        self.notes.append(text)
        self.say(text)

    def unexplained(self, name, differences):
        """Those of the differences that no entry knows."""
        return [d for d in differences if self.known.find(name, d) is None]

    def case(self, name, differences, step=None):
        new = self.unexplained(name, differences)
        self.expected += len(differences) - len(new)
        self.new += len(new)
        self.cases.append(Case(name, new))
        if new:
            self.say(f"DIFFERENT {name}")
            if step is not None:
                self.say(f"    {str(step)[:WIDTH]}")
            for difference in new:
                self.say(indent(difference))
        elif self.verbose:
            self.say(f"same {name}")
        return new

    def fault(self, text):
        """Something wrong with the tester's own tables."""
        self.new += 1
        self.cases.append(Case(text, [("fault", "", "")]))
        self.say("FAULT " + text)

    def junit(self, path):
        failed = sum(1 for c in self.cases if c.differences)
        with open(path, "w", encoding="utf-8") as f:
            f.write('<?xml version="1.0" encoding="UTF-8"?>\n'
                    f'<testsuite name="diff" tests="{len(self.cases)}" failures="{failed}"'
                    f' time="{time.monotonic() - self.start:.1f}">\n')
            for case in self.cases:
                f.write(f"<testcase name={attribute(case.name)}")
                if not case.differences:
                    f.write("/>\n")
                    continue
                f.write(">\n")
                for what, cairn, mlflow in case.differences:
                    text = f"{what}\ncairn: {cairn}\nmlflow: {mlflow}"
                    f.write(f"<failure message={attribute(text[:WIDTH])}/>\n")
                f.write("</testcase>\n")
            f.write("</testsuite>\n")


NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def attribute(text):
    """Quoted for XML, without the characters that XML cannot hold."""
    return quoteattr(NOT_XML.sub("?", str(text)))


def common_start(a, b, shown=150):
    """How many characters may be left out before the place where the texts part."""
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    return max(0, at - shown)


def indent(difference):
    what, cairn, mlflow = difference
    lines = [f"  {what}"]
    cut = common_start(str(cairn), str(mlflow))
    for side, text in (("cairn ", cairn), ("mlflow", mlflow)):
        text = ("..." if cut else "") + str(text)[cut:]
        if len(text) > WIDTH:
            text = text[:WIDTH] + f"... ({len(text)} characters)"
        lines.append(f"    {side}: " + text.replace("\n", "\n            "))
    return "\n".join(lines)
