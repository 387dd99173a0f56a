#!/bin/busybox sh
# awk: fields, patterns, arrays, functions, printf, getline.
printf 'a 1\nb 2\nc 3\n' >d
awk '{s+=$2} END {print s, NR, NF}' d; awk -F: '{print $2}' <<E
x:y:z
E
awk 'NR==2,NR==3 {print NR": "$0}' d; awk '$2>1 {print $1}' d; awk '/b/ {print toupper($1)}' d
awk 'BEGIN {printf "%5.2f|%-5s|%05d|%x|%c\n", 3.14159, "ab", 42, 255, 65}'
awk '{c[$1]=$2} END {for (k in c) print k, c[k]}' d | sort
awk 'BEGIN {n=split("a,b,c",p,","); print n, p[3]; print substr("hello",2,3), index("hello","l"), length("four")}'
awk 'function f(n) {return n<2?1:n*f(n-1)} BEGIN {print f(10)}'
awk 'BEGIN {s="aaa"; print gsub(/a/,"b",s), s; print match("foobar",/o+/), RSTART, RLENGTH}'
awk 'BEGIN {while ((getline l <"d")>0) n++; print n; "echo cmd"|getline x; print x}'
awk 'BEGIN {OFS="-"; $0="p q r"; $2="X"; print; print NF}' ; awk 'BEGIN {i=0; do {i++; if (i==3) break} while (1); print i}'
awk -v v=7 'BEGIN {print v*2, v%4, int(-3.7), sprintf("%s%s","a","b")}'
seq 1 200 | awk '{a[$1%7]+=$1} END {for(i=0;i<7;i++) print i, a[i]}'
