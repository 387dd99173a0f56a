#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The generated servers of all definitions of the system, one program each, with
# empty routines: what the run-time description says is served, and changed
# requests read nothing outside (system_fuzz.c).
#
# Checklist: MIG-05

. tests/lib.sh

mig=$TOP/build/host/mig.bin
mkdir -p "$TMP/include"
ln -s "$TOP/defs" "$TMP/include/mach"
flags='-std=gnu2x -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
	-fno-sanitize=alignment'
ASAN_OPTIONS=detect_leaks=0
export ASAN_OPTIONS

# The server's routines, from their prototypes: each counts that it was called.
routines()
{
	echo '#include "server.h"'
	echo 'extern int routine_calls;'
	awk '/^kern_return_t / { on = 1 }
		on && sub(/\);$/, ") { routine_calls++; return 0; }") {
			print; on = 0 }
		on' "$1"
}

# program NAME: builds and runs it
program()
{
	dir=$TMP/$1
	mkdir -p "$dir"
	$mig -I "$TMP/include" -user /dev/null -header /dev/null \
		-server "$dir/server.c" -sheader "$dir/server.h" \
		-describe "$dir/describe.c" "defs/$1.defs" || return
	routines "$dir/server.h" >"$dir/routines.c"
	demux=$(sed -n 's/^boolean_t \([a-z_0-9]*\)(.*/\1/p' "$dir/server.h")
	most=$(sed -n 's/^#define .*_REPLY_MAX //p' "$dir/server.h")
	# shellcheck disable=SC2086
	gcc $flags -w -DINTERFACE="$1_interface" -DWIRE_SERVER="$demux" \
		-DREPLY_MAX="$most" -I"$dir" -Iinclude -Idefs -Itests/mig \
		-o "$dir/fuzz" "$dir"/*.c tests/mig/wire.c \
		tests/mig/system_fuzz.c || return
	"$dir/fuzz"
}

for f in defs/*.defs; do
	grep -q '^subsystem' "$f" || continue
	name=$(basename "$f" .defs)
	program "$name" >"$TMP/log" 2>&1
	if ! tail -n 1 "$TMP/log" | grep -q '^done [1-9]'; then
		fail "$name" "$(head -c 1000 "$TMP/log" | tr '\n' '|')"
	elif grep -q '^not ok' "$TMP/log"; then
		fail "$name" "$(grep '^not ok' "$TMP/log" | tr '\n' '|')"
	else
		pass "$name"
	fi
done
finish
