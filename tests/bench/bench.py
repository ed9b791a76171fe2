#!/usr/bin/env python3
"""The benchmark: Cairn, the reference and the bare database, interleaved in one run.

    make bench BENCH_ARGS='--size small --only log-metric,get-run'

See README in this folder.
"""

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests"))

import measure  # noqa: E402
import report  # noqa: E402
import scenarios  # noqa: E402
import seed  # noqa: E402
import servers  # noqa: E402

CAIRN_DB = "cairn"
REFERENCE_DB = "mlflow"
WORKERS = 4  # Cairn's default
SETTLE = 2  # seconds between two looks
QUIET = 0.05  # cores that an idle server may use
QUIET_TIMEOUT = 120
SOAK_GROWTH = 1  # MiB; workers that are replaced in between make a little
COLD_STARTS = {"cairn": 7, "mlflow": 1}
COLD_TIMEOUT = 180
SECONDS = {"small": 1.0, "medium": 3.0, "large": 3.0}
ROUNDS = {"small": 1, "medium": 3, "large": 3}


class Named:
    """A database of the private MariaDB, in the form that servers.py wants."""

    def __init__(self, mariadb, name):
        self.mariadb = mariadb
        self.name = name

    def uri(self, scheme="mysql"):
        return self.mariadb.uri(scheme).rsplit("/", 1)[0] + "/" + self.name

    def sql(self, text):
        """The rows of a statement, or of the last of several: lists of texts."""
        done = subprocess.run(
            [
                servers.find_program("mariadb"),
                "--no-defaults",
                "--batch",
                "--skip-column-names",
                f"--socket={self.mariadb.socket}",
                f"--user={servers.USER}",
                self.name,
            ],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=dict(os.environ, MYSQL_PWD=self.mariadb.password),
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name}: {done.stderr.strip()}")
        return [line.split("\t") for line in done.stdout.splitlines()]

    def row_sizes(self):
        """Rows of the large tables, and the bytes that each takes with its indexes."""
        rows = self.sql(
            "SELECT table_name, table_rows, (data_length + index_length) / table_rows "
            "FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN "
            "('runs', 'metrics', 'latest_metrics', 'params', 'tags') ORDER BY 1"
        )
        return ", ".join(f"{name} {n} x {float(size or 0):.0f} bytes" for name, n, size in rows)


class Site:
    """A server under test."""

    def __init__(self, name, server):
        self.name = name
        self.server = server
        self.db = server.db
        self.memory = {}  # idle, loaded: bytes
        self.far_token = ""

    def command(self, scenario, block, bench):
        script = os.path.join(bench.folder, "script")
        scenarios.write_script(script, scenario.make(block))
        return [
            bench.program("client"),
            f"-c{scenario.connections}",
            f"-s{bench.seconds}",
            f"-w{scenario.warm}",
            f"-o{bench.output}",
            str(self.server.port),
            script,
        ]

    def cpu(self):
        return measure.cpu_times(self.server.pid)

    def watch(self):
        return measure.Watch(self.server.pid)

    def find_far_token(self, size):
        """The token of the page before the far one, got with one large page."""
        if self.far_token:
            return self.far_token
        block = scenarios.Block(size, "far", 1)
        r = scenarios.search(block, scenarios.far_pages_before(size))
        request = urllib.request.Request(
            self.server.url + r.path, r.body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=300) as reply:
            self.far_token = json.load(reply)["next_page_token"]
        return self.far_token


class Floor:
    """The statements alone, from a C program."""

    name = "floor"

    def __init__(self, db):
        self.db = db

    def command(self, scenario, block, bench):
        return [
            bench.program("floor"),
            f"-t{bench.args.workers if scenario.connections > 1 else 1}",
            f"-s{bench.seconds}",
            f"-w{scenario.warm}",
            f"-n{block.n}",
            f"-o{bench.output}",
            f"-k{block.name}",
            str(self.db.mariadb.port),
            self.db.name,
            scenario.floor,
        ]

    def cpu(self):
        return {}

    def watch(self):
        return contextlib.nullcontext()

    def find_far_token(self, _size):
        return ""


