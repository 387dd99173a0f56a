#!/bin/busybox sh
# grep: options, classes, contexts, statuses.
printf 'alpha\nBeta\ngamma delta\n\nbeta2\n' >f
grep beta f; grep -i beta f; grep -c a f; grep -n a f; grep -v a f; grep -w gamma f; grep -o 'm*a' f
grep -E '^(a|B)' f; grep -F 'a d' f; grep -q zzz f; echo $?; grep x none 2>/dev/null; echo $?
grep -l alpha f none 2>/dev/null; grep -A1 Beta f; grep -B1 gamma f; grep -e alpha -e beta2 f
mkdir d; cp f d/g; grep -r alpha . | sort; grep -x beta2 f; grep '[[:digit:]]$' f; grep -L alpha f d/g; grep -m1 a f; grep '^$' f | wc -l
echo 'a.b' | grep 'a\.b'; echo abab | grep '\(ab\)\1'
