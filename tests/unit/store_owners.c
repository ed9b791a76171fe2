/* Which object a row belongs to. */
#include "store/owners.h"
#include "tap.h"

int
main(void)
{
	const struct str ids[] = { STR("c"), STR("a"), STR("b"), STR("a"), STR("") };
	struct arena mem;
	struct owners o;

	arena_init(&mem);
	o = owners_of_ids(&mem, ids, 5);
	tap_ok(owners_find(&o, STR("c"), 0) == 0, "the first");
	tap_ok(owners_find(&o, STR("b"), 0) == 2, "one in the middle");
	tap_ok(owners_find(&o, STR(""), 0) == 4, "an empty id");
	tap_ok(owners_find(&o, STR("a"), 0) == 1, "the first of equal ones");
	tap_ok(owners_find(&o, STR("aa"), 0) == OWNERS_NONE, "none");
	tap_ok(owners_find(&o, STR("a"), 1) == OWNERS_NONE, "none of that number");
	o = owners_of_ids(&mem, ids, 0);
	tap_ok(owners_find(&o, STR("a"), 0) == OWNERS_NONE, "none among none");
	o = owners_new(&mem, 3);
	owners_add(&o, STR("m"), 2);
	owners_add(&o, STR("m"), -1);
	owners_add(&o, STR("l"), 2);
	owners_sort(&o);
	tap_ok(owners_find(&o, STR("m"), 2) == 0 && owners_find(&o, STR("m"), -1) == 1 &&
	    owners_find(&o, STR("l"), 2) == 2, "by text and number");
	arena_fini(&mem);
	return tap_done();
}
