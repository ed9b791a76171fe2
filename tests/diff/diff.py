#!/usr/bin/env python3
"""Plays the same traffic to Cairn and to `mlflow server` and shows every difference.

    make diff                                  all parts, as the CI runs them
    diff.py --part sessions --seconds 3600 --seed 7
    diff.py --part scenarios --only 'matrix runs' -v

Parts: scenarios (tables of requests), sessions (random ones, shrunk when they
differ), filters (a grammar of filter and order_by texts), paging (walks while
others write), clients (flows of both client releases).

Exits 0 only if every difference is one that known.tsv lists, each entry of it
matched, and each has its reason in doc/DIFFERENCES.md.  Needs the interpreter of
the reference in CAIRN_MLFLOW_PYTHON and runs under it; see runtests.sh.
"""

import argparse
import importlib
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import compare  # noqa: E402
import play  # noqa: E402
import report as reporting  # noqa: E402
import sides  # noqa: E402

# Routes that no scenario asks: the files of the web UI, which tests/browser looks at.
LEFT_OUT = re.compile(r"/build/.*|/static-files/.*|/")
PARTS = ("scenarios", "sessions", "filters", "paging", "clients")
SCENARIO_FILES = sorted(
    name[:-3] for name in os.listdir(os.path.join(HERE, "scenarios")) if name.endswith(".py"))


def all_scenarios():
    return [s for name in SCENARIO_FILES
            for s in importlib.import_module(f"scenarios.{name}").SCENARIOS]


def scenarios(args, player, report):
    for scenario in all_scenarios():
        if re.search(args.only, scenario.name):
            player.play(scenario, report)
    if args.only == "":
        uncovered = routes(args.build) - {
            route for s in all_scenarios() for step in s.steps + (s.cases or [])
            for route in [covered(step, routes(args.build))]}
        for route in sorted(r for r in uncovered if not LEFT_OUT.fullmatch(r[1])):
            report.fault(f"no scenario asks {' '.join(route)}")
    report.note(f"scenarios: {player.requests} requests")


def routes(build, seen={}):
    """{(method, path)} of the table; the path without its prefix and version."""
    if not seen:
        text = subprocess.run([os.path.join(build, "cairn"), "routes"], check=True,
                              capture_output=True, text=True, timeout=60).stdout
        for line in text.splitlines():
            method, path = line.split()[:2]
            seen[(method, re.sub(r"^(\{/api,/ajax-api\}|/ajax-api|/api)/", "/", path))] = True
    return set(seen)


def covered(step, table):
    """The row of the table that a step asks."""
    path = step.path if step.path.startswith("/") else f"/{step.v}.0/mlflow/{step.path}"
    path = re.sub(r"^/(ajax-)?api/", "/", path)
    exact = [r for r in table if r == (step.method, path)]
    return exact[0] if exact else next(
        (r for r in table if r[0] == step.method and "{" in r[1] and re.fullmatch(
            re.sub(r"\{[^}]*\}", "[^/]+", r[1]), path)), None)


def run_part(name, args, pair, report):
    if name == "scenarios":
        return scenarios(args, play.Player(pair), report)
    return importlib.import_module(name).run(args, play.Player(pair), report)


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.environ.get("CAIRN_BUILD", "."),
                        help="where cairn and cairn.fcgi are")
    parser.add_argument("--part", action="append", choices=PARTS, help="all, if not given")
    parser.add_argument("--only", default="", help="scenarios whose name has this (a pattern)")
    parser.add_argument("--seconds", type=float, default=120, help="for each generator")
    parser.add_argument("--sessions", type=int, help="at most so many random sessions")
    parser.add_argument("--filters", type=int, help="at most so many random filters")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--collation", default="utf8mb4_nopad_bin", help="of both databases")
    parser.add_argument("--clients", default=os.environ.get("CAIRN_TEST_CLIENTS", ""),
                        help="interpreters of the client releases, comma separated")
    parser.add_argument("--junit", help="write the report as JUnit XML to this file")
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser.parse_args()


def stop(number, _frame):
    raise SystemExit(128 + number)


def main():
    args = arguments()
    args.build = os.path.abspath(args.build)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    known = compare.Known()
    report = reporting.Report(known, sys.stdout, args.verbose)
    parts = args.part or list(PARTS)
    with sides.pair(args.build, args.collation) as pair:
        for name in parts:
            run_part(name, args, pair, report)
    whole = set() if args.only else set(parts)
    for fault in known.faults(whole):
        report.fault(fault)
    if args.junit:
        report.junit(args.junit)
    report.say(f"{len(report.cases)} cases, {report.expected} known differences,"
               f" {report.new} new ones")
    return 1 if report.new else 0


if __name__ == "__main__":
    sys.exit(main())
