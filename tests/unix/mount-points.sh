#!/bin/busybox sh
# File systems: crossing into /proc, moving out, busy roots.
echo x >f; mv f /proc/f 2>/dev/null || echo no; cat f; ln f /dev/shm/none/f 2>/dev/null || echo no link; rmdir /proc 2>/dev/null || echo busy; rmdir / 2>/dev/null || echo root; cd /proc/self/.. && pwd; cd /..; pwd; cd /proc; cd ..; pwd; test -d /proc/self/fd/. && echo dir
