#!/bin/busybox sh
# rm: -r, -f, refusals, odd names.
touch a 'b c' ./-d; rm a; rm 'b c'; rm -- -d; ls | wc -l; mkdir -p x/y/z; touch x/1 x/y/2 x/y/z/3; rm x 2>/dev/null || echo is dir; rm -r x; ls | wc -l
rm none 2>/dev/null || echo none; rm -f none; echo $?; mkdir e; rmdir e; ls | wc -l; rm -rf . 2>/dev/null || echo not dot; touch k; ln -s k s; rm s; ls
mkdir ro; touch ro/f; chmod 555 ro; rm -f ro/f && echo root may; mktemp -d t.XXXXXX | grep -c '^t\.......$'
