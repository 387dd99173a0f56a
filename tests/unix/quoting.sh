#!/bin/busybox sh
# Single and double quotes, backslashes, word splitting.
a='one  two'
echo $a
echo "$a"
echo 'single $a \n' "double \$a \"q\""
printf '[%s]\n' "" 'a b' c\ d "it's" 'say "hi"'
set -- x "y z" ''
echo $# "$2" "<$3>"
IFS=:; p='a:b::c'; set -- $p; echo $#; printf '<%s>' "$@"; echo
IFS=' '
echo "$*" $'tab\there'
echo a\
b
