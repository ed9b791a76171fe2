/* GraphQL documents: what is parsed, as printed again, and what is refused where. */
#include <string.h>

#include "base/buf.h"
#include "graphql/parse.h"
#include "graphql/show.h"
#include "tap.h"

static struct arena mem;

static void
print_args(struct buf *to, const struct gql_value *args)
{
	const struct gql_value *a;

	if (args == NULL)
		return;
	buf_putc(to, '(');
	for (a = args; a != NULL; a = a->next)
		buf_printf(to, "%s%s: %s", a == args ? "" : ", ", a->name.p,
		    gql_show_value(&mem, a).p);
	buf_putc(to, ')');
}

static void
print_directives(struct buf *to, const struct gql_directive *d)
{
	for (; d != NULL; d = d->next) {
		buf_printf(to, " @%s", d->name.p);
		print_args(to, d->args);
	}
}

static void
print_selections(struct buf *to, const struct gql_selection *s)
{
	if (s == NULL)
		return;
	buf_puts(to, " {");
	for (; s != NULL; s = s->next) {
		if (s->alias.p != NULL)
			buf_printf(to, " %s:", s->alias.p);
		buf_printf(to, " %s%s%s", s->kind == GQL_FIELD ? "" : "...",
		    s->kind == GQL_INLINE && s->on.p != NULL ? "on " : "",
		    s->kind != GQL_INLINE ? s->name.p : s->on.p != NULL ? s->on.p : "");
		print_args(to, s->args);
		print_directives(to, s->directives);
		print_selections(to, s->first);
	}
	buf_puts(to, " }");
}

static void
print_definition(struct buf *to, const struct gql_definition *d)
{
	static const char *const words[] = { "query", "mutation", "subscription", "fragment" };
	const struct gql_variable *v;

	buf_printf(to, "%s %s", words[d->kind], d->name.p == NULL ? "-" : d->name.p);
	if (d->on.p != NULL)
		buf_printf(to, " on %s", d->on.p);
	for (v = d->variables; v != NULL; v = v->next) {
		buf_printf(to, " $%s: %s", v->name.p, gql_show_type(&mem, v->type).p);
		if (v->initial != NULL)
			buf_printf(to, " = %s", gql_show_value(&mem, v->initial).p);
		print_directives(to, v->directives);
	}
	print_directives(to, d->directives);
	print_selections(to, d->first);
	buf_puts(to, d->next == NULL ? "" : "; ");
}

static const struct {
	const char	*source, *printed;
} fine[] = {
	{ "{a}", "query - { a }" },
	{ "{,,a,b , c}", "query - { a b c }" },
	{ "\xef\xbb\xbf# c\n{a # d\r}", "query - { a }" },
	{ "query{a}", "query - { a }" },
	{ "query Q{a}", "query Q { a }" },
	{ "mutation query{a}", "mutation query { a }" },
	{ "subscription{on fragment true}", "subscription - { on fragment true }" },
	{ "\"about\" query{a}", "query - { a }" },
	{ "{x:a{y:b}}", "query - { x: a { y: b } }" },
	{ "{a(b:1,c:-2.5e+3 d:\"x\" e:null f:true g:W h:$v)}",
	    "query - { a(b: 1, c: -2.5e+3, d: \"x\", e: null, f: true, g: W, h: $v) }" },
	{ "{a(b:[] c:{} d:[1[2]] e:{f:{g:1}h:2})}",
	    "query - { a(b: [], c: {}, d: [1, [2]], e: {f: {g: 1}, h: 2}) }" },
	{ "{...F ...{a} ...on T{b} ...on T@x{c} ...@y(z:0){d}}",
	    "query - { ...F ... { a } ...on T { b } ...on T @x { c } ... @y(z: 0) { d } }" },
	{ "{a}fragment F on T @d{b}", "query - { a }; fragment F on T @d { b }" },
	{ "query Q($a:Int=5@d,$b:[[T!]!]!){a}", "query Q $a: Int = 5 @d $b: [[T!]!]! { a }" },
	{ "query @c(n:\"x\")@d{a@e}", "query - @c(n: \"x\") @d { a @e }" },
	{ "{a(s:\"\\u00e9\\u{e9}\\uD83D\\uDE00\\t\\/\")}",
	    "query - { a(s: \"\xc3\xa9\xc3\xa9\xf0\x9f\x98\x80\\t/\") }" },
	{ "{a(s:\"\")}", "query - { a(s: \"\") }" },
	{ "{a(s:\"\"\"\"\"\")}", "query - { a(s: \"\") }" },
	{ "{a(s:\"\"\"  x \\\"\"\" \"\"\")}", "query - { a(s: \"  x \\\"\\\"\\\" \") }" },
	{ "{a(s:\"\"\"\n  b\r\n    c\r\r  d\n \"\"\")}", "query - { a(s: \"b\\n  c\\n\\nd\") }" },
	{ "{a(s:\"\"\"one\n   two\n  three\"\"\")}", "query - { a(s: \"one\\n two\\nthree\") }" },
};

