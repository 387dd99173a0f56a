#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/run and hostlink against a guest that is not there (fakeguest.c).

. tests/lib.sh

: >"$TMP/kernel"
: >"$TMP/archive"
export MACH_QEMU="$TOP/build/host/fakeguest"
export MACH_KERNEL="$TMP/kernel" MACH_ARCHIVE="$TMP/archive"
export MACH_READY=20 MACH_DUMP=
run=tools/run

# --- statuses

for n in 0 1 77 127 143 255; do
	try $run -- exit $n
	want "exit_$n" $n ""
done
try $run --timeout 1 -- hang
want_error timeout 124 'time-out after 1 s'
MACH_DUMP=1 try $run --timeout 1 -- hang
want_error timeout_with_no_dump 124 'it does not say; last line'
try $run -- panic
want_error panic 125 '^panic: the fake guest fell over$'
grep -q 'at fake+0x10' "$err" && ! grep -q booted "$err" &&
	pass panic_text || fail panic_text "$(one_line "$err")"
try $run --kernel-args fake=panic -- exit 0
want_error panic_at_boot 125 '^panic: '
try $run -- crash
want_error emulator_crash 126 'ended by signal 6; last line of the log: fake'
try $run --kernel-args fake=die
want_error emulator_refuses 126 'did not start: fake: no such machine$'
try $run --kernel-args fake=reset
want_error reset 125 'reset itself; last line of the log: fake kernel$'
try $run --kernel-args fake=resetearly
want_error reset_before_its_first_word 125 'reset itself; last line .*(none)$'
try $run --kernel-args fake=ended
want_error ended_from_outside 126 \
	'ended from outside (terminating on signal 15 from pid 1 (x)); last line'
[ "$(wc -l <"$err")" -eq 1 ] && pass ended_in_one_line ||
	fail ended_in_one_line "$(one_line "$err")"
MACH_QEMU=true try $run
want_error emulator_never_began 126 'ended with status 0 before it had a machine$'
MACH_QEMU=false try $run
want_error emulator_fails_silently 126 'ended with status 1 before it'
try $run --kernel-args fake=off
want_error off_without_exit 126 'without an exit status'
try $run -- early
want_error off_without_exit_late 126 'without an exit status'
MACH_READY=1 try $run --kernel-args fake=silent
want_error not_ready 124 'not ready after 1 s'
try $run -- badframe
want_error bad_frame 126 'out of place: type 9'
try $run -- overrun
want_error overrun 126 'out of place: type 0, channel 1'

# --- bad usage

try $run --smp many -- exit 0
want_error bad_number 2 'wants a number'
try $run --smp 0 -- exit 0
want_error zero_processors 2 'at least 1'
try $run --frobnicate
want_error unknown_option 2 'unknown option'
[ "$(wc -l <"$err")" -eq 1 ] && pass unknown_option_one_line ||
	fail unknown_option_one_line "$(one_line "$err")"
try $run --help
[ "$status" -eq 0 ] && grep -q -e '--kernel-args' "$out" && pass help ||
	fail help "$status: $(one_line "$out")"
try $run --timeout
want_error missing_value 2 'wants a value'
try $run --add nothing -- exit 0
want_error add_without_path 2 'FILE:PATH'
try $run --add /does/not/exist:/x -- exit 0
want_error add_missing_file 2 'no file'
MACH_KERNEL=/none try $run
want_error no_kernel 126 'no kernel /none'
MACH_ARCHIVE=/none try $run
want_error no_archive 126 'no boot archive /none'
MACH_QEMU=no-such-qemu try $run
want_error no_qemu 126 'not installed'

# --- bytes

try $run -- both 'to out' 'to err'
want both_out 0 'to out'
[ "$(cat "$err")" = 'to err' ] && pass both_err ||
	fail both_err "$(one_line "$err")"
try $run -v -- both 'to out' 'to err'
want verbose_keeps_out 0 'to out'
grep -q '^fake kernel$' "$err" && pass verbose_shows_log ||
	fail verbose_shows_log "$(one_line "$err")"

try $run -- args one '' 'a b' '--' '-v'
want arguments 0 'flags 0 argc 6 envc 0 bytes 24
<args>
<one>
<>
<a b>
<-->
<-v>'
try $run
want no_command 0 'flags 0 argc 0 envc 0 bytes 4'
long=$(head -c 9000 /dev/zero | tr '\0' x)
try $run -- args "$long" end
want long_arguments 0 "flags 0 argc 3 envc 0 bytes 9014
<args>
<$long>
<end>"
try $run --timeout 5 --bare args -- a b
want bare_arguments 0 'flags 0 argc 3 envc 0 bytes 13
<args>
<a>
<b>'

head -c 3000001 /dev/urandom >"$TMP/blob"
cp "$TMP/blob" "$TMP/in"
try $run --timeout 60 -- cat
cmp -s "$TMP/blob" "$out" && pass three_megabytes ||
	fail three_megabytes "status $status, $(wc -c <"$out") bytes back"
: >"$TMP/in"
try $run --timeout 20 -- cat
want end_of_file 0 ''
printf 'no newline' >"$TMP/in"
try $run --timeout 20 -- cat
want short_input 0 'no newline'

