/*
 * The floor's operations: the statements that a server cannot do without.
 *
 * An operation is a few statements, in one transaction if it writes in more than
 * one.  Each value of a statement is told by a letter:
 *
 *	r	a run to be written to, a different one each time
 *	1	always the same one of them
 *	k	the metric's key; with the row's number if there are several
 *	v t s	value, timestamp, step (32-bit numbers fit both)
 *	u	a text never used before
 *	x	a run id never used before
 *	w	the experiment of the runs to be written to
 *	R	a seeded run, any
 *	E	the number of experiments to be searched
 *	C	the next of the runs with curves
 *	H	the run with the long history
 *	P	the ids that the first statement gave: one for each `?` of `IN (*)`
 */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stddef.h>

#define FLOOR_STEPS	5	/* statements of an operation, at most */
#define FLOOR_ROWS	1000	/* of a batch, at most */
#define FLOOR_KEYS	10	/* of a batch: what latest_metrics gets, at most */

struct floor_step {
	const char	*sql;	/* NULL: behind the last */
	const char	*in;
	size_t		 rows;	/* sent as one array; 0 means one */
	size_t		 list;	/* length of `IN (*)` */
};

struct floor_op {
	const char	 *name;
	size_t		  points;	/* rows of a batch for each key */
	struct floor_step steps[FLOOR_STEPS];
};

extern const struct floor_op floor_ops[];	/* ends with a name of NULL */

#endif
