#!/bin/sh
# From a fresh Debian 12 to a running tracking server, in one command:
#
#	./quickstart.sh [OPTION ...]		options of `cairn server`
#
# Installs the packages that are missing (as root, or with sudo), builds in
# ./build, fetches MLflow's web pages into ./build/ui (Python is for that alone),
# and runs `cairn server` there in the foreground, with a private database in
# ./cairn-data unless an option or a variable names another.  Run it again at
# will: what is done is not done again.
set -eu

build_packages="autoconf automake gcc libc6-dev libfcgi-dev libjson-c-dev
	libmariadb-dev libprotobuf-c-dev make pkg-config protobuf-c-compiler zlib1g-dev"
run_packages="lighttpd mariadb-server-core python3 python3-pip-whl"

cd "$(dirname "$0")"
mkdir -p build
log=$PWD/build/quickstart.log

say() {
	printf 'quickstart: %s\n' "$*" >&2
}

# run COMMAND ...: quietly, but with the end of its output when it fails
run() {
	if ! "$@" >>"$log" 2>&1; then
		tail -n 30 "$log" >&2
		say "failed: $* (all of it is in $log)"
		exit 1
	fi
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_packages() {
	for package in $build_packages $run_packages; do
		is_installed "$package" || printf ' %s' "$package"
	done
}

# Debian starts a service as soon as its package is there, and at each boot; this
# one would take port 80 for nothing.  Exit 101 of policy-rc.d means "do not".
policy=/usr/sbin/policy-rc.d

forbid_services() {
	[ ! -e $policy ] || return 0
	trap 'as_root rm -f $policy' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
	as_root chmod 755 $policy
}

install_packages() {
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		say "these packages are missing:$1"
		say "install them as root, then run this again"
		exit 1
	fi
	say "installing:$1"
	run as_root apt-get update -q
	# a subshell, so that its trap puts things back whatever happens
	(
		forbid_services
		# shellcheck disable=SC2086 # a list of words
		run as_root env DEBIAN_FRONTEND=noninteractive \
		    apt-get install -q -y --no-install-recommends $1
	)
	case "$1 " in
	*" lighttpd "*)
		if command -v systemctl >/dev/null; then
			run as_root systemctl disable -q lighttpd
		fi
		;;
	esac
}

build() {
	if [ ! -e configure ]; then
		say "making configure"
		run ./autogen.sh
	fi
	if [ ! -e build/Makefile ]; then
		say "configuring in build"
		(cd build && run ../configure)
	fi
	[ -e build/cairn ] || say "building"
	run make -C build -j "$(nproc)" all
}

# Cairn finds them beside itself.  They are for people; clients need none.
fetch_ui() {
	if ! tools/fetch-ui build/ui >>"$log" 2>&1; then
		say "going on without the web pages: $(tail -n 1 "$log")"
	fi
}

: >"$log"
missing=$(missing_packages)
[ -z "$missing" ] || install_packages "$missing"
build
fetch_ui
if [ "$(id -u)" -eq 0 ]; then
	say "all of it runs as root: for another user, start it as that one (packages need root once)"
fi
say "starting: build/cairn server $*"
exec build/cairn server "$@"
