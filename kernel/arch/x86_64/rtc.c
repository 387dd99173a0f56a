/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The battery clock: read once, at boot. Kept in UTC. A machine may have none
 * (then all its registers read as ones), or one that stands still or runs wild.
 */
#include "clock.h"

#include <kern/panic.h>
#include <machine/x86.h>

struct rtc_time {
	unsigned second, minute, hour, day, month, year;
};

static uint8_t cmos(uint8_t reg)
{
	outb(0x70, reg);
	return inb(0x71);
}

#define VALID	    0x0d /* the other bits are 0 */
#define UPDATE_READS 100000 /* an update takes 2 ms; a read, a tenth of a us */
#define SAMPLES	    100

static bool rtc_present(void)
{
	return (cmos(VALID) & 0x7f) == 0;
}

static struct rtc_time rtc_sample(void)
{
	for (unsigned i = 0; i < UPDATE_READS && (cmos(0x0a) & 0x80); i++)
		; /* update in progress */
	return (struct rtc_time){ cmos(0), cmos(2), cmos(4),
				  cmos(7), cmos(8), cmos(9) };
}

static bool same(struct rtc_time a, struct rtc_time b)
{
	return a.second == b.second && a.minute == b.minute &&
	       a.hour == b.hour && a.day == b.day && a.month == b.month &&
	       a.year == b.year;
}

static unsigned from_bcd(unsigned v)
{
	return (v >> 4) * 10 + (v & 15);
}

/* Days since 1970 of a date from 2000 on. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
	static const uint16_t before[12] = { 0,	  31,  59,  90,	 120, 151,
					     181, 212, 243, 273, 304, 334 };
	unsigned leap_years = (year + 3) / 4; /* before this one, from 2000 */
	uint64_t n = 10957 + 365ull * year + leap_years +
		     before[(month - 1) % 12] + day - 1;

	return year % 4 == 0 && month > 2 ? n + 1 : n;
}

/* The same twice in a row. */
static bool rtc_steady(struct rtc_time *t)
{
	struct rtc_time again;

	for (unsigned i = 0; i < SAMPLES; i++) {
		*t = rtc_sample();
		again = rtc_sample();
		if (same(*t, again))
			return true;
	}
	return false;
}

static uint64_t rtc_seconds(void)
{
	struct rtc_time t;
	uint8_t mode = cmos(0x0b);

	if (!rtc_present() || !rtc_steady(&t))
		return 0;
	if (!(mode & 4)) { /* decimal */
		bool pm = t.hour & 0x80;

		t.second = from_bcd(t.second);
		t.minute = from_bcd(t.minute);
		t.hour = from_bcd(t.hour & 0x7f) | (pm ? 0x80 : 0);
		t.day = from_bcd(t.day);
		t.month = from_bcd(t.month);
		t.year = from_bcd(t.year);
	}
	if (!(mode & 2)) /* 12 hours */
		t.hour = (t.hour & 0x7f) % 12 + (t.hour & 0x80 ? 12 : 0);
	if (t.month < 1 || t.month > 12)
		return 0;
	return ((days(t.year % 100, t.month, t.day) * 24 + t.hour) * 60 +
		t.minute) * 60 + t.second;
}

uint64_t rtc_read(void)
{
	uint64_t seconds = rtc_seconds();

	if (seconds == 0)
		klog("no battery clock: it is 1970 until somebody sets the time");
	return seconds;
}
