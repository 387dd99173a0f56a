#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# machtop: its numbers for tasks that do known things, and its screen.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

tools/mach-cc -O tests/guest/programs/holder.c -o "$TMP/holder" || {
	fail holder "does not compile"
	finish
}

cat >"$TMP/script" <<'END2'
holder send >/tmp/send & sender=$!
until [ -s /tmp/send ]; do sleep 0.1; done
echo "== send"; machtop -b -n 2; echo "status $?"
kill $sender
holder spin >/tmp/spin & spinner=$!
until [ -s /tmp/spin ]; do sleep 0.1; done
echo "== spin"; machtop -n 2 -d 2 -s cpu | cat; echo "status $?"
kill $spinner
echo "== names"; machtop -n 1 -d 0.2 -s id | cat; echo "status $?"
echo "== tree"; machtop -n 1 -d 0.2 -s tree | cat; echo "status $?"
echo "== misuse"; machtop -n none; echo "status $?"
echo "== extra"; machtop -b 5; echo "status $?"
echo "== help"; machtop --help; echo "status $?"
echo "== nobody"; su nobody -s /bin/sh -c 'machtop -b -n 1'; echo "status $?"
END2
run_sections "$TMP/holder:/bin/holder"

# column NAME SECTION N TEST: of holder's last line there, column N is so (awk).
column()
{
	value=$(section "$2" | awk -v n="$3" \
		'$2 ~ /^holder\[/ { v = $n } END { print v }')
	if awk -v v="${value:-none}" "BEGIN { exit !(v != \"none\" && v $4) }"; then
		pass "$1"
	else
		fail "$1" "\"$value\" is not $4"
	fi
}

# ID NAME THR CPU% MEM FAULT/S SENT/S RECV/S NAMES
column one_thread send 3 '== 1'
column messages_sent send 7 '>= 10'
column messages_received send 8 '>= 10'
column names_of_rights send 9 '>= 8'
column processor_used spin 4 '>= 30'
column processor_not_used_twice spin 4 '<= 120'
column no_messages spin 7 '== 0'
has status_of_batch send '^status 0$'
tables=$(section send | grep -c '^ *ID NAME ')
if [ "$tables" -eq 2 ]; then pass two_tables; else
	fail two_tables "$tables tables"
fi
has by_id names '^ +1 bootstrap'
has server names '^ +[0-9]+ unix '
# Checklist: TSK-03
has tree_root tree '^ +1 bootstrap '
has tree_server tree '^ +[0-9]+  unix '
has tree_orphan tree "^ +[0-9]+ machtop\\["
has itself names '^ +[0-9]+ machtop\['
wide=$(awk 'length > 80' "$TMP/sections" | head -n 1)
if [ -z "$wide" ]; then pass eighty_columns; else fail eighty_columns "$wide"; fi
has misuse misuse '^usage: machtop'
has misuse_status misuse '^status 2$'
has extra_status extra '^status 2$'
has help help '^usage: machtop'
has unprivileged nobody '^machtop: only the super-user may look'
has unprivileged_status nobody '^status 1$'

# A person at the terminal (tests/tools/ptydrive.c).
cat >"$TMP/keys" <<'END2'
timeout 40
expect # 
size 24 80
send machtop; echo en''ded\r
expect MEM FAULT/S  SENT/S  RECV/S  NAMES
expect bootstrap
expect machtop[
send i
expect bootstrap
size 10 40
expect CPU%\e[K
expect CPU%\e[K
refuse MEM
send q
expect ended
send stty -a | grep -o ' icanon\\| echo '\r
expect icanon
expect echo
send machtop; echo st''ill\r
expect CPU%\e[K
send \x03
expect still
send exit\r
status 0
END2
try build/host/ptydrive "$TMP/keys" $RUN --timeout 110
want screen 0 ''
finish
