#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# mach-cc's programs on the machine that compiled them: one line and an end,
# nothing of the program runs. Old and new names of headers.

. tests/lib.sh

cat >"$TMP/hello.c" <<'END'
#include <cthreads.h>
#include <stdio.h>
int main(void)
{
	printf("%d\n", cthread_count());
	return 0;
}
END
try tools/mach-cc "$TMP/hello.c" -o "$TMP/hello"
want compiles 0 ''
try "$TMP/hello"
want says_nothing 126 ''
printf '%s: a Mach program, which this system cannot run: start it with %s\n' \
	"$TMP/hello" "\`tools/run --add FILE:/bin/NAME -- NAME'" >"$TMP/line"
if cmp -s "$TMP/line" "$err"; then
	pass one_line
else
	fail one_line "$(one_line "$err")"
fi
try tools/mach-cc
want_error usage 2 '^usage: mach-cc'
try tools/mach-cc --help
if [ "$status" -eq 0 ] && grep -q '^usage: mach-cc' "$out"; then
	pass help
else
	fail help "status $status: $(one_line "$out")"
fi
finish
