#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The kernel's stacks suffice in the worst case that its call graph allows, and
# tools/stackuse.sh would say so if they did not.

. tests/lib.sh

# graph FILE LINE...: a call graph, node NAME BYTES and edge FROM TO
graph()
{
	file=$TMP/$1
	shift
	for line; do
		# shellcheck disable=SC2086
		set -- $line
		case $1 in
		node) printf 'node: { title: "%s" label: "%s\\nx.c:1:1\\n%s bytes (static)" }\n' "$2" "$2" "$3" ;;
		edge) printf 'edge: { sourcename: "%s" targetname: "%s" label: "x.c:1:1" }\n' "$2" "$3" ;;
		esac
	done >"$file"
}

if [ -d build/release/obj ]; then
	# shellcheck disable=SC2046
	try tools/stackuse.sh 8192 $(find build/release/obj/kernel \
		build/release/obj/gen -name '*.ci')
	if [ "$status" -eq 0 ]; then
		echo "$(cat "$out")"
		pass kernel_stack
	else
		fail kernel_stack "$(one_line "$out") $(one_line "$err")"
	fi
else
	skip kernel_stack 'no kernel was built'
fi

graph shallow 'node a 100' 'node b 200' 'node c 50' 'edge a b' 'edge a c'
try tools/stackuse.sh 1000 "$TMP/shallow"
want shallow 0 '500 of 1000 bytes: 50 %'

graph deep 'node a 100' 'node b 200' 'node c 300' 'edge a b' 'edge b c'
try tools/stackuse.sh 1000 "$TMP/deep"
if [ "$status" -eq 1 ] && grep -q '  *600  *100 a$' "$out"; then
	pass deep
else
	fail deep "status $status: $(one_line "$out")"
fi

graph cycle 'node a 100' 'node b 200' 'edge a b' 'edge b a'
try tools/stackuse.sh 1000 "$TMP/cycle"
want cycle 0 '500 of 1000 bytes: 50 %'

graph dynamic 'node a 100'
sed 's/static/dynamic/' "$TMP/dynamic" >"$TMP/dynamic2"
try tools/stackuse.sh 1000 "$TMP/dynamic2"
if [ "$status" -eq 1 ] && grep -q 'no bound: a' "$out"; then
	pass no_bound
else
	fail no_bound "status $status: $(one_line "$out")"
fi

graph unknown 'node a 100' 'edge a __indirect_call'
try tools/stackuse.sh 1000 "$TMP/unknown"
if [ "$status" -eq 1 ] && grep -q 'unknown indirect call in a' "$out"; then
	pass unknown_call
else
	fail unknown_call "status $status: $(one_line "$out")"
fi
finish
