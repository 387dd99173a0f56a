#!/bin/busybox sh
# Shell arithmetic: operators, bases, assignment.
echo $((6*7)) $((7/2)) $((-7/2)) $((7%3)) $((1<<10)) $((0x1f)) $((010))
i=5; echo $((i++)) $i $((++i)) $((i-=3)) $((i==4)) $((i>3 && i<5)) $((i?10:20))
echo $((~0)) $((5&3)) $((5|3)) $((5^3)) $((!0))
echo $((9223372036854775807+1))
let "k = 3 * 4"; echo $k
expr 3 + 4 \* 2
expr abc : 'a\(.\)c'
expr length hello; expr 1 \> 2; echo $?
factor 360 97
echo '2^64; scale=5; 1/3' | bc
echo '3 4 + 2 * p' | dc
