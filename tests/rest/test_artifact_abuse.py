"""Published attacks on artifact routes (abuse list, D0 to D3 and D6), with canaries.

Nothing outside the server's roots is ever read, listed, changed or removed: the
fixture `outside` compares the canaries, and what stands beside them, at the end of
each test.  Where the reference does what the attack wants, it is not asked.
"""

import os

import pytest

from artifacts import (
    GET, INVALID_PATH, IPV, LIST, NOT_THERE, PROXY, UPLOAD, VERSION_GET, Outside,
    check_refused_4xx, destination, entries, local_root, model_of, place_of, unique,
)  # fmt: skip
from conftest import check_error
from registry import IS_PROMPT, Registry

CANARY = Outside.CANARY
OPENS_IT = "the reference opens any folder of its machine, and writes there"


def refused(r, *more):
    """No 5xx, no redirect, no canary."""
    assert r.status_code in (400, 403, 404, 405, 414, *more), r
    assert CANARY.strip() not in r.content


# --- D0: traversal strings on every route ------------------------------------

# In a path and in a query, as they stand; %s is the canaries' folder beside the root.
TRAVERSALS = [
    "../{o}/canary.txt", "./../{o}/canary.txt", "x/../../{o}/canary.txt", "..//{o}/canary.txt",
    "%2E%2E%2F{o}/canary.txt", "%2e%2e/{o}/canary.txt", "..%2f{o}%2fcanary.txt",
    "%252E%252E%252F{o}/canary.txt", "%25252e%25252e/{o}/canary.txt", "%252e%252e%252f{o}/canary.txt",
    ".%2e/{o}/canary.txt", "%2e./{o}/canary.txt", "..%5c{o}%5ccanary.txt", "..\\{o}\\canary.txt",
    "%2%0952e/{o}/canary.txt", ".%0d./{o}/canary.txt", ".%09./{o}/canary.txt", ".%0a./{o}/canary.txt",
    "..;/{o}/canary.txt", "..;x=1/{o}/canary.txt", ";/../{o}/canary.txt", "..%00/{o}/canary.txt",
    "..%c0%af{o}%c0%afcanary.txt", "%c0%ae%c0%ae/{o}/canary.txt", "%uff0e%uff0e/{o}/canary.txt",
    "{t}/{o}/canary.txt", "/{t}/{o}/canary.txt", "%2f{t}/{o}/canary.txt", "//{t}/{o}/canary.txt",
    "file:{t}/{o}/canary.txt", "file://{t}/{o}/canary.txt", "file:%2f%2f{t}/{o}/canary.txt",
    "file://localhost{t}/{o}/canary.txt", "/file:/{t}/{o}/canary.txt", "file://a%23/..//{t}/{o}/canary.txt",
    "proc/self/root{t}/{o}/canary.txt", "/proc/self/root{t}/{o}/canary.txt",
    "/proc/self/cwd/../{o}/canary.txt", "/dev/fd/0", "{t}/{o}/canary.txt%00.jpg", "~/{o}", "~root/x",
    "C:/{o}/canary.txt", "C:\\{o}\\canary.txt", "\\\\{o}\\canary.txt", "%5c%5c{o}%5ccanary.txt",
    "..?x", "..%3f/{o}/canary.txt", "..%23/{o}/canary.txt", "...//...//{o}/canary.txt",
    "....//....//{o}/canary.txt", "..././{o}/canary.txt", "%e2%80%a5/{o}/canary.txt",
    "%ef%bc%8e%ef%bc%8e/{o}/canary.txt", "http://127.0.0.1:1/x", "s3://b/x", "mlflow-artifacts:/../{o}/canary.txt",
]  # fmt: skip


