/* SPDX-License-Identifier: BSD-2-Clause */
/* Small helpers of generated stubs. */
#include <mach/mach.h>
#include <mach/mig_support.h>

vm_size_t mig_strncpy(char *to, const char *from, vm_size_t length)
{
	vm_size_t i;

	if (length == 0)
		return 0;
	for (i = 0; i + 1 < length && from[i] != '\0'; i++)
		to[i] = from[i];
	to[i] = '\0';
	return i + 1;
}

void mig_allocate(vm_address_t *address, vm_size_t size)
{
	if (vm_allocate(mach_task_self(), address, size, TRUE) != KERN_SUCCESS)
		*address = 0;
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
	vm_deallocate(mach_task_self(), address, size);
}
