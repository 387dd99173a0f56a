#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The interface manual: every routine of defs/ has a page that says what it is
# called, how, with what, and what can go wrong; no page says what is not so.
#
# Checklist: CAP-8

. tests/lib.sh

mig=build/host/mig.bin
mkdir -p "$TMP/include" "$TMP/pages"
ln -s "$TOP/defs" "$TMP/include/mach"
text=docs/man/calls.txt

for f in defs/*.defs; do
	grep -q '^subsystem' "$f" || continue
	try $mig -lang man -man "$TMP/pages" -text $text -I "$TMP/include" "$f"
	want "pages_of_$(basename "$f" .defs)" 0 ''
	$mig -v -I "$TMP/include" -user /dev/null -header /dev/null \
		-server /dev/null -describe /dev/null "$f" |
		awk '$1 ~ /^[0-9]+$/ { print $2, $1 }' >>"$TMP/routines"
done

# lines NAME FILE: nothing may stand in the file.
lines()
{
	if [ -s "$2" ]; then fail "$1" "$(one_line "$2")"; else pass "$1"; fi
}

sed 's/ .*//' "$TMP/routines" | sort >"$TMP/want"
(cd "$TMP/pages" && printf '%s\n' *.2) | sed 's/\.2$//' | sort >"$TMP/have"
diff "$TMP/want" "$TMP/have" >"$TMP/differ"
lines a_page_for_each_routine "$TMP/differ"

# The sections in their order, none of them empty, the id, every argument.
while read -r name id; do
	awk -v name="$name" -v id="$id" '
	function want(ok, what) { if (!ok) print name ": " what }
	/^\.Sh/ { if (last == $0) empty = 1; order = order " " $2; last = $0; next }
	last == ".Sh NAME" && /^\.Nm/ { want($2 == name, "another name") }
	last == ".Sh NAME" && /^\.Nd/ { want(length($0) > 8, "no title") }
	last == ".Sh SYNOPSIS" && !/^\./ { c = c $0 }
	last == ".Sh ARGUMENTS" && /^\.It Fa/ { n++
		want(c ~ "[ *]" $3 "[,)]", $3 " is not in the prototype") }
	last == ".Sh ERRORS" && /^\.It Er/ { errors++ }
	index($0, "message id " id) { said = 1 }
	END {
		want(order == " NAME SYNOPSIS ARGUMENTS DESCRIPTION ERRORS",
			"sections" order)
		want(index(c, name "(") > 0, "prototype")
		want(n > 0, "no arguments"); want(errors > 0, "no errors")
		want(said, "another id") }' "$TMP/pages/$name.2"
done <"$TMP/routines" >"$TMP/wrong"
lines every_section "$TMP/wrong"

# Codes exist; what the text is about exists.
cat "$TMP"/pages/*.2 | awk '/^\.It Er/ { print $3 }' | sort -u |
	while read -r code; do
		grep -rqw "$code" include || echo "$code"
	done >"$TMP/codes"
lines codes_exist "$TMP/codes"
sed -n 's/^\([a-z_0-9]*\): .*/\1/p' $text | while read -r name; do
	[ -f "$TMP/pages/$name.2" ] || echo "$name"
done >"$TMP/unused"
lines text_is_used "$TMP/unused"

# One page, to the byte.
cat >"$TMP/one.defs" <<'END'
subsystem one 500;
type int = MACH_MSG_TYPE_INTEGER_32;
type port_t = MACH_MSG_TYPE_COPY_SEND ctype: mach_port_t;
type list_t = array[*:9] of int ctype: int *;
type mem_t = ^array[] of MACH_MSG_TYPE_BYTE ctype: char *;
/* 500: opens the door\window. More of it. */
routine open(door : port_t; key : int; out all : list_t, countinout;
	m : mem_t, dealloc[]);
END
printf 'open: open a door\n KERN_FAILURE .it is stuck\n' >"$TMP/words"
try $mig -lang man -man "$TMP" -text "$TMP/words" "$TMP/one.defs"
sed 1,3d "$TMP/open.2" >"$TMP/got"
cat >"$TMP/expect" <<'END'
.Os Mach
.Sh NAME
.Nm open
.Nd open a door
.Sh SYNOPSIS
.In mach/one.h
.Bd -literal
kern_return_t open(mach_port_t door, int key, int *all,
    mach_msg_type_number_t *allCnt, char *m, mach_msg_type_number_t mCnt,
    boolean_t mDealloc);
.Ed
.Sh ARGUMENTS
.Bl -tag -width Ds
.It Fa door
the port that is asked.
.It Fa key
in: 32 bits.
.It Fa all
out: at most 9 elements of 4 bytes.
.Fa allCnt
counts elements.
Before the call it says how many there is room for.
.It Fa m
in: memory of bytes, out of line.
.Fa mCnt
counts elements.
.Fa mDealloc
says whether it leaves the caller.
.El
.Sh DESCRIPTION
opens the door\ewindow. More of it.
.Pp
Routine of the interface
.Em one ,
message id 500, reply 600.
.Sh ERRORS
.Bl -tag -width Ds
.It Er KERN_SUCCESS
Done.
.It Er KERN_FAILURE
\&.it is stuck
.It Er MACH_SEND_INVALID_DEST
See mach_error_string.
.It Er MIG_SERVER_DIED
See mach_error_string.
.It Er MIG_BAD_ARGUMENTS
See mach_error_string.
.El
END
diff "$TMP/expect" "$TMP/got" >"$TMP/differ"
lines one_page "$TMP/differ"

try $mig -lang man "$TMP/one.defs"
want_error no_folder 1 'needs -man DIR'
try $mig -lang man -man "$TMP" -text "$TMP/nothing" "$TMP/one.defs"
want_error no_text 1 'cannot read'
printf 'a line\n' >"$TMP/words"
try $mig -lang man -man "$TMP" -text "$TMP/words" "$TMP/one.defs"
want_error bad_text 1 ":1: expected .NAME: text'"

# What formatters say about them.
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning "$TMP"/pages/*.2 >"$TMP/lint" 2>&1
	lines mandoc_lint "$TMP/lint"
elif command -v groff >/dev/null && [ -n "$(find /usr/share/groff -name doc.tmac)" ]; then
	cat "$TMP"/pages/*.2 | groff -mandoc -ww -z -Tutf8 >"$TMP/lint" 2>&1
	lines groff_lint "$TMP/lint"
else
	skip lint "neither mandoc nor groff's mdoc here"
fi
finish
