#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A person at the terminal: `tools/run` on a pseudo-terminal, keys typed, the
# screen read.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

# screen NAME: plays standard input (tests/tools/ptydrive.c) to a shell.  What
# is typed is written so that its echo is not its result.
screen()
{
	{
		echo 'timeout 40'
		echo 'expect # '
		cat
		echo 'send exit\r'
		echo 'status 0'
	} >"$TMP/script"
	try build/host/ptydrive "$TMP/script" $RUN --timeout 110
	want "$1" 0 ''
}

screen echo_and_prompt <<'END'
send echo he''llo\r
expect hello
expect # 
END
screen erase_keys <<'END'
send echo wx\x7fy''z\r
expect wyz
send garbage words\x15echo cle''an\r
expect clean
END
screen interrupt <<'END'
send sh -c 'echo rea""dy; exec sleep 100'\r
expect ready
send \x03
expect # 
send echo s''t=$?\r
expect st=130
END
screen interrupt_at_prompt <<'END'
send half a command\x03
expect # 
send echo st''ill\r
expect still
END
screen end_of_file <<'END'
send cat; echo en''d\r
send li''ne\r
expect li''ne
send \x04
expect end
END
screen stop_and_continue <<'END'
send sh -c 'trap "echo con""t" CONT; echo rea""dy; while :; do sleep 0.1; done'\r
expect ready
send \x1a
expect Stopped
expect # 
send jobs\r
expect Stopped
send bg\r
expect cont
send jobs\r
expect Running
send fg\r
expect cont
send \x03
expect # 
send jobs; echo no''ne\r
expect none
END
# Not `sh -c`, which ignores SIGQUIT until it execs, on Linux too.
screen quit_key <<'END'
send echo rea''dy >/tmp/r; cat /tmp/r -\r
expect ready
send \x1c
expect # 
send echo s''t=$?\r
expect st=131
END
screen history <<'END'
send echo fi''rst\r
expect first
send \e[A\r
expect first
END
screen completion <<'END'
send ls /etc/pass\t\r
expect /etc/passwd
expect /etc/passwd
END
screen vi <<'END'
send vi /tmp/text\r
expect 100%
send ihello from vi\e
expect from vi
send :wq\r
expect # 
send cat /tmp/te*t\r
expect hello from vi
END
screen window_size <<'END'
send stty size\r
expect 24 80
size 50 132
send stty size\r
expect 50 132
END
screen raw_mode <<'END'
send stty raw -echo; echo rea''dy; dd bs=1 count=3 2>/dev/null | od -An -tx1; stty sane\r
expect ready
send \x03\x1a\x04
expect 03 1a 04
END
screen ctty <<'END'
send tty; test -t 0 && echo ye''s\r
expect /dev/
expect yes
END

{
	echo 'timeout 40'
	echo 'expect # '
	echo 'send exit 5\r'
	echo 'status 5'
} >"$TMP/script"
try build/host/ptydrive "$TMP/script" $RUN --timeout 60
want exit_status 0 ''

finish
