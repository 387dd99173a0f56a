#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The debug kernel's detectors find the mistakes planted for them, on the real
# machine: one of each kind (kern_plant_test tries all of them on the build
# machine). A release kernel has neither.

. tests/lib.sh

RUN=${RUN:-tools/run}

# planted NAME TEXT: the kernel panics, and says so in these words
planted()
{
	# shellcheck disable=SC2086
	try $RUN --timeout 60 --kernel-args "plant=$1" -- true
	want_error "planted_$1" 125 "panic: .*$2"
}

# reported NAME TEXT: the last panic said this, too
reported()
{
	if grep -q -e "$2" "$err"; then
		pass "$1"
	else
		fail "$1" "no $2 in: $(cat "$err")"
	fi
}

case $RUN in
*--debug*)
	planted lock-order 'planted low .* taken while planted high'
	planted zone-overrun 'written behind its end'
	planted zone-double-free 'freed twice'
	planted refcount 'assertion failed: was != 0'
	planted census 'objects were left over'
	# The address sanitizer: kinds of memory, then ways to touch it.
	planted kasan-use-after-free 'write of 1 .* at 8 of freed object'
	reported who_allocated 'allocated by'
	reported who_freed 'freed by'
	planted kasan-use-long-after-free 'at 8 of freed object'
	planted kasan-overflow '0 behind object .* of zone planted'
	planted kasan-underflow '1 before object .* of zone planted'
	planted kasan-double-free 'freed twice'
	planted kasan-stack 'beside a variable on the stack'
	planted kasan-global 'global variable planted_global of 20 bytes'
	planted kasan-free-frame 'in a free frame'
	planted kasan-block 'behind the end of a block'
	planted kasan-memcpy 'write of 48 .* 0 behind object'
	planted kasan-memset 'write of 41 .* 0 behind object'
	planted kasan-strlen 'read of .* 0 behind object'
	planted kasan-copy-in 'write of 41 .* 0 behind object'
	planted stack-overflow 'exception 8 in the kernel'
	planted kasan-copy-out 'read of 41 .* 0 behind object'
	;;
*)
	skip planted 'no detectors in a release kernel'
	;;
esac
finish
