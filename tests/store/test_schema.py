"""cairn db init and cairn db check on a private database server."""

import concurrent.futures
import pathlib
import subprocess
import time

import pytest
from private import HERE, clean_environment, program

HEAD = "dc11669786a5"
EXPECTED = HERE / "schema-3.17.2"


def expected():
    return {f.name: f.read_text() for f in sorted(EXPECTED.iterdir())}


def init(cairn, database):
    return cairn("db", "init", "--backend-store-uri", database.uri())


def check(cairn, database):
    return cairn("db", "check", "--backend-store-uri", database.uri())


@pytest.fixture
def ready(cairn, database):
    done = init(cairn, database)
    assert done.returncode == 0, done.stderr
    return database


# init


def test_init_makes_the_schema(ready, tmp_path):
    assert ready.dump(tmp_path) == expected()


def test_init_writes_the_first_rows(ready):
    assert ready.run("SELECT version_num FROM alembic_version") == [[HEAD]]
    assert ready.run("SELECT * FROM workspaces") == [
        ["default", "Default workspace for legacy resources", "NULL", "NULL", "NULL"]]
    assert ready.value("SELECT COUNT(*) FROM experiments") == "0"


def test_init_sets_the_collation(ready):
    assert ready.value("SELECT @@collation_database") == "utf8mb4_nopad_bin"
    assert ready.run("SELECT DISTINCT table_collation FROM information_schema.tables"
                     " WHERE table_schema = DATABASE()") == [["utf8mb4_nopad_bin"]]


def test_second_init_changes_nothing(cairn, ready, tmp_path):
    ready.run("INSERT INTO experiments (name) VALUES ('kept')")
    done = init(cairn, ready)
    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    assert ready.dump(tmp_path) == expected()
    assert ready.run("SELECT name FROM experiments") == [["kept"]]


def test_the_database_may_come_from_the_environment(cairn, database):
    done = cairn("db", "init", MLFLOW_BACKEND_STORE_URI=database.uri())
    assert done.returncode == 0, done.stderr
    assert database.value("SELECT version_num FROM alembic_version") == HEAD


def interrupt_before(database, table):
    """What is there when init was stopped before it made `table`."""
    sql = pathlib.Path(EXPECTED / "tables.tsv").read_text().splitlines()
    names = [line.split("\t")[0] for line in sql]
    late = [n for n in names if n.startswith(table)] + ["workspaces", "alembic_version"]
    database.run("SET foreign_key_checks = 0; DROP TABLE " + ", ".join(late))


def test_interrupted_init_goes_on(cairn, ready, tmp_path):
    interrupt_before(ready, "mcp_")
    done = check(cairn, ready)
    assert done.returncode == 1
    assert "cairn db init" in done.stdout
    done = init(cairn, ready)
    assert done.returncode == 0, done.stderr
    assert ready.dump(tmp_path) == expected()
    assert ready.value("SELECT COUNT(*) FROM workspaces") == "1"


def test_init_stopped_before_the_rows_goes_on(cairn, ready):
    ready.run("DELETE FROM alembic_version; DELETE FROM workspaces")
    done = init(cairn, ready)
    assert done.returncode == 0, done.stderr
    assert check(cairn, ready).returncode == 0


@pytest.mark.parametrize("delay", [0.01, 0.03, 0.06, 0.1, 0.2])
def test_killed_init_goes_on(cairn, database, tmp_path, delay):
    first = subprocess.Popen(
        [program("cairn"), "db", "init", "--backend-store-uri", database.uri()],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
    time.sleep(delay)
    first.kill()
    first.wait()
    done = init(cairn, database)
    assert done.returncode == 0, done.stderr
    assert database.dump(tmp_path) == expected()


def test_rows_without_a_revision_are_not_an_interrupted_init(cairn, ready):
    ready.run("INSERT INTO experiments (name) VALUES ('kept')")
    interrupt_before(ready, "mcp_")
    done = init(cairn, ready)
    assert done.returncode == 1
    assert "no revision" in done.stderr
    assert ready.value("SELECT name FROM experiments") == "kept"


def test_concurrent_inits_all_succeed(cairn, database, tmp_path):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: init(cairn, database), range(4)))
    assert [d.returncode for d in done] == [0] * 4, [d.stderr for d in done]
    assert database.dump(tmp_path) == expected()
    assert database.value("SELECT COUNT(*) FROM workspaces") == "1"


