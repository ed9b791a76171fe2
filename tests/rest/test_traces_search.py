"""Searches for traces: filters, order, pages, both versions; how two filters overlap."""

import json
import uuid

import pytest
from conftest import check_error, check_missing, check_type
from test_traces import V3, info, start

HUMAN = {"source_type": "HUMAN", "source_id": "ann"}
NS = 1_000_000


def location(exp):
    return {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": exp}}


def ask(api, exp, filter=None, **kw):
    body = {"locations": [location(exp)], **kw}
    if filter is not None:
        body["filter"] = filter
    return api.post("traces/search", body, **V3)


def assess(api, trace, **body):
    r = api.post(f"traces/{trace}/assessments",
                 {"assessment": {"source": HUMAN, **body}}, **V3)
    assert r.status_code == 200, r.text
    return r.json()["assessment"]


class World:
    """A few traces, each known by a letter."""

    def __init__(self, api, sql):
        self.api, self.sql = api, sql
        self.exp = api.new_experiment()
        self.run, self.linked = api.new_run(self.exp), api.new_run(self.exp)
        self.mark = uuid.uuid4().hex[:24]
        self.traces()
        self.spans()
        self.judged()

    def id(self, letter):
        return f"tr-{self.mark}-{letter}"

    def trace(self, letter, ms, duration, state, tags=None, metadata=None, **kw):
        body = info(self.exp, self.id(letter), request_time=f"1970-01-01T00:00:{ms / 1000:06.3f}Z",
                    state=state, tags=tags or {}, trace_metadata=metadata or {}, **kw)
        body["execution_duration"] = f"{duration / 1000}s" if duration is not None else None
        if duration is None:
            del body["execution_duration"]
        r = start(self.api, body)
        assert r.status_code == 200, r.text

    def traces(self):
        self.trace("a", 20000, 10, "OK", client_request_id="c-A",
                   tags={"mlflow.traceName": "alpha", "env": "prod", "dot.key": "1", "a b": "x"},
                   metadata={"m": "v1", "mlflow.trace.session": "s1", "mlflow.trace.user": "ann",
                             "mlflow.trace.tokenUsage": '{"input_tokens": 1, "total_tokens": 3}',
                             "mlflow.trace.cost": '{"total_cost": 0.5}'})
        self.trace("b", 30000, 20, "ERROR", client_request_id="c-B",
                   tags={"mlflow.traceName": "beta", "env": "dev"},
                   metadata={"m": "v2", "mlflow.sourceRun": self.run,
                             "mlflow.trace.cost": '{"total_cost": 3}',
                             "mlflow.trace.tokenUsage": '{"input_tokens": 2}'})
        self.trace("c", 40000, None, "IN_PROGRESS", metadata={"mlflow.trace.session": "s1"})
        self.trace("d", 50000, 5, "OK", client_request_id="c-a",
                   tags={"mlflow.traceName": "Alpha", "env": "PROD", "n": "10"},
                   metadata={"M": "v1", "mlflow.trace.session": "S2"})
        self.trace("e", 50000, 20, "STATE_UNSPECIFIED", tags={"env": "50%", "note": "it's"})
        self.api.ok("traces/link-to-run", {"run_id": self.linked, "trace_ids": [self.id("c")]})
        self.api.ok("traces/link-prompts", {
            "trace_id": self.id("d"), "prompt_versions": [{"name": "pr", "version": "1"}]})

    def span(self, letter, span, name, type, status, ms, **attributes):
        content = json.dumps({"name": name, "attributes": {
            k: json.dumps(v) for k, v in attributes.items()}})
        self.sql("INSERT INTO spans (trace_id, experiment_id, span_id, name, type, status, "
                 "start_time_unix_nano, content) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                 [self.id(letter), self.exp, span, name, type, status, ms * NS, content])

    def spans(self):
        self.span("a", "1", "root", "CHAIN", "OK", 20000, model="gpt-4", n=5)
        self.span("a", "2", "llm", "LLM", "OK", 20001, model="claude", q='say "hi"')
        self.span("b", "1", "root", "LLM", "ERROR", 30000 - 9000)
        self.span("d", "1", "Root", None, "OK", 50000 - 11000, model="GPT-4")

    def judged(self):
        a, b, d = self.id("a"), self.id("b"), self.id("d")
        assess(self.api, a, assessment_name="good", feedback={"value": "yes"})
        assess(self.api, b, assessment_name="good", feedback={"value": "no"})
        assess(self.api, b, assessment_name="score", feedback={"value": 5})
        assess(self.api, d, assessment_name="score", feedback={"value": 0.5})
        assess(self.api, d, assessment_name="flag", feedback={"value": True})
        assess(self.api, a, assessment_name="whole", feedback={"value": "fine"},
               metadata={"mlflow.trace.session": "s1"})
        assess(self.api, b, assessment_name="gold", expectation={"value": "x"})
        assess(self.api, d, assessment_name="I-1", issue={"issue_name": "broken"})
        old = assess(self.api, d, assessment_name="old", feedback={"value": "v"})
        assess(self.api, d, assessment_name="new", feedback={"value": "w"},
               overrides=old["assessment_id"])

    def search(self, filter=None, **kw):
        r = ask(self.api, self.exp, filter, **kw)
        assert r.status_code == 200, (filter, r.text)
        return "".join(t["trace_id"][-1] for t in r.json().get("traces", []))


@pytest.fixture(scope="module")
def world(api, sql):
    return World(api, sql)


# --- filters ------------------------------------------------------------------


FILTERS = [
    ("", "deabc"), ("status = 'OK' AND", "da"),
    # texts in the row
    ("status = 'OK'", "da"), ("status != 'OK'", "ebc"), ("status = 'ok'", ""),
    ("status LIKE '%R%'", "bc"), ("status ILIKE 'ok'", "da"), ("status RLIKE '^(OK|ERR)'", "dab"),
    ("status IN ('OK', \"ERROR\")", "dab"), ("status NOT IN ('OK','ERROR')", "ec"),
    ("status IN ('OK',)", "da"), ("attributes.status = 'ERROR'", "b"), ("trace.status = 'ERROR'", "b"),
    ("attribute.`status` = 'ERROR'", "b"), ("status in ('ERROR')", "b"), ("status like 'E%'", "b"),
    ("client_request_id = 'c-A'", "a"), ("client_request_id != 'c-A'", "db"),
    ("client_request_id ILIKE 'C-a'", "da"), ("request_id LIKE '%-a'", "a"),
    ("request_id RLIKE '-[ab]$'", "ab"),
    # numbers
    ("timestamp_ms = 30000", "b"), ("timestamp_ms != 30000", "deac"), ("timestamp_ms > 30000", "dec"),
    ("attributes.timestamp >= 30000", "debc"), ("timestamp < 30000", "a"), ("timestamp_ms <= 3e4", "ab"),
    ("timestamp_ms > 29999.5 AND timestamp_ms < 50000", "bc"), ("timestamp_ms > '30000'", "dec"),
    ("timestamp_ms < 99999999999999999999", "deabc"), ("timestamp_ms > -1", "deabc"),
    ("execution_time_ms = 20", "eb"), ("execution_time >= 10", "eab"), ("execution_time_ms != 20", "da"),
    ("end_time_ms = 40000", "c"), ("end_time > 50005", "e"),
    # the name
    ("name = 'alpha'", "a"), ("name != 'alpha'", "db"), ("name LIKE '%lph%'", "da"),
    ("name ILIKE 'ALPHA'", "da"), ("name RLIKE '^[ab]'", "ab"), ("name IS NULL", "ec"),
    ("name IS NOT NULL", "dab"), ("trace.name = 'beta'", "b"), ("tags.name = 'beta'", "b"),
    ("metadata.name = 'beta'", "b"), ("feedback.Name = 'beta'", "b"), ("issue.name = 'beta'", "b"),
    ("tags.`mlflow.traceName` = 'beta'", "b"),
    # tags and metadata
    ("tags.env = 'prod'", "a"), ("tag.env != 'prod'", "deb"), ("tags.ENV = 'prod'", ""),
    ("tags.env LIKE 'p%'", "a"), ("tags.env ILIKE 'p%'", "da"), ("tags.env LIKE '50\\%'", "e"),
    ("tags.env RLIKE 'r.d$'", "a"), ("tags.env IS NULL", "c"), ("tags.env IS NOT NULL", "deab"),
    ("tags.dot.key = '1'", "a"), ("tags.`dot.key` = '1'", "a"), ("tags.`a b` = 'x'", "a"),
    ("tags.\"a b\" = 'x'", "a"), ("tags.note = \"it's\"", "e"), ("tags.n = '10'", "d"),
    ("tags.env = 'prod' AND status = 'OK' AND name = 'alpha'", "a"),
    ("tags.env != 'dev' AND tags.env != 'prod'", "de"),
    ("metadata.m = 'v1'", "a"), ("request_metadata.m != 'v1'", "b"), ("metadata.m LIKE 'v%'", "ab"),
    ("metadata.m IS NOT NULL AND metadata.m RLIKE '2'", "b"), ("metadata.x IS NULL", "deabc"),
    ("metadata.mlflow.trace.user = 'ann'", "a"),
    ("request_metadata.\"mlflow.trace.user\" = 'ann'", "a"),
    # metadata that are columns
    ("metadata.mlflow.trace.session = 's1'", "ac"), ("metadata.`mlflow.trace.session` != 's1'", "d"),
    ("metadata.mlflow.trace.session ILIKE 's%'", "dac"), ("metadata.mlflow.trace.session IS NULL", "eb"),
    ("metadata.mlflow.trace.session IS NOT NULL", "dac"),
    ("metadata.mlflow.trace.session RLIKE '^S'", "d"),
    ("metadata.mlflow.trace.tokenUsage = '{\"input_tokens\": 1, \"total_tokens\": 3}'", "a"),
    ("metadata.mlflow.trace.tokenUsage = '{\"total_tokens\": 3, \"input_tokens\": 1}'", ""),
    ("metadata.mlflow.trace.tokenUsage = '{\"input_tokens\":2}'", ""),
    ("metadata.mlflow.trace.tokenUsage = '{\"input_tokens\": 2}'", "b"),
    ("metadata.mlflow.trace.tokenUsage != '{\"input_tokens\": 2}'", "a"),
    ("metadata.mlflow.trace.tokenUsage != 'x'", "ab"),
    ("metadata.mlflow.trace.tokenUsage IS NULL", "dec"), ("metadata.mlflow.trace.cost IS NOT NULL", "ab"),
    ("metadata.mlflow.trace.cost = '{\"total_cost\": 0.5}'", "a"),
    ("metadata.mlflow.trace.cost = '{\"total_cost\": 3}'", ""),
    ("metadata.mlflow.trace.cost = '{\"total_cost\": 3.0}'", "b"),
    ("metadata.mlflow.trace.cost != '{\"total_cost\": 3.0}'", "a"),
    # runs and prompts
    ("run_id = 'RUN'", "b"), ("run_id = 'LINKED'", "c"),
    ("status = 'ERROR' AND run_id = 'RUN' AND run_id = 'RUN' AND span.name = 'root'", "b"),
    ("run_id != 'RUN'", ""), ("run_id IS NOT NULL", "b"),
    ("run_id IS NULL", "deac"), ("run_id LIKE '%'", "b"), ("tags.run_id = 'LINKED'", "c"),
    ("metadata.mlflow.sourceRun = 'LINKED'", "c"), ("run_id RLIKE '^[0-9a-f]*$'", "b"),
    ("prompt = 'pr/1'", "d"), ("prompt = 'pr/2'", ""), ("tags.prompt = 'pr/1'", "d"),
    # spans: all conditions hold for one
    ("span.name = 'root'", "ab"), ("span.name != 'root'", "da"), ("span.name ILIKE 'ROOT'", "dab"),
    ("span.name IN ('root', 'llm')", "ab"), ("span.name NOT IN ('root')", "da"),
    ("span.name RLIKE '^R'", "d"), ("span.type = 'LLM'", "ab"), ("span.type != 'LLM'", "a"),
    ("span.status = 'ERROR'", "b"), ("span.name = 'root' AND span.type = 'LLM'", "b"),
    ("span.name = 'llm' AND span.type = 'CHAIN'", ""),
    ("span.name = 'root' AND span.type = 'LLM' AND status = 'ERROR'", "b"),
    ("span.content LIKE '%claude%'", "a"), ("span.content ILIKE '%CLAUDE%'", "a"),
    ("trace.text LIKE '%gpt-4%'", "a"), ("attributes.text ILIKE '%gpt-4%'", "da"),
    ("tags.text LIKE '%gpt-4%'", "a"), ("trace.text LIKE '%claude%' AND span.name = 'root'", ""),
    ("span.attributes.model LIKE '%gpt%'", "a"), ("span.attributes.`model` ILIKE '%gpt%'", "da"),
    ("span.attributes.model RLIKE 'gpt-\\d'", "a"), ("span.attributes.model RLIKE '^gpt'", "a"),
    ("span.attributes.model RLIKE '^4'", ""), ("span.attributes.model RLIKE '4$'", "da"),
    ("span.attributes.model RLIKE '^gpt$'", ""), ("span.attributes.n RLIKE '5'", ""),
    ("span.attributes.model = 'gpt-4'", ""), ("span.attributes.model IN ('gpt-4')", ""),
    ("span.attributes.model != 'gpt-4'", "dab"), ("span.attributes.model NOT IN ('gpt-4')", "dab"),
    # ... and start no more than 10 s before the filter's time
    ("span.name ILIKE 'root' AND timestamp_ms >= 20000", "dab"),
    ("span.name = 'root' AND timestamp_ms >= 30000", "b"),
    ("span.name = 'Root' AND timestamp_ms > 48999", "d"),
    ("span.name = 'Root' AND timestamp_ms > 49001", ""),
    # assessments
    ("feedback.good = 'yes'", "a"), ("feedback.`good` != 'yes'", "b"), ("feedback.good = 'YES'", ""),
    ("expectation.good = 'yes'", ""), ("feedback.flag = 'true'", "d"),
    ("feedback.score = '5.0'", "b"), ("feedback.score = '5'", ""), ("feedback.good LIKE '%e%'", "a"),
    ("feedback.good ILIKE '%O%'", "b"), ("feedback.good RLIKE '^.n'", "b"),
    ("feedback.score > 1", "b"), ("feedback.score >= 0.5", "db"), ("feedback.score < 5", "d"),
    ("feedback.score <= 5", "db"), ("feedback.flag > 0", ""), ("feedback.good > 0", ""),
    ("feedback.good IS NULL", "dec"), ("feedback.good IS NOT NULL", "ab"),
    ("feedback.good = 'no' AND feedback.score = '5.0'", "b"), ("expectation.gold = 'x'", "b"),
    ("expectation.gold IS NOT NULL", "b"),
    ("feedback.whole = 'fine'", "ac"), ("feedback.whole IS NULL", "deb"),
    ("feedback.whole IS NOT NULL", "ac"), ("feedback.whole != 'fine'", ""),
    ("feedback.old = 'v'", ""), ("feedback.new = 'w'", "d"), ("feedback.old IS NULL", "deabc"),
    ("issue.id = 'I-1'", "d"), ("issue.id = 'broken'", ""),
]


@pytest.mark.parametrize("filter, found", FILTERS, ids=[f for f, _ in FILTERS])
def test_filters(world, filter, found):
    filter = filter.replace("RUN'", world.run + "'").replace("LINKED'", world.linked + "'")
    # the newest first
    assert world.search(filter) == "".join(x for x in "decba" if x in found)


def test_a_word_that_is_sql(world, either):
    """MLflow takes a bare `text` for SQL's, and a bare `timestamp` with whole numbers only."""
    r = ask(world.api, world.exp, "text LIKE '%claude%'")
    assert r.status_code == either(cairn=200, mlflow=400), r.text
    if r.status_code == 200:
        assert [t["trace_id"] for t in r.json()["traces"]] == [world.id("a")]
    else:
        check_error(r, 400, "INVALID_PARAMETER_VALUE",
                    "Invalid clause(s) in filter string: 'text', 'LIKE', ''%claude%''")


def test_two_runs(world, either):
    """MLflow looks at the last."""
    filter = f"run_id = '{world.run}' AND run_id = '{world.linked}'"
    assert world.search(filter) == either(cairn="", mlflow="c")


def test_names_in_another_case(world, either):
    """MLflow compares names of assessments as the database sorts."""
    assert world.search("feedback.Good = 'yes'") == either(cairn="", mlflow="a")


def test_a_number_that_is_none(world, either):
    """MLflow leaves it to the database, to which it is 0."""
    r = ask(world.api, world.exp, "timestamp_ms > 'soon'")
    assert r.status_code == either(cairn=400, mlflow=200), r.text
    if r.status_code == 400:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", "Invalid filter: 'timestamp_ms' is compared "
                    "with 'soon', which is no number.")


# --- what is refused -----------------------------------------------------------


TEXTS = "=", "!=", "IN", "NOT IN", "LIKE", "ILIKE", "RLIKE"
PAIRS = "=", "!=", "LIKE", "ILIKE", "RLIKE", "IS NULL", "IS NOT NULL"
VERDICTS = PAIRS + (">", ">=", "<", "<=")
TIMES = ("timestamp_ms", "timestamp", "execution_time_ms", "execution_time", "end_time_ms", "end_time")
KEYS = TIMES + ("request_id", "status", "client_request_id", "name", "run_id", "prompt", "text")
PREFIXES = ("tag", "tags", "attribute", "attributes", "trace", "metadata", "request_metadata", "span",
            "feedback", "expectation", "issue")
LISTED = "name", "status", "request_id", "run_id", "client_request_id"


def quoted(what, value):
    return f"Expected a quoted string value for {what} (e.g. 'my-value'). Got value {value}"


def clauses(*items):
    return "Invalid clause(s) in filter string: " + ", ".join(f"'{i}'" for i in items)


# A text, or one before a set that is written in any order, the set and what is behind it.
REFUSALS = [
    ("foo = 'x'", ("Invalid attribute key 'foo' specified. Valid keys are '", KEYS, "'")),
    ("STATUS = 'x'", ("Invalid attribute key 'STATUS' specified. Valid keys are '", KEYS, "'")),
    ("trace.state = 'OK'", ("Invalid attribute key 'state' specified. Valid keys are '", KEYS, "'")),
    ("experiment_id = '1'", ("Invalid attribute key 'experiment_id' specified. Valid keys are '", KEYS, "'")),
    ("assessment.x = '1'", ("Invalid entity type 'assessment'. Valid values are ", PREFIXES, "")),
    ("metrics.m > 1", ("Invalid entity type 'metrics'. Valid values are ", PREFIXES, "")),
    ("TAGS.x = '1'", ("Invalid entity type 'TAGS'. Valid values are ", PREFIXES, "")),
    ("status > 'OK'", ("Invalid comparator '>' not one of '", TEXTS, "'")),
    ("status IS NULL", ("Invalid comparator 'IS NULL' not one of '", TEXTS, "'")),
    ("status <> 'OK'", ("Invalid comparator '<>' not one of '", TEXTS, "'")),
    ("status == 'OK'", ("Invalid comparator '==' not one of '", TEXTS, "'")),
    ("timestamp_ms LIKE '5'", ("Invalid comparator 'LIKE' not one of '", TEXTS, "")),
    ("name > 'x'", ("Invalid comparator '>' not one of '", PAIRS, "")),
    ("name IN ('x')", ("Invalid comparator 'IN' not one of '", PAIRS, "")),
    ("run_id IN ('x')", ("Invalid comparator 'IN' not one of '", PAIRS, "'")),
    ("tags.x IN ('x')", ("Invalid comparator 'IN' not one of '", PAIRS, "")),
    ("metadata.x > 'x'", ("Invalid comparator '>' not one of '", PAIRS, "'")),
    ("timestamp_ms IN (1)", ("Only attributes in ", LISTED,
                             " supports comparison with a list of quoted string values.")),
    ("prompt IN ('a/1')", ("Only attributes in ", LISTED,
                           " supports comparison with a list of quoted string values.")),
    ("metadata.x IN ('mv')", quoted("request_metadata", "('mv')")),
    ("feedback.x IN ('mv')", quoted("feedback", "('mv')")),
    ("issue.id IN ('mv')", quoted("issue", "('mv')")),
    ("name = 5", ("Only the '", TIMES, "' attributes support comparison with numeric values.")),
    ("tags.n = 10", quoted("tag", "10")), ("metadata.n = 10", quoted("request_metadata", "10")),
    ("feedback.s = 5", quoted("feedback", "5")), ("expectation.s = 5", quoted("expectation", "5")),
    ("span.duration > 1", quoted("span", "1")), ("issue.id = 5", quoted("issue", "5")),
    ("feedback.s > 'x'", "Expected a numeric value for feedback when using comparator '>'. Got value 'x'"),
    ("expectation.s <= '5'",
     "Expected a numeric value for expectation when using comparator '<='. Got value '5'"),
    ("feedback.s NOT LIKE 'x'", ("assessment.s comparator 'NOT LIKE' not one of '", VERDICTS, "'")),
    ("tags.env = prod", "Parameter value is either not quoted or unidentified quote types used for "
     "string value prod. Use either single or double quotes."),
    ("status = OK", "Parameter value is either not quoted or unidentified quote types used for "
     "string value OK. Use either single or double quotes."),
    ("prompt LIKE 'a/1'", "Invalid comparator 'LIKE' for prompts filter. Only '=' is supported with "
     "format: prompt = \"name/version\""),
    ("prompt IS NULL", "Invalid comparator 'IS NULL' for prompts filter. Only '=' is supported with "
     "format: prompt = \"name/version\""),
    ("prompt > 'a/1'", ("Invalid comparator '>' not one of '", PAIRS, "")),
    ("prompt = 'pr'", "Invalid prompts filter value 'pr'. Expected format: prompt = \"name/version\""),
    ("prompt = 'a/b/c'", "Invalid prompts filter value 'a/b/c'. Expected format: prompt = \"name/version\""),
    ("span.foo = 'x'", "Invalid span attribute 'foo'. Supported attributes: name, status, type, "
     "attributes.<attribute_name>."),
    ("span.service_name = 'x' AND bar = 'x'", "Invalid span attribute 'service_name'. Supported "
     "attributes: name, status, type, attributes.<attribute_name>."),
    ("span.name IS NULL", ("span.name comparator 'IS NULL' not one of '", TEXTS, "'")),
    ("span.type > 'x'", ("span.type comparator '>' not one of '", TEXTS, "'")),
    ("span.attributes.k > 'x'", ("span.attributes.k comparator '>' not one of '", TEXTS, "'")),
    ("span.content = 'x'", ("span.content comparator '=' not one of '", ("LIKE", "ILIKE"), "'")),
    ("trace.text = 'x'", ("span.content comparator '=' not one of '", ("LIKE", "ILIKE"), "'")),
    ("span.attributes. LIKE 'x'", "Span attribute name cannot be empty after 'attributes.'"),
    ("feedback. = 'x'", "Assessment field name cannot be empty"),
    ("issue.foo = 'x'", "Invalid issue attribute 'foo'. Supported attributes: id"),
    ("issue.id != 'x'", "issue.id comparator '!=' not one of '{'='}'"),
    ("metadata.mlflow.trace.tokenUsage LIKE 'x'",
     "Comparator 'LIKE' is not supported for reserved metadata 'mlflow.trace.tokenUsage'. Only '=', "
     "'!=', 'IS NULL', and 'IS NOT NULL' are supported."),
    ("metadata.mlflow.trace.cost RLIKE 'x'",
     "Comparator 'RLIKE' is not supported for reserved metadata 'mlflow.trace.cost'. Only '=', "
     "'!=', 'IS NULL', and 'IS NOT NULL' are supported."),
    ("metadata.mlflow.trace.cost > 'x'", ("Invalid comparator '>' not one of '", PAIRS, "'")),
    ("status IN ()", "While parsing a list in the query, expected a non-empty list of string values, "
     "but got empty list"),
    ("status IN (5)", "While parsing a list in the query, expected string value, punctuation, or "
     "whitespace, but got different type in list: (5,)"),
    ("status IN 'OK'", clauses("status", "IN", "'OK'")),
    ("status = 'OK' OR status = 'ERROR'", clauses("OR")), ("NOT status = 'OK'", clauses("NOT")),
    ("(status = 'OK')", clauses("(status = 'OK')")), ("status = 'OK';", clauses(";")),
    ("status = 'OK' -- x", clauses("-- x")), ("status = 'OK' /* x */", clauses("/* x */")),
    ("status = ", clauses("status", "=")), ("tags.a b = 'x'", clauses("tags.a")),
    ("timestamp_ms BETWEEN 1 AND 2", clauses("timestamp_ms", "BETWEEN", "1", "2")),
    ("  ", "Invalid filter '  '. Could not be parsed."),
    ("'OK' = status", "Invalid comparison clause. Expected 'Identifier' found ''OK''"),
    ("1 = 1", "Invalid comparison clause. Expected 'Identifier' found '1'"),
]


def check_refusal(r, expected):
    if isinstance(expected, str):
        check_error(r, 400, "INVALID_PARAMETER_VALUE", expected)
        return
    before, words, after = expected
    message = check_error(r, 400, "INVALID_PARAMETER_VALUE", starts=before + "{")["message"]
    assert message.endswith("}" + after), message
    shown = message[len(before) + 1:len(message) - len(after) - 1]
    assert sorted(shown.split(", ")) == sorted(f"'{w}'" for w in words), message


@pytest.mark.parametrize("filter, expected", REFUSALS, ids=[f for f, _ in REFUSALS])
def test_refusals(world, filter, expected):
    check_refusal(ask(world.api, world.exp, filter), expected)
    check_refusal(world.api.get("traces", {"experiment_ids": world.exp, "filter": filter}), expected)


@pytest.mark.parametrize("filter", ["status RLIKE '('", "tags.env RLIKE '[z-a]'", "span.name RLIKE '*'",
                                    "span.attributes.model RLIKE '('"])
def test_no_regular_expression(world, filter, either):
    """MLflow answers with the database's error."""
    r = ask(world.api, world.exp, filter)
    assert r.status_code == either(cairn=400, mlflow=503), r.text
    if r.status_code == 400:
        check_error(r, 400, "INVALID_PARAMETER_VALUE", "Invalid filter: what RLIKE compares with is no "
                    "regular expression, or one that is too much for the database. Mend or simplify it.")


@pytest.mark.cairn_only("limits of its own")
def test_long_regular_expression(world):
    assert world.search(f"status RLIKE '{'O?' * 499}OK'") == "da"
    check_error(ask(world.api, world.exp, f"status RLIKE '{'x' * 1001}'"), 400, "INVALID_PARAMETER_VALUE",
                "Invalid filter: the regular expression that 'status' is compared with has 1001 bytes. "
                "At most 1000 are taken.")


@pytest.mark.cairn_only("the reference's worker is held")
def test_endless_regular_expression(world, sql):
    """A 200 or a 400, and soon."""
    exp = world.api.new_experiment()
    r = start(world.api, info(exp, tags={"x": "a" * 4000}))
    assert r.status_code == 200, r.text
    r = ask(world.api, exp, "tags.x RLIKE '^(a|aa)+(a|b|ab)*(a|aa)*$[^a]b'")
    assert r.status_code in (200, 400), r.text


# --- order and pages -------------------------------------------------------------


ORDERS = [
    (["timestamp_ms DESC"], "decba"), (["timestamp"], "abcde"), (["timestamp ASC"], "abcde"),
    (["timestamp_ms desc", "request_id DESC"], "edcba"), (["attributes.timestamp_ms ASC"], "abcde"),
    (["execution_time_ms"], "daebc"), (["execution_time DESC"], "ebadc"), (["status"], "bcdae"),
    (["status DESC", "timestamp"], "eadcb"), (["request_id DESC"], "edcba"), (["name DESC"], "badec"),
    (["tags.n"], "decba"), (["tags.n DESC"], "decba"), (["tags.`dot.key`"], "adecb"),
    (["metadata.mlflow.trace.user DESC"], "adecb"), (["metadata.mlflow.trace.session", "request_id"], None),
    (["run_id"], "bdeca"), (["tags.run_id DESC"], "bdeca"), (["experiment_id", "request_id"], "abcde"),
    (["`timestamp_ms` ASC"], "abcde"), (["tags.name DESC"], "badec"),
]


@pytest.mark.parametrize("order, found", ORDERS, ids=[" ".join(o) for o, _ in ORDERS])
def test_order(world, order, found, on_cairn):
    whole = world.search(order_by=order)
    if order == ["name DESC"] or order == ["tags.name DESC"]:
        # alpha and Alpha are told apart by case only where the database does so
        assert whole[0] == "b" and set(whole[1:3]) == set("ad") and whole[3:] == "ec"
    elif found is None:
        assert set(whole[:3]) == set("acd") and whole[3:] == "be"
    else:
        assert whole == found
    assert pages(world, 2, order_by=order) == whole


def pages(world, size, **kw):
    token, letters = None, ""
    for _ in range(10):
        r = ask(world.api, world.exp, max_results=size, page_token=token, **kw)
        assert r.status_code == 200, r.text
        got = r.json().get("traces", [])
        assert len(got) <= size
        letters += "".join(t["trace_id"][-1] for t in got)
        token = r.json().get("next_page_token")
        if not token:
            return letters
    raise AssertionError("pages without end")


def test_pages(world):
    for size in (1, 2, 3, 4, 5, 6):
        assert pages(world, size) == "decba"
        assert pages(world, size, filter="tags.env != 'dev'") == "dea"
        assert pages(world, size, order_by=["execution_time"]) == "daebc"


def test_last_page_is_full(world, either):
    """Release 3.18 looks a row ahead as well; 3.17 gives the token of an empty page."""
    r = ask(world.api, world.exp, max_results=5).json()
    assert len(r["traces"]) == 5
    assert ("next_page_token" in r) == either(cairn=False, mlflow=True)


def test_equal_times(api):
    """Pages that begin and end among traces of one time."""
    exp = api.new_experiment()
    ids = sorted(start(api, info(exp)).json()["trace"]["trace_info"]["trace_id"] for _ in range(7))
    seen, token = [], None
    while True:
        r = ask(api, exp, max_results=3, page_token=token).json()
        seen += [t["trace_id"] for t in r.get("traces", [])]
        token = r.get("next_page_token")
        if not token:
            break
    assert seen == ids


@pytest.mark.parametrize("order, message", [
    ("metadata.mlflow.trace.tokenUsage", "Ordering by reserved metadata 'mlflow.trace.tokenUsage' is not "
     "supported because it is represented by multiple columns."),
    ("metadata.`mlflow.trace.cost` DESC", "Ordering by reserved metadata 'mlflow.trace.cost' is not "
     "supported because it is represented by multiple columns."),
    ("feedback.x", "Invalid identifier type 'feedback'"), ("span.name", "Invalid identifier type 'span'"),
    ("issue.id", "Invalid identifier type 'issue'"),
    ("", "Invalid order_by clause ''. Could not be parsed."),
    ("text", "Invalid order_by clause 'text'. Could not be parsed."),
    ("a, b", "Invalid order_by clause 'a, b'. Could not be parsed."),
    ("timestamp_ms;", "Invalid order_by clause 'timestamp_ms;'. Could not be parsed."),
])
def test_bad_order(world, order, message):
    check_error(ask(world.api, world.exp, order_by=[order]), 400, "INVALID_PARAMETER_VALUE", message)


@pytest.mark.parametrize("key", ["foo", "client_request_id", "prompt"])
def test_bad_order_key(world, key):
    keys = TIMES + ("request_id", "status", "experiment_id", "name", "run_id")
    check_refusal(ask(world.api, world.exp, order_by=[key]),
                  (f"Invalid attribute key '{key}' specified. Valid keys are '", keys, "'"))


@pytest.mark.parametrize("order", [["timestamp_ms", "timestamp DESC"], ["tags.a", "tags.a DESC"],
                                   ["name", "tags.name"]])
def test_order_twice(world, order, either):
    r = ask(world.api, world.exp, order_by=order)
    check_error(r, either(cairn=400, mlflow=500), "INTERNAL_ERROR",
                f"`order_by` contains duplicate fields: {order!r}")


def test_order_by_end(world, either):
    """MLflow has no such column."""
    r = ask(world.api, world.exp, order_by=["end_time DESC"])
    assert r.status_code == either(cairn=200, mlflow=500), r.text
    if r.status_code == 200:
        assert [t["trace_id"][-1] for t in r.json()["traces"]] == list("edcba")


@pytest.mark.parametrize("token, message", [
    ("abc", "Invalid page token, could not base64-decode"),
    ("eA==", "Invalid page token, decoded value=b'x'"),
    ("e30=", "Invalid page token, parsed value={}"),
])
def test_bad_tokens(world, token, message):
    check_error(ask(world.api, world.exp, page_token=token), 400, "INVALID_PARAMETER_VALUE", message)


@pytest.mark.cairn_only("its tokens know their search")
def test_token_of_another_search(world):
    token = ask(world.api, world.exp, max_results=1).json()["next_page_token"]
    for kw in ({"filter": "status = 'OK'"}, {"order_by": ["timestamp"]}):
        check_error(ask(world.api, world.exp, page_token=token, **kw), 400, "INVALID_PARAMETER_VALUE",
                    starts="Invalid page token: it belongs to another search.")


# --- the request -------------------------------------------------------------------


def test_answer(world):
    r = ask(world.api, world.exp, "tags.env = 'prod'")
    [found] = r.json()["traces"]
    single = world.api.read(f"traces/{world.id('a')}", **V3)["trace"]["trace_info"]
    assert found == single and len(found["assessments"]) == 2
    assert list(r.json()) == ["traces"]


def test_answer_v2(world):
    r = world.api.read("traces", {"experiment_ids": world.exp, "filter": "tags.env = 'prod'"})
    [found] = r["traces"]
    assert found == world.api.read(f"traces/{world.id('a')}/info")["trace_info"]
    r = world.api.read("traces", {"experiment_ids": [world.exp], "max_results": 2,
                                  "order_by": ["timestamp_ms ASC", "request_id"]})
    assert [t["request_id"][-1] for t in r["traces"]] == list("ab")
    r = world.api.read("traces", {"experiment_ids": world.exp, "max_results": 3, "page_token":
                                  r["next_page_token"], "order_by": ["timestamp_ms ASC", "request_id"]})
    assert [t["request_id"][-1] for t in r["traces"]] == list("cde")


@pytest.mark.parametrize("locations", [
    [], [{}], [{"type": "INFERENCE_TABLE", "inference_table": {"full_table_name": "a.b.c"}}],
    [{"mlflow_experiment": {"experiment_id": "999999"}}],
])
def test_nothing_there(api, locations):
    r = api.post("traces/search", {"locations": locations, "max_results": 1,
                                   "order_by": ["timestamp DESC"]}, **V3)
    assert (r.status_code, r.json()) == (200, {})
    r = api.post("traces/search", {"locations": locations, "filter": "foo = 1"}, **V3)
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts="Invalid attribute key 'foo'")