# A reader that is slow, and one that goes away.
try sh -c "$run --timeout 60 -- cat <'$TMP/blob' | { sleep 1; cat; } |
	cmp - '$TMP/blob'"
want slow_reader 0 ''
try sh -c "{ $run --timeout 20 -- yes; echo \$? >&2; } | head -n 1"
want gone_reader 0 'yes yes yes yes yes'
grep -q '^141$' "$err" && pass gone_reader_is_told ||
	fail gone_reader_is_told "$(one_line "$err")"

# --- kernel tests, whose output is the log

try $run --kernel-test --kernel-args fake=tests
want kernel_tests 0 'fake kernel
ok a
ok b # skip none
done 2'

# --- what the emulator is told

cat >"$TMP/echoargs" <<'END'
#!/bin/sh
for a; do echo "$a" >&2; done
exit 1
END
chmod +x "$TMP/echoargs"
MACH_ACCEL=tcg MACH_QEMU=$TMP/echoargs try $run --smp 4 --memory 64
want_error machine_smp 126 'tcg,thread=multi'
MACH_ACCEL=tcg MACH_QEMU=$TMP/echoargs try $run --icount
want_error machine_icount 126 'shift=0,sleep=off'
grep -q 'max,-erms,-fsrm' "$err" && pass machine_icount_cpu ||
	fail machine_icount_cpu "$(one_line "$err")"

# --- --add

echo 'some text' >"$TMP/file"
printf '' | build/host/mkarchive "$TMP/archive"
cat >"$TMP/showarchive" <<'END'
#!/bin/sh
while [ "$1" != -initrd ]; do shift; done
echo "archive $2" >&2
busybox cpio -t <"$2" >&2
exit 1
END
chmod +x "$TMP/showarchive"
MACH_QEMU=$TMP/showarchive try $run --add "$TMP/file:/etc/thing" -- exit 0
want_error add 126 '^root/etc/thing$'
archive=$(sed -n 's/.*archive //p' "$err" | head -n 1)
[ -n "$archive" ] && [ ! -e "$archive" ] && pass add_leaves_no_file ||
	fail add_leaves_no_file "$archive"

printf 'dir\troot/etc\t0755\t0\t0\n' | build/host/mkarchive "$TMP/base"
MACH_ARCHIVE=$TMP/base try $run --add "$TMP/file:/etc" -- exit 0
want_error add_over_a_directory 126 \
	'^run: cannot make the boot archive: /etc: a directory of that name'

# --- a terminal

pty()
{
	cat >"$TMP/script"
	try build/host/ptydrive "$TMP/script" $run --timeout 30 -- "$@"
}

pty tty <<'END'
expect size 24 80
expect tty
send a\x03b\r
expect aINT
send \x1a\x1c
expect \x1a\x1c
size 50 132
expect size 50 132
send \x04
status 7
END
want terminal 0 ''
pty tty <<'END'
expect ^] q
expect tty
send \x1d\x1dx
expect \x1dx
send \x1dq
expect switched off from the keyboard
status 126
END
want escape_key 0 ''

# A UNIX server that dies: who sits at a terminal goes on with the next one;
# nothing of a frame that was cut is shown; a command is lost.
{
	for n in 0 1 2 3 4 5 6 7 8 9 10; do
		echo "expect life $n"
		echo 'refuse x'
	done
	cat <<'END'
expect size 24 80
refuse x
expect tty
send a\x03b\r
expect aINT
size 50 132
expect size 50 132
send \x04
status 7
END
} >"$TMP/script"
try build/host/ptydrive "$TMP/script" $run --timeout 30 --kernel-args fake=again
want server_again 0 ''
try $run --timeout 30 --kernel-args fake=again -- exit 0
want_error command_lost 126 '^run: the UNIX server died (fell over): its processes are lost$'
try $run --timeout 30 --kernel-args fake=again
want_error script_lost 126 'died (fell over)'

cat >"$TMP/script" <<'END'
expect begin
expect sane
status 0
END
try build/host/ptydrive "$TMP/script" sh -c "echo begin
before=\$(stty -g); $run -- exit 3; [ \$? = 3 ] && [ \$before = \$(stty -g) ] &&
	echo sane"
want terminal_restored 0 ''

# --- make run, whose shell's status is forgiven on a terminal; ours is not

# made NAME STATUS RUN: what make would run with these options ends so.
made()
{
	env -u MAKEFLAGS -u MAKELEVEL make -n -s run RUN="$3" |
		sed -n '/^tools\/run/,$p' >"$TMP/recipe"
	printf 'status %d\n' "$2" >"$TMP/script"
	try build/host/ptydrive "$TMP/script" sh "$TMP/recipe"
	want "$1" 0 ''
}

made make_forgives_a_shell 0 '--timeout 20 -- exit 3'
try sh "$TMP/recipe"
want make_forgives_nothing_on_a_pipe 3 ''
made make_forgives_no_command 0 '--timeout 20 -- exit 127'
made make_tells_bad_usage 2 '--frobnicate'
made make_tells_a_timeout 124 '--timeout 1 -- hang'
made make_tells_a_panic 125 '--timeout 20 -- panic'
MACH_QEMU=no-such-qemu made make_tells_no_machine 126 ''
TMPDIR=/none made make_tells_no_place 126 "--add $TMP/file:/x"

finish
