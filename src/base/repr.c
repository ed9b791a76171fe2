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

void
json_quote(struct buf *to, struct str s)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	const char *found;
	size_t i = 0;

	buf_putc(to, '"');
	while (i < s.len) {
		uint32_t cp = utf8_next(s, &i);

		for (found = shorts; *found != '\0'; found += 2)
			if ((uint32_t)*found == cp)
				break;
		if (*found != '\0')
			buf_printf(to, "\\%c", found[1]);
		else if (cp >= 0x10000)
			buf_printf(to, "\\u%04x\\u%04x",
			    (unsigned)(0xd800 + ((cp - 0x10000) >> 10)),
			    (unsigned)(0xdc00 + ((cp - 0x10000) & 0x3ff)));
		else if (cp < ' ' || cp > 0x7e)
			buf_printf(to, cp == 0x7f ? "%c" : "\\u%04x", (unsigned)cp);
		else
			buf_putc(to, (char)cp);
	}
	buf_putc(to, '"');
}