@pytest.mark.parametrize("attack", TRAVERSALS, ids=lambda a: a.replace("{o}", "o")[:40])
def test_traversal(raw, api, stored, place, outside, attack, either):
    """D0 on each route that takes a path (CVE-2023-30172, -1176, -3765, -6831, -6976, -6015; 2024-1560)."""
    path = attack.format(o=outside.name, t=outside.parent)
    stored.write("kept")
    place.folder.write("kept")
    model = model_of(api, place)
    model.folder.write("kept")
    good = either(cairn=(200,), mlflow=(200, 308, 500))
    for target in (
        f"{PROXY}/{path}",
        f"{PROXY}/{stored.path.name}/{path}",
        f"/ajax-api/2.0/mlflow-artifacts/artifacts/{path}",
    ):
        refused(raw("GET", target), *good)
        refused(raw("HEAD", target), *good)
    for target in (
        f"{PROXY}?path={path}",
        f"{PROXY}?path={stored.path.name}/{path}",
        f"{LIST}?run_id={place.run}&path={path}",
        f"{GET}?run_id={place.run}&path={path}",
        f"/api/2.0/mlflow/logged-models/{model.run}/artifacts/directories?artifact_directory_path={path}",
        f"/ajax-api/2.0/mlflow/logged-models/{model.run}/artifacts/files?artifact_file_path={path}",
    ):
        r = raw("GET", target)
        refused(r, *good)
        assert b"canary.txt" not in r.content.replace(path.encode(), b"") or r.status_code != 200, r
    refused(raw("GET", f"/api/2.0/mlflow-artifacts/presigned/{path}"), 501, *good)
    for step in ("create", "complete", "abort"):
        body = {"path": path, "num_parts": 1, "upload_id": "u", "parts": [{"part_number": 1}]}
        refused(raw.post(f"/api/2.0/mlflow-artifacts/mpu/{step}/{path}", body), 501, *good)
    for way in ("download", "upload"):
        body = {"run_id": place.run, "path": path}
        refused(raw.post(f"/api/2.0/mlflow/artifacts/presigned-{way}-url", body), 501, *good)
    assert stored.files() == place.folder.files() == model.folder.files() == {"kept": b"data"}


@pytest.mark.cairn_only("the reference empties its store, or writes what it was told")
@pytest.mark.parametrize("attack", TRAVERSALS, ids=lambda a: a.replace("{o}", "o")[:40])
def test_traversal_that_writes(raw, stored, place, outside, attack):
    """As above, with the methods that change something."""
    path = attack.format(o=outside.name, t=outside.parent)
    stored.write("kept")
    place.folder.write("kept")
    refused(raw("PUT", f"{PROXY}/{stored.path.name}/{path}", b"evil"), 200)
    refused(raw("DELETE", f"{PROXY}/{stored.path.name}/{path}"), 200)
    refused(raw("DELETE", f"{PROXY}/{path}"), 200)
    refused(raw("POST", f"{UPLOAD}?run_uuid={place.run}&path={path}", b"evil"), 200)
    for folder in (stored, place.folder):
        left = folder.files()
        assert left.pop("kept") == b"data"
        # a harmless name may have become a file of the run, below its folder
        assert set(left.values()) <= {b"evil"}


@pytest.mark.parametrize("path", ["..", "../", "%2e%2e", "%2e%2e/", "..%2f", "%252e%252e", ".", "", "/", "//"])
def test_roots_are_not_listed_by_their_parents(raw, place, outside, path):
    """Neither what is above a root, nor other runs by a run's own list."""
    r = raw("GET", f"{PROXY}?path={path}")
    if r.status_code == 200:
        assert outside.name not in entries(r.json())
    else:
        check_error(r, 400, IPV, INVALID_PATH)
    r = raw("GET", f"{LIST}?run_id={place.run}&path={path}")
    if r.status_code == 200:
        assert "files" not in r.json()
    else:
        check_error(r, 400, IPV, INVALID_PATH)


# --- links -------------------------------------------------------------------


@pytest.fixture
def linked(stored, outside):
    """A folder below the destination with links of every kind, and one real file."""
    make_links(stored, outside)
    return stored


def make_links(folder, outside):
    folder.write("real.txt", b"real")
    folder.link("dir", outside)
    folder.link("file", outside / "canary.txt")
    folder.link("relative", os.path.relpath(outside, folder.path))
    folder.link("inner", "real.txt")
    folder.link("loop", ".")
    folder.link("itself", "itself")
    folder.link("dangling", outside / "new.txt")
    folder.link("proc", "/proc/self/root")
    folder.link("fd", "/proc/self/fd/0")


THROUGH = [
    "dir/canary.txt", "dir/sub/canary.txt", "file", "relative/canary.txt", "itself", "dangling",
    "dir", "dir/none", "proc/etc/passwd", "fd",
]  # fmt: skip


