#!/bin/sh
# Takes the containers and the network of the stack down; its data stays.
#
#	./stack_remove.sh [--volumes [--yes]]
#
# --volumes drops the database as well, after a question (--yes answers it).
# Artifacts stay where they are.
set -eu
cd "$(dirname "$0")"
. docker/stack.sh

volumes='' yes=''
for argument; do
	case $argument in
	--volumes)	volumes=--volumes ;;
	--yes)		yes=yes ;;
	*)		fail "usage: ./stack_remove.sh [--volumes [--yes]]" ;;
	esac
done

load_env
need_docker
if [ -n "$volumes" ] && [ -z "$yes" ]; then
	printf 'Drop the database of the stack %s, with all runs? [y/N] ' "$COMPOSE_PROJECT_NAME"
	read -r yes || yes=no
	case $yes in
	y | Y | yes) ;;
	*) fail "nothing is removed" ;;
	esac
fi
$compose down --remove-orphans $volumes
