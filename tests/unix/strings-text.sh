#!/bin/busybox sh
# head, tail, wc, tac, split, tee, cat options.
seq 1 20 >n; head -n 3 n; tail -n 2 n; head -c 5 n; tail -c 4 n; wc n | tr -s ' '; wc -l <n; wc -w n
tac n | head -n 2; cat -n n | sed -n 5p; printf 'a\t\n' | cat -A; seq 1 3 | tee t1 t2 | wc -l; cmp t1 t2 && echo same; seq 4 5 | tee -a t1 >/dev/null; wc -l <t1
tail -n +19 n; head -n -18 n; cat n - </dev/null | wc -l; echo end | cat n - | tail -n 1
shuf n | sort -n | cmp - n && echo shuffled; yes x | head -n 2; ts </dev/null; printf 'a\nb' | wc -l
