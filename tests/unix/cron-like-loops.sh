#!/bin/busybox sh
# Loops that fork in conditions, substitutions and bodies.
n=0; while [ $(echo $n | wc -c) -lt 4 ]; do n=$((n*3+1)); done; echo $n
for f in $(seq 1 20 | awk '$1%5==0'); do printf '%s ' $(expr $f \* $f); done; echo
t=0; for i in $(seq 1 20); do t=$((t+$(echo $i | tr -d '\n' | wc -c))); done; echo $t
i=0; until expr $i \>= 15 >/dev/null; do i=$(expr $i + 4); done; echo $i
seq 1 12 | while read a; do read b || break; echo $((a*b)); done | tr '\n' ' '; echo
