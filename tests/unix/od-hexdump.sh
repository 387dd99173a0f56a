#!/bin/busybox sh
# od, hexdump, xxd, strings of all byte values.
awk 'BEGIN { for (i = 0; i < 256; i++) printf "%c", i }' >all
wc -c <all; md5sum <all; od -An -tx1 all | head -n 3; hexdump -C all | tail -n 3; xxd all | head -n 2; xxd -p all | head -n 1
strings -n 10 all; tail -c 3 all | od -An -tu1; xxd -p all | xxd -r -p | cmp - all && echo round trip
od -c all | sed -n 2p
