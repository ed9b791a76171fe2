"""The options about the sources of model versions; texts as the reference has them."""

import json
import urllib.error
import urllib.request

REGEX = "MLFLOW_CREATE_MODEL_VERSION_SOURCE_VALIDATION_REGEX"
SCHEMES = "MLFLOW_ALLOWED_HOST_ADDRESSED_ARTIFACT_SCHEMES"
PROMPT = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]


def post(server, path, body):
    """(status, message or answer)"""
    request = urllib.request.Request(
        server.url + "/api/2.0/mlflow/" + path, json.dumps(body).encode(),
        {"Content-Type": "application/json"})  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as e:
        return e.code, json.load(e)["message"]


def create(server, source, **more):
    return post(server, "model-versions/create", {"name": "m", "source": source, **more})


def test_options(start):
    server = start(**{REGEX: "^(s3://good|dummy-source|models:/|https?://)", SCHEMES: "http, HTTPS"})
    assert post(server, "registered-models/create", {"name": "m"})[0] == 200
    for source in ["s3://good/x", "http://h/x", "https://h/x", "models:/m/1"]:
        assert create(server, source)[0] == 200, source
    assert create(server, "dummy-source", tags=PROMPT)[0] == 200
    # the pattern comes first: before prompts, schemes and paths
    for source, more in [("s3://bad/x", {}), ("xs3://good/x", {}), ("/etc", {}), ("s3://bad/../x", {}),
                         ("ftp://h/x", {}), ("prompt-template", {"tags": PROMPT})]:
        assert create(server, source, **more) == (400, f"Invalid model version source: '{source}'.")
    for source in ["s3://good/../x", "http://h/../x"]:
        status, message = create(server, source)
        assert status == 400 and "relative path references" in message


def test_a_pattern_sees_all_of_a_source(start):
    """A dot of POSIX matches a line end: what stands behind one would escape the pattern."""
    server = start(**{REGEX: "^s3://good/.*$"})
    assert post(server, "registered-models/create", {"name": "m"})[0] == 200
    assert create(server, "s3://good/x")[0] == 200
    for source in ["s3://good/x\ns3://bad/y", "s3://bad/y\ns3://good/x", "s3://good/x\n", "s3://good/\r",
                   "s3://good/\x01", "s3://good/\x7f", "s3://good/\0"]:
        status, message = create(server, source)
        assert status == 400 and message.startswith("Invalid model version source: 's3://"), source


def test_a_pattern_that_is_none(cairn):
    done = cairn("server", "--port=0", **{REGEX: "(unclosed"})
    assert done.returncode != 0
    assert REGEX in done.stderr and "(unclosed" in done.stderr
