"""The two servers under comparison, each on its own database of one MariaDB.

A Side sends requests, reads its tables and puts them back to an earlier state,
so that every case starts from the same rows on both.
"""

import contextlib
import errno
import http.client
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import pymysql

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import servers  # noqa: E402

TIMEOUT = 120  # seconds for one answer, on a machine that others use too
# Ids that the database counts start here, so that they are known in any text.
FIRST_EXPERIMENT = 7000001
NEVER_COMPARED = {"alembic_version"}


class Database:
    """One schema of the private MariaDB, in the shape that servers.py expects."""

    def __init__(self, maria, name, collation):
        self.maria, self.name = maria, name
        with contextlib.closing(self.connect(None)) as c, c.cursor() as cursor:
            cursor.execute(
                f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE {collation}"
            )

    def uri(self, scheme="mysql"):
        return (f"{scheme}://{servers.USER}:{self.maria.password}"
                f"@127.0.0.1:{self.maria.port}/{self.name}")

    def connect(self, database):
        return pymysql.connect(
            user=servers.USER, password=self.maria.password, database=database,
            unix_socket=self.maria.socket, charset="utf8mb4", autocommit=True,
        )


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


class Side:
    """A server, a keep-alive connection to it, and its tables."""

    def __init__(self, name, server, db):
        self.name, self.server = name, server
        self.sql = db.connect(db.name)
        self.http = None
        self.tables = self.rows_of(
            "SELECT table_name FROM information_schema.tables"
            f" WHERE table_schema = '{db.name}' AND table_type = 'BASE TABLE'")
        self.tables = sorted({t[0] for t in self.tables} - NEVER_COMPARED)
        self.columns = {}
        # the one row whose times come from the start of the server
        with self.sql.cursor() as cursor:
            cursor.execute("UPDATE experiments SET creation_time = 1, last_update_time = 1")
        self.empty = self.dump()

    def rows_of(self, statement, args=None):
        with self.sql.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall()

    # --- requests ---------------------------------------------------------------

    def send(self, method, target, body=None, headers=()):
        """The answer; a connection that the server closed meanwhile is made anew."""
        for attempt in range(2):
            fresh = self.http is None
            if fresh:
                self.http = http.client.HTTPConnection(
                    "127.0.0.1", self.server.port, timeout=TIMEOUT)
            try:
                return self.try_send(method, target, body, dict(headers))
            except (http.client.HTTPException, OSError):
                self.http.close()
                self.http = None
                if fresh or attempt:
                    raise
        return None

    def try_send(self, method, target, body, headers):
        self.http.putrequest(method, target, skip_accept_encoding=True)
        if body is not None and "Content-Length" not in headers:
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            self.http.putheader(name, value)
        self.http.endheaders(body)
        r = self.http.getresponse()
        data = r.read()
        named = {k.lower(): v for k, v in r.getheaders()}
        if named.get("connection", "").lower() == "close":
            self.http.close()
            self.http = None
        return Answer(r.status, named, data)

    # --- tables -----------------------------------------------------------------

    def dump(self):
        """{table: (row, ...)} of every table that has rows."""
        probe = " UNION ALL ".join(
            f"SELECT '{t}' FROM DUAL WHERE EXISTS (SELECT 1 FROM `{t}`)" for t in self.tables)
        found = {}
        for (table,) in self.rows_of(probe):
            with self.sql.cursor() as cursor:
                cursor.execute(f"SELECT * FROM `{table}`")
                self.columns[table] = [d[0] for d in cursor.description]
                found[table] = cursor.fetchall()
        return found

    def restore(self, wanted, now=None):
        """Put the rows of an earlier dump back; `now` is the dump of this moment."""
        now = self.dump() if now is None else now
        with self.sql.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0, sql_mode ="
                           " CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')")
            for table in sorted(set(now) | set(wanted)):
                if now.get(table) == wanted.get(table):
                    continue
                cursor.execute(f"DELETE FROM `{table}`")
                if wanted.get(table):
                    self.insert(cursor, table, wanted[table])
                if table == "experiments":
                    self.count_from_start(cursor)

    def insert(self, cursor, table, rows):
        generated = self.generated(table)
        keep = [i for i, c in enumerate(self.columns[table]) if c not in generated]
        names = ", ".join(f"`{self.columns[table][i]}`" for i in keep)
        marks = ", ".join(["%s"] * len(keep))
        cursor.executemany(
            f"INSERT INTO `{table}` ({names}) VALUES ({marks})",
            [[row[i] for i in keep] for row in rows])

    def generated(self, table):
        """Columns that the database computes; none may be inserted."""
        if not hasattr(self, "_generated"):
            self._generated = set(self.rows_of(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = DATABASE() AND extra LIKE '%GENERATED%'"))
        return {c for t, c in self._generated if t == table}

    @staticmethod
    def count_from_start(cursor):
        cursor.execute(f"ALTER TABLE experiments AUTO_INCREMENT = {FIRST_EXPERIMENT}")

    def reset(self):
        self.restore(self.empty)
        with self.sql.cursor() as cursor:
            self.count_from_start(cursor)


class Pair:
    """Both sides; `both` runs one function on each at the same time."""

    def __init__(self, cairn, mlflow):
        self.cairn, self.mlflow = cairn, mlflow
        self.pool = ThreadPoolExecutor(2)

    def both(self, function, *each):
        """(of Cairn, of the reference); `each` are pairs of arguments."""
        second = self.pool.submit(function, self.mlflow, *[a[1] for a in each])
        first = function(self.cairn, *[a[0] for a in each])
        return first, second.result()

    def reset(self):
        self.both(Side.reset)


def has_usual_names(folder):
    """Are names of 255 bytes stored there, and longer ones an error when looked at?

    File systems of containers know shorter ones, and say of longer ones that they are
    not there: the known differences are those of the usual ones.
    """
    try:
        with tempfile.TemporaryDirectory(dir=folder) as top:
            os.mkdir(os.path.join(top, "x" * 255))
            os.stat(os.path.join(top, "x" * 256))
    except OSError as e:
        return e.errno == errno.ENAMETOOLONG and len(os.path.basename(e.filename)) == 256
    return False


def folder_for_servers():
    """Artifacts are below it."""
    for folder in (tempfile.gettempdir(), "/dev/shm", "/var/tmp"):
        if has_usual_names(folder):
            return servers.folder(folder)
    raise SystemExit("diff.py: no folder takes names of 255 bytes: name one in TMPDIR")


@contextlib.contextmanager
def pair(build, collation, cairn_options=(), mlflow_options=()):
    """Start everything; yields a Pair, whose databases are empty."""
    with contextlib.ExitStack() as stack:
        top = stack.enter_context(servers.folder())
        place = stack.enter_context(folder_for_servers())
        os.makedirs(os.path.join(top, "db"))
        for name in ("cairn", "mlflow"):
            os.makedirs(os.path.join(place, name))
        maria = servers.MariaDB(os.path.join(top, "db"), collation=collation)
        # nothing here must survive a crash, and thousands of commits are made
        maria.more = ["--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"]
        stack.enter_context(maria)
        starts = []
        for kind, options in (("cairn", cairn_options), ("mlflow", mlflow_options)):
            db = Database(maria, kind + "_diff", collation)
            server = servers.KINDS[kind](
                os.path.join(place, kind), db, build, options=options)
            starts.append((kind, server, db))
        for _, server, _ in starts:
            # in this thread: a child ends with the thread that made it
            stack.enter_context(server)
        yield Pair(*[Side(*one) for one in starts])


def now_ms():
    return int(time.time() * 1000)


