/* Where tokens are cut. */
#include "base/buf.h"
#include "search/keyword.h"
#include "search/lex.h"
#include "tap.h"

static const char kinds[] = {
	[TOK_SPACE] = '_',
	[TOK_COMMENT] = 'c',
	[TOK_NAME] = 'n',
	[TOK_SYMBOL] = 'd',
	[TOK_STRING] = 's',
	[TOK_NUMBER] = '1',
	[TOK_KEYWORD] = 'k',
	[TOK_COMPARE] = '=',
	[TOK_OPERATOR] = '+',
	[TOK_STAR] = '*',
	[TOK_PLACEHOLDER] = '?',
	[TOK_PUNCT] = '.',
	[TOK_OTHER] = 'x',
};

/* Text, the kinds of its tokens, and the tokens with bars between. */
static const struct {
	const char	*text, *kinds, *cut;
} rows[] = {
	{ "", "", "" },
	{ "metrics.m > 1", "n.n_=_1", "metrics|.|m| |>| |1" },
	{ "metrics.m>-1", "n.n=1", "metrics|.|m|>|-1" },
	{ " \t\n x", "_n", " \t\n |x" },
	{ "\xc2\xa0x", "_n", "\xc2\xa0|x" },
	/* numbers */
	{ "1. .5 -.5 0.5 00.5", "1_1_1_1_1", "1.| |.5| |-.5| |0.5| |00.5" },
	{ "1e5 1.5E-3 -1e1", "1_1_1", "1e5| |1.5E-3| |-1e1" },
	{ "1E+5", "n+1", "1E|+|5" },
	{ "1.5E+5", "1n+1", "1.|5E|+|5" },
	{ "1.e0", "1.n", "1|.|e0" },
	{ "0.5.5", "11", "0.5|.5" },
	{ "1-1", "11", "1|-1" },
	{ "- 1", "+_1", "-| |1" },
	{ "5x 10x 1_0", "n_1n_n", "5x| |1|0x| |1_0" },
	{ "1.5AND", "1n", "1.|5AND" },
	{ "0x1F 0x", "x_n", "0x1F| |0x" },
	{ "1e", "n", "1e" },
	/* quotes */
	{ "'a' \"b\" `c` \xc2\xb4" "d\xc2\xb4", "s_d_n_n",
	    "'a'| |\"b\"| |`c`| |\xc2\xb4" "d\xc2\xb4" },
	{ "'it''s'", "s", "'it''s'" },
	{ "'it\\'s'", "s", "'it\\'s'" },
	{ "'a\\' b", "s_n", "'a\\'| |b" },
	{ "'a''b", "sxn", "'a'|'|b" },
	{ "`a``b`", "n", "`a``b`" },
	{ "'x", "xn", "'|x" },
	{ "''", "s", "''" },
	/* comments */
	{ "a -- b\nc", "n_cn", "a| |-- b\n|c" },
	{ "a # b", "n_c", "a| |# b" },
	{ "a #b", "n_+n", "a| |#|b" },
	{ "/* a */ b", "c_n", "/* a */| |b" },
	{ "/* a", "+*_n", "/|*| |a" },
	{ "/*/", "+*+", "/|*|/" },
	/* words */
	{ "and AND aNd", "k_k_k", "and| |AND| |aNd" },
	{ "user user.x x.user user(", "k_n.n_n.n_n.",
	    "user| |user|.|x| |x|.|user| |user|(" },
	{ "tags.in tags.from", "n.k_n.k", "tags|.|in| |tags|.|from" },
	{ "not null NOT  NULL not", "k_k_k", "not null| |NOT  NULL| |not" },
	{ "like NOT LIKE ilike rlike", "=_=_=_=",
	    "like| |NOT LIKE| |ilike| |rlike" },
	{ "likely", "n", "likely" },
	{ "a$b#c", "n", "a$b#c" },
	{ "x.a$b", "n.nxn", "x|.|a|$|b" },
	{ "\xc3\xa9 \xe6\x97\xa5", "n_n", "\xc3\xa9| |\xe6\x97\xa5" },
	{ "\xe2\x82\xac", "x", "\xe2\x82\xac" },
	/* the rest */
	{ "a[0] [b]", "n.1._n", "a|[|0|]| |[b]" },
	{ "? :x $1 %s a:x", "?_?_?_?_n.n", "?| |:x| |$1| |%s| |a|:|x" },
	{ "a::b", "n.n", "a|::|b" },
	{ "<> <= == =! ~", "=_=_=_=_=", "<>| |<=| |==| |=!| |~" },
	{ "a->b ->> @>", "n+n_+_+", "a|->|b| |->>| |@>" },
	{ "&& || * ; ,", "+_+_*_._.", "&&| |||| |*| |;| |," },
	{ "{x} \\y", "xnx_x", "{|x|}| |\\y" },
};

int
main(void)
{
	struct arena mem;
	size_t i, k;

	arena_init(&mem);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tokens t = lex(&mem, str_of(rows[i].text));
		struct buf cut = { 0 }, kind = { 0 };

		for (k = 0; k < t.n; k++) {
			buf_printf(&cut, "%s%.*s", k == 0 ? "" : "|",
			    (int)t.v[k].text.len, t.v[k].text.p);
			buf_putc(&kind, kinds[t.v[k].kind]);
		}
		buf_puts(&cut, "");
		buf_puts(&kind, "");
		if (!tap_ok(str_is(buf_str(&cut), rows[i].cut) &&
		    str_is(buf_str(&kind), rows[i].kinds), "tokens of row %zu",
		    i))
			printf("# %s\n# %s\n# %s\n", rows[i].text, kind.p,
			    cut.p);
		buf_fini(&cut);
		buf_fini(&kind);
	}
	tap_ok(keyword_is(STR("USER")) && keyword_is(STR("account")) &&
	    keyword_is(STR("zone")), "SQL's words in any case");
	tap_ok(!keyword_is(STR("status")) && !keyword_is(STR("")) &&
	    !keyword_is(STR("user\0")) &&
	    !keyword_is(STR("a_word_longer_than_any_of_them")),
	    "other words are none");
	arena_fini(&mem);
	return tap_done();
}
