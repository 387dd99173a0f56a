/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the machine's start code to the first task.
 */
#include <arch/boot.h>
#include <arch/cpu.h>
#include <device/device.h>
#include <ipc/space.h>
#include <kern/kva.h>
#include <kern/options.h>
#include <kern/page.h>
#include <kern/panic.h>
#include <kern/plant.h>
#include <kern/random.h>
#include <kern/sched.h>
#include <kern/string.h>
#include <boot/first.h>
#include <task/host.h>
#include <task/memory_entry.h>
#include <kern/dump.h>
#include <task/msg_trace.h>
#include <boot/selftest.h>
#include <task/task.h>
#include <trap/server.h>
#include <vm/map.h>

#define MEMORY_MIN_FRAMES 4096 /* 16 MiB of 4 KiB frames */
/* Beside the boot archive: what the servers take until they are at work. */
#define MEMORY_FREE_FRAMES 1536

/* In a kernel thread, so that everything below may block. */
static void startup(void *arg)
{
	(void)arg;
	cpu_start_all();
	klog("%u processor%s, %zu MiB of memory", cpu_count(),
	     cpu_count() == 1 ? "" : "s",
	     page_count_total() * page_size_hw() >> 20);
	if (kernel_options.plant[0] != '\0' && !plant_leaks()) {
		if (!plant_run(kernel_options.plant))
			klog("no planted bug is called %s",
			     kernel_options.plant);
		machine_end(MACHINE_OFF);
	}
	if (selftest_run(kernel_options.test))
		machine_end(MACHINE_OFF);
	first_task_start();
}

static void check_memory(void)
{
	if (page_count_total() >= MEMORY_MIN_FRAMES &&
	    page_count_free() >= MEMORY_FREE_FRAMES)
		return;
	klog("boot failed: too little memory: %zu MiB, %zu KiB of them free",
	     page_count_total() * page_size_hw() >> 20,
	     page_count_free() * page_size_hw() >> 10);
	machine_end(MACHINE_PANIC);
}

void kernel_main(void)
{
	klog("%s", kernel_version);
	if (!options_parse(boot_info.cmdline))
		machine_end(MACHINE_PANIC); /* it said why */
	page_init();
	check_memory();
	kva_init();
	random_init();
	sched_init();
	vm_init();
	ipc_init();
	task_init();
	host_init();
	memory_entry_init();
	msg_trace_init();
	device_init();
	dump_init(task_dump_all);
	server_init();
	panic_unless(thread_create_kernel("startup", startup, NULL,
					  PRIORITY_KERNEL));
	sched_start();
}

void kernel_main_secondary(void)
{
	sched_start();
}
