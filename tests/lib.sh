# SPDX-License-Identifier: BSD-2-Clause
#
# For shell suites: source this, make checks, end with `finish`.  Prints the
# test format (docs/testing.md).  Each suite runs in a scratch directory, $TMP,
# which is removed at the end.
# shellcheck shell=sh

# shellcheck disable=SC2034 # used by the suites
TOP=$(pwd)
TMP=$(mktemp -d "${TMPDIR:-/tmp}/mach-test.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' EXIT
trap 'exit 143' TERM INT HUP
tests_run=0
tests_failed=0
unasked=0	# how the last try ended, as long as no test wanted that
ending=0	# 124 or 125: the suite's status

pass()
{
	tests_run=$((tests_run + 1))
	echo "ok $1"
}

fail()
{
	tests_run=$((tests_run + 1))
	tests_failed=$((tests_failed + 1))
	echo "not ok $1 - $2"
}

skip()
{
	tests_run=$((tests_run + 1))
	echo "ok $1 # skip $2"
}

# ended STATUS: tools/run ended so. A time-out or the end of the kernel, unless a
# test asks for it before the next run, will be the suite's: with `finish`.
ended()
{
	case $unasked,$ending in
	125,* | 124,0) ending=$unasked ;;
	esac
	unasked=$1
}

# asked STATUS: this end of the last run is what a test wants.
asked()
{
	[ "$unasked" -ne "$1" ] || unasked=0
}

# try COMMAND ARG...: runs it; sets $status, $out and $err (files), input from
# $TMP/in if that exists.  Five minutes at most.
try()
{
	out=$TMP/out
	err=$TMP/err
	input=/dev/null
	[ ! -f "$TMP/in" ] || input=$TMP/in
	status=0
	timeout -k 5 300 "$@" <"$input" >"$out" 2>"$err" || status=$?
	ended $status
	# Of what hangs or panics, all that the kernel said.
	! grep -q '^panic: ' "$err" || sed 's/^/guest: /' "$err"
	rm -f "$TMP/in"
}

one_line()
{
	head -c 300 "$1" | tr '\n' '|'
}

# want NAME STATUS OUT: what the last try must have given.  OUT is exact, but
# for newlines at the end.
want()
{
	asked "$2"
	if [ "$status" -ne "$2" ]; then
		fail "$1" "status $status, not $2; $(one_line "$err")"
	elif [ "$(cat "$out")" != "$3" ]; then
		fail "$1" "printed $(one_line "$out")"
	else
		pass "$1"
	fi
}

# want_error NAME STATUS PATTERN: standard error has a line like PATTERN (grep).
want_error()
{
	asked "$2"
	if [ "$status" -ne "$2" ]; then
		fail "$1" "status $status, not $2; $(one_line "$err")"
	elif ! grep -q -e "$3" "$err"; then
		fail "$1" "no \"$3\" in: $(one_line "$err")"
	else
		pass "$1"
	fi
}

finish()
{
	echo "done $tests_run"
	ended 0
	[ "$ending" -eq 0 ] || exit "$ending"
	[ "$tests_failed" -eq 0 ]
	exit
}

# need_unix COMMAND...: ends the suite at once when not even `true` runs, rather
# than after a time-out for each test.
need_unix()
{
	try "$@" --timeout 60 -- true
	[ "$status" -eq 0 ] && return
	fail unix_environment "status $status; $(one_line "$err")"
	finish
}

# run_sections FILE:PATH: runs $TMP/script in the guest, with FILE added there.
# What it prints behind a line `== NAME` is section NAME of has.
run_sections()
{
	# shellcheck disable=SC2086
	try $RUN --timeout 100 --add "$1" --add "$TMP/script:/tmp/script" \
		-- sh -c 'sh /tmp/script 2>&1'
	[ "$status" -eq 0 ] || fail run "status $status: $(one_line "$err")"
	tr -d '\r' <"$out" >"$TMP/sections"
}

section()
{
	awk -v want="$1" '/^== / { on = $2 == want; next } on' "$TMP/sections"
}

# has NAME SECTION PATTERN: a line of the section is like PATTERN (grep -E).
has()
{
	if section "$2" | grep -qE -e "$3"; then
		pass "$1"
	else
		fail "$1" "no \"$3\" in: $(section "$2" | tail -n 6 | tr '\n' '|')"
	fi
}
