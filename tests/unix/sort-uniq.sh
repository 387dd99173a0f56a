#!/bin/busybox sh
# sort, uniq, comm, join-like work, cut, paste, nl.
printf '10\n9\n2\n1\n2\n' >n; sort n; sort -n n; sort -rn n; sort -u n; sort -n n | uniq -c | sed 's/^ *//'; sort n | uniq -d
printf 'b 2\na 10\nc 1\n' | sort -k2n; printf 'x:3\ny:1\n' | sort -t: -k2; printf 'B\na\nC\n' | sort -f
printf 'a\nb\nc\n' >1; printf 'b\nc\nd\n' >2; grep -xf 1 2; grep -vxf 1 2; diff 1 2; echo $?; cmp 1 2; echo $?
echo a:b:c | cut -d: -f2-; echo abcdef | cut -c2-4; paste 1 2; paste -d, 1 2; nl 1; sort -c n 2>/dev/null; echo $?
fold -w 5 <<E
abcdefghijkl
E
expand <<E
a	b
E
rev 1; tr a-c A-C <1; echo aabb | tr -s a; echo a1b2 | tr -d 0-9; echo xyz | tr -c x .; echo
