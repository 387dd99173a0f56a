#!/bin/busybox sh
# ed and vi in batch; patch and diff -u.
printf 'one\ntwo\nthree\n' >f; ed f <<E
2d
a
TWO
.
,s/e/E/
w
q
E
cat f; printf 'one\n2\nthree\n' >g; printf 'one\ntwo\nthree\n' >h; diff -u h g | tail -n +3 >p; (echo '--- h'; echo '+++ h'; cat p) >q; patch h <q; cmp g h && echo patched
diff -q g f; diff -r . . && echo equal
