#!/bin/busybox sh
# cp: -r, -p, -a, over itself, into itself, special files.
echo 1 >a; cp a b; cat b; mkdir d; cp a b d; ls d; cp -r d e; ls e; cp a a 2>/dev/null || echo same
chmod 640 a; touch -t 202001010101 a; cp -p a p; stat -c '%a %Y' p; ln -s a l; cp l c1; test -L c1 || echo followed; cp -P l c2; readlink c2; cp -a d f; ls f
mkfifo q; cp -a q q2; test -p q2 && echo fifo; cp none x 2>/dev/null; echo $?; cp d x 2>/dev/null; echo $?; cp /dev/null empty; wc -c <empty; cp a i; chmod 711 i; stat -c %a i
seq 1 30000 >big; cp big big2; cmp big big2 && echo equal; cp -n a b; cp -f a b; ls | wc -l
