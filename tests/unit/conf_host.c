/* The entries of allowed-hosts and cors-allowed-origins: what they match, and which stop a start. */
#include <string.h>

#include "conf/host.h"
#include "tap.h"

static struct arena mem;

/* An entry, and hosts that it has or not. */
static const struct {
	const char	*entry;
	const char	*has[6];
	const char	*lacks[6];
} hosts[] = {
	{ "*", { "a", "1.2.3.4", "[::1]:5", "a:5000" }, { NULL } },
	{ "*:5000", { "a:5000", "1.2.3.4:5000", "[::1]:5000" }, { "a", "a:5001", "1.2.3.4" } },
	{ "*:*", { "a", "a:1" }, { NULL } },
	{ "mlflow", { "mlflow", "MLflow:5000", "mlflow." }, { "mlflow2", "a.mlflow", "1.2.3.4" } },
	{ "MLflow.", { "mlflow", "mlflow.:80" }, { "mlflow.x" } },
	{ "name:*", { "name", "name:1", "name:65535" }, { "names:1", "x.name" } },
	{ "name:5000", { "name:5000", "NAME:5000" }, { "name", "name:5001", "name:50000" } },
	{ "name:443", { "name", "name:443" }, { "name:5000" } },
	{ "localhost:*", { "localhost", "localhost:9" }, { "localhost.evil.com", "127.0.0.1" } },
	{ "*.example.org", { "a.example.org", "a.b.example.org:7" },
	    { "example.org", "badexample.org", "a.example.org.evil.com" } },
	{ "*.example.org:*", { "a.example.org", "a.example.org:7" }, { "example.org:7" } },
	{ "*.example.org:7", { "a.example.org:7" }, { "a.example.org", "a.example.org:8" } },
	{ "mlflow*", { "mlflow", "mlflow-2:80" }, { "mlflow.evil.com", "amlflow" } },
	{ "app-*.corp.net", { "app-1.corp.net" }, { "app-1.x.corp.net", "app.corp.net" } },
	{ "my_service", { "my_service:5000" }, { "myservice" } },
	{ "192.168.*", { "192.168.0.1", "192.168.255.255:80", "[::ffff:192.168.1.1]" },
	    { "192.169.0.1", "192.168.1.5.evil.com", "192.168.evil.com", "192.168.1" } },
	{ "192.168.*:*", { "192.168.0.1", "192.168.3.4:80" }, { "192.169.0.1" } },
	{ "192.168.*.*:5000", { "192.168.3.4:5000" }, { "192.168.3.4", "192.168.3.4:1" } },
	{ "10.*", { "10.0.0.1", "10.255.1.2:5000" }, { "11.0.0.1", "10.evil.com", "100.0.0.1" } },
	{ "10.*.*.7", { "10.1.2.7" }, { "10.1.2.8" } },
	{ "172.16.0.0/12", { "172.16.0.1", "172.31.255.255:1" }, { "172.32.0.1", "172.15.0.1" } },
	{ "1.2.3.4", { "1.2.3.4", "1.2.3.4:9" }, { "1.2.3.5", "11.2.3.4" } },
	{ "1.2.3.4:9", { "1.2.3.4:9" }, { "1.2.3.4", "1.2.3.4:99" } },
	{ "0.0.0.0/0", { "1.2.3.4" }, { "[2001:db8::1]", "a" } },
	{ "[::1]", { "[::1]", "[0:0::1]:5" }, { "[::2]", "127.0.0.1" } },
	{ "::1", { "[::1]:5" }, { "[::2]" } },
	{ "[::1]:5", { "[::1]:5" }, { "[::1]", "[::1]:6" } },
	{ "[::1]:*", { "[::1]:5", "[::1]" }, { "[::2]" } },
	{ "[[]::1]:*", { "[::1]:5" }, { "[::2]" } },
	{ "fd00:*", { "[fd00::1]", "[fd00:1::2]:5", "fd00:5000" }, { "[fd01::1]", "[fc00::1]" } },
	{ "2001:db8:*", { "[2001:db8::1]", "[2001:db8:5::1]:5" }, { "[2001:db9::1]" } },
	{ "[2001:db8::*]:5", { "[2001:db8::1]:5" }, { "[2001:db8::1]" } },
	{ "fd00::/8", { "[fd00::1]", "[fdff::1]:5" }, { "[fc00::1]" } },
	{ "[fd00::/8]:5", { "[fd00::1]:5" }, { "[fd00::1]:6" } },
};

static const struct {
	const char	*entry;
	const char	*has[6];
	const char	*lacks[6];
} origins[] = {
	{ "*", { "http://a", "null", "x" }, { NULL } },
	{ "null", { "null" }, { "http://null", "http://a" } },
	{ "https://*.company.com", { "https://a.company.com", "https://A.B.Company.com:443" },
	    { "http://a.company.com", "https://company.com", "https://a.company.com:8443",
	    "https://a.company.com.evil.org", "https://evilcompany.com" } },
	{ "https://*.company.com:*", { "https://a.company.com:8443", "https://a.company.com" },
	    { "http://a.company.com:8443" } },
	{ "http://localhost:*", { "http://localhost:3000", "http://localhost" },
	    { "https://localhost:3000", "http://localhost.evil.com:3000" } },
	{ "https://ui.example.org", { "https://ui.example.org", "HTTPS://UI.example.org" },
	    { "https://ui.example.org:5", "http://ui.example.org", "https://xui.example.org" } },
	{ "https://ui.example.org:8443", { "https://ui.example.org:8443" },
	    { "https://ui.example.org" } },
	{ "http://ui:80", { "http://ui" }, { "http://ui:81" } },
	{ "http://192.168.*", { "http://192.168.1.1:5000", "http://192.168.1.1" },
	    { "http://192.168.evil.com" } },
	{ "http://[::1]:*", { "http://[::1]:5" }, { "http://[::2]:5" } },
	{ "https://*", { "https://a", "https://a.b:5" }, { "http://a" } },
	{ "*://a.org:*", { "http://a.org", "https://a.org:5" }, { "http://b.org" } },
	{ "chrome-extension://abcdef", { "chrome-extension://abcdef" }, { "http://abcdef" } },
};

