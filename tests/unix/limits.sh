#!/bin/busybox sh
# ulimit: reading, lowering, effects on files and descriptors.
ulimit -n 20; ulimit -n; (exec 25>f) 2>/dev/null || echo too high; sh -c 'ulimit -n'
(ulimit -f 2; dd if=/dev/zero of=big bs=1k count=5 2>/dev/null; echo $?) 2>/dev/null; wc -c <big
ulimit -s | grep -qE '^[0-9]+$|unlimited' && echo stack
