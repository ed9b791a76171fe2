"""Each statement of stmt.def is one that the database takes, with the types it is said to have.

The program tests/unit/store_statements prepares them; prepared is what the database
has parsed, found the tables and columns of, and counted parameters and columns in.
"""

import re
import subprocess

import pytest
from private import HERE, clean_environment, program
from test_dropin import mlflow

STMT_DEF = HERE.parents[1] / "src/store/stmt.def"


def prepare(database):
    return subprocess.run(
        [program("tests/unit/store_statements"), database.uri()],
        capture_output=True, text=True, timeout=120, env=clean_environment())


@pytest.fixture
def by_cairn(cairn, database):
    done = cairn("db", "init", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stderr
    return database


@pytest.fixture
def by_mlflow(database):
    done = mlflow("db", "upgrade", database.uri("mysql+pymysql") + "&charset=utf8mb4")
    assert done.returncode == 0, done.stderr
    return database


@pytest.mark.parametrize("made", ["by_cairn", "by_mlflow"])
def test_the_database_takes_each_statement(made, request):
    done = prepare(request.getfixturevalue(made))
    assert done.returncode == 0, done.stdout
    count = int(re.fullmatch(r"(\d+) statements\n", done.stdout).group(1))
    # the file includes others
    assert count >= len(re.findall(r"^STMT\(", STMT_DEF.read_text(), re.M)) > 100


def test_what_it_does_not_take_is_named(by_cairn):
    by_cairn.run("ALTER TABLE runs DROP COLUMN deleted_time")
    done = prepare(by_cairn)
    assert done.returncode == 1
    assert re.match(r"[A-Z_]+: 1054 Unknown column 'deleted_time'", done.stdout), done.stdout
