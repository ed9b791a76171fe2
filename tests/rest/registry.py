"""The registry's calls, for its tests: names are made here, answers are unwrapped."""

import uuid

PROMPT = "mlflow.prompt.is_prompt"
IS_PROMPT = {"key": PROMPT, "value": "true"}
SOURCE = "s3://bucket/model"
STAGES = "None, Staging, Production, Archived"


def unique(prefix="m"):
    return f"{prefix}-{uuid.uuid4().hex}"


class Registry:
    def __init__(self, api):
        self.api = api

    # requests that may fail: the answer
    def rm(self, verb, body, method="POST"):
        return self.api.call(method, "registered-models/" + verb, json=body)

    def mv(self, verb, body, method="POST"):
        return self.api.call(method, "model-versions/" + verb, json=body)

    def read(self, path, **params):
        return self.api.get(path, params)

    # requests that must not
    def ok(self, r):
        assert r.status_code == 200, (r.url, r.status_code, r.text)
        return r.json()

    def model(self, name=None, **kw):
        """A fresh model's name."""
        name = name or unique()
        assert self.ok(self.rm("create", {"name": name, **kw}))["registered_model"]["name"] == name
        return name

    def get(self, name):
        return self.ok(self.read("registered-models/get", name=name))["registered_model"]

    def version(self, name, source=SOURCE, **kw):
        """A fresh version, as answered."""
        body = {"name": name, "source": source, **kw}
        return self.ok(self.mv("create", body))["model_version"]

    def get_version(self, name, version):
        r = self.read("model-versions/get", name=name, version=str(version))
        return self.ok(r)["model_version"]

    def stage(self, name, version, stage, **kw):
        body = {"name": name, "version": str(version), "stage": stage, **kw}
        return self.ok(self.mv("transition-stage", body))["model_version"]

    def alias(self, name, alias, version):
        assert self.ok(self.rm("alias", {"name": name, "alias": alias, "version": str(version)})) == {}

    def delete_version(self, name, version):
        body = {"name": name, "version": str(version)}
        assert self.ok(self.mv("delete", body, "DELETE")) == {}

    def latest(self, name, *stages):
        body = {"name": name, **({"stages": list(stages)} if stages else {})}
        return self.ok(self.rm("get-latest-versions", body)).get("model_versions", [])

    def search(self, what="registered-models", **params):
        """(hits, next_page_token); params as in the query."""
        answer = self.ok(self.read(what + "/search", **params))
        key = what.replace("-", "_")
        assert set(answer) <= {key, "next_page_token"}
        return answer.get(key, []), answer.get("next_page_token")

    def names(self, filter=None, **params):
        if filter is not None:
            params["filter"] = filter
        return [m["name"] for m in self.search(**params)[0]]

    def versions(self, filter=None, **params):
        if filter is not None:
            params["filter"] = filter
        return [(v["name"], v["version"]) for v in self.search("model-versions", **params)[0]]


def tags(**kw):
    return [{"key": k, "value": v} for k, v in kw.items()]


def pairs(entity):
    return {t["key"]: t["value"] for t in entity.get("tags", [])}
