#!/bin/busybox sh
# umask: numeric, symbolic, effect on files and directories.
umask; umask 077; touch a; mkdir b; stat -c '%a %n' a b
umask 022; touch c; mkdir d; stat -c '%a %n' c d
umask u=rwx,g=rx,o=; umask; umask -S
(umask 0; touch e; stat -c %a e); umask
umask 027; sh -c umask
