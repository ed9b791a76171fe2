#!/bin/sh
# Makes .env and random passwords in .secrets, once: what is there stays.
#
#	./stack_init.sh [ARTIFACT-FOLDER]
#
# The folder is for the artifacts of new experiments; ~/mlflow/mlruns if not given.
set -eu
cd "$(dirname "$0")"
. docker/stack.sh

# Whoever calls sudo is meant, not root.
uid=${SUDO_UID:-$(id -u)}
gid=${SUDO_GID:-$(id -g)}
user=$(id -un "$uid" 2>/dev/null) || user=cairn

owned() {
	[ "$(id -u)" -ne 0 ] || chown "$uid:$gid" "$@"
}

default_root() {
	home=$(getent passwd "$uid" | cut -d : -f 6)
	printf '%s' "${home:-$HOME}/mlflow/mlruns"
}

make_env() {
	root=${1:-$(default_root)}
	case $root in
	/*) ;;
	*) root=$PWD/$root ;;
	esac
	awk -v root="$root" -v user="$user" -v uid="$uid" -v gid="$gid" '
		/^DEFAULT_ARTIFACT_ROOT=/	{ $0 = "DEFAULT_ARTIFACT_ROOT=" root }
		/^USER_NAME=/			{ $0 = "USER_NAME=" user }
		/^USER_UID=/			{ $0 = "USER_UID=" uid }
		/^USER_GID=/			{ $0 = "USER_GID=" gid }
		{ print }' .env.example >.env.new
	owned .env.new
	mv .env.new .env
	say "made .env (artifacts in $root)"
}

make_secret() {
	(umask 077 && od -An -N18 -tx1 /dev/urandom | tr -d ' \n' >".secrets/$1.new" &&
	    echo >>".secrets/$1.new")
	owned ".secrets/$1.new"
	mv ".secrets/$1.new" ".secrets/$1"
	say "made .secrets/$1"
}

[ $# -le 1 ] || fail "usage: ./stack_init.sh [ARTIFACT-FOLDER]"
if [ -e .env ]; then say ".env is kept"; else make_env "$@"; fi
[ -d .secrets ] || { mkdir -m 700 .secrets && owned .secrets; }
for name in mysql_password mysql_root_password; do
	if [ -e ".secrets/$name" ]; then say ".secrets/$name is kept"; else make_secret $name; fi
done
say "next: ./stack_deploy.sh"
