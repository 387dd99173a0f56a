#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What is wrong from the start gives one clear line and an end, never a silent
# hang: boot archives, memory, kernel options, the name of a test.

. tests/lib.sh

RUN=${RUN:-tools/run}
run="$RUN --timeout 60"
archive=build/boot.cpio

# said NAME STATUS PATTERN: want_error, and nothing but one line
said()
{
	if [ "$(wc -l <"$err")" -ne 1 ]; then
		fail "$1" "not one line: $(one_line "$err")"
	else
		want_error "$1" "$2" "$3"
	fi
}

try $run --kernel-args nonsense -- true
said unknown_option 125 'unknown kernel option: nonsense'
try $run --kernel-args page_size=5000 -- true
said bad_value 125 'page_size'

head -c 100000 $archive >"$TMP/short"
MACH_ARCHIVE=$TMP/short try $run -- true
said archive_cut_short 125 'archive is truncated'
head -c 100000 /dev/zero >"$TMP/zeroes"
MACH_ARCHIVE=$TMP/zeroes try $run -- true
said archive_of_another_kind 125 'no cpio archive'
: >"$TMP/in"
build/host/mkarchive "$TMP/empty" <"$TMP/in"
MACH_ARCHIVE=$TMP/empty try $run -- true
said archive_without_bootstrap 125 'no mach/bootstrap'
printf 'file\tmach/bootstrap\t0755\t0\t0\t%s\n' tests/lib.sh >"$TMP/manifest"
build/host/mkarchive "$TMP/text" <"$TMP/manifest"
MACH_ARCHIVE=$TMP/text try $run -- true
said bootstrap_is_no_program 125 'bootstrap'

# The emulator itself refuses when the archive alone is larger.
for mib in 8 12 16; do
	try $run --memory $mib -- true
	case $status in
	125) said memory_$mib 125 memory ;;
	*) said memory_$mib 126 "initrd is too large" ;;
	esac
done

finish
