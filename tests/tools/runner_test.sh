#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/run-suite tells apart every way in which a suite can end.

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

finish
