#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs to look at: wp, a word processor of three threads, and sorts, six
# sorting methods side by side; at a terminal (tests/tools/ptydrive.c) and not.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

cat >"$TMP/script" <<'END2'
printf 'the quick brwn fox\njumps, over 12 lazzy dogz\n' >/tmp/text
echo "== check"; wp -c /tmp/text; echo "status $?"
printf 'dogz\nLazzy\n' >/tmp/words
echo "== words"; wp -c -w /tmp/words /tmp/text | tr '\n' ' '; echo
echo "== missing"; wp -c /tmp/nothing; echo "status $?"
echo "== misuse"; wp; echo "status $?"; wp -w; wp -x; wp a b
echo "== beyond"; printf 'a \303\274ber \351 dog\n' >/tmp/beyond; wp -c /tmp/beyond
echo "== pipe"; wp /tmp/text </dev/null | cat; echo
echo "== sorts"; sorts; echo "status $?"
echo "== many"; sorts -b -n 300 -s 5; echo "status $?"
echo "== zprint"; zprint -x; echo "status $?"
echo "== wrong"; sorts -n 0; echo "status $?"; sorts -n 2x; sorts -s; sorts 5; true
END2
run_sections "$TMP/script:/tmp/again"

# said NAME SECTION: standard input is all that the section has.
said()
{
	cat >"$TMP/want"
	section "$2" >"$TMP/got"
	if cmp -s "$TMP/want" "$TMP/got"; then
		pass "$1"
	else
		fail "$1" "$(one_line "$TMP/got")"
	fi
}

# Checklist: THR-13
said unknown_words check <<'END2'
brwn
lazzy
dogz
status 0
END2
said words_of_a_file words <<'END2'
the quick brwn fox jumps over 
END2
has no_file missing '^wp: /tmp/nothing: No such file'
has no_file_status missing '^status 1$'
has wp_usage misuse '^usage: wp'
has wp_says_why misuse '^wp: which FILE?'
has wp_says_what_it_wants misuse '^wp: -w wants a file of words'
has wp_says_unknown misuse '^wp: an unknown option'
has wp_says_too_many misuse '^wp: one FILE only'
has words_beyond_ascii beyond "^$(printf '\303\274ber')\$"
has no_terminal pipe '^wp: needs a terminal'

# Checklist: EX-9
said sorted sorts <<'END2'
bubble     189 compared, 97 moved, sorted
insertion  112 compared, 97 moved, sorted
selection  190 compared, 13 moved, sorted
shell      75 compared, 41 moved, sorted
heap       117 compared, 73 moved, sorted
quick      72 compared, 35 moved, sorted
status 0
END2
said many_sorted many <<'END2'
bubble     44640 compared, 21294 moved, sorted
insertion  21588 compared, 21294 moved, sorted
selection  44850 compared, 296 moved, sorted
shell      3100 compared, 1904 moved, sorted
heap       4020 compared, 2218 moved, sorted
quick      2460 compared, 1052 moved, sorted
status 0
END2
has zprint_says_why zprint '^zprint: what is "-x"?'
has zprint_status zprint '^status 2$'
has sorts_usage wrong '^usage: sorts'
has sorts_says_the_range wrong '^sorts: -n wants 1 to 10000, not 0$'
has sorts_says_no_number wrong '^sorts: -n wants a number, not "2x"$'
has sorts_says_it_wants_one wrong '^sorts: -s wants a number$'
has sorts_says_what_is_wrong wrong '^sorts: "5"?'

# Typing: the mark comes while the line is being typed, when the word is left,
# and goes when it is mended. Cursor shapes: 6 at the end of a line, 4 in a
# marked word, 2 elsewhere.
cat >"$TMP/wp" <<'END2'
timeout 40
expect # 
size 24 80
send wp /tmp/new; echo en''ded\r
expect line 1 column 1  0 words, 0 unknown
expect \e[6 q
send the quikc
expect the quikc
expect 2 words, 0 unknown
send  fox
expect the \e[4mquikc\e[24m fox
expect 3 words, 1 unknown
send \e[D\e[D
expect \e[2 q
send \e[D\e[D\e[D
expect \e[4 q
send \e[C\x7f\x7fck
expect the quick fox
expect 3 words, 0 unknown
send \e[F\r
expect line 2 column 1
send second line\x13
expect written
size 10 40
expect line 2
send \x11
expect \e[0 q
expect ended
send cat /tmp/new | tr a-z A-Z\r
expect THE QUICK FOX
expect SECOND LINE
size 24 80
send chmod 640 /tmp/new; wp /tmp/new; echo en''ded\r
expect line 1 column 1
send \xc3\xbcber \x11
expect ^Q again: end without
send \e[D\x7f\x7f\x7fb\x11
expect ^Q again
send \x13
expect written
send \x11
expect ended
send head -n 1 /tmp/new | tr b B; stat -c %a /tmp/new*\r
expect \xc3\xbcB the quick
expect 640
send wp /tmp/new; echo en''ded\r
expect line 1 column 1
send lost\x11
expect ^Q again
send \x11
expect ended
send grep -c lost /tmp/new\r
expect 0
send wp /dev/null; echo en''ded\r
expect line 1 column 1
send x\x13
expect not an ordinary file
send \x11
expect ^Q again
send \x11
expect ended
send ls -l /dev/null\r
expect crw
send stty -a | grep -o ' icanon\\| echo '\r
expect icanon
expect echo
send sorts -d 1; echo en''ded\r
expect bubble       insertion    selection    shell        heap         quick
expect \e[32m#
expect ended
send sorts -b -n 10000; echo en''ded\r
expect  of 6 done, 
expect quick
expect sorted
expect ended
send sorts; echo st''ill\r
expect bubble
send \x03
expect still
send exit\r
status 0
END2
# Checklist: THR-13 EX-9
try build/host/ptydrive "$TMP/wp" $RUN --timeout 110
want screens 0 ''
finish
