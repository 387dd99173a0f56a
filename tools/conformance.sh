#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# conformance.sh: writes docs/conformance.md from tests/checklist.txt, the tags
# `Checklist: ID...` in the tests, and the results of the last whole `make test`
# (build/test/results.tsv).
#
# A tag in a comment right before a test function speaks of that test; anywhere
# else in a file, of all tests of the file.

set -eu
cd "$(dirname "$0")/.."
results=build/test/results.tsv
if [ ! -s "$results" ]; then
	echo "conformance.sh: no $results: run make test first" >&2
	exit 1
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/mach-conformance.XXXXXX")
trap 'rm -rf "$work"' EXIT

# The suite (without configuration) that a file's results stand under, and the
# test's name if the whole file is one test.
suite_of()
{
	base=$(basename "$1")
	base=${base%.*}
	case $1 in
	*_test.c) echo "host/${1%.c} -" ;;
	*_test.sh) echo "sh/${1%.sh} -" ;;
	tests/user/*) echo "user/$base -" ;;
	tests/guest/*) echo "guest/$base -" ;;
	tests/unix/*.sh) echo "unix $base" ;;
	*) echo "kernel -" ;;
	esac
}

# Lines: ID file suite test
tags()
{
	grep -rlI 'Checklist: ' tests kernel mig lib servers programs 2>/dev/null |
		grep -v -e checklist.txt -e '\.md$' | sort |
		while read -r file; do
			# shellcheck disable=SC2046
			set -- $(suite_of "$file")
			awk -v file="$file" -v suite="$1" -v whole="$2" '
			function flush(test,  i) {
				for (i = 1; i <= n; i++)
					print ids[i], file, suite, test
				n = 0
			}
			/Checklist: / {
				sub(/.*Checklist: /, "")
				for (i = 1; i <= NF; i++)
					if ($i ~ /^[A-Z]+-[0-9]+$/) ids[++n] = $i
				next
			}
			n && /^[a-z].*\(/ && whole == "-" && file ~ /\.c$/ {
				name = $0
				sub(/\(.*/, "", name)
				sub(/.*[ *]/, "", name)
				flush(name)
				next
			}
			n && /^(#include|\. )/ { flush(whole) }
			END { flush(whole) }' "$file"
		done
}

# State of one tag, from the results of all its configurations.
tags >"$work/tags"
awk -F '\t' -v tags="$work/tags" '
	function worse(key, state) {
		if (state == "failed" || !(key in seen) ||
		    (state == "skipped" && seen[key] == "passed"))
			if (seen[key] != "failed")
				seen[key] = state
	}
	{
		suite = $1
		sub(/\+[0-9]+$/, "", suite)
		sub(/\/(release|debug)-[0-9]+$/, "", suite)
		worse(suite " " $2, $3)
		worse(suite " -", $3)
		# The suite itself failed: so did its tests.
		if ($2 == "-") broken[suite] = 1
	}
	END {
		while ((getline line <tags) > 0) {
			split(line, t, " ")
			key = t[3] " " t[4]
			state = key in seen ? seen[key] : "not run"
			if (t[3] in broken) state = "failed"
			print t[1] "\t" t[2] "\t" t[4] "\t" state
		}
	}' "$results" >"$work/states"

{
	cat <<'END'
# Conformance

Made by `tools/conformance.sh` from the tags in the tests and the results of the
last `make test`; do not edit. Step 1 is the system as it stands today; *later*
steps bring the rest.

END
	awk -F '\t' -v states="$work/states" '
	BEGIN {
		while ((getline line <states) > 0) {
			split(line, t, "\t")
			where = "`" t[2] "`" (t[3] == "-" ? "" : " " t[3])
			if (t[1] in tests) where = "<br>" where
			tests[t[1]] = tests[t[1]] where
			if (!(t[1] in state) || t[4] != "passed") state[t[1]] = t[4]
		}
		print "| row | what | tests | state |"
		print "|---|---|---|---|"
	}
	/^#/ { next }
	{
		rows++
		s = $1 in state ? state[$1] : $2 == "1" ? "no test" : "later"
		count[s]++
		if ($2 == "1") { due++; good += s == "passed" }
		print "| " $1 " | " $3 " | " tests[$1] " | " s " |"
	}
	END {
		print ""
		printf "%d rows; of %d due in step 1, %d pass.\n", rows, due, good
	}' tests/checklist.txt
} >docs/conformance.md
tail -n 1 docs/conformance.md

# A tag that no row has is a mistake.
unknown=$(cut -d ' ' -f 1 "$work/tags" | sort -u | while read -r id; do
	grep -q "^$id	" tests/checklist.txt || echo "$id"
done)
if [ -n "$unknown" ]; then
	echo "conformance.sh: no such rows: $unknown" >&2
	exit 1
fi
