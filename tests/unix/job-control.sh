#!/bin/busybox sh
# set -m: process groups of jobs, stop, fg, bg, jobs.
set -m 2>/dev/null
sleep 0.05 & p=$!
wait $p; echo $?
sh -c 'kill -STOP $$; echo resumed' & q=$!
while [ "$(cut -d' ' -f3 /proc/$q/stat)" != T ]; do sleep 0.005; done
kill -CONT $q; wait $q; echo $?
sh -c 'kill -STOP $$; exit 5' & r=$!
while [ "$(cut -d' ' -f3 /proc/$r/stat)" != T ]; do sleep 0.005; done
kill -CONT -- $r; wait $r; echo $?
