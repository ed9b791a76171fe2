"""The commands that need no server, and what is refused before one starts."""

import pathlib
import re
import socket

import pytest

import servers

TOP = pathlib.Path(__file__).resolve().parents[2]


def test_version_names_both(cairn):
    r = cairn("version")
    assert r.returncode == 0
    assert re.fullmatch(r"cairn \d+\.\d+\.\d+ \(MLflow 3\.17\.2\)\n", r.stdout)
    assert cairn("--version").stdout == r.stdout


def test_help_lists_the_commands(cairn):
    r = cairn("--help")
    assert r.returncode == 0
    for command in ("server", "db", "routes", "healthcheck", "version"):
        assert re.search(rf"^  {command} ", r.stdout, re.M)


def test_no_or_unknown_command(cairn):
    assert cairn().returncode == 2
    r = cairn("srever")
    assert r.returncode == 2
    assert "no command 'srever'; did you mean server?" in r.stderr


def test_routes(cairn):
    r = cairn("routes")
    assert r.returncode == 0
    assert "/mlflow/runs/create" in r.stdout


@pytest.fixture
def options(cairn):
    """Names of the options that --help tells."""
    r = cairn("server", "--help")
    assert r.returncode == 0 and r.stderr == ""
    names = re.findall(r"^  (?:-\w, )?--([\w-]+)", r.stdout, re.M)
    names += re.findall(r"^  \(not a flag\) ([\w-]+)", r.stdout, re.M)
    assert len(names) == len(set(names)) > 30
    return names


def test_help_has_upstreams_flags(options):
    for name in (
        "backend-store-uri registry-store-uri default-artifact-root serve-artifacts"
        " artifacts-only artifacts-destination host port workers static-prefix"
        " allowed-hosts cors-allowed-origins x-frame-options"
        " disable-security-middleware expose-prometheus dev gunicorn-opts"
        " uvicorn-opts waitress-opts"
    ).split():
        assert name in options


def test_the_man_page_tells_every_option(options):
    page = (TOP / "doc" / "cairn.8.in").read_text()
    for name in options:
        assert re.search(rf"(\\-|Li ){name}\b", page), name


def test_the_man_page_tells_every_variable(cairn):
    page = (TOP / "doc" / "cairn.8.in").read_text()
    shown = cairn("server", "--help").stdout
    for line in re.findall(r"environment: (.*)", shown):
        for name in line.split():
            assert re.search(rf"\b{name}\b", page), name


def test_the_annotated_file_has_real_options(options):
    text = (pathlib.Path(servers.BUILD) / "etc" / "cairn.conf").read_text()
    names = re.findall(r"^#([\w-]+) = ", text, re.M)
    assert len(names) > 20
    assert set(names) <= set(options)


def test_the_annotated_file_with_everything_set(cairn, tmp_path):
    text = (pathlib.Path(servers.BUILD) / "etc" / "cairn.conf").read_text()
    # this one names a file that does not exist here
    text = re.sub(r"^#(?!db-password-file)([\w-]+ = )", r"\1", text, flags=re.M)
    file = tmp_path / "cairn.conf"
    text = text.replace("db-wait = 60", "db-wait = 0")
    # what is to be written into lies here
    file.write_text(re.sub(r"= (/var/lib|/srv)/", f"= {tmp_path}/", text))
    r = cairn("server", f"--config={file}", "--port=0")
    # all options are fine: it comes as far as the database
    assert r.returncode == 1
    assert "option static-prefix = /ml (configuration file)" in r.stderr
    assert "database:" in r.stderr


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["--prot", "1"], "no option --prot; did you mean --port"),
        (["--backend-store", "x"], "did you mean --backend-store-uri?"),
        (["--wrokers=1"], "did you mean --workers?"),
        (["--app-name", "basic-auth"], "no option --app-name"),
        (["--port", "http"], "--port: 'http' is not a number from 0 to 65535"),
        (["--workers", "0"], "--workers: '0' is not a number from 1"),
        (["--port"], "--port lacks its value"),
        (["5000"], "'5000' is not an option"),
        (["--static-prefix", "ml"], "MLFLOW_STATIC_PREFIX"),
        (["--backend-store-uri", "sqlite:///mlflow.db"], "MariaDB only"),
        (["--backend-store-uri", "postgresql://u:geheim@h/d"], "mysql://"),
        (["--backend-store-uri", "./mlruns"], "MariaDB only"),
        (["--backend-store-uri", "mysql://u:geheim@h:x/d"], "port"),
        (["--config", "/nonexistent/x"], "cannot read /nonexistent/x"),
    ],
)
def test_a_wrong_option_stops_the_start(cairn, tmp_path, arguments, says):
    r = cairn("server", *arguments, cwd=tmp_path)
    assert r.returncode == 2
    assert r.stderr.startswith("cairn server: ") and r.stderr.count("\n") == 1
    assert says in r.stderr
    assert "geheim" not in r.stderr + r.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "variable, value, says",
    [
        ("MLFLOW_PORT", "x", "MLFLOW_PORT: 'x' is not a number"),
        ("MLFLOW_SERVE_ARTIFACTS", "perhaps", "MLFLOW_SERVE_ARTIFACTS: 'perhaps'"),
        ("MLFLOW_WORKERS", "-1", "MLFLOW_WORKERS"),
        ("CAIRN_DB_WAIT", "soon", "CAIRN_DB_WAIT"),
        ("BACKEND_STORE_URI", "sqlite:///x", "MariaDB only"),
        ("CAIRN_DB_HOST", "h", "CAIRN_DB_NAME"),
        ("MLFLOW_SERVER_X_FRAME_OPTIONS", "maybe", "MLFLOW_SERVER_X_FRAME_OPTIONS"),
        ("CAIRN_DB_PASSWORD_FILE", "/none", None),
    ],
)
def test_a_wrong_variable_stops_the_start(cairn, tmp_path, variable, value, says):
    more = {"CAIRN_DB_NAME": "d"} if says is None else {}
    r = cairn("server", cwd=tmp_path, **{variable: value}, **more)
    assert r.returncode == 2
    assert (says or "/none") in r.stderr


def test_a_port_in_use_is_told_before_anything_starts(cairn, tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = s.getsockname()[1]
        r = cairn("server", f"--port={port}", cwd=tmp_path)
    assert r.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {port}: Address already in use" in r.stderr
    assert "--port" in r.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_not_ours(cairn, tmp_path):
    r = cairn("server", "--host=192.0.2.1", "--port=0", cwd=tmp_path)
    assert r.returncode == 1
    assert "cannot listen on 192.0.2.1" in r.stderr


def test_healthcheck_without_a_server(cairn):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    r = cairn("healthcheck", f"http://127.0.0.1:{port}/health")
    assert r.returncode == 1
    assert "Connection refused" in r.stderr


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "127.0.0.1:5000", "http://", "-x"])
def test_healthcheck_refuses_what_it_cannot_do(cairn, url):
    assert cairn("healthcheck", url).returncode == 2
