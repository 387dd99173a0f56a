#!/bin/busybox sh
# set -e, -u, -x, -n, -v, -a; $- and shift, getopts.
sh -uc 'echo $nope' 2>/dev/null; echo $?; sh -xc 'a=1; echo $a' 2>&1; sh -nc 'echo never'; echo $?; sh -c 'set -a; V=1; env | grep ^V='
set -- -a -b val -c rest; while getopts ab:c o; do echo "$o ${OPTARG-}"; done; shift $((OPTIND-1)); echo "$1"
set -- 1 2 3 4; shift; echo $1 $#; shift 2; echo $1 $#; (shift 5) 2>/dev/null; echo $?
case $- in *i*) echo interactive;; *) echo not;; esac; sh -c 'echo $0 $1' name arg; eval 'x=5; echo $x'; eval "echo \$x"; . /dev/null; echo '. works' >s; echo 'echo sourced $1' >t; . ./t arg; type cd | head -n 1; command -v sh >/dev/null && echo found
alias ll='echo alias'; unalias ll; true; : ; echo ${?}