@pytest.mark.parametrize("path", THROUGH + ["inner", "loop/real.txt", "loop", "loop/loop/real.txt"])
def test_no_link_is_followed_to_read(raw, linked, either, path):
    """#18964: a link is as a missing artifact; the reference follows those that stay inside."""
    target = f"{PROXY}/{linked.path.name}/{path}"
    r = raw("GET", target)
    assert CANARY not in r.content and b"root:" not in r.content
    if either(cairn=True, mlflow=False):
        check_error(r, 404, NOT_THERE, f"No such artifact: '{linked.path.name}/{path}'")
        assert raw("HEAD", target).status_code == 404
        got = raw.read(PROXY, path=f"{linked.path.name}/{path}")
        assert got == {}
    else:
        assert r.status_code in (200, 400, 404, 500)


@pytest.mark.cairn_only("the reference fails to list a folder with a link in it")
def test_links_are_not_listed(raw, linked):
    got = entries(raw.read(PROXY, path=linked.path.name))
    assert got.pop("real.txt") == 4
    # a link may be shown as a name, but nothing of its target: no size, no folder
    assert set(got.values()) <= {0}


@pytest.mark.parametrize("path", THROUGH)
def test_no_link_of_a_run_is_followed(raw, place, outside, either, path):
    make_links(place.folder, outside)
    r = raw("GET", GET, run_id=place.run, path=path)
    assert CANARY not in r.content and b"root:" not in r.content
    if either(cairn=True, mlflow=False):
        check_error(r, 404, NOT_THERE, starts="No such artifact: '")
        assert place.named(r, path)
        assert raw.read(LIST, run_id=place.run, path=path) == {"root_uri": place.uri}


@pytest.mark.cairn_only("the reference removes what a link leads to")
@pytest.mark.parametrize("path", ["dir/new", "dir/canary.txt", "file", "relative/canary.txt", "dangling",
                                  "dir/sub/new", "loop/new", "proc/tmp/new"])  # fmt: skip
def test_no_link_is_followed_to_write(raw, linked, place, outside, path):
    before = linked.files()
    r = raw("PUT", f"{PROXY}/{linked.path.name}/{path}", b"evil")
    if r.status_code == 200:
        # the name may be taken over by a file of our own, in place of the link
        assert "/" not in path and linked.files() == {**before, path: b"evil"}
    else:
        check_refused_4xx(r)
        assert linked.files() == before
    make_links(place.folder, outside)
    before = place.folder.files()
    r = raw("POST", UPLOAD, b"evil", run_uuid=place.run, path=path)
    if r.status_code == 200:
        assert "/" not in path and place.folder.files() == {**before, path: b"evil"}
    else:
        check_refused_4xx(r)
        assert place.folder.files() == before


@pytest.mark.cairn_only("the reference removes what a link leads to")
@pytest.mark.parametrize("path", ["dir/canary.txt", "dir/sub", "dir", "dir/", "file", "relative",
                                  "relative/canary.txt", "inner", "loop", "loop/real.txt", "itself", ""])  # fmt: skip
def test_no_link_is_followed_to_delete(raw, linked, path):
    """CVE-2023-6831's aim by another way.  The link itself may go, its target may not."""
    r = raw("DELETE", f"{PROXY}/{linked.path.name}/{path}")
    assert r.status_code in (200, 400, 404), r
    if path:
        assert linked.files().get("real.txt") == b"real"


@pytest.mark.cairn_only("the reference writes through the folder as it finds it")
def test_a_folder_that_becomes_a_link(raw, stored, outside):
    """Between two requests: each one looks again."""
    target = f"{PROXY}/{stored.path.name}/d"
    assert raw("PUT", target + "/x", b"1").status_code == 200
    os.rename(stored / "d", stored / "was")
    stored.link("d", outside)
    check_refused_4xx(raw("PUT", target + "/x", b"evil"))
    check_error(raw("GET", target + "/canary.txt"), 404, NOT_THERE)
    raw("DELETE", target + "/canary.txt")
    assert stored.files() == {"was/x": b"1", "d": str(outside)}


