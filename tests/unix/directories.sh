#!/bin/busybox sh
# mkdir -p, rmdir, deep trees, dot entries, removal in use.
mkdir -p a/b/c/d; rmdir a/b/c/d; rmdir -p a/b/c; ls
mkdir x; touch x/.h x/v; ls x; ls -a x; ls -A x; rmdir x 2>/dev/null || echo full
mkdir -m 700 m; stat -c %a m; mkdir m 2>/dev/null || echo exists
p=.; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do p=$p/d$i; done; mkdir -p $p; find . -name 'd20' | wc -l
(cd $p && echo ok; cd ../../.. && basename $(pwd))
mkdir gone; cd gone; rmdir ../gone; ls | wc -l; touch f 2>/dev/null || echo no place; cd ..; rm -r d1 x; ls