/* What can match nothing, and what the sentence about it has to say. */
static const struct {
	const char	*entry;
	const char	*says;
} bad_hosts[] = {
	{ "http://name", "write name" },
	{ "https://name:5000/x", "write name:5000" },
	{ "name/path", "without a path" },
	{ "name:5000/path", "port" },
	{ "name:", "port" },
	{ "name:x", "port" },
	{ "name:0", "port" },
	{ "name:70000", "port" },
	{ "a..b", "between two dots" },
	{ ".example.org", "*.example.org" },
	{ ".", "between two dots" },
	{ ":5000", "no host" },
	{ "b\303\274cher.example", "xn--" },
	{ "a b", "character" },
	{ "user@name", "character" },
	{ "na?me", "character" },
	{ "a*b*c*d*", "three" },
	{ "1.2.3", "four numbers" },
	{ "1.2.3.300", "four numbers" },
	{ "1.2.3.4.5", "four numbers" },
	{ "192.168.1*", "four numbers" },
	{ "1.2.*.4.5", "four numbers" },
	{ "1.2.3.*.5", "four numbers" },
	{ "2130706433", "four numbers" },
	{ "10.0.0.0/33", "number of bits" },
	{ "10.0.0/8", "number of bits" },
	{ "[::1", "not closed" },
	{ "[::1]x", "port" },
	{ "[fd00::/129]", "IPv6" },
	{ "fd00::g", "port" },
	{ "1:2:3:4:5:6:7:8:9", "IPv6" },
	{ "fd00:*:1", "IPv6" },
	{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "63" },
}, bad_origins[] = {
	{ "ui.example.org", "write https://ui.example.org" },
	{ "://ui", "write https://ui" },
	{ "https://ui.example.org/", "write https://ui.example.org" },
	{ "https://ui.example.org/a/b", "write https://ui.example.org" },
	{ "https://user@ui", "write https://user" },
	{ "ht tp://a", "scheme" },
	{ "https://", "no host" },
	{ "https://:5", "no host" },
	{ "https://a..b", "two dots" },
	{ "https://a:x", "port" },
	{ "localhost:*", "write https://localhost:*" },
};

static void
check_host(const char *entry, const char *text, bool want)
{
	struct host_patterns list;
	struct host host;
	const char *error = "";

	tap_ok(host_patterns_read(&mem, &entry, 1, &list, &error) == 0 &&
	    (host_read(str_of(text), &host) && host_is_listed(&list, &host)) == want,
	    "%s %s %s %s", entry, want ? "has" : "lacks", text, error);
}

static void
check_origin(const char *entry, const char *text, bool want)
{
	struct host_patterns list;
	const char *error = "";

	tap_ok(origin_patterns_read(&mem, &entry, 1, &list, &error) == 0 &&
	    origin_is_listed(&list, str_of(text)) == want,
	    "%s %s %s %s", entry, want ? "has" : "lacks", text, error);
}

static void
check_fault(int got, const char *entry, const char *error, const char *says)
{
	tap_ok(got == -1 && strstr(error, entry) != NULL && strstr(error, says) != NULL,
	    "'%s' stops the start: %s", entry, got == -1 ? error : "not at all");
}

static void
check_faults(void)
{
	struct host_patterns list;
	const char *error;
	size_t i;
	int got;

	for (i = 0; i < sizeof(bad_hosts) / sizeof(bad_hosts[0]); i++) {
		got = host_patterns_read(&mem, &bad_hosts[i].entry, 1, &list, &error);
		check_fault(got, bad_hosts[i].entry, error, bad_hosts[i].says);
	}
	for (i = 0; i < sizeof(bad_origins) / sizeof(bad_origins[0]); i++) {
		got = origin_patterns_read(&mem, &bad_origins[i].entry, 1, &list, &error);
		check_fault(got, bad_origins[i].entry, error, bad_origins[i].says);
	}
}

int
main(void)
{
	const char *const *p;
	size_t i;

	arena_init(&mem);
	for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		for (p = hosts[i].has; *p != NULL; p++)
			check_host(hosts[i].entry, *p, true);
		for (p = hosts[i].lacks; *p != NULL; p++)
			check_host(hosts[i].entry, *p, false);
	}
	for (i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		for (p = origins[i].has; *p != NULL; p++)
			check_origin(origins[i].entry, *p, true);
		for (p = origins[i].lacks; *p != NULL; p++)
			check_origin(origins[i].entry, *p, false);
	}
	check_faults();
	arena_fini(&mem);
	return tap_done();
}
