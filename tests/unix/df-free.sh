#!/bin/busybox sh
# df, free, uptime, mount, uname: shapes and relations.
df / | awk 'NR==1 {print (NF>=6)} NR==2 {print ($2>=$3), $6}'
df -h / | head -n 1 | tr -s ' '
free | awk 'NR==1 {print $1, $2, $3} NR==2 {print $1, ($2>=$3)}'
free | wc -l
uptime | grep -c 'up.*load average:'
awk '{print ($1>0), NF}' /proc/uptime; awk '{print NF}' /proc/loadavg
uname -s; uname -m; uname -r | cut -d. -f1; grep -c . /proc/meminfo | awk '{print ($1>3)}'
grep -q MemTotal /proc/meminfo && echo total; grep -c ^processor /proc/cpuinfo | awk '{print ($1>0)}'
nproc | awk '{print ($1>0)}'; grep -q ' /proc proc ' /proc/mounts && echo proc
stat -f / | grep -c 'Block size'; hostname | wc -w
