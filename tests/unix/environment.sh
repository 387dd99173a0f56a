#!/bin/busybox sh
# export, unset, env, readonly, assignments before commands.
X=1; sh -c 'echo "<$X>"'; export X; sh -c 'echo "<$X>"'; X=2 sh -c 'echo $X'; echo $X
unset X; sh -c 'echo ${X-unset}'; export Y='a b
c'; sh -c 'echo "$Y"'; env | grep -c '^Y='
readonly R=1; (R=2) 2>/dev/null || echo readonly
A=1 B=2 env -u A sh -c 'echo ${A-none} $B'; set a=b; env | grep -c ^Y
(unset PATH; echo still here); export -p | grep -c ' Y='
