/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that the good definitions of constructs.cases name. */
#ifndef CONSTRUCTS_H
#define CONSTRUCTS_H

#include <mach/mach_types.h>

struct pair {
	int first, second;
};

struct thing;
struct thing *to_thing(mach_port_t port);
mach_port_t from_thing(struct thing *thing);
void done_with(struct thing *thing);

#endif
