/*
 * Random identities.  The words are our own list in MLflow's shape
 * (predicate-noun-number).
 */
#include <stdlib.h>
#include <sys/random.h>

#include "base/id.h"

static void
random_bytes(void *to, size_t n)
{
	/* up to 256 bytes come whole or not at all */
	if (getrandom(to, n, 0) != (ssize_t)n)
		abort();
}

struct str
id_hex32(struct arena *mem)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[16];
	char *p = arena_alloc(mem, 33);
	size_t i;

	random_bytes(raw, sizeof(raw));
	/* the two marks of a random UUID */
	raw[6] = (unsigned char)((raw[6] & 0x0f) | 0x40);
	raw[8] = (unsigned char)((raw[8] & 0x3f) | 0x80);
	for (i = 0; i < sizeof(raw); i++) {
		p[2 * i] = digits[raw[i] >> 4];
		p[2 * i + 1] = digits[raw[i] & 15];
	}
	return (struct str){ p, 32 };
}

uint32_t
id_below(uint32_t n)
{
	uint32_t limit = UINT32_MAX - UINT32_MAX % n;
	uint32_t v;

	do {
		random_bytes(&v, sizeof(v));
	} while (v >= limit);
	return v % n;
}

struct str
id_run_name(struct arena *mem)
{
	static const char *const adjectives[] = {
		"amber", "brave", "brisk", "calm", "clear", "clever", "coastal",
		"copper", "curious", "daring", "dusty", "early", "eager", "even",
		"fair", "fleet", "gentle", "glad", "golden", "granite", "happy",
		"hardy", "hidden", "humble", "keen", "kind", "lively", "lofty",
		"lucid", "mellow", "mossy", "nimble", "noble", "patient", "plucky",
		"polar", "proud", "quiet", "rapid", "ready", "rugged", "silent",
		"silver", "smooth", "steady", "stony", "sturdy", "sunny", "swift",
		"tidy", "upland", "useful", "vivid", "warm", "wild", "wise",
	};
	static const char *const animals[] = {
		"auk", "badger", "beaver", "bison", "bittern", "boar", "chamois",
		"civet", "crane", "crow", "curlew", "deer", "dunlin", "eagle",
		"egret", "elk", "ermine", "falcon", "finch", "fox", "gannet", "goat",
		"goose", "grouse", "gull", "hare", "heron", "ibex", "jackdaw", "jay",
		"kestrel", "lark", "linnet", "lynx", "marmot", "marten", "merlin",
		"mole", "newt", "osprey", "otter", "ouzel", "owl", "petrel", "pipit",
		"plover", "ptarmigan", "puffin", "raven", "seal", "shrew", "siskin",
		"skua", "snipe", "stoat", "swan", "tern", "thrush", "vole", "wren",
	};

	return arena_printf(mem, "%s-%s-%u",
	    adjectives[id_below(sizeof(adjectives) / sizeof(adjectives[0]))],
	    animals[id_below(sizeof(animals) / sizeof(animals[0]))],
	    (unsigned)id_below(1000));
}
