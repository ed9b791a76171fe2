/*
 * Writing JSON as it comes: no tree.  Scopes are kept in a fixed stack; misuse
 * is an assertion.  In a list the key is NULL.
 *
 * Numbers: int64 as plain numbers; doubles as the shortest text that reads back
 * the same, in Python's repr form; NaN as the string "NaN" (or bare, where the
 * reference writes it bare), and infinities likewise.
 */
#ifndef JSON_WRITE_H
#define JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

/* A GraphQL answer: ten fields deep, each a list of objects, and two around them. */
#define JSON_OUT_DEPTH	24

struct json_out {
	struct buf	*buf;
	/* called with full buffers, may empty them; NULL: keep all */
	void		(*flush)(void *arg);
	void		*arg;
	size_t		 flush_at;	/* bytes */
	int		 depth;
	bool		 started[JSON_OUT_DEPTH];
	bool		 is_list[JSON_OUT_DEPTH];
	bool		 bare_nan;
	bool		 closed;	/* by the flush: what is written more is for nothing */
};

/* s as a JSON string with its quotes; what is not ASCII stays as it is. */
void	json_add_text(struct buf *, struct str s);

void	json_out_init(struct json_out *, struct buf *);

void	json_begin(struct json_out *, const char *key);		/* { */
void	json_end(struct json_out *);				/* } */
void	json_list_begin(struct json_out *, const char *key);	/* [ */
void	json_list_end(struct json_out *);			/* ] */

/* A key needs no escapes.  An absent str is "". */
void	json_put_str(struct json_out *, const char *key, struct str);
/* One text in several pieces, however long; nothing else is written between the two. */
void	json_text_begin(struct json_out *, const char *key);
void	json_text_add(struct json_out *, struct str);
void	json_text_end(struct json_out *);
void	json_put_i64(struct json_out *, const char *key, int64_t);
void	json_put_dbl(struct json_out *, const char *key, double);
void	json_put_bool(struct json_out *, const char *key, bool);
void	json_put_null(struct json_out *, const char *key);
/* JSON text that is known to be whole, as it stands. */
void	json_put_json(struct json_out *, const char *key, struct str json);
/* A member of a map: its key may be any text. */
void	json_put_member(struct json_out *, struct str key, struct str);

#endif
