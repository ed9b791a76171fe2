#!/usr/bin/env python3
"""The rules of the house that a script can check, as TAP.

usage: check.py SOURCE_DIR

- the arrows: which folder of src/ may include which
- foreign headers have one home each
- the size of functions: most fit a screen, none is over 60 lines; no file over 700 but tables
- no format string that is no literal, no strcpy, no sprintf, no VLA alloca
- nothing formatted into SQL: only store/db.c, store/stmt.c and store/sql.c know statements as text
- doc/ROUTES.md is what the table says (when CAIRN_PROGRAM names the program)
"""

import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
SRC = TOP / "src"

MAY = {
    "base": [],
    "conf": ["base"],
    "artifact": ["base"],
    "json": ["base"],
    "graphql": ["json", "base"],
    "otlp": ["json", "base"],
    "search": ["base"],
    "store": ["search", "conf", "base"],
    "http": ["json", "conf", "base"],
    "auth": ["http", "store", "base"],
    "api": ["http", "auth", "store", "search", "artifact", "graphql", "otlp", "json", "conf", "base"],
    "cli": ["http", "store", "artifact", "conf", "base"],
}

HOMES = {
    "fcgiapp.h": ["http/loop.h", "http/loop.c", "http/request.c", "http/response.c"],
    "mysql.h": ["store/connection.h", "store/db.c", "store/result.c", "store/stmt.c"],
    "json-c/json.h": ["json/read.c"],
    "zlib.h": ["http/response.c", "artifact/zip.c", "otlp/inflate.c"],
}

FORBIDDEN = re.compile(
    r"\b(strcpy|strcat|sprintf|vsprintf|gets|alloca|system|popen|tmpnam|mktemp)\s*\("
)
SCREEN = 50  # lines of a function that fits a screen
FUNCTION_MAX = 60
FILE_MAX = 700
TABLES = {"src/graphql/schema.c"}  # as long as what they list

count = failed = 0


def ok(condition, text, *details):
    global count, failed
    count += 1
    failed += not condition
    print(f"{'' if condition else 'not '}ok {count} - {text}")
    for line in details if not condition else []:
        print(f"# {line}")


def sources():
    return sorted(p for p in SRC.rglob("*") if p.suffix in (".c", ".h", ".def"))


def bench():
    """The benchmark's programs keep the rules on size, words and comments."""
    return sorted((TOP / "tests" / "bench").glob("*.[ch]"))


def check_arrows():
    for folder, may in MAY.items():
        wrong = []
        for path in sorted((SRC / folder).rglob("*.[ch]")):
            for target in re.findall(r'#include "([^"]+)"', path.read_text()):
                first = target.split("/")[0]
                if target != "config.h" and first != folder and first not in may:
                    wrong.append(f"{path.relative_to(SRC)} includes {target}")
        ok(not wrong, f"{folder} includes only {', '.join(may) or 'itself'}", *wrong)


def check_homes():
    for header, homes in HOMES.items():
        wrong = [
            str(path.relative_to(SRC))
            for path in sources()
            if f"#include <{header}>" in path.read_text()
            and str(path.relative_to(SRC)) not in homes
        ]
        ok(not wrong, f"<{header}> is included only at home", *wrong)


def functions(text):
    """(name, lines) of each function: from its `{` to its `}` in column one."""
    lines = text.split("\n")
    name, start = None, None
    for number, line in enumerate(lines):
        if line == "{" and start is None:
            start = number
            back = number - 1
            while back > 0 and not re.match(r"[A-Za-z_]\w*\(", lines[back]):
                back -= 1
            name = lines[back].split("(")[0]
        elif line == "}" and start is not None:
            yield name, number - start - 1
            start = None


