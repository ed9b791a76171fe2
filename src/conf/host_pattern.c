/*
 * The entries of allowed-hosts and cors-allowed-origins.  What can match nothing is
 * an error: it locks somebody out who carried a setting over.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "conf/host.h"

/* Characters that a scheme, a name and an address are made of. */
#define LOWER		"abcdefghijklmnopqrstuvwxyz"
#define SCHEME_CHARS	LOWER "0123456789+-.*"
#define NAME_CHARS	LOWER "0123456789-_.*"
#define V4_CHARS	"0123456789.*"
#define V6_CHARS	"0123456789abcdef:.*/"
/* DNS has no longer label. */
#define LABEL_MAX	63
/* A "*" costs time for each character of a Host header. */
#define STARS_MAX	3
#define V4_BITS		32
#define V6_BITS		128
/* IPv4 is mapped into the last bytes of IPv6. */
#define V4_AT		12

/* One entry under way. */
struct entry {
	struct arena		*mem;
	const char		*text;		/* as written */
	const char		*scheme;
	struct host_patterns	*to;
	const char		*error;
};

/* Always -1: `fault` says what is wrong with the entry, and what to write. */
static int
refuse(struct entry *e, const char *fault)
{
	e->error = arena_printf(e->mem, "'%s' %s", e->text, fault).p;
	return -1;
}

static struct host_pattern *
add_pattern(struct entry *e, unsigned port)
{
	struct host_pattern *p = &e->to->items[e->to->n++];

	*p = (struct host_pattern){ .scheme = e->scheme, .port = port };
	return p;
}

static void
mask_bits(struct host_pattern *p, unsigned bits)
{
	unsigned i;

	for (i = 0; i < V6_BITS; i++)
		if (i < bits)
			p->mask[i / 8] |= (unsigned char)(0x80 >> i % 8);
}

static struct host_pattern *
add_v4(struct entry *e, unsigned port)
{
	struct host_pattern *p = add_pattern(e, port);

	p->address[V4_AT - 2] = p->address[V4_AT - 1] = 0xff;
	mask_bits(p, V6_BITS - V4_BITS);
	return p;
}

/* "/12" behind an address of so many bits; -1 for what is no such number. */
static int
read_bits(const char *text, int most)
{
	char *end;
	long bits = strtol(text, &end, 10);

	return isdigit((unsigned char)*text) && *end == '\0' && bits <= most ? (int)bits : -1;
}

/* 192.168.1.5, 192.168.*, 10.*.*.7; a "*" at the end is all that is left. */
static int
read_v4(struct entry *e, const char *name, unsigned port)
{
	struct host_pattern *p = add_v4(e, port);
	size_t i, n;

	for (i = 0; i < 4; i++, name += n + 1) {
		n = strcspn(name, ".");
		if (n == 1 && name[0] == '*') {
			if (name[1] == '\0')
				return 0;
			if (i == 3)
				break;
			continue;
		}
		if (n == 0 || n > 3 || strspn(name, "0123456789") != n || atoi(name) > UINT8_MAX)
			break;
		p->address[V4_AT + i] = (unsigned char)atoi(name);
		p->mask[V4_AT + i] = 0xff;
		if ((name[n] == '\0') != (i == 3))
			break;
	}
	return i == 4 ? 0 : refuse(e, "is no IPv4 address: write four numbers up to 255, a "
	    "network such as 172.16.0.0/12, or a '*' for all that is left, as in 192.168.*");
}

static int
read_v4_network(struct entry *e, const char *name, const char *slash, unsigned port)
{
	struct host_pattern *p = add_v4(e, port);
	int bits = read_bits(slash + 1, V4_BITS);

	mask_bits(p, V6_BITS - V4_BITS + (unsigned)bits);
	name = arena_str(e->mem, (struct str){ name, (size_t)(slash - name) }).p;
	if (bits >= 0 && inet_pton(AF_INET, name, p->address + V4_AT) == 1)
		return 0;
	return refuse(e, "names no network: write an address, '/' and the number of bits, as "
	    "in 172.16.0.0/12, without a path");
}

