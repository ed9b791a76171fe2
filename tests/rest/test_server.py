"""What the server says of itself: health, version, server-info, ui-telemetry."""

import pytest
from conftest import check_error

INFO = "server-info"
TELEMETRY = "/ajax-api/3.0/mlflow/ui-telemetry"


def test_health(api):
    r = api.get("/health")
    assert (r.status_code, r.text) == (200, "OK")
    assert r.headers["content-type"] == "text/plain; charset=utf-8"


def test_version(api):
    r = api.get("/version")
    assert (r.status_code, r.text) == (200, "3.17.2")
    assert r.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("path", ["/health", "/version", "/api/3.0/mlflow/server-info"])
def test_head(api, path):
    r = api.call("HEAD", path)
    assert (r.status_code, r.content) == (200, b"")


@pytest.mark.parametrize("path", [
    "/health", "/version", "/api/3.0/mlflow/server-info", "/ajax-api/3.0/mlflow/server-info",
])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_read_only(api, path, method):
    r = api.call(method, path, json={})
    assert r.status_code == 405
    assert "GET" in r.headers["allow"].split(", ")
    assert method not in r.headers["allow"].split(", ")


def test_no_gateway_has_no_endpoints(api):
    """What the web UI's table of runs asks for."""
    r = api.get("/ajax-api/2.0/mlflow/gateway-proxy")
    assert (r.status_code, r.json()) == (200, {"endpoints": []})
    assert r.headers["content-type"] == "application/json"
    assert api.get("/api/2.0/mlflow/gateway-proxy").status_code == 404


@pytest.mark.parametrize("body, message", [
    ({}, "Deployments proxy request must specify a gateway_path."),
    ({"gateway_path": ""}, "Deployments proxy request must specify a gateway_path."),
    ({"gateway_path": "api/2.0/endpoints"},
     "Invalid gateway_path: api/2.0/endpoints for method: POST"),
    ({"gateway_path": "gateway/a/b/invocations"},
     "Invalid gateway_path: gateway/a/b/invocations for method: POST"),
    ({"gateway_path": "gateway//invocations"},
     "Invalid gateway_path: gateway//invocations for method: POST"),
    ({"gateway_path": "/gateway/a/invocations/"}, None),
])
def test_gateway_post(api, body, message, on_cairn):
    """The reference asks for a path only where it has a gateway."""
    r = api.post("/ajax-api/2.0/mlflow/gateway-proxy", body)
    if message is None or not on_cairn:
        assert (r.status_code, r.json()) == (200, {"endpoints": []})
    else:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


@pytest.mark.parametrize("path", [
    "/health/", "/Health", "/version/", "/api/2.0/mlflow/server-info", "/server-info",
    "/ajax-api/2.0/mlflow/ui-telemetry", "/api/3.0/mlflow/ui-telemetry",
    "/api/3.0/mlflow/runs/get", "/api/2.0/mlflow/experiments/list",
    "/api/2.0/mlflow/experiments/get/", "/api/2.0/mlflow/Experiments/get",
])
def test_no_such_route(api, path):
    """Never JSON: clients read another 404 as ENDPOINT_NOT_FOUND themselves."""
    r = api.get(path)
    assert r.status_code == 404
    assert r.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("method, path", [
    ("POST", "/api/2.0/mlflow/runs/get"), ("GET", "/api/2.0/mlflow/runs/create"),
    ("DELETE", "/api/2.0/mlflow/runs/delete"), ("PUT", "/ajax-api/2.0/mlflow/runs/log-batch"),
    ("POST", "/api/2.0/mlflow/metrics/get-history"),
])
def test_wrong_method(api, method, path):
    r = api.call(method, path, json={})
    assert r.status_code == 405
    assert method not in r.headers["allow"].split(", ")
    assert r.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("prefix", ["api", "ajax-api"])
def test_server_info(api, prefix):
    r = api.get(INFO, version="3.0", prefix=prefix)
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    info = r.json()
    assert list(info.pop("features_enabled")) == ["gateway"]
    assert info == {
        "store_type": "SqlStore",
        "workspaces_enabled": False,
        "trace_archival_enabled": False,
        "multipart_uploads_enabled": False,
        "multipart_downloads_enabled": False,
        "presigned_upload_run_id_supported": True,
        "presigned_upload_model_id_supported": True,
    }


def test_gateway_feature(api, either):
    """Cairn has no gateway, and may say so."""
    enabled = api.read(INFO, version="3.0")["features_enabled"]["gateway"]
    assert enabled in either(cairn=(True, False), mlflow=(True,))


def test_ui_telemetry_is_off(api):
    r = api.get(TELEMETRY)
    assert r.status_code == 200
    assert r.headers["content-type"] == "application/json"
    assert r.json() == {
        "disable_ui_events": [], "disable_ui_telemetry": True, "ui_rollout_percentage": 0,
    }


def test_ui_telemetry_takes_nothing(api):
    r = api.post(TELEMETRY, {"records": [{"event_name": "x"}]})
    assert (r.status_code, r.json()) == (200, {"status": "disabled"})
    assert r.headers["content-type"] == "application/json"


@pytest.mark.parametrize("path", [
    "/health", "/version", "/api/3.0/mlflow/server-info", "/api/2.0/mlflow/runs/get",
    "/api/2.0/mlflow/experiments/get?experiment_id=0", "/no/such/path",
])
def test_security_headers(api, path):
    r = api.get(path, headers={"Accept-Encoding": "identity"})
    assert r.headers["x-content-type-options"] == "nosniff"
    assert r.headers["x-frame-options"] == "SAMEORIGIN"
    assert int(r.headers["content-length"]) == len(r.content)
