"""What the options change on the wire, where the REST suite has only the defaults."""

import pytest
import requests

API = "/api/2.0/mlflow/"
DOCS = " See the API docs for more information about request parameters."


def post(server, path, body, **headers):
    return requests.post(server.url + API + path, json=body, headers=headers, timeout=60)


def get(server, path, **headers):
    return requests.get(server.url + path, headers=headers, timeout=60)


def new_run(server):
    r = post(server, "runs/create", {"experiment_id": "0"})
    assert r.status_code == 200, r.text
    return r.json()["run"]["info"]["run_id"]


def refused(r, message):
    assert r.status_code == 400
    assert (r.json()["error_code"], r.json()["message"]) == ("INVALID_PARAMETER_VALUE", message)


def test_long_values_are_refused_when_told(start):
    server = start(MLFLOW_TRUNCATE_LONG_VALUES="false")
    run = new_run(server)
    param = {"key": "p", "value": "é" * 6001}
    tag = {"key": "t", "value": "é" * 8001}
    text = "'%s' exceeds the maximum length of %d characters"
    refused(post(server, "runs/log-parameter", {"run_id": run, **param}), text % ("Param value", 6000))
    refused(post(server, "runs/set-tag", {"run_id": run, **tag}), text % ("value", 8000))
    batch = {"run_id": run, "tags": [tag], "params": [{"key": "q", "value": "1"}]}
    refused(post(server, "runs/log-batch", batch), text % ("tags[0].value", 8000))
    data = get(server, f"{API}runs/get?run_id={run}").json()["run"]["data"]
    assert list(data) == ["tags"] and len(data["tags"]) == 1


def test_the_longest_location(start):
    server = start(MLFLOW_ARTIFACT_LOCATION_MAX_LENGTH="20")
    for location, status in (("s3://" + "x" * 15, 200), ("s3://" + "x" * 16, 400)):
        r = post(server, "experiments/create", {"name": location, "artifact_location": location})
        assert r.status_code == status
    assert "cannot be greater than 20 characters" in r.json()["message"]


def test_limits_of_graphql(start):
    server = start("--graphql-max-aliases=1", MLFLOW_SERVER_GRAPHQL_MAX_ROOT_FIELDS="2")
    for query, error in (
        ("{a: __typename __typename}", None),
        ("{a: __typename b: __typename}", "at most 1 aliases, got 2 aliases."),
        ("{__typename ...{__typename __typename}}", "at most 2 root fields, got 3 root fields."),
    ):
        r = requests.post(server.url + "/graphql", json={"query": query}, timeout=60)
        assert r.status_code == 200
        errors = r.json()["errors"]
        assert errors is None if error is None else error in errors[0], errors


def test_allowed_hosts(start):
    server = start("--allowed-hosts=mlflow,*.example.org")
    path = API + "experiments/get?experiment_id=0"
    for host, status in (
        ("mlflow:5000", 200), ("MLFLOW", 200), ("a.example.org", 200), ("example.org", 403),
        ("localhost", 403), ("127.0.0.1", 403),
    ):  # fmt: skip
        r = get(server, path, Host=host)
        assert r.status_code == status, host
        assert r.headers["x-content-type-options"] == "nosniff"
    assert "127.0.0.1" in r.text and "MLFLOW_SERVER_ALLOWED_HOSTS" in r.text
    for probe in ("/health", "/version", "/ready", "/metrics"):
        assert get(server, probe, Host="evil.com").status_code == 200


def test_allowed_origins(start):
    server = start("--cors-allowed-origins=https://ui.example.org")
    body = {"experiment_id": "0", "key": "k", "value": "v"}
    for origin, status in (
        ("https://ui.example.org", 200), ("http://localhost:3000", 200), ("http://evil.com", 403),
        (server.url, 200),
    ):  # fmt: skip
        r = post(server, "experiments/set-experiment-tag", body, Origin=origin)
        assert r.status_code == status, origin
        assert (r.headers.get("access-control-allow-origin") == origin) == (status == 200)


def test_any_origin_has_no_credentials(start):
    server = start("--cors-allowed-origins=*")
    r = get(server, "/health", Origin="http://evil.com")
    assert r.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in r.headers


@pytest.mark.parametrize("option, header", [("DENY", "DENY"), ("NONE", None), ("none", None)])
def test_frame_options(start, option, header):
    server = start(f"--x-frame-options={option}")
    assert get(server, "/health").headers.get("x-frame-options") == header


def test_without_security(start):
    server = start("--disable-security-middleware")
    r = get(server, API + "experiments/get?experiment_id=0", Host="evil.com")
    assert r.status_code == 200
    assert "x-content-type-options" not in r.headers
    assert "access-control-allow-origin" not in r.headers
    r = post(server, "experiments/set-experiment-tag",
             {"experiment_id": "0", "key": "k"}, Origin="http://evil.com")
    assert r.status_code == 200


def test_static_prefix_moves_everything(start):
    server = start("--static-prefix=/ml")
    path = "api/2.0/mlflow/experiments/get?experiment_id=0"
    assert get(server, "/ml/" + path).status_code == 200
    assert get(server, "/ml/ajax-api/3.0/mlflow/ui-telemetry").status_code == 200
    for wrong in ("/" + path, "/mlx/" + path, "/ML/" + path, "/", "/static-files/x.js"):
        assert get(server, wrong).status_code == 404, wrong
    bare = requests.get(server.url + "/ml", allow_redirects=False, timeout=30)
    assert (bare.status_code, bare.headers["location"]) == (308, "/ml/")
    assert get(server, "/ml/").status_code == 200
    for probe in ("/health", "/version", "/ready", "/metrics"):
        assert get(server, probe).status_code == get(server, "/ml" + probe).status_code == 200


def test_answers_are_compressed_for_those_who_take_it(start):
    server = start()
    run = new_run(server)
    metrics = [{"key": f"m{i}", "value": i, "timestamp": 1} for i in range(1000)]
    assert post(server, "runs/log-batch", {"run_id": run, "metrics": metrics}).status_code == 200
    path = f"{API}runs/get?run_id={run}"
    plain = get(server, path, **{"Accept-Encoding": "identity"})
    packed = get(server, path, **{"Accept-Encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.json() == plain.json()
    refused_ = get(server, path, **{"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused_.headers


def test_a_long_history_is_streamed(start):
    """More than is held back: pieces, whole in the end, compressed or not."""
    server = start()
    run = new_run(server)
    for at in range(0, 30000, 1000):
        metrics = [
            {"key": "m" * 200, "value": i / 7, "timestamp": i, "step": i}
            for i in range(at, at + 1000)
        ]
        assert post(server, "runs/log-batch", {"run_id": run, "metrics": metrics}).ok
    path = f"{API}metrics/get-history?run_id={run}&metric_key={'m' * 200}"
    for encoding in ("identity", "gzip"):
        r = get(server, path, **{"Accept-Encoding": encoding})
        assert len(r.content) > 2**22
        assert [m["step"] for m in r.json()["metrics"]] == list(range(30000))
