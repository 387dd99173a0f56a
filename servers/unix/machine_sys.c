/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, randomness, memory figures, the log, the end. */
#include <errno.h>
#include <mach/host_info.h>
#include <server/heap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "call.h"
#include "link.h"
#include "exchange.h"
#include "machine_i.h"
#include "request.h"

uint64_t machine_monotonic(void)
{
	return clock_get(MACH_CLOCK_MONOTONIC);
}

uint64_t machine_realtime(void)
{
	return clock_get(MACH_CLOCK_REALTIME);
}

int machine_set_realtime(uint64_t ns)
{
	time_value_t new = {(int)(ns / 1000000000),
			    (int)(ns % 1000000000 / 1000)};

	return host_set_time(host_priv, new) == KERN_SUCCESS ? 0 : -EPERM;
}

void machine_random(void *buffer, size_t length)
{
	char *at = buffer;

	while (length) {
		mach_msg_type_number_t n = length < 256 ? (unsigned)length
							: 256;
		if (host_get_entropy(host_self(), at, &n) || !n) {
			memset(at, 0, length);
			return;
		}
		at += n;
		length -= n;
	}
}

static void basic_info(host_basic_info_data_t *info)
{
	mach_msg_type_number_t count = HOST_BASIC_INFO_COUNT;

	memset(info, 0, sizeof(*info));
	host_info(host_self(), HOST_BASIC_INFO, (host_info_t)info,
		  &count);
}

/*
 * The pages' neighbour below is of the same kind, so that allocating them again
 * lets its map entry grow, for which the kernel needs no memory.
 */
void machine_discard(void *buffer, size_t size)
{
	vm_address_t at = (vm_address_t)buffer;

	if (vm_deallocate(mach_task_self(), at, size) != KERN_SUCCESS)
		return;
	if (vm_allocate(mach_task_self(), &at, size, FALSE) == KERN_SUCCESS)
		return;
	machine_log("unix: a buffer is lost\n");
	__builtin_trap(); /* not exit: bootstrap must find what we had */
}

void machine_drop_caches(void)
{
	call_discard_buffer();
	exchange_discard_buffers();
	server_heap_trim();
}

void machine_memory(uint64_t *total, uint64_t *available)
{
	host_basic_info_data_t info;
	vm_statistics_data_t vm;

	basic_info(&info);
	*total = info.memory_size;
	*available = 0;
	if (vm_statistics(mach_task_self(), &vm) == KERN_SUCCESS)
		*available = (uint64_t)vm.free_count * (unsigned)vm.pagesize;
}

unsigned machine_processors(void)
{
	host_basic_info_data_t info;

	basic_info(&info);
	return info.avail_cpus > 0 ? (unsigned)info.avail_cpus : 1;
}

uint32_t machine_priv_port(unsigned which)
{
	static mach_port_t port[2];

	if (!port[0] && host_limited_ports(host_priv, &port[0], &port[1]))
		port[0] = port[1] = MACH_PORT_NULL;
	return port[which];
}

uint64_t machine_hwcap(void)
{
	uint32_t a = 1, b, c = 0, d;

	__asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
	return d;
}

void machine_log(const char *format, ...)
{
	char line[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > (int)sizeof(line) - 1)
		n = (int)sizeof(line) - 1;
	debug_log(line, (size_t)n);
}

void machine_power_off(int status)
{
	link_exit(status);
}
