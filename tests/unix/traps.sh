#!/bin/busybox sh
# trap: EXIT, signals, ignoring, resetting, in functions.
sh -c 'trap "echo exit trap" EXIT; echo body'
sh -c 'trap "echo exit; exit 9" EXIT; exit 3'; echo $?
sh -c 'trap "echo got TERM" TERM; kill -TERM $$; echo after'
sh -c 'trap "" TERM; kill -TERM $$; echo ignored'
sh -c 'trap "" TERM; trap - TERM; kill -TERM $$; echo never'; echo $?
sh -c 'trap "echo usr1" USR1; trap "echo usr2" USR2; kill -USR1 $$; kill -USR2 $$; trap'
sh -c 'trap "echo one" INT; f() { trap "echo two" INT; kill -INT $$; }; f; kill -INT $$'
sh -c 'trap "echo hup" HUP; (kill -HUP $$); sh -c "exit 2"; echo $?'
sh -c 'trap "echo err; exit 4" USR1; while :; do kill -USR1 $$; done'; echo $?
