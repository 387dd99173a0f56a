/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What RPC routines share.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/time_value.h>
#include <stddef.h>
#include <vm/copy.h>

static inline time_value_t time_value_of(uint64_t ns)
{
	uint64_t us = ns / 1000u;

	return (time_value_t){
		.seconds = (int)(us / 1000000u),
		.microseconds = (int)(us % 1000000u),
	};
}

/* Makes an out-of-line result of a kalloc'ed array of n elements, which it
 * frees. */
kern_return_t rpc_out_array(void *array, size_t element, unsigned n,
			    struct vm_copy **copy,
			    mach_msg_type_number_t *count);

struct task;

/* What a task's threads, live and ended, have done. */
struct rpc_task_sums {
	uint64_t time_ns;
	unsigned threads, sent, received;
};
void rpc_task_sums(struct task *t, struct rpc_task_sums *sums);
