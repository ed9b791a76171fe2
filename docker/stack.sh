# Sourced by the stack_*.sh scripts, in the folder of docker-compose.yml.

say() {
	printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2
}

fail() {
	say "$@"
	exit 1
}

# Exports what is in .env; a variable that is set already wins, as in Compose.
load_env() {
	[ -r .env ] || fail "there is no .env here: run ./stack_init.sh first"
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in '' | \#*) continue ;; esac
		name=${line%%=*}
		case $name in
		"$line" | '' | [!A-Za-z_]* | *[!A-Za-z0-9_]*)
			fail ".env: '$line' is not of the form NAME=VALUE" ;;
		esac
		eval "known=\${$name+yes}"
		[ -n "$known" ] || export "$name=${line#*=}"
	done <.env
	export COMPOSE_PROJECT_NAME="${COMPOSE_PROJECT_NAME:-cairn}"
	# the article's form of the folder has file:// in front
	DEFAULT_ARTIFACT_ROOT=${DEFAULT_ARTIFACT_ROOT-}
	DEFAULT_ARTIFACT_ROOT=${DEFAULT_ARTIFACT_ROOT#file://}
	export DEFAULT_ARTIFACT_ROOT
}

# MYSQL_PASSWORD and MYSQL_ROOT_PASSWORD, for Compose files of your own and for
# clients; the stack's own containers read the files.
load_secrets() {
	for name in mysql_password mysql_root_password; do
		[ -s ".secrets/$name" ] || fail ".secrets/$name is missing or empty: run ./stack_init.sh, or write a password into it"
		IFS= read -r secret <".secrets/$name" || [ -n "$secret" ]
		export "$(echo "$name" | tr a-z A-Z)=$secret"
	done
}

need_docker() {
	command -v docker >/dev/null || fail "there is no docker here: install Docker first"
	docker info >/dev/null 2>&1 ||
	    fail "no Docker daemon answers: start it, or see that you may use its socket"
	if docker compose version >/dev/null 2>&1; then
		compose='docker compose'
	elif command -v docker-compose >/dev/null; then
		compose=docker-compose
	else
		fail "there is neither 'docker compose' nor docker-compose: install one of them"
	fi
}
