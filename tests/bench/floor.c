/*
 * The floor: the statements of a call, from a bare program, without HTTP.
 *
 *	floor [-t THREADS] [-s SECONDS] [-w WARM] [-n N] [-o FILE] [-k KEY]
 *	    PORT DATABASE OPERATION
 *
 * Options and output are the client's (client.c).  The password is in
 * BENCH_DB_PASSWORD.  KEY names what is written, apart from other runs.
 */
#include "config.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "floor.h"
#include "floor_db.h"

#define ID_SIZE		33
#define WRITE_RUNS	64
#define READ_RUNS	4096
#define CURVES		5
#define TEXT_SIZE	80
#define THREADS_MAX	64
#define DAY_MS		86400000LL
#define EPOCH_MS	1700000000000LL

struct ids {
	size_t	n, max;
	char	(*id)[ID_SIZE];
};

struct result {
	size_t	index;
	double	total, first;
};

/* Shared by the threads, and only read but for `next`. */
struct setup {
	int			 port;
	const char		*name;
	const struct floor_op	*op;
	const char		*key;
	size_t			 warm, n;
	double			 seconds;
	struct ids		 writes, reads, curves, history;
	long long		 experiments;
	atomic_size_t		 next;
	double			 begun;	/* of what is measured */
	struct result		*results;
};

struct thread {
	pthread_t	   id;
	struct setup	  *setup;
	MYSQL		  *my;
	struct floor_stmt  stmts[FLOOR_STEPS];
	size_t		   nstmts;
	struct floor_value *values;
	char		  (*texts)[TEXT_SIZE];	/* what values point to */
	char		  (*page)[FLOOR_TEXT];
	size_t		   npage;
	size_t		   index;
	double		   first;
};

static void
take_id(void *arg, const struct floor_stmt *s)
{
	struct ids *ids = arg;

	if (ids->n < ids->max)
		snprintf(ids->id[ids->n++], ID_SIZE, "%.32s", s->cells[0]);
}

static void
read_ids(MYSQL *my, struct ids *ids, size_t max, const char *sql)
{
	struct floor_stmt s;

	ids->max = max;
	ids->id = calloc(max, sizeof(*ids->id));
	if (ids->id == NULL)
		err(1, "ids");
	floor_prepare(my, &s, sql, 0, 1);
	floor_run(&s, NULL, take_id, ids);
	floor_close(&s);
	if (ids->n == 0)
		errx(1, "%s: nothing", sql);
}

static void
take_number(void *arg, const struct floor_stmt *s)
{
	memcpy(arg, s->cells[0], sizeof(long long));
}

static void
read_seed(struct setup *u)
{
	MYSQL *my = floor_connect(u->port, u->name);
	struct floor_stmt s;

	read_ids(my, &u->writes, WRITE_RUNS,
	    "SELECT run_uuid FROM runs WHERE name LIKE 'write-%' ORDER BY run_uuid LIMIT 64");
	read_ids(my, &u->reads, READ_RUNS,
	    "SELECT run_uuid FROM runs WHERE name LIKE 'run-%' LIMIT 4096");
	read_ids(my, &u->curves, CURVES, "SELECT run_uuid FROM runs WHERE name LIKE 'curve-%'");
	read_ids(my, &u->history, 1, "SELECT run_uuid FROM runs WHERE name = 'history-1'");
	/* all but the default one, and those of curves and writes, which are the last */
	floor_prepare(my, &s, "SELECT COUNT(*) - 3 FROM experiments", 0, 1);
	floor_run(&s, NULL, take_number, &u->experiments);
	floor_close(&s);
	mysql_close(my);
}

static struct floor_value
text(const char *s)
{
	return (struct floor_value){ MYSQL_TYPE_STRING, s, 0, 0 };
}

static struct floor_value
number(long long n)
{
	return (struct floor_value){ MYSQL_TYPE_LONGLONG, NULL, n, 0 };
}

static struct floor_value
real(double x)
{
	return (struct floor_value){ MYSQL_TYPE_DOUBLE, NULL, 0, x };
}

/* A text made for value number `at`. */
#define MADE(t, at, ...)						\
	(snprintf((t)->texts[at], sizeof((t)->texts[at]), __VA_ARGS__), text((t)->texts[at]))

