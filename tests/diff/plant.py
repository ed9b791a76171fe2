#!/usr/bin/env python3
"""Proof that the tester finds bugs: plants one at a time and wants to see it fail.

    plant.py [--only PATTERN]

Copies the source, builds the copy, and for each bug below changes one line, builds
and runs diff.py with the arguments given beside it: it must fail, and must not on
the copy without the bug.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

SCENARIOS = ["--part", "scenarios", "--only"]
BUGS = [
    ("is_nan of the latest metric is not updated", "src/store/stmt.def",
     '"is_nan = IF(" METRIC_IS_NEWER ", VALUES(is_nan), is_nan), "', '""',
     [*SCENARIOS, "^latest metric$"]),
    ("LIKE ignores case", "src/store/where.c", "COLLATE utf8mb4_bin LIKE",
     "COLLATE utf8mb4_general_ci LIKE", [*SCENARIOS, "^runs search$"]),
    ("a full last page has a token, and a page is one row short", "src/store/keyset.c",
     "if (n++ == k->limit) {", "if (n++ + 1 == k->limit) {", ["--part", "paging"]),
    ("long tags are cut in bytes", "src/api/common.c",
     "*value = utf8_prefix(*value, most);", "value->len = most;",
     [*SCENARIOS, "^values of params and tags$"]),
    ("the tie-breaker of runs is reversed", "src/store/run_search.c",
     '[RUN_ID] = { { NULL }, { "r.run_uuid" }, DB_STR, false },',
     '[RUN_ID] = { { NULL }, { "REVERSE(r.run_uuid)" }, DB_STR, false },',
     [*SCENARIOS, "^runs search$"]),
    ("deleting a tag that is not there is fine", "src/api/run_data.c",
     'return fail(c, RESOURCE_DOES_NOT_EXIST, "No tag with name: %s in run with id %s",',
     'if (c == NULL) return fail(c, RESOURCE_DOES_NOT_EXIST, "%s %s",',
     [*SCENARIOS, "^tag names$|^matrix runs$"]),
    ("a deleted experiment's runs keep no time of deletion", "src/store/stmt.def",
     "deleted_time = ? WHERE experiment_id = ?", "end_time = ? WHERE experiment_id = ?",
     [*SCENARIOS, "^experiment delete and restore$"]),
    ("other versions are not archived", "src/store/model_version.c", "if (archive && db_exec",
     "if (!archive && db_exec", [*SCENARIOS, "^stages$"]),
    ("NaN satisfies comparisons", "src/store/where.c", 'sql_lit(q, " AND NOT ");',
     'sql_lit(q, " OR ");', ["--part", "filters", "--seconds", "15"]),
    ("a rename does not move last_update_time", "src/store/stmt.def",
     '"last_update_time = GREATEST(?, COALESCE(last_update_time, 0) + 1) WHERE',
     '"last_update_time = LEAST(?, COALESCE(last_update_time, 0)) WHERE',
     [*SCENARIOS, "^experiment life$"]),
    ("aliases stay when their version is deleted", "src/store/model_version.c",
     "db_exec(work, STMT_VERSION_DELETE_ALIASES, db_str(v->name),",
     "0 && db_exec(work, STMT_VERSION_DELETE_ALIASES, db_str(v->name),",
     [*SCENARIOS, "^aliases$"]),
    ("an older step replaces the latest metric", "src/store/stmt.def",
     "(VALUES(step), VALUES(timestamp), VALUES(value)) > (step, timestamp, value)",
     "(VALUES(timestamp), VALUES(step), VALUES(value)) > (timestamp, step, value)",
     ["--part", "sessions", "--seconds", "40"]),
]


def run(argv, **kw):
    return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **kw)


def must(argv, **kw):
    done = run(argv, **kw)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(argv)}:\n{done.stdout[-3000:]}")


def tester(build, arguments):
    return run([sys.executable, os.path.join(HERE, "diff.py"), "--build", build, *arguments])


def plant(source, build, bug):
    """The tester's last line on a build with the bug; an exit if it does not apply."""
    name, file, old, new, arguments = bug
    path = os.path.join(source, file)
    with open(path, encoding="utf-8") as f:
        whole = f.read()
    if whole.count(old) != 1:
        raise SystemExit(f"{name}: its line is {whole.count(old)} times in {file}, not once")
    try:
        with open(path, "w", encoding="utf-8") as f:
            f.write(whole.replace(old, new))
        must(["make", "-s", "-j2", "cairn", "cairn.fcgi"], cwd=build)
        return tester(build, arguments)
    finally:
        with open(path, "w", encoding="utf-8") as f:
            f.write(whole)


def first_difference(output):
    return next((line for line in output.splitlines() if line.startswith("DIFFERENT")), "")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="bugs whose name has this (a pattern)")
    parser.add_argument("--no-baseline", action="store_true",
                        help="do not first run the tester on the copy without a bug")
    args = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="cairn-plant-") as top:
        source, build = os.path.join(top, "source"), os.path.join(top, "build")
        shutil.copytree(TOP, source, ignore=shutil.ignore_patterns(".git", "*.o", "*.a"))
        os.mkdir(build)
        must([os.path.join(source, "configure"), "-q", "CFLAGS=-g -O1"], cwd=build)
        must(["make", "-s", "-j2", "cairn", "cairn.fcgi"], cwd=build)
        clean = set()
        bugs = [bug for bug in BUGS if re.search(args.only, bug[0])]
        for name, *_, arguments in [] if args.no_baseline else bugs:
            if tuple(arguments) not in clean and tester(build, arguments).returncode != 0:
                raise SystemExit(f"{' '.join(arguments)} fails without a bug")
            clean.add(tuple(arguments))
        for bug in bugs:
            done = plant(source, build, bug)
            seen = first_difference(done.stdout) if done.returncode == 1 else ""
            missed += not seen
            print(f"{'found ' if seen else 'MISSED'} {bug[0]}: {seen}", flush=True)
    print(f"{len(bugs) - missed} of {len(bugs)} bugs found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
