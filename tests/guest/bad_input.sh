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
	asked "$2"
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

# No word in the log, and yet not an emulator that did not begin.
at=$(readelf -lW build/release/mach.elf | awk '$1 == "LOAD" { print $2; exit }')
cp build/release/mach.elf "$TMP/kernel"
printf '\017\013' | # ud2
	dd of="$TMP/kernel" bs=1 seek=$((at)) conv=notrunc 2>/dev/null
MACH_KERNEL=$TMP/kernel try $run -- true
said resets_at_once 125 'the machine reset itself'

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

# The first task's entry point is 0: its end is the machine's, at once.
dd if=build/stripped/user/servers/bootstrap of="$TMP/broken" 2>/dev/null
dd if=/dev/zero of="$TMP/broken" bs=1 seek=24 count=8 conv=notrunc 2>/dev/null
printf 'file\tmach/bootstrap\t0755\t0\t0\t%s\n' "$TMP/broken" >"$TMP/manifest"
build/host/mkarchive "$TMP/crashes" <"$TMP/manifest"
MACH_ARCHIVE=$TMP/crashes try $run -- true
said bootstrap_crashes 125 'bootstrap: bad access'

# --- parts that are missing or are no programs

# without NAME PATH: the archive without this part
without()
{
	awk -F '\t' -v path="$2" '$2 != path' build/boot.manifest |
		build/host/mkarchive "$TMP/without"
	MACH_ARCHIVE=$TMP/without try $run -- true
	said "without_$1" 126 "$2"
}

# spoilt NAME PATH: the archive with a text in place of this part
spoilt()
{
	awk -F '\t' -v OFS='\t' -v path="$2" \
		'$2 == path { $6 = "tests/lib.sh" } 1' build/boot.manifest |
		build/host/mkarchive "$TMP/spoilt"
	MACH_ARCHIVE=$TMP/spoilt try $run -- true
	said "spoilt_$1" 126 "$2"
}

without configuration mach/bootstrap.conf
spoilt configuration mach/bootstrap.conf
for part in servers/name servers/unix unixemul; do
	without "${part##*/}" "mach/$part"
	spoilt "${part##*/}" "mach/$part"
done

# --- memory: tools/run refuses what the archive alone would fill, the kernel what
# is too little for the rest

size=$((($(wc -c <$archive) >> 20) + 1))
for mib in 1 8 $size $((size + 1)) $((size + 2)) $((size + 3)); do
	try $run --memory "$mib" -- true
	case $status in
	125 | 126) said "memory_$mib" "$status" 'too little memory' ;;
	*) want "memory_$mib" 0 '' ;;
	esac
done
for mib in 32 64; do
	try $run --memory $mib -- sh -c 'echo here'
	want "memory_$mib" 0 here
done

# What is added counts, too: it is there packed and unpacked.
head -c 29000000 /dev/zero >"$TMP/big"
try $run --memory 64 --add "$TMP/big:/big" -- true
said memory_for_archive 126 'does not fit in memory'

# --- a machine without a battery clock: a line in the log, and it goes on

MACH_QEMU_ARGS='-M microvm,rtc=off,pit=on,pic=on,isa-serial=on,acpi=on' \
	try $run --kernel-args plant=nothing --kernel-test
if grep -q '^no battery clock: it is 1970' "$out" &&
	grep -q '^no planted bug is called nothing' "$out"; then
	pass no_battery_clock
else
	fail no_battery_clock "$(one_line "$out")$(one_line "$err")"
fi

# --- words that are too long or too many

long=$(printf '%01900d' 0)
try $run --kernel-args "nonsense=$long" -- true
said long_option 125 'kernel option'

finish
