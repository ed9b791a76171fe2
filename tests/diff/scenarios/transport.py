"""HTTP itself: bodies, content types, methods, misses, prefixes, probes, hosts."""

from play import Scenario, Step, get, head, options, post

from scenarios.flows import experiment

JSON = {"Content-Type": "application/json"}
ORIGINS = ("http://localhost:3000", "http://evil.com", "null", "https://127.0.0.1")


def raw(body, headers=JSON, path="experiments/create", method="POST", **kw):
    return Step(method, path, raw=body, headers=headers, name=f"{method} {body!r:.60} {headers}",
                **kw)


BODIES = [b"", b" ", b"{", b"null", b"[]", b"[1]", b"1", b'"x"', b'"{\\"name\\": \\"q\\"}"', b"true",
          b'{"name": "a"} x', b'{"name": "a", "name": "b"}', b"\xef\xbb\xbf{\"name\": \"bom\"}",
          b'{"name": "\xff"}', b"{'name': 'single'}", b'{"name": "a\\u0000b"}',
          b'{"name": "\\ud83d\\ude00"}', b'{"name": "\\u00e9"}',
          b'{name: "x"}', b'{"name": "x",}', b'// c\n{"name": "x"}', b'{"name": NaN}',
          b'{"Name": "x"}', b'{"artifactLocation": "s3://b/camel", "name": "camel"}',
          b'{"name": "tab\tin"}', b"[" * 50 + b"]" * 50, b'{"name": "ok"}\n\n']
TYPES = [{}, {"Content-Type": "application/json; charset=utf-8"}, {"Content-Type": "text/plain"},
         {"Content-Type": "application/json;charset=latin1"}, {"Content-Type": ""},
         {"Content-Type": "application/x-www-form-urlencoded"}]

SCENARIOS = [
    Scenario("bodies", *[raw(body) for body in BODIES]),
    Scenario("lone surrogates", raw(b'{"name": "\\ud800"}')),
    Scenario("content types", *[raw(b'{"name": "t%d"}' % i, headers)
                                for i, headers in enumerate(TYPES)],
             raw(b'{"name": "M"}', JSON, "registered-models/create"),
             *[raw(b'{"name": "M", "description": "d"}', headers, "registered-models/update",
                   "PATCH") for headers in TYPES],
             raw(b'{"name": "M"}', {"Content-Type": "text/plain"}, "registered-models/delete",
                 "DELETE")),
    Scenario("methods and misses", *[
        Step(method, path, raw=b"{}" if method in ("POST", "PUT", "PATCH") else None,
             headers=JSON if method in ("POST", "PUT", "PATCH") else {}, name=f"{method} {path}")
        for path in ("experiments/create", "experiments/get", "experiments/search",
                     "registered-models/alias", "nope", "experiments/create/",
                     "experiments/CREATE", "logged-models/x/tags/y/z", "/nope",
                     "/api/3.0/mlflow/runs/create", "/api/2.0/mlflow", "/health", "/version")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")]),
    Scenario("prefixes", post("experiments/create", {"name": "a"}, prefix="ajax-api"),
             get("experiments/get", {"experiment_id": "0"}, prefix="ajax-api"),
             get("//api/2.0/mlflow/experiments/get", {"experiment_id": "0"}),
             get("metrics/get-history-bulk", {"run_id": "x", "metric_key": "m"}),
             get("metrics/get-history-bulk", {"run_id": "x", "metric_key": "m"},
                 prefix="ajax-api"),
             post("experiments/search-datasets", {"experiment_ids": ["0"]})),
    Scenario("probes", get("/health"), get("/version"), get("/ready"), get("/metrics"),
             get("server-info", v=3), get("server-info", v=3, prefix="ajax-api"),
             get("gateway-proxy", prefix="ajax-api"),
             post("gateway-proxy", {"gateway_path": "gateway/x/invocations"}, prefix="ajax-api"),
             get("ui-telemetry", v=3, prefix="ajax-api"),
             post("ui-telemetry", {}, v=3, prefix="ajax-api"), head("/health"), head("/version")),
    Scenario("origins", *[
        Step(method, path, raw=b'{"max_results": 1}' if method == "POST" else None,
             headers={**(JSON if method == "POST" else {}), "Origin": origin},
             name=f"{method} {path} from {origin}")
        for origin in ORIGINS for method, path in (
            ("POST", "experiments/search"), ("GET", "experiments/search?max_results=1"))]),
    Scenario("preflight", *[
        options("experiments/create", headers={
            "Origin": origin, "Access-Control-Request-Method": "POST"}, name=f"from {origin}")
        for origin in ORIGINS]),
    Scenario("queries", experiment(), *[
        Step("GET", "experiments/get", query=q, name=f"query {q}") for q in (
            "experiment_id=0", "experiment_id=0&experiment_id=1", "experiment_id=%30",
            "experiment_id", "experiment_id=", "experimentId=0", "experiment_id=0#x",
            "experiment_id=0&", "&experiment_id=0", "experiment_id=0;x=1", "experiment_id=+0",
            "experiment_id=%zz", "experiment_id=%", "experiment_id=%ff", "EXPERIMENT_ID=0", "&")],
        Step("GET", "experiments/get", raw=b'{"experiment_id": "0"}', headers=JSON,
             name="a body"),
        Step("GET", "experiments/get", query="experiment_id=0", raw=b'{"experiment_id": "x"}',
             headers=JSON, name="a body and a query"),
        *[Step("GET", "experiments/search", query=q, name=f"query {q}") for q in (
            "max_results=1&order_by=name&order_by=creation_time", "max_results=1&view_type=ALL",
            "max_results=1&view_type=all", "max_results=1&view_type=2",
            "max_results=1&filter=name+=+'one'", "max_results=1&filter=name%20%3D%20'one'")]),
]
