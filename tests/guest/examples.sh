#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The five examples, compiled by mach-cc, say what they should.
#
# Checklist: EXC-18

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN
run="$RUN --timeout 100"

# example NAME STATUS LINE [ARGUMENT...]: its output contains the line.
example()
{
	name=$1 expected=$2 line=$3
	shift 3
	tools/mach-cc -O "programs/examples/$name.c" -o "$TMP/$name" || {
		fail "$name" "does not compile"
		return
	}
	try $run --add "$TMP/$name:/bin/$name" -- "$name" "$@"
	label=$name${1:+_$1}
	if [ "$status" -ne "$expected" ]; then
		fail "$label" "status $status: $(one_line "$err")"
	elif [ -n "$line" ] && ! grep -qxF "$line" "$out"; then
		fail "$label" "said $(one_line "$out")"
	else
		pass "$label"
	fi
}

# Checklist: EX-1
example vm_read 0 'Checked data successfully.'
# Checklist: EX-2
example vm_copy 0 'Finished successfully!'
# Checklist: EX-3
example copy_on_write 0 'CHILD: Finished.'
# Checklist: EX-4
example slaves 0 'All 15 slaves have finished.'
# Checklist: EX-5
example raise 0 'Successfully called exception_raise'
# The default handler's SIGSEGV.
example raise 139 '' forward
finish