def check_sizes():
    sizes, large = [], []
    for path in sorted(SRC.rglob("*.c")) + bench():
        for name, lines in functions(path.read_text()):
            sizes.append(lines)
            if lines > FUNCTION_MAX:
                large.append(f"{path.relative_to(TOP)}: {name} has {lines} lines")
    ok(len(sizes) > 100, f"functions are found ({len(sizes)})")
    ok(not large, f"no function is over {FUNCTION_MAX} lines", *large)
    long = {str(p.relative_to(TOP)): p.read_text().count("\n") for p in sources() + bench()}
    long = [f"{name} has {n} lines" for name, n in long.items() if n > FILE_MAX and name not in TABLES]
    ok(not long, f"no file is over {FILE_MAX} lines but tables", *long)
    fit = sum(n <= SCREEN for n in sizes)
    ok(fit * 10 >= len(sizes) * 9, f"{fit} of {len(sizes)} functions fit a screen")


def check_words():
    wrong = []
    for path in sources() + bench():
        for number, line in enumerate(path.read_text().split("\n"), 1):
            if FORBIDDEN.search(line.split("/*")[0].split(" * ")[0]):
                wrong.append(f"{path.relative_to(TOP)}:{number}: {line.strip()}")
    ok(not wrong, "no call that cannot be made safely", *wrong)


def check_sql():
    """Only literals become SQL text."""
    wrong = []
    for path in sorted((SRC / "store").rglob("*.[ch]")) + sorted((SRC / "api").rglob("*.c")):
        if path.name in ("sql.c", "sql.h"):
            continue
        text = path.read_text()
        for call in re.findall(r"sql_add_literal\(([^;]*)\);", text, re.S):
            # nothing but a literal, or a choice between literals
            argument = call.split(",", 1)[1].strip()
            if not re.fullmatch(r'([\w\s=!<>&|.\->\[\]()]+\?\s*)?"[^"]*"(\s*:\s*"[^"]*")?', argument):
                wrong.append(f"{path.relative_to(SRC)}: sql_add_literal({argument})")
        if path.name not in ("db.c", "stmt.c") and re.search(r"mysql_(real_)?query|mysql_stmt_prepare", text):
            wrong.append(f"{path.relative_to(SRC)} talks to libmariadb")
    ok(not wrong, "no run-time text becomes SQL", *wrong)


def check_comments():
    """Every file begins by saying what it is for."""
    wrong = [str(p.relative_to(TOP)) for p in sources() + bench() if not p.read_text().startswith("/*")]
    ok(not wrong, "every file begins with a comment", *wrong)


def routes_of(program, *options):
    said = subprocess.run([program, "routes", *options], capture_output=True, text=True)
    return said.stdout


def coverage(program):
    """README's table: a line a resource, with the verbs that it answers."""
    verbs = {}
    for line in routes_of(program).splitlines():
        method, path = line.split()[:2]
        parts = re.sub(r"^\{/api,.*?\}|^/ajax-api", "", path).strip("/").split("/")
        if not re.match(r"\d", parts[0]):
            resource, rest = "server", parts
        elif parts[1] != "mlflow":
            resource, rest = parts[1], parts[2:]
        else:
            resource, rest = (parts[2], parts[3:]) if parts[3:] else ("server", parts[2:])
        verb = "/".join(rest) or "/"
        methods = verbs.setdefault(resource, {}).setdefault(verb, [])
        methods.append(method)
    table = ["| resource | endpoints |", "|---|---|"]
    for resource, found in verbs.items():
        table.append(f"| {resource} | {', '.join(found)} |")
    return "\n".join(table) + "\n"


def check_routes():
    program = os.environ.get("CAIRN_PROGRAM")
    if not program or not os.access(program, os.X_OK):
        ok(True, "doc/ROUTES.md # SKIP no program in CAIRN_PROGRAM")
        return
    for name, table in (
        ("doc/ROUTES.md", routes_of(program, "--markdown")),
        ("README.md", coverage(program)),
    ):
        ok(table and table in (TOP / name).read_text(), f"{name} holds the table", *table.split("\n"))


check_arrows()
check_homes()
check_sizes()
check_words()
check_sql()
check_comments()
check_routes()
print(f"1..{count}")
sys.exit(failed != 0)
