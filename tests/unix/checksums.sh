#!/bin/busybox sh
# md5, sha, crc, cksum of known data and of a big file.
printf abc | md5sum; printf abc | sha1sum; printf abc | sha256sum; printf abc | sha512sum | cut -c1-32; printf abc | crc32
seq 1 20000 >b; md5sum b; sha1sum b >c; sha1sum -c c; echo x >>b; sha1sum -c c 2>/dev/null; echo $?
printf 'hello world' | base64; printf aGVsbG8= | base64 -d; echo
