/* Texts as Python shows them. */
#include <string.h>

#include "base/repr.h"

void
repr_add(struct buf *to, struct str s)
{
	bool has_single = memchr(s.p, '\'', s.len) != NULL;
	char quote = has_single && memchr(s.p, '"', s.len) == NULL ? '"' : '\'';
	size_t i;

	buf_putc(to, quote);
	for (i = 0; i < s.len; i++) {
		char ch = s.p[i];

		if (ch == '\n' || ch == '\r' || ch == '\t')
			buf_puts(to, ch == '\n' ? "\\n" : ch == '\r' ? "\\r" : "\\t");
		else if ((unsigned char)ch < ' ' || ch == 0x7f)
			buf_printf(to, "\\x%02x", (unsigned char)ch);
		else if (ch == quote || ch == '\\')
			buf_printf(to, "\\%c", ch);
		else
			buf_putc(to, ch);
	}
	buf_putc(to, quote);
}

struct str
repr(struct arena *mem, struct str s)
{
	struct buf text = { 0 };
	struct str out;

	repr_add(&text, s);
	out = arena_str(mem, buf_str(&text));
	buf_fini(&text);
	return out;
}
