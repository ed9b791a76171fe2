"""What one request may cost, with limits that are quickly reached."""

import requests
from test_behaviour import API, get, new_run, post, refused


def fill(server, run, rounds, value="v" * 6000):
    for i in range(rounds):
        r = post(server, "runs/log-batch", {"run_id": run, "params": [
            {"key": f"p{i}.{n}", "value": value} for n in range(90)]})
        assert r.status_code == 200, r.text


def test_memory_of_a_read(start):
    """A run of 10 MB under a ceiling of 8: an answer, not an abort."""
    server = start("--max-memory=8", "--workers=2")
    run = new_run(server)
    fill(server, run, 20)
    small = new_run(server)
    for _ in range(4):
        r = get(server, f"{API}runs/get?run_id={run}")
        assert r.status_code == 400, r.text[:300]
        assert "more than 8 MiB" in r.json()["message"] and "--max-memory" in r.json()["message"]
        assert get(server, f"{API}runs/get?run_id={small}").status_code == 200
    r = post(server, "runs/search", {"experiment_ids": ["0"]})
    assert r.status_code == 400, r.text[:300]
    assert "more than the 8 MiB" in server.output()
    assert "killed" not in server.output() and "signal" not in server.output()


def test_memory_of_a_write(start):
    """Nothing of a transaction stays that took too much in the middle of it."""
    server = start("--max-memory=8", "--workers=1")
    dataset = requests.post(server.url + "/api/3.0/mlflow/datasets/create", json={"name": "d"},
                            timeout=60).json()["dataset"]["dataset_id"]
    records = "[" + ",".join('{"inputs":{"q":%d,"text":"%s"}}' % (i, "x" * (i // 400 * 9_000_000))
                             for i in range(401)) + "]"
    path = f"{server.url}/api/3.0/mlflow/datasets/{dataset}/records"
    r = requests.post(path, json={"records": records}, timeout=60)
    assert r.status_code == 400, r.text[:300]
    assert "more than 8 MiB" in r.json()["message"]
    assert requests.get(path, timeout=60).json() == {"records": "[]"}
    r = requests.post(path, json={"records": '[{"inputs":{"q":1}}]'}, timeout=60)
    assert r.json() == {"inserted_count": 1, "updated_count": 0}


def test_number_of_values(start):
    server = start("--max-values=1000")
    run = new_run(server)
    tags = [{"key": f"t{i}", "value": "v"} for i in range(100)]
    r = post(server, "runs/log-batch", {"run_id": run, "tags": tags})
    refused(r, "The request has more than 1000 values (a list counts as 4, an object as 8). "
            "Split it into several requests; the server's operator sets the limit (--max-values).")
    assert "t1" not in get(server, f"{API}runs/get?run_id={run}").text
    assert post(server, "runs/log-batch", {"run_id": run, "tags": tags[:50]}).status_code == 200
    # in text that is JSON again
    r = post(server, "runs/log-model", {"run_id": run, "model_json": "[" * 300 + "]" * 300})
    assert r.status_code == 400 and "values" in r.json()["message"]
