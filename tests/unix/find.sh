#!/bin/busybox sh
# find: tests, actions, pruning, depth.
mkdir -p a/b c; touch a/1.c a/b/2.c c/3.h 'c/sp ace'; ln -s a l; echo data >c/big
find . | sort; find . -name '*.c' | sort; find . -type d | sort; find . -type l
find . -name '*.c' -o -name '*.h' | sort; find . ! -name '*.c' -type f | sort
find . -maxdepth 1 | sort; find . -mindepth 2 -type f | sort; find . -path './a/*' | sort
find . -name b -prune -o -type f -print | sort; find . -size +0c -type f | sort
find . -name '*.c' -exec echo got {} \; | sort; find . -name '*.c' -print0 | xargs -0 -n1 basename | sort
find . -empty -type f | sort; find . -type f -name '1*' -exec rm {} \;; find a | sort
find . -perm 644 -type f | wc -l
