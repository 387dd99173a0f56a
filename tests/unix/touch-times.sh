#!/bin/busybox sh
# touch -t, -d, -r; comparing times; stat of times.
touch -t 202001020304.05 a; stat -c '%Y %n' a; date -r a '+%Y-%m-%d %H:%M:%S'
touch -d '1999-12-31 23:59:59' b; stat -c %Y b; touch -r a c; stat -c %Y c
[ a -nt b ] && echo newer; [ b -ot a ] && echo older
ls --full-time b 2>/dev/null | grep -o '1999-12-31 23:59:59'
touch -c none; ls; cp -p b d; stat -c %Y d; touch -d @86400 e; stat -c %Y e
find . -newer b -type f | sort
