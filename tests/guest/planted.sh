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

case $RUN in
*--debug*)
	planted lock-order 'planted low .* taken while planted high'
	planted zone-overrun 'written behind its end'
	planted zone-double-free 'freed twice'
	planted refcount 'assertion failed: was != 0'
	planted census 'objects were left over'
	;;
*)
	skip planted 'no detectors in a release kernel'
	;;
esac
finish
