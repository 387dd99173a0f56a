/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated processors: identity, the interrupt flag, idling, calls to each
 * other, and simulated time.
 *
 * Interrupts come in where the flag is or becomes set: at cpu_irq_save,
 * cpu_irq_restore, cpu_relax, clock_now, in idle and in user mode. That suffices, since
 * the kernel is not preempted and handlers do not touch what it uses with
 * interrupts on.
 *
 * Serial mode (the default): one Linux thread; processors change at sched
 * points by a seeded random choice. Parallel mode: a Linux thread each;
 * machine_lock guards idling only.
 */
#define _GNU_SOURCE
#include "host_i.h"

#include <arch/clock.h>
#include <kern/panic.h>
#include <kern/sched.h>
#include <kern/sched_point.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#define RELAX_NS 40
#define LOOK_NS	 50

struct host_cpu host_cpus[HOST_CPUS_MAX];

static __thread struct host_cpu *current;
static _Atomic uint64_t now = 1000000;
static _Atomic unsigned running_count;
static uint64_t random_state;

static pthread_mutex_t machine_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t machine_change = PTHREAD_COND_INITIALIZER;
static unsigned idle_count; /* machine_lock, parallel mode */

__attribute__((noinline)) struct host_cpu *host_cpu(void)
{
	__asm__ volatile("");
	return current;
}

__attribute__((noinline)) void host_set_cpu(struct host_cpu *cpu)
{
	__asm__ volatile("");
	current = cpu;
}

uint64_t host_random(void)
{
	/* xorshift; in parallel mode a lost update does no harm. */
	uint64_t x = __atomic_load_n(&random_state, __ATOMIC_RELAXED);

	if (x == 0)
		x = host_options.seed * 2654435769u + 0x9e3779b97f4a7c15ull;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	__atomic_store_n(&random_state, x, __ATOMIC_RELAXED);
	return x;
}

/* --- who and where */

struct thread *cpu_thread(void)
{
	return host_cpu()->thread;
}

struct processor *cpu_processor(void)
{
	return host_cpu()->processor;
}

unsigned cpu_number(void)
{
	return host_cpu()->number;
}

unsigned cpu_count(void)
{
	return atomic_get(&running_count);
}

void cpu_set_processor(unsigned cpu, struct processor *processor)
{
	host_cpus[cpu].processor = processor;
}

void host_start_first(void)
{
	for (unsigned i = 0; i < HOST_CPUS_MAX; i++) {
		host_cpus[i].number = i;
		atomic_set(&host_cpus[i].deadline, CLOCK_NEVER);
	}
	host_set_cpu(&host_cpus[0]);
	atomic_set(&host_cpus[0].running, true);
	atomic_set(&running_count, 1);
}

/* --- time */

uint64_t host_now(void)
{
	return atomic_get(&now);
}

void host_advance(uint64_t ns)
{
	atomic_add(&now, ns);
}

uint64_t clock_now(void)
{
	cpu_sched_point();
	host_deliver();
	return atomic_add(&now, LOOK_NS) + LOOK_NS;
}

uint64_t clock_boot_epoch(void)
{
	return 1000000000ull * 1000000000ull;
}

void clock_set_deadline(uint64_t ns)
{
	atomic_set(&host_cpu()->deadline, ns);
}

void clock_dump(unsigned cpu)
{
	(void)cpu;
}

/* --- other processors go on */

static bool pending(struct host_cpu *cpu)
{
	return atomic_get(&cpu->kicked) || atomic_get(&cpu->call) != NULL ||
	       atomic_get(&cpu->deadline) <= host_now();
}

static bool can_go_on(struct host_cpu *cpu)
{
	return atomic_get(&cpu->running) &&
	       (!atomic_get(&cpu->idle) || pending(cpu));
}

/* Serial mode: another processor that has something to do, or NULL. */
static struct host_cpu *pick_other(void)
{
	struct host_cpu *self = host_cpu();
	unsigned n = host_options.cpus;
	unsigned start = (unsigned)(host_random() % n);

	for (unsigned i = 0; i < n; i++) {
		struct host_cpu *cpu = &host_cpus[(start + i) % n];

		if (cpu != self && can_go_on(cpu))
			return cpu;
	}
	return NULL;
}

static bool run_other(void)
{
	struct host_cpu *self = host_cpu();
	struct host_cpu *other;

	if (host_options.parallel || cpu_count() < 2)
		return false;
	other = pick_other();
	if (other == NULL)
		return false;
	host_set_cpu(other);
	fiber_switch(self->fiber, other->fiber);
	return true;
}

void cpu_sched_point(void)
{
	host_advance(2);
	if (cpu_count() < 2)
		return;
	if (host_options.parallel) {
		if (host_random() % 64 == 0)
			sched_yield();
	} else if (host_random() % 4 == 0) {
		run_other();
	}
}

void cpu_relax(void)
{
	host_advance(RELAX_NS);
	if (host_options.parallel)
		sched_yield();
	else
		run_other();
	host_deliver();
}

/* --- interrupts */

static void serve_call(struct host_cpu *self)
{
	struct host_call *call = atomic_exchange(&self->call, NULL);

	if (call == NULL)
		return;
	call->fn(call->arg);
	atomic_fetch_sub(&call->left, 1);
}

