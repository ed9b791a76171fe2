/* What registered models and model versions share. */
#include <ctype.h>
#include <string.h>

#include "api/registry_common.h"

/* White space outside ASCII, as Python strips it: from, to. */
static const uint32_t wide_spaces[][2] = {
	{ 0x85, 0x85 }, { 0xa0, 0xa0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200a },
	{ 0x2028, 0x2029 }, { 0x202f, 0x202f }, { 0x205f, 0x205f }, { 0x3000, 0x3000 },
};

static bool
is_space(uint32_t cp)
{
	size_t i;

	if (cp < 0x80)
		return isspace((int)cp) || (cp >= 0x1c && cp <= 0x1f);
	for (i = 0; i < sizeof(wide_spaces) / sizeof(wide_spaces[0]); i++)
		if (cp >= wide_spaces[i][0] && cp <= wide_spaces[i][1])
			return true;
	return false;
}

static bool
is_blank(struct str s)
{
	size_t i = 0;

	while (i < s.len)
		if (!is_space(utf8_next(s, &i)))
			return false;
	return true;
}

int
check_model_name(struct ctx *c, const char *parameter, struct str name)
{
	if (name.p == NULL || is_blank(name))
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Missing value for required parameter '%s'.", parameter);
	if (memchr(name.p, '/', name.len) != NULL || memchr(name.p, ':', name.len) != NULL)
		return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid model name '", name,
		    "'. Names cannot contain '/' or ':'.");
	/* without a slash only these two mean something else as a path */
	if (str_is(name, ".") || str_is(name, ".."))
		return fail(c, INVALID_PARAMETER_VALUE, "Invalid value \"%s\" for parameter "
		    "'name' supplied: Names may be treated as files in certain cases, and "
		    "must not resolve to other names when treated as such. This name would "
		    "resolve to '%s'", name.p, name.p);
	return 0;
}

int
check_registry_tag(struct ctx *c, struct str key, struct str value)
{
	if (check_name(c, "key", key) == -1 ||
	    check_length(c, "key", key, NAME_MAX_LENGTH) == -1)
		return -1;
	return check_length(c, "value", value, REGISTRY_TAG_MAX);
}

int
check_version_tag(struct ctx *c, struct str key, struct str value)
{
	if (str_is(key, PROMPT_TEXT_TAG) && value.len > REGISTRY_TAG_MAX &&
	    utf8_length(value) > REGISTRY_TAG_MAX)
		return fail(c, INVALID_PARAMETER_VALUE,
		    "Prompt text exceeds max length of %d characters.", REGISTRY_TAG_MAX);
	return check_registry_tag(c, key, value);
}

int
check_registry_tags(struct ctx *c, const struct kvs *tags,
    int (*check)(struct ctx *, struct str, struct str))
{
	size_t i;

	for (i = 0; i < tags->n; i++)
		if (check(c, tags->items[i].key, tags->items[i].value) == -1)
			return -1;
	return 0;
}

int
take_version(struct ctx *c, struct str text, struct version_number *v)
{
	struct str s = text.p == NULL ? STR("") : str_trim(text);
	bool sign = str_starts(s, "-") || str_starts(s, "+");
	size_t i = sign;

	while (i < s.len && isdigit((unsigned char)s.p[i]))
		i++;
	if (i < s.len || s.len == sign)
		return fail_quoting(c, INVALID_PARAMETER_VALUE,
		    "Parameter 'version' must be an integer, got '",
		    str_or_empty(text), "'.");
	v->text = s = arena_str(c->mem, s);
	if (str_to_i64(s, &v->n))
		v->text = arena_printf(c->mem, "%lld", (long long)v->n);
	else
		v->n = -1;
	if (v->n > INT32_MAX || v->n < 0)
		v->n = -1;
	return 0;
}

int
take_stage(struct ctx *c, struct str text, struct str *stage)
{
	static const struct str stages[] = {
		{ "None", 4 }, { "Staging", 7 }, { "Production", 10 }, { "Archived", 8 },
	};
	size_t i;

	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++)
		if (str_is_nocase(text, stages[i].p)) {
			*stage = stages[i];
			return 0;
		}
	return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid Model Version stage: ",
	    text, ". Value must be one of None, Staging, Production, Archived.");
}

int
check_alias(struct ctx *c, struct str alias)
{
	size_t i = 0;

	while (i < alias.len) {
		uint32_t cp = utf8_next(alias, &i);

		if (cp != '-' && !utf8_is_word(cp))
			return fail_quoting(c, INVALID_PARAMETER_VALUE, "Invalid alias name: '",
			    alias, "'. Names may only contain alphanumerics, underscores (_), "
			    "and dashes (-).");
	}
	return check_length(c, "Registered model alias name", alias, ALIAS_MAX);
}