def test_locations(api, world):
    other = api.new_experiment()
    assert start(api, info(other)).status_code == 200
    api.ok("experiments/delete", {"experiment_id": other})
    for kind in ({}, {"type": "MLFLOW_EXPERIMENT"}):
        r = api.ok("traces/search", {"locations": [
            {**kind, "mlflow_experiment": {"experiment_id": e}} for e in (world.exp, other, other)]}, **V3)
        assert len(r["traces"]) == 6


@pytest.mark.parametrize("body, parameter, value, pytype", [
    ({"filter": 5}, "filter", "5", "int"), ({"order_by": "x"}, "order_by", '"x"', "str"),
    ({"order_by": [5]}, "order_by", "[5]", "list"), ({"page_token": 5}, "page_token", "5", "int"),
    ({"max_results": "x"}, "max_results", '"x"', "str"), ({"max_results": 501}, "max_results", "501", "int"),
])
def test_wrong_types(world, body, parameter, value, pytype):
    r = ask(world.api, world.exp, **body)
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts=f"Invalid value {value} for parameter "
                f"'{parameter}'")


@pytest.mark.parametrize("most", [0, -1])
def test_no_results(world, most):
    message = (f"Invalid value {most} for parameter 'max_results' supplied. It must be a positive integer")
    check_error(ask(world.api, world.exp, max_results=most), 400, "INVALID_PARAMETER_VALUE", message)
    r = world.api.get("traces", {"experiment_ids": world.exp, "max_results": most})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", message)


