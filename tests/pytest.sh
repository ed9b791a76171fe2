# Sourced by the layers of `make check` that pytest runs: one TAP line a layer.
#
# layer NAME COMMAND ...: run the command; its last line, pytest's own count,
# becomes the text of the check.

layer() {
	name=$1
	shift
	if [ -z "${CAIRN_PYTHON:-}" ]; then
		if [ "${REQUIRE:-}" = all ]; then
			echo "not ok 1 - $name: CAIRN_PYTHON names no Python with pytest and mlflow"
		else
			echo "ok 1 - $name # SKIP CAIRN_PYTHON names no Python with pytest and mlflow"
		fi
		echo 1..1
		exit 0
	fi
	out=$(mktemp)
	"$@" >"$out" 2>&1
	status=$?
	grep -v '^[.sxF]*  *\[ *[0-9]*%\]$' "$out" | sed 's/^/# /'
	if [ $status -eq 0 ]; then
		echo "ok 1 - $name: $(tail -n 1 "$out")"
	else
		echo "not ok 1 - $name: $(tail -n 1 "$out")"
	fi
	rm -f "$out"
	echo 1..1
}