int
fail_tags(struct ctx *c)
{
	if (db_error(c->work.db) != DB_DUPLICATE)
		return fail_db(c);
	return fail(c, BAD_REQUEST, "Two keys of the 'tags' differ in case or trailing blanks "
	    "only, and this database does not tell them apart.");
}

int
fail_no_model(struct ctx *c, struct str name)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Registered Model with name=", name,
	    " not found");
}

int
fail_no_version(struct ctx *c, struct str name, struct str version)
{
	return fail_quoting(c, RESOURCE_DOES_NOT_EXIST, "Model Version (name=", name,
	    arena_printf(c->mem, ", version=%s) not found", version.p).p);
}

int
load_model(struct ctx *c, struct str name, enum right right, struct registered_model *m)
{
	int rc = right >= EDIT ? store_registered_model_lock(&c->work, name, m) :
	    store_registered_model_find(&c->work, name, m);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_no_model(c, name);
	return permit(c, right, REGISTERED_MODEL, .id = m->name);
}

int
load_version(struct ctx *c, struct str name, const struct version_number *number,
    enum right right, struct model_version *v)
{
	bool lock = right >= EDIT;
	struct registered_model m;
	int rc = 1;

	if (lock)
		rc = store_registered_model_lock(&c->work, name, &m);
	if (rc == 1)
		rc = lock ? store_model_version_lock(&c->work, name, number->n, v) :
		    store_model_version_find(&c->work, name, number->n, v);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_no_version(c, name, number->text);
	return permit(c, right, REGISTERED_MODEL, .id = v->name);
}

int
load_newest_version(struct ctx *c, struct str name, struct model_version *v)
{
	int rc = store_model_version_newest(&c->work, name, v);

	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail_quoting(c, RESOURCE_DOES_NOT_EXIST,
		    "Latest version not found for model ", name, ".");
	return permit(c, READ, REGISTERED_MODEL, .id = v->name);
}

int
load_alias(struct ctx *c, struct str name, struct str alias, struct model_version *v)
{
	struct registered_model m;
	struct version_number number;
	int rc;

	if (check_model_name(c, "name", name) == -1 || check_alias(c, alias) == -1 ||
	    load_model(c, name, READ, &m) == -1)
		return -1;
	if (str_is_nocase(alias, "latest"))
		return load_newest_version(c, name, v);
	rc = store_registered_model_alias_find(&c->work, name, alias, &number.n);
	if (rc == -1)
		return fail_db(c);
	if (rc == 0)
		return fail(c, INVALID_PARAMETER_VALUE, "Registered model alias %s not found.",
		    alias.p);
	number.text = arena_printf(c->mem, "%lld", (long long)number.n);
	return load_version(c, name, &number, READ, v);
}

void
take_tags(struct ctx *c, const struct list *from, struct kvs *tags)
{
	take_kvs(c, from, tags);
	kvs_keep_last(c->mem, tags);
}

/* Members that may be NULL, and only then are left out. */
static void
put_text(struct ctx *c, const char *key, struct str value)
{
	if (value.p != NULL)
		json_put_str(&c->out, key, value);
}

void
put_version(struct ctx *c, const char *key, const struct model_version *v)
{
	size_t i;

	json_begin(&c->out, key);
	json_put_str(&c->out, "name", v->name);
	json_put_str(&c->out, "version",
	    arena_printf(c->mem, "%lld", (long long)v->version));
	json_put_i64(&c->out, "creation_timestamp", v->creation_time);
	json_put_i64(&c->out, "last_updated_timestamp", v->last_updated_time);
	put_text(c, "user_id", v->user_id);
	put_text(c, "current_stage", v->current_stage);
	put_text(c, "description", v->description);
	put_text(c, "source", v->source);
	put_text(c, "run_id", v->run_id);
	put_text(c, "status", v->status);
	put_text(c, "status_message", v->status_message);
	put_kvs(c, "tags", &v->tags);
	put_text(c, "run_link", v->run_link);
	if (v->aliases.n > 0) {
		json_list_begin(&c->out, "aliases");
		for (i = 0; i < v->aliases.n; i++)
			json_put_str(&c->out, NULL, v->aliases.items[i].key);
		json_list_end(&c->out);
	}
	json_end(&c->out);
}

int
answer_version(struct ctx *c, struct model_version *v)
{
	if (store_model_version_fill_tags(&c->work, v, 1) == -1 ||
	    store_model_version_fill_aliases(&c->work, v, 1) == -1)
		return fail_db(c);
	json_begin(&c->out, NULL);
	put_version(c, "model_version", v);
	json_end(&c->out);
	return 0;
}
