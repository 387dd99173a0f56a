/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of all.defs. */
#ifndef ALL_TYPES_H
#define ALL_TYPES_H

#include <mach/port.h>
#include <mach/vm_types.h>
#include <stdint.h>

typedef uint64_t word64_t;
typedef struct {
	int x, y, z;
} point_t;
typedef struct {
	uint64_t a, b;
} wide_t;
typedef char name_t[32];
typedef char text_t[100];
typedef int triple_t[3];
typedef uint64_t quads_t[4];
typedef int *ints_t;
typedef uint64_t *longs_t;
typedef struct {
	int a, b;
} pair_t;
typedef pair_t *pairs_t;
typedef unsigned char bytes_t[5001];
typedef vm_offset_t data_t;
typedef int *block_t;
typedef mach_port_t *ports_t;
typedef mach_port_t *some_ports_t;
typedef int *either_t;
typedef struct {
	unsigned char b[3];
} odd_t;

typedef struct {
	int a;
	point_t b;
} fields_t;
typedef uint64_t *wide_either_t;
typedef int mine_t;

struct thing {
	mach_port_t port;
};
struct thing *thing_of_port(mach_port_t port);
mach_port_t port_of_thing(struct thing *thing);
void thing_release(struct thing *thing);

#endif
