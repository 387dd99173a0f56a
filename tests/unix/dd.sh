#!/bin/busybox sh
# dd: blocks, skip, seek, conversions, sparse ends.
dd if=/dev/zero of=z bs=1k count=3 2>/dev/null; wc -c <z
printf 0123456789 >f; dd if=f bs=1 skip=3 count=4 2>/dev/null; echo
dd if=f of=g bs=2 seek=2 2>/dev/null; wc -c <g; od -An -c g | head -n 2
printf XY | dd of=f bs=1 seek=4 conv=notrunc 2>/dev/null; cat f; echo
dd if=/dev/zero of=s bs=1 seek=99999 count=1 2>/dev/null; wc -c <s
printf abc | dd conv=ucase 2>/dev/null; echo; seq 1 5000 | dd bs=512 2>/dev/null | md5sum
printf 123 | dd bs=2 of=/dev/null 2>&1 | head -n 2
