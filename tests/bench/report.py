"""Figures of the benchmark: collected, printed, compared with the targets."""

from dataclasses import dataclass, field

MB = 1e6


@dataclass
class Figures:
    """One scenario on one server, over all rounds.  Times are seconds."""

    totals: list = field(default_factory=list)
    firsts: list = field(default_factory=list)
    errors: int = 0
    wall: float = 0
    server: float = 0  # processor time of the server's tree
    database: float = 0
    client: float = 0
    growth: int = 0  # bytes
    lost: int = 0  # rows acknowledged and not stored
    rows: int = 0  # rows looked for
    transfer: int = 0  # bytes a request
    fault: str = ""

    @property
    def n(self):
        return len(self.totals)

    def percentile(self, p, values=None):
        values = sorted(self.totals if values is None else values)
        return values[min(len(values) - 1, int(len(values) * p / 100))] if values else None

    @property
    def rate(self):
        """Right answers a second."""
        return (self.n - self.errors) / self.wall if self.wall else None

    def each(self, seconds):
        return seconds / self.n if self.n else None

    def value(self, what):
        """In the unit of the targets."""
        p50 = self.percentile(50)
        if not self.n or self.n <= self.errors:
            return None
        return {
            "p50": lambda: 1e3 * p50,
            "first": lambda: 1e3 * self.percentile(50, self.firsts),
            "cpu": lambda: 1e3 * self.each(self.server),
            "rate": lambda: self.rate,
            "speed": lambda: self.transfer / p50 / MB,
            "growth": lambda: self.growth / MB,
        }[what]()


COLUMNS = (
    ("scenario", 16),
    ("server", 10),
    ("n", 6),
    ("errors", 6),
    ("p50 ms", 9),
    ("p95 ms", 9),
    ("p99 ms", 9),
    ("first ms", 9),
    ("1/s", 8),
    ("cpu server", 10),
    ("cpu db", 8),
    ("cpu client", 10),
    ("MB/s", 8),
    ("growth MB", 9),
    ("lost", 6),
)


def number(x):
    if x is None or x == "":
        return "-"
    if isinstance(x, (int, str)):
        return str(x)
    return f"{x:.0f}" if abs(x) >= 100 else f"{x:.1f}" if abs(x) >= 10 else f"{x:.3f}"


def row(scenario, server, f):
    def ms(x):
        return None if x is None else 1e3 * x

    return (
        scenario.key,
        server,
        f.n,
        f.errors,
        ms(f.percentile(50)),
        ms(f.percentile(95)),
        ms(f.percentile(99)),
        ms(f.percentile(50, f.firsts)),
        f.rate,
        ms(f.each(f.server)),
        ms(f.each(f.database)),
        ms(f.each(f.client)),
        f.value("speed") if f.transfer else None,
        f.growth / MB if scenario.watch else None,
        f.lost if f.rows else None,
    )


def print_head():
    print(" ".join(f"{name:>{width}}" for name, width in COLUMNS), flush=True)


def print_row(scenario, server, f):
    cells = zip(row(scenario, server, f), COLUMNS)
    print(" ".join(f"{number(x):>{width}}" for x, (_, width) in cells), flush=True)
    if f.fault:
        print(f"    {server}: {f.fault}", flush=True)


def write_tsv(path, head, results):
    with open(path, "w", encoding="utf-8") as out:
        for name, value in head.items():
            out.write(f"# {name}: {value}\n")
        out.write("\t".join(name for name, _ in COLUMNS) + "\n")
        for (scenario, server), f in results.items():
            cells = row(scenario, server, f)
            out.write("\t".join("" if x is None else str(x) for x in cells) + "\n")


