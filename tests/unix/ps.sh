#!/bin/busybox sh
# ps and /proc: columns, own entries, states.
ps | head -n 1
ps -o pid,ppid,comm 2>/dev/null | head -n 1 | tr -s ' '
ps -o pid= -o ppid= 2>/dev/null | while read a b; do [ "$a" = $$ ] && echo found; done
sh -c 'echo $PPID' | grep -qx $$ && echo parent
sleep 1 & p=$!; sleep 0.05; ps | grep -c "^ *$p .*sleep"; kill $p; wait $p 2>/dev/null
pidof nonesuch; echo $?
sh -c 'tr "\0" " " </proc/self/cmdline; echo'; cut -d' ' -f4 /proc/self/stat | grep -qx $$ && echo ppid
