#!/bin/busybox sh
# test and [: files, strings, numbers, combinations.
touch f; mkdir d; ln -s f l; chmod 755 f; echo x >nz
for t in -e -f -d -L -r -w -x -s; do [ $t f ]; echo -n "$t $? "; done; echo
[ -d d ] && [ ! -f d ] && [ -h l ] && [ -s nz ] && echo files
[ a = a ] && [ a != b ] && [ -z '' ] && [ -n x ] && echo strings
[ 1 -lt 2 ] && [ 2 -ge 2 ] && [ -1 -lt 0 ] && echo numbers
[ 1 -eq x ] 2>/dev/null; echo $?; [ ]; echo $?; [ x ]; echo $?; [ ! x ]; echo $?
[ a = b -o c = c ] && [ a = a -a b = b ] && [ \( a = b \) -o x ] && echo combined
test -t 0 </dev/null; echo $?; [ -c /dev/null ] && echo chr; [[ abc == a*c ]] && echo pattern