def test_missing_and_strange(api, world, either):
    check_missing(api.post("traces/search", {}, **V3), "locations")
    check_missing(api.get("traces"), "experiment_ids")
    check_type(api.post("traces/search", {"locations": "x"}, **V3), "locations", '"x"', "str")
    assert world.search(max_results="2") == "de"
    r = api.get("traces", {"experiment_ids": world.exp, "max_results": 501})
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts='Invalid value "501" for parameter \'max_results\'')
    for r in (ask(api, "abc"), api.get("traces", {"experiment_ids": "abc"})):
        check_error(r, either(cairn=400, mlflow=500),
                    either(cairn="INVALID_PARAMETER_VALUE", mlflow="INTERNAL_ERROR"), either(
                        cairn="Invalid experiment ID 'abc'. Experiment ID must be a valid integer.",
                        mlflow="invalid literal for int() with base 10: 'abc'"))


# --- how two filters overlap ---------------------------------------------------------


def overlap(api, **body):
    return api.post("traces/calculate-filter-correlation", body, **V3)


@pytest.mark.parametrize("first, second, base, counts", [
    ("status = 'OK'", "tags.env = 'prod'", None, (2, 1, 1, 5)),
    ("status = 'OK'", "tags.env = 'prod'", "tags.env IS NOT NULL", (2, 1, 1, 4)),
    ("status = 'OK'", "status = 'ERROR'", "", (2, 1, 0, 5)),
    ("timestamp_ms > 0", "timestamp_ms > 1", None, (5, 5, 5, 5)),
    ("status = 'OK'", "status = 'x'", None, (2, 0, 0, 5)),
    ("status = 'OK'", "timestamp_ms > 0", None, (2, 5, 2, 5)),
    ("run_id = 'x'", "run_id IS NULL", "status = 'OK'", (0, 2, 0, 2)),
    ("span.name = 'root'", "feedback.whole IS NULL", "execution_time_ms > 0", (2, 3, 1, 4)),
])
def test_overlap(world, first, second, base, counts):
    body = {"experiment_ids": [world.exp], "filter_string1": first, "filter_string2": second}
    if base is not None:
        body["base_filter"] = base
    r = overlap(world.api, **body)
    got = r.json()
    assert r.status_code == 200, r.text
    assert tuple(got.pop(k) for k in ("filter1_count", "filter2_count", "joint_count", "total_count")) == counts
    assert got == pytest.approx(expected_correlation(*counts))


