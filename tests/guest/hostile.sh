#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that do what none may: each dies as it does on Linux, alone, and
# leaves nothing behind.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC3045 # Debian's sh has -s
ulimit -s 8192
for p in crash trapfuzz; do
	musl-gcc -O1 -static -Wno-infinite-recursion -o "$TMP/$p" \
		tests/guest/hostile/$p.c || exit 1
done
# shellcheck disable=SC2086
need_unix $RUN
run="$RUN --timeout 170"

# --- crashes: the build machine knows what is right

cat >"$TMP/crashes" <<'END'
for k in $(crash); do
	crash $k >/dev/null 2>&1
	echo "$k $?"
done
END
(PATH=$TMP:$PATH sh "$TMP/crashes") >"$TMP/expected" 2>/dev/null

cat >"$TMP/guest" <<'END'
count()
{
	n=0 sum=0
	while [ ! -e /tmp/stop ]; do
		n=$((n + 1)) sum=$((sum + n))
	done
	[ $n -gt 0 ] && [ $sum -eq $((n * (n + 1) / 2)) ] && exit 0
}
count &
sh /tmp/crashes
: >/tmp/stop
wait $!
echo "neighbour $?"
END
try $run --add "$TMP/crash:/bin/crash" --add "$TMP/crashes:/tmp/crashes" \
	-- sh -c "$(cat "$TMP/guest")"
while read -r kind expected; do
	got=$(sed -n "s/^$kind //p" "$out")
	case "$expected,$got" in
	0,* | *,) fail "crash_$kind" "status $got, not $expected" ;;
	"$got,$got") pass "crash_$kind" ;;
	*) fail "crash_$kind" "status $got, not $expected" ;;
	esac
done <"$TMP/expected"
if grep -qx 'neighbour 0' "$out"; then
	pass neighbour_undisturbed
else
	fail neighbour_undisturbed "status $status: $(one_line "$err")"
fi

# --- every trap number

# What exists, without what only counts events. Memory objects, their mappings
# and frames are left out: the UNIX server's heap grows by a region now and
# then (docs/status.md).
cat >"$TMP/guest" <<'END'
census()
{
	zprint -d | awk '
		/^zone|^fault|^zero|^pages|^coll|^byp|^long|^ptes/ { next }
		/^frames|^kva range|^pv |^vm (map entry|object|node) / { next }
		{ live = $(NF - 1); NF -= 3; print $0, live }' >/tmp/$1
}
# More of something than before, after a wait of at most ten seconds: a thread
# may keep a message of its own or not, so fewer is no leak.
more()
{
	awk '{ n = $NF; $NF = ""; if (NR == FNR) was[$0] = n
		else if (n > was[$0] + 0) print $0 was[$0] + 0 " -> " n }' \
		/tmp/before /tmp/after
}
trapfuzz -300 600 1
sleep 1
census before
trapfuzz -300 600 3
for i in 1 2 3 4 5 6 7 8 9 10; do
	census after
	[ -z "$(more)" ] && break
	sleep 1
done
more
[ -n "$(more)" ] || echo equal
exit 0
END
try $run --add "$TMP/trapfuzz:/bin/trapfuzz" -- sh -c "$(cat "$TMP/guest")"
if [ "$status" -ne 0 ]; then
	fail every_trap "status $status: $(one_line "$err") $(tail -n 4 "$out")"
else
	pass every_trap
fi
if grep -qx equal "$out"; then
	pass nothing_left
else
	fail nothing_left "$(grep -e '->' "$out" | tr '\n' ' ')"
fi

finish
