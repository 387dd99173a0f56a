#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/packages against a Debian that is not there: dpkg-query and apt-get are
# scripts that remember what they were asked.

. tests/lib.sh

mkdir "$TMP/bin"
cat >"$TMP/bin/dpkg-query" <<'END'
#!/bin/sh
for p; do :; done
grep -qx "$p" "$FAKE/installed" && echo installed
END
cat >"$TMP/bin/apt-get" <<'END'
#!/bin/sh
echo "apt-get $*" >>"$FAKE/asked"
case $* in
*update) : >"$FAKE/fresh"; exit 0 ;;
esac
[ -e "$FAKE/fresh" ] || [ ! -e "$FAKE/stale" ] || exit 100
take=
for p; do
	[ "$p" != nowhere ] || exit 100
	[ -z "$take" ] || echo "$p" >>"$FAKE/installed"
	[ "$p" != --no-install-recommends ] || take=1
done
END
cat >"$TMP/bin/sudo" <<'END'
#!/bin/sh
echo sudo >>"$FAKE/asked"
exec "$@"
END
chmod +x "$TMP"/bin/*
export FAKE="$TMP"
PATH=$TMP/bin:$PATH
printf '# a comment\none\ntwo\n' >"$TMP/list"

reset()
{
	rm -f "$FAKE/asked" "$FAKE/fresh" "$FAKE/stale"
	: >"$FAKE/asked"
	printf '%s\n' "$@" >"$FAKE/installed"
}

reset one two
try tools/packages "$TMP/list"
want nothing_missing 0 ''
[ ! -s "$FAKE/asked" ] && [ ! -s "$err" ] && pass says_nothing ||
	fail says_nothing "$(one_line "$FAKE/asked")"

reset one
try tools/packages "$TMP/list"
want installs 0 ''
grep -q 'installing: two$' "$err" && pass says_what ||
	fail says_what "$(one_line "$err")"
grep -q ' two$' "$FAKE/asked" && ! grep -q 'one' "$FAKE/asked" &&
	pass only_the_missing || fail only_the_missing "$(one_line "$FAKE/asked")"
grep -q update "$FAKE/asked" && fail no_update_without_need updated ||
	pass no_update_without_need

reset one
touch "$FAKE/stale"
try tools/packages "$TMP/list"
want updates_when_needed 0 ''
grep -q update "$FAKE/asked" && grep -qx two "$FAKE/installed" &&
	pass installs_after_update || fail installs_after_update no

reset one
printf 'one\nnowhere\ntwo\n' >"$TMP/list2"
try tools/packages "$TMP/list2"
want_error names_the_package 1 'could not install: nowhere$'
grep -qx two "$FAKE/installed" && pass others_are_installed ||
	fail others_are_installed "$(one_line "$FAKE/installed")"

finish
