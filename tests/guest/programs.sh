#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs compiled on this machine run unmodified: static with musl, dynamic
# with Debian's glibc, and Mach programs by tools/mach-cc.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN
run="$RUN --timeout 100"
source=tests/guest/programs/vectors.c
said='18000 rounds, 0 bad, 1 arguments, hello'

musl-gcc -O2 -static -o "$TMP/static" $source &&
	try $run --add "$TMP/static:/bin/prog" -- /bin/prog hello &&
	want static_musl 0 "$said"

gcc -O2 -pthread -o "$TMP/dynamic" $source
libraries=$(ldd "$TMP/dynamic" |
	awk '{ for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i }')
set --
for l in $libraries; do
	set -- "$@" --add "$l:$l"
done
try $run "$@" --add "$TMP/dynamic:/bin/prog" -- /bin/prog hello
want dynamic_glibc 0 "$said"

# --- threads and memory that come and go

churn='720 threads, 0 bad'
musl-gcc -O2 -static -o "$TMP/churn" tests/guest/programs/churn.c &&
	try $run --add "$TMP/churn:/bin/churn" -- churn &&
	want churn_musl 0 "$churn"
gcc -O2 -static -pthread -o "$TMP/churn" tests/guest/programs/churn.c &&
	try $run --add "$TMP/churn:/bin/churn" -- churn &&
	want churn_glibc 0 "$churn"
musl-gcc -O2 -static -o "$TMP/mapping" tests/guest/programs/mapping.c &&
	here=$(cd "$TMP" && ./mapping) &&
	try $run --add "$TMP/mapping:/bin/mapping" -- mapping &&
	want mapping 0 "$here"
musl-gcc -O2 -static -o "$TMP/edges" tests/guest/programs/edges.c &&
	here=$(cd "$TMP" && ./edges) &&
	try $run --add "$TMP/edges:/bin/edges" -- edges &&
	want edges 0 "$here"

# shellcheck disable=SC3045 # Debian's sh has -c
musl-gcc -O2 -static -o "$TMP/children" tests/guest/programs/children.c &&
	here=$(cd "$TMP" && ulimit -c 0 && ./children) &&
	try $run --add "$TMP/children:/bin/children" -- children &&
	want children 0 "$here"

# --- as many processors as there are

try $run --smp 3 -- sh -c 'nproc; grep -c ^processor /proc/cpuinfo'
want nproc 0 '3
3'

# --- exec among threads

musl-gcc -O2 -static -o "$TMP/exec_threads" \
	tests/guest/programs/exec_threads.c &&
	try $run --add "$TMP/exec_threads:/bin/exec_threads" -- exec_threads &&
	want exec_threads 0 'alive, child 0, alive
replaced'

# --- robust mutexes of processes that end in every way, in both C libraries

for cc in 'musl-gcc' 'gcc -pthread'; do
	# shellcheck disable=SC2086
	$cc -O2 -static -o "$TMP/robust" tests/guest/programs/robust.c &&
		here=$("$TMP/robust") &&
		try $run --add "$TMP/robust:/bin/robust" -- robust &&
		want "robust_${cc%% *}" 0 "$here"
done

# --- user and system time

musl-gcc -O2 -static -o "$TMP/times" tests/guest/programs/times.c &&
	try $run --add "$TMP/times:/bin/times" -- times &&
	want times 0 \
	'spinning user, faulting system, 0 backwards, child counted'

# --- mach-cc

cat >"$TMP/old.c" <<'END'
#import <mach/mach.h>
#import <stdio.h>
main(argc, argv)
	char **argv;
{
	vm_address_t a = 0;

	if (vm_allocate(task_self(), &a, vm_page_size, TRUE) == KERN_SUCCESS)
		printf("%d %d\n", argc, *(char *)a);
	return twice(21);
}
END
cat >"$TMP/twice.c" <<'END'
twice(n) { return n * FACTOR; }
END
try tools/mach-cc -O -g -DFACTOR=2 -c "$TMP/twice.c" -o "$TMP/twice.o"
want mach_cc_object 0 ''
try tools/mach-cc "$TMP/old.c" "$TMP/twice.o" -lm -o "$TMP/old"
want mach_cc_links 0 ''
[ ! -s "$err" ] && pass mach_cc_silent || fail mach_cc_silent "$(one_line "$err")"
try $run --add "$TMP/old:/bin/old" -- old x y
want mach_program 42 '3 0'
# Checklist: TSK-15 CTH-07
tools/mach-cc -O tests/guest/programs/errnos.c -o "$TMP/errnos" &&
	try $run --add "$TMP/errnos:/bin/errnos" -- errnos &&
	want errors_of_threads 0 '1 thread, then 8: 0 bad
a child calls: yes'
echo 'main() { return ' >"$TMP/bad.c"
try tools/mach-cc "$TMP/bad.c" -o "$TMP/bad"
want_error mach_cc_error 1 'error'
try tools/mach-cc
want_error mach_cc_usage 2 usage

finish