/* The value that a letter stands for, in a row of a step; at numbers the values. */
static struct floor_value
value_of(struct thread *t, char letter, const struct floor_step *step, size_t row, size_t at)
{
	struct setup *u = t->setup;
	/* in the order of the primary key: key by key */
	size_t points = step->rows > FLOOR_KEYS ? u->op->points : 1;
	size_t last = u->op->points - 1;

	switch (letter) {
	case 'r':
		return text(u->writes.id[t->index % u->writes.n]);
	case '1':
		return text(u->writes.id[0]);
	case 'k':
		return step->rows > 1 ? MADE(t, at, "%.50s.%zu", u->key, row / points) :
		    text(u->key);
	case 'v':
		return real((double)(t->index + row) / 7);
	case 't':
		return number(EPOCH_MS + DAY_MS + (long long)t->index);
	case 's':
		return number((long long)(t->index * u->op->points +
		    (points > 1 ? row % points : last)));
	case 'u':
		return MADE(t, at, "%.50s.%zu", u->key, t->index);
	case 'x':
		return MADE(t, at, "%08x%024zx", (unsigned int)getpid(), t->index);
	case 'w':
		return number(u->experiments + 1);
	case 'R':
		return text(u->reads.id[t->index * 2654435761u % u->reads.n]);
	case 'E':
		return number(u->experiments);
	case 'C':
		return text(u->curves.id[at % u->curves.n]);
	case 'H':
		return text(u->history.id[0]);
	case 'P':
		/* a short page repeats its first id */
		return text(t->page[at < t->npage ? at : 0]);
	default:
		errx(1, "no value has the letter %c", letter);
	}
}

/* The statement with its `IN (*)` as long as its list. */
static char *
expand(const struct floor_step *step)
{
	size_t len = strlen(step->sql) + 1;
	const char *mark = strstr(step->sql, "(*)");
	char *sql = malloc(len + 3 * step->list);
	char *at = sql;
	size_t i;

	if (sql == NULL)
		err(1, "statement");
	if (mark == NULL)
		return memcpy(sql, step->sql, len);
	at = mempcpy(at, step->sql, (size_t)(mark - step->sql) + 1);
	for (i = 0; i < step->list; i++)
		at = stpcpy(at, i == 0 ? "?" : ", ?");
	stpcpy(at, mark + 2);
	return sql;
}

static size_t
args_of(const struct floor_step *step)
{
	return step->list > 0 ? step->list : strlen(step->in);
}

static void
prepare(struct thread *t)
{
	const struct floor_step *step = t->setup->op->steps;
	size_t n = FLOOR_ROWS * 5;

	t->my = floor_connect(t->setup->port, t->setup->name);
	for (; t->nstmts < FLOOR_STEPS && step->sql != NULL; step++) {
		char *sql = expand(step);

		floor_prepare(t->my, &t->stmts[t->nstmts++], sql, args_of(step),
		    step->rows > 0 ? step->rows : 1);
		free(sql);
	}
	t->values = calloc(n, sizeof(*t->values));
	t->texts = calloc(n, sizeof(*t->texts));
	t->page = calloc(FLOOR_ARGS, sizeof(*t->page));
	if (t->values == NULL || t->texts == NULL || t->page == NULL)
		err(1, "values");
}

static void
take_row(void *arg, const struct floor_stmt *s)
{
	struct thread *t = arg;

	if (t->first == 0)
		t->first = now();
	/* the page is what the first statement gives */
	if (s == &t->stmts[0] && t->npage < FLOOR_ARGS)
		memcpy(t->page[t->npage++], s->cells[0], FLOOR_TEXT);
}

static void
run_step(struct thread *t, size_t i)
{
	const struct floor_step *step = &t->setup->op->steps[i];
	struct floor_stmt *s = &t->stmts[i];
	size_t row, arg, at = 0;

	for (row = 0; row < s->rows; row++)
		for (arg = 0; arg < s->nargs; arg++, at++)
			t->values[at] = value_of(t, step->list > 0 ? 'P' : step->in[arg], step,
			    row, at);
	floor_run(s, t->values, take_row, t);
}

static bool
is_write(const struct thread *t)
{
	return t->stmts[t->nstmts - 1].ncolumns == 0;
}

static void
run_op(struct thread *t)
{
	size_t i;

	t->first = 0;
	t->npage = 0;
	for (i = 0; i < t->nstmts; i++)
		run_step(t, i);
	if (is_write(t) && t->nstmts > 1 && mysql_commit(t->my) != 0)
		errx(1, "%s", mysql_error(t->my));
}

