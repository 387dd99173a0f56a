#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# machps: its columns for processes in known states, beside busybox's ps.

. tests/lib.sh

RUN=${RUN:-tools/run}
# shellcheck disable=SC2086
need_unix $RUN

musl-gcc -O -static -o "$TMP/states" tests/guest/programs/states.c || {
	fail states "does not compile"
	finish
}

cat >"$TMP/script" <<'END2'
ready() { until [ -s "$1" ]; do sleep 0.1; done; rm "$1"; }
states sleep >/tmp/r1 & sleeper=$!
ready /tmp/r1
states spin >/tmp/r2 & spinner=$!
ready /tmp/r2
states zombie >/tmp/r3 & parent=$!
ready /tmp/r3
states threads >/tmp/r4 & many=$!
ready /tmp/r4
states sleep "$(printf 'odd\001word')" >/tmp/r5 & stopped=$!
ready /tmp/r5
kill -STOP $stopped
odd=$(printf '/tmp/n\n  999 ?\033[2J')
cp /bin/states "$odd"
"$odd" sleep >/tmp/r8 &
ready /tmp/r8
states nicely >/tmp/r6 &
ready /tmp/r6
su nobody -s /bin/sh -c 'exec states sleep foreign' >/tmp/r7 &
ready /tmp/r7
# Until the two that spin have used a second each.
used() { awk '{ print $14 + $15 }' /proc/$1/stat; }
until [ "$(used $spinner)" -ge 100 ] && [ "$(used $many)" -ge 100 ]; do
	sleep 0.1
done
echo "== numbers"; echo "sleeper $sleeper"; echo "spinner $spinner"
echo "parent $parent"; echo "many $many"; echo "stopped $stopped"
echo "== user"; machps -axu; echo "status $?"
echo "== grep"; machps -axu | grep spin
echo "== all"; machps ax
echo "== long"; machps -axl; echo "status $?"
echo "== one"; machps -l $sleeper
echo "== threads"; machps -m $many; echo "status $?"
echo "== allthreads"; machps -axm
echo "== names"; machps -axc
echo "== own"; su nobody -s /bin/sh -c 'machps -xu'; echo "status $?"
echo "== noterminal"; machps; echo "status $?"
echo "== wide"; machps -axuw
echo "== theirs"; ps -o pid,ppid,comm
echo "== file"; cat /proc/$sleeper/threads
echo "== gone"; machps -u 77777; echo "status $?"
echo "== two"; machps -lm; echo "status $?"
echo "== option"; machps -axq; echo "status $?"
echo "== word"; machps -u x1; echo "status $?"
echo "== help"; machps --help; echo "status $?"
END2
run_sections "$TMP/states:/bin/states"

number()
{
	section numbers | awk -v name="$1" '$1 == name { print $2 }'
}

sleeper=$(number sleeper) spinner=$(number spinner) parent=$(number parent)
many=$(number many) stopped=$(number stopped)

# line SECTION PID COLUMN: the line of a process, whose PID is in that column.
line()
{
	section "$1" | awk -v pid="$2" -v at="$3" '$at == pid { print; exit }'
}

# value NAME SECTION PID COLUMN-OF-PID CONDITION: awk's, of the line's fields.
value()
{
	l=$(line "$2" "$3" "$4")
	if echo "$l" | awk "{ found = $5 } END { exit !found }"; then
		pass "$1"
	else
		fail "$1" "not $5: $l"
	fi
}

# Checklist: EX-10
has user_heading user \
	'^USER       PID  %CPU %MEM VSIZE RSIZE TT STAT  TIME COMMAND$'
value user_name user "$sleeper" 2 '$1 == "root"'
value user_sleeps user "$sleeper" 2 '$8 == "S" && $7 == "?"'
value user_no_use user "$sleeper" 2 '$3 < 5'
value user_sizes user "$sleeper" 2 '$5 ~ /^[0-9.]+[KM]$/ && $6 ~ /^[0-9.]+[KM]$/'
value user_command user "$sleeper" 2 '$10 == "states" && $11 == "sleep"'
value user_runs user "$spinner" 2 '$8 == "R" && $3 > 10 && $3 <= 105'
value user_time user "$spinner" 2 '$9 ~ /^[0-9]+:[0-5][0-9]$/ && $9 != "0:00"'
value user_stopped user "$stopped" 2 '$8 == "T" && $3 < 5'
value user_runs_if_one_does user "$many" 2 '$8 == "R"'
has user_odd_word user 'states sleep odd\?word$'
has user_zombie user '^root .* 0\.0 +0\.0 +0K +0K \? +Z +0:00 <defunct>$'
has user_nice user ' SN +0:00 states nicely$'
has user_other user '^nobody .* states sleep foreign$'
has user_status user '^status 0$'
sorted=$(section user | awk 'NR > 1 && NF > 8 {
	if (seen && $3 > last) bad = 1; last = $3; seen++ }
	END { print (seen > 8 && !bad ? "yes" : "no") }')
if [ "$sorted" = yes ]; then pass user_sorted; else
	fail user_sorted "$(section user | tr '\n' '|')"
