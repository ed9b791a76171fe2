/* Texts as Python shows them: MLflow's messages quote values that way. */
#ifndef BASE_REPR_H
#define BASE_REPR_H

#include "base/arena.h"
#include "base/buf.h"

/* s as a Python string literal with its quotes. */
void		repr_add(struct buf *, struct str s);
/* The same in `mem`. */
struct str	repr(struct arena *mem, struct str s);

/* s as a JSON string with its quotes, ASCII only, as Python's json writes it. */
void		json_quote(struct buf *, struct str s);

#endif
