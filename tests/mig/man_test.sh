#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The interface manual: every routine of defs/ and every function of the public
# headers has a page that says what it is called, how, with what, and what can go
# wrong; no page says what is not so.
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

# People have written about each: more than mig knows.
sed -n 's/^\([a-z_0-9]*\): .*/\1/p' $text | sort >"$TMP/told"
comm -23 "$TMP/want" "$TMP/told" >"$TMP/untold"
lines words_for_each_routine "$TMP/untold"
awk 'bare != "" { if (/^\.(It|El)/) print bare; bare = "" }
	/^\.It Fa/ { name = $3; next }
	/^(in|out|in and out)\.$/ { bare = FILENAME ": " name }' \
	"$TMP"/pages/*.2 >"$TMP/bare"
lines words_for_each_argument "$TMP/bare"

# --- functions

# functions HEADER: the names of what it declares
functions()
{
	awk '
	{ if (cont) { cont = /\\$/; next } }
	/^[ \t]*#/ { cont = /\\$/; next }
	{ text = text " " $0 }
	function declared(s) {
		gsub(/\[\[[^]]*\]\]/, "", s)
		if (s ~ /typedef|_Static_assert/ || s !~ /\(/)
			return
		sub(/[ \t]*\(.*/, "", s)
		sub(/.*[^A-Za-z0-9_]/, "", s)
		if (s != "") print s
	}
	END {
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, " ", text)
		gsub(/extern "C" *\{/, "", text)
		n = split(text, c, "")
		for (i = 1; i <= n; i++) {
			if (c[i] == "{" && depth++ == 0 || c[i] == ";" && !depth) {
				declared(s); s = ""
			} else if (c[i] == "}") {
				depth--
			} else if (!depth) {
				s = s c[i]
			}
		}
	}' "$1"
}

for f in include/*.h include/mach/*.h include/server/*.h include/servers/*.h; do
	case $f in
	*/mig_user.h | */mig_wire.h) ;; # of generated stubs only
	*/msg_call.h) ;; # mach_msg, again
	*) functions "$f" ;;
	esac
done | sort -u >"$TMP/functions"
grep -h '^\.Nm ' docs/man/*.[23] | awk '{ print $2 }' | sort -u >"$TMP/named"
sort -u "$TMP/have" "$TMP/named" | comm -23 "$TMP/functions" - >"$TMP/missing"
lines a_page_for_each_function "$TMP/missing"
if [ "$(wc -l <"$TMP/functions")" -gt 100 ]; then
	pass functions_are_found
else
	fail functions_are_found "$(one_line "$TMP/functions")"
fi

# --- the pages, mig's and those written by hand

# What is shown as it stands fits into 80 columns behind the indentation.
awk '/^\.Bd -literal/ { literal = 1 } /^\.Ed/ { literal = 0 }
	literal && length($0) > 75 { print FILENAME ": " $0 }' \
	"$TMP"/pages/*.2 docs/man/*.[23] >"$TMP/wide"
lines no_wide_line "$TMP/wide"

# Who is referred to has a page.
{
	sed 's/$/ 2/' "$TMP/have"
	for f in docs/man/*.[23]; do
		base=${f##*/}
		echo "${base%.*} ${f##*.}"
		awk -v s="${f##*.}" '/^\.Nm / { print $2, s }' "$f"
	done
} | sort -u >"$TMP/pages.list"
cat "$TMP"/pages/*.2 docs/man/*.[23] | awk '/^\.Xr/ { print $2, $3 }' |
	sort -u | comm -23 - "$TMP/pages.list" >"$TMP/dangling"
lines references_exist "$TMP/dangling"

for f in docs/man/*.[23]; do
	awk 'function want(what) { if (!(what in seen)) print FILENAME ": no " what }
	/^\.Sh/ { seen[$2] = 1 } /^\.In/ { seen["header"] = 1 }
	END { want("NAME"); want("SYNOPSIS"); want("DESCRIPTION"); want("SEE")
		want("header") }' "$f"
done >"$TMP/wrong"
lines sections_of_written_pages "$TMP/wrong"

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
		sub(/ EXAMPLES/, "", order); sub(/ SEE$/, "", order)
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
cat >"$TMP/words" <<'END'
=.key Which one.
open: open a door
 KERN_FAILURE .it is stuck
 .m What is behind it.
 |open(1);
 >close shut(3)
END
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
in.
Which one.
.It Fa all
out: at most 9 elements of 4 bytes.
.Fa allCnt
counts elements.
Before the call it says how many there is room for.
.It Fa m
in: memory of bytes, out of line.
What is behind it.
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
.Sh EXAMPLES
.Bd -literal
open(1);
.Ed
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
.Sh SEE ALSO
.Xr close 2 ,
.Xr shut 3
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
	mandoc -T lint -W warning "$TMP"/pages/*.2 docs/man/*.[23] >"$TMP/lint" 2>&1
	lines mandoc_lint "$TMP/lint"
elif command -v groff >/dev/null && [ -n "$(find /usr/share/groff -name doc.tmac)" ]; then
	cat "$TMP"/pages/*.2 docs/man/*.[23] | groff -mandoc -ww -z -Tutf8 >"$TMP/lint" 2>&1
	lines groff_lint "$TMP/lint"
else
	skip lint "neither mandoc nor groff's mdoc here"
fi
finish
