#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# bench/gate: what passes, what fails and what it says, what is not compared.

. tests/lib.sh

cc='gcc (Debian 12.2.0-14) 12.2.0'

# rows FILE NAME COUNT...
rows()
{
	file=$1
	shift
	: >"$file"
	while [ $# -gt 0 ]; do
		printf '%s\t%s\t9999\t-\tnobody\n' "$1" "$2" >>"$file"
		shift 2
	done
}

# gate ROWS...: compares them with a baseline of trap 1000, rpc 2000
gate()
{
	rows "$TMP/measured" "$@"
	try bench/gate "$TMP/baseline" "$TMP/measured" "$cc"
}

rows "$TMP/measured" trap 1000 rpc 2000
try bench/gate --renew "$TMP/baseline" "$TMP/measured" "$cc"
want renews 0 ''
gate trap 1000 rpc 2000
want same_passes 0 'ok trap
ok rpc
done 2'
gate trap 1020 rpc 2000
want two_per_cent_pass 0 'ok trap
ok rpc
done 2'
gate trap 1 rpc 1500
want improvements_pass 0 'ok trap
ok rpc
done 2'
gate trap 1000 rpc 2042
want worse_fails 1 'ok trap
not ok rpc - 2042, baseline 2000: 2.1 % worse
done 2'
gate trap 1021 rpc 4000
want all_worse_are_named 1 'not ok trap - 1021, baseline 1000: 2.1 % worse
not ok rpc - 4000, baseline 2000: 100.0 % worse
done 2'

gate trap 1000
want lost_row_fails 1 'ok trap
not ok rpc - not measured, baseline 2000
done 2'
gate trap 1000 rpc -
want unmeasured_row_fails 1 'ok trap
not ok rpc - not measured, baseline 2000
done 2'
gate trap 1000 rpc 2000 fault 5
want row_without_baseline_fails 1 'ok trap
ok rpc
not ok fault - has no baseline (make bench BASELINE=1)
done 3'

rows "$TMP/measured" trap 5000 rpc 5000
try bench/gate "$TMP/baseline" "$TMP/measured" 'gcc 13'
want other_compiler_skips 0 "ok rows # skip the baseline is of \"$cc\", \
this is \"gcc 13\"
done 1"
try bench/gate "$TMP/nowhere" "$TMP/measured" "$cc"
want no_baseline_fails 1 "not ok baseline - there is no $TMP/nowhere
done 1"
: >"$TMP/measured"
try bench/gate "$TMP/baseline" "$TMP/measured" "$cc"
want_error no_measurement_fails 1 'no measurements'
try bench/gate --renew "$TMP/baseline" "$TMP/measured" "$cc"
want_error nothing_renews_nothing 1 'no measurements'
rows "$TMP/measured" trap 900 rpc -
try bench/gate --renew "$TMP/baseline" "$TMP/measured" "$cc"
want_error holes_renew_nothing 1 'baseline kept: rpc$'
gate trap 1000 rpc 2000
want baseline_was_kept 0 'ok trap
ok rpc
done 2'
try bench/gate
want_error usage 2 usage
finish
