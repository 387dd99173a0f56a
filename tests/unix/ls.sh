#!/bin/busybox sh
# ls: long format, sorting, hidden, recursion, columns.
touch -t 202001010000 a; touch -t 202101010000 b; mkdir d; touch d/x .h; chmod 751 d; chmod 640 a; ln -s a l; printf 123 >c; touch -t 202201010000 c d
ls; ls -a; ls -A; ls -1r; ls -F; ls -p; ls -d d; ls -R; ls -t a b c; ls -S a c; ls -l a | tr -s ' ' | cut -d' ' -f1,2,5,6-9; ls -ld d | cut -c1-10; ls -n a | tr -s ' ' | cut -d' ' -f3,4
ls none 2>/dev/null; echo $?; ls a none 2>/dev/null; ls -l l | sed 's/.*l ->/->/'; ls -x a b c; ls d a
