"""What a person does with the stack, in the order in which they do it."""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import time

import pytest
import requests
from chromium import Chromium
from conftest import (
    AWKWARD, FOREIGN, SERVICES, TOP, as_user, compose, docker, figure, output, wait_until,
)  # fmt: skip

CLIENTS = [p for p in os.environ.get("CAIRN_TEST_CLIENTS", sys.executable).split(",") if p]
MB = 1_000_000


def test_init_makes_everything_once(stack):
    """A second call changes nothing; nobody else can read the passwords."""
    paths = [stack.folder / ".env", *(stack.folder / ".secrets").iterdir()]
    assert {p.name for p in paths} == {".env", "mysql_password", "mysql_root_password"}
    before = [p.read_bytes() for p in paths]
    said = stack.script("./stack_init.sh").stderr
    assert said.count("is kept") == 3
    assert [p.read_bytes() for p in paths] == before
    assert stat.S_IMODE((stack.folder / ".secrets").stat().st_mode) == 0o700
    ignored = (stack.folder / ".gitignore").read_text().split()
    assert {"/.env", "/.secrets/"} <= set(ignored)


def test_init_makes_random_passwords(stack, clones):
    folder = clones / "fresh"
    folder.mkdir()
    for name in (".env.example", "stack_init.sh", "docker"):
        subprocess.run(["cp", "-r", TOP / name, folder], check=True)
    subprocess.run(["./stack_init.sh", "/some/folder"], cwd=folder, check=True)
    secrets = {p.read_text() for p in (folder / ".secrets").iterdir()}
    assert len(secrets) == 2 and all(re.fullmatch(r"[0-9a-f]{36}\n", s) for s in secrets)
    env = (folder / ".env").read_text()
    assert "\nDEFAULT_ARTIFACT_ROOT=/some/folder\n" in env and "NAME\n" not in env


def test_deploy_brings_up_three(stack):
    built, up = re.search(r"built \((\d+) s\).*healthy \((\d+) s\)", stack.said, re.S).groups()
    figure("image of the tracking server built", f"{built} s")
    figure("from up to three healthy containers, new database", f"{up} s")
    assert all(stack.is_healthy(service) for service in SERVICES)
    assert stack.url in stack.said and stack.phpmyadmin.rstrip("/") in stack.said
    again = stack.deploy().all
    assert "all three are healthy" in again


def test_show_all(stack):
    said = stack.script("./show_all.sh").stdout
    for name in [*map(stack.container, SERVICES), stack.project + "_default"]:
        assert name in said
    assert stack.project + "_mysql_data" in said
    assert stack.script("./show_all.sh", "--nonsense", check=False).returncode == 1


def test_ports_are_published_on_loopback(stack):
    """Until the one variable opens them, as Compose itself says."""
    for service in SERVICES:
        ports = json.loads(stack.inspect(service, "json .NetworkSettings.Ports"))
        published = [b["HostIp"] for bindings in ports.values() for b in bindings or []]
        assert published and set(published) == {"127.0.0.1"}
    said = compose("config", cwd=stack.folder, env=dict(os.environ, BIND_ADDRESS="0.0.0.0")).stdout
    assert said.count(" 0.0.0.0") == 4 and not re.search(r"(- |host_ip: )127\.0\.0\.1", said)


def test_compose_defaults(stack, clones):
    """The article's ports without any .env; no warning."""
    done = compose(
        "-f", TOP / "docker-compose.yml", "--project-directory", clones, "config",
        env={"PATH": os.environ["PATH"], "DEFAULT_ARTIFACT_ROOT": "/a/b"}, cwd=clones,
    )  # fmt: skip
    assert done.stderr == ""
    for port in ("3305:3306", "33050:33060", "8085:80", "5005:5000"):
        published, target = port.split(":")
        long_form = rf'target: {target}\s+published: "{published}"'
        assert re.search(rf"- 127\.0\.0\.1:{port}\b|{long_form}", done.stdout), port
    assert "MARIADB_DATABASE: mlflow_db" in done.stdout and "/a/b" in done.stdout