fi
share=$(section user | awk 'NR > 1 && NF > 8 { sum += $4 }
	END { print (sum > 0 && sum < 100) }')
if [ "$share" = 1 ]; then pass user_share_of_memory; else
	fail user_share_of_memory "$(section user | tr '\n' '|')"
fi
has piped grep 'states spin$'

has short_heading all '^  PID TT STAT  TIME COMMAND$'
has short_line all "^ *$sleeper \? +S +0:0[01] states sleep$"
has short_init all '^    1 '

has long_heading long '^F   UID   PID  PPID  CP PRI  MAX VSIZE RSIZE  WCHAN  STAT TT TIME COMMAND$'
value long_sleeper long "$sleeper" 3 \
	'$1 == 1 && $2 == 0 && $10 == "read" && $11 == "S" && $14 == "states"'
value long_priorities long "$sleeper" 3 \
	'$6 >= 0 && $6 <= $7 && $7 > 0 && $7 <= 31'
value long_spinner long "$spinner" 3 '$6 <= $7 && $10 == "0" && $5 > 10'
value long_use long "$sleeper" 3 '$5 < 5'
zombie=$(section long | awk -v p="$parent" '$4 == p { print $1, $11, $NF }')
if [ "$zombie" = '0 Z <defunct>' ]; then pass long_zombie_and_parent; else
	fail long_zombie_and_parent "$zombie"
fi
if [ "$(section one | wc -l)" -eq 2 ]; then pass one_alone; else
	fail one_alone "$(section one | tr '\n' '|')"
fi
value one_number one "$sleeper" 3 '$14 == "states"'

has threads_heading threads \
	'^USER       PID  TT %CPU  STAT PRI    SYSTEM      USER  COMMAND$'
has threads_first threads \
	"^root +$many +\? +[0-9.]+  S +[0-9]+ +0:[0-9.]+ +0:[0-9.]+  states threads$"
counted=$(section threads | awk 'NR > 1 && NF >= 5 { n++
	if ($(NF - 3) == "R" || $2 == "R") r++ } END { print n, r }')
if [ "$counted" = '5 1' ]; then pass threads_all_and_one_runs; else
	fail threads_all_and_one_runs "$counted: $(section threads | tr '\n' '|')"
fi
# The one that runs has used more, as a user, and is not more urgent.
if section threads | awk '
	function seconds(t) { split(t, part, ":"); return part[1] * 60 + part[2] }
	NR > 2 && NF == 5 {
		if ($2 == "R") { run = seconds($5); pri = $3; sys = seconds($4) }
		else if ($2 == "S") { rest += seconds($5); if ($3 > most) most = $3 }
	}
	END { exit !(run >= 0.5 && run > rest && run > sys && pri <= most) }'
then
	pass threads_times_and_priorities
else
	fail threads_times_and_priorities "$(section threads | tr '\n' '|')"
fi
value threads_stopped allthreads "$stopped" 2 '$5 == "T"'
has threads_of_zombie allthreads '  Z +0 +0:00.00 +0:00.00  <defunct>$'

has names names ' states$'
has names_hide_arguments own '^nobody .* states sleep foreign$'
has names_odd names ' n\?  999 \?\?\[2J$'
if section names | grep -q 'states sleep'; then
	fail names_only "$(section names | tr '\n' '|')"
else
	pass names_only
fi
has own_is_for_everybody own '^status 0$'
if section own | grep -q '^root'; then
	fail own_alone "$(section own | tr '\n' '|')"
else
	pass own_alone
fi
if [ "$(section noterminal | wc -l)" -eq 2 ]; then pass no_terminal; else
	fail no_terminal "$(section noterminal | tr '\n' '|')"
fi
has wide_too wide 'states sleep foreign$'
has beside_ps theirs "^ *$sleeper +[0-9]+ states$"
has file file "^$sleeper S( [0-9]+){7} read$"
wide=$(awk '/^== wide/ { exit } length > 80' "$TMP/sections" | head -n 1)
if [ -z "$wide" ]; then pass eighty_columns; else fail eighty_columns "$wide"; fi

# says NAME SECTION LINE STATUS: exactly one line, and the status.
says()
{
	if [ "$(section "$2" | grep -v '^USER ')" = "$3
status $4" ]; then
		pass "$1"
	else
		fail "$1" "$(section "$2" | tr '\n' '|')"
	fi
}

says no_such_process gone 'machps: no process 77777' 1
says two_formats two 'machps: one of -u, -l and -m, not two (machps --help)' 2
says no_such_option option 'machps: no such option: -q (machps --help)' 2
says no_number word 'machps: not a process number: x1 (machps --help)' 2
has help help '^usage: machps'
has help_status help '^status 0$'

# On a terminal (tests/tools/ptydrive.c): it has one, and lines end at its edge.
cat >"$TMP/keys" <<'END2'
timeout 40
expect # 
size 24 50
send machps\r
expect   PID TT STAT  TIME COMMAND
expect co R 
expect # 
send machps -axu | head -n 1\r
expect USER       PID  %CPU %MEM VSIZE RSIZE TT STAT  TIME
send exit\r
status 0
END2
try build/host/ptydrive "$TMP/keys" $RUN --timeout 110
want terminal 0 ''
finish
