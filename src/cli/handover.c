/* Each open of /proc/self/fd/N starts at the beginning: readers share no position. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/handover.h"

static int
fill(int fd, const struct buf *text)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(fd, text->p + done, text->len - done);

		if (n == -1)
			return -1;
		done += (size_t)n;
	}
	return fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
}

int
handover_make(struct handover *h, struct arena *mem, const char *name, const struct buf *text)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	h->fd = fd == -1 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HANDOVER_FD);
	if (fd != -1)
		close(fd);
	if (h->fd == -1 || (text != NULL && fill(h->fd, text) == -1)) {
		log_error("cannot keep %s in memory: %s", name, strerror(errno));
		handover_close(h);
		return -1;
	}
	h->path = arena_printf(mem, "/proc/self/fd/%d", h->fd).p;
	return 0;
}

void
handover_close(struct handover *h)
{
	if (h->fd != -1)
		close(h->fd);
	h->fd = -1;
}
