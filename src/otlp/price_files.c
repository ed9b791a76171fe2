/* Reading the files of prices. */
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "otlp/price_files.h"

/* Bytes of a file; far more than any of MLflow's. */
#define FILE_MAX	(16 * 1024 * 1024)
#define PIECE		(64 * 1024)

static bool
read_file(int dir, const char *name, struct buf *to)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1;

	if (fd == -1)
		return false;
	while (to->len <= FILE_MAX && (got = read(fd, buf_room(to, PIECE), PIECE)) > 0)
		to->len += (size_t)got;
	close(fd);
	return got == 0;
}

static void
load_file(struct arena *mem, int dir, const char *name, struct otlp_prices *prices)
{
	struct str provider = str_of(name);
	struct buf text = { 0 };

	if (!str_ends(provider, ".json"))
		return;
	provider.len -= sizeof(".json") - 1;
	if (!read_file(dir, name, &text) ||
	    !otlp_prices_add(mem, prices, provider, buf_str(&text)))
		log_warn("%s: no prices of models in it; costs of its models are not computed",
		    name);
	buf_fini(&text);
}

void
otlp_prices_load(struct arena *mem, const char *folder, struct otlp_prices *prices)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	*prices = (struct otlp_prices){ NULL, 0 };
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		load_file(mem, dirfd(dir), entry->d_name, prices);
	closedir(dir);
	otlp_prices_sort(prices);
}
