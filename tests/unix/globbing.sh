#!/bin/busybox sh
# Pathname expansion: classes, hidden files, no match.
touch a1 a2 b1 .hid 'sp ace' ab; mkdir d; touch d/x d/y
echo *
echo a? [ab]1 [!a]* *[0-9]
echo .h* d/* */x
echo nomatch*
echo "a*" a\*
set -f; echo *; set +f
for f in s*; do echo "<$f>"; done
echo [[:lower:]]1
mkdir -p p/q/r; touch p/q/r/deep; echo p/*/*/d*
