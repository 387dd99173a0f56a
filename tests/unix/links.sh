#!/bin/busybox sh
# Hard and symbolic links: counts, loops, dangling, readlink.
echo data >a; ln a b; ln -s a c; ln -s nowhere d; ln -s loop loop
stat -c '%h' a; [ a -ef b ] && echo same
cat c; cat d 2>/dev/null || echo dangling; cat loop 2>/dev/null || echo loop
readlink c; readlink d; readlink -f c | sed 's/.*\///'
rm a; cat b; cat c 2>/dev/null || echo now dangling
ln -s ../x/y deep; readlink deep; mkdir dir; ln -s dir ld; ls -d ld/ ; ls -ld ld | cut -c1
ln b b 2>/dev/null || echo exists; ln -f b e; stat -c %h b
ln -sf new c; readlink c; ln -sfn other ld; readlink ld
cp -a c cc; readlink cc; mv d dd; readlink dd; test -L dd && echo is link; test -e dd || echo no target
