#!/bin/busybox sh
# xargs: batching, quoting, -I, -0, statuses.
seq 1 10 | xargs; seq 1 10 | xargs -n 3; echo 'a "b c" d\ e' | xargs -n1 echo
printf 'x\0y z\0' | xargs -0 -n1 echo; echo 1 2 3 | xargs -I{} echo '<{}>'
printf '%s\n' a b c | xargs -I@ sh -c 'echo @-@'
seq 1 3 | xargs -n1 false; echo $?; echo | xargs -r echo never; echo $?
seq 1 2000 | xargs echo | wc -w; seq 1 100 | xargs -n 10 sh -c 'echo $#' sh | sort | uniq -c | sed 's/^ *//'
echo a b | xargs -t echo 2>&1