@pytest.mark.cairn_only("the reference waits at the fifo for ever")
@pytest.mark.parametrize("kind", ["fifo", "socket"])
def test_special_files(raw, stored, kind):
    stored.write("real", b"r")
    if kind == "fifo":
        os.mkfifo(stored / "odd")
    else:
        import socket

        with socket.socket(socket.AF_UNIX) as s:
            where = os.getcwd()
            os.chdir(stored.path)  # the name of a socket has to be short
            s.bind("odd")
            os.chdir(where)
    name = stored.path.name
    check_error(raw("GET", f"{PROXY}/{name}/odd"), 404, NOT_THERE, f"No such artifact: '{name}/odd'")
    assert raw("HEAD", f"{PROXY}/{name}/odd").status_code == 404
    got = entries(raw.read(PROXY, path=name))
    assert got.pop("real") == 1
    assert set(got.values()) <= {0}
    assert raw("DELETE", f"{PROXY}/{name}").json() == {}
    assert not stored.path.exists()


# --- D2: locations outside the roots -----------------------------------------

# Stored for the clients; the server opens nothing through them.
LOCATIONS = [
    "{t}/{o}", "file://{t}/{o}", "file:{t}/{o}", "file:///{t}/{o}", "//proc/self/root{t}/{o}",
    "/proc/self/root{t}/{o}", "file:/proc/self/root{t}/{o}", "file:///etc", "/etc", "/", "file:///",
    "{l}/../{o}", "file://{l}/../{o}", "{l}/x/../../{o}", "file://{l}/%2e%2e/{o}", "{l}/%2e%2e/{o}",
    "{l}/..%2f{o}", "{l}x", "{l}-other/x", "file://{l}x", "file://localhost{t}/{o}", "{d}/../{o}",
    "mlflow-artifacts:/../{o}", "mlflow-artifacts:/x/../../{o}", "mlflow-artifacts:../{o}",
    "mlflow-artifacts:/%2e%2e/{o}", "mlflow-artifacts:/%252e%252e/{o}", "mlflow-artifacts:/..%2f{o}",
    "mlflow-artifacts:///../{o}", "mlflow-artifacts:/{t}/../../../../../../{t}/{o}",
    "s3://bucket/x", "gs://b/x", "wasbs://c@a.blob.core.windows.net/x", "dbfs:/etc", "dbfs:{t}/{o}",
    "nosuch:{t}/{o}", "nosuch://{t}/{o}", "FILE://{t}/{o}", "databricks://x", "models:/x", "data:x",
    "s3:{t}/{o}", "javascript://x", "http:///?/../../etc/", "http://169.254.169.254/latest",
    "ftp://127.0.0.1:1/x", "mlflow-artifacts://127.0.0.1:1/x", "C:\\x", "\\\\srv\\x", "{t}/{o}?x=1",
    "file://{t}/{o}?x=1", " {t}/{o}", "\t{t}/{o}",
]  # fmt: skip


@pytest.fixture(params=LOCATIONS)
def elsewhere(request, api, outside):
    """A run whose artifacts are said to be somewhere else, or None if that was refused."""
    location = request.param.format(
        o=outside.name, t=outside.parent, l=local_root(), d=destination()
    )
    r = api.post("experiments/create", {"name": unique(), "artifact_location": location})
    if r.status_code != 200:
        assert r.status_code == 400, r.text
        return None
    experiment = r.json()["experiment_id"]
    run = api.new_run(experiment)
    # a run's folder there, should anybody look (relative ones cannot be made)
    return experiment, run


@pytest.mark.cairn_only(OPENS_IT)
def test_nothing_opens_outside_the_roots(raw, api, elsewhere):
    """CVE-2023-6909, 2024-1483, -1593, -1594, -2928, -3573, -3848, -8859, 2023-6977; #24767."""
    if elsewhere is None:
        return
    experiment, run = elsewhere
    before = set(os.listdir(local_root()) if local_root().exists() else ())
    for path in ("", "x", "a?/a", "passwd", "../../canary.txt"):
        r = raw("GET", LIST, run_id=run, path=path)
        check_refused_4xx(r)
        check_refused_4xx(raw("GET", GET, run_id=run, path=path))
        check_refused_4xx(raw("GET", GET, run_id=run, path=path, format="zip"))
        check_refused_4xx(raw("POST", UPLOAD, b"evil", run_uuid=run, path=path or "y"))
    for way in ("download", "upload"):
        r = raw.post(f"/api/2.0/mlflow/artifacts/presigned-{way}-url", {"run_id": run, "path": "x"})
        assert r.status_code in (400, 404, 501), r
    r = api.post("logged-models", {"experiment_id": experiment, "name": "m"})
    assert r.status_code == 200, r.text
    model = r.json()["model"]["info"]["model_id"]
    base = f"2.0/mlflow/logged-models/{model}/artifacts"
    check_refused_4xx(raw("GET", f"/api/{base}/directories"))
    check_refused_4xx(raw("GET", f"/ajax-api/{base}/files", artifact_file_path="canary.txt"))
    assert set(os.listdir(local_root()) if local_root().exists() else ()) == before


