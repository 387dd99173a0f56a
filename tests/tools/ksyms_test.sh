#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/ksyms and mk/link-kernel: the table inside a linked program agrees with
# nm, and kern/ksyms.c finds by it.

. tests/lib.sh

cat >"$TMP/k.ld" <<'END'
ENTRY(_start)
SECTIONS
{
	. = 0x40000000;
	.text : { *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
	.data : { *(.data .data.*) *(.bss) }
	/DISCARD/ : { *(.note.*) *(.comment) *(.eh_frame) }
}
END
cat >"$TMP/start.S" <<'END'
	.globl _start, last_word
	.text
_start:	call entry
	mov %eax, %edi
	mov $60, %eax
	syscall
last_word: nop
	.section .note.GNU-stack, "", @progbits
END
cat >"$TMP/k.c" <<'END'
#include "kern/ksyms.h"
#include <stddef.h>
int entry(void);
extern char last_word[];
static int is(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}
__attribute__((noinline)) static int local(uintptr_t at)
{
	uintptr_t off;
	const char *n = ksym_lookup(at, &off);

	return n != NULL && is(n, "local") && off == 1;
}
int entry(void)
{
	uintptr_t off;
	const char *n = ksym_lookup((uintptr_t)last_word, &off);

	if (n == NULL || !is(n, "last_word") || off != 0)
		return 1;
	if (ksym_address("entry") != (uintptr_t)entry)
		return 2;
	return local((uintptr_t)local + 1) ? 0 : 3;
}
END
cc="gcc -ffreestanding -nostdlib -static -no-pie -fno-pie -O1 -Ikernel"
for f in "$TMP/k.c" "$TMP/start.S" kernel/kern/ksyms.c; do
	o=$TMP/$(basename "$f" | tr . _).o
	try $cc -c -o "$o" "$f"
	[ "$status" -eq 0 ] || fail "compiles_$(basename "$f")" "$(one_line "$err")"
done
export CC="$cc" KSYMS="$TOP/build/host/ksyms"
try mk/link-kernel "$TMP/k.elf" "$TMP/k.ld" "$TMP"/*.o
want links 0 ''
try "$TMP/k.elf"
want finds_its_own_symbols 0 ''

nm "$TMP/k.elf" | awk '$2 ~ /[tT]/ { print $3 }' | sort >"$TMP/nm"
build/host/ksyms "$TMP/k.elf" | sed -n 's/.*\.asciz "\(..*\)"/\1/p' | sort \
	>"$TMP/table"
cmp -s "$TMP/nm" "$TMP/table" && pass same_functions_as_nm ||
	fail same_functions_as_nm "$(diff "$TMP/nm" "$TMP/table" | tr '\n' '|')"

try build/host/ksyms "$TMP/k.c"
want_error not_elf 1 'not a 64-bit ELF'
head -c 1000 "$TMP/k.elf" >"$TMP/short"
try build/host/ksyms "$TMP/short"
want_error cut_short 1 'outside the file'
try build/host/ksyms /none
want_error no_file 1 'cannot read'

finish
