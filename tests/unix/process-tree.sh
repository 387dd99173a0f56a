#!/bin/busybox sh
# Orphans go to init; sessions and groups by setsid; each knows its parent.
# Checklist: TSK-03
sh -c '(sleep 0.05; cut -d" " -f4 /proc/self/stat >ppid) & exit 0'; while [ ! -s ppid ]; do sleep 0.01; done; [ "$(cat ppid)" != $$ ] && echo orphaned
setsid sh -c '[ "$(cut -d" " -f6 /proc/$$/stat)" = $$ ] && echo leader'; wait; (cut -d' ' -f5 /proc/self/stat) | grep -qx "$(cut -d' ' -f5 /proc/$$/stat)" && echo same group
sh -c 'sh -c "sh -c \"echo three deep\""'; (sleep 0.2; echo never) & kill $!; wait $! 2>/dev/null; echo $?
cat >tree <<'END'
[ "$(cut -d' ' -f4 /proc/$$/stat)" = "$1" ] && echo "$2 has its parent"
[ "$2" = 3 ] || { sh tree $$ $(($2 + 1)); echo "$2 goes on"; }
END
sh tree $$ 1
echo end
