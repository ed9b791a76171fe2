#!/bin/bash
# Runs mariadbd; makes its data first when there is none, from
#
#	MARIADB_ROOT_PASSWORD_FILE  MARIADB_DATABASE  MARIADB_USER
#	MARIADB_PASSWORD_FILE
#
# and /docker-entrypoint-initdb.d/*.sql.  Arguments that begin with - are
# mariadbd's.
set -euo pipefail

case ${1-} in -*) set -- mariadbd "$@" ;; esac
[ "${1-}" = mariadbd ] || exec "$@"

data=/var/lib/mysql
socket=/run/mysqld/mysqld.sock
health=$data/.healthcheck.cnf
client=(mariadb --no-defaults --socket=$socket -uroot)

# as a literal of SQL
literal() {
	local text=${1//\\/\\\\}
	printf "'%s'" "${text//\'/\'\'}"
}

accounts() {
	local root password secret
	root=$(literal "$MARIADB_ROOT_PASSWORD")
	password=$(literal "$MARIADB_PASSWORD")
	secret=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
	(umask 077; printf '[client]\nuser=healthcheck\npassword=%s\n' "$secret" >$health)
	cat <<-SQL
		CREATE DATABASE \`$MARIADB_DATABASE\`;
		CREATE USER $(literal "$MARIADB_USER")@'%' IDENTIFIED BY $password;
		GRANT ALL ON \`${MARIADB_DATABASE//_/\\_}\`.* TO $(literal "$MARIADB_USER")@'%';
		CREATE USER healthcheck@127.0.0.1 IDENTIFIED BY '$secret', healthcheck@localhost IDENTIFIED BY '$secret';
		CREATE USER root@'%' IDENTIFIED BY $root;
		GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
		ALTER USER root@localhost IDENTIFIED BY $root;
	SQL
}

# The server of the setting up takes no connections over the network.
make_data() {
	local file pid
	mariadb-install-db --datadir=$data --skip-test-db --auth-root-authentication-method=normal >/dev/null
	"$@" --skip-networking --skip-log-bin &
	pid=$!
	until "${client[@]}" -e 'SELECT 1' >/dev/null 2>&1; do
		kill -0 $pid || exit 1
		sleep 0.2
	done
	for file in /docker-entrypoint-initdb.d/*.sql; do
		[ ! -e "$file" ] || "${client[@]}" <"$file"
	done
	accounts | "${client[@]}" --default-character-set=utf8mb4
	kill $pid
	wait $pid
}

# only root may be able to read the secrets
if [ "$(id -u)" = 0 ]; then
	MARIADB_ROOT_PASSWORD=$(<"$MARIADB_ROOT_PASSWORD_FILE")
	MARIADB_PASSWORD=$(<"$MARIADB_PASSWORD_FILE")
	export MARIADB_ROOT_PASSWORD MARIADB_PASSWORD
	chown -R mysql: $data /run/mysqld
	exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi
[ -d $data/mysql ] || make_data "$@"
unset MARIADB_ROOT_PASSWORD MARIADB_PASSWORD
exec "$@"
