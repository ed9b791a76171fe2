/* What a request says of hosts, and whether a list has it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

#include "conf/host.h"

/* The ports that a URL leaves out. */
#define HTTP_PORT	80
#define HTTPS_PORT	443

static bool
to_address(const char *text, unsigned char to[16])
{
	static const unsigned char mapped[12] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
	};

	memcpy(to, mapped, sizeof(mapped));
	return inet_pton(AF_INET, text, to + sizeof(mapped)) == 1 ||
	    inet_pton(AF_INET6, text, to) == 1;
}

/* ":5000"; ":" and nothing are no port. */
static bool
read_port(struct str s, unsigned *port)
{
	size_t i;

	*port = 0;
	if (s.len > 0 && s.p[0] != ':')
		return false;
	for (i = 1; i < s.len; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return false;
		*port = *port * 10 + (unsigned)(s.p[i] - '0');
		if (*port > UINT16_MAX)
			return false;
	}
	return true;
}

/* Split into what stands before the port, without brackets, and ":port". */
static bool
split(struct str s, struct str *name, struct str *port)
{
	const char *end;

	if (s.len > 0 && s.p[0] == '[') {
		s = (struct str){ s.p + 1, s.len - 1 };
		end = memchr(s.p, ']', s.len);
		if (end == NULL)
			return false;
		*port = (struct str){ end + 1, s.len - (size_t)(end - s.p) - 1 };
	} else {
		end = s.len == 0 ? NULL : memchr(s.p, ':', s.len);
		if (end == NULL)
			end = s.p + s.len;
		*port = (struct str){ end, s.len - (size_t)(end - s.p) };
	}
	*name = (struct str){ s.p, (size_t)(end - s.p) };
	return true;
}

bool
host_read(struct str text, struct host *to)
{
	struct str name, port;
	size_t i;

	if (text.p == NULL || !split(text, &name, &port) || !read_port(port, &to->port))
		return false;
	if (name.len > 1 && name.p[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len >= HOST_SIZE)
		return false;
	for (i = 0; i < name.len; i++)
		to->name[i] = (char)tolower((unsigned char)name.p[i]);
	to->name[name.len] = '\0';
	to->is_address = to_address(to->name, to->address);
	return true;
}

static bool
in_network(const unsigned char *address, const unsigned char *net, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(address, net, whole) != 0)
		return false;
	return rest == 0 || (address[whole] ^ net[whole]) >> (8 - rest) == 0;
}

bool
host_is_private(const struct host *host)
{
	static const struct {
		unsigned char	net[16];
		unsigned	bits;
	} nets[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127 }, 104 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10 }, 104 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 172, 16 }, 108 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 168 }, 112 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0 }, 128 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 }, 128 },
		{ { 0xfc }, 7 },
	};
	size_t i;

	for (i = 0; host->is_address && i < sizeof(nets) / sizeof(nets[0]); i++)
		if (in_network(host->address, nets[i].net, nets[i].bits))
			return true;
	return false;
}

bool
host_is_local(const struct host *host)
{
	return strcmp(host->name, "localhost") == 0 || strcmp(host->name, "127.0.0.1") == 0 ||
	    strcmp(host->name, "::1") == 0;
}

/*
 * "*" stands for any characters of one label, at the start for labels too: "*.x.org"
 * is a.b.x.org, but "mlflow*" is not mlflow.evil.com.
 */
static bool
name_matches(const char *pattern, const char *name, bool at_start)
{
	bool dots = at_start && *pattern == '*';

	for (; *pattern != '*'; pattern++, name++) {
		if (*pattern != *name)
			return false;
		if (*pattern == '\0')
			return true;
	}
	for (;; name++) {
		if (name_matches(pattern + 1, name, false))
			return true;
		if (*name == '\0' || (*name == '.' && !dots))
			return false;
	}
}

static bool
port_matches(unsigned wanted, unsigned port)
{
	return wanted == 0 || wanted == port ||
	    (port == 0 && (wanted == HTTP_PORT || wanted == HTTPS_PORT));
}

static bool
address_matches(const struct host_pattern *p, const struct host *host)
{
	size_t i;

	for (i = 0; i < sizeof(p->mask); i++)
		if ((p->address[i] ^ host->address[i]) & p->mask[i])
			return false;
	return host->is_address;
}

static bool
pattern_matches(const struct host_pattern *p, const struct host *host)
{
	if (!port_matches(p->port, host->port))
		return false;
	if (p->name == NULL)
		return address_matches(p, host);
	/* a name is no address, whatever it looks like */
	return strcmp(p->name, "*") == 0 ||
	    (!host->is_address && name_matches(p->name, host->name, true));
}

bool
host_is_listed(const struct host_patterns *list, const struct host *host)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (pattern_matches(&list->items[i], host))
			return true;
	return false;
}

bool
host_name_is_listed(const struct host_patterns *list, const char *name)
{
	struct host host;

	return host_read(str_of(name), &host) && host_is_listed(list, &host);
}

struct str
origin_authority(struct str origin)
{
	const char *at = origin.p == NULL ? NULL : strstr(origin.p, "://");
	struct str s;
	const char *slash;

	if (at == NULL || at == origin.p)
		return (struct str){ NULL, 0 };
	s = (struct str){ at + 3, origin.len - (size_t)(at + 3 - origin.p) };
	slash = s.len == 0 ? NULL : memchr(s.p, '/', s.len);
	if (slash != NULL)
		s.len = (size_t)(slash - s.p);
	return s;
}

static struct str
scheme_of(struct str origin)
{
	return (struct str){ origin.p, (size_t)(strstr(origin.p, "://") - origin.p) };
}

bool
origin_read(struct str origin, struct host *to)
{
	struct str authority = origin_authority(origin);

	if (authority.p == NULL || !host_read(authority, to))
		return false;
	if (to->port == 0 && str_is_nocase(scheme_of(origin), "http"))
		to->port = HTTP_PORT;
	else if (to->port == 0 && str_is_nocase(scheme_of(origin), "https"))
		to->port = HTTPS_PORT;
	return true;
}

bool
origin_is_listed(const struct host_patterns *list, struct str origin)
{
	struct host host;
	bool readable = origin_read(origin, &host);
	size_t i;

	for (i = 0; i < list->n; i++) {
		const struct host_pattern *p = &list->items[i];

		/* "*" and "null" have no host */
		if (strcmp(p->scheme, "*") == 0 && p->name != NULL && strcmp(p->name, "*") == 0)
			return true;
		if (strcmp(p->scheme, "null") == 0 && str_is(origin, "null"))
			return true;
		if (readable && (strcmp(p->scheme, "*") == 0 ||
		    str_is_nocase(scheme_of(origin), p->scheme)) && pattern_matches(p, &host))
			return true;
	}
	return false;
}