static const struct {
	const char	*source, *error;
} refused[] = {
	{ "", "expected an operation, found the end of the document (line 1, column 1)." },
	{ "# only", "expected an operation, found the end of the document (line 1, column 7)." },
	{ "{", "expected '}', found the end of the document (line 1, column 2)." },
	{ "{}", "expected a field, found '}' (line 1, column 2)." },
	{ "{a{}}", "expected a field, found '}' (line 1, column 4)." },
	{ "{a()}", "expected an argument, found ')' (line 1, column 4)." },
	{ "query(){a}", "expected a variable, found ')' (line 1, column 7)." },
	{ "{\n a:}", "expected the name of a field, found '}' (line 2, column 4)." },
	{ "{a:b:c}", "expected the name of a field, found ':' (line 1, column 5)." },
	{ "{a(b)}", "expected ':', found ')' (line 1, column 5)." },
	{ "{a(b:)}", "expected a value, found ')' (line 1, column 6)." },
	{ "{a(b:$)}", "expected the name of a variable, found ')' (line 1, column 7)." },
	{ "{...on}", "expected the name of a type, found '}' (line 1, column 7)." },
	{ "{... on T}", "expected '{', found '}' (line 1, column 10)." },
	{ "fragment on on T{a}", "expected the name of a fragment, found 'on' (line 1, column 10)." },
	{ "fragment F{a}", "expected 'on', found '{' (line 1, column 11)." },
	{ "type T{a:Int}", "expected an operation or a fragment, found 'type' (line 1, column 1)." },
	{ "Query{a}", "expected an operation or a fragment, found 'Query' (line 1, column 1)." },
	{ "{a}}", "expected an operation or a fragment, found '}' (line 1, column 4)." },
	{ "\"x\"{a}", "expected an operation or a fragment, found '{' (line 1, column 4)." },
	{ "{a \"s\"}", "expected the name of a field, found a string (line 1, column 4)." },
	{ "query($a:Int=$b){a}",
	    "expected a default without variables before this, found ')' (line 1, column 16)." },
	{ "query($a:[Int){a}", "expected ']', found ')' (line 1, column 14)." },
	{ "{t\xc3\xabst}", "this character begins no token (line 1, column 3)." },
	{ "{a;}", "this character begins no token (line 1, column 3)." },
	{ "{a ..}", "this character begins no token (line 1, column 4)." },
	{ "{a(b:01)}", "a number must not begin with 0 (line 1, column 6)." },
	{ "{a(b:-)}", "a digit must follow the sign (line 1, column 6)." },
	{ "{a(b:1.)}", "digits must follow the point of a number (line 1, column 6)." },
	{ "{a(b:1e+)}", "digits must follow the exponent sign of a number (line 1, column 6)." },
	{ "{a(b:1x)}", "a number must end before a letter or point (line 1, column 6)." },
	{ "{a(b:1.5.2)}", "a number must end before a letter or point (line 1, column 6)." },
	{ "{a(b:\"x)}", "a string must end on its line (line 1, column 10)." },
	{ "{a(b:\"\xc3\xa9\n\")}", "a string must end on its line (line 1, column 8)." },
	{ "{a(b:\"\\x\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\\u12\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\\uD800\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\\uD800\\u0041\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\\u{110000}\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\\u{}\")}", "this is no escape sequence of a string (line 1, column 7)." },
	{ "{a(b:\"\"\"x\"\")}", "a block string has no end (line 1, column 14)." },
};

