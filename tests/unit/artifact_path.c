/* Artifact paths by their text. */
#include "artifact/path.h"
#include "base/percent.h"
#include "tap.h"

static struct arena mem;

static void
check_valid(void)
{
	static const char *const fine[] = {
		"", "a", "a/b/c.txt", "./a", "a/./b", "a//b", "a/", "...", "....", "a..b", "..x",
		"x..", "..\\x", "a?b", "100%", "a%zz", "~", "a b", "a%23b", "#", "a;b", "C:path",
		"http://h/x", "x/file:y", "\\\\srv", "%41", "a%20b", "100%25", "a%00b", "a%0Ab",
	};
	static const char *const refused[] = {
		"..", "../x", "a/..", "a/../b", "/", "/etc/passwd", "//a", "%2e%2e", "%2E%2E/x",
		"%252e%252e/x", "%25252e%2525252e/x", "%2fetc", "%252fetc", "a/%2e%2e%2fx", "a%2f..",
		"file:x", "FILE:///etc/passwd", "file%3a///etc", "C:\\x", "c:/x", "\\\\srv\\x",
		"\xff", "\xc0\xae\xc0\xae/x",
	};
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		tap_ok(path_is_valid(&mem, str_of(fine[i])), "'%s' is a path", fine[i]);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		tap_ok(!path_is_valid(&mem, str_of(refused[i])), "'%s' is not", refused[i]);
	tap_ok(!path_is_valid(&mem, (struct str){ "a\0b", 3 }), "nor one with NUL");
	tap_ok(path_is_valid(&mem, STR("a\nb")) && path_is_valid(&mem, STR("\t\x01\x1f\x7f")),
	    "control characters may be in one");
	tap_ok(path_bad_byte(STR("a\n\xc3\xa9\xef\xbf\xbd")) == -1 &&
	    path_bad_byte(STR("a\xc3\xa9\xe9z")) == 0xe9 &&
	    path_bad_byte((struct str){ "a\0b", 3 }) == 0, "the bad byte is told");
}

static void
cleaned(const char *path, const char *want)
{
	struct str got = path_clean(&mem, str_of(path));

	tap_ok(str_is(got, want), "'%s' is '%s'", path, got.p);
}

int
main(void)
{
	arena_init(&mem);
	check_valid();
	cleaned("", "");
	cleaned(".", "");
	cleaned("./a", "a");
	cleaned("a/.//b/", "a/b");
	cleaned("/a/.", "a");
	cleaned("...", "...");
	tap_ok(str_is(path_name(STR("a/b.txt")), "b.txt") && str_is(path_name(STR("b")), "b") &&
	    str_is(path_name(STR("")), ""), "the last part");
	tap_ok(str_is(percent_encode(&mem, STR("/a b%\xc3\xa9\n"), PERCENT_PATH), "/a%20b%25%C3%A9%0A"), "encoded");
	tap_ok(str_is(percent_decode(&mem, STR("%2fa%zz%4")), "/a%zz%4"), "decoded");
	arena_fini(&mem);
	return tap_done();
}
