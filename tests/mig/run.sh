#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The interface compiler's tests: run.sh [--update] [MIG].
#
# bad.cases: what it says to wrong input. golden/: what it makes, to the byte
# (--update accepts the present output). Every .defs file compiles with each C
# compiler at hand. Round trips and fuzzing under sanitizers, in both dialects
# and for the kernel. FUZZ_SECONDS: how long each fuzzer runs (3).

set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/mig
update=
if [ "${1-}" = --update ]; then
	update=1
	shift
fi
mig=$root/build/host/mig.bin
[ $# -gt 0 ] && mig=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
work=$root/build/tests/mig
rm -rf "$work"
mkdir -p "$work/include" "$work/bad"
ln -s "$root/defs" "$work/include/mach"
cd "$work" || exit 1
count=0
bad=0

ok()
{
	count=$((count + 1))
	echo "ok $1"
}

not_ok()
{
	count=$((count + 1))
	bad=1
	echo "not ok $1 - $(echo "$2" | tr '\n' '~' | cut -c 1-300)"
}

# try NAME COMMAND...: ok if the command succeeds and says nothing.
try()
{
	what=$1
	shift
	said=$("$@" 2>&1)
	status=$?
	if [ $status -eq 0 ] && [ -z "$said" ]; then
		ok "$what"
	else
		not_ok "$what" "status $status: $said"
	fi
}

compilers=
for cc in gcc clang; do
	command -v $cc >/dev/null && compilers="$compilers $cc"
done

# --- wrong input

# split FILE: NAME.defs and NAME.expect for each case
split_cases()
{
	awk '/^#/ && !out { next }
	/^=== / { name = $2; out = "bad/" name ".defs"; names = names " " name
		printf "subsystem bad 100; type int = MACH_MSG_TYPE_INTEGER_32; type port = MACH_MSG_TYPE_COPY_SEND;\n" >out
		printf "" >("bad/" name ".expect"); next }
	/^---$/ { out = "bad/" name ".expect"; next }
	{ print >out }
	END { print names }' "$1"
}

# bad_case NAME OPTION...
bad_case()
{
	name=$1
	shift
	"$mig" "$@" -user /dev/null -header /dev/null -server /dev/null \
		-describe /dev/null "bad/$name.defs" >"bad/$name.out" 2>&1
	status=$?
	sed -n "s/^bad\/$name.defs:\([0-9]*:[0-9]*: \)/\1/p" \
		"bad/$name.out" >"bad/$name.said"
	if [ $status -ne 1 ]; then
		not_ok "bad_$name" "status $status: $(cat "bad/$name.out")"
	elif ! cmp -s "bad/$name.said" "bad/$name.expect"; then
		not_ok "bad_$name" "$(diff "bad/$name.expect" "bad/$name.said")"
	else
		ok "bad_$name"
	fi
}

for name in $(split_cases "$here/bad.cases"); do
	bad_case "$name"
done
for name in $(split_cases "$here/kernel_bad.cases"); do
	bad_case "$name" -kernel
done

# The source line and the caret, tabs kept; line markers; comments.
printf 'subsystem c 1;\n/* a */ type\tx = (no, 3);\n' >caret.defs
printf 'caret.defs:2:19: error: unknown type `no'\''\n' >caret.expect
printf '/* a */ type\tx = (no, 3);\n            \t     ^\n' >>caret.expect
"$mig" caret.defs 2>caret.out
if cmp -s caret.out caret.expect; then
	ok caret
else
	not_ok caret "$(cat caret.out)"
fi
printf '#define T nosuch\n\n#include "inner.defs"\n' >outer.defs
printf 'subsystem i 1;\ntype x = T;\n' >inner.defs
case $("$mig" outer.defs 2>&1) in
"inner.defs:2:10: error: unknown type "*) ok included_file ;;
*) not_ok included_file "$("$mig" outer.defs 2>&1)" ;;
esac
# Twenty errors are enough.
{ echo 'subsystem m 1;'; yes 'type x = nosuch;' | head -n 50; } >many.defs
n=$("$mig" many.defs 2>&1 | grep -c 'error:')
if [ "$n" -eq 20 ]; then ok many_errors; else not_ok many_errors "$n"; fi

# --- the command line

usage()
{
	name=$1
	shift
	"$mig" "$@" >usage.out 2>&1
	status=$?
	if [ $status -eq 2 ] && grep -q '^usage:' usage.out; then
		ok "usage_$name"
	else
		not_ok "usage_$name" "status $status: $(cat usage.out)"
	fi
}
usage no_file
usage two_files a.defs b.defs
usage no_value -user
usage both_dialects -25 -kernel a.defs
usage language -lang cobol a.defs
"$mig" nosuch.defs >no.out 2>&1
if [ $? -eq 1 ] && grep -q '^mig: cannot read nosuch.defs' no.out; then
	ok no_such_file
else
	not_ok no_such_file "$(cat no.out)"
fi
printf '#error stop\nsubsystem s 1;\n' >cpp.defs
"$mig" cpp.defs >/dev/null 2>&1
if [ $? -eq 1 ]; then ok preprocessor_fails; else not_ok preprocessor_fails; fi
printf 'subsystem s 1;\ntype int = MACH_MSG_TYPE_INTEGER_32;\nroutine r(p : mach_port_t);\n' >d.defs
try options_for_cpp "$mig" -D mach_port_t=MACH_MSG_TYPE_COPY_SEND \
	-user /dev/null -header /dev/null -server /dev/null \
	-describe /dev/null d.defs

# --- golden output

