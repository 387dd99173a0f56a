#!/bin/busybox sh
# O_APPEND from several writers loses nothing.
for i in 1 2 3 4; do (j=0; while [ $j -lt 50 ]; do echo "$i $j" >>log; j=$((j+1)); done) & done; wait
wc -l <log; sort log | uniq | wc -l; for i in 1 2 3 4; do grep -c "^$i " log; done; grep -cv '^[1-4] [0-9]*$' log
