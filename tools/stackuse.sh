#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# stackuse.sh [-v] SIZE FILE.ci...: how much of a kernel stack of SIZE bytes the
# kernel can use, from gcc's call graphs (-fcallgraph-info=su). Run it at the top
# of the tree: it looks at source lines to tell indirect calls apart
# (tools/stackuse.calls). Prints the deepest path; status 1 if it and an
# interrupt on top need more than three quarters, or a call is not known.
#
# A cycle is counted once: recursion in the kernel is bounded by data (levels
# of a tree, one message in another), and guard pages stop the rest. Where a
# function panics does not count.

set -eu
verbose=0
if [ "${1:-}" = -v ]; then
	verbose=1
	shift
fi
[ $# -ge 2 ] || { echo "usage: stackuse.sh [-v] SIZE FILE.ci..." >&2; exit 2; }
limit=$1
shift

cat "$@" | awk -v limit="$limit" -v verbose="$verbose" \
	-v calls="$(dirname "$0")/stackuse.calls" '
function field(name,	s) {
	if (!match($0, name ": \"[^\"]*\""))
		return ""
	s = substr($0, RSTART + length(name) + 3)
	return substr(s, 1, index(s, "\"") - 1)
}

# The name without its file and what the compiler made of it.
function plain(f) {
	sub(/.*:/, "", f)
	sub(/\..*/, "", f)
	return f
}

function edge(from, to) {
	if (plain(to) !~ /^(panic|__stack_chk_fail)$/ && !((from, to) in have)) {
		have[from, to] = 1
		below[from] = below[from] "\n" to
	}
}

function source_line(file, n,	i, text) {
	if (!(file in loaded)) {
		loaded[file] = 1
		for (i = 1; (getline text < file) > 0; i++)
			lines[file, i] = text
		close(file)
	}
	return lines[file, n]
}

function to_regex(glob) {
	gsub(/\*/, ".*", glob)
	return "^" glob "$"
}

function indirect(from, where,	part, text, i) {
	split(where, part, ":")
	text = source_line(part[1], part[2])
	for (i = 1; i <= rules; i++) {
		if (!index(text, rule[i]))
			continue
		want[from] = want[from] " " target[i]
		return
	}
	print "unknown indirect call in " from ", " where ":" text
	bad = 1
}

BEGIN {
	while ((getline text < calls) > 0) {
		if (text ~ /^#/ || text == "")
			continue
		tab = index(text, "\t")
		name = substr(text, 1, tab - 1)
		rest = substr(text, tab + 1)
		if (rest ~ /^asm /) {
			n = split(rest, part, " ")
			size[name] = part[2]
			for (i = 3; i <= n; i++)
				edge(name, part[i])
		} else {
			rule[++rules] = name
			target[rules] = rest == "-" ? "" : rest
		}
	}
}

/^node:/ {
	name = field("title")
	if (match($0, /[0-9]+ bytes \(/)) {
		size[name] = substr($0, RSTART) + 0
		if ($0 ~ /dynamic/ && $0 !~ /bounded/) {
			print "no bound: " name
			bad = 1
		}
	}
}
/^edge:/ {
	if (field("targetname") == "__indirect_call")
		indirect(field("sourcename"), field("label"))
	else
		edge(field("sourcename"), field("targetname"))
}

function depth(f,	n, i, callee, d, best, who) {
	if (f in memo)
		return memo[f]
	if (busy[f])
		return 0
	busy[f] = 1
	n = split(substr(below[f], 2), callee, "\n")
	best = 0
	who = ""
	# The array is filled again by deeper calls: awk has local ones only
	# as parameters, which these are.
	for (i = 1; i <= n; i++) {
		d = depth(callee[i])
		if (d > best) {
			best = d
			who = callee[i]
		}
	}
	busy[f] = 0
	next_of[f] = who
	return memo[f] = size[f] + best
}

function show(f,	guard) {
	for (guard = 0; f != "" && guard < 100; guard++) {
		printf "  %5d %5d %s\n", memo[f], size[f], f
		f = next_of[f]
	}
}

END {
	for (from in want) {
		n = split(want[from], pattern, " ")
		for (i = 1; i <= n; i++)
			for (f in size)
				if (plain(f) ~ to_regex(pattern[i]))
					edge(from, f)
	}
	for (f in size) {
		d = depth(f)
		# Tests and planted bugs run on stacks of kernel threads.
		if (f ~ /(test|plant|suite)/ || d <= worst)
			continue
		worst = d
		deepest = f
	}
	# The saved registers of an interrupt, and what it does.
	extra = 184 + size["kernel_trap"] + depth("irq_dispatch")
	# The end of the entry code: two words; run_continuation below all.
	total = worst + extra + 16 + size["kernel/kern/switch.c:run_continuation"]
	if (verbose || total * 4 > limit * 3) {
		print "deepest path: bytes from here on, of this function"
		show(deepest)
		print "an interrupt on top of it: " extra
		show("irq_dispatch")
	}
	printf "%d of %d bytes: %d %%\n", total, limit, total * 100 / limit
	exit bad || total * 4 > limit * 3
}'
