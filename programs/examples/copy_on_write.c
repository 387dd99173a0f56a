/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a child inherits: memory marked with vm_inherit is shared, all other
 * memory is a copy from the moment of the fork. Parent and child take turns
 * by a shared word (a real program would use C threads or messages).
 */
#include <mach/mach.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum turn { NOBODY_WAITS, PARENT_WAITS, CHILD_WAITS };
enum { ORIGINAL = 0, BY_PARENT = 1, BY_CHILD = 2, WORDS = 100 };

static void must(const char *what, kern_return_t result)
{
	if (result == KERN_SUCCESS)
		return;
	mach_error(what, result);
	exit(1);
}

static volatile int *words_new(vm_size_t size)
{
	vm_address_t at;

	must("vm_allocate", vm_allocate(task_self(), &at, size, TRUE));
	return (volatile int *)at;
}

static void show(const char *who, const volatile int *lock,
		 const volatile int *memory)
{
	printf("%s: copied memory = %d, lock = %d\n", who, memory[0], *lock);
	fflush(stdout);
}

/* Waits until the word is no longer, or at last, the value. */
static void wait_while(const volatile int *lock, int value)
{
	while (*lock == value)
		thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
}

static void wait_until(const volatile int *lock, int value)
{
	while (*lock != value)
		thread_switch(THREAD_NULL, SWITCH_OPTION_NONE, 0);
}

static void parent(volatile int *lock, volatile int *memory)
{
	show("PARENT", lock, memory);
	memory[0] = BY_PARENT; /* the child keeps its own */
	*lock = PARENT_WAITS;
	wait_while(lock, PARENT_WAITS);
	show("PARENT", lock, memory);
	printf("PARENT: Finished.\n");
	fflush(stdout);
	*lock = PARENT_WAITS;
}

static void child(volatile int *lock, volatile int *memory)
{
	wait_until(lock, PARENT_WAITS);
	show("CHILD", lock, memory);
	memory[0] = BY_CHILD;
	*lock = CHILD_WAITS;
	wait_while(lock, CHILD_WAITS);
	must("vm_deallocate lock", vm_deallocate(task_self(),
						 (vm_address_t)lock,
						 sizeof(int)));
	/* Fewer bytes than were allocated, but of the same page. */
	must("vm_deallocate memory", vm_deallocate(task_self(),
						   (vm_address_t)memory,
						   WORDS * sizeof(char)));
	printf("CHILD: Finished.\n");
}

int main(void)
{
	volatile int *lock = words_new(sizeof(int)), *memory;

	must("vm_inherit", vm_inherit(task_self(), (vm_address_t)lock,
				      sizeof(int), VM_INHERIT_SHARE));
	*lock = NOBODY_WAITS;
	memory = words_new(WORDS * sizeof(int));
	memory[0] = ORIGINAL;
	printf("before fork: lock = %d\n", *lock);
	fflush(stdout);
	if (fork() != 0) {
		parent(lock, memory);
		wait(NULL); /* its words come before our end */
	} else {
		child(lock, memory);
	}
	return 0;
}
