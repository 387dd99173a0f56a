#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The ports of a process are dead after its exec, plain and set-uid, however
# they are used meanwhile (class B15).

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

plain='plain: status 0, 0 calls served, dead, dead, silent'
suid='set-uid: status 0, 0 calls served, dead, dead, silent'

tools/mach-cc -O tests/guest/programs/exec_ports.c -o "$TMP/exec_ports" &&
	try $RUN --timeout 60 --add "$TMP/exec_ports:/bin/exec_ports" \
		-- sh -c 'cp /bin/exec_ports /bin/exec_ports_suid &&
		chmod 4755 /bin/exec_ports_suid && /bin/exec_ports' &&
	want exec_ports 0 "$plain
$suid
$plain
$suid
$plain
$suid"
finish