def test_init_refuses_foreign_tables(cairn, database):
    database.run("CREATE TABLE other (a int)")
    done = init(cairn, database)
    assert done.returncode == 1
    assert "not one of MLflow's" in done.stderr
    assert database.run("SHOW TABLES") == [["other"]]


@pytest.mark.parametrize("revision, text", [
    ("97727af70f4d", "MLflow 1.30.1 and 2.2.1"),
    ("867495a8f9d4", "before MLflow 2.13.2"),
    ("75868b020152", "before MLflow 3.17.2"),
])
def test_init_refuses_another_revision(cairn, database, revision, text):
    database.run("CREATE TABLE alembic_version (version_num varchar(32));"
                 f"INSERT INTO alembic_version VALUES ('{revision}')")
    done = init(cairn, database)
    assert done.returncode == 1
    for part in (revision, text, "mlflow db upgrade", "3.17.2"):
        assert part in done.stderr
    assert database.run("SHOW TABLES") == [["alembic_version"]]


def test_init_refuses_an_unknown_revision(cairn, database):
    database.run("CREATE TABLE alembic_version (version_num varchar(32));"
                 "INSERT INTO alembic_version VALUES ('ffffffffffff')")
    done = init(cairn, database)
    assert done.returncode == 1
    assert "later release" in done.stderr


# check


def test_check_of_a_fresh_database(cairn, ready):
    done = check(cairn, ready)
    assert done.returncode == 0, done.stdout
    assert done.stdout == f"-- fine: revision {HEAD} (MLflow 3.17.2)\n"


def test_check_of_an_empty_database(cairn, database):
    done = check(cairn, database)
    assert done.returncode == 1
    assert "cairn db init" in done.stdout


def test_check_says_what_an_old_database_needs(cairn, database):
    database.run("CREATE TABLE alembic_version (version_num varchar(32));"
                 "INSERT INTO alembic_version VALUES ('97727af70f4d');"
                 "CREATE TABLE runs (a int)")
    done = check(cairn, database)
    assert done.returncode == 1
    assert done.stdout.startswith("-- 1 finding")
    assert "MLflow 1.30.1 and 2.2.1" in done.stdout
    assert "mlflow db upgrade" in done.stdout


def test_check_of_a_database_of_something_else(cairn, database):
    database.run("CREATE TABLE other (a int)")
    done = check(cairn, database)
    assert done.returncode == 1
    assert "-- no revision in alembic_version, and not the tables of MLflow" in done.stdout


