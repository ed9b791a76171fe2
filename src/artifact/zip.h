/*
 * A zip archive, written as it is made: sizes follow the data, so that nothing is
 * kept but the directory of what was written.  Archives and files of any size
 * (ZIP64).
 */
#ifndef ARTIFACT_ZIP_H
#define ARTIFACT_ZIP_H

#include "base/arena.h"
#include "base/buf.h"

struct zip;

/* `write` takes the archive's bytes; -1 from it ends the archive. */
struct zip	*zip_new(int (*write)(void *arg, const void *, size_t), void *arg);
/* A file: its name with slashes, its bytes of now from `fd`.  0, or -1 with errno. */
int		 zip_add(struct zip *, struct str name, int fd);
/* The directory at the end.  0 or -1. */
int		 zip_finish(struct zip *);
void		 zip_free(struct zip *);

#endif
