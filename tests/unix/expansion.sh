#!/bin/busybox sh
# Parameter expansion in all its forms.
unset u; e=; v=path/to/file.tar.gz
echo ${u-unset} ${u:-default} ${e-empty} ${e:-colon} ${v:+set} "${u+no}"
echo ${v#*/} ${v##*/} ${v%.*} ${v%%.*} ${#v}
echo ${u=assigned} $u
echo ${v/path/PATH} ${v//t/T} ${v:5:2} ${v:8}
(echo ${zzz?is missing}) 2>&1 | sed 's/.*zzz/zzz/'
echo "status $?"
set -- a b c
echo ${#} ${1} ${@:2} "$*"
x=abc; echo "${x}d" ${x:0:1}${x: -1}
