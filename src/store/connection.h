/*
 * What db.c, stmt.c and result.c share: the connection and its kept statements.
 * Nobody else includes this.
 */
#ifndef STORE_CONNECTION_H
#define STORE_CONNECTION_H

#include <mysql.h>

#include "store/db.h"

/*
 * Search statements kept prepared: those of one page take about ten, and most
 * clients ask few different things.
 */
#define BUILT_MAX	32

/* A statement from the builder, kept for the next one of the same text. */
struct built {
	struct str	 text;		/* on the heap; .p NULL: a free place */
	MYSQL_STMT	*st;
	uint64_t	 used;		/* when, by db->clock */
	bool		 busy;		/* a result is open */
};

struct db {
	const struct conf_db	*conf;
	MYSQL			*my;			/* NULL: not connected */
	MYSQL_STMT		*prepared[STMT__MAX];
	struct built		 built[BUILT_MAX];
	uint64_t		 clock;
	enum db_error		 error;
	unsigned		 number;
	char			 text[512];
	char			 column[65];
	bool			 in_transaction;	/* asked for */
	bool			 begun;		/* and told; a loss does not change it */
	uint64_t		 connection;	/* counts them */
	int64_t			 lock_wait;	/* seconds, as the session has them */
	int64_t			 statement_time;
	int			 exact_names;	/* -1: not asked yet */
	int			 is_uniform;	/* the same */
	int64_t			 max_packet;	/* bytes of a statement; 0: not asked yet */
	unsigned		 told;		/* the loss that the log was told last */
	int64_t			 told_ms;
};

/* A statement that was executed, and where it goes back to. */
struct executed {
	MYSQL_STMT	*st;
	const char	*name;		/* for the log */
	struct built	*built;		/* NULL: a fixed one, or one to be closed */
	bool		 is_owner;	/* the statement dies with its result */
};

/* Record a failure, log what the client is not told of, and let go what is lost; -1. */
int	db_fail(struct db *, const char *what, unsigned number, const char *text);
int	db_fail_statement(struct db *, MYSQL_STMT *, const char *what);
/*
 * Before each statement: the request's time is not up, the server has been told of the
 * transaction, and there is a connection, which within a transaction must be the one
 * that it began on.
 */
int	db_ready(struct work *, const char *what);
/* May it be said again, since the server had closed a connection gone quiet? */
bool	db_was_quiet(const struct db *, bool fresh);

/* Fixed statements. */
int	stmt_execute(struct work *, enum stmt, const struct db_val *, size_t n,
	    struct executed *out);
const char *stmt_out(enum stmt);
/* Built ones; give back what was executed once its result is read. */
int	stmt_execute_built(struct work *, struct sql *, struct executed *out);
void	stmt_give_back(struct db *, struct executed *, uint64_t connection, bool keep);
/* Close every kept statement, before the connection goes. */
void	stmt_drop_all(struct db *);

#endif