DAMAGES = {
    "table": (
        "SET foreign_key_checks = 0; DROP TABLE trace_tags",
        ["table trace_tags is missing"]),
    "table with children": (
        "SET foreign_key_checks = 0; DROP TABLE webhooks",
        ["table webhooks is missing"]),
    "column": (
        "ALTER TABLE runs DROP COLUMN deleted_time",
        ["column runs.deleted_time is missing"]),
    "column in an index": (
        "ALTER TABLE metrics DROP INDEX index_metrics_run_uuid_key_step;"
        "ALTER TABLE metrics DROP PRIMARY KEY, DROP COLUMN step",
        ["column metrics.step is missing", "index PRIMARY of table metrics",
         "index index_metrics_run_uuid_key_step of table metrics is missing"]),
    "generated column": (
        "ALTER TABLE spans DROP INDEX index_spans_experiment_id_duration,"
        " DROP COLUMN duration_ns",
        ["column spans.duration_ns is missing"]),
    "column type": (
        "ALTER TABLE tags MODIFY COLUMN value varchar(250)",
        ["column tags.value is varchar(250)"]),
    "referenced column, not null": (
        "ALTER TABLE registered_models MODIFY COLUMN description varchar(5000) NOT NULL",
        ["column registered_models.description"]),
    "default": (
        "ALTER TABLE experiments ALTER COLUMN workspace DROP DEFAULT",
        ["column experiments.workspace"]),
    "index": (
        "ALTER TABLE params DROP INDEX index_params_run_uuid,"
        " ADD INDEX other (run_uuid, value(10))",
        ["index index_params_run_uuid of table params is missing"]),
    "index of other columns": (
        "ALTER TABLE assessments DROP INDEX index_assessments_assessment_type,"
        " ADD INDEX index_assessments_assessment_type (source_type)",
        ["is on (source_type), not on (assessment_type)"]),
    "index no longer unique": (
        "ALTER TABLE experiments DROP INDEX uq_experiments_workspace_name,"
        " ADD INDEX uq_experiments_workspace_name (workspace, name)",
        ["not on (workspace,name) and unique"]),
    "foreign key": (
        "ALTER TABLE runs DROP FOREIGN KEY runs_ibfk_1",
        ["foreign key runs_ibfk_1 of table runs is missing"]),
    "foreign key of other rules": (
        "ALTER TABLE datasets DROP FOREIGN KEY fk_datasets_experiment_id_experiments;"
        "ALTER TABLE datasets ADD CONSTRAINT fk_datasets_experiment_id_experiments"
        " FOREIGN KEY (experiment_id) REFERENCES experiments (experiment_id)",
        ["foreign key fk_datasets_experiment_id_experiments of table datasets is another"]),
    "auto_increment": (
        "SET foreign_key_checks = 0;"
        "ALTER TABLE experiments MODIFY COLUMN experiment_id int NOT NULL",
        ["column experiments.experiment_id has lost its AUTO_INCREMENT"]),
    "engine": (
        "ALTER TABLE scheduler_leases ENGINE=Aria",
        ["table scheduler_leases is in Aria"]),
    "latin1": (
        "ALTER TABLE experiment_tags CONVERT TO CHARACTER SET latin1",
        ["experiment_tags (latin1_swedish_ci)"]),
    "another collation": (
        "ALTER TABLE scheduler_leases CONVERT TO CHARACTER SET utf8mb4"
        " COLLATE utf8mb4_unicode_ci",
        ["scheduler_leases (utf8mb4_unicode_ci)"]),
    "one latin1 column": (
        "ALTER TABLE runs MODIFY COLUMN name varchar(250) CHARACTER SET latin1",
        ["runs (latin1_swedish_ci)"]),
    "latin1 json": (
        "ALTER TABLE jobs MODIFY COLUMN progress longtext CHARACTER SET latin1",
        ["jobs (latin1_swedish_ci)"]),
    "latin1 tables that refer to each other": (
        "ALTER TABLE job_locks DROP FOREIGN KEY fk_job_locks_job_id;"
        "ALTER TABLE jobs CONVERT TO CHARACTER SET latin1;"
        "ALTER TABLE job_locks CONVERT TO CHARACTER SET latin1;"
        "ALTER TABLE job_locks ADD CONSTRAINT `odd``name` FOREIGN KEY (job_id)"
        " REFERENCES jobs (id) ON DELETE CASCADE",
        ["jobs (latin1_swedish_ci)", "job_locks (latin1_swedish_ci)"]),
    "database default": (
        "ALTER DATABASE CHARACTER SET latin1",
        ["default collation is latin1_swedish_ci"]),
    "revision": (
        "UPDATE alembic_version SET version_num = '6f8d9c3b2a1e'",
        ["the revision is 6f8d9c3b2a1e; the tables are those of dc11669786a5"]),
    "revision lost": (
        "INSERT INTO experiments (name) VALUES ('x'); DELETE FROM alembic_version",
        ["there is no revision"]),
    "revision table lost": (
        "INSERT INTO experiments (name) VALUES ('x'); DROP TABLE alembic_version",
        ["table alembic_version is missing", "there is no revision"]),
    "everything at once": (
        "ALTER TABLE runs DROP COLUMN deleted_time;"
        "ALTER TABLE params DROP INDEX index_params_run_uuid,"
        " ADD INDEX other (run_uuid, value(10));"
        "DROP TABLE trace_tags;"
        "ALTER TABLE experiment_tags CONVERT TO CHARACTER SET latin1;"
        "ALTER DATABASE CHARACTER SET latin1",
        ["-- 5 findings"]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_check_finds_and_its_repairs_cure(cairn, ready, damage):
    sql, texts = DAMAGES[damage]
    ready.run(sql)
    found = check(cairn, ready)
    assert found.returncode == 1, found.stdout
    for text in texts:
        assert text in found.stdout
    ready.run(found.stdout)
    after = check(cairn, ready)
    assert after.returncode == 0, found.stdout + after.stdout


def test_repairs_give_the_schema_back(cairn, ready, tmp_path):
    ready.run("ALTER TABLE experiment_tags CONVERT TO CHARACTER SET latin1;"
              "SET foreign_key_checks = 0; DROP TABLE evaluation_dataset_records;"
              "ALTER TABLE experiments MODIFY COLUMN experiment_id int NOT NULL")
    ready.run(check(cairn, ready).stdout)
    assert ready.dump(tmp_path) == expected()


def test_repairs_keep_the_rows(cairn, ready):
    ready.run("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO';"
              "INSERT INTO experiments (experiment_id, name) VALUES (0, 'Default'), (7, 'é');"
              "INSERT INTO experiment_tags VALUES ('k', 'ü', 7);"
              "ALTER TABLE experiment_tags CONVERT TO CHARACTER SET latin1;"
              "SET foreign_key_checks = 0;"
              "ALTER TABLE experiments MODIFY COLUMN experiment_id int NOT NULL")
    ready.run(check(cairn, ready).stdout)
    assert ready.run("SELECT experiment_id, name FROM experiments ORDER BY 1") == [
        ["0", "Default"], ["7", "é"]]
    assert ready.run("SELECT value FROM experiment_tags") == [["ü"]]


@pytest.mark.parametrize("collation", ["utf8mb4_general_ci", "utf8mb4_bin"])
def test_check_takes_the_collation_that_most_tables_have(cairn, ready, collation):
    tables = [t for (t,) in ready.run("SHOW TABLES")]
    keys = ready.run("SELECT table_name, constraint_name FROM"
                     " information_schema.referential_constraints"
                     " WHERE constraint_schema = DATABASE()")
    ready.run("".join(f"ALTER TABLE {t} DROP FOREIGN KEY {k};" for t, k in keys))
    ready.run("".join(f"ALTER TABLE {t} CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation};"
                      for t in tables if t != "secrets"))
    found = check(cairn, ready)
    assert f"not in {collation} as the rest" in found.stdout
    assert "secrets (utf8mb4_nopad_bin)" in found.stdout
    ready.run(found.stdout)
    assert check(cairn, ready).returncode == 0
    assert ready.value("SELECT @@collation_database") == collation


def test_what_the_operator_added_is_no_finding(cairn, ready):
    ready.run("CREATE TABLE notes (a int); ALTER TABLE runs ADD COLUMN note int,"
              " ADD INDEX mine (start_time)")
    assert check(cairn, ready).returncode == 0


# index


def index(cairn, database):
    return cairn("db", "index", "--backend-store-uri", database.uri())


def keys(database):
    return database.value("SELECT GROUP_CONCAT(DISTINCT index_name ORDER BY index_name)"
                          " FROM information_schema.statistics"
                          " WHERE table_schema = DATABASE() AND table_name = 'runs'")


def test_index_adds_two(cairn, ready, tmp_path):
    for _ in range(2):
        done = index(cairn, ready)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "runs has the indexes cairn_start_time and cairn_experiment_id\n"
        assert keys(ready) == "cairn_experiment_id,cairn_start_time,experiment_id,PRIMARY"
    assert check(cairn, ready).returncode == 0
    ready.run("DROP INDEX cairn_start_time ON runs; DROP INDEX cairn_experiment_id ON runs")
    assert ready.dump(tmp_path / "dump") == expected()


def test_index_of_a_database_that_is_not_ready(cairn, database):
    done = index(cairn, database)
    assert (done.returncode, done.stdout) == (1, "")
    assert "cairn db init" in done.stderr


# usage


@pytest.mark.parametrize("arguments", [
    (), ("upgrade",), ("init", "check"), ("init", "--no-such-flag"),
])
def test_wrong_usage(cairn, arguments):
    done = cairn("db", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr != ""


def test_no_database_named(cairn, tmp_path):
    done = cairn("db", "check", HOME=str(tmp_path))
    assert done.returncode == 2
    assert "MLFLOW_BACKEND_STORE_URI" in done.stderr


def test_a_database_that_does_not_exist(cairn, database):
    done = cairn("db", "init", "--backend-store-uri",
                 database.uri().replace(database.name, "nowhere"))
    assert done.returncode == 2
    assert "CREATE DATABASE `nowhere`" in done.stderr


def test_a_server_that_does_not_answer(cairn, tmp_path):
    done = cairn("db", "check", "--backend-store-uri",
                 f"mysql://root:secret@localhost/x?unix_socket={tmp_path}/none")
    assert done.returncode == 2
    assert "cannot connect" in done.stderr
    assert "secret" not in done.stderr
