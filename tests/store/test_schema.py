"""cairn db init and cairn db check on a private database server."""

import concurrent.futures
import pathlib
import subprocess
import time

import pytest
from private import HERE, clean_environment, program

SCHEMA = HERE.parents[1] / "src" / "store" / "schema" / "3.17.2.sql"
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
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: init(cairn, database), range(8)))
    assert [d.returncode for d in done] == [0] * 8, [d.stderr for d in done]
    assert database.dump(tmp_path) == expected()
    assert database.value("SELECT COUNT(*) FROM workspaces") == "1"


LOCK = (
    "CREATE TABLE cairn_init (one INT PRIMARY KEY, owner VARCHAR(128) NOT NULL,"
    " beat BIGINT NOT NULL);"
    "INSERT INTO cairn_init VALUES (1, 'there, process 4711', 7)"
)


def test_lock_of_a_killed_init_is_taken_over(cairn, database, tmp_path):
    """One waits, sees that nothing moves, and says whose lock it takes."""
    database.run(LOCK)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: init(cairn, database), range(3)))
    assert [d.returncode for d in done] == [0] * 3, [d.stderr for d in done]
    said = [d for d in done if "there, process 4711" in d.stderr]
    assert len(said) == 1 and "taken over" in said[0].stderr
    assert database.dump(tmp_path) == expected()


def test_lock_left_over_a_finished_schema_goes(cairn, ready, tmp_path):
    ready.run(LOCK)
    assert check(cairn, ready).returncode == 0
    assert init(cairn, ready).returncode == 0
    assert ready.dump(tmp_path) == expected()


def test_init_beside_foreign_tables(cairn, database):
    database.run("CREATE TABLE other (a int)")
    done = cairn("db", "init", "--allow-foreign-tables", "--backend-store-uri", database.uri())
    assert done.returncode == 0, done.stderr
    assert check(cairn, database).returncode == 0
    assert database.run("SHOW TABLES LIKE 'other'") == [["other"]]


def test_allowed_or_not_rows_in_tables_of_our_names_are_refused(cairn, database):
    database.run("CREATE TABLE jobs (a int); INSERT INTO jobs VALUES (1)")
    done = cairn("db", "init", "--allow-foreign-tables", "--backend-store-uri", database.uri())
    assert done.returncode == 1
    assert "no revision" in done.stderr
    assert database.run("SHOW TABLES") == [["jobs"]]


def test_init_refuses_foreign_tables(cairn, database):
    database.run("CREATE TABLE other (a int)")
    done = init(cairn, database)
    assert done.returncode == 1
    assert "another program (other)" in done.stderr
    assert "--allow-foreign-tables" in done.stderr
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
    assert "later release" in done.stderr and "another program" in done.stderr


def test_init_refuses_two_revisions(cairn, database):
    database.run("CREATE TABLE alembic_version (version_num varchar(32));"
                 f"INSERT INTO alembic_version VALUES ('{HEAD}'), ('ffffffffffff')")
    done = init(cairn, database)
    assert done.returncode == 1
    assert "more than one revision" in done.stderr
    assert "later release" not in done.stderr


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
        "ALTER TABLE experiments DROP INDEX idx_experiments_workspace,"
        " ADD INDEX idx_experiments_workspace (name)",
        ["is on (name), not on (workspace)"]),
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
        "ALTER TABLE entity_associations ENGINE=Aria",
        ["table entity_associations is in Aria"]),
    "latin1": (
        "ALTER TABLE experiment_tags CONVERT TO CHARACTER SET latin1",
        ["experiment_tags (latin1_swedish_ci)"]),
    "another collation": (
        "ALTER TABLE entity_associations CONVERT TO CHARACTER SET utf8mb4"
        " COLLATE utf8mb4_unicode_ci",
        ["entity_associations (utf8mb4_unicode_ci)"]),
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


# what Cairn does not use: told, and left to MLflow
UNUSED = {
    "generated column": (
        "ALTER TABLE spans DROP INDEX index_spans_experiment_id_duration,"
        " DROP COLUMN duration_ns",
        ["column spans.duration_ns is missing", "index index_spans_experiment_id_duration"]),
    "column type": (
        "ALTER TABLE trace_tags MODIFY COLUMN value varchar(250)",
        ["column trace_tags.value is varchar(250)"]),
    "index": (
        "ALTER TABLE assessments DROP INDEX index_assessments_assessment_type",
        ["index index_assessments_assessment_type of table assessments is missing"]),
    "foreign key": (
        "ALTER TABLE trace_tags DROP FOREIGN KEY fk_trace_tags_request_id",
        ["foreign key fk_trace_tags_request_id of table trace_tags is missing"]),
    "engine": (
        "ALTER TABLE scheduler_leases ENGINE=Aria",
        ["table scheduler_leases is in Aria"]),
}


@pytest.mark.parametrize("damage", UNUSED)
def test_check_prints_no_sql_for_what_is_not_used(cairn, ready, damage):
    sql, texts = UNUSED[damage]
    ready.run(sql)
    found = check(cairn, ready)
    assert found.returncode == 1, found.stdout
    for text in texts:
        assert text in found.stdout
    assert all(line.startswith("--") for line in found.stdout.splitlines() if line)


