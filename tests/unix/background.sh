#!/bin/busybox sh
# Background jobs: order by pipes, $!, output kept apart.
mkfifo p
(read x <p; echo "child got $x" >r) &
echo token >p; wait; cat r
n=0; for i in 1 2 3 4 5; do (echo $i >out.$i) & done; wait; cat out.*
{ sleep 0.01; echo done >flag; } & while [ ! -s flag ]; do sleep 0.005; done; cat flag
(echo sub; exit 4) & wait $!; echo $?
