#!/bin/busybox sh
# A pipe holds 64 KiB; a writer waits for its reader; SIGPIPE ends it.
mkfifo gate
(dd if=/dev/zero bs=1k count=64 2>/dev/null; echo full >gate) | (read x <gate; echo $x; wc -c)
(dd if=/dev/zero bs=1k count=200 2>/dev/null) | (sleep 0.02; wc -c)
(sleep 0.02; echo late) | cat
(sh -c 'yes; echo never' 2>/dev/null) | head -n 1
sh -c 'trap "" PIPE; yes 2>/dev/null; echo "yes ends $?" >s' | head -n 1; while [ ! -s s ]; do sleep 0.01; done; cat s
