#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The interface language, construct by construct: constructs.cases says what
# good definitions become, and what is said to bad ones, to the byte.
# --update writes what mig says now into the table.
#
# Checklist: MIG-01

. tests/lib.sh

cases=tests/mig/constructs.cases
mig=$TOP/build/host/mig.bin
mkdir -p "$TMP/c" "$TMP/include"
ln -s "$TOP/defs" "$TMP/include/mach"
strict='-std=gnu2x -O1 -Wall -Wextra -Werror -Wmissing-prototypes'

# NAME.good, NAME.bad, NAME.said, NAME.wants
awk -v dir="$TMP/c" '
	/^#/ && !name { next }
	/^=== / { name = dir "/" $2; print $2 >(dir "/names")
		first = "subsystem t 100; type int = MACH_MSG_TYPE_INTEGER_32; type port = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;"
		print first >(name ".good"); print first >(name ".bad")
		printf "" >(name ".said"); printf "" >(name ".wants")
		part = ".good"; next }
	/^--- bad$/ { part = ".bad"; next }
	/^---$/ { part = ".said"; next }
	part == ".good" && /^[-+] [a-z]*: / { print >(name ".wants"); next }
	{ print >(name part) }' $cases

# made NAME DIALECT OPTION...: all files of a good case, which compile
made()
{
	name=$1 dir=$TMP/made.$2
	shift 2
	rm -rf "$dir"
	mkdir "$dir"
	$mig "$@" -I "$TMP/include" -user "$dir/user" -header "$dir/header" \
		-server "$dir/server" -sheader "$dir/sheader" \
		-describe "$dir/describe" "$TMP/c/$name.good" || return
	for part in user server describe; do
		[ -f "$dir/$part" ] || continue
		cp "$dir/$part" "$dir/$part.c"
		# shellcheck disable=SC2086
		gcc $strict -Iinclude -Ikernel -Itests/mig -Idefs -fsyntax-only \
			"$dir/$part.c" || return
	done
}

# What should stand where, and does not. Wrapped lines are joined.
missing()
{
	while read -r sign part want; do
		case $part in
		run:)
			grep -q "RUN($want)" tests/mig/all_test.c ||
				echo "no test $want"
			continue
			;;
		options:) continue ;;
		esac
		found=-
		tr -s ' \n' '  ' <"$TMP/made.native/${part%:}" |
			grep -qF -e "$want" && found=+
		[ $found = "$sign" ] || echo "$sign $part $want"
	done <"$TMP/c/$1.wants"
}

good()
{
	options=$(sed -n 's/^+ options: //p' "$TMP/c/$1.wants")
	# shellcheck disable=SC2086
	if ! made "$1" native $options >"$TMP/log" 2>&1; then
		fail "good_$1" "$(one_line "$TMP/log")"
		return
	fi
	if [ -z "$options" ] && ! made "$1" manual -25 >"$TMP/log" 2>&1; then
		fail "good_$1" "-25: $(one_line "$TMP/log")"
		return
	fi
	missing "$1" >"$TMP/log"
	if [ -s "$TMP/log" ]; then
		fail "good_$1" "$(one_line "$TMP/log")"
	else
		pass "good_$1"
	fi
}

bad()
{
	options=$(sed -n 's/^+ options: //p' "$TMP/c/$1.wants")
	# shellcheck disable=SC2086
	(cd "$TMP/c" && $mig $options -I "$TMP/include" -user /dev/null \
		-header /dev/null -server /dev/null -describe /dev/null \
		"$1.bad") >"$TMP/got" 2>&1
	status=$?
	sed "s/^$1\.bad://" "$TMP/got" >"$TMP/c/$1.now"
	if [ $status -ne 1 ]; then
		fail "bad_$1" "status $status"
	elif ! cmp -s "$TMP/c/$1.now" "$TMP/c/$1.said"; then
		fail "bad_$1" "said $(one_line "$TMP/c/$1.now")"
	else
		pass "bad_$1"
	fi
}

for name in $(cat "$TMP/c/names"); do
	good "$name"
	bad "$name"
done

if [ "${1-}" = --update ]; then
	awk -v dir="$TMP/c" '
		/^=== / { name = $2; said = 0 }
		!said { print }
		/^---$/ && name { said = 1; file = dir "/" name ".now"
			while ((getline line <file) > 0) print line }' \
		$cases >"$TMP/cases" && cp "$TMP/cases" $cases
fi
finish