/* The next index to be done, or n at the end. */
static size_t
take_index(struct setup *u)
{
	size_t i = atomic_fetch_add(&u->next, 1);

	if (i == u->warm)
		u->begun = now();
	if (i > u->warm && now() - u->begun > u->seconds)
		return u->n;
	return i;
}

static void *
run_thread(void *arg)
{
	struct thread *t = arg;
	struct setup *u = t->setup;
	double begun, ended;

	if (is_write(t) && t->nstmts > 1)
		mysql_autocommit(t->my, 0);
	while ((t->index = take_index(u)) < u->n) {
		begun = now();
		run_op(t);
		ended = now();
		if (t->index >= u->warm)
			u->results[t->index] = (struct result){
				t->index, ended - begun, (is_write(t) ? ended : t->first) - begun
			};
	}
	mysql_thread_end();
	return NULL;
}

static void
close_thread(struct thread *t)
{
	size_t i;

	for (i = 0; i < t->nstmts; i++)
		floor_close(&t->stmts[i]);
	mysql_close(t->my);
	free(t->values);
	free(t->texts);
	free(t->page);
}

static void
run_threads(struct setup *u, size_t n)
{
	struct thread *threads = calloc(n, sizeof(*threads));
	size_t i;

	if (threads == NULL)
		err(1, "threads");
	for (i = 0; i < n; i++) {
		threads[i].setup = u;
		prepare(&threads[i]);
	}
	for (i = 0; i < n; i++)
		if (pthread_create(&threads[i].id, NULL, run_thread, &threads[i]) != 0)
			err(1, "thread");
	for (i = 0; i < n; i++)
		pthread_join(threads[i].id, NULL);
	for (i = 0; i < n; i++)
		close_thread(&threads[i]);
	free(threads);
}

/* In the client's form; the number of results. */
static size_t
write_results(const struct setup *u, const char *path)
{
	FILE *f = fopen(path, "w");
	size_t i, n = 0;

	if (f == NULL)
		err(1, "%s", path);
	for (i = u->warm; i < u->n; i++) {
		if (u->results[i].total == 0)
			continue;
		n++;
		fprintf(f, "%zu 1 %.1f %.1f\n", i, 1e6 * u->results[i].total,
		    1e6 * u->results[i].first);
	}
	if (fclose(f) != 0)
		err(1, "%s", path);
	return n;
}

static const struct floor_op *
find_op(const char *name)
{
	const struct floor_op *op;

	for (op = floor_ops; op->name != NULL; op++)
		if (strcmp(op->name, name) == 0)
			return op;
	errx(1, "there is no operation %s", name);
}

static void
usage(void)
{
	errx(1, "usage: floor [-t THREADS] [-s SECONDS] [-w WARM] [-n N] [-o FILE] [-k KEY] "
	    "PORT DATABASE OPERATION");
}

static void
run(struct setup *u, size_t threads, const char *out)
{
	double wall, cpu;
	size_t n;

	read_seed(u);
	u->results = calloc(u->n, sizeof(*u->results));
	if (u->results == NULL)
		err(1, "results");
	cpu = cpu_seconds();
	run_threads(u, threads);
	wall = now() - u->begun;
	n = write_results(u, out);
	printf("%zu 0 %.6f %.6f 0 \n", n, wall, cpu_seconds() - cpu);
	free(u->results);
	free(u->writes.id);
	free(u->reads.id);
	free(u->curves.id);
	free(u->history.id);
}

int
main(int argc, char *argv[])
{
	struct setup u = { .key = "floor", .n = 1000, .seconds = 3600 };
	const char *out = "/dev/null";
	size_t threads = 1;
	int option;

	while ((option = getopt(argc, argv, "t:s:w:n:o:k:")) != -1) {
		switch (option) {
		case 't':
			threads = strtoul(optarg, NULL, 10);
			break;
		case 's':
			u.seconds = atof(optarg);
			break;
		case 'w':
			u.warm = strtoul(optarg, NULL, 10);
			break;
		case 'n':
			u.n = strtoul(optarg, NULL, 10);
			break;
		case 'o':
			out = optarg;
			break;
		case 'k':
			u.key = optarg;
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 3 || threads < 1 || threads > THREADS_MAX || u.warm >= u.n)
		usage();
	u.port = atoi(argv[optind]);
	u.name = argv[optind + 1];
	u.op = find_op(argv[optind + 2]);
	run(&u, threads, out);
	return 0;
}
