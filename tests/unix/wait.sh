#!/bin/busybox sh
# wait: statuses, many children, a pid, no children.
(exit 3) & wait $!; echo $?
for i in 1 2 3; do (exit $i) & done; wait; echo "all $?"
sleep 0.05 & p=$!; (exit 7) & q=$!; wait $q; echo $?; wait $p; echo $?
wait; echo $?
wait 99999 2>/dev/null; echo $?
sh -c 'kill -KILL $$' & wait $! 2>/dev/null; echo $?
(sleep 0.02; echo late) & echo early; wait
