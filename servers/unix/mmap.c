/* SPDX-License-Identifier: BSD-2-Clause */
/* Mapping of files; anonymous memory is the emulator's own business. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include "dispatch.h"
#include "file.h"
#include "inode.h"
#include "machine.h"
#include "proc.h"

/* words: address, length, prot, flags, fd, offset. */
int64_t op_mmap(struct call *c)
{
	struct proc *p = c->lwp->proc;
	struct file *f = fdt_file(p, (int)c->words[4]);
	int prot = (int)c->words[2], flags = (int)c->words[3];
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;

	if (!f)
		return -EBADF;
	if ((flags & MAP_TYPE) != MAP_PRIVATE &&
	    (flags & MAP_TYPE) != MAP_SHARED &&
	    (flags & MAP_TYPE) != MAP_SHARED_VALIDATE)
		return -EINVAL;
	if (f->ops != &regular_ops)
		return -ENODEV;
	if (!file_readable(f))
		return -EACCES;
	if (shared && (prot & PROT_WRITE) && !file_writable(f))
		return -EACCES;
	if (!c->words[1] || (c->words[5] & 4095) ||
	    c->words[5] > DATA_MAX || c->words[1] > DATA_MAX)
		return -EINVAL;
	return machine_mmap(p, c->words[0], c->words[1], prot, flags,
			    file_writable(f), f->inode, c->words[5]);
}

/* words: address, length. The emulator changes the protection itself; this is for
 * what it must not make writable. */
int64_t op_makeown(struct call *c)
{
	uint64_t address = c->words[0], length = c->words[1];

	if (((address | length) & 4095) || length > UX_STACK_TOP ||
	    address > UX_STACK_TOP - length)
		return -EINVAL;
	return machine_make_own(c->lwp->proc, address, length);
}
