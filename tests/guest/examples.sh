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

# example NAME STATUS ARGUMENT LINE...: it says these lines, in this order.
example()
{
	name=$1 expected=$2 argument=$3
	shift 3
	tools/mach-cc -O "programs/examples/$name.c" -o "$TMP/$name" || {
		fail "$name" "does not compile"
		return
	}
	# shellcheck disable=SC2086 # one word or none
	try $run --add "$TMP/$name:/bin/$name" -- "$name" $argument
	label=$name${argument:+_$argument}
	printf "%s\n" "$@" >"$TMP/lines"
	if [ "$status" -ne "$expected" ]; then
		fail "$label" "status $status: $(one_line "$err")"
	elif awk 'NR == FNR { want[++n] = $0; next }
		$0 == want[at + 1] { at++ } END { exit at != n }' \
		"$TMP/lines" "$out" "$err"; then
		pass "$label"
	else
		fail "$label" "said $(one_line "$out")"
	fi
}

# Checklist: EX-1
example vm_read 0 '' 'Checked data successfully.'
# Checklist: EX-2
example vm_copy 0 '' 'Finished successfully!'
# Checklist: EX-3
example copy_on_write 0 '' 'before fork: lock = 0' \
	'PARENT: copied memory = 0, lock = 0' \
	'CHILD: copied memory = 0, lock = 1' \
	'PARENT: copied memory = 1, lock = 2' 'CHILD: Finished.'
# Checklist: EX-4
example slaves 0 '' 'All 15 slaves have finished.'
# The interface that docs/mig.md shows, by the commands it shows.
tools=$PWD/tools
mkdir "$TMP/calc"
cp docs/example/* "$TMP/calc"
if (cd "$TMP/calc" && "$tools/mig" -sheader calcServer.h calc.defs &&
	"$tools/mach-cc" -Wall calc.c calcUser.c calcServer.c -o calc); then
	try $run --add "$TMP/calc/calc:/bin/calc" -- \
		sh -c 'calc server & calc 40 2; calc 1 2 3 4; calc'
	want own_interface 0 '42
10
0'
else
	fail own_interface "does not compile"
fi

# Checklist: EX-5
example raise 0 '' 'Handling the exception' \
	'Successfully called exception_raise'
# The default handler's SIGSEGV.
example raise 139 forward \
	'Forwarding exception: bad access, code 0x0 ((os/kern) successful), subcode 0x0'
finish
