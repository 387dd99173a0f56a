#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tests/unix/compare, in a tree of its own and with no guest: what its scripts
# leave behind does not keep its lock.

. tests/lib.sh

mkdir -p "$TMP/tree/tests/unix" "$TMP/tree/tools"
for f in compare harness; do
	sed "s,^place=.*,place=$TMP/place," "tests/unix/$f" \
		>"$TMP/tree/tests/unix/$f"
done
printf '#!/bin/sh\necho "probe 0 = ="\n' >"$TMP/tree/tools/run"
chmod +x "$TMP/tree/tools/run" "$TMP/tree/tests/unix/compare"
cat >"$TMP/tree/tests/unix/probe.sh" <<END
sleep 1000 &
kill -STOP \$!
echo \$! >$TMP/left
END

TMPDIR=$TMP ONLY=probe try "$TMP/tree/tests/unix/compare"
if grep -q '^ok probe # skip' "$out"; then
	skip lock "$(one_line "$out")"
	finish
fi
want compared 0 'ok probe
done 1'
flock -n "$TMP/mach-unix.lock" true && pass lock_is_free ||
	fail lock_is_free "$(ls -l "/proc/$(cat "$TMP/left")/fd")"
kill -KILL "$(cat "$TMP/left")"

finish
