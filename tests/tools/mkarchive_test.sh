#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# tools/mkarchive: what it writes, another program can read.

. tests/lib.sh

make=$TOP/build/host/mkarchive
if ! command -v busybox >/dev/null; then
	skip mkarchive 'no busybox to read archives with'
	finish
fi
cd "$TMP" || exit 1
printf 'twelve bytes' >twelve
: >empty

manifest()
{
	printf 'dir\ta\t0750\t3\t4\n'
	printf 'file\ta/b/twelve\t4711\t5\t6\ttwelve\n'
	printf '# a comment\n\n'
	printf 'file\tempty\t0600\t0\t0\tempty\n'
	printf 'link\ta/l\t0777\t0\t0\tb/twelve\n'
}

# list ARCHIVE: names, modes and owners as busybox sees them
list()
{
	busybox cpio -tv <"$1" 2>/dev/null |
		awk '{ print $1, $2, $NF }' | sed 's/ -> / /'
}

manifest >in
try "$make" one.cpio
want makes 0 ''
[ "$(list one.cpio)" = 'drwxr-x--- 3/4 a
drwxr-xr-x 0/0 a/b
-rws--x--x 5/6 a/b/twelve
-rw------- 0/0 empty
lrwxrwxrwx 0/0 b/twelve' ] && pass lists || fail lists "$(list one.cpio | tr '\n' '|')"
mkdir tree
(cd tree && busybox cpio -id <../one.cpio 2>/dev/null)
[ "$(cat tree/a/l)" = 'twelve bytes' ] && pass contents || fail contents differ

sleep 1.1
touch twelve
manifest | "$make" two.cpio
cmp -s one.cpio two.cpio && pass same_bytes_again ||
	fail same_bytes_again 'two runs differ'

printf 'file\ta/b/new\t0644\t0\t0\tempty\nfile\tc/d\t0644\t0\t0\tempty\n' >in
try "$make" -b one.cpio more.cpio
want adds_to_base 0 ''
[ "$(list more.cpio | tail -n 3)" = '-rw-r--r-- 0/0 a/b/new
drwxr-xr-x 0/0 c
-rw-r--r-- 0/0 c/d' ] && pass base_keeps_directories ||
	fail base_keeps_directories "$(list more.cpio | tr '\n' '|')"

head -c 300 one.cpio >short.cpio
try "$make" -b short.cpio x.cpio
want_error base_cut_short 1 'cut short\|damaged'
head -c 1000 /dev/zero >zero.cpio
try "$make" -b zero.cpio x.cpio
want_error base_of_another_kind 1 'damaged'

bad()
{
	printf '%b' "$2" >in
	try "$make" x.cpio
	want_error "$1" 1 "$3"
}
bad missing_file 'file\tx\t0644\t0\t0\tnone\n' 'none: No such file'
bad few_fields 'file\tx\t0644\n' 'line 1 of the manifest'
bad many_fields 'dir\tx\t0755\t0\t0\tx\ty\n' 'line 1 of the manifest'
bad bad_mode 'dir\tx\t0855\t0\t0\n' '"0855" is not a number'
bad absolute 'dir\t/x\t0755\t0\t0\n' 'line 1 of the manifest'
bad bad_kind 'disk\tx\t0755\t0\t0\ty\n' 'what is "disk"'
bad a_directory_is_there 'dir\tx\t0755\t0\t0\nlink\tx\t0777\t0\t0\ty\n' \
	'^mkarchive: x: a directory of that name is there$'
bad not_a_file 'file\tx\t0644\t0\t0\t.\n' 'not an ordinary file'

finish