def run_quickstart(python, stack):
    """The client's user is the person who brought the stack up."""
    said = subprocess.run(
        [*as_user(keep_reading=True), python, TOP / "examples/quickstart/mlflow_tracking.py"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(stack.home),
            "USER": "somebody",
            "LOGNAME": "somebody",
            "MLFLOW_TRACKING_URI": stack.url,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        cwd=stack.home,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert said.returncode == 0, said.stderr
    return dict(re.findall(r"^([A-Z][\w ]*): +(.*)$", said.stdout, re.M))


@pytest.mark.parametrize("python", CLIENTS, ids=range(len(CLIENTS)))
def test_quickstart(stack, python):
    """The article's first run: in the tables, its file in the folder on the host."""
    said = run_quickstart(python, stack)
    run = said["Run ID"]
    assert said["Found again"] == f"{run} FINISHED"
    assert stack.sql("SELECT status FROM runs WHERE run_uuid = %s", run) == (("FINISHED",),)
    assert stack.sql("SELECT COUNT(*) FROM metrics WHERE run_uuid = %s", run) == ((40,),)
    file = pathlib.Path(said["Artifacts at"], "features/features.txt")
    assert file.is_relative_to(stack.artifacts) and file.stat().st_uid == stack.uid
    listed = stack.get("artifacts/list", run_id=run, path="features").json()
    assert [f["path"] for f in listed["files"]] == ["features/features.txt"]


def test_server_writes_as_the_user(stack):
    """What the container itself writes belongs to the user on the host, too."""
    run = stack.post("runs/create", experiment_id="0").json()["run"]["info"]
    answer = requests.post(
        f"{stack.url}/ajax-api/2.0/mlflow/upload-artifact",
        params={"run_uuid": run["run_id"], "path": "from/server.txt"},
        data=b"text",
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    file = pathlib.Path(run["artifact_uri"], "from/server.txt")
    assert file.read_text() == "text" and file.stat().st_uid == stack.uid
    files = subprocess.run(
        ["find", stack.artifacts, "!", "-user", str(stack.uid)], capture_output=True, text=True
    )
    assert files.stdout == ""


def test_database_settings(stack):
    wanted = {
        "character_set_server": "utf8mb4",
        "collation_server": "utf8mb4_nopad_bin",
        "log_bin": "ON",
        "log_bin_trust_function_creators": "ON",
    }
    names = ", ".join(f"'{name}'" for name in wanted)
    assert dict(stack.sql(f"SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})")) == wanted
    # the second port takes a login of its own
    assert stack.sql("SELECT 1", port="MYSQL_PORT2") == ((1,),)
    root = {"user": "root", "password": stack.root_password, "database": None}
    assert stack.sql("SELECT 1", **root) == ((1,),)


def test_stock_mlflow_migrates(stack):
    """MLflow's own migrations run as the stack's user, who has no SUPER."""
    if not os.environ.get("CAIRN_MLFLOW_PYTHON"):
        pytest.skip("CAIRN_MLFLOW_PYTHON names no Python with mlflow")
    root = {"user": "root", "password": stack.root_password, "database": None}
    stack.sql("CREATE DATABASE stock", **root)
    stack.sql("GRANT ALL ON stock.* TO mlflow_user@'%%'", **root)
    uri = f"mysql+pymysql://{stack.user}:{requests.utils.quote(stack.password, safe='')}@127.0.0.1"
    done = subprocess.run(
        [os.environ["CAIRN_MLFLOW_PYTHON"], "-m", "mlflow", "db", "upgrade",
         f"{uri}:{stack.ports['MYSQL_PORT1']}/stock"],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    revision = "SELECT version_num FROM alembic_version"
    assert stack.sql(revision, database="stock") == stack.sql(revision)


def test_pictures(stack):
    """phpMyAdmin's list of tables and the tracking server's first page, as a person sees them."""
    with Chromium() as browser:
        browser.open(stack.phpmyadmin)
        browser.shows("Welcome to phpMyAdmin")
        fields = f"""[["input_username", {json.dumps(stack.user)}],
            ["input_password", {json.dumps(stack.password)}]]"""
        browser.run(
            f"for (const [id, text] of {fields}) document.getElementById(id).value = text;"
            "document.getElementById('input_go').click()"
        )
        browser.shows("mlflow_db")
        browser.open(stack.phpmyadmin + "index.php?route=/database/structure&db=mlflow_db")
        browser.shows("alembic_version", "experiments", "logged_models")
        browser.picture(output() / "phpmyadmin-tables.png")
        browser.open(stack.url + "/#/experiments")
        browser.shows("quickstart", "Experiments")
        browser.picture(output() / "tracker-experiments.png")
    for name in ("phpmyadmin-tables.png", "tracker-experiments.png"):
        assert (output() / name).stat().st_size > 20_000, "a blank page is smaller"


def state_of(stack, service):
    return stack.inspect(service, ".State.StartedAt"), stack.inspect(service, ".RestartCount")


def test_database_restarts_alone(stack):
    """503 meanwhile, then healed; the tracker's container is not touched."""
    before = state_of(stack, "mlflow")
    search = {"max_results": 5}
    docker("stop", stack.container("mysql"))
    wait_until(lambda: stack.get("experiments/search", **search).status_code == 503, "503")
    docker("start", stack.container("mysql"))
    wait_until(lambda: stack.get("experiments/search", **search).status_code == 200, "healed")
    stack.wait_healthy("mysql")
    stack.wait_healthy("mlflow")
    assert state_of(stack, "mlflow") == before


def test_tracker_is_killed(stack):
    """It ends as by a crash; Docker starts it again."""
    pid = int(stack.inspect("mlflow", ".State.Pid"))
    restarts = int(stack.inspect("mlflow", ".RestartCount"))
    if os.getuid() == 0:
        os.kill(pid, signal.SIGKILL)
    else:
        subprocess.run(["sudo", "-n", "kill", "-9", str(pid)], check=True)
    wait_until(lambda: int(stack.inspect("mlflow", ".RestartCount")) > restarts, "restarted")
    stack.wait_healthy("mlflow")
    assert stack.get("experiments/search", max_results=5).status_code == 200


def test_debug_entrypoint(stack):
    """Tells what the container is, hides passwords, then serves like the other."""
    stack.change_env(MLFLOW_COMMAND="entrypoint-debug.sh")
    try:
        stack.deploy()
        assert stack.get("experiments/search", max_results=5).status_code == 200
        wait_until(
            lambda: "/experiments/search" in docker("logs", stack.container("mlflow")),
            "the request is in the log",
        )
        said = docker("logs", stack.container("mlflow"))
        masked = docker(
            "run", "--rm", "-e", "CAIRN_DB_PASSWORD=first\nsecond", "-e", "CAIRN_DB_WAIT=0",
            "-e", "MLFLOW_REGISTRY_STORE_URI=mysql://me:third@h/n", "-e", "CAIRN_DB_HOST=127.0.0.1",
            "-e", "DEFAULT_ARTIFACT_ROOT=/tmp/a", f"{stack.project}-mlflow", "entrypoint-debug.sh",
            check=False,
        )  # fmt: skip
    finally:
        stack.change_env(MLFLOW_COMMAND="entrypoint.sh")
        stack.deploy()
    for title in ("Operating system", "User", "Programs and libraries", "Processes", "Server"):
        assert f"--- {title}" in said
    assert f"uid={stack.uid}" in said and "libmariadb3" in said
    assert "CAIRN_DB_PASSWORD_FILE=/run/secrets/mysql_password" in said
    assert "--- Server" in masked and "CAIRN_DB_PASSWORD=****" in masked
    assert "mysql://me:****" in masked
    assert not any(secret in masked for secret in ("first", "second", "third"))


def test_what_is_wrong_is_named(stack, clones):
    """Before anything is started."""
    folder = clones / "wrong"
    folder.mkdir()
    for name in (".env.example", "stack_init.sh", "stack_deploy.sh", "docker", "docker-compose.yml"):
        subprocess.run(["cp", "-r", TOP / name, folder], check=True)

    def deploy():
        done = subprocess.run(
            ["./stack_deploy.sh"], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        return done.stderr

    assert "run ./stack_init.sh first" in deploy()
    subprocess.run(["./stack_init.sh", "/some/folder"], cwd=folder, check=True)
    env = (folder / ".env").read_text()
    (folder / ".env").write_text(env.replace("=/some/folder", "=relative"))
    assert "must be a folder, from / on" in deploy()
    (folder / ".env").write_text(env + "not a setting\n")
    assert "is not of the form NAME=VALUE" in deploy()
    (folder / ".env").write_text(env)
    (folder / ".secrets/mysql_password").write_text("")
    assert ".secrets/mysql_password is missing or empty" in deploy()


def test_down_and_up(stack):
    """Nothing but the containers goes; the article's form of the folder works, too."""
    before = stack.sql("SELECT run_uuid FROM runs ORDER BY run_uuid")
    assert before
    stack.script("./stack_remove.sh")
    names = docker("ps", "-a", "--format", "{{.Names}}").split()
    assert not {*map(stack.container, SERVICES)} & set(names)
    stack.change_env(DEFAULT_ARTIFACT_ROOT=f"file://{stack.artifacts}")
    stack.deploy()
    up = re.search(r"healthy \((\d+) s\)", stack.said).group(1)
    figure("from up to three healthy containers, old database", f"{up} s")
    assert stack.sql("SELECT run_uuid FROM runs ORDER BY run_uuid") == before
    found = stack.post("runs/search", experiment_ids=["0"]).json()
    assert found["runs"]


def test_second_stack(stack, second):
    """Two stacks do not know each other; the minimal image behaves as the other."""
    assert all(one.is_healthy(s) for one in (stack, second) for s in SERVICES)
    up = re.search(r"healthy \((\d+) s\)", second.said).group(1)
    figure("the same with Dockerfile-minimal, beside the first", f"{up} s")
    name = second.post("experiments/create", name="only-here").json()
    assert "experiment_id" in name
    assert stack.get("experiments/get-by-name", experiment_name="only-here").status_code == 404
    said = run_quickstart(CLIENTS[-1], second)
    assert second.sql("SELECT status FROM runs WHERE run_uuid = %s", said["Run ID"])
    listed = second.get("artifacts/list", run_id=said["Run ID"]).json()
    assert [f["path"] for f in listed["files"]] == ["features"]
    page = requests.get(second.url + "/", timeout=60)
    assert page.status_code == 200 and "static-files" in page.text
    assert requests.get(second.url + "/ready", timeout=60).json()["status"] == "ready"


def test_passwords_are_not_to_be_inspected(stack, second):
    """Not in the environment, the command line or the image; the logs neither."""
    for one in (stack, second):
        for service in SERVICES:
            container = one.container(service)
            said = docker("inspect", container, docker("inspect", "-f", "{{.Image}}", container))
            said += docker("logs", container, check=False)
            for password in (AWKWARD, FOREIGN):
                assert password not in said and json.dumps(password)[1:-1] not in said


def login(stack, password):
    """By the form, as a browser sends it: the session and the page that followed."""
    session = requests.Session()
    form = session.get(stack.phpmyadmin, timeout=60).text
    assert 'name="pma_servername"' not in form, "any server can be named"
    fields = dict(re.findall(r'name="(token|set_session|server)" value="([^"]*)"', form))
    page = session.post(
        stack.phpmyadmin + "index.php?route=/",
        data={**fields, "pma_username": stack.user, "pma_password": password},
        timeout=60,
    )
    return session, page


@pytest.mark.parametrize("which", ["stack", "second"])
def test_phpmyadmin_login(which, request):
    one = request.getfixturevalue(which)
    session, page = login(one, one.password)
    assert page.status_code == 200 and "X-Powered-By" not in page.headers
    databases = session.get(one.phpmyadmin + "index.php?route=/server/databases", timeout=60)
    assert "db=mlflow_db" in databases.text
    tables = session.get(
        one.phpmyadmin + "index.php?route=/database/structure&db=mlflow_db", timeout=60
    ).text
    for table in ("experiments", "runs", "alembic_version"):
        assert f"table={table}" in tables
    assert "Access denied" in login(one, "wrong")[1].text


@pytest.mark.parametrize("which", ["stack", "second"])
def test_stop_is_quick(which, request):
    """SIGTERM reaches the server, though clients hold connections."""
    one = request.getfixturevalue(which)
    container = one.container("mlflow")
    with requests.Session() as session:
        assert session.get(one.url + "/health", timeout=60).text == "OK"
        start = time.monotonic()
        docker("stop", container)
        seconds = time.monotonic() - start
    figure(f"docker stop of the tracking server ({which})", f"{seconds:.2f} s")
    assert docker("inspect", "-f", "{{.State.ExitCode}}", container) == "0"
    assert seconds < 3
    docker("start", container)
    one.wait_healthy("mlflow")


def workers(stack):
    said = docker("top", stack.container("mlflow"), "-eo", "pid,args")
    return said.count("cairn.fcgi")


def test_workers_grow_by_the_variable(stack, second):
    # beside those of the API: two for artifacts, one for probes
    assert (workers(stack), workers(second)) == (4 + 3, 2 + 3)
    second.change_env(CAIRN_WORKERS=6)
    second.deploy()
    assert workers(second) == 6 + 3

    def ask(_):
        return second.get("experiments/search", max_results=5).status_code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        assert set(pool.map(ask, range(60))) == {200}


def test_idle_memory(stack, second):
    """For the record; the sizes are Docker's own count."""
    for one, what in ((stack, "4 workers"), (second, "minimal, 6 workers")):
        for service in SERVICES:
            said = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", one.container(service))
            used = said.split(" / ")[0]
            assert re.fullmatch(r"[\d.]+[KMG]iB", used)
            figure(f"idle memory of {service} ({what})", used)
    mlflow = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", stack.container("mlflow"))
    assert float(re.match(r"([\d.]+)MiB", mlflow).group(1)) < 64


def size(image):
    return int(docker("image", "inspect", "-f", "{{.Size}}", image)) / MB


def test_image_sizes(stack, second):
    tag = f"{stack.project}-as-root"
    docker("build", "--force-rm", "-f", "docker/Dockerfile-as-root", "-t", tag, ".", cwd=stack.folder)
    try:
        sizes = {
            "as-root": size(tag),
            "as-user": size(f"{stack.project}-mlflow"),
            "minimal": size(f"{second.project}-mlflow"),
        }
        user = docker("run", "--rm", tag, "sh", "-c", "id -u; cairn version")
    finally:
        docker("image", "rm", tag)
    for name, megabytes in sizes.items():
        figure(f"image Dockerfile-{name}", f"{megabytes:.1f} MB")
    assert user.split("\n")[0] == "0" and "cairn" in user
    # 2.7 MB of them are the prices of models
    assert sizes["as-user"] <= 125 and sizes["as-root"] <= 125 and sizes["minimal"] <= 50


def volumes(stack):
    return docker("volume", "ls", "-q", "--filter", f"name={stack.project}_")


def test_remove_asks_before_it_drops(second):
    said = second.script("./stack_remove.sh", "--volumes", said="n\n", check=False)
    assert said.returncode == 1 and "nothing is removed" in said.stderr
    assert second.is_healthy("mlflow") and volumes(second)
    second.script("./stack_remove.sh", "--volumes", said="y\n")
    assert not volumes(second)
    assert second.artifacts.exists()


def test_existing_volume(stack, second):
    """Another clone serves the volume of the first, as root, and the first has it back."""
    stack.script("./stack_remove.sh")
    shutil.rmtree(second.folder / "docker/local")
    second.change_env(
        BUILD_LOCAL="none", MLFLOW_DOCKERFILE="Dockerfile-as-root", MLFLOW_COMMAND="entrypoint.sh"
    )
    volume = volumes(stack)
    (second.folder / "docker-compose.override.yml").write_text(
        f"volumes:\n  mysql_data:\n    external: true\n    name: {volume}\n"
    )
    (second.folder / ".secrets/mysql_password").write_text(stack.password)
    second.deploy()
    found = second.post("experiments/search", max_results=50).json()["experiments"]
    assert {"Default", "quickstart"} <= {e["name"] for e in found}
    assert "experiment_id" in second.post("experiments/create", name="from-there").json()
    assert docker("exec", second.container("mlflow"), "id", "-u") == "0"
    second.script("./stack_remove.sh", "--volumes", "--yes")
    assert volumes(stack) == volume
    stack.deploy()
    there = stack.get("experiments/get-by-name", experiment_name="from-there")
    assert there.status_code == 200
