#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The debug kernel's detectors find the mistakes planted for them, on the real
# machine: one of each kind that the build machine has, too (kern_plant_test
# tries all of those), and all that only the machine has. A release kernel has
# neither.

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

# undefined NAME FUNCTION: the compiler's check in it ended in an illegal
# instruction there. Without the check none of them has this exception.
undefined()
{
	# shellcheck disable=SC2086
	try $RUN -v --timeout 60 --kernel-args "plant=ubsan-$1" -- true
	want_error "planted_ubsan-$1" 125 'panic: exception 6 in the kernel'
	reported "ubsan-$1_where" " $2+"
}

case $RUN in
*--debug*)
	planted lock-order 'planted low .* taken while planted high'
	planted lock-asleep 'assertion failed: spin_none_held()'
	planted lock-return 'assertion failed: spin_none_held()'
	planted lock-copy 'assertion failed: spin_none_held()'
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
	planted kasan-copy-out 'read of 41 .* 0 behind object'
	planted kasan-wild 'exception 13 in the kernel'
	# The compiler's other checks, and stacks.
	undefined shift shift
	undefined overflow overflow
	undefined division division
	undefined bounds bounds
	undefined null null
	undefined bool boolean
	planted stack-overrun 'stack overrun in the function'
	reported overrun_where ' overrun+'
	planted stack-overflow 'exception 8 in the kernel'
	# Page tables: what none makes, then what the walker finds.
	planted enter-writable-executable 'pmap_kernel.c:.* assertion failed'
	planted walker-writable-executable \
		'page tables: !(e & PTE_WRITE) || (e & PTE_NX): '
	planted walker-text 'page tables: !code || !(e & PTE_WRITE): '
	planted walker-executable 'page tables: text_va || (e & PTE_NX): '
	planted walker-user 'page tables: !(e & PTE_USER): '
	planted walker-free-frame 'page tables: busy || '
	planted walker-reverse 'page tables: pv_has(page, pte) || '
	;;
*)
	# Of a planted bug it says what any kernel says of one it has not.
	for name in ubsan-shift stack-overrun walker-text lock-order nothing; do
		# shellcheck disable=SC2086
		try $RUN -v --timeout 60 --kernel-args "plant=$name" -- true
		want_error "none_$name" 126 "no planted bug is called $name"
	done
	skip planted 'no detectors in a release kernel'
	;;
esac
finish
