#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# No byte that the kernel gives away is one that it never wrote: two runs, equal
# but for times, of tests/user/two_fill.c, where fresh frames, zone objects
# and kernel stacks are filled with 0x00 in one and with 0xa5 in the other. What
# user code sees must be the same. Two planted leaks show that a difference
# would be found. Only debug kernels fill objects and stacks, and only on one
# processor are two runs equal.

. tests/lib.sh

RUN=${RUN:-tools/run}

# filled FILE BYTE OPTIONS ARG...: the lines of a run
filled()
{
	name=$1
	options="seed=1 fill=$2 $3"
	shift 3
	# shellcheck disable=SC2086
	try $RUN --icount --timeout 120 --kernel-args "$options" \
		--bare two_fill -- "$@"
	cp "$out" "$TMP/$name"
	[ "$status" -eq 0 ] || fail "run_$name" "status $status: $(one_line "$err")"
}

# seen NAME PLANT: two runs with it differ in the kernel's version, only there
seen()
{
	filled a 0x00 "plant=$2" -o host_kernel_version
	filled b 0xa5 "plant=$2" -o host_kernel_version
	diff "$TMP/a" "$TMP/b" >"$TMP/diff"
	if ! grep -q 'fill host_kernel_version:host ' "$TMP/diff"; then
		fail "$1" "not found: $(one_line "$TMP/diff")"
	elif grep '^[<>]' "$TMP/diff" | grep -qv host_kernel_version; then
		fail "$1" "other differences: $(one_line "$TMP/diff")"
	else
		pass "$1"
	fi
}

case $RUN in
*--smp*)
	skip same_bytes 'runs on several processors differ anyway'
	;;
*--debug*)
	filled zero 0x00 ''
	filled pattern 0xa5 ''
	if [ "$(grep -c '^fill ' "$TMP/zero")" -lt 600 ]; then
		fail same_bytes "only $(grep -c '^fill ' "$TMP/zero") lines"
	elif diff "$TMP/zero" "$TMP/pattern" >"$TMP/diff"; then
		pass same_bytes
	else
		fail same_bytes "$(one_line "$TMP/diff")"
	fi
	seen planted_leak leak
	seen planted_stack_leak leak-stack
	;;
*)
	skip same_bytes 'a release kernel fills only frames'
	;;
esac
finish
