#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/run-suite tells apart every way in which a suite can end; tests/run runs
# what its patterns pick.

. tests/lib.sh

export TEST_WORK="$TMP/work"
mkdir -p "$TEST_WORK/out"

# suite SECONDS COMMAND: runs it; sets $totals to its line
suite()
{
	rm -f "$TEST_WORK"/*.tsv
	try tests/run-suite "a/suite	$1	$2"
	totals=$(cut -f 2-5 "$TEST_WORK/totals.tsv" | tr '\t' ' ')
}

# expect NAME TOTALS PATTERN: passed failed skipped kind, and what is said
expect()
{
	if [ "$totals" != "$2" ]; then
		fail "$1" "totals are $totals, not $2"
	elif ! grep -q -e "$3" "$out"; then
		fail "$1" "it said: $(one_line "$out")"
	else
		pass "$1"
	fi
}

suite 10 'echo ok a; echo ok b; echo done 2'
expect all_pass '2 0 0 whole' '2 passed  '
suite 10 'echo noise; echo ok a; printf "ok b\r\n"; echo done 2; echo bye'
expect noise_is_no_matter '2 0 0 whole' '2 passed'
suite 10 'echo ok a; echo not ok b - too blue; echo done 2; exit 1'
expect one_fails '1 1 0 whole' 'not ok b - too blue'
suite 10 'echo ok a; echo "ok b # skip no such thing"; echo done 2'
expect skipped '1 0 1 whole' '1 skipped'
suite 10 'echo ok a'
expect dies_early '1 1 0 died' 'ended without `done`, status 0'
suite 10 'echo ok a; echo done 2'
expect loses_results '1 1 0 died' 'said done 2, but printed 1'
suite 1 'echo ok a; sleep 30; echo done 1'
expect times_out '1 1 0 timeout' 'timed out'
suite 1 'trap "" TERM; echo ok a; while :; do sleep 1; done'
expect times_out_and_is_killed '1 1 0 timeout' 'timed out'
suite 10 'echo ok a; kill -KILL $$'
expect killed_early '1 1 0 died' 'was killed'
suite 10 'echo ok a; echo done 1; kill -KILL $$'
expect killed_at_its_end '1 1 0 died' 'was killed'
suite 10 'echo ok a; exit 124'
expect guest_times_out '1 1 0 timeout' 'timed out'
suite 10 'echo ok a; exit 125'
expect kernel_dies '1 1 0 kernel' 'the kernel died'
suite 10 'echo ok a; echo done 1; exit 3'
expect bad_status '1 1 0 whole' 'ended with status 3'
suite 10 'kill -SEGV $$'
expect crashes '0 1 0 died' 'status 139'

# --- suites that use tests/lib.sh

# script TEXT: runs such a suite
script()
{
	printf '. tests/lib.sh\n%s\nfinish\n' "$1" >"$TMP/script"
	suite 10 "sh $TMP/script"
}

script 'try sh -c "exit 125"; want a 0 ""; try true; want b 0 ""'
expect kernel_dies_in_a_test '1 2 0 kernel' 'the kernel died'
script 'try true; want a 0 ""; try sh -c "exit 125"; fail b "no such line"'
expect kernel_dies_last '1 2 0 kernel' 'the kernel died'
script 'try sh -c "exit 125"; try true; want a 0 ""'
expect nobody_looks_at_the_death '1 1 0 kernel' 'the kernel died'
script 'try sh -c "exit 124"; want a 0 ""; try true; want b 0 ""'
expect time_out_of_a_test '1 2 0 timeout' 'timed out'
script 'for n in 125 124; do try sh -c "exit $n"; want a 0 ""; done'
expect kernel_dies_then_times_out '0 3 0 kernel' 'the kernel died'
script 'try sh -c "exit 125"; want a 125 ""
try sh -c "exit 124"; want_error b 124 .; try sh -c "exit 125"; asked 125; pass c'
expect ends_that_are_asked_for '2 1 0 whole' 'not ok b - no'
script 'try sh -c "exit 125"; want_error a 125 "no such panic"'
expect panic_in_other_words '0 1 0 whole' 'not ok a - no'
script 'try sh -c "exit 3"; want a 0 ""'
expect other_ends '0 1 0 whole' 'status 3, not 0'
script 'need_unix sh -c "exit 125"'
expect kernel_dies_at_once '0 2 0 kernel' 'the kernel died'

# --- a tree of its own, with two suites

unset TEST_WORK SUITES REPEAT JOBS
mkdir -p "$TMP/tree/tests/kernel" "$TMP/tree/sh"
cp tests/run tests/run-suite "$TMP/tree/tests"
for s in one two; do
	echo 'echo ok a; echo done 1' >"$TMP/tree/tests/${s}_test.sh"
	: >"$TMP/tree/sh/$s.c"
done

# runs NAME SUITES PATTERN...: these, and all pass
runs()
{
	name=$1 suites=$2
	shift 2
	try "$TMP/tree/tests/run" "$@"
	ran=$(sed -n 's/ .* passed .*//p' "$out" | sort | tr '\n' ' ')
	if [ "$status" -ne 0 ]; then
		fail "$name" "status $status: $(one_line "$out")"
	elif [ "$ran" != "$suites" ]; then
		fail "$name" "ran: $ran"
	else
		pass "$name"
	fi
}

runs no_pattern 'sh/tests/one_test sh/tests/two_test '
runs beginning_of_a_name 'sh/tests/one_test ' sh/tests/o
runs pattern 'sh/tests/two_test ' '*two*'
runs pattern_that_is_also_of_files 'sh/tests/one_test sh/tests/two_test ' 'sh/*'
try "$TMP/tree/tests/run" nosuch
want_error no_such_suite 2 \
	'^tests/run: no suite matches: nosuch (tests/run --list)$'
try "$TMP/tree/tests/run" nosuch sh/tests/one n*r
want_error no_such_suites 2 'no suite matches: nosuch n\*r (tests'
SUITES=nosuch try "$TMP/tree/tests/run"
want_error no_such_suite_of_make 2 'no suite matches: nosuch (tests'
try "$TMP/tree/tests/run" --list nosuch
want_error no_such_suite_to_list 2 'no suite matches: nosuch (tests'
try "$TMP/tree/tests/run" --list sh
want list 0 'sh/tests/one_test
sh/tests/two_test'

finish
