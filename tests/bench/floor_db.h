/*
 * Prepared statements of libmariadb, and no more.  A mistake of the database
 * ends the program: the floor is measured where nothing fails.
 */
#ifndef BENCH_FLOOR_DB_H
#define BENCH_FLOOR_DB_H

#include <mysql.h>
#include <stddef.h>

#define FLOOR_ARGS	1000	/* of one row */
#define FLOOR_COLUMNS	16	/* of a result */
#define FLOOR_TEXT	512	/* longest text of a result that is kept whole */

/* A value to be sent: a text, or a number of 64 bits, or a double. */
struct floor_value {
	enum enum_field_types	 type;
	const char		*text;
	long long		 number;
	double			 real;
};

struct floor_stmt {
	MYSQL_STMT	*stmt;
	MYSQL_BIND	*binds;		/* one for each value of a row */
	size_t		 nargs;
	size_t		 rows;
	size_t		 ncolumns;	/* 0: it gives no rows */
	MYSQL_BIND	 columns[FLOOR_COLUMNS];
	unsigned long	 lengths[FLOOR_COLUMNS];
	char		 cells[FLOOR_COLUMNS][FLOOR_TEXT];
};

/* Called for each row; the first column is in cells[0] if it is a text. */
typedef void	floor_take(void *, const struct floor_stmt *);

/* A connection as the servers have it: over TCP, READ COMMITTED. */
MYSQL	*floor_connect(int port, const char *name);
void	 floor_prepare(MYSQL *, struct floor_stmt *, const char *sql, size_t nargs, size_t rows);
/*
 * Send rows * nargs values, row by row, and read what comes; take may be NULL.
 * The types of the first row hold for all.
 */
void	 floor_run(struct floor_stmt *, struct floor_value *, floor_take *, void *);
void	 floor_close(struct floor_stmt *);

#endif
