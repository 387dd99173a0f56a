#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Services of users: the super-user's are public, those of others are their own,
# and no user can take, replace or hide another's.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

tools/mach-cc -O tests/guest/programs/services.c -o "$TMP/services" || {
	fail services "does not compile"
	finish
}

cat >"$TMP/script" <<'END2'
as() { user=$1; shift; su "$user" -s /bin/sh -c "exec services $*"; }
# In the background: $! is the program itself.
bg() { user=$1; shift; exec su "$user" -s /bin/sh -c "exec services $*"; }
# The server's input never ends.
mkfifo /tmp/never
chmod 666 /tmp/never
exec 3<>/tmp/never
ready() { until [ -s "$1" ]; do sleep 0.1; done; }
services serve public <&3 >/tmp/o1 & public=$!
ready /tmp/o1
echo "== seen"; as nobody look public; as user look public
echo "== replaced"; services serve public; services hide public
services look public
echo "== hides"; as nobody hide public; services look public
as user look public
bg nobody serve mine <&3 >/tmp/o2 & mine=$!
ready /tmp/o2
echo "== own"; as nobody look mine
echo "== others"; as user look mine; services look mine
echo "== taken"; as nobody hide mine; as nobody look mine
# A name of the public subset may be used again; only its user is concerned.
bg nobody serve public <&3 >/tmp/o3 & again=$!
ready /tmp/o3
echo "== again"; cat /tmp/o3; as user look public; services look public
kill $mine $again
wait $mine $again 2>/dev/null
echo "== over"; as nobody look mine; as nobody look public
# With no room in bootstrap a user has no services; later they have, though a
# process of theirs from then still runs.
mkfifo /tmp/go
chmod 666 /tmp/go
services fill full <&3 >/tmp/o4 & filler=$!
ready /tmp/o4
su user -s /bin/sh -c 'services look public; read x; services look public' \
	</tmp/go >/tmp/o5 2>&1 & late=$!
exec 4>/tmp/go
ready /tmp/o5
kill $filler
wait $filler 2>/dev/null
for n in 1 2 3 4 5 6 7 8 9; do
	[ "$(as nobody look public)" != known ] && sleep 0.1
done
echo go >&4
wait $late
echo "== refused"; head -n 1 /tmp/o5
echo "== anew"; tail -n 1 /tmp/o5
kill $public
wait $public 2>/dev/null
for n in 1 2 3 4 5 6 7 8 9; do
	[ "$(services look public)" = known ] && sleep 0.1
done
echo "== gone"; services look public; as user look public
echo "== netname"; services look netname; as user look netname
END2
run_sections "$TMP/services:/bin/services"

# is NAME LINES...: all that the section of this name prints
is()
{
	name=$1
	shift
	if [ "$(section "$name" | tr '\n' ' ')" = "$* " ]; then
		pass "$name"
	else
		fail "$name" "not $*: $(section "$name" | tr '\n' '|')"
	fi
}

active='(server/bootstrap) service active'
is seen known known
is replaced "$active" "$active" known
is hides hidden known known
is own known
is others unknown unknown
is taken "$active" known
is again serving known known
is over unknown known
if section refused | grep -qE 'known|^$'; then
	fail refused "$(section refused)"
else
	pass refused
fi
is anew known
is gone unknown unknown
is netname known known
finish