def expected_correlation(a, b, n, total):
    from math import log

    def npmi(a, b, n, total):
        return max(-1, min(1, ((log(n) + log(total)) - (log(a) + log(b))) / -(log(n) - log(total))))

    if 0 in (a, b, total):
        return {}
    if a == b == n == total:
        return {"npmi": 1.0, "npmi_smoothed": 1.0}
    return {"npmi": npmi(a, b, n, total) if n else -1.0,
            "npmi_smoothed": npmi(a + 1, b + 1, n + 0.5, total + 2)}


def test_overlap_of_nothing(api):
    r = overlap(api, experiment_ids=["999999"], filter_string1="status = 'OK'", filter_string2="name = 'x'")
    assert r.json() == {"filter1_count": 0, "filter2_count": 0, "joint_count": 0, "total_count": 0}
    r = overlap(api, experiment_ids=["999999"], filter_string1="status = 'OK'", filter_string2="foo = 'x'")
    check_error(r, 400, "INVALID_PARAMETER_VALUE", starts="Invalid attribute key 'foo'")


def test_overlap_bad_input(api, world, either):
    whole = {"experiment_ids": [world.exp], "filter_string1": "status = 'OK'", "filter_string2": "name = 'x'"}
    for name in whole:
        check_missing(overlap(api, **{k: v for k, v in whole.items() if k != name}), name)
    check_missing(overlap(api, **{**whole, "filter_string2": ""}), "filter_string2")
    r = overlap(api, **{**whole, "experiment_ids": ["abc"]})
    check_error(r, 400, "INVALID_PARAMETER_VALUE",
                "Invalid experiment ID 'abc'. Experiment ID must be a valid integer.")
    r = overlap(api, **{**whole, "filter_string1": "status RLIKE '('"})
    assert r.status_code == either(cairn=400, mlflow=503), r.text
