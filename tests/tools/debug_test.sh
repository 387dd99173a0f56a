#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/debug: gdb has the machine before its first instruction, stops it at a
# breakpoint in C, and can tell how it came there.

. tests/lib.sh

if ! command -v gdb >/dev/null 2>&1; then
	skip gdb 'gdb is not installed'
	finish
fi

# said NAME PATTERN: a line of gdb's like it
said()
{
	if grep -q -e "$2" "$out"; then
		pass "$1"
	else
		fail "$1" "no \"$2\" in: $(tail -n 12 "$out" | tr '\n' '|')"
	fi
}

cat >"$TMP/in" <<'END'
set pagination off
info registers rip
break first_task_start
continue
backtrace
info threads
print boot_info.archive.size
kill
END
try tools/debug --smp 2
said before_the_first_instruction '(gdb) rip  *0xfff0 '
said breakpoint 'Breakpoint 1, first_task_start ('
said backtrace '^#1 .* in startup ('
said processors 'Thread 1\.2 (CPU#1'
size=$(wc -c <build/boot.cpio)
said variables "^(gdb) \$1 = $size\$"

tries=50
while [ -S build/gdb ] && [ $tries -gt 0 ]; do
	sleep 0.1
	tries=$((tries - 1))
done
[ ! -S build/gdb ] && pass nothing_left || fail nothing_left build/gdb

# A loader that tells of an archive where no memory is.
cat >"$TMP/in" <<'END'
set pagination off
break *boot_main
continue
set $start = (struct pvh_start *)(0xffff800000000000 + (unsigned)$rdi)
set $module = (struct pvh_module *)(0xffff800000000000 + $start->modules)
print $start->magic == 0x336ec578
set var $module->address = 0x1000000000
continue
END
try tools/debug
said loader '$1 = 1$'
if grep -q 'cannot start: the boot archive does not lie in memory' \
	build/debug.log; then
	pass archive_outside_memory
else
	fail archive_outside_memory "$(tail -n 3 build/debug.log | tr '\n' '|')"
fi

echo 'print 6*7' >"$TMP/in"
try tools/debug --smp many
want_error bad_option 1 '^run: --smp wants a number'
finish