@dataclass
class Line:
    """One line of the final table."""

    what: str
    unit: str
    reference: object
    cairn: object
    target: float
    less: bool  # Cairn is to stay below the target, or above
    floor: object = None
    fault: str = ""

    def met(self):
        if self.cairn is None:
            return "failed" if self.fault else "not measured"
        if self.fault:
            return "no: " + self.fault
        if self.target is None:
            return "-"
        good = self.cairn <= self.target if self.less else self.cairn >= self.target
        return "met" if good else "not met"

    def ratio(self):
        """How many times better Cairn is."""
        if not self.reference or not self.cairn:
            return None
        return self.reference / self.cairn if self.less else self.cairn / self.reference

    def cells(self):
        sign = "<=" if self.less else ">="
        ours = None
        if self.less and self.floor is not None and self.cairn is not None:
            ours = self.cairn - self.floor
        return (
            f"{self.what}, {self.unit}",
            number(self.reference),
            number(self.cairn),
            number(self.ratio()),
            number(self.floor),
            number(ours),
            "-" if self.target is None else f"{sign} {number(self.target)}",
            self.met(),
        )


UNITS = {
    "p50": ("p50 ms", True),
    "first": ("first byte ms", True),
    "cpu": ("CPU ms of the server", True),
    "rate": ("1/s", False),
    "speed": ("MB/s", False),
    "growth": ("growth of a process MB", True),
}


def best(results, scenario, references, what, less):
    """The reference's figure in its better configuration."""
    found = [
        results[scenario, name].value(what)
        for name in references
        if (scenario, name) in results
    ]
    found = [x for x in found if x is not None]
    return (min if less else max)(found) if found else None


def fault_of(f):
    if f.lost:
        return f"{f.lost} acknowledged rows lost"
    if f.errors:
        return f"{f.errors} errors"
    return "a block failed" if f.fault else ""


def scenario_lines(results, scenario, references):
    cairn = results.get((scenario, "cairn"))
    if cairn is None:
        return
    floor = results.get((scenario, "floor"))
    for what in scenario.target or {"p50": None}:
        unit, less = UNITS[what]
        at_floor = floor.value(what) if floor and what in ("p50", "rate") else None
        yield Line(
            scenario.title,
            unit,
            best(results, scenario, references, what, less),
            cairn.value(what),
            scenario.target.get(what),
            less,
            at_floor,
            fault_of(cairn),
        )


def single_lines(results):
    """Writes of one row: 1.5 times the floor, and one empty round trip."""
    empty = [f for (s, name), f in results.items() if s.key == "empty" and name == "cairn"]
    for (scenario, name), f in results.items():
        floor = results.get((scenario, "floor"))
        if not (scenario.single and name == "cairn" and floor and empty):
            continue
        at_floor, trip = floor.value("p50"), empty[0].value("p50")
        if at_floor and trip:
            yield Line(
                f"{scenario.title} against 1.5 x floor + empty round trip",
                "p50 ms",
                None,
                f.value("p50"),
                1.5 * at_floor + trip,
                True,
                at_floor,
            )


def far_line(results):
    """A far page costs what the first one does."""
    pages = {s.key: f for (s, name), f in results.items() if name == "cairn"}
    if "page-1" in pages and "page-300" in pages:
        first, far = pages["page-1"].value("p50"), pages["page-300"].value("p50")
        if first and far:
            yield Line("page 300 by page 1", "ratio of p50", None, far / first, 1.3, True)


def table(lines):
    """Markdown, in columns that can be read as they are."""
    head = ("scenario", "mlflow, best", "Cairn", "ratio", "floor", "ours", "target", "met")
    rows = [head, *(line.cells() for line in lines)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(head))]
    text = []
    for cells in rows:
        rest = [c.rjust(w) for c, w in zip(cells[1:], widths[1:])]
        text.append("| " + " | ".join([cells[0].ljust(widths[0]), *rest]) + " |")
    rule = ["-" * (widths[0] + 2)] + ["-" * (w + 1) + ":" for w in widths[1:]]
    text.insert(1, "|" + "|".join(rule) + "|")
    return "\n".join(text)
