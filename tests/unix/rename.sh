#!/bin/busybox sh
# mv: over files, into directories, refused moves.
echo 1 >a; echo 2 >b; mv a b; cat b; ls
mkdir d e; touch d/f; mv b d; ls d; mv d e; find . | sort
mv e/d/f e/d/../g; find e | sort
mv e e/x 2>/dev/null || echo refused
mkdir n; touch n/q; mkdir m; mv -T m n 2>/dev/null || echo not empty
echo x >x; mv x n; mv n/x ./y; cat y
mv -n y n/q; ls n; mv nothing z 2>/dev/null || echo none
