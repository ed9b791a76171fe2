/*
 * Which names a mistyped one may have meant.
 */
#include "base/near.h"
#include "tap.h"

static const struct {
	const char	*word;
	const char	*name;
	bool		 near;
} cases[] = {
	{ "prot", "port", true },
	{ "port", "port", true },
	{ "backend-store", "backend-store-uri", true },
	{ "hosts", "host", true },
	{ "alowed-host", "allowed-hosts", true },
	{ "srever", "server", true },
	{ "", "port", false },
	{ "x", "dev", false },
	{ "xyz", "dev", false },
	{ "workers", "host", false },
	{ "a-word-that-is-longer-than-any-name-of-an-option-could-reasonably-be",
	    "port", false },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(near_is(cases[i].word, cases[i].name) == cases[i].near,
		    "'%s' is %snear %s", cases[i].word, cases[i].near ? "" : "not ",
		    cases[i].name);
	return tap_done();
}
