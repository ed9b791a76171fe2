#!/bin/sh
# healthcheck.sh --connect --innodb_initialized: true when the server answers on
# its port, and has its storage engine.
case "$*" in
'--connect --innodb_initialized') ;;
*) echo "healthcheck.sh: this stand-in knows --connect --innodb_initialized only" >&2; exit 2 ;;
esac
answer=$(mariadb --defaults-file=/var/lib/mysql/.healthcheck.cnf -h127.0.0.1 --protocol=tcp -N -e \
    "SELECT support FROM information_schema.engines WHERE engine = 'InnoDB'") && [ "$answer" = DEFAULT ]
