#!/bin/busybox sh
# date: formats and fixed times.
date -u -d @0; date -u -d @1000000000 '+%a %b %e %H:%M:%S %Y %j %U %u'
date -u -d '2024-02-29 12:00:00' '+%s %F %T %D %y %I %p'
date -d @1234567890 -R; date -d '2000-01-01' +%s
cal 2 2024
[ $(date +%s) -gt 1600000000 ] && echo after 2020
TZ=EST5EDT date -d @0 '+%H %Z'; TZ=UTC-3 date -d @0 +%H:%M
