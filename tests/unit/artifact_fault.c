/* What each errno of a file system means, and how often it is worth another try. */
#include <stddef.h>
#include <string.h>

#include "artifact/fault.h"
#include "tap.h"

static void
means(int error, enum fault want)
{
	tap_ok(fault_of(error) == want, "%s", strerror(error));
}

int
main(void)
{
	static const int races[] = { ESTALE, EBUSY, EEXIST, ENOTEMPTY, EAGAIN, ETXTBSY, EINTR };
	static const int full[] = { ENOSPC, EDQUOT, EMFILE, ENFILE, ENOMEM, EMLINK };
	static const int away[] = { EROFS, EIO, ENOTCONN, ETIMEDOUT, EHOSTDOWN, ENODEV, ENXIO };
	static const int names[] = { ENAMETOOLONG, EILSEQ, EINVAL, FAULT_NO_NAME };
	static const int missing[] = { ENOENT, ELOOP, EXDEV, ENOTDIR, ENAMETOOLONG, EINVAL };
	static const int ours[] = { EACCES, EPERM, ENOSYS, EBADF, 0, -1 };
	size_t i;

	for (i = 0; i < sizeof(races) / sizeof(*races); i++) {
		means(races[i], FAULT_RACE);
		tap_ok(fault_may_pass(races[i], 10) && !fault_may_pass(races[i], 1000) &&
		    !fault_is_missing(races[i]), "... passes, but not for ever");
	}
	for (i = 0; i < sizeof(full) / sizeof(*full); i++)
		means(full[i], FAULT_FULL);
	for (i = 0; i < sizeof(away) / sizeof(*away); i++)
		means(away[i], FAULT_AWAY);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		means(names[i], FAULT_NAME);
	for (i = 0; i < sizeof(missing) / sizeof(*missing); i++)
		tap_ok(fault_is_missing(missing[i]), "missing: %s", strerror(missing[i]));
	for (i = 0; i < sizeof(ours) / sizeof(*ours); i++) {
		means(ours[i], FAULT_SERVER);
		tap_ok(!fault_may_pass(ours[i], 0) && !fault_is_missing(ours[i]), "... stays");
	}
	means(EISDIR, FAULT_DIRECTORY);
	means(ENOTDIR, FAULT_THROUGH_FILE);
	means(EFBIG, FAULT_LARGE);
	means(EOVERFLOW, FAULT_LARGE);
	tap_ok(!fault_is_missing(FAULT_NO_NAME), "what is no name is not merely missing");
	tap_ok(fault_may_pass(ENOTDIR, 1) && !fault_may_pass(ENOTDIR, 10),
	    "a file on the way is looked at twice, not for long");
	tap_ok(!fault_may_pass(EISDIR, 0) && !fault_may_pass(ENOSPC, 0) && !fault_may_pass(EROFS, 0),
	    "and what stays is not");
	return tap_done();
}
