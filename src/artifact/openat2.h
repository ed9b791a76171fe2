/*
 * openat2 where the kernel's headers are older than the kernel that the program runs
 * on: its numbers are the same on every architecture but alpha.
 */
#ifndef ARTIFACT_OPENAT2_H
#define ARTIFACT_OPENAT2_H

#include "config.h"

#include <stdint.h>
#include <sys/syscall.h>

#ifdef HAVE_LINUX_OPENAT2_H
#include <linux/openat2.h>
#else
struct open_how {
	uint64_t	flags;
	uint64_t	mode;
	uint64_t	resolve;
};

#define RESOLVE_NO_MAGICLINKS	0x02
#define RESOLVE_NO_SYMLINKS	0x04
#define RESOLVE_BENEATH		0x08
#endif

#ifndef SYS_openat2
#ifdef __alpha__
#define SYS_openat2	547
#else
#define SYS_openat2	437
#endif
#endif

#endif
