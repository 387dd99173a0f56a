#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# portmap tells the rights of a task that has known ones, says who may use it,
# and draws them: a task's c-list.
# Checklist: CAP-7

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

tools/mach-cc -O tests/guest/programs/holder.c -o "$TMP/holder" || {
	fail holder "does not compile"
	finish
}

# One boot; sections begin with "== NAME", statuses are "status N".
cat >"$TMP/script" <<'END2'
holder >/tmp/rights & pid=$!
until [ -s /tmp/rights ]; do sleep 0.1; done
echo "== rights"; cat /tmp/rights
echo "== holder"; portmap -t $pid; echo "status $?"
echo "== byname"; portmap -t holder; echo "status $?"
echo "== all"; portmap; echo "status $?"
echo "== svg"; portmap -svg; echo "status $?"
echo "== unknown"; portmap -t nosuchtask; echo "status $?"
echo "== misuse"; portmap -x; echo "status $?"
echo "== missing"; portmap -t; echo "status $?"
echo "== help"; portmap --help; echo "status $?"
echo "== nobody"; su nobody -s /bin/sh -c portmap; echo "status $?"
kill $pid
END2
run_sections "$TMP/holder:/bin/holder"

# shellcheck disable=SC2046
set -- $(section rights) # port P set S dead D
row='^holder\[[0-9]+\] +'
for word in c-list capability 'index in the c-list' delegation; do
	grep -q "$word" docs/ipc.md || fail glossary "docs/ipc.md: no \"$word\""
done
has receive_right holder "$row$2 receive\\+send +3  p[0-9]+, queue 2/7, set[0-9]+\$"
has port_set holder "$row$4 set +0  set[0-9]+ of holder"
has dead_name holder "$row$6 dead name +1"
has own_task holder "${row}[0-9a-f]+ send +1  task holder\\["
has server_holds_task holder '^unix +[0-9a-f]+ send +[0-9]+  task holder\['
has server_holds_thread holder '^unix +[0-9a-f]+ send +[0-9]+  thread of holder\['
has process_port holder "${row}[0-9a-f]+ send +1  p[0-9]+ of unix"
has by_name byname "$row$2 receive\\+send"
if section holder | grep -qE '^(name|sh)'; then
	fail only_that_task "others' rights are shown"
else
	pass only_that_task
fi
has name_server all '^bootstrap +[0-9a-f]+ send +[0-9]+  p[0-9]+ of name'
has privileged_host all '^bootstrap +[0-9a-f]+ send +[0-9]+  host \(privileged\)'
if section all | grep -qE '^(sh|holder|portmap)\[.*(host \(priv|device)'; then
	fail no_authority_in_unix "a UNIX task holds authority"
else
	pass no_authority_in_unix
fi
wide=$(section all | awk 'length > 80' | head -n 1)
if [ -z "$wide" ]; then pass eighty_columns; else fail eighty_columns "$wide"; fi
has svg_document svg "^<svg xmlns="
has svg_line svg "<title>unix: send to task holder\[[0-9]+\]</title>"
has svg_process_port svg "<title>holder\[[0-9]+\]: send to p[0-9]+ of unix</title>"
has svg_box svg "font-weight=\"bold\">holder\[[0-9]+\]</text>"
if [ "$(section svg | grep -v ^status | tail -n 1)" = "</svg>" ]; then
	pass svg_complete
else
	fail svg_complete "no end"
fi
# Boxes of a column lie one below the other.
over=$(section svg | sed -n 's/^<rect x="\([0-9]*\)" y="\([0-9]*\)" width="[0-9]*" height="\([0-9]*\)".*/\1 \2 \3/p' |
	awk '$2 < end[$1] { print } { end[$1] = $2 + $3; n++ }
	END { if (n < 6) print n, "boxes" }')
if [ -z "$over" ]; then pass svg_boxes; else fail svg_boxes "$over"; fi
for s in holder byname all svg help; do
	has "status_$s" "$s" '^status 0$'
done
has unknown_task unknown '^portmap: no task "nosuchtask"'
has unknown_status unknown '^status 1$'
has misuse misuse '^usage: portmap'
has misuse_status misuse '^status 2$'
has missing_status missing '^status 2$'
has help help '^usage: portmap'
has unprivileged nobody '^portmap: only the super-user may look'
has unprivileged_status nobody '^status 1$'
finish
