/*
 * Waiting for the database with a real login, and bringing it to our schema.
 */
#ifndef CLI_LOGIN_H
#define CLI_LOGIN_H

#include "base/arena.h"
#include "conf/conf.h"

/*
 * Wait up to conf->db.wait_ms for name, connection and login, one line in the
 * log for each; then make the schema in an empty database and experiment 0.
 * `alive` is asked now and then whether waiting makes sense; NULL: it does.
 * 0, or -1 with a line in the log that says what is missing.
 */
int	login_wait(struct arena *mem, const struct conf *conf,
	    bool (*alive)(void *), void *arg);

/* One line about a certificate or key that cannot be read; NULL: there is none such. */
const char *login_missing_file(struct arena *mem, const struct conf_db *);

#endif
