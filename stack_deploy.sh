#!/bin/sh
# Builds what has to be built, brings the stack up, waits until all three containers
# are healthy, and prints the addresses.
#
#	./stack_deploy.sh
#
# Settings are in .env, passwords in .secrets (./stack_init.sh makes them).
set -eu
cd "$(dirname "$0")"
. docker/stack.sh

wait_seconds=${STACK_WAIT:-300}	# a new database on a slow disk takes a while
restarts_most=3			# a container that ends again and again stays so

prepare_artifacts() {
	case $DEFAULT_ARTIFACT_ROOT in
	/*:*) fail "DEFAULT_ARTIFACT_ROOT: Docker cannot mount a folder with a colon in its name" ;;
	/?*) ;;
	*) fail "DEFAULT_ARTIFACT_ROOT=$DEFAULT_ARTIFACT_ROOT in .env must be a folder, from / on" ;;
	esac
	# Docker would make it too, but as root
	[ -d "$DEFAULT_ARTIFACT_ROOT" ] || mkdir -p "$DEFAULT_ARTIFACT_ROOT" ||
	    fail "cannot make the artifact folder $DEFAULT_ARTIFACT_ROOT: name another in .env"
	if [ "$(id -u)" -eq 0 ] && [ -n "${USER_UID:-}" ] && [ -z "$(ls -A "$DEFAULT_ARTIFACT_ROOT")" ]; then
		chown "$USER_UID:$USER_GID" "$DEFAULT_ARTIFACT_ROOT"
	fi
}

# state SERVICE: its health, or what else it is, and how often it was started again
state() {
	id=$($compose ps -q "$1" 2>/dev/null)
	[ -n "$id" ] && docker inspect -f \
	    '{{if .State.Running}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}} {{.RestartCount}}' "$id" ||
	    echo missing 0
}

give_up() {
	$compose ps
	$compose logs --tail=20 "$1"
	fail "$1 is not healthy after $(($(date +%s) - start)) s"
}

wait_until_healthy() {
	for service in mysql phpmyadmin mlflow; do
		while true; do
			now=$(state $service)
			case $now in
			healthy\ *) break ;;
			exited\ * | dead\ *) give_up $service ;;
			esac
			[ "${now#* }" -le $restarts_most ] || give_up $service
			[ $(($(date +%s) - start)) -le "$wait_seconds" ] || give_up $service
			sleep 0.5
		done
	done
}

load_env
load_secrets
need_docker
prepare_artifacts
start=$(date +%s)
$compose build mlflow >/dev/null
say "the image of the tracking server is built ($(($(date +%s) - start)) s)"
start=$(date +%s)
$compose up -d
wait_until_healthy
say "all three are healthy ($(($(date +%s) - start)) s)"
host=${BIND_ADDRESS:-127.0.0.1}
[ "$host" != 0.0.0.0 ] || host=$(hostname)
cat <<EOT
tracking server  http://$host:${MLFLOW_PORT:-5005}
phpMyAdmin       http://$host:${PHPMYADMIN_PORT:-8085}  (user ${MYSQL_USER:-mlflow_user}, password in .secrets/mysql_password)
MariaDB          $host:${MYSQL_PORT1:-3305}  database ${MYSQL_DATABASE:-mlflow_db}
artifacts        $DEFAULT_ARTIFACT_ROOT
EOT
