#!/bin/bash
# Every test, from a fresh Debian 12, in one command:
#
#	./runtests.sh [STAGE ...]
#
# Installs what is missing (as root, or with sudo), makes the Python environments
# once (in $CAIRN_TEST_VENVS, else beside the user's caches), builds, and runs the
# stages: in two lanes at a time, since most tests wait for a database as long as they
# compute.  What a stage says comes out when it ends.
#
# One lane, in order:
#
#	gcc      build with -Werror; unit, style, fuzz, store, cli; REST on `cairn server`
#	charsets REST of searches and names, on tables in latin1, utf8mb3 and mixtures
#	roots    REST of artifacts, with the folders on tmpfs and on an overlay
#	clang    build with -Werror, unit tests
#	apache   REST on Apache with mod_fcgid
#	spawn    REST on lighttpd and spawn-fcgi
#	lighttpd REST on lighttpd with "bin-path"
#	sanitize REST on a build with the address and undefined sanitizers
#	weather  a database that dies, workers that are killed, connections that run out
#	dist     make distcheck, make install
#
# The other:
#
#	mlflow   the same REST suite on `mlflow server` of the reference release
#	diff     the same traffic to Cairn and to the reference, compared (tests/diff)
#	notebook the penguins notebook with both clients, on Cairn and on the reference
#	stack    the article's stack in containers; needs a Docker daemon
#	browser  MLflow's pages in a headless Chromium, from Cairn and from the reference,
#	         compared; what fails is tried once more
#
# Ends with a line "N passed, N failed".  The lines before it name what was skipped
# (the stack where no Docker daemon answers; with REQUIRE=all that is a failure, as
# is anything else that does not run) and what passed at a second try only.  A stage
# that ran nothing has failed.
set -u

cd "$(dirname "$0")" || exit 1
top=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/cairn-tests.XXXXXX")
scratch=$work
lanes=""
trap 'for lane in $lanes; do kill -- -$lane 2>/dev/null; done; rm -rf "$work"' EXIT
# Apache runs the workers of the build as a user of its own
chmod 755 "$work"
trap 'exit 130' INT TERM
passed=0 failed=0
jobs=$(nproc)

mlflow_release=3.17.2
old_client=2.2.1
required=${REQUIRE:-}
venvs=${CAIRN_TEST_VENVS:-${XDG_CACHE_HOME:-$HOME/.cache}/cairn-tests}

say() {
	printf '\n== %s (%ds)\n' "$*" $SECONDS
}

# note KIND WHAT: a line for the summary
note() {
	echo "$1: $2" | tee -a "$scratch/notes"
}

