/* Page tokens: there and back, and every way to be refused. */
#include <float.h>
#include <string.h>

#include "search/page.h"
#include "tap.h"

#define VALUES_MAX	8

static struct arena mem;

static const struct page_value values[] = {
	{ .type = PAGE_NULL },
	{ .type = PAGE_I64, .i64 = INT64_MIN },
	{ .type = PAGE_I64, .i64 = 1700000000000 },
	{ .type = PAGE_DBL, .dbl = -DBL_MAX },
	{ .type = PAGE_DBL, .dbl = 0.1 },
	{ .type = PAGE_TEXT, .text = { "\xc3\xa9\0'\"", 5 } },
	{ .type = PAGE_TEXT, .text = { "", 0 } },
};

#define COUNT	(sizeof(values) / sizeof(values[0]))

static bool
same(const struct page_value *a, const struct page_value *b)
{
	return a->type == b->type && a->i64 == b->i64 &&
	    memcmp(&a->dbl, &b->dbl, sizeof(a->dbl)) == 0 &&
	    str_eq(a->text, b->text);
}

/* Every list that starts at the first value and every single one. */
static void
check_there_and_back(void)
{
	struct page_value back[VALUES_MAX];
	struct search_error err;
	size_t first, n, got, i;

	for (first = 0; first < COUNT; first++)
		for (n = 0; n <= COUNT - first; n++) {
			struct str t = page_token_write(&mem, first + 1,
			    values + first, n);
			bool right = page_token_read(&mem, t, first + 1, back,
			    VALUES_MAX, &got, &err) == 0 && got == n;

			for (i = 0; right && i < n; i++)
				right = same(&back[i], &values[first + i]);
			tap_ok(right, "%zu values from %zu", n, first);
		}
}

static const struct {
	const char	*token, *error;
} refused[] = {
	{ "abc", "Invalid page token, could not base64-decode" },
	{ "abcde", "Invalid page token, could not base64-decode" },
	{ "a", "Invalid page token, could not base64-decode" },
	{ "eA", "Invalid page token, could not base64-decode" },
	{ "eA=", "Invalid page token, could not base64-decode" },
	{ "eA==", "Invalid page token, decoded value=b'x'" },
	{ "eHg=", "Invalid page token, decoded value=b'xx'" },
	{ "e A\n=\xc3\xa9=", "Invalid page token, decoded value=b'x'" },
	{ "!!!!", "Invalid page token, decoded value=b''" },
	{ " ", "Invalid page token, decoded value=b''" },
	{ "e30=", "Invalid page token, parsed value={}" },
	{ "eyJvZmZzZXQiOiAxfQ==",
	    "Invalid page token, decoded value=b'{\"offset\": 1}'" },
	{ "JwD/", "Invalid page token, decoded value=b'\\'\\x00\\xff'" },
};

static void
check_refused(void)
{
	struct page_value back[VALUES_MAX];
	struct search_error err;
	size_t i, n;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int rc = page_token_read(&mem, str_of(refused[i].token), 1,
		    back, VALUES_MAX, &n, &err);

		tap_ok(rc == 1 && err.kind == SEARCH_INVALID &&
		    str_is(err.text, refused[i].error), "refused token %zu: %s",
		    i, err.text.p);
	}
}

/* A token cut short or with a byte changed is refused or reads as a token. */
static void
check_damaged(void)
{
	struct str good = page_token_write(&mem, 7, values, COUNT);
	struct page_value back[VALUES_MAX];
	struct search_error err;
	bool refused_all = true, other, full;
	size_t i, n;

	for (i = 1; i < good.len; i++)
		if (page_token_read(&mem, (struct str){ good.p, i }, 7, back,
		    VALUES_MAX, &n, &err) == 0)
			refused_all &= n < COUNT;
	tap_ok(refused_all, "a token cut short has fewer values or none");
	other = page_token_read(&mem, good, 8, back, VALUES_MAX, &n, &err) == 1;
	tap_ok(other && str_starts(err.text, "Invalid page token: it belongs "
	    "to another search."), "a token of another query is refused");
	full = page_token_read(&mem, good, 7, back, COUNT - 1, &n, &err) == 1;
	tap_ok(full, "more values than the query has are refused");
}

/* Values that no statement may get: what page_token_write would not write. */
static void
check_values(void)
{
	struct page_value bad[] = {
		{ .type = PAGE_DBL, .dbl = __builtin_nan("") },
		{ .type = PAGE_DBL, .dbl = __builtin_inf() },
		{ .type = PAGE_TEXT, .text = STR("\xff") },
	};
	struct page_value back[VALUES_MAX];
	struct search_error err;
	size_t i, n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		tap_ok(page_token_read(&mem, page_token_write(&mem, 1, &bad[i],
		    1), 1, back, VALUES_MAX, &n, &err) == 1,
		    "bad value %zu is refused", i);
}

int
main(void)
{
	static char longest[SEARCH_TOKEN_MAX + 2];
	struct page_value back[VALUES_MAX];
	struct search_error err;
	size_t n;

	arena_init(&mem);
	check_there_and_back();
	check_refused();
	check_damaged();
	check_values();
	memset(longest, 'A', sizeof(longest) - 1);
	tap_ok(page_token_read(&mem, str_of(longest), 1, back, VALUES_MAX, &n,
	    &err) == 1 && str_starts(err.text, "Invalid page token"),
	    "a token longer than any is refused");
	tap_ok(page_hash_str(page_hash_str(0, STR("a")), STR("b")) !=
	    page_hash_str(page_hash_str(0, STR("ab")), STR("")) &&
	    page_hash_str(0, STR("")) != page_hash_str(0,
	    (struct str){ NULL, 0 }), "the hash tells texts apart");
	arena_fini(&mem);
	return tap_done();
}
