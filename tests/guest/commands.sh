#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/run from outside: the shell on a pipe, statuses, streams, big files.
#
# Checklist: ARC-02

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN
run="$RUN --timeout 100"

# --- a shell whose input is a pipe

printf 'uname -a\nls /bin | wc -l\necho $((6*7))\nexit\n' >"$TMP/in"
in_bin=$(awk -F '\t' '$2 ~ /^root\/bin\/[^\/]*$/' build/boot.manifest | wc -l)
try $run
sed -n 1p "$out" | grep -q '^Linux mach 6\.1\.0-mach .* x86_64 GNU/Linux$' &&
	pass shell_uname || fail shell_uname "$status; $(one_line "$out")"
sed -n 2p "$out" | grep -qx "$in_bin" && pass shell_bin ||
	fail shell_bin "$(sed -n 2p "$out"), not $in_bin"
sed -n 3p "$out" | grep -qx 42 && pass shell_42 || fail shell_42 other
[ "$(wc -l <"$out")" -eq 3 ] && [ ! -s "$err" ] && [ "$status" -eq 0 ] &&
	pass shell_nothing_else ||
	fail shell_nothing_else "$status; $(one_line "$out") $(one_line "$err")"

printf 'echo one\necho two >&2' >"$TMP/in"
try $run
want shell_ends_with_its_input 0 one
[ "$(cat "$err")" = two ] && pass shell_errors ||
	fail shell_errors "$(one_line "$err")"
echo 'exit 9' >"$TMP/in"
try $run
want shell_status 9 ''

# --- statuses

for n in 0 3 255; do
	try $run -- sh -c "exit $n"
	want "exit_$n" $n ''
done
try $run -- sh -c 'kill -TERM $$'
want killed 143 ''
[ "$(cat "$err")" = Terminated ] && pass killed_says_so ||
	fail killed_says_so "$(one_line "$err")"
try $run -- sh -c 'sleep 100 & kill $!; echo on; wait $!'
want child_killed 143 on
[ "$(cat "$err")" = Terminated ] && pass child_killed_says_so ||
	fail child_killed_says_so "$(one_line "$err")"
try $run -- sh -c 'kill -SEGV $$'
want_error crash 139 '^Segmentation fault'
try $run -- sh -c 'kill -INT $$'
want interrupt 130 ''
[ ! -s "$err" ] && pass interrupt_is_silent ||
	fail interrupt_is_silent "$(one_line "$err")"
try $run -- no-such-command
want_error no_such_command 127 .
try $run -- /no/such/command
want_error no_such_path 127 .
MACH_DUMP='' try $RUN --timeout 3 -- sleep 100
want_error timeout 124 'time-out after 3 s; last line'
MACH_DUMP=1 try $RUN --timeout 3 -- sleep 100
want_error timeout_with_a_dump 124 '^thread .* of task .* (sleep'

# --- streams

try $run -- /bin/busybox sh -c \
	'for i in 3 1 2; do echo $i; done | sort | tr "\n" " "'
want pipeline 0 '1 2 3 '
try $run -- sh -c 'echo to out; echo to err >&2'
want apart_out 0 'to out'
[ "$(cat "$err")" = 'to err' ] && pass apart_err ||
	fail apart_err "$(one_line "$err")"
try $run -- printf '%s|' one '' 'a b' '$x'
want arguments 0 'one||a b|$x|'

# The serial port is slow under emulation: the whole size in one configuration,
# more than a pipe holds in the others.
case $RUN in
*--*) big=70001 ;;
*) big=3000001 ;;
esac
head -c $big /dev/urandom >"$TMP/blob"
cp "$TMP/blob" "$TMP/in"
try $RUN --timeout 240 -- cat
cmp -s "$TMP/blob" "$out" && pass big_file_both_ways ||
	fail big_file_both_ways "status $status, $(wc -c <"$out") bytes back"
head -c 9000 "$TMP/blob" >"$TMP/part"
cp "$TMP/part" "$TMP/in"
try $run -- sh -c 'cat >/tmp/blob; wc -c </tmp/blob; md5sum </tmp/blob'
want file_in 0 "9000
$(md5sum <"$TMP/part")"
try $run --add "$TMP/blob:/some/where/blob" -- md5sum /some/where/blob
want file_added 0 "$(md5sum <"$TMP/blob" | sed 's/-$/\/some\/where\/blob/')"
try sh -c "$run -- sh -c 'while :; do echo yes; done' | head -n 2"
want gone_reader 0 'yes
yes'
finish
