#!/bin/busybox sh
# tar: create, list, extract, links, modes, through a pipe.
mkdir -p s/d; echo one >s/a; echo two >s/d/b; chmod 600 s/a; ln -s a s/l; ln s/a s/h; touch -t 202001010000 s/a s/d/b s/d s
tar cf t.tar s; tar tf t.tar | sort; mkdir x; tar xf t.tar -C x; find x | sort; cat x/s/a x/s/d/b; readlink x/s/l
stat -c '%a %Y %h' x/s/a; tar czf t.tgz s; tar tzf t.tgz | wc -l; tar cf - s | (mkdir y; cd y; tar xf -); diff -r s y/s && echo same
tar xf t.tar -O s/d/b; tar tvf t.tar | grep -c ' s/d/b'; tar xf t.tar s/none 2>/dev/null; echo $?
cpio -o -H newc 2>/dev/null <<E | cpio -t 2>/dev/null
s/a
E
