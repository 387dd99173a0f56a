#!/bin/busybox sh
# kill: names and numbers, 0, groups, blocked until wake.
sh -c 'while :; do sleep 0.01; done' & p=$!
kill -0 $p && echo there
kill $p; wait $p 2>/dev/null; echo $?
kill -0 $p 2>/dev/null || echo gone
for s in HUP KILL USR1 PIPE ALRM TERM; do sh -c "kill -$s \$\$" 2>/dev/null; echo $s $?; done
kill -l 15; kill -l TERM
sh -c 'trap "echo chld" CHLD; (exit 0) & wait; :'
(trap 'echo term; exit 0' TERM; while :; do sleep 0.01; done) & p=$!
sleep 0.03; kill $p; wait $p; echo $?
