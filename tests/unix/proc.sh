#!/bin/busybox sh
# /proc/self: exe, cwd, fd, cmdline, status, stat agree.
[ -n "$(readlink /proc/self/exe)" ] && echo exe; [ "$(readlink /proc/self/cwd)" = "$(pwd)" ] && echo cwd; readlink /proc/self/root
sh -c 'tr "\0" "|" </proc/$$/cmdline; echo' a b; grep '^Pid:' /proc/self/status | cut -f2 | grep -qx '[0-9]*' && echo pid
sh -c 'exec 7</dev/null; readlink /proc/$$/fd/7; ls /proc/$$/fd >fds; grep -x 7 fds'; ls /proc/$$ | grep -xE 'stat|status|cmdline|maps|exe' | sort
grep -c . /proc/self/maps | awk '{print ($1>2)}'; awk '{print (NF>40), $3}' /proc/self/stat; test -d /proc/1 && echo init; test -d /proc/999999 || echo none
cat /proc/nonesuch 2>/dev/null || echo no file;  cat /proc/$$/comm | wc -l; sh -c 'cat /proc/$$/stat | cut -d" " -f4' | grep -qx $$ && echo parent
grep -q tmpfs /proc/filesystems && grep -q proc /proc/filesystems && echo filesystems
used() { awk '/^cpu / { print $2 + $4; exit }' /proc/stat; }
before=$(used); i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; after=$(used); [ "$after" -gt "$before" ] && echo time goes by
awk '{ print ($2 > 0) }' /proc/uptime
