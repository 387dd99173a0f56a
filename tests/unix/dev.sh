#!/bin/busybox sh
# /dev: null, zero, full, urandom, fd, stdin.
echo x >/dev/null; cat /dev/null | wc -c; head -c 10 /dev/zero | od -An -tx1; echo y >/dev/full 2>/dev/null || echo full
head -c 16 /dev/urandom | wc -c; [ "$(head -c 8 /dev/urandom | od -An -tx8)" != "$(head -c 8 /dev/urandom | od -An -tx8)" ] && echo differ
echo in | cat /dev/stdin; echo out | cat >/dev/stdout; (echo err >/dev/stderr) 2>&1 | cat; exec 4<<E
from four
E
cat /dev/fd/4; ls -l /dev/null | cut -c1; stat -c '%t %T' /dev/null /dev/zero; setsid sh -c '(: </dev/tty) 2>/dev/null || echo no terminal'
cat /proc/self/fd/0 <<E
proc fd
E
