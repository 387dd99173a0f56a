#!/bin/busybox sh
# Many descriptors at once, each with its own offset.
for i in 3 4 5 6 7 8 9; do eval "exec $i>f$i"; done; for i in 3 4 5 6 7 8 9; do eval "echo to-$i >&$i"; done; for i in 3 4 5 6 7 8 9; do eval "exec $i>&-"; done; cat f?
seq 1 9 >s; exec 3<s; exec 4<s; exec 5<&3; read a <&3; read b <&4; read c <&5; echo $a $b $c; exec 3<&- 4<&- 5<&-
(read l; echo "$l"; cat | tail -n 1) <s; { read x; cat; } <s | wc -l
