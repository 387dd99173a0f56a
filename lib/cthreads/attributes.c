/* SPDX-License-Identifier: BSD-2-Clause */
/* What belongs to a thread: data, name, priorities, errno, keys. */
#include "internal.h"

#include <errno.h>
#include <pthread.h>

void cthread_set_data(cthread_t t, any_t data)
{
	t->data = data;
}

any_t cthread_data(cthread_t t)
{
	return t->data;
}

void cthread_set_name(cthread_t t, const char *name)
{
	t->name = name;
}

char *cthread_name(cthread_t t)
{
	return (char *)(t->name != NULL ? t->name : "?");
}

kern_return_t cthread_priority(cthread_t t, int priority, boolean_t set_max)
{
	return thread_priority(cthread_thread(t), priority, set_max);
}

kern_return_t cthread_max_priority(cthread_t t, processor_set_t set,
				   int max_priority)
{
	return thread_max_priority(cthread_thread(t), set, max_priority);
}

kern_return_t cthread_abort(cthread_t t)
{
	return thread_abort(cthread_thread(t));
}

int cthread_errno(void)
{
	return errno;
}

void cthread_set_errno_self(int error)
{
	errno = error;
}

void cthread_wire(void)
{
}

void cthread_unwire(void)
{
}

static int kernel_limit;

void cthread_set_kernel_limit(int n)
{
	kernel_limit = n;
}

int cthread_kernel_limit(void)
{
	return kernel_limit;
}

void malloc_singlethreaded(void)
{
}

int cthread_keycreate(cthread_key_t *key)
{
	pthread_key_t k;

	if (pthread_key_create(&k, NULL) != 0)
		return -1;
	*key = k;
	return 0;
}

int cthread_setspecific(cthread_key_t key, any_t value)
{
	return pthread_setspecific(key, value) == 0 ? 0 : -1;
}

int cthread_getspecific(cthread_key_t key, any_t *value)
{
	*value = pthread_getspecific(key);
	return 0;
}
