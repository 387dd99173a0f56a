#!/bin/busybox sh
# gzip, bzip2, xz, unzip round trips and damage.
seq 1 2000 >f; md5sum <f
for c in gzip bzip2 xz lzop; do command -v $c >/dev/null; done
gzip -c f | gunzip | md5sum; bzip2 -c f | bunzip2 | md5sum
gzip f; ls; zcat f.gz | tail -n 1; gunzip f.gz; ls
gzip -c f | head -c 100 >cut.gz; gunzip -c cut.gz >/dev/null 2>&1; echo $?
echo not | gunzip >/dev/null 2>&1; echo $?
