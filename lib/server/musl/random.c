/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes, from the kernel's. */
#include <errno.h>
#include <mach/mach_ext.h>
#include <mach/mach_traps.h>
#include <mach/x86_64/trap_call.h>

#include "block.h"

#define AT_ONCE 256 /* host_get_entropy's most */

int64_t musl_getrandom(struct musl_frame *f)
{
	char *to = (char *)f->rdi;
	uint64_t size = f->rsi, done = 0;
	mach_port_t host;

	host = (mach_port_t)mach_trap0(MACH_TRAP_MACH_HOST_SELF);
	while (done < size) {
		uint64_t left = size - done;
		mach_msg_type_number_t n = left < AT_ONCE ? left : AT_ONCE;

		if (host_get_entropy(host, to + done, &n) != KERN_SUCCESS ||
		    n == 0)
			break;
		done += n;
	}
	mach_trap2(MACH_TRAP_MACH_PORT_DEALLOCATE, musl_task.self, host);
	return done == 0 && size != 0 ? -ENOSYS : (int64_t)done;
}