fail() {
	failed=$((failed + 1))
	echo "not ok - $*"
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

packages() {
	install_missing "apache2 autoconf automake clang curl gcc libapache2-mod-fcgid libapache2-mod-xsendfile
	    libclang-rt-14-dev libc6-dev libfcgi-dev libjson-c-dev libmariadb-dev libprotobuf-c-dev
	    lighttpd llvm-14 make mandoc multiwatch openssl mariadb-client-core mariadb-server-core pkg-config
	    procps protobuf-c-compiler python3 python3-venv spawn-fcgi xz-utils zlib1g-dev"
}

# install_missing PACKAGES
install_missing() {
	local missing="" p
	for p in $1; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
		    missing="$missing $p"
	done
	[ -n "$missing" ] || return 0
	say "installing:$missing"
	# no service may start: the tests start their own, on their own ports
	local policy=/usr/sbin/policy-rc.d made=""
	if [ ! -e $policy ]; then
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
		as_root chmod 755 $policy
		made=yes
	fi
	as_root apt-get update -q >"$work/apt.log" 2>&1 &&
	    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
		--no-install-recommends $missing >>"$work/apt.log" 2>&1
	local status=$?
	[ -z "$made" ] || as_root rm -f $policy
	[ $status -eq 0 ] || { tail -n 20 "$work/apt.log"; exit 1; }
}

# venv NAME REQUIREMENT ...: made once; a stamp holds what is in it
venv() {
	local dir=$venvs/$1
	shift
	[ "$(cat "$dir/requirements" 2>/dev/null)" = "$*" ] && return 0
	say "making the environment $(basename "$dir")"
	rm -rf "$dir"
	mkdir -p "$venvs"
	if ! { python3 -m venv "$dir" && "$dir/bin/pip" install -q "$@"; } >"$work/pip.log" 2>&1; then
		tail -n 20 "$work/pip.log"
		exit 1
	fi
	echo "$*" >"$dir/requirements"
}

environments() {
	venv mlflow-$mlflow_release "mlflow==$mlflow_release" pymysql pytest requests \
	    "nbconvert<8" "ipykernel<8"
	venv mlflow-$old_client "mlflow==$old_client" "sqlalchemy==1.4.46" "alembic==1.9.4" \
	    "pandas<2" "numpy<1.25" "scikit-learn<1.3" "flask==2.2.3" "matplotlib<3.8" \
	    "setuptools<70" "nbconvert<8" "ipykernel<8"
	export CAIRN_PYTHON=$venvs/mlflow-$mlflow_release/bin/python
	export CAIRN_MLFLOW_PYTHON=$CAIRN_PYTHON
	export CAIRN_TEST_CLIENTS=$CAIRN_PYTHON,$venvs/mlflow-$old_client/bin/python
	export REQUIRE=all PYTHONDONTWRITEBYTECODE=1
}

# check NAME COMMAND ...: one thing that works or does not
check() {
	local name=$1
	shift
	if "$@" >"$scratch/check.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok - $name"
	else
		tail -n 40 "$scratch/check.log"
		fail "$name"
	fi
}

# count_pytest NAME STATUS FILE: add what pytest's last line says; nothing passed is
# a failure
count_pytest() {
	local line skipped p f
	line=$(grep -aE '^[0-9]+ (passed|failed|error|skipped).* in |^=.* in ' "$3" | tail -n 1)
	p=$(grep -aoE '[0-9]+ passed' <<<"$line" | grep -oE '[0-9]+')
	f=$(grep -aoE '[0-9]+ (failed|errors?)' <<<"$line" | grep -oE '[0-9]+' | paste -sd+ | bc_)
	skipped=$(grep -aoE '[0-9]+ skipped' <<<"$line" | grep -oE '[0-9]+')
	[ "$2" -eq 0 ] || [ "${f:-0}" -gt 0 ] || f=1
	[ "${p:-0}" -gt 0 ] || [ "${f:-0}" -gt 0 ] || f=1
	passed=$((passed + ${p:-0}))
	failed=$((failed + ${f:-0} + ${skipped:-0}))
	if [ "${f:-0}" -gt 0 ] || [ "${skipped:-0}" -gt 0 ]; then
		grep -aE '^(FAILED|ERROR|SKIPPED|E  )' "$3" | head -n 60
	fi
	echo "$1: ${line:-no summary; the end of its output follows}"
	[ -n "$line" ] || tail -n 30 "$3"
}

# the sum of "1+2", nothing for nothing
bc_() {
	local sum
	read -r sum || return 0
	echo $((sum))
}

# pytest NAME COMMAND ...
pytest_() {
	local name=$1 status
	shift
	"$@" >"$scratch/pytest.log" 2>&1
	status=$?
	count_pytest "$name" $status "$scratch/pytest.log"
}

# rest KIND BUILD [NAME]: the REST suite on one kind of server
rest() {
	pytest_ "rest on ${3:-$1}" "$CAIRN_PYTHON" tests/servers.py --kind "$1" --build "$2" -- \
	    "$CAIRN_PYTHON" -m pytest -q -rfEs -p no:cacheprovider tests/rest
}

# build NAME CONFIGURE_ARGUMENTS ...: out of tree, with -Werror
build() {
	local dir=$work/$1
	shift
	mkdir -p "$dir"
	(cd "$dir" && "$top/configure" -q --enable-werror "$@" && make -s -j"$jobs") \
	    >"$scratch/build.log" 2>&1 && return 0
	tail -n 40 "$scratch/build.log"
	return 1
}

# make_check NAME: unit, style and fuzz; counts the TAP lines of each log that has to be
make_check() {
	local dir=$work/$1 logs log before=$failed status
	make -s -C "$dir" -j"$jobs" check-c >"$scratch/check.log" 2>&1
	status=$?
	grep -aE '^# (TOTAL|PASS|SKIP|FAIL|ERROR)' "$scratch/check.log" | paste -sd' '
	logs=$(make -s -C "$dir" check-c-logs) && [ -n "$logs" ] || fail "check-c-logs names no log"
	for log in $logs; do
		count_tap "$dir/$log"
	done
	[ $status -eq 0 ] && return
	tail -n 40 "$scratch/check.log"
	[ "$failed" -gt "$before" ] || fail "make check-c ended with $status"
}

# count_tap LOG: what automake's driver left of one program
count_tap() {
	local p f
	p=$(grep -sacE '^ok [0-9]' "$1")
	f=$(grep -sacE '^not ok |# SKIP|^Bail out|^ERROR' "$1")
	passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0}))
	if [ "${f:-0}" -gt 0 ]; then
		echo "-- $1"
		grep -aE '^not ok|SKIP|^# |^ERROR' "$1" | head -n 40
	elif [ "${p:-0}" -eq 0 ]; then
		fail "nothing in $1"
	fi
}

