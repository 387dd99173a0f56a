/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading memory with a kernel call: vm_read hands out a copy of a range,
 * in new memory of the caller's that must be deallocated again.
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

static void fill(char *page)
{
	for (vm_size_t i = 0; i < vm_page_size; i++)
		page[i] = (char)i;
}

static vm_size_t differences(const char *a, const char *b, vm_size_t size)
{
	vm_size_t count = 0;

	for (vm_size_t i = 0; i < size; i++)
		count += a[i] != b[i];
	return count;
}

int main(void)
{
	vm_address_t page;
	pointer_t copy;
	unsigned int size;
	vm_size_t wrong;

	must("vm_allocate", vm_allocate(task_self(), &page, vm_page_size, TRUE));
	fill((char *)page);
	printf("A page of %lu bytes at 0x%lx is filled.\n", vm_page_size, page);
	must("vm_read",
	     vm_read(task_self(), page, vm_page_size, &copy, &size));
	printf("vm_read gave %u bytes.\n", size);
	if (size != vm_page_size)
		return 1;
	wrong = differences((char *)page, (char *)copy, size);
	if (wrong != 0) {
		printf("%lu bytes differ.\n", wrong);
		return 1;
	}
	printf("Checked data successfully.\n");
	must("vm_deallocate",
	     vm_deallocate(task_self(), page, vm_page_size));
	must("vm_deallocate", vm_deallocate(task_self(), copy, size));
	return 0;
}
