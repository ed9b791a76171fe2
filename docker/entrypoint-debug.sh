#!/bin/sh
# As entrypoint.sh, but tells first what the container is, and then logs each
# request: MLFLOW_COMMAND=entrypoint-debug.sh in .env.
set -eu

section() {
	printf '\n--- %s\n' "$1"
}

# A password is in a variable that is named so, or in a URI.
mask() {
	sed -E \
	    -e 's/^([^=]*(PASS|SECRET|TOKEN|KEY)[^=]*)=.+/\1=********/' \
	    -e 's,(://[^:/@]*):[^@/]*@,\1:********@,'
}

# values of several lines would escape the mask: only the first line is shown
environment() {
	awk 'BEGIN { for (name in ENVIRON) { split(ENVIRON[name], line, "\n"); print name "=" line[1] } }' |
	    sort | sed -E 's/^([^=]*_FILE)=/\1 /' | mask | sed -E 's/^([^= ]*_FILE) /\1=/'
}

processes() {
	for process in /proc/[0-9]*; do
		printf '%6s  %s\n' "${process#/proc/}" \
		    "$(tr '\0' ' ' <"$process/cmdline" 2>/dev/null | mask)"
	done
}

section 'Operating system'
sed -n 's/^PRETTY_NAME=//p' /etc/os-release
uname -srm
section 'User'
id
section 'Programs and libraries'
cairn version
lighttpd -v
dpkg-query -W libfcgi0ldbl libjson-c5 libmariadb3 libprotobuf-c1 libssl3 lighttpd zlib1g
section 'Environment, passwords masked'
environment
section 'Processes'
processes
section 'Server'
exec "$(dirname "$0")/entrypoint.sh" --dev --access-log /dev/stderr "$@"