stage_gcc() {
	make_check gcc
	pytest_ store env CAIRN_BUILD="$work/gcc" "$CAIRN_PYTHON" -m pytest -q -rfEs \
	    -p no:cacheprovider tests/store
	pytest_ cli env CAIRN_BUILD="$work/gcc" "$CAIRN_PYTHON" -m pytest -q -rfEs \
	    -p no:cacheprovider tests/cli
	rest cairn "$work/gcc"
}

stage_charsets() {
	local charset
	for charset in latin1 utf8mb3 mixed collations; do
		pytest_ "rest on $charset" "$CAIRN_PYTHON" tests/servers.py --kind cairn \
		    --build "$work/gcc" --charset $charset -- \
		    "$CAIRN_PYTHON" -m pytest -q -rfEs -p no:cacheprovider \
		    tests/rest/test_charset.py
	done
}

stage_roots() {
	local kind
	for kind in tmpfs overlay; do
		if ! tests/on-disk $kind true; then
			note skipped "artifacts on $kind: none can be mounted here"
			continue
		fi
		pytest_ "artifacts on $kind" tests/on-disk $kind "$CAIRN_PYTHON" tests/servers.py \
		    --kind cairn --build "$work/gcc" -- "$CAIRN_PYTHON" -m pytest -q -rfEs \
		    -p no:cacheprovider tests/rest/test_artifacts_*.py
	done
}

stage_clang() {
	check "clang builds with -Werror" build clang CC=clang
	make_check clang
}

stage_apache() { rest apache "$work/gcc"; }
stage_spawn() { rest spawn "$work/gcc"; }
stage_lighttpd() { rest lighttpd "$work/gcc"; }
stage_mlflow() { rest mlflow "$work/gcc" "mlflow $mlflow_release"; }

stage_diff() {
	# two minutes of each generator, and the same ones on any machine
	"$CAIRN_PYTHON" tests/diff/diff.py --build "$work/gcc" --seconds 120 --seed 1 \
	    --sessions 60 --filters 2600 >"$scratch/diff.log" 2>&1
	local status=$? counts
	counts=$(grep -aE '^[0-9]+ cases' "$scratch/diff.log" | tail -n 1)
	grep -aE '^(scenarios|sessions|filters|paging|clients): ' "$scratch/diff.log"
	echo "diff: ${counts:-no summary}"
	if [ $status -eq 0 ] && [ -n "$counts" ]; then
		passed=$((passed + ${counts%% *}))
	else
		tail -n 60 "$scratch/diff.log"
		fail diff
	fi
}

stage_sanitize() {
	check "sanitizer build" build sanitize CC=gcc --enable-sanitize
	export ASAN_OPTIONS=log_path=$work/asan:detect_leaks=1:abort_on_error=0
	export UBSAN_OPTIONS=log_path=$work/ubsan:print_stacktrace=1
	make_check sanitize
	rest cairn "$work/sanitize" "the sanitizer build"
	check "no finding of the sanitizers" no_findings
	unset ASAN_OPTIONS UBSAN_OPTIONS
}

no_findings() {
	! cat "$work"/asan.* "$work"/ubsan.* 2>/dev/null | head -n 60 | grep .
}

stage_weather() {
	pytest_ weather env CAIRN_BUILD="$work/gcc" "$CAIRN_PYTHON" -m pytest -q -rfEs \
	    -p no:cacheprovider tests/weather
}

stage_notebook() {
	pytest_ notebook env CAIRN_BUILD="$work/gcc" "$CAIRN_PYTHON" -m pytest -q -rfEs \
	    -p no:cacheprovider tests/notebook
}

stage_stack() {
	local wanted="chromium debootstrap fonts-liberation"
	command -v docker >/dev/null || wanted="$wanted docker.io"
	docker compose version >/dev/null 2>&1 || command -v docker-compose >/dev/null ||
	    wanted="$wanted docker-compose"
	if [ "$required" != all ] && ! docker info >/dev/null 2>&1; then
		note skipped "stage stack: no Docker daemon answers here"
		return
	fi
	install_missing "$wanted"
	export CAIRN_STACK_OUTPUT=${CAIRN_STACK_OUTPUT:-$top/build-stack}
	pytest_ stack "$CAIRN_PYTHON" -m pytest -q -rfEs -p no:cacheprovider tests/stack
	grep -a '^figure: ' "$scratch/pytest.log"
	echo "pictures of the pages are in $CAIRN_STACK_OUTPUT"
}

