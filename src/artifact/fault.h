/*
 * What an errno of artifact/ means for whoever asked: one table, since file systems
 * differ.  Where ext4 says ENOENT of a race, others say ESTALE, EBUSY or EINVAL.
 */
#ifndef ARTIFACT_FAULT_H
#define ARTIFACT_FAULT_H

#include <errno.h>
#include <stdbool.h>

/* Of a path that names no entry ("", ".."); no file system gives it. */
#define FAULT_NO_NAME	EDOM

enum fault {
	FAULT_SERVER,		/* the operator's: rights, an old kernel, all not listed */
	FAULT_MISSING,		/* there is no such thing */
	FAULT_LINK,		/* a symlink is on the way, or it leads outside */
	FAULT_THROUGH_FILE,	/* a file where a directory should be */
	FAULT_DIRECTORY,	/* a directory where a file should be */
	FAULT_NAME,		/* nothing can be stored under this name */
	FAULT_RACE,		/* another request or machine is changing it */
	FAULT_FULL,		/* no room, or no descriptors */
	FAULT_LARGE,		/* beyond a limit of the file system, or of ours */
	FAULT_AWAY,		/* the volume does not answer, or takes no writes */
};

enum fault	fault_of(int error);
/*
 * May it be gone at the next try, after `tries` of them?  What is a race on one file
 * system and a client's mistake on another is tried less often.
 */
bool		fault_may_pass(int error, int tries);
/* Is it of something that is not there, or that is none of ours? */
bool		fault_is_missing(int error);

#endif
