#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# msgtrace decodes the calls of a task that makes known ones, follows its
# children, tells what it lost, and leaves nothing behind.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

tools/mach-cc -O tests/guest/programs/caller.c -o "$TMP/caller" || {
	fail caller "does not compile"
	finish
}

cat >"$TMP/script" <<'END2'
echo "== calls"; msgtrace -- caller; echo "status $?"
echo "== follow"; msgtrace -- sh -c 'caller; exit 4'; echo "status $?"
echo "== errno"; msgtrace -- ls /nowhere
echo "== count"; msgtrace -n 3 -- caller; echo "status $?"
echo "== flood"; msgtrace -- caller flood 20000 >/tmp/flood
grep -c 'message 4321' /tmp/flood
sed -n 's/^\.\.\. \([0-9]*\) messages lost$/\1/p' /tmp/flood
caller wait & pid=$!
until portmap | grep -q 'caller\['; do :; done
echo "== many"
for i in 1 2 3 4; do msgtrace -f $pid & traces="$traces $!"; done
n=0
until [ $n -eq 4 ]; do n=$(portmap | grep -c 'trace of messages'); done
msgtrace $pid; echo "status $?"
kill -9 $traces; wait $traces 2>/dev/null
until ! portmap | grep -q 'trace of messages'; do :; done
echo "none left"
msgtrace caller >/tmp/last & trace=$!
until portmap | grep -q 'trace of messages'; do :; done
kill $pid; wait $trace; echo "ended $?"
echo "== missing"; msgtrace -- nosuchprogram; echo "status $?"
echo "== unknown"; msgtrace nosuchtask; echo "status $?"
echo "== misuse"; msgtrace; echo "status $?"
echo "== extra"; msgtrace -x; echo "status $?"
echo "== help"; msgtrace --help; echo "status $?"
echo "== nobody"; su nobody -s /bin/sh -c 'msgtrace -- true'; echo "status $?"
END2
run_sections "$TMP/caller:/bin/caller"

line='^ *[0-9]+\.[0-9]{6} caller\[[0-9]+\] +'
has request calls "$line-> mach_port.mach_port_set_qlimit\\(port=1, name=[0-9a-f]+, qlimit=9\\)\$"
has reply calls "$line<- mach_port.mach_port_set_qlimit\\(\\) = success\$"
has error calls "$line<- mach_port.mach_port_type\\(\\) = .*invalid"
has request_of_error calls "$line-> mach_port.mach_port_type\\(port=1, name=7654\\)\$"
has string_in calls 'mach_ext.task_set_name\(port=1, name="a \\"name\\""\)$'
has string_out calls 'mach_ext.task_get_name\(name="a \\"name\\""\) = success$'
has own_message calls '-> message 1234 \(port=[0-9a-f]+, 24 bytes\)$'
has own_received calls '<- message 1234 \(port=[0-9a-f]+, 24 bytes\)$'
has failed_call calls '-- mach_msg = .*invalid'
has system_call calls '-> unix.unix_call\(port=[0-9a-f]+, op=exit'
has system_call_error errno '<- unix.unix_call\(result=-2, .*\) = No such file or directory$'
has exit_status calls '^status 3$'
times=$(section calls | awk '$1 ~ /^[0-9.]+$/ && $1 < last { print } { last = $1 }')
if [ -z "$times" ]; then pass times_ascend; else fail times_ascend "$times"; fi
has child follow "$line-> mach_port.mach_port_set_qlimit"
has parent follow '^ *[0-9.]+ sh\[[0-9]+\] +-> unix.unix_call\(.*op=fork'
has parent_status follow '^status 4$'
lines=$(section count | grep -cE '^ *[0-9.]+ ')
if [ "$lines" -eq 3 ]; then pass count; else fail count "$lines lines"; fi

# Each of 20,000 messages is sent and received: a line, or told as lost.
# shellcheck disable=SC2046
set -- $(section flood)
shown=${1:-0} lost=0
[ $# -eq 0 ] || shift
for n in "$@"; do lost=$((lost + n)); done
sum=$((shown + lost))
if [ "$lost" -gt 0 ] && [ "$sum" -ge 40000 ] && [ "$sum" -lt 40200 ]; then
	pass lost_are_told
else
	fail lost_are_told "$shown shown, $lost lost"
fi
has too_many many '^msgtrace: tracing: .*shortage'
has too_many_status many '^status 1$'
has killed_tracer many '^none left$'
has ends_with_task many '^ended 0$'
has missing missing '^msgtrace: nosuchprogram: No such file'
has missing_status missing '^status 127$'
has unknown unknown '^msgtrace: no task "nosuchtask"'
has unknown_status unknown '^status 1$'
has misuse misuse '^usage: msgtrace'
has misuse_status misuse '^status 2$'
has extra_status extra '^status 2$'
has help help '^usage: msgtrace'
has unprivileged nobody '^msgtrace: only the super-user may look'
has unprivileged_status nobody '^status 1$'

# On a terminal, lines are as wide as it.
cat >"$TMP/keys" <<'END2'
timeout 40
expect # 
size 24 50
send msgtrace -- true; echo en''ded\r
expect unix.unix_ca
expect ended
refuse op=
send msgtrace -w -- ls /nowhere; echo en''ded\r
expect op=
expect ) = No such file or directory
expect ended
send sleep 1 & msgtrace $!; echo en''ded\r
expect msgtrace: what it sends and receives from now on
expect msgtrace: it has ended
expect ended
send exit\r
status 0
END2
try build/host/ptydrive "$TMP/keys" $RUN --timeout 110
want screen 0 ''
finish
