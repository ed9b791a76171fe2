"""Lists of hosts and origins, and the lines that a refused request leaves in the log."""

import pytest
import requests

API = "/api/2.0/mlflow/"
EXPERIMENT = API + "experiments/get?experiment_id=0"


def visit(server, host, path=EXPERIMENT):
    return requests.get(server.url + path, headers={"Host": host}, timeout=30)


def test_patterns_of_hosts(start):
    """As people write them for the reference, from the environment."""
    server = start(
        MLFLOW_SERVER_ALLOWED_HOSTS=" 192.168.* , localhost:*,Tracker:5000,*.example.org:*,fd00:*"
    )
    for host, status in (
        ("192.168.7.7:5000", 200), ("192.168.7.7", 200), ("localhost:1", 200),
        ("tracker:5000", 200), ("a.example.org:9", 200), ("[fd00::1]:5000", 200),
        ("192.168.7.7.evil.com", 403), ("tracker:5001", 403), ("10.0.0.1", 403),
        ("127.0.0.1", 403), ("evil.com", 403),
    ):  # fmt: skip
        assert visit(server, host).status_code == status, host


def test_hosts_of_the_file(start, tmp_path):
    conf = tmp_path / "cairn.conf"
    conf.write_text('allowed-hosts = "10.*, *:7000"\n', encoding="ascii")
    server = start(CAIRN_CONF=str(conf))
    assert visit(server, "10.1.2.3:5000").status_code == 200
    assert visit(server, "anything:7000").status_code == 200
    assert visit(server, "anything:7001").status_code == 403


@pytest.mark.parametrize(
    "hosts, missing",
    [("mlflow,localhost", "127.0.0.1"), ("mlflow", "localhost,127.0.0.1"), ("10.*", "localhost,")],
)
def test_a_list_without_localhost_is_told_once(start, hosts, missing):
    server = start(f"--allowed-hosts={hosts}")
    assert server.output().count(f"allowed-hosts leaves out {missing}") == 1
    for probe in ("/health", "/ready", "/version", "/metrics"):
        assert visit(server, "127.0.0.1", probe).status_code == 200
    r = visit(server, "127.0.0.1")
    assert r.status_code == 403
    assert "'127.0.0.1'" in r.text and "--allowed-hosts" in r.text


@pytest.mark.parametrize("hosts", ["localhost,127.0.0.1", "*", "*:5000,localhost,127.*", ""])
def test_a_list_with_localhost_is_not(start, hosts):
    server = start(f"--allowed-hosts={hosts}")
    assert "leaves out" not in server.output()


@pytest.mark.parametrize(
    "option, variable, entry, remedy",
    [
        ("--allowed-hosts", "MLFLOW_SERVER_ALLOWED_HOSTS", "http://name:5000/", "write name:5000"),
        ("--allowed-hosts", "MLFLOW_SERVER_ALLOWED_HOSTS", "name/path", "without a path"),
        ("--allowed-hosts", "MLFLOW_SERVER_ALLOWED_HOSTS", "a..b", "between two dots"),
        ("--allowed-hosts", "MLFLOW_SERVER_ALLOWED_HOSTS", "10.0.0.300", "four numbers"),
        ("--cors-allowed-origins", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", "ui.example.org",
         "write https://ui.example.org"),
        ("--cors-allowed-origins", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS",
         "https://ui.example.org/", "write https://ui.example.org"),
    ],
)  # fmt: skip
def test_what_can_match_nothing_stops_the_start(cairn, option, variable, entry, remedy):
    r = cairn("server", f"{option}=localhost,{entry}" if "host" in option else f"{option}={entry}")
    assert r.returncode != 0
    assert variable in r.stderr and f"'{entry}'" in r.stderr and remedy in r.stderr
    assert len(r.stderr.splitlines()) == 1


def test_patterns_of_origins(start):
    server = start("--cors-allowed-origins=https://*.company.com,http://ui:*")
    body = {"experiment_id": "0", "key": "k", "value": "v"}
    for origin, readable in (
        ("https://a.company.com", True), ("http://ui:3000", True), ("http://ui", True),
        ("http://localhost:3000", True), ("http://127.0.0.1", True),
        ("http://a.company.com", None), ("https://company.com", None),
        ("https://a.company.com.evil.org", None), ("null", None),
    ):  # fmt: skip
        r = requests.post(
            server.url + API + "experiments/set-experiment-tag", json=body,
            headers={"Origin": origin}, timeout=30,
        )  # fmt: skip
        assert r.status_code == (200 if readable else 403), origin
        if readable:
            assert r.headers["access-control-allow-origin"] == origin
        else:
            assert "access-control-allow-origin" not in r.headers
            assert f"'{origin}'" in r.text
            assert "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS" in r.text


@pytest.mark.parametrize("size", [64900, 65200, 65400])
def test_a_query_that_no_worker_can_be_handed(start, size):
    """Short enough for lighttpd's line, too long for a FastCGI record with the rest."""
    server = start()
    query = EXPERIMENT + "&x="
    r = requests.get(server.url + query + "x" * (size - len(query)), timeout=30)
    assert r.status_code in (400, 414)
    assert r.headers["content-type"] == "application/json"
    assert "61440" in r.json()["message"] and "by POST" in r.json()["message"]


@pytest.mark.parametrize("size, status", [(62000, 414), (70000, 414), (300000, 431)])
def test_a_query_that_is_refused_is_in_the_log(start, size, status):
    server = start()
    r = requests.get(server.url + EXPERIMENT + "&x=" + "x" * size, timeout=30)
    assert r.status_code == status
    assert f"refused with {status}: " in server.output()
    assert "xxxx" not in server.output()
