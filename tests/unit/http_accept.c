/* Which Accept-Encoding headers ask for gzip. */
#include "http/accept.h"
#include "tap.h"

static const struct {
	const char	*header;
	bool		 gzip;
} cases[] = {
	{ NULL, false },
	{ "", false },
	{ "gzip", true },
	{ "GZIP", true },
	{ "gzip, deflate, br", true },
	{ "deflate,gzip", true },
	{ "br;q=1.0 , gzip ; q=0.5", true },
	{ "gzip;q=0.5", true },
	{ "gzip;q=0.001", true },
	{ "gzip;Q=1.000", true },
	{ "gzip;level=9;q=0.1", true },
	{ "*", true },
	{ "br, *;q=0.1", true },
	{ "gzip;q=0.5, *;q=0", true },
	{ "identity;q=0.5, gzip;q=0.5", true },
	{ "identity;q=0, gzip;q=0.1", true },
	{ "gzip;q=0", false },
	{ "gzip; q=0", false },
	{ "gzip ;q=0.0", false },
	{ "gzip;q=0.000", false },
	{ "gzip;q=0, *", false },
	{ "*;q=0", false },
	{ "deflate, br", false },
	{ "identity", false },
	{ "identity, gzip;q=0.5", false },
	{ "identity;q=0.6, *;q=0.5", false },
	{ "x-gzip-not", false },
	{ "gzipped", false },
	{ "br;gzip", false },
	/* no weights */
	{ "gzip;q=", false },
	{ "gzip;q=x", false },
	{ "gzip;q=1.5", false },
	{ "gzip;q=0.5555", false },
	{ "gzip;q=-1", false },
	{ "gzip;q=0,5", false },
	{ ";,;=,", false },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		tap_ok(accept_encoding(str_of(cases[i].header), "gzip") == cases[i].gzip,
		    "'%s' %s gzip", cases[i].header == NULL ? "(none)" : cases[i].header,
		    cases[i].gzip ? "asks for" : "does not ask for");
	return tap_done();
}
