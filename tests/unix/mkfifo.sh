#!/bin/busybox sh
# Named pipes: both directions, many writers, no reader.
mkfifo p; ls -l p | cut -c1; test -p p && echo fifo
cat p & echo through >p; wait
(for i in 1 2 3; do echo $i; done >p) & while read l; do echo "got $l"; done <p; wait
mkfifo q; (read a <p; echo "reply to $a" >q) & echo ask >p; cat q; wait
(exec 3<>p; echo self >&3; read x <&3; echo $x)
rm p q; ls | wc -l
(sh -c 'kill -PIPE $$'); echo $?
