/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copying memory with a kernel call: after vm_copy two ranges hold the same,
 * without a byte being moved before one of them is written.
 */
#include <mach/mach.h>
#include <stdio.h>
#include <stdlib.h>

static void must(const char *what, kern_return_t result)
{
	if (result == KERN_SUCCESS)
		return;
	mach_error(what, result);
	exit(1);
}

static int *page_new(void)
{
	vm_address_t page;

	must("vm_allocate", vm_allocate(task_self(), &page, vm_page_size, TRUE));
	return (int *)page;
}

int main(void)
{
	size_t count = vm_page_size / sizeof(int);
	int *from = page_new(), *to;

	for (size_t i = 0; i < count; i++)
		from[i] = (int)i;
	printf("The source is filled.\n");
	to = page_new();
	must("vm_copy", vm_copy(task_self(), (vm_address_t)from, vm_page_size,
				(vm_address_t)to));
	printf("vm_copy succeeded.\n");
	for (size_t i = 0; i < count; i++)
		if (from[i] != to[i]) {
			printf("Word %zu differs.\n", i);
			return 1;
		}
	must("vm_deallocate",
	     vm_deallocate(task_self(), (vm_address_t)from, vm_page_size));
	must("vm_deallocate",
	     vm_deallocate(task_self(), (vm_address_t)to, vm_page_size));
	printf("Finished successfully!\n");
	return 0;
}
