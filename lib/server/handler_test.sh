#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The in-task handler runs with its caller's vector registers and thread
# pointer: its code must touch neither, and must show nothing but its entries.

object=build/user/obj/lib/server/musl_handler.o
tests=0

# check NAME COMMAND...: the command must find nothing
nothing()
{
	name=$1
	shift
	tests=$((tests + 1))
	found=$("$@" | head -3 | tr '\n\t' '; ')
	if [ -n "$found" ]; then
		echo "not ok $name - $found"
	else
		echo "ok $name"
	fi
}

vectors()
{
	objdump -d --no-show-raw-insn "$1" | grep -E '%([xyz]mm|mm|st)[0-9(]?'
}

thread_pointer()
{
	objdump -d --no-show-raw-insn "$1" | grep -E '%fs:'
}

foreign_symbols()
{
	nm "$1" | awk '$1 == "U" && $2 != "_start" { print $2 }
		$2 ~ /^[TDBRC]$/ && $3 != "mach_start" && $3 != "musl_forked" {
			print $3 }'
}

if [ ! -f "$object" ]; then
	echo "not ok handler_object - $object is missing"
	echo "done 1"
	exit
fi
nothing handler_no_vector_registers vectors "$object"
nothing handler_no_thread_pointer thread_pointer "$object"
nothing handler_shows_only_entries foreign_symbols "$object"
echo "done $tests"
