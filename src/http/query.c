/* Percent-decoding and query strings. */
#include <string.h>

#include "base/percent.h"
#include "http/query.h"

/* Bytes of `raw` that are not UTF-8 go back to %XX. */
static struct str
keep_undecodable(struct arena *mem, struct str raw)
{
	static const char digits[] = "0123456789ABCDEF";
	char *to = arena_alloc(mem, 3 * raw.len + 1);
	size_t n = 0, i = 0;

	while (i < raw.len) {
		size_t from = i;

		if (utf8_next(raw, &i) == 0xfffd && i - from == 1) {
			to[n++] = '%';
			to[n++] = digits[(unsigned char)raw.p[from] >> 4];
			to[n++] = digits[(unsigned char)raw.p[from] & 15];
		} else {
			memcpy(to + n, raw.p + from, i - from);
			n += i - from;
		}
	}
	return (struct str){ to, n };
}

struct str
query_decode(struct arena *mem, struct str s, bool plus)
{
	char *to = arena_alloc(mem, s.len + 1);
	struct str raw = { to, 0 };
	size_t i;
	int byte;

	for (i = 0; i < s.len; i++) {
		byte = percent_byte(s, i);
		if (byte >= 0)
			i += 2;
		else
			byte = plus && s.p[i] == '+' ? ' ' : s.p[i];
		to[raw.len++] = (char)byte;
	}
	return utf8_is_valid(raw) ? raw : keep_undecodable(mem, raw);
}

static const struct field *
find_field(const struct field *f, struct str name)
{
	for (; f->kind != FIELD_END; f++)
		if (str_is(name, f->name))
			return f;
	return NULL;
}

static void
read_pair(struct arena *mem, struct str pair, const struct field *fields,
    struct json_object *to)
{
	const char *equals = memchr(pair.p, '=', pair.len);
	size_t n = equals == NULL ? pair.len : (size_t)(equals - pair.p);
	struct str name = query_decode(mem, (struct str){ pair.p, n }, true), value;
	const struct field *f = find_field(fields, name);

	if (f == NULL)
		return;
	value = equals == NULL ? STR("") : query_decode(mem,
	    (struct str){ equals + 1, pair.len - n - 1 }, true);
	if (f->kind == FIELD_STRS)
		json_append(to, f->name, value);
	else
		json_add_first(to, f->name, value);
}

struct json_object *
query_read(struct arena *mem, struct str query, const struct field *fields)
{
	struct json_object *to = json_new_object();

	while (query.len > 0) {
		const char *amp = memchr(query.p, '&', query.len);
		size_t n = amp == NULL ? query.len : (size_t)(amp - query.p);

		if (n > 0)
			read_pair(mem, (struct str){ query.p, n }, fields, to);
		n += amp != NULL;
		query = (struct str){ query.p + n, query.len - n };
	}
	return to;
}
