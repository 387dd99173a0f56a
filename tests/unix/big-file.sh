#!/bin/busybox sh
# A megabyte through pipes, files, offsets; contents equal.
dd if=/dev/zero bs=1k count=1024 2>/dev/null | tr '\0' x >f; wc -c <f; md5sum <f
cat f | cat | md5sum; cat f f >g; wc -c <g; dd if=g bs=1k skip=1023 count=2 2>/dev/null | md5sum; cmp f g 2>&1 | sed 's/.*EOF/EOF/;s/ after.*//'
tail -c 100000 f | md5sum; truncate -s 10 f; wc -c <f; truncate -s 100 f; wc -c <f; od -An -c f | sort -u | wc -l