static void
check_fine(const char *source, const char *printed)
{
	struct gql_document doc;
	struct gql_definition *d;
	struct buf text = { 0 };
	struct str error;

	if (tap_ok(gql_parse(&mem, str_of(source), &doc, &error) == 0, "%s", printed)) {
		for (d = doc.first; d != NULL; d = d->next)
			print_definition(&text, d);
		if (!tap_ok(strcmp(text.p, printed) == 0, "... printed"))
			printf("# %s\n", text.p);
	} else {
		printf("# %s\n", error.p);
	}
	buf_fini(&text);
}

static void
check_refused(const char *source, const char *error)
{
	struct str wanted = arena_printf(&mem, "Syntax error: %s", error), got;
	struct gql_document doc;

	tap_ok(gql_parse(&mem, str_of(source), &doc, &got) == -1, "refused: %s", error);
	if (!tap_ok(str_eq(got, wanted), "... with these words"))
		printf("# %s\n", got.p == NULL ? "nothing" : got.p);
}

/* `n` times `open`, `middle`, and `n` times `close`. */
static struct str
repeat(size_t n, const char *before, const char *open, const char *middle, const char *close)
{
	struct buf text = { 0 };
	struct str s;
	size_t i;

	buf_puts(&text, before);
	for (i = 0; i < n; i++)
		buf_puts(&text, open);
	buf_puts(&text, middle);
	for (i = 0; i < n; i++)
		buf_puts(&text, close);
	s = arena_str(&mem, buf_str(&text));
	buf_fini(&text);
	return s;
}

static void
check_limit(struct str source, const char *begins, const char *what)
{
	struct gql_document doc;
	struct str error = { NULL, 0 };
	int rc = gql_parse(&mem, source, &doc, &error);

	if (begins == NULL)
		tap_ok(rc == 0, "%s", what);
	else
		tap_ok(rc == -1 && str_starts(error, begins), "%s", what);
}

static void
check_limits(void)
{
	static const char deep[] = "Syntax error: the document is nested deeper than 64 levels";

	check_limit(repeat(GQL_NEST_MAX, "", "{a", "", "}"), NULL, "selections as deep as allowed");
	check_limit(repeat(GQL_NEST_MAX + 1, "", "{a", "", "}"), deep, "one deeper");
	check_limit(repeat(1000000, "", "{a", "", ""), deep, "a million deeper");
	check_limit(repeat(100000, "{a(b:", "[", "", "]"), deep, "lists");
	check_limit(repeat(100000, "{a(b:", "{c:", "1", "}"), deep, "objects");
	check_limit(repeat(100000, "query($a:", "[", "T", "]"), deep, "types");
	check_limit(repeat(GQL_TOKENS_MAX - 3, "{", "a ", "}", ""), NULL, "as many tokens as allowed");
	check_limit(repeat(GQL_TOKENS_MAX - 1, "{", "a ", "}", ""),
	    "Syntax error: the document has more than 20000 tokens", "one more");
	check_limit(repeat(GQL_FRAGMENTS_MAX, "", "fragment F on T{a}", "", ""), NULL,
	    "as many fragments as allowed");
	check_limit(repeat(GQL_FRAGMENTS_MAX + 1, "", "fragment F on T{a}", "", ""),
	    "Syntax error: the document has more than 500 fragments", "one more");
}

int
main(void)
{
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		check_fine(fine[i].source, fine[i].printed);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		check_refused(refused[i].source, refused[i].error);
	check_limits();
	arena_fini(&mem);
	return tap_done();
}
