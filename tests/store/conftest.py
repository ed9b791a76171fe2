"""Fixtures of the store tests; what they are made of is in private.py."""

import pathlib
import shutil
import subprocess
import tempfile
import uuid

import pytest
from private import Database, Server, clean_environment, program


@pytest.fixture(scope="session")
def mariadb():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="cairn-store."))
    server = Server(directory)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
def make_database(mariadb):
    """A function that makes an empty database; they go with the test."""
    made = []

    def make(options="CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"):
        name = "t_" + uuid.uuid4().hex[:12]
        mariadb.run(f"CREATE DATABASE {name} {options}")
        made.append(name)
        return Database(mariadb, name)

    yield make
    for name in made:
        mariadb.run(f"DROP DATABASE {name}")


@pytest.fixture
def database(make_database):
    return make_database()


@pytest.fixture
def cairn():
    """cairn(argument, ...): the finished process."""

    def run(*arguments, **environment):
        return subprocess.run(
            [program("cairn"), *arguments], capture_output=True, text=True, timeout=120,
            env=clean_environment(**environment))

    return run
