#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel reads memory of users once (class B24). Only copy_in and its kin
# reach there; each function that calls one stands in the list below, with the
# address it reads from, and a function that reads an address twice needs a
# reason. The doors in the processor's protection stand in copy.S, and in
# machine/copy.h for the message path.

. tests/lib.sh

# Each read of user memory: FILE FUNCTION CALL ADDRESS.  A message that did not
# fit the fast ways' buffers was not read by them. A long one's header and body
# are read apart; if it goes another way after all, it is fetched anew as a whole,
# and nothing of what was read before counts. A block of it
# that cannot be read at once is read by words: nobody has looked by then.
cat >"$TMP/known" <<'END'
kernel/arch/x86_64/pmap_across.c copy_to_frame copy_in_nofault from
kernel/arch/x86_64/user_iret.c at_iretq copy_in rip
kernel/arch/x86_64/user_iret.c user_supervisor_fault copy_in f->rsp
kernel/ipc/copyin.c ipc_message_fetch copy_in buffer
kernel/ipc/copyin_body.c reserve_rights copy_in addr
kernel/ipc/fast.c fetch copy_in_words buffer
kernel/ipc/fast.c fetch_large copy_in buffer
kernel/ipc/fast.c pass_long copy_in_words buffer
kernel/trap/debug_log.c trap_debug_log copy_in a0
kernel/trap/trap_vm.c trap_vm_allocate copy_in a1
kernel/trap/trap_vm.c trap_vm_map copy_in a1
kernel/vm/futex.c enqueue copy_in_u32_nofault addr
kernel/vm/futex.c vm_futex_wait copy_in_u32 addr
END

# reads FILE...: the same of these files
reads()
{
	awk '
	/^[a-zA-Z_].*\(/ && !/;$/ && !/^#/ {
		name = $0
		if (!sub(/^TRAP\(/, "", name))
			sub(/\(.*/, "", name)
		sub(/\).*/, "", name)
		sub(/.*[ *]/, "", name)
	}
	{
		line = $0
		while (match(line, /[^_a-z]copy_in(_u32|_words)?(_nofault)?\(/)) {
			call = substr(line, RSTART + 1, RLENGTH - 2)
			line = substr(line, RSTART + RLENGTH)
			split(line, part, /, */)
			gsub(/\).*/, "", part[2])
			print FILENAME, name, call, part[2]
		}
	}' "$@" | sort
}

# The build machine has no users; tests and planted bugs are what they are.
sources()
{
	find kernel -name '*.c' ! -name '*_test.c' ! -path '*/test/*' \
		! -path '*/arch/host/*' ! -name 'plant*.c' \
		! -path '*/x86_64/copy.c'
}

# same NAME FILE: it says what is known
same()
{
	if diff "$TMP/known" "$2" >"$TMP/diff"; then
		pass "$1"
	else
		fail "$1" "$(tr '\n' ';' <"$TMP/diff")"
	fi
}

# shellcheck disable=SC2046
reads $(sources) >"$TMP/reads"
same known_reads "$TMP/reads"

twice=$(cut -d ' ' -f 1,2,4 "$TMP/reads" | uniq -d)
if [ -z "$twice" ]; then
	pass no_second_read
else
	fail no_second_read "$twice"
fi

# trap_entry.S only closes the door.
doors=$(grep -rlE 'stac\b|\.byte 0x0f, *0x01, *0xcb|[^_a-z]user_copy(_u32)?(_nofault)?\(' \
	kernel --include='*.[chS]' | sort | tr '\n' ' ')
x86=kernel/arch/x86_64
if [ "$doors" = "$x86/copy.S $x86/copy.c $x86/machine/copy.h " ]; then
	pass doors
else
	fail doors "$doors"
fi

# A function that reads the same again would be found.
sed 's/^\tm->head.msgh_size = size;/\t(void)!copy_in(\&m->head, buffer, 24);\n&/' \
	kernel/ipc/copyin.c >"$TMP/copyin.c"
case $(reads "$TMP/copyin.c" | cut -d ' ' -f 1,2,4 | uniq -d) in
*ipc_message_fetch*) pass planted_second_read ;;
*) fail planted_second_read 'nothing noticed it' ;;
esac
finish