void host_deliver(void)
{
	struct host_cpu *self = host_cpu();

	if (!self->irq_on || !pending(self))
		return;
	self->irq_on = false;
	if (atomic_exchange(&self->kicked, false))
		sched_kick_interrupt();
	serve_call(self);
	if (atomic_get(&self->deadline) <= host_now()) {
		atomic_set(&self->deadline, CLOCK_NEVER);
		timer_interrupt();
	}
	self->irq_on = true;
}

/* User code here is a call like any other. */
bool cpu_interrupted_user(void)
{
	return false;
}

bool cpu_irq_enabled(void)
{
	return host_cpu()->irq_on;
}

bool cpu_irq_save(void)
{
	bool on = host_cpu()->irq_on;

	if (on)
		host_deliver();
	host_cpu()->irq_on = false;
	return on;
}

void cpu_irq_restore(bool were_on)
{
	host_cpu()->irq_on = were_on;
	if (were_on)
		host_deliver();
}

static void wake_idle(void)
{
	if (!host_options.parallel)
		return;
	pthread_mutex_lock(&machine_lock);
	pthread_cond_broadcast(&machine_change);
	pthread_mutex_unlock(&machine_lock);
}

void cpu_kick(unsigned cpu)
{
	atomic_store(&host_cpus[cpu].kicked, true);
	wake_idle();
}

static void post_call(struct host_cpu *cpu, struct host_call *call)
{
	struct host_call *none = NULL;

	while (!atomic_compare_exchange_weak(&cpu->call, &none, call)) {
		none = NULL;
		serve_call(host_cpu());
		cpu_relax();
	}
}

void cpu_call(uint64_t mask, void (*fn)(void *), void *arg)
{
	struct host_call call = { .fn = fn, .arg = arg };
	unsigned self = cpu_number();

	for (unsigned i = 0; i < host_options.cpus; i++)
		if ((mask >> i & 1) && i != self &&
		    atomic_get(&host_cpus[i].running))
			call.left++;
	for (unsigned i = 0; i < host_options.cpus; i++)
		if ((mask >> i & 1) && i != self &&
		    atomic_get(&host_cpus[i].running))
			post_call(&host_cpus[i], &call);
	wake_idle();
	while (atomic_get_acq(&call.left) != 0) {
		serve_call(host_cpu());
		cpu_relax();
	}
}

/* --- idling */

/* Everybody idles: time jumps to the first deadline. */
static void jump(void)
{
	uint64_t first = CLOCK_NEVER;

	for (unsigned i = 0; i < host_options.cpus; i++) {
		uint64_t d = atomic_get(&host_cpus[i].deadline);

		if (atomic_get(&host_cpus[i].running) && d < first)
			first = d;
	}
	if (first == CLOCK_NEVER)
		panic("host: all processors idle and no timer armed: "
		      "a wake-up was lost");
	if (first > host_now())
		atomic_set(&now, first);
}

static bool somebody_pending(void)
{
	for (unsigned i = 0; i < host_options.cpus; i++)
		if (atomic_get(&host_cpus[i].running) &&
		    pending(&host_cpus[i]))
			return true;
	return false;
}

static void idle_serial(struct host_cpu *self)
{
	while (!pending(self)) {
		if (!run_other() && !pending(self))
			jump();
	}
}

/* The others' time may reach our deadline without a word. */
static void wait_a_little(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_nsec += 2000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	pthread_cond_timedwait(&machine_change, &machine_lock, &t);
}

static void idle_parallel(struct host_cpu *self)
{
	pthread_mutex_lock(&machine_lock);
	idle_count++;
	while (!pending(self)) {
		if (idle_count == cpu_count()) {
			if (!somebody_pending())
				jump();
			pthread_cond_broadcast(&machine_change);
			if (pending(self))
				break;
		}
		wait_a_little();
	}
	idle_count--;
	pthread_mutex_unlock(&machine_lock);
}

void cpu_idle(void)
{
	struct host_cpu *self = host_cpu();

	atomic_store(&self->idle, true);
	if (host_options.parallel)
		idle_parallel(self);
	else
		idle_serial(self);
	atomic_store(&self->idle, false);
	self->irq_on = true;
	host_deliver();
	self->irq_on = false;
}

/* --- starting */

static void secondary(void *arg)
{
	(void)arg;
	sched_start();
}

static void *secondary_linux(void *arg)
{
	struct host_cpu *cpu = arg;

	host_set_cpu(cpu);
	fiber_adopt_linux(&cpu->boot);
	cpu->fiber = &cpu->boot;
	secondary(NULL);
	return NULL;
}

static void start(struct host_cpu *cpu)
{
	pthread_t thread;

	atomic_store(&cpu->running, true);
	atomic_fetch_add(&running_count, 1);
	if (host_options.parallel) {
		if (pthread_create(&thread, NULL, secondary_linux, cpu) != 0)
			panic("host: no Linux thread for a processor");
		return;
	}
	fiber_init(&cpu->boot, malloc(HOST_BOOT_STACK), HOST_BOOT_STACK,
		   secondary, NULL);
	cpu->fiber = &cpu->boot;
}

void cpu_start_all(void)
{
	for (unsigned i = 1; i < host_options.cpus; i++)
		start(&host_cpus[i]);
}
