#!/bin/busybox sh
# Nested subshells, groups, variables and their reach.
x=1; (x=2; (x=3; echo $x); echo $x); echo $x
{ x=4; }; echo $x
echo $(echo $(echo $(echo deep)))
(exit 7); echo $?
a=$(exit 5); echo $?
(cd /; pwd); [ "$PWD" = "$(pwd)" ] && echo same
echo `echo \`echo old\``
y=$(printf 'trailing\n\n\n'); echo "<$y>"
( ( ( ( ( echo five ) ) ) ) )
f() ( z=5; echo $z ); f; echo "<$z>"
(trap 'echo bye' EXIT; echo hello)
