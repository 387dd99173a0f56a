#!/bin/busybox sh
# read: splitting, raw, timeouts, end of file.
echo 'a b  c d' | { read x y; echo "$x|$y"; }
printf 'a\\b\n' | { read x; echo "$x"; }; printf 'a\\b\n' | { read -r x; echo "$x"; }
printf 'no newline' | { read x; echo "$? $x"; }; read x </dev/null; echo $?
printf 'x:y:z\n' | { IFS=: read a b c; echo $c$b$a; }; printf 'abc' | { read -n 2 x; echo $x; }
(sleep 0.2 | { read -t 0.05 x; [ $? != 0 ] && echo timeout; }) ; printf '1\n2\n3\n' | while read n; do echo $((n*n)); done
printf 'a,b;c' | { read -d ';' x; echo $x; }
