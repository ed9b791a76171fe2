/* Which Host and Origin headers are taken. */
#include <string.h>

#include "http/origin.h"
#include "tap.h"

static void
host(const struct conf *conf, const char *text, bool want)
{
	tap_ok(origin_host_allowed(conf, str_of(text)) == want, "host '%s' %s", text,
	    want ? "is answered" : "is refused");
}

static void
origin(const struct conf *conf, const char *text, const char *at, bool want)
{
	tap_ok(origin_allowed(conf, str_of(text), str_of(at)) == want,
	    "origin '%s' at '%s' %s", text, at, want ? "may write" : "may not");
}

static struct arena mem;

/* Lists as conf.c reads them. */
static void
set_hosts(struct conf *conf, const char *const *items, size_t n)
{
	const char *error;

	tap_ok(host_patterns_read(&mem, items, n, &conf->hosts, &error) == 0, "a list of hosts");
}

static void
set_origins(struct conf *conf, const char *const *items, size_t n)
{
	const char *error;

	tap_ok(origin_patterns_read(&mem, items, n, &conf->origins, &error) == 0,
	    "a list of origins");
}

static void
check_defaults(void)
{
	static const char *const fine[] = {
		"localhost", "LOCALHOST:5000", "127.0.0.1", "127.0.0.2:80", "[::1]:5000", "[::1]",
		"10.1.2.3", "172.16.0.1", "172.31.255.255:9", "192.168.1.5", "[fd00::1]:5000",
		"[::ffff:127.0.0.1]", "0.0.0.0:5000", "localhost.:5000",
	};
	static const char *const bad[] = {
		"", "evil.com", "10.evil.com", "172.16.evil.io", "192.168.1.5.attacker.net",
		"127.0.0.1.evil.com", "172.32.0.1", "8.8.8.8", "localhost.evil.com", "user@localhost",
		"localhost:80x", "[::1", "[2001:db8::1]", "0x7f.1", "2130706433", ":5000",
	};
	struct conf conf = { .port = 5000 };
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		host(&conf, fine[i], true);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		host(&conf, bad[i], false);
}

static void
check_list(void)
{
	const char *items[] = { "mlflow", "*.example.org", "1.2.3.4", "[2001:db8::1]", "Tracker:5000" };
	struct conf conf = { .port = 5000 };

	set_hosts(&conf, items, 5);
	host(&conf, "mlflow:5000", true);
	host(&conf, "MLFLOW", true);
	host(&conf, "a.example.org", true);
	host(&conf, "example.org", false);
	host(&conf, "badexample.org", false);
	host(&conf, "1.2.3.4:80", true);
	host(&conf, "[2001:db8:0::1]", true);
	host(&conf, "tracker:5000", true);
	host(&conf, "tracker:5001", false);
	host(&conf, "tracker", false);
	host(&conf, "localhost", false);
	host(&conf, "10.0.0.1", false);
	items[0] = "*";
	set_hosts(&conf, items, 5);
	host(&conf, "anything.at.all", true);
}

static void
check_origins(void)
{
	static const char *const items[] = { "https://ui.example.org", "https://*.company.com" };
	struct conf conf = { .port = 5000 };

	origin(&conf, "http://localhost:3000", "localhost:5000", true);
	origin(&conf, "https://127.0.0.1", "localhost:5000", true);
	origin(&conf, "http://evil.com", "localhost:5000", false);
	origin(&conf, "null", "localhost:5000", false);
	origin(&conf, "http://10.0.0.5:5000", "10.0.0.5:5000", true);
	origin(&conf, "http://10.0.0.6:5000", "10.0.0.5:5000", false);
	origin(&conf, "http://localhost.evil.com", "localhost", false);
	set_origins(&conf, items, 2);
	origin(&conf, "https://ui.example.org", "localhost", true);
	origin(&conf, "https://a.company.com", "localhost", true);
	origin(&conf, "https://company.com", "localhost", false);
	/* those of this machine stay allowed */
	origin(&conf, "http://localhost:3000", "localhost:5000", true);
	origin(&conf, "http://[::1]:3000", "localhost:5000", true);
	origin(&conf, "http://localhost.evil.com", "localhost", false);
}

int
main(void)
{
	arena_init(&mem);
	check_defaults();
	check_list();
	check_origins();
	arena_fini(&mem);
	return tap_done();
}
