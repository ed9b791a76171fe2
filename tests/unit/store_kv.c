/* Keys and values: what is done with those of the same key. */
#include <string.h>

#include "store/kv.h"
#include "tap.h"

static struct arena mem;

/* "b=1 a=2": one letter, one digit. */
static struct kvs
read_list(const char *text)
{
	struct kvs list = { NULL, 0 };

	for (; *text != '\0'; text += text[3] == '\0' ? 3 : 4)
		kvs_add(&mem, &list, (struct str){ text, 1 }, (struct str){ text + 2, 1 });
	return list;
}

static const char *
show(const struct kvs *list)
{
	struct str text = STR("");
	size_t i;

	for (i = 0; i < list->n; i++)
		text = arena_printf(&mem, "%s%s%c=%c", text.p, i == 0 ? "" : " ",
		    list->items[i].key.p[0], list->items[i].value.p[0]);
	return text.p;
}

static void
check(const char *text, const char *folded, const char *kept, const char *repeats)
{
	struct kvs list = read_list(text), out;

	kvs_repeats(&mem, &list, &out);
	tap_ok(strcmp(show(&out), repeats) == 0, "repeats of \"%s\": %s", text, show(&out));
	kvs_fold(&mem, &list);
	tap_ok(strcmp(show(&list), folded) == 0, "\"%s\" folded: %s", text, show(&list));
	list = read_list(text);
	kvs_keep_last(&mem, &list);
	tap_ok(strcmp(show(&list), kept) == 0, "the last of \"%s\": %s", text, show(&list));
}

int
main(void)
{
	arena_init(&mem);
	check("", "", "", "");
	check("a=1", "a=1", "a=1", "");
	check("b=1 a=2", "a=2 b=1", "b=1 a=2", "");
	check("b=1 a=2 b=3", "a=2 b=3", "b=3 a=2", "b=3");
	check("a=1 a=2 a=3 a=4", "a=4", "a=4", "a=2");
	check("c=1 b=2 a=3 b=4 a=5 c=6", "a=5 b=4 c=6", "c=6 b=4 a=5", "b=4 a=5 c=6");
	check("b=1 b=2 a=3 a=4 b=5", "a=4 b=5", "b=5 a=4", "b=2 a=4");
	arena_fini(&mem);
	return tap_done();
}
