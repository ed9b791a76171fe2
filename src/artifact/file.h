/*
 * One artifact file: reading what it is, and writing it whole or not at all.
 *
 * Functions return 0, or -1 with errno set.
 */
#ifndef ARTIFACT_FILE_H
#define ARTIFACT_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

struct artifact_info {
	bool		is_dir;
	int64_t		size;		/* bytes; 0 for a directory */
	struct str	version;	/* differs when the file was changed or replaced */
	struct str	path;		/* absolute, without symlinks */
};

/* What is at a path below the root; neither file nor directory is ENOENT. */
int	file_info(int root, const char *path, struct arena *, struct artifact_info *);

/*
 * A file that is being written: without a name where the file system can, so that
 * nothing is left of a worker that is killed; else under a hidden name beside its
 * target.  It replaces that only when all of it is on the disk.
 */
struct artifact_upload {
	int		 root;		/* to make the directory anew, if somebody removes it */
	int		 dir;
	int		 fd;
	const char	*path;		/* in the arena, as the rest */
	const char	*name;		/* the last part of it */
	char		*temporary;
	bool		 named;		/* it has this hidden name */
};

/* Begin: directories on the way are made.  EISDIR: the target is a directory. */
int	file_upload_begin(struct artifact_upload *, struct arena *, int root, const char *path);
int	file_upload_write(struct artifact_upload *, const void *, size_t bytes);
/* Flush, and put it in the target's place; gives up as below when that fails. */
int	file_upload_finish(struct artifact_upload *);
/* Leave nothing behind; errno is kept. */
void	file_upload_give_up(struct artifact_upload *);

/* close() that keeps errno. */
void	file_close(int fd);
/* A new or renamed entry of a directory (O_PATH will do) reaches the disk. */
void	file_sync_directory(int dir);

#endif
