#!/bin/busybox sh
# Here-documents: expansion, quoting, tabs, nesting.
x=value
cat <<A
x is $x and $((1+1)) and `echo cmd`
A
cat <<'B'
no $x here
B
cat <<-C
	tabs are
		stripped
	C
cat <<ONE; cat <<TWO
first
ONE
second
TWO
f() { cat; }
f <<E
in function
E
while read l; do echo "<$l>"; done <<E
a
b c
E
