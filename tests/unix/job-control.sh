#!/bin/busybox sh
# set -m: process groups of jobs, stop, fg, bg, jobs.
set -m
sleep 0.05 & p=$!
[ "$(cut -d' ' -f5 /proc/$p/stat)" = $p ] && echo "own group"
wait $p; echo $?
sh -c 'kill -STOP $$; echo resumed' & q=$!
while [ "$(cut -d' ' -f3 /proc/$q/stat)" != T ]; do sleep 0.005; done
jobs | sed 's/[0-9]* *Stop/Stop/; s/ *sh -c.*//'
kill -CONT $q; wait $q; echo $?
sh -c 'kill -STOP $$; exit 5' & r=$!
while [ "$(cut -d' ' -f3 /proc/$r/stat)" != T ]; do sleep 0.005; done
fg %1 >/dev/null 2>&1; echo "fg $?"
