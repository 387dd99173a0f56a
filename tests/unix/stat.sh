#!/bin/busybox sh
# stat: types, sizes, links, formats, file systems.
echo 12345 >f; mkdir d; ln -s f l; mkfifo p; for x in f l p; do stat -c '%F %s %h' $x; done; stat -c '%F %h' d; mkdir d/s; stat -c %h d
stat -L -c %F l; stat -c '%a %A %u %g ' f; stat -c %N l; stat none 2>/dev/null; echo $?; [ $(stat -c %b f) -ge 1 ] && echo blocks
[ $(stat -c %i f) = $(ls -i f | awk '{print $1}') ] && echo inode; ln f g; [ $(stat -c %i f) = $(stat -c %i g) ] && echo same; stat -c %d f | grep -qx $(stat -c %d d) && echo device
