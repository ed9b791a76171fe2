#!/bin/sh
# Containers, networks and volumes of the stack; with --all those of the machine.
#
#	watch -n 1 ./show_all.sh
set -eu
cd "$(dirname "$0")"
. docker/stack.sh

load_env
need_docker
case ${1-} in
'')	set -- --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" ;;
--all)	shift ;;
*)	fail "usage: ./show_all.sh [--all]" ;;
esac
echo "--- containers"
docker ps --all "$@" --format 'table {{.Names}}\t{{.Image}}\t{{.Status}}\t{{.Ports}}'
echo "--- networks"
docker network ls "$@" --format 'table {{.Name}}\t{{.Driver}}\t{{.Scope}}'
echo "--- volumes"
docker volume ls "$@" --format 'table {{.Name}}\t{{.Driver}}'