@pytest.mark.cairn_only(OPENS_IT)
@pytest.mark.parametrize("uri", ["{o}", "file://{o}", "mlflow-artifacts:/../{n}", "{l}/../{n}", "/etc",
                                 "file:///proc/self/root{o}", "{l}/link", "mlflow-artifacts:/link-{n}"])  # fmt: skip
def test_an_artifact_uri_that_points_to_the_canaries(raw, api, sql, outside, uri):
    """The table itself is hostile: the row is changed, not asked for."""
    run = api.new_run(api.new_experiment())
    inner, proxied = local_root() / "link", destination() / f"link-{outside.name}"
    local_root().mkdir(exist_ok=True)
    for link in (inner, proxied):
        link.symlink_to(outside)
    try:
        uri = uri.format(o=outside, n=outside.name, l=local_root())
        sql("UPDATE runs SET artifact_uri = %s WHERE run_uuid = %s", (uri, run))
        r = raw("GET", LIST, run_id=run)
        assert b"canary.txt" not in r.content
        assert r.status_code < 500
        for path in ("canary.txt", "sub/canary.txt", "passwd"):
            r = raw("GET", GET, run_id=run, path=path)
            refused(r)
            assert b"root:" not in r.content
        check_refused_4xx(raw("POST", UPLOAD, b"evil", run_uuid=run, path="new.txt"))
        check_refused_4xx(raw("POST", UPLOAD, b"evil", run_uuid=run, path="canary.txt"))
    finally:
        inner.unlink()
        proxied.unlink()


# --- D3: sources of model versions -------------------------------------------


@pytest.mark.parametrize("source", ["file:///etc", "/etc", "file:///", "//etc", "file:/etc", "file://localhost/etc"])
def test_source_of_the_machine(api, source):
    """CVE-2023-1177, -2780: refused when it is made."""
    reg = Registry(api)
    r = reg.mv("create", {"name": reg.model(), "source": source})
    check_error(r, 400, IPV)


@pytest.mark.parametrize("source", [
    "mlflow-artifacts:/../{o}", "mlflow-artifacts:/x/../../{o}", "mlflow-artifacts:/%2e%2e/{o}",
    "s3://b/../../{o}", "http://127.0.0.1:1/../x", "ftp://127.0.0.1:1/x", "http:///#/../../etc/",
    "{t}/{o}", "file://{t}/{o}", "{l}/../{o}",
])  # fmt: skip
def test_source_outwards(raw, api, outside, either, source):
    """CVE-2023-2356, -6975, 2024-1558: refused, or nothing is opened."""
    reg = Registry(api)
    name = reg.model()
    place = place_of(api, "local")
    source = source.format(o=outside.name, t=outside.parent, l=local_root())
    for extra in ({}, {"run_id": place.run}):
        r = reg.mv("create", {"name": name, "source": source, **extra})
        if r.status_code != 200:
            assert r.status_code == 400, r.text
            continue
        version = r.json()["model_version"]["version"]
        refused(raw("GET", VERSION_GET, name=name, version=version, path="canary.txt"))


@pytest.mark.cairn_only(OPENS_IT)
@pytest.mark.parametrize("column", ["source", "storage_location"])
@pytest.mark.parametrize("uri", ["{o}", "file://{o}", "mlflow-artifacts:/../{n}", "{l}/../{n}", "/etc",
                                 "http://127.0.0.1:1/x", "models:/m-none", "models:/none/1", "runs:/none/x",
                                 "runs:/", "models:/", "dummy-source", ""])  # fmt: skip
