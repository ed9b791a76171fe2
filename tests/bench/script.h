/*
 * A list of requests to be sent, and what each reply must hold.
 *
 * The file has, for each request, a line of seven words parted by blanks
 *
 *	METHOD PATH STATUS NEEDLE COUNT REPLY LENGTH
 *
 * and behind it LENGTH bytes of body and a line feed.  NEEDLE is a text that
 * must stand COUNT times in the reply, or `-`.  REPLY is the length that the
 * reply must have, or -1.  A LENGTH of `=N` has no bytes behind it: the body is
 * N times the same byte, for large uploads.
 */
#ifndef BENCH_SCRIPT_H
#define BENCH_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

/* Stands in a body for the next_page_token of the reply before. */
#define SCRIPT_TOKEN	"@TOKEN@"

struct script_request {
	const char	*method;
	const char	*path;
	int		 status;
	const char	*needle;	/* NULL: nothing is counted */
	long		 count;
	long long	 reply;		/* -1: of any length */
	const char	*body;		/* NULL: filled */
	size_t		 length;
	bool		 chained;	/* its body wants a token */
};

struct script {
	char			*text;	/* what the requests point into */
	struct script_request	*requests;
	size_t			 n;
};

/* Read the file; a faulty one ends the program with a message. */
void	script_read(struct script *, const char *path);
void	script_free(struct script *);

#endif
