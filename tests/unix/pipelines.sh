#!/bin/busybox sh
# Pipelines: status, long chains, early ends.
echo a b c | tr ' ' '\n' | sort -r | head -n 2
true | false; echo $?
false | true; echo $?
! true; echo $?
seq 1 1000 | while read n; do [ $n = 3 ] && break; done; echo broke
seq 1 10000 | head -n 1
yes | head -n 3
echo x | cat | cat | cat | cat | cat | cat | cat | cat
{ echo 1; echo 2; } | { read a; read b; echo $b $a; }
set -o pipefail; false | true; echo $?
seq 1 5 | tail -n +3 | tac | tr '\n' ' '; echo