def test_a_source_that_points_to_the_canaries(raw, api, sql, outside, uri, column):
    """CVE-2023-6018, 2026-2614: the table itself is hostile."""
    reg = Registry(api)
    name = reg.model(unique("prompt"), tags=[IS_PROMPT])
    version = reg.version(name, "dummy-source", tags=[IS_PROMPT])["version"]
    uri = uri.format(o=outside, n=outside.name, l=local_root())
    sql(f"UPDATE model_versions SET {column} = %s WHERE name = %s", (uri, name))
    for tags in (True, False):
        if not tags:
            sql("DELETE FROM model_version_tags WHERE name = %s", (name,))
            sql("DELETE FROM registered_model_tags WHERE name = %s", (name,))
        for path in ("canary.txt", "sub/canary.txt", "passwd", ""):
            check_refused_4xx(raw("GET", VERSION_GET, name=name, version=version, path=path))


@pytest.mark.cairn_only("the reference gives up after its own recursion")
def test_sources_in_a_circle(raw, api, sql):
    """models:/ is resolved in the database, and not for ever."""
    reg = Registry(api)
    name = reg.model()
    version = reg.version(name)["version"]
    for uri in (f"models:/{name}/{version}", f"models:/{name}@a"):
        sql("UPDATE model_versions SET source = %s, storage_location = %s WHERE name = %s", (uri, uri, name))
        check_refused_4xx(raw("GET", VERSION_GET, name=name, version=version, path="x"))


# --- ids as parts of paths ---------------------------------------------------


@pytest.mark.parametrize("one", ["..", "../..", "%2e%2e", ".", "/", "/etc", "x/../..", "%00", "a" * 5000, "'", "%25"])
def test_ids_are_no_paths(raw, outside, either, one):
    for target in (
        f"{GET}?run_id={one}&path=canary.txt",
        f"{GET}?run_uuid={one}&path=canary.txt",
        f"{LIST}?run_id={one}",
        f"/api/2.0/mlflow/logged-models/{one}/artifacts/directories",
        f"/ajax-api/2.0/mlflow/logged-models/{one}/artifacts/files?artifact_file_path=canary.txt",
        f"{VERSION_GET}?name={one}&version=1&path=canary.txt",
        f"{VERSION_GET}?name=x&version={one}&path=canary.txt",
    ):
        refused(raw("GET", target), *either(cairn=(), mlflow=(308,)))
    refused(raw("POST", f"{UPLOAD}?run_uuid={one}&path=canary.txt", b"evil"))


# --- headers -----------------------------------------------------------------


@pytest.mark.parametrize("header", ["X-Sendfile", "X-LIGHTTPD-send-file", "X-Sendfile2", "X-Accel-Redirect"])
def test_a_client_cannot_ask_for_a_file(raw, stored, outside, header):
    """The header that sends a file is the worker's alone; it never reaches a client either."""
    stored.write("x")
    r = raw("GET", f"{PROXY}/{stored.path.name}/x", headers={header: str(outside / "canary.txt")})
    assert (r.status_code, r.content) == (200, b"data")
    for target in (f"{PROXY}/{stored.path.name}/x", f"{PROXY}/{stored.path.name}/none", PROXY):
        r = raw("GET", target)
        assert not [h for h in r.headers if "sendfile" in h.lower() or "send-file" in h.lower()], r


@pytest.mark.parametrize("name", ["x%0D%0AX-Injected: 1", "x\r\nX-Injected: 1", 'x"; filename=evil.exe; y="',
                                  "x\nSet-Cookie: a=b"])  # fmt: skip
def test_names_stay_inside_their_header(raw, place, either, name):
    place.folder.write(name, b"hi")
    r = raw("GET", GET, run_id=place.run, path=name)
    assert "X-Injected" not in r.headers and "Set-Cookie" not in r.headers
    assert r.status_code in either(cairn=(200, 400, 404), mlflow=(200, 400, 404, 500))
    if r.status_code == 200 and '"' in name:
        assert r.headers["content-disposition"].endswith('"x\\"; filename=evil.exe; y=\\""')


def test_html_is_never_shown_in_place(raw, place):
    """Stored scripts: an attachment, with nosniff."""
    for name in ("x.html", "x.svg", "x.xhtml", "x"):
        place.folder.write(name, b"<script>alert(1)</script>")
        r = raw("GET", GET, run_id=place.run, path=name)
        assert r.headers["content-disposition"].startswith("attachment; ")
        assert r.headers["x-content-type-options"] == "nosniff"


def test_error_texts_are_json_not_markup(raw, place):
    r = raw("GET", GET, run_id=place.run, path="<script>alert(1)</script>")
    check_error(r, 404, NOT_THERE, contains="<script>")
    assert r.headers["x-content-type-options"] == "nosniff"
