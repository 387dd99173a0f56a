#!/bin/busybox sh
# if, case, for, while, until, break, continue, functions.
if false; then echo no; elif true; then echo elif; else echo no; fi
for i in 1 2 3 4 5; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done
n=3; until [ $n = 0 ]; do echo -n "$n "; n=$((n-1)); done; echo
case hello in h*o) echo glob;; *) echo other;; esac
case x in a|x) echo alt;; esac
case "a b" in "a "*) echo quoted;; esac
f() { local v=inner; echo $v $1 $#; return 3; }
v=outer; f arg; echo $? $v
rec() { [ $1 = 0 ] && return; echo -n "$1 "; rec $(($1-1)); }; rec 5; echo
for i in a b; do for j in 1 2; do [ $j = 2 ] && continue 2; echo $i$j; done; done
while :; do while :; do break 2; done; done; echo out
for a; do echo "never"; done
set -- p q; for a; do echo $a; done
