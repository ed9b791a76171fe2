"""`cairn server` on a database that was named: waiting, logging in, refusing."""

import os
import re
import subprocess

import pytest
import requests

import servers
from conftest import command_line, processes_with, tool


def run_sql(db, sql):
    """Statements on a database that is stopped, one a line."""
    subprocess.run(
        db._base_argv() + ["--bootstrap"],
        input=sql.encode(),
        check=True,
        timeout=60,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_it_waits_for_the_database(start, database):
    server = start(f"--backend-store-uri={database.uri()}", wait=False)
    server.wait_for(lambda: "no connection at" in server.output())
    assert f"127.0.0.1:{database.port}" in server.output()
    database.start()
    server.wait()
    text = server.output()
    phases = [
        text.index(f"database: {p}")
        for p in ("name: ", "no connection", "connection: made", "login: ", "schema: ")
    ]
    assert phases == sorted(phases)
    assert server.healthy()
    # one line a phase, not one a try
    assert text.count("no connection") == 1


@pytest.mark.parametrize(
    "uri, phase, reason",
    [
        ("mysql://u:{p}@127.0.0.1:1/d", "no connection", "Connection refused"),
        ("mysql://u:{p}@no-such-host.invalid/d", "no name", ""),
        ("mysql://cairn:wrong@127.0.0.1:{port}/cairn", "no login", "Access denied"),
        ("mysql://cairn:{p}@127.0.0.1:{port}/other", "no login", "nknown database"),
        ("mysql://u@/d?unix_socket=/nonexistent/s", "no connection", "No such file"),
    ],
)
def test_it_says_what_is_missing(start, database, uri, phase, reason):
    database.start()
    uri = uri.format(port=database.port, p=database.password)
    server = start(f"--backend-store-uri={uri}", "--db-wait=1", wait=False)
    assert server.process.popen.wait(60) == 1
    last = [line for line in server.output().splitlines() if f"{phase} at" in line][-1]
    assert "error" in last and reason in last
    assert "check" in last and "CAIRN_DB_WAIT" in last
    assert database.password not in server.output()
    assert server.run_dirs() == []


def test_the_password_is_seen_nowhere(start, database, tmp_path):
    database.start()
    server = start("--backend-store-uri", database.uri(), "--dev")
    assert processes_with(database.password) == []
    assert server.stop() == 0
    assert database.password not in server.output()


def test_the_password_comes_from_a_file(start, database, tmp_path):
    database.start()
    (tmp_path / "secret").write_text(database.password + "\n")
    server = start(
        CAIRN_DB_HOST="127.0.0.1",
        CAIRN_DB_PORT=str(database.port),
        CAIRN_DB_NAME=servers.DATABASE,
        CAIRN_DB_USER=servers.USER,
        CAIRN_DB_PASSWORD_FILE=str(tmp_path / "secret"),
    )
    assert server.healthy()
    assert not os.path.exists(tmp_path / "cairn-data")
    assert server.children("mariadbd") == []


def test_over_a_socket(start, database):
    database.start()
    server = start(
        f"--backend-store-uri=mysql+pymysql://{servers.USER}:{database.password}"
        f"@localhost/{servers.DATABASE}?unix_socket={database.socket}&charset=utf8mb4"
    )
    assert server.healthy()


def test_a_database_of_another_release_is_refused(start, database):
    database.start()
    server = start(f"--backend-store-uri={database.uri()}")
    server.stop()
    database.stop()
    # the head of MLflow 2.2.1
    run_sql(
        database,
        f"UPDATE {servers.DATABASE}.alembic_version SET version_num = '97727af70f4d';\n",
    )
    database.start()
    server = start(f"--backend-store-uri={database.uri()}", wait=False)
    assert server.process.popen.wait(60) == 1
    assert "97727af70f4d" in server.output()
    assert "2.2" in server.output() and "db upgrade" in server.output()


def test_a_database_of_something_else_is_refused(start, database):
    run_sql(
        database,
        f"CREATE DATABASE {servers.DATABASE};\n"
        f"CREATE TABLE {servers.DATABASE}.shop (id INT);\n",
    )
    database.start()
    server = start(f"--backend-store-uri={database.uri()}", wait=False)
    assert server.process.popen.wait(60) == 1
    assert "database: schema: " in server.output()


def test_a_wrong_password_is_not_waited_for(start, database):
    """One that is refused for five seconds is wrong; the default waits for sixty."""
    database.start()
    uri = f"mysql://cairn:wrong@127.0.0.1:{database.port}/cairn"
    server = start(f"--backend-store-uri={uri}", wait=False)
    assert server.process.popen.wait(30) == 1
    assert re.search(r"no login at \S+ after [56] s: Access denied", server.output())


@pytest.mark.parametrize("option", ["ssl_ca", "ssl_cert", "ssl_key"])
def test_a_certificate_that_is_not_there_is_named(start, database, cairn, option):
    database.start()
    uri = f"{database.uri()}?{option}=/nope.pem"
    if option == "ssl_key":
        uri += f"&ssl_cert={__file__}"
    server = start(f"--backend-store-uri={uri}", wait=False)
    assert server.process.popen.wait(60) == 1
    assert "cannot read /nope.pem: No such file" in server.output()
    assert "password" not in server.output()
    done = cairn("db", "check", "--backend-store-uri", uri)
    assert done.returncode == 2
    assert "cannot read /nope.pem: No such file" in done.stderr


@pytest.fixture
def reader(start, database):
    """The URI of an account that may only read a database that has its experiment 0."""
    database.start()
    start(f"--backend-store-uri={database.uri()}").stop()
    database.stop()
    run_sql(
        database,
        "FLUSH PRIVILEGES;\n"
        "CREATE USER reader@'127.0.0.1' IDENTIFIED BY 'r';\n"
        f"GRANT SELECT ON {servers.DATABASE}.* TO reader@'127.0.0.1';\n",
    )
    database.start()
    return f"mysql://reader:r@127.0.0.1:{database.port}/{servers.DATABASE}"


def test_an_account_that_only_reads(start, reader):
    server = start(f"--backend-store-uri={reader}")
    api = server.url + "/api/2.0/mlflow/"
    found = requests.get(api + "experiments/get", {"experiment_id": "0"}, timeout=30)
    assert found.json()["experiment"]["name"] == "Default"
    assert requests.get(server.url + "/ready", timeout=30).status_code == 200
    for path, body in [
        ("experiments/create", {"name": "n"}),
        ("runs/create", {"experiment_id": "0"}),
        ("registered-models/create", {"name": "n"}),
        ("experiments/delete", {"experiment_id": "0"}),
    ]:
        r = requests.post(api + path, json=body, timeout=30)
        assert r.status_code == 403, r.text
        assert r.json()["error_code"] == "PERMISSION_DENIED"
        assert "may only read" in r.json()["message"] and "reader" not in r.text
    # once in a while, not at each request
    assert server.output().count("denied to user") == 1


def test_tables_of_another_program(start, database):
    run_sql(
        database,
        f"CREATE DATABASE {servers.DATABASE};\n"
        f"CREATE TABLE {servers.DATABASE}.shop (id INT);\n",
    )
    database.start()
    server = start(f"--backend-store-uri={database.uri()}", wait=False)
    assert server.process.popen.wait(60) == 1
    assert "another program (shop)" in server.output()
    assert "--allow-foreign-tables" in server.output()
    server = start(f"--backend-store-uri={database.uri()}", "--allow-foreign-tables")
    assert server.healthy()
    server.stop()
    # once made, they are no matter
    assert start(f"--backend-store-uri={database.uri()}").healthy()


@pytest.mark.parametrize(
    "rows, reason",
    [
        ("('dc11669786a5'), ('deadbeef0001')", "more than one revision"),
        ("('deadbeef0001')", "another program's"),
    ],
)
def test_revisions_of_another_program(start, database, rows, reason):
    run_sql(
        database,
        f"CREATE DATABASE {servers.DATABASE};\n"
        f"CREATE TABLE {servers.DATABASE}.alembic_version (version_num VARCHAR(32));\n"
        f"INSERT INTO {servers.DATABASE}.alembic_version VALUES {rows};\n",
    )
    database.start()
    server = start(f"--backend-store-uri={database.uri()}", wait=False)
    assert server.process.popen.wait(60) == 1
    assert reason in server.output() and "deadbeef0001" in server.output()


@pytest.mark.parametrize("charset", [None, "latin1"])
def test_tables_in_another_character_set_are_told(start, tmp_path, charset):
    folder = tmp_path / "db"
    folder.mkdir()
    with servers.MariaDB(str(folder), charset=charset) as db:
        server = start(f"--backend-store-uri={db.uri()}")
        assert server.output().count("not all tables are in utf8mb4") == (charset is not None)
        assert server.output().count("cairn db check") == (charset is not None)
        server.stop()


@pytest.fixture
def tls(database, tmp_path):
    """The database with a certificate for 127.0.0.1; gives the folder of the CA."""
    openssl = tool("openssl")
    new = [openssl, "req", "-newkey", "rsa:2048", "-nodes"]
    for ca in ("ca", "other"):
        make = ["-x509", "-keyout", f"{ca}.key", "-out", f"{ca}.pem", "-subj", f"/CN={ca}"]
        subprocess.run(new + make, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "ext").write_text("subjectAltName=IP:127.0.0.1")
    for argv in (
        new + ["-keyout", "db.key", "-out", "db.csr", "-subj", "/CN=db"],
        [openssl, "x509", "-req", "-in", "db.csr", "-CA", "ca.pem", "-CAkey", "ca.key"]
        + ["-CAcreateserial", "-out", "db.pem", "-extfile", "ext"],
    ):
        subprocess.run(argv, cwd=tmp_path, check=True, capture_output=True)
    database.more = [f"--ssl-cert={tmp_path}/db.pem", f"--ssl-key={tmp_path}/db.key"]
    database.start()
    return tmp_path


@pytest.mark.parametrize("options", ["ssl=true", "ssl_ca={}/ca.pem&ssl_verify_cert=true"])
def test_tls_to_the_database(start, database, tls, options):
    server = start(f"--backend-store-uri={database.uri()}?{options.format(tls)}")
    assert server.healthy()
    # TLS is what is spoken: the same is refused where there is none
    server.stop()
    database.stop()
    database.more = []
    database.start()
    uri = f"{database.uri()}?{options.format(tls)}"
    server = start(f"--backend-store-uri={uri}", "--db-wait=1", wait=False)
    assert server.process.popen.wait(60) == 1
    assert "no login" in server.output()


def test_a_certificate_of_another_authority_is_refused(start, database, tls):
    server = start(
        f"--backend-store-uri={database.uri()}",
        "--db-wait=1",
        wait=False,
        MLFLOW_MYSQL_SSL_CA=f"{tls}/other.pem",
    )
    assert server.process.popen.wait(60) == 1
    assert "certificate" in server.output()


def test_workers_are_as_many_as_asked_for(start, database):
    database.start()
    server = start(f"--backend-store-uri={database.uri()}", "-w", "3")
    assert len(server.workers("api")) == 3
    assert command_line(server.children("lighttpd")[0])[1:3] == ["-D", "-f"]
