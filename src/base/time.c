/* The clock. */
#include <ctype.h>
#include <errno.h>
#include <time.h>

#include "base/time.h"

static int64_t
read_clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t
time_now_ms(void)
{
	return read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t
time_monotonic_ms(void)
{
	return time_monotonic_us() / 1000;
}

int64_t
time_monotonic_us(void)
{
	return read_clock_us(CLOCK_MONOTONIC);
}

void
time_sleep_ms(int64_t ms)
{
	struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

bool
time_is_dated(int64_t ms)
{
	return ms >= TIME_FIRST_MS && ms <= TIME_LAST_MS;
}

struct str
time_text(struct arena *mem, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	int rest = (int)(ms - (int64_t)seconds * 1000);
	struct str date;
	struct tm tm;

	/* beyond the years that a calendar has */
	if (gmtime_r(&seconds, &tm) == NULL)
		return arena_printf(mem, "%lld", (long long)ms);
	date = arena_printf(mem, "%04lld-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900LL,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	return rest == 0 ? arena_printf(mem, "%sZ", date.p) :
	    arena_printf(mem, "%s.%03dZ", date.p, rest);
}

/* Exactly n digits at *p, moved past them. */
static bool
take_digits(const char **p, const char *end, size_t n, int *out)
{
	for (*out = 0; n > 0; n--, ++*p) {
		if (*p == end || !isdigit((unsigned char)**p))
			return false;
		*out = *out * 10 + (**p - '0');
	}
	return true;
}

static bool
take_char(const char **p, const char *end, char c)
{
	return *p < end && *(*p)++ == c;
}

/* Digits behind a point as milliseconds; there may be none and no point. */
static bool
take_fraction(const char **p, const char *end, int *ms)
{
	int unit = 100;

	*ms = 0;
	if (*p == end || **p != '.')
		return true;
	if (++*p == end || !isdigit((unsigned char)**p))
		return false;
	for (; *p < end && isdigit((unsigned char)**p); ++*p, unit /= 10)
		*ms += (**p - '0') * unit;
	return true;
}

/* "Z", "+01:00": minutes that are to be taken off. */
static bool
take_offset(const char **p, const char *end, int *minutes)
{
	int hours, rest, sign;

	*minutes = 0;
	if (*p == end)
		return false;
	if (**p == 'Z' || **p == 'z')
		return ++*p == end;
	sign = **p == '-' ? -1 : 1;
	if ((*(*p)++ != '+' && sign == 1) || !take_digits(p, end, 2, &hours) ||
	    !take_char(p, end, ':') || !take_digits(p, end, 2, &rest))
		return false;
	*minutes = sign * (hours * 60 + rest);
	return *p == end && hours < 24 && rest < 60;
}

static const char **
skip(const char **p)
{
	++*p;
	return p;
}

bool
time_parse(struct str s, int64_t *ms)
{
	const char *p = s.p, *end = s.p + s.len;
	int fraction, offset, day;
	struct tm tm = { 0 };

	if (!take_digits(&p, end, 4, &tm.tm_year) || !take_char(&p, end, '-') ||
	    !take_digits(&p, end, 2, &tm.tm_mon) || !take_char(&p, end, '-') ||
	    !take_digits(&p, end, 2, &tm.tm_mday) || p == end ||
	    (*p != 'T' && *p != 't') || !take_digits(skip(&p), end, 2, &tm.tm_hour) ||
	    !take_char(&p, end, ':') || !take_digits(&p, end, 2, &tm.tm_min) ||
	    !take_char(&p, end, ':') || !take_digits(&p, end, 2, &tm.tm_sec) ||
	    !take_fraction(&p, end, &fraction) || !take_offset(&p, end, &offset))
		return false;
	if (tm.tm_year == 0 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 ||
	    tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	day = tm.tm_mday;
	*ms = ((int64_t)timegm(&tm) - offset * 60) * 1000 + fraction;
	/* timegm makes the first of March of the 29th of February */
	return tm.tm_mday == day && time_is_dated(*ms);
}

struct str
time_span_text(struct arena *mem, int64_t ms)
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t n = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;

	return n % 1000 == 0 ?
	    arena_printf(mem, "%s%llus", sign, (unsigned long long)(n / 1000)) :
	    arena_printf(mem, "%s%llu.%03us", sign, (unsigned long long)(n / 1000),
	    (unsigned)(n % 1000));
}

bool
time_span_parse(struct str s, int64_t *ms)
{
	/* protobuf's own limit: some 10,000 years of seconds */
	const int64_t most = 315576000000;
	const char *p = s.p, *end = s.p + s.len;
	bool negative = s.len > 0 && *p == '-';
	int64_t seconds = 0;
	int fraction;

	p += negative;
	if (p == end || !isdigit((unsigned char)*p))
		return false;
	for (; p < end && isdigit((unsigned char)*p) && seconds <= most; p++)
		seconds = seconds * 10 + (*p - '0');
	if (seconds > most || !take_fraction(&p, end, &fraction) || !take_char(&p, end, 's') ||
	    p != end)
		return false;
	*ms = (seconds * 1000 + fraction) * (negative ? -1 : 1);
	return true;
}