# browser_tests FAILED ONLY: file that gets the names of what fails; file with the
# names of what is to run, or nothing for all
browser_tests() {
	CAIRN_BROWSER_FAILED=$1 CAIRN_BROWSER_ONLY=$2 \
	    pytest_ browser env CAIRN_BUILD="$work/gcc" CAIRN_UI_DIR="$work/ui" \
	    "$venvs/browser/bin/python" -m pytest -q -rfEs -p no:cacheprovider tests/browser
}

stage_browser() {
	install_missing "chromium fonts-dejavu-core"
	# the client and the reference have environments of their own
	venv browser pytest playwright
	check "the web UI is fetched" tools/fetch-ui "$work/ui"
	export CAIRN_BROWSER_PICTURES=${CAIRN_BROWSER_PICTURES:-$top/build-browser}
	local first=$scratch/failed-first second=$scratch/failed-again before=$failed
	browser_tests "$first" ""
	[ ! -s "$first" ] || browser_again
	echo "pictures of the pages are in $CAIRN_BROWSER_PICTURES"
}

# The pages race their own pieces on a busy machine, the reference's too: what is wrong
# with a server is so twice.  What is right the second time only is told, not counted.
browser_again() {
	local name right=$passed
	echo "these failed and run once more:"
	sed 's/^/	/' "$first"
	failed=$before
	: >"$second"
	browser_tests "$second" "$first"
	passed=$right
	if [ "$failed" -gt "$before" ] && [ ! -s "$second" ]; then
		# it did not come to its end
		cp "$first" "$second"
	fi
	failed=$((before + $(wc -l <"$second")))
	while read -r name; do
		grep -qxF -e "$name" "$second" || note flaky "$name"
	done <"$first"
}

stage_dist() {
	# without Python's layers, which have run as stages
	check "make distcheck" env -u CAIRN_PYTHON -u REQUIRE \
	    make -s -C "$work/gcc" -j"$jobs" distcheck
	check "make install" make -s -C "$work/gcc" install DESTDIR="$work/root"
	check "the manual page has no fault" mandoc -T lint -W error doc/cairn.8.in
}

# lane NAME STAGE ...: those of them that are wanted, one after the other
lane() {
	scratch=$work/lane-$1
	mkdir "$scratch"
	shift
	local stage start before
	for stage; do
		[[ " $wanted " = *" $stage "* ]] || continue
		start=$SECONDS before=$((passed + failed))
		stage_$stage >"$scratch/said" 2>&1
		[ $((passed + failed)) -gt $before ] || grep -qs "^skipped: stage $stage:" "$scratch/notes" ||
		    fail "the stage $stage ran nothing" >>"$scratch/said"
		say "$stage, $((SECONDS - start)) s" >"$scratch/head"
		cat "$scratch/head" "$scratch/said"
	done
	echo "$passed $failed" >"$scratch/counts"
}

# gather LANE_FOLDER: add what it counted
gather() {
	local p f
	if read -r p f 2>/dev/null <"$1/counts"; then
		passed=$((passed + p)) failed=$((failed + f))
		return
	fi
	fail "a lane did not come to its end; its last stage said:"
	tail -n 60 "$1/said"
}

# What a reader has to know besides the numbers.
summary() {
	local flaky
	say "done"
	cat "$work"/lane-*/notes 2>/dev/null
	flaky=$(cat "$work"/lane-*/notes 2>/dev/null | grep -c '^flaky: ')
	[ "$flaky" -eq 0 ] || echo "$flaky flaky"
	echo "$passed passed, $failed failed"
}

packages
environments
[ -e configure ] && [ configure -nt configure.ac ] || ./autogen.sh >"$work/autogen.log" 2>&1 ||
    { cat "$work/autogen.log"; exit 1; }

first="gcc charsets roots clang apache spawn lighttpd sanitize weather dist"
second="mlflow diff notebook stack browser"
wanted=${*:-$first $second}
for stage in $wanted; do
	[[ " $first $second " = *" $stage "* ]] ||
	    { echo "runtests.sh: there is no stage '$stage': the stages are $first $second" >&2; exit 2; }
done
say "building"
check "gcc builds with -Werror" build gcc CC=gcc
[ "$failed" -eq 0 ] || exit 1
before=$passed passed=0
set -m # a group of its own for each, which the trap ends
lane first $first &
lanes=$!
lane second $second &
lanes="$lanes $!"
set +m
wait
lanes="" passed=$before
for lane in "$work"/lane-*; do
	gather "$lane"
done
summary
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
