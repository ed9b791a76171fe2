/*
 * Keyset cursors over any list of sort keys.
 */
#include <assert.h>
#include <string.h>

#include "store/keyset.h"

/*
 * Characters of a text that count for the order.  MariaDB sorts by the first
 * max_sort_length bytes (1,024) only, by 256 characters in its quickest way,
 * and then disagrees with its own comparisons; cut texts agree, and a token
 * stays small.  A cut column has no index, so only those are cut that may be
 * longer; no unique name is.
 */
#define TEXT_KEY	"256"

void
keyset_add(struct keyset *k, struct keyset_key key)
{
	assert(k->n < KEYSET_MAX);
	k->keys[k->n++] = key;
}

static bool
fits(const struct page_value *v, enum db_type type)
{
	switch (v->type) {
	case PAGE_NULL:
		return true;
	case PAGE_I64:
		return type == DB_I64;
	case PAGE_DBL:
		return type == DB_DBL;
	case PAGE_TEXT:
		return type == DB_STR;
	}
	return false;
}

int
keyset_start(struct keyset *k, struct arena *mem, struct str token,
    struct search_error *err)
{
	struct page_value values[KEYSET_HEAD_MAX + KEYSET_MAX];
	size_t n, i;

	if (str_empty(token))
		return 0;
	if (page_token_read(mem, token, k->query, values, k->nhead + k->n, &n, err) != 0)
		return 1;
	if (n != k->nhead + k->n)
		return page_token_fail(mem, err);
	for (i = 0; i < k->n; i++) {
		k->after[i] = values[k->nhead + i];
		if (!fits(&k->after[i], k->keys[i].type))
			return page_token_fail(mem, err);
	}
	k->has_after = true;
	return 0;
}

static void
add_expr(struct sql *q, const struct keyset_key *key)
{
	if (key->is_long)
		sql_lit(q, "LEFT(");
	sql_name(q, key->expr);
	if (key->is_long)
		sql_lit(q, ", " TEXT_KEY ")");
}

void
keyset_select(const struct keyset *k, struct sql *q)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		sql_lit(q, ", ");
		add_expr(q, &k->keys[i]);
	}
}

static struct db_val
to_db(const struct page_value *v)
{
	switch (v->type) {
	case PAGE_I64:
		return db_i64(v->i64);
	case PAGE_DBL:
		return db_dbl(v->dbl);
	case PAGE_TEXT:
		return db_str(v->text);
	default:
		return db_null();
	}
}

/* Behind that value in the key's order. */
static void
add_behind(struct sql *q, const struct keyset_key *key, const struct page_value *after)
{
	add_expr(q, key);
	if (key->descending)
		sql_lit(q, " < ");
	else
		sql_lit(q, " > ");
	sql_arg(q, to_db(after));
	if (!key->nulls_last || after->type == PAGE_NULL)
		return;
	sql_lit(q, " OR ");
	add_expr(q, key);
	sql_lit(q, " IS NULL");
}

/*
 * Lexicographic order, each value named twice:
 *	(a > ? OR (a <=> ? AND (b > ? OR (b <=> ? AND ...))))
 */
void
keyset_where(const struct keyset *k, struct sql *q)
{
	size_t i;

	if (!k->has_after)
		return;
	sql_lit(q, " AND (");
	for (i = 0; i < k->n; i++) {
		add_behind(q, &k->keys[i], &k->after[i]);
		if (i + 1 == k->n)
			break;
		sql_lit(q, " OR (");
		add_expr(q, &k->keys[i]);
		sql_lit(q, " <=> ");
		sql_arg(q, to_db(&k->after[i]));
		sql_lit(q, " AND (");
	}
	for (i = 0; i + 1 < k->n; i++)
		sql_lit(q, "))");
	sql_lit(q, ")");
}

void
keyset_order(const struct keyset *k, struct sql *q)
{
	size_t i;

	for (i = 0; i < k->n; i++) {
		if (i == 0)
			sql_lit(q, " ORDER BY ");
		else
			sql_lit(q, ", ");
		add_expr(q, &k->keys[i]);
		if (k->keys[i].descending)
			sql_lit(q, " DESC");
	}
	sql_lit(q, " LIMIT ");
	sql_arg(q, db_i64(k->limit + 1));
}

static struct page_value
to_page(const struct db_val *v)
{
	struct page_value p = { PAGE_NULL, v->i64, v->dbl, v->str };

	if (v->type != DB_NULL)
		p.type = v->type == DB_I64 ? PAGE_I64 :
		    v->type == DB_DBL ? PAGE_DBL : PAGE_TEXT;
	return p;
}

/* The token behind a page whose last row had these sort keys. */
static struct str
make_token(const struct keyset *k, struct arena *mem,
    const struct db_val *last)
{
	struct page_value values[KEYSET_HEAD_MAX + KEYSET_MAX];
	size_t i;

	assert(k->nhead <= KEYSET_HEAD_MAX);
	for (i = 0; i < k->nhead; i++)
		values[i] = k->head[i];
	for (i = 0; i < k->n; i++)
		values[k->nhead + i] = to_page(&last[i]);
	return page_token_write(mem, k->query, values, k->nhead + k->n);
}

static char
type_letter(enum db_type type)
{
	return type == DB_I64 ? 'i' : type == DB_DBL ? 'd' : 's';
}

int
keyset_walk(const struct keyset *k, struct work *work, struct sql *q,
    const char *columns, keyset_add_row *add, void *arg, struct str *next_page_token)
{
	_Static_assert(KEYSET_COLUMNS_MAX + KEYSET_MAX <= DB_COLUMNS_MAX, "a result's columns");
	char types[KEYSET_COLUMNS_MAX + KEYSET_MAX + 1];
	struct db_val row[KEYSET_COLUMNS_MAX + KEYSET_MAX];
	struct db_val last[KEYSET_MAX];
	size_t first = strlen(columns), i;
	struct db_result *r;
	int64_t n = 0;
	int rc = -1;

	assert(first <= KEYSET_COLUMNS_MAX);
	memcpy(types, columns, first + 1);
	for (i = 0; i < k->n; i++)
		types[first + i] = type_letter(k->keys[i].type);
	types[first + k->n] = '\0';
	*next_page_token = (struct str){ NULL, 0 };
	r = db_query_sql(work, q, types);
	while (r != NULL && (rc = db_next(r, row)) == 1) {
		/* a row behind a full page: there is a next one */
		if (n++ == k->limit) {
			*next_page_token = make_token(k, work->mem, last);
			rc = 0;
			break;
		}
		add(arg, work->mem, row);
		memcpy(last, row + first, k->n * sizeof(*last));
	}
	db_close(r);
	return rc;
}
