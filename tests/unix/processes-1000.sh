#!/bin/busybox sh
# A thousand processes, one after another; then many at once.
i=0; while [ $i -lt 1000 ]; do (exit 0) || echo failed; i=$((i+1)); done; echo $i
i=0; while [ $i -lt 40 ]; do (exit $((i%7))) & i=$((i+1)); done; wait; echo waited
seq 1 30 | xargs -n1 echo | wc -l