/* fd00:*, 2001:db8::*: the groups before the "*". */
static int
read_v6_prefix(struct entry *e, const char *name, struct host_pattern *p)
{
	unsigned groups = 0;
	size_t n;

	for (; *name != '*' && groups < 8; groups++) {
		n = strspn(name, "0123456789abcdef");
		if (n == 0 || n > 4 || name[n] != ':')
			break;
		p->address[2 * groups] = (unsigned char)(strtoul(name, NULL, 16) >> 8);
		p->address[2 * groups + 1] = (unsigned char)strtoul(name, NULL, 16);
		name += n + 1 + (strcmp(name + n, "::*") == 0);
	}
	mask_bits(p, groups * 16);
	return strcmp(name, "*") == 0 && groups > 0 ? 0 : refuse(e, "is no IPv6 address: a "
	    "'*' may stand behind whole groups, as in fd00:*");
}

static int
read_v6(struct entry *e, const char *name, unsigned port)
{
	struct host_pattern *p = add_pattern(e, port);
	const char *slash = strchr(name, '/');
	int bits = slash == NULL ? V6_BITS : read_bits(slash + 1, V6_BITS);

	if (strchr(name, '*') != NULL)
		return read_v6_prefix(e, name, p);
	if (slash != NULL)
		name = arena_str(e->mem, (struct str){ name, (size_t)(slash - name) }).p;
	mask_bits(p, bits < 0 ? 0 : (unsigned)bits);
	if (bits >= 0 && inet_pton(AF_INET6, name, p->address) == 1)
		return 0;
	return refuse(e, "is no IPv6 address: write one such as [fd00::1], a network such as "
	    "fd00::/8, or fd00:*");
}

static const char *
fault_of_name(const char *name)
{
	unsigned stars = 0;
	const char *p;
	size_t n;

	if (strcmp(name, "*") == 0)
		return NULL;
	if (*name == '\0')
		return "has no host: write a name, an address, or '*' for any";
	if (name[strspn(name, NAME_CHARS)] != '\0')
		return "has a character that no host name has: write the name as the address "
		    "bar shows it, a name beyond ASCII as xn--...";
	if (strlen(name) >= HOST_SIZE)
		return "is longer than any host name";
	for (p = name; *p != '\0'; p++)
		stars += *p == '*';
	for (; *name != '\0'; name += n + (name[n] == '.')) {
		n = strcspn(name, ".");
		if (n == 0)
			return "has nothing between two dots, or a dot at its start: write "
			    "*.example.org for all names of a domain";
		if (n > LABEL_MAX)
			return "has more than 63 characters between two dots";
	}
	return stars > STARS_MAX ? "has more than three '*': write fewer" : NULL;
}

/* A name, and where "fd00:*" may be meant, the network. */
static int
read_name(struct entry *e, const char *name, unsigned port)
{
	const char *fault;
	size_t n = strlen(name);

	if (name[strspn(name, V4_CHARS)] == '\0' && strpbrk(name, "0123456789") != NULL)
		return read_v4(e, name, port);
	if (n > 1 && name[n - 1] == '.')
		name = arena_str(e->mem, (struct str){ name, n - 1 }).p;
	fault = fault_of_name(name);
	if (fault != NULL)
		return refuse(e, fault);
	add_pattern(e, port)->name = name;
	return 0;
}

/* ":5000" and ":*"; -1 for what is no port. */
static int
read_port(struct entry *e, const char *text, unsigned *port)
{
	char *end;
	unsigned long n;

	*port = 0;
	if (*text == '\0' || strcmp(text, ":*") == 0)
		return 0;
	n = *text == ':' && isdigit((unsigned char)text[1]) ? strtoul(text + 1, &end, 10) : 0;
	if (n == 0 || n > UINT16_MAX || *end != '\0')
		return refuse(e, "has no port behind its ':': write a number up to 65535, or "
		    "'*', or leave both out for any port");
	*port = (unsigned)n;
	return 0;
}

/* [fd00::1]:5000; [[]::1] is how MLflow's own patterns escape a bracket. */
static int
read_bracketed(struct entry *e, const char *text)
{
	const char *start = text + (strncmp(text, "[[]", 3) == 0 ? 3 : 1);
	const char *end = strchr(start, ']');
	unsigned port;

	if (end == NULL)
		return refuse(e, "opens a '[' that is not closed: write [ADDRESS]");
	if (read_port(e, end + 1, &port) == -1)
		return -1;
	return read_v6(e, arena_str(e->mem, (struct str){ start, (size_t)(end - start) }).p, port);
}