# golden NAME DEFS OPTION...
golden()
{
	name=$1
	defs=$2
	shift 2
	mkdir -p "golden/$name" "$here/golden/$name"
	if ! (cd "golden/$name" && "$mig" "$@" -I "$work/include" -sheader "${defs}_server.h" \
		"$here/golden/$defs.defs") >golden.out 2>&1; then
		not_ok "golden_$name" "$(cat golden.out)"
		return
	fi
	if [ -n "$update" ]; then
		rm -f "$here/golden/$name"/*
		cp "golden/$name"/* "$here/golden/$name"
	fi
	if diff -r "$here/golden/$name" "golden/$name" >golden.diff; then
		ok "golden_$name"
	else
		not_ok "golden_$name" "$(cat golden.diff)"
	fi
}
golden native small
golden manual small -25 -s
golden kernel gold -kernel

# --- everything compiles, and no warning is left

strict='-std=gnu2x -O2 -Wall -Wextra -Werror -Wstrict-prototypes'
for cc in $compilers; do
	for f in golden/native/*.c golden/manual/*.c; do
		try "compiles_${cc}_$f" $cc $strict -I"$root/include" \
			-Wmissing-prototypes -c -o out.o "$f"
	done
	try "compiles_${cc}_kernel" $cc $strict -Wmissing-prototypes \
		-I"$root/include" -I"$root/kernel" -I"$here" -c -o out.o \
		golden/kernel/goldServer.c
done

# --- the system's own definitions: both sides compile, and the kernel's

quiet_mig()
{
	"$mig" -I "$work/include" "$@"
}
mkdir -p system
for f in "$root"/defs/*.defs; do
	grep -q '^subsystem' "$f" || continue
	name=$(basename "$f" .defs)
	try "defs_$name" quiet_mig -user "system/$name.user.c" \
		-header "system/$name.h" -server "system/$name.server.c" \
		-describe "system/$name.describe.c" "$f"
	for c in user server describe; do
		try "defs_${name}_${c}_compiles" gcc $strict -fsyntax-only \
			-I"$root/include" -I"$root/defs" "system/$name.$c.c"
	done
	grep -q '^subsystem.*KernelServer' "$f" || continue
	try "defs_${name}_kernel" quiet_mig -kernel -server \
		"system/$name.kernel.c" "$f"
done

# --- stubs at work

sanitize='-g -fsanitize=address,undefined -fno-sanitize-recover=all'
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# suite PREFIX PROGRAM ARG...: adds up what a test program says
suite()
{
	prefix=$1
	shift
	"$@" >suite.out 2>&1
	if ! tail -n 1 suite.out | grep -q '^done [0-9]'; then
		not_ok "$prefix" "died: $(tail -n 5 suite.out)"
		return
	fi
	sed -n "s/^ok /ok ${prefix}_/p; s/^not ok /not ok ${prefix}_/p" \
		suite.out
	count=$((count + $(grep -c -E '^(not )?ok ' suite.out)))
	grep -q '^not ok' suite.out && bad=1
}

# stubs NAME OPTION...: the programs of all.defs in one dialect
stubs()
{
	name=$1
	shift
	define=
	[ "$name" = manual ] && define=-DMIG_25=1
	mkdir -p "$name"
	"$mig" "$@" -I "$work/include" -user "$name/user.c" \
		-header "$name/all.h" -server "$name/stubs.c" \
		-sheader "$name/all_server.h" -describe "$name/describe.c" \
		"$here/all.defs" || return
	for p in all_test all_fuzz; do
		more=$here/all_calls.c
		[ $p = all_test ] && more=$name/describe.c
		try "${name}_${p}_builds" gcc -std=gnu2x -O1 -Wall -Wextra \
			-Werror $sanitize -DMACH_MSG_CALLED $define -I"$name" -I"$here" \
			-I"$root/tests/host" -I"$root/include" \
			-o "$name/$p" "$name/user.c" "$name/stubs.c" \
			"$here/wire.c" "$here/all_server.c" "$here/$p.c" \
			"$more"
	done
	suite "$name" "$name/all_test"
	suite "${name}" "$name/all_fuzz" "${FUZZ_SECONDS-3}"
}
stubs native
stubs manual -25

# one SUBSYSTEM PROGRAM DEMUX OPTION...: a definitions file of the system
one()
{
	name=$1
	program=$2
	demux=$3
	shift 3
	define=
	[ "${1-}" = -25 ] && define=-DMIG_25=1
	mkdir -p "one/$program"
	"$mig" "$@" -I "$work/include" -user "one/$program/user.c" \
		-header "one/$program/$name.h" \
		-server "one/$program/stubs.c" \
		-sheader "one/$program/${name}_server.h" \
		-describe /dev/null "$root/defs/$name.defs" || return
	try "${program}_builds" gcc -std=gnu2x -O1 -Wall -Wextra -Werror \
		$sanitize -DMACH_MSG_CALLED $define -DWIRE_SERVER="$demux" \
		-I"one/$program" -I"$here" -I"$root/tests/host" -I"$root/include" \
		-o "one/$program/test" "one/$program/user.c" \
		"one/$program/stubs.c" "$here/wire.c" "$here/$program.c"
	suite "$program" "one/$program/test"
}
one exc exc_test exc_server -25
one mach_exc mach_exc_test mach_exc_server

try kernel_test_builds gcc -std=gnu2x -O1 -Wall -Wextra -Werror $sanitize \
	-I"$here" -I"$root/tests/host" -I"$root/include" -I"$root/kernel" \
	-Igolden/kernel -o kernel_test golden/kernel/goldServer.c \
	"$here/kernel_test.c"
suite kernel ./kernel_test "${FUZZ_SECONDS-3}"

echo "done $count"
exit $bad
