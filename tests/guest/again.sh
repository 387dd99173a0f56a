#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The UNIX server dies: its processes end with it, it is started again, and who
# sits at the terminal gets a new shell. A server of this test's own ends it.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN
run="$RUN --timeout 280"

tools/mach-cc -O tests/guest/programs/killer.c -o "$TMP/killer" || {
	fail killer "does not compile"
	finish
}
strip -g "$TMP/killer"

# What is under way when the server dies: children that wait in the server and in
# the kernel, that compute and that are stopped, output that floods the terminal;
# and the shell reads it. What the shell does itself, for a program's first run
# in each life costs most.
cat >"$TMP/mess" <<'END'
mkfifo /tmp/fifo
(read x </tmp/fifo; echo never) &
(sleep 1000; echo never) &
(while :; do :; done) &
(while :; do echo >/tmp/file; done) &
(while :; do :; done) & kill -STOP $!
[ "$2" != flood ] || while :; do echo flood; done &
killer $1
read x
echo never
END

# Everything that exists now (zprint -d, as tests/guest/hostile.sh takes it), in
# the kernel's log: files are lost. Once it is twice the same.
cat >"$TMP/census" <<'END'
look()
{
	zprint -d >/tmp/zones
	awk '
		/^zone / { objects = 1; next }
		/^faults / { objects = 0 }
		objects { live = $(NF - 1); NF -= 3; print $0, live }
		/^frames_(vm|tables|used) / { print $1, $2 }' /tmp/zones >$1
}
look /tmp/first
look /tmp/before
for i in 1 2 3 4 5 6 7 8 9 10; do
	look /tmp/after
	cmp -s /tmp/before /tmp/after && break
	cp /tmp/after /tmp/before
done
awk '{
	if (length(line $0) > 200) { print line; line = "" }
	line = line $0 ";"
} END { print line }' /tmp/after >/tmp/lines
while read -r line; do
	killer log "census $1 $line"
done </tmp/lines
END

{
	cat servers/bootstrap/bootstrap.conf
	printf 'server killer mach/servers/killer serve\n\tonly unix\n'
	printf '\tservices killer\n\tgrant kill tasks\n'
} >"$TMP/conf"
{
	printf 'file\tmach/bootstrap.conf\t0644\t0\t0\t%s\n' "$TMP/conf"
	printf 'file\tmach/servers/killer\t0755\t0\t0\t%s\n' "$TMP/killer"
	for f in killer mess census; do
		printf 'file\troot/bin/%s\t0755\t0\t0\t%s\n' $f "$TMP/$f"
	done
} | build/host/mkarchive -b build/boot.cpio "$TMP/archive"
export MACH_ARCHIVE="$TMP/archive"

# --- life after life, ten of them; fewer on the debug kernel, which takes its time

# dies HOW SAYS: one life's end, and that the next one answers
dies()
{
	printf 'send sh /bin/mess %s\\r\n' "$1"
	printf 'expect died (%s\n' "$2"
	cat <<'END'
expect started again with a new shell
expect # 
refuse never
send echo "l"eft /tmp/*\r
expect left /tmp/*
expect # 
END
}

census()
{
	printf 'send sh /bin/census %s; echo coun""ted\\r\n' "$1"
	printf 'expect counted\nexpect # \n'
}

case $RUN in
*--debug*) lives=4 ;;
*) lives=10 ;;
esac
{
	printf 'timeout 60\nexpect # \n'
	census 0
	life=0
	while [ $life -lt $lives ]; do
		dies crash 'bad access'
		dies 'kill flood' 'killed on request'
		life=$((life + 2))
		[ $life -ne 2 ] || census 2
	done
	census $lives
	printf 'send exit 7\\r\nstatus 7\n'
} >"$TMP/script"
MACH_LOG=$TMP/log try build/host/ptydrive "$TMP/script" $run
want "lives_$lives" 0 ''

# counts LIFE PATTERN...: what there was then, sorted, of what is like PATTERN
counts()
{
	tr -d '\r' <"$TMP/log" | sed -n "s/^census $1 //p" | tr ';' '\n' |
		grep "$2" "$3" | sort
}

# same NAME LIFE LIFE GREP-OPTION PATTERN
same()
{
	counts "$2" "$4" "$5" >"$TMP/one"
	counts "$3" "$4" "$5" >"$TMP/other"
	if [ ! -s "$TMP/one" ]; then
		fail "$1" "nothing was counted: $(tail -n 3 "$TMP/log")"
	elif cmp -s "$TMP/one" "$TMP/other"; then
		pass "$1"
	else
		fail "$1" "$(diff "$TMP/one" "$TMP/other" | tr '\n' '|')"
	fi
}

# Objects and rights are those of a fresh start; frames too, but for what
# bootstrap touches of its own memory when it restarts a server for the first
# time.
same objects_of_a_fresh_start 0 $lives -v '^frames'
same frames_of_the_second_life 2 $lives -e '^frames'

# --- where nobody sits at a terminal; a server that never comes up. Once is enough.

case $RUN in
*--*) finish ;;
esac
try $run -- sh -c 'echo begun; killer crash; sleep 1000'
want_error command_is_lost 126 \
	'^run: the UNIX server died (bad access.*): its processes are lost$'
[ "$(cat "$out")" = begun ] && [ "$(wc -l <"$err")" -eq 1 ] &&
	pass command_said_what_it_said ||
	fail command_said_what_it_said "$(one_line "$out"); $(one_line "$err")"
echo 'echo begun; killer kill; sleep 1000' >"$TMP/in"
try $run
want_error script_is_lost 126 'the UNIX server died (killed on request)'
try $run -- sh -c 'killer terminate; sleep 1000'
want_error nobody_knows_its_processes 126 'the system cannot go on without it$'

# Its entry point is 0.
dd if=build/stripped/user/servers/unix of="$TMP/broken" 2>/dev/null
dd if=/dev/zero of="$TMP/broken" bs=1 seek=24 count=8 conv=notrunc 2>/dev/null
printf 'file\tmach/servers/unix\t0755\t0\t0\t%s\n' "$TMP/broken" |
	build/host/mkarchive -b build/boot.cpio "$TMP/fails"
MACH_ARCHIVE=$TMP/fails try $run -- true
want_error given_up 126 'failed 6 times in a row: given up; the system cannot'
[ "$(wc -l <"$err")" -eq 1 ] && pass given_up_in_one_line ||
	fail given_up_in_one_line "$(one_line "$err")"
finish
