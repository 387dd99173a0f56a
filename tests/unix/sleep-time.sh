#!/bin/busybox sh
# sleep takes its time; time and timeout report.
s=$(cut -d' ' -f1 /proc/uptime | tr -d .); sleep 0.1; e=$(cut -d' ' -f1 /proc/uptime | tr -d .); [ $((e-s)) -ge 9 ] && echo slept
usleep 1000 && echo usleep; sleep 0; echo $?; sleep x 2>/dev/null; echo $?; (time true) 2>&1 | grep -c real
sleep 0.01 0.01 && echo sum; timeout 5 true; echo $?; timeout -s KILL 5 sh -c 'exit 3'; echo $?
