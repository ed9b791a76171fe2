/* cairn db init, cairn db check. */
#ifndef CLI_DB_H
#define CLI_DB_H

/*
 * argv[0] is "db".  0 fine; 1 the database needs attention: findings, or it
 * cannot be made; 2 wrong usage, or no database to be had.
 */
int	cli_db(int argc, char **argv);

#endif
