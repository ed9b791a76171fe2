/*
 * Feed every file of the folders named on the command line to a fuzzer's
 * function, so that corpora are tested without libFuzzer.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
complain(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return -1;
}

/* In memory of exactly its size, so that a sanitizer sees each overrun. */
static int
replay_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rb");
	uint8_t *data = malloc(size == 0 ? 1 : size);
	size_t n;

	if (f == NULL || data == NULL) {
		free(data);
		if (f != NULL)
			fclose(f);
		return complain(path);
	}
	n = fread(data, 1, size, f);
	fclose(f);
	if (n == size)
		LLVMFuzzerTestOneInput(data, size);
	free(data);
	return n == size ? 0 : complain(path);
}

/* Files replayed, or -1. */
static int
replay_folder(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	struct stat st;
	int n = 0;

	if (dir == NULL)
		return complain(folder);
	while (n >= 0 && (entry = readdir(dir)) != NULL) {
		int len = snprintf(path, sizeof(path), "%s/%s", folder,
		    entry->d_name);

		if (len >= (int)sizeof(path) || stat(path, &st) != 0)
			n = complain(path);
		else if (S_ISREG(st.st_mode))
			n = replay_file(path, (size_t)st.st_size) == 0 ? n + 1 :
			    -1;
	}
	closedir(dir);
	return n;
}

int
main(int argc, char **argv)
{
	int i, n, total = 0;

	for (i = 1; i < argc; i++, total += n)
		if ((n = replay_folder(argv[i])) < 0)
			return 1;
	printf("%d files\n", total);
	/* an empty corpus tests nothing: a wrong path is likelier */
	return total == 0;
}