class Bench:
    def __init__(self, args, folder):
        self.args = args
        self.folder = folder
        self.build = os.path.abspath(args.build)
        self.size = seed.SIZES[args.size]
        self.seconds = args.seconds or SECONDS[args.size]
        self.rounds = args.rounds or ROUNDS[args.size]
        self.output = os.path.join(folder, "output")
        self.mariadb = None
        self.sites = []
        self.results = {}
        self.lines = []  # of the final table, beside those of scenarios

    def program(self, name):
        return os.path.join(self.build, "tests", "bench", name)

    def mariadb_cpu(self):
        return measure.cpu_times(self.mariadb.process.pid)

    # --- one block

    def read_output(self, figures):
        """Add the measured requests; the numbers of those that were right."""
        right = []
        with open(self.output, encoding="ascii") as f:
            for line in f:
                index, good, total, first = line.split()
                figures.totals.append(float(total) / 1e6)
                figures.firsts.append(float(first) / 1e6)
                figures.errors += good == "0"
                if good == "1":
                    right.append(int(index))
        return right

    def check_stored(self, site, scenario, block, right, figures):
        """Every acknowledged row is there: the step tells whose it is."""
        stored = dict(
            site.db.sql(
                "SELECT step, COUNT(*) FROM metrics WHERE "
                f"`key` = '{block.name}' OR `key` LIKE '{block.name}.%' GROUP BY step"
            )
        )
        for i in right:
            figures.rows += scenario.rows
            figures.lost += scenario.rows - int(stored.get(str(i), 0))

    def run_block(self, site, scenario, number, figures):
        # a time limit ends most blocks long before
        block = scenarios.Block(self.size, f"{scenario.key}.{site.name}.{number}", scenario.n)
        if scenario.make is scenarios.far_page:
            block.far_token = site.find_far_token(self.size)
        argv = site.command(scenario, block, self)
        watch = site.watch() if scenario.watch else contextlib.nullcontext()
        before = self.mariadb_cpu(), site.cpu()
        with watch:
            done = subprocess.run(
                argv,
                capture_output=True,
                text=True,
                check=False,
                env=dict(os.environ, BENCH_DB_PASSWORD=self.mariadb.password),
            )
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"ended with {done.returncode}")
        after = self.mariadb_cpu(), site.cpu()
        words = done.stdout.split(maxsplit=5)
        n = figures.n
        right = self.read_output(figures)
        n = figures.n - n
        # warm requests cost as well: their share is taken off
        share = n / (n + scenario.warm)
        figures.database += share * measure.cpu_between(before[0], after[0])
        figures.server += share * measure.cpu_between(before[1], after[1])
        figures.wall += float(words[2])
        figures.client += float(words[3])
        figures.fault = figures.fault or (words[5].strip() if len(words) > 5 else "")
        if scenario.watch and isinstance(watch, measure.Watch):
            figures.growth = max(figures.growth, watch.growth())
        if scenario.rows:
            self.check_stored(site, scenario, block, right, figures)

    def run_scenario(self, scenario):
        sites = list(self.sites)
        if scenario.floor and not self.args.no_floor:
            sites.append(Floor(Named(self.mariadb, CAIRN_DB)))
        for number in range(self.rounds):
            # nobody is always the first
            turn = number % len(sites)
            for site in sites[turn:] + sites[:turn]:
                figures = self.results.setdefault((scenario, site.name), report.Figures())
                figures.transfer = self.size.artifact if scenario.bytes < 0 else scenario.bytes
                try:
                    self.run_block(site, scenario, number, figures)
                except (RuntimeError, OSError, ValueError, KeyError) as e:
                    figures.fault = figures.fault or f"{type(e).__name__}: {e}"
        for site in sites:
            report.print_row(scenario, site.name, self.results[scenario, site.name])

    # --- before and behind the scenarios

    def start_site(self, name, server):
        folder = server.folder
        os.makedirs(folder, exist_ok=True)
        server.start()
        site = Site(name, server)
        self.sites.append(site)
        return server

    def seed(self):
        text = seed.sql(self.size)
        for name in sorted({site.db.name for site in self.sites}):
            begun = time.monotonic()
            db = Named(self.mariadb, name)
            # a load needs no flush a commit; what is measured does
            db.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
            db.sql(text)
            db.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            print(f"{name}: seeded in {time.monotonic() - begun:.0f} s; {db.row_sizes()}", flush=True)

    def index(self):
        """Cairn's database gets the indexes that MLflow's schema lacks."""
        uri = Named(self.mariadb, CAIRN_DB).uri()
        cairn = os.path.join(self.build, "cairn")
        subprocess.run([cairn, "db", "index", f"--backend-store-uri={uri}"], check=True)

    def settle(self):
        """Wait until the servers have done what they do after a start."""
        end = time.monotonic() + QUIET_TIMEOUT
        while time.monotonic() < end:
            before = [site.cpu() for site in self.sites]
            time.sleep(SETTLE)
            used = (measure.cpu_between(b, s.cpu()) for b, s in zip(before, self.sites))
            if max(used) < QUIET * SETTLE:
                return
        print(f"the servers are still busy after {QUIET_TIMEOUT} s", flush=True)

    def read_memory(self, when):
        self.settle()
        for site in self.sites:
            site.memory[when] = measure.pss(site.server.pid)

    def memory_lines(self):
        targets = {"idle": 14, "loaded": 30}
        for when, target in targets.items():
            found = {s.name: s.memory.get(when, 0) / measure.MIB for s in self.sites}
            for name, size in found.items():
                print(f"{name}: {size:.1f} MiB {when} (PSS of the whole tree)")
            others = [x for name, x in found.items() if name.startswith("mlflow")]
            yield report.Line(
                f"memory of the whole tree, {when}",
                "PSS MiB",
                min(others) if others else None,
                found.get("cairn"),
                target,
                True,
            )

    def soak(self):
        """Writes and reads of many clients on Cairn, and what its memory does meanwhile."""
        site = self.sites[0]
        turn = [s for s in scenarios.SCENARIOS if s.key in ("log-metric-32", "mixed-32")]
        begun, sizes, number = time.monotonic(), [], self.rounds
        while len(sizes) < self.args.soak:
            number += 1
            self.run_block(site, turn[number % 2], number, report.Figures())
            if time.monotonic() - begun > 60 * (len(sizes) + 1):
                sizes.append(measure.pss(site.server.pid) / measure.MIB)
                print(f"minute {len(sizes)}: {sizes[-1]:.2f} MiB", flush=True)
        grown = sizes[-1] - sizes[len(sizes) // 2]
        return report.Line(
            "growth in the second half of the soak", "PSS MiB", None, grown, SOAK_GROWTH, True
        )


# --- cold start


def answers(port, path):
    """Whether a server gives 200 by now."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as s:
            s.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            return b" 200 " in s.recv(4096)[:16]
    except OSError:
        return False


def cold_start(argv, port, env, folder):
    """Seconds from the spawn to the first answer that needs the database."""
    begun = time.monotonic()
    process = servers.Process(argv, os.path.join(folder, "cold.log"), env=env, cwd=folder)
    try:
        while not answers(port, scenarios.API + "experiments/get?experiment_id=0"):
            if time.monotonic() - begun > COLD_TIMEOUT or process.popen.poll() is not None:
                process.fail("no answer")
            time.sleep(0.001)
        return time.monotonic() - begun
    finally:
        process.stop(group=True)


def cold_argv(kind, server, port):
    if kind == "cairn":
        return [server.program("cairn"), "server", f"--port={port}"]
    python = os.environ["CAIRN_MLFLOW_PYTHON"]
    uri = server.db.uri("mysql+pymysql")
    return [python, "-m", "mlflow", "server", "--backend-store-uri", uri, f"--port={port}"]


def cold_line(bench):
    """Of Cairn, and of the reference with its default workers."""
    median = {}
    for kind, times in COLD_STARTS.items():
        site = next((s for s in bench.sites if s.name.startswith(kind)), None)
        if site is None:
            continue
        env = dict(site.server.env, MLFLOW_BACKEND_STORE_URI=site.db.uri())
        found = []
        for _ in range(times):
            port = servers.free_port()
            argv = cold_argv(kind, site.server, port)
            found.append(cold_start(argv, port, env, site.server.folder))
        median[kind] = 1e3 * sorted(found)[len(found) // 2]
        print(f"{kind}: cold start {median[kind]:.0f} ms, the median of {times}", flush=True)
    return report.Line(
        "cold start to the first 200", "ms", median.get("mlflow"), median.get("cairn"), 60, True
    )


# --- size

# runs in the reference's interpreter: what mlflow needs, without what tests need
NEEDED = """
import importlib.metadata as m, os, re
seen, todo, total = set(), ["mlflow"], 0
while todo:
    name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
    try:
        d = m.distribution(name)
    except m.PackageNotFoundError:
        continue
    if name in seen:
        continue
    seen.add(name)
    for f in d.files or []:
        p = d.locate_file(f)
        total += os.path.getsize(p) if os.path.exists(p) else 0
    for r in d.requires or []:
        if "extra ==" not in r:
            todo.append(re.match(r"[\\w.-]+", r)[0])
print(total)
"""


def size_line(bench):
    root = os.path.join(bench.folder, "root")
    subprocess.run(
        ["make", "-s", "-C", bench.build, "install", f"DESTDIR={root}"],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    reference = None
    if any(s.name.startswith("mlflow") for s in bench.sites):
        done = subprocess.run(
            [os.environ["CAIRN_MLFLOW_PYTHON"], "-c", NEEDED],
            capture_output=True,
            text=True,
            check=True,
        )
        reference = int(done.stdout) / measure.MIB
    cairn = measure.size_of(root) / measure.MIB
    return report.Line("installed files", "MiB", reference, cairn, None, True)


# --- the run


def describe():
    done = subprocess.run(
        ["git", "-C", TOP, "describe", "--always", "--dirty", "--tags"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def load():
    return " ".join(f"{x:.2f}" for x in os.getloadavg())


def machine():
    """What a reader of the figures must know."""
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        models = re.findall(r"^model name\s*: (.*)$", f.read(), re.M)
    with open("/proc/meminfo", encoding="utf-8") as f:
        memory = int(re.search(r"MemTotal:\s+(\d+)", f.read())[1]) // 1024
    mariadbd = subprocess.run(
        [servers.find_program("mariadbd"), "--version"], capture_output=True, text=True, check=True
    )
    return {
        "version": describe(),
        "when": time.strftime("%Y-%m-%d %H:%M:%S %z"),
        "machine": f"{len(os.sched_getaffinity(0))} cores, {models[0] if models else '?'}, "
        f"{memory} MiB, Linux {platform.release()}",
        "load before": load(),
        "MariaDB": re.search(r"Ver (\S+)", mariadbd.stdout)[1]
        + ", innodb_flush_log_at_trx_commit=1, buffer pool 128 MiB",
    }


def database(mariadb, name, collation):
    Named(mariadb, servers.DATABASE).sql(
        f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4 COLLATE {collation}"
    )
    return Named(mariadb, name)


def start(bench, stack):
    """The servers; the first one on a database makes its tables."""
    args = bench.args
    cairn = Named(bench.mariadb, CAIRN_DB)
    builds = [("cairn", bench.build)]
    if args.against:
        builds.append(("against", os.path.abspath(args.against)))
    for name, build in builds:
        server = servers.CairnServer(
            os.path.join(bench.folder, name), cairn, build, options=[f"--workers={args.workers}"]
        )
        stack.callback(server.stop)
        bench.start_site(name, server)
    references = [] if args.reference == ["none"] else args.reference
    if references:
        reference = database(bench.mariadb, REFERENCE_DB, "utf8mb4_general_ci")
    for which in references:
        name, workers = {"default": ("mlflow", 4), "one": ("mlflow-1", 1)}[which]
        server = servers.MlflowServer(
            os.path.join(bench.folder, name), reference, options=[f"--workers={workers}"]
        )
        stack.callback(server.stop)
        bench.start_site(name, server)


def chosen(args):
    """The scenarios asked for, and those that make what they read."""
    keys = [s.key for s in scenarios.SCENARIOS]
    wanted = set(args.only or keys) - set(args.skip or ())
    for s in scenarios.SCENARIOS:
        if s.key in wanted and s.needs:
            wanted.add(s.needs)
    return [s for s in scenarios.SCENARIOS if s.key in wanted]


def attempt(what, function, *args):
    """A failure is printed, and the run goes on."""
    try:
        return function(*args)
    except Exception as e:  # whatever it is
        print(f"{what}: {type(e).__name__}: {e}", flush=True)
        return None


def finish(bench, head):
    references = [s.name for s in bench.sites if s.name.startswith("mlflow")]
    lines = []
    for scenario in dict.fromkeys(s for s, _ in bench.results):
        lines += report.scenario_lines(bench.results, scenario, references)
    lines += report.far_line(bench.results)
    lines += report.single_lines(bench.results)
    lines += [line for line in bench.lines if line is not None]
    head["load after"] = load()
    for site in bench.sites:
        for when, size in site.memory.items():
            head[f"{site.name}, {when}"] = f"{size / measure.MIB:.1f} MiB (PSS of the whole tree)"
    table = report.table(lines)
    print(f"\n{table}\n\nload after: {head['load after']}")
    name = os.path.join(bench.build, f"bench-{head['version']}-{bench.args.size}")
    if bench.args.indexes:
        name += "-indexes"
    report.write_tsv(name + ".tsv", head, bench.results)
    with open(name + ".md", "w", encoding="utf-8") as f:
        f.write("".join(f"{key}: {value}  \n" for key, value in head.items()) + f"\n{table}\n")
    print(f"{name}.tsv, .md")


def run(bench, head):
    with contextlib.ExitStack() as stack:
        os.makedirs(os.path.join(bench.folder, "db"))
        bench.mariadb = stack.enter_context(servers.MariaDB(os.path.join(bench.folder, "db")))
        start(bench, stack)
        bench.read_memory("idle")
        bench.seed()
        if bench.args.indexes:
            bench.index()
        report.print_head()
        for scenario in chosen(bench.args):
            bench.run_scenario(scenario)
        if bench.args.soak:
            bench.lines.append(attempt("soak", bench.soak))
        if not bench.args.only:
            bench.read_memory("loaded")
            bench.lines += attempt("memory", lambda: list(bench.memory_lines())) or []
            bench.lines.append(attempt("cold start", cold_line, bench))
            bench.lines.append(attempt("size", size_line, bench))
        finish(bench, head)


def words(text):
    return text.split(",")


def arguments():
    parser = argparse.ArgumentParser(description="Measure Cairn and the reference.")
    parser.add_argument("--build", default=os.getcwd(), help="where Cairn is built")
    parser.add_argument("--size", choices=sorted(seed.SIZES), default="medium")
    parser.add_argument("--only", type=words, help="these scenarios, by comma")
    parser.add_argument("--skip", type=words, help="all but these scenarios")
    parser.add_argument("--rounds", type=int, help="blocks for each scenario and server")
    parser.add_argument("--seconds", type=float, help="length of a block")
    parser.add_argument("--reference", type=words, default=["default", "one"],
                        help="default,one: the reference's workers; none")
    parser.add_argument("--workers", type=int, default=WORKERS,
                        help="of Cairn, and the floor's threads for many clients")
    parser.add_argument("--against", metavar="BUILD", help="another build of Cairn beside it")
    parser.add_argument("--soak", type=int, metavar="MINUTES",
                        help="then load Cairn for so long and watch its memory")
    parser.add_argument("--indexes", action="store_true",
                        help="give Cairn's database those of `cairn db index`")
    parser.add_argument("--no-floor", action="store_true", help="leave the bare statements out")
    parser.add_argument("--list", action="store_true", help="name the scenarios")
    args = parser.parse_args()
    keys = {s.key for s in scenarios.SCENARIOS}
    for name in (args.only or []) + (args.skip or []):
        if name not in keys:
            parser.error(f"there is no scenario {name}: see --list")
    if not set(args.reference) <= {"default", "one", "none"}:
        parser.error("--reference takes default, one and none")
    return args


def main():
    args = arguments()
    if args.list:
        for s in scenarios.SCENARIOS:
            print(f"{s.key:16} {s.title}")
        return 0
    python = os.environ.get("CAIRN_MLFLOW_PYTHON") or os.environ.get("CAIRN_PYTHON")
    if not python and args.reference != ["none"]:
        print("CAIRN_MLFLOW_PYTHON names no interpreter: Cairn is measured alone")
        args.reference = ["none"]
    os.environ["CAIRN_MLFLOW_PYTHON"] = python or ""
    head = machine()
    for name, value in head.items():
        print(f"{name}: {value}")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, servers.stop_on_signal)
    folder = tempfile.mkdtemp(prefix="cairn-bench-")
    try:
        run(Bench(args, folder), head)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
