/* Foreign conventions: every case of otlp_translate.txt. */
#include <stdlib.h>
#include <string.h>

#include "json/skim.h"
#include "otlp/row.h"
#include "tap.h"

#define TRACE	"\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"

static struct arena mem;

static struct otlp_value value_of(struct str json);

static struct otlp_attrs
attrs_of(struct str json)
{
	struct otlp_attrs out = { NULL, 0 };
	struct str key, value;
	struct skim walk;

	skim_begin(&walk, json);
	while (skim_next(&walk, &key, &value)) {
		out.items = arena_grow(&mem, out.items, out.n, sizeof(*out.items));
		out.items[out.n++] = (struct otlp_attr){
		    key.p == NULL ? key : skim_text(&mem, key), value_of(value) };
	}
	return out;
}

static struct otlp_value
value_of(struct str json)
{
	struct otlp_value v = { OTLP_UNSET, .whole = 0 };

	switch (skim_kind(json)) {
	case JSON_NULL:
		break;
	case JSON_BOOL:
		v = (struct otlp_value){ OTLP_BOOL, .truth = *json.p == 't' };
		break;
	case JSON_INT:
		v.kind = OTLP_INT;
		str_to_i64(json, &v.whole);
		break;
	case JSON_FLOAT:
		v.kind = OTLP_DOUBLE;
		str_to_dbl(json, true, &v.number);
		break;
	case JSON_STRING:
		v = (struct otlp_value){ OTLP_STRING, .text = skim_text(&mem, json) };
		break;
	case JSON_LIST:
		v = (struct otlp_value){ OTLP_LIST, .items = attrs_of(json) };
		break;
	case JSON_OBJECT:
		v = (struct otlp_value){ OTLP_MAP, .items = attrs_of(json) };
		break;
	}
	return v;
}

/* [["name", {attributes}], ..] */
static void
take_events(struct otlp_span *span, struct str json)
{
	struct str key, pair, part;
	struct skim list, inner;

	if (json.p == NULL)
		return;
	skim_begin(&list, json);
	while (skim_next(&list, &key, &pair)) {
		struct otlp_event *e;

		span->events = arena_grow(&mem, span->events, span->nevents, sizeof(*e));
		e = &span->events[span->nevents++];
		skim_begin(&inner, pair);
		skim_next(&inner, &key, &part);
		e->name = skim_text(&mem, part);
		skim_next(&inner, &key, &part);
		e->attrs = attrs_of(part);
	}
}

/* The attributes of MLflow's own, in order, as an object. */
static struct str
show(const struct otlp_texts *texts)
{
	struct otlp_attrs own = { NULL, 0 };
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < texts->n; i++) {
		struct otlp_text *t = &texts->items[i];

		if (!str_starts(t->key, "mlflow.") || str_is(t->key, "mlflow.traceRequestId"))
			continue;
		own.items = arena_grow(&mem, own.items, own.n, sizeof(*own.items));
		own.items[own.n++] = (struct otlp_attr){ t->key,
		    { OTLP_STRING, .text = t->text } };
	}
	otlp_attrs_write(&out, &own, OTLP_PLAIN);
	return otlp_text_take(&mem, &out);
}

static void
check(struct str attributes, struct str events, struct str gives)
{
	struct otlp_span span = { .trace_id = STR(TRACE), .span_id = STR("\1"),
	    .parent_id = STR(""), .name = STR("n"), .message = STR("") };
	struct otlp_stored stored;
	struct str got;

	span.attrs = attrs_of(attributes);
	take_events(&span, events);
	otlp_store(&mem, &span, (struct str){ NULL, 0 }, NULL, &stored);
	got = show(&stored.texts);
	if (!tap_ok(str_eq(got, gives), "%s", attributes.p))
		printf("# events %s\n# want %s\n# got  %s\n", events.p, gives.p, got.p);
}

/* What follows a word on its line, without the newline. */
static bool
take(const char *line, const char *word, struct str *rest)
{
	struct str s = str_trim(str_of(line));

	if (!str_starts(s, word))
		return false;
	s.p += strlen(word);
	s.len -= strlen(word);
	*rest = arena_str(&mem, s);
	return true;
}

int
main(void)
{
	const char *source = getenv("CAIRN_SOURCE");
	struct str attributes = { NULL, 0 }, events = { NULL, 0 }, gives;
	char path[4096], line[8192];
	FILE *f;

	arena_init(&mem);
	snprintf(path, sizeof(path), "%s/tests/unit/otlp_translate.txt",
	    source == NULL ? "." : source);
	f = fopen(path, "r");
	tap_ok(f != NULL, "%s is there", path);
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (take(line, "attributes ", &attributes))
			events.p = NULL;
		else if (!take(line, "events ", &events) && take(line, "gives ", &gives))
			check(attributes, events, gives);
	}
	if (f != NULL)
		fclose(f);
	arena_fini(&mem);
	return tap_done();
}
