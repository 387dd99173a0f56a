#!/bin/busybox sh
# Redirections: order, duplication, closing, append, noclobber.
echo out >f; echo more >>f; cat f
(echo to-out; echo to-err >&2) >o 2>e; cat o; cat e
(echo both; echo err >&2) >b 2>&1; cat b
(echo lost >&2) 2>/dev/null
exec 3>three; echo via three >&3; exec 3>&-; cat three
echo x 4>four >&4 && cat four
exec 5<f; read a <&5; read b <&5; echo "$a,$b"; exec 5<&-
(echo closed >&7) 2>/dev/null || echo "bad fd"
set -C; (echo y >f) 2>/dev/null || echo "noclobber"; echo z >|f; cat f
(cat <nothing) 2>/dev/null || echo "status $?"
echo in-place 1<>f; cat f