# the MCP tables and some others, as MLflow 3.18.0 leaves them
LATER = (
    "SET foreign_key_checks = 0;"
    "ALTER TABLE mcp_server_version_tags DROP FOREIGN KEY mcp_server_version_tags_version_fkey;"
    "ALTER TABLE mcp_access_endpoints MODIFY server_version varchar(128) COLLATE utf8mb4_bin;"
    "ALTER TABLE mcp_server_aliases MODIFY version varchar(128) COLLATE utf8mb4_bin NOT NULL;"
    "ALTER TABLE mcp_server_versions MODIFY version varchar(128) COLLATE utf8mb4_bin NOT NULL;"
    "ALTER TABLE mcp_server_version_tags"
    " MODIFY version varchar(128) COLLATE utf8mb4_bin NOT NULL;"
    "ALTER TABLE mcp_server_version_tags ADD CONSTRAINT mcp_server_version_tags_version_fkey"
    " FOREIGN KEY (workspace, name, version)"
    " REFERENCES mcp_server_versions (workspace, name, version)"
    " ON DELETE CASCADE ON UPDATE CASCADE;"
    "ALTER TABLE issues ADD COLUMN last_seen_timestamp bigint(20),"
    " ADD COLUMN metadata longtext;"
    "CREATE TABLE skills (name varchar(128) PRIMARY KEY, icons longtext COLLATE utf8mb4_bin);"
)


@pytest.mark.parametrize("revision", ["f4a9b2c7d1e6", HEAD])
def test_check_undoes_nothing_of_a_later_release(cairn, ready, revision):
    ready.run(LATER + f"UPDATE alembic_version SET version_num = '{revision}'")
    found = check(cairn, ready)
    if revision == HEAD:
        assert found.returncode == 0, found.stdout
        return
    assert found.returncode == 1
    assert "later release" in found.stdout
    assert all(line.startswith("--") for line in found.stdout.splitlines() if line)


@pytest.mark.parametrize("charset", ["latin1", "utf8mb3"])
def test_check_prints_the_way_to_utf8mb4(cairn, make_database, charset, tmp_path):
    """MLflow's tables in another character set, and the remedy that the start names."""
    database = make_database(f"CHARACTER SET {charset}")
    blocks = SCHEMA.read_text().split("\n\n")
    database.run("\n".join(b for b in blocks if b.startswith(("CREATE TABLE", "INSERT"))))
    database.run("INSERT INTO experiments (name) VALUES ('é')")
    found = check(cairn, database)
    assert found.returncode == 1
    assert "ALTER TABLE runs DEFAULT CHARACTER SET utf8mb4" in found.stdout
    database.run(found.stdout)
    assert check(cairn, database).returncode == 0
    assert database.run("SELECT name FROM experiments") == [["é"]]
    database.run("SET NAMES utf8mb4; INSERT INTO experiments (name) VALUES ('😀')")
    database.run("DELETE FROM experiments")
    is_, wanted = database.dump(tmp_path), expected()
    assert {**is_, "triggers.tsv": ""} == {**wanted, "triggers.tsv": ""}


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
                      for t in tables if t != "inputs"))
    found = check(cairn, ready)
    assert f"not in {collation} as the rest" in found.stdout
    assert "inputs (utf8mb4_nopad_bin)" in found.stdout
    ready.run(found.stdout)
    # foreign keys of tables that are not used stay gone
    after = check(cairn, ready).stdout
    assert "ALTER" not in after and "as the rest" not in after
    assert ready.value("SELECT @@collation_database") == collation


def test_what_the_operator_added_is_no_finding(cairn, ready):
    ready.run("CREATE TABLE notes (a int); ALTER TABLE runs ADD COLUMN note int,"
              " ADD INDEX mine (start_time)")
    assert check(cairn, ready).returncode == 0


# index


def index(cairn, database):
    return cairn("db", "index", "--backend-store-uri", database.uri())


def keys(database, table="runs"):
    return database.value("SELECT GROUP_CONCAT(DISTINCT index_name ORDER BY index_name)"
                          " FROM information_schema.statistics"
                          f" WHERE table_schema = DATABASE() AND table_name = '{table}'")


TRACES = "trace_tags", "trace_request_metadata"


def test_index_adds_some(cairn, ready, tmp_path):
    for _ in range(2):
        done = index(cairn, ready)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == "runs has the indexes cairn_start_time and cairn_experiment_id;\n" \
            "trace_tags and trace_request_metadata have the index cairn_value\n"
        assert keys(ready) == "cairn_experiment_id,cairn_start_time,experiment_id,PRIMARY"
        for table in TRACES:
            assert "cairn_value" in keys(ready, table).split(",")
    assert check(cairn, ready).returncode == 0
    ready.run("DROP INDEX cairn_start_time ON runs; DROP INDEX cairn_experiment_id ON runs")
    for table in TRACES:
        ready.run(f"DROP INDEX cairn_value ON {table}")
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
