/* What an errno means: see fault.h. */
#include "config.h"

#include <stddef.h>

#include "artifact/fault.h"

/* Another request may remove a directory that is being written into, and the other
 * way round: what it took away is made again so many times. */
#define RACE_TRIES	100
/* Nearly always a mistake of the client's. */
#define DOUBT_TRIES	5

static const struct row {
	int		error;
	enum fault	fault;
	int		tries;
} table[] = {
	{ ENOENT,	FAULT_MISSING,		RACE_TRIES },
	{ ELOOP,	FAULT_LINK,		0 },
	{ EXDEV,	FAULT_LINK,		0 },
	{ ENOTDIR,	FAULT_THROUGH_FILE,	DOUBT_TRIES },
	{ EISDIR,	FAULT_DIRECTORY,	0 },
	{ FAULT_NO_NAME, FAULT_NAME,		0 },
	{ ENAMETOOLONG,	FAULT_NAME,		0 },
	{ EILSEQ,	FAULT_NAME,		0 },
	/* a character that the file system does not know; or an entry that just went */
	{ EINVAL,	FAULT_NAME,		DOUBT_TRIES },
	{ EAGAIN,	FAULT_RACE,		RACE_TRIES },
	{ EBUSY,	FAULT_RACE,		RACE_TRIES },
	{ EEXIST,	FAULT_RACE,		RACE_TRIES },
	{ EINTR,	FAULT_RACE,		RACE_TRIES },
	{ ENOTEMPTY,	FAULT_RACE,		RACE_TRIES },
	{ ESTALE,	FAULT_RACE,		RACE_TRIES },
	{ ETXTBSY,	FAULT_RACE,		RACE_TRIES },
	{ ENOSPC,	FAULT_FULL,		0 },
	{ EDQUOT,	FAULT_FULL,		0 },
	{ EMFILE,	FAULT_FULL,		0 },
	{ ENFILE,	FAULT_FULL,		0 },
	{ ENOMEM,	FAULT_FULL,		0 },
	{ EMLINK,	FAULT_FULL,		0 },
	{ EFBIG,	FAULT_LARGE,		0 },
	{ EOVERFLOW,	FAULT_LARGE,		0 },
	{ EROFS,	FAULT_AWAY,		0 },
	{ EIO,		FAULT_AWAY,		0 },
	{ EREMOTEIO,	FAULT_AWAY,		0 },
	{ ENODEV,	FAULT_AWAY,		0 },
	{ ENXIO,	FAULT_AWAY,		0 },
	{ ENOTCONN,	FAULT_AWAY,		0 },
	{ ECONNABORTED,	FAULT_AWAY,		0 },
	{ ECONNREFUSED,	FAULT_AWAY,		0 },
	{ ECONNRESET,	FAULT_AWAY,		0 },
	{ ESHUTDOWN,	FAULT_AWAY,		0 },
	{ EHOSTDOWN,	FAULT_AWAY,		0 },
	{ EHOSTUNREACH,	FAULT_AWAY,		0 },
	{ ETIMEDOUT,	FAULT_AWAY,		0 },
};

static const struct row *
find_row(int error)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].error == error)
			return &table[i];
	return NULL;
}

enum fault
fault_of(int error)
{
	const struct row *row = find_row(error);

	return row == NULL ? FAULT_SERVER : row->fault;
}

bool
fault_may_pass(int error, int tries)
{
	const struct row *row = find_row(error);

	return row != NULL && tries < row->tries;
}

bool
fault_is_missing(int error)
{
	enum fault fault = fault_of(error);

	return error != FAULT_NO_NAME && (fault == FAULT_MISSING || fault == FAULT_LINK ||
	    fault == FAULT_THROUGH_FILE || fault == FAULT_NAME);
}
