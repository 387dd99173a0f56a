#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# An interrupt that cannot be masked at each instruction of the kernel's entry
# and exit code: before gs is the kernel's, before rsp is, between the two on the
# way out. gdb steps to the instruction and has QEMU send it; tests/user/entries.c
# must not notice. The log says where each arrived.

. tests/lib.sh

RUN=${RUN:-tools/run}
ELF=${MACH_BUILD:-build}/release/mach.elf

# shots SYMBOL COUNT: gdb commands: at the nth instruction from there, n below
# COUNT, each on a way in or out of its own
shots()
{
	cat <<END
delete
break *$1
set \$n = 0
while \$n < $2
continue
if \$n > 0
stepi \$n
end
monitor nmi
set \$n = \$n + 1
end
END
}

case $RUN in
*--debug* | *--smp*)
	skip entry_nmi 'the entry code is the same on one processor, released'
	finish
	;;
esac
command -v gdb >/dev/null 2>&1 || {
	skip entry_nmi 'gdb is not installed'
	finish
}

# guest PROGRAM: it runs, with gdb's script $TMP/script; sets $status, $seen
guest()
{
	rm -f "$TMP/gdb" "$TMP/log"
	# shellcheck disable=SC2086
	$RUN --timeout 150 --bare "$1" >"$TMP/out" 2>"$TMP/err" &
	run=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ ! -S "$TMP/gdb" ] || break
		sleep 0.3
	done
	timeout 140 gdb -nx -batch -x "$TMP/script" "$ELF" \
		>"$TMP/gdb.out" 2>&1
	status=0
	wait "$run" || status=$?
	ended $status
	seen=$(grep -c 'NMI, cause unknown' "$TMP/log")
}

MACH_QEMU_ARGS="-S -chardev socket,id=gdb,path=$TMP/gdb,server=on,wait=off \
-gdb chardev:gdb"
MACH_READY=0
MACH_LOG=$TMP/log
export MACH_QEMU_ARGS MACH_READY MACH_LOG

begin="set pagination off
set confirm off
set remotetimeout 20
target remote $TMP/gdb"
{
	echo "$begin"
	shots context_user_return 25
	shots syscall_entry 60
	shots mach_trap_return 25
	shots trap_common 45
	shots user_exit 30
	echo delete
	echo detach
} >"$TMP/script"
sent=185
guest entries
if [ "$status" -ne 0 ] || ! grep -q '^ok round_and_round' "$TMP/out"; then
	fail entry_nmi "status $status: $(one_line "$TMP/err")"
elif [ "$seen" -lt "$sent" ]; then
	fail entry_nmi "$seen of $sent arrived; $(tail -n 3 "$TMP/gdb.out")"
else
	echo "$seen arrived, at $(grep -o 'NMI.*' "$TMP/log" | sort -u |
		wc -l) places"
	pass entry_nmi
fi

# While the processor that it interrupts writes to the log, whose lock it holds:
# the line comes afterwards. (Every second one meets that line being written, and
# is lost.)
{
	echo "$begin"
	echo "break *trap_debug_log"
	echo continue
	shots console_write 10
	echo delete
	echo detach
} >"$TMP/script"
guest log
if [ "$status" -eq 0 ] && grep -q '^ok time_gives' "$TMP/out" &&
	[ "$seen" -ge 5 ]; then
	pass while_the_log_is_locked
else
	fail while_the_log_is_locked "status $status, $seen of 10 came"
fi

# Were gs wrong once, it would be noticed.
{
	echo "$begin"
	echo "break *syscall_entry"
	echo continue
	echo "stepi 2"
	echo "set \$gs_base = 0x1000"
	echo delete
	echo detach
} >"$TMP/script"
guest entries
asked 125
if [ "$status" -eq 125 ]; then
	pass planted_wrong_gs
else
	fail planted_wrong_gs "status $status: $(one_line "$TMP/err")"
fi
finish
