#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# How little memory is enough: kernel and bare servers in 32 MiB, the UNIX shell
# in 64 MiB (boot archive included).

. tests/lib.sh

RUN=${RUN:-tools/run}

try $RUN --timeout 120 --memory 32 --bare log
if [ "$status" -eq 0 ] && tail -n 1 "$out" | grep -q '^done '; then
	pass bare_servers_in_32_mib
else
	fail bare_servers_in_32_mib "status $status: $(one_line "$err")"
fi

try $RUN --timeout 120 --memory 64 -- sh -c \
	'ls /bin | wc -l >/tmp/n && sort -n /tmp/n >/dev/null; echo $((6 * 7))'
want shell_in_64_mib 0 42

finish
