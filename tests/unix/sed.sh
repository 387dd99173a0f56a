#!/bin/busybox sh
# sed: addresses, substitution, hold space, branches, in place.
seq 1 10 >n; sed -n '3p;$p' n; sed '2,8d' n; sed -n '/5/,/7/p' n; sed '3q' n
echo hello world | sed 's/o/0/g; s/\(h\)\(e\)/\2\1/; y/l/L/'
echo aaa | sed 's/a/b/2'; echo a.b | sed 's/\./-/'; echo path | sed 's|a|/|'
sed -n '$=' n; sed '5!d' n; sed -n '2{p;n;p}' n
sed '1!G;h;$!d' n | tr '\n' ' '; echo; echo one | sed 'a\
after' ; echo one | sed 'i before'; echo x | sed 'c changed'
sed -i 's/^1$/one/' n; head -n 1 n; printf 'a\nb\n' | sed 'N;s/\n/+/'; echo abc | sed -E 's/(a|b)+/X/'
echo aXb | sed 's/x/-/I'; echo k=v | sed -n 's/\(.*\)=\(.*\)/\2 \1/p'; printf '1\n2\n3\n' | sed ':a;N;$!ba;s/\n/,/g'
sed -n '/a/w out' <<E
has a
nope
E
cat out
