#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every bug class has a test: tests/CLASSES names one that exists.

. tests/lib.sh

# source_of SUITE: where its tests are written
source_of()
{
	case $1 in
	user/*) echo "tests/$1.c" ;;
	guest/*) echo "tests/$1.sh tests/$1" ;;
	sh/*) echo "${1#sh/}.sh" ;;
	kernel) echo kernel ;;
	kernel/*) echo "$1.c" ;;
	host/*) echo "${1#host/}.c" ;;
	*) echo "$1.c $1.sh $1" ;;
	esac
}

# exists SUITE TEST: as it is written, or without a prefix that is put before it
exists()
{
	# shellcheck disable=SC2046
	grep -rqw -e "$2" -e "${2#*_}" $(source_of "$1") 2>/dev/null
}

# check_line ID TESTS: "SUITE: test test; SUITE: test"
check_line()
{
	wrong=
	rest=$2
	while [ -n "$rest" ]; do
		part=${rest%%;*}
		rest=${rest#"$part"}
		rest=${rest#;}
		suite=$(echo "${part%%:*}" | tr -d ' ')
		for test in ${part#*:}; do
			exists "$suite" "$test" || wrong="$wrong $suite:$test"
		done
	done
	if [ -z "$wrong" ]; then
		pass "class_$1"
	else
		fail "class_$1" "no such test:$wrong"
	fi
}

check_class()
{
	line=$(grep "^$1: " "$2")
	if [ -n "$line" ]; then
		check_line "$1" "${line#*: }"
	else
		fail "class_$1" 'no test'
	fi
}

for n in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 \
	24 25 26 27 41 42 43 44 45 46 47 48 49 50; do
	check_class "B$n" tests/CLASSES
done

# A class without a test, and a test that is none, would be found.
grep -v '^B01: ' tests/CLASSES >"$TMP/without"
case $(check_class B01 "$TMP/without") in
not*) pass missing_class ;;
*) fail missing_class 'nothing noticed it' ;;
esac
case $(check_line B01 'user/ipc_names: there_is_none') in
not*) pass missing_test ;;
*) fail missing_test 'nothing noticed it' ;;
esac
finish
