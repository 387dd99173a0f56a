#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Programs that do what none may: each dies as it does on Linux, alone, and
# leaves nothing behind.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC3045 # Debian's sh has -s
ulimit -s 8192
for p in crash trapfuzz request; do
	musl-gcc -O1 -static -Iinclude -Wno-infinite-recursion -o "$TMP/$p" \
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

# --- requests by hand

cat >"$TMP/guest" <<'END'
for p in request busybox; do
	cp /bin/$p /tmp/$p
	chmod 4755 /tmp/$p
done
request run /tmp/request who
: >/tmp/secret
chmod 600 /tmp/secret
for i in 1 2 3 4 5 6 7 8; do
	request exec /tmp/busybox /tmp/secret
done
stat -c %a /tmp/secret
request fuzz 20 1
END
try $run --add "$TMP/request:/bin/request" -- sh -c "$(cat "$TMP/guest")"
want requests_by_hand 0 '65534 0
600
20 children'

# --- every trap number

# Everything that exists: live objects of all kinds, rights, page tables, frames
# that no zone and no pool holds free. What only counts events is left out, and
# how many frames a zone has, which depends on where in it the objects lie. No
# pipe here: its buffer would be in use while the caches are emptied.
#
# The warm-up: a few children of the same kind, and a census. The first time a
# program runs, its file becomes a memory object, and the shell touches parts of
# its own memory for the first time; both stay.
cat >"$TMP/guest" <<'GUEST'
census()
{
	zprint -d >/tmp/zones
	awk '
		/^zone / { objects = 1; next }
		/^faults / { objects = 0 }
		objects { live = $(NF - 1); NF -= 3; print $0, live }
		/^frames_(vm|tables|used) / { print $1, $2 }' /tmp/zones >/tmp/$1
}
# What is not as it was; nothing if the census is empty.
differences()
{
	awk '{ n = $NF; $NF = ""; if (NR == FNR) was[$0] = n
		else { seen[$0] = 1; if (n != was[$0])
			print $0 was[$0] " -> " n } }
		END { for (k in was) if (!seen[k]) print k "is gone" }' \
		/tmp/before /tmp/after
}
# The census before: the first that is like the one before it, so that nothing
# was on its way just then.
settle()
{
	census before
	for i in 1 2 3 4 5 6 7 8 9 10; do
		census after
		[ -z "$(differences)" ] && break
		cp /tmp/after /tmp/before
	done
}
# Compares, after a wait of at most ten seconds.
compare()
{
	for i in 1 2 3 4 5 6 7 8 9 10; do
		census after
		[ -z "$(differences)" ] && break
		sleep 1
	done
	differences
	[ -n "$(differences)" ] || echo equal $1 "$(wc -l </tmp/after)"
}
trapfuzz 0 15 1
settle
compare warm-up
settle
trapfuzz -300 600 $SEED
compare all
exit 0
GUEST
# Other arguments in each configuration.
seed=$(printf %s "$RUN" | wc -c)
try $run --add "$TMP/trapfuzz:/bin/trapfuzz" -- \
	env SEED="$seed" sh -c "$(cat "$TMP/guest")"
if [ "$status" -ne 0 ]; then
	fail every_trap "status $status: $(one_line "$err") $(tail -n 4 "$out")"
else
	pass every_trap
fi
lines=$(sed -n "s/^equal all //p" "$out")
if [ "${lines:-0}" -ge 40 ]; then
	pass nothing_left
else
	fail nothing_left "seed $seed: $(grep -e '->' -e gone "$out" |
		tr '\n' ' ')"
fi

finish