/* fd00:* and 2001:*: the start of an address, though it may be a name and any port. */
static bool
may_be_v6(const char *name, const char *colon)
{
	return colon != NULL && strcmp(colon, ":*") == 0 && strchr("23f", name[0]) != NULL &&
	    strlen(name) == 4 && strspn(name, "0123456789abcdef") == 4;
}

static int
read_host(struct entry *e, const char *text)
{
	const char *colon = strchr(text, ':'), *slash = strchr(text, '/');
	const char *name = colon == NULL ? text :
	    arena_str(e->mem, (struct str){ text, (size_t)(colon - text) }).p;
	unsigned port;

	if (text[0] == '[')
		return read_bracketed(e, text);
	/* with two colons it is an address without brackets, and without a port */
	if (colon != NULL && strchr(colon + 1, ':') != NULL &&
	    text[strspn(text, V6_CHARS)] == '\0')
		return read_v6(e, text, 0);
	if (slash != NULL && (colon == NULL || slash < colon))
		return read_v4_network(e, text, slash, 0);
	if (read_port(e, colon == NULL ? "" : colon, &port) == -1)
		return -1;
	if (may_be_v6(name, colon) && (read_v6(e, text, 0) == -1 || name[0] != 'f'))
		return e->error == NULL ? 0 : -1;
	return read_name(e, name, port);
}

static const char *
lower(struct arena *mem, const char *text)
{
	char *copy = arena_strdup(mem, text), *p;

	for (p = copy; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static int
read_host_entry(struct entry *e)
{
	const char *at = strstr(e->text, "://");

	if (at != NULL)
		return refuse(e, arena_printf(e->mem, "names a scheme, and a Host header has "
		    "none: write %.*s", (int)strcspn(at + 3, "/?#"), at + 3).p);
	return read_host(e, lower(e->mem, e->text));
}

/* The port that an origin of this scheme leaves out; any behind a "*" at the end. */
static unsigned
implied_port(const char *scheme, const char *authority)
{
	size_t n = strlen(authority);

	if (n > 0 && authority[n - 1] == '*')
		return 0;
	return strcmp(scheme, "http") == 0 ? 80 : strcmp(scheme, "https") == 0 ? 443 : 0;
}

static int
read_origin_entry(struct entry *e)
{
	const char *text = lower(e->mem, e->text), *at = strstr(text, "://");
	size_t first = e->to->n;

	if (strcmp(text, "*") == 0 || strcmp(text, "null") == 0) {
		e->scheme = text;
		add_pattern(e, 0)->name = text;
		return 0;
	}
	if (at == NULL || at == text)
		return refuse(e, arena_printf(e->mem, "is no origin, which has a scheme: write "
		    "https://%s", at == NULL ? e->text : e->text + 3).p);
	e->scheme = arena_str(e->mem, (struct str){ text, (size_t)(at - text) }).p;
	if (e->scheme[strspn(e->scheme, SCHEME_CHARS)] != '\0')
		return refuse(e, "has a character that no scheme has: write https://HOST:PORT");
	text = at + 3;
	if (strpbrk(text, "/?#@") != NULL)
		return refuse(e, arena_printf(e->mem, "is more than an origin, which ends behind "
		    "host and port: write %s://%.*s", e->scheme, (int)strcspn(text, "/?#@"),
		    text).p);
	if (read_host(e, text) == -1)
		return -1;
	for (; first < e->to->n; first++)
		if (e->to->items[first].port == 0)
			e->to->items[first].port = implied_port(e->scheme, text);
	return 0;
}

static int
read_list(struct arena *mem, const char *const *entries, size_t n,
    struct host_patterns *to, const char **error, int (*read)(struct entry *))
{
	size_t i;

	to->n = 0;
	to->items = arena_array(mem, 2 * n + 1, sizeof(*to->items));
	for (i = 0; i < n; i++) {
		struct entry e = { .mem = mem, .text = entries[i], .to = to };

		if (read(&e) == -1) {
			*error = e.error;
			return -1;
		}
	}
	return 0;
}

int
host_patterns_read(struct arena *mem, const char *const *entries, size_t n,
    struct host_patterns *to, const char **error)
{
	return read_list(mem, entries, n, to, error, read_host_entry);
}

int
origin_patterns_read(struct arena *mem, const char *const *entries, size_t n,
    struct host_patterns *to, const char **error)
{
	return read_list(mem, entries, n, to, error, read_origin_entry);
}
