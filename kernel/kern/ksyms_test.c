/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of kern/ksyms: a table of three functions, and no table at all. */
#include "kern/ksyms.h"

#include "check.h"

const uint64_t ksyms_base = 0xffffffff80000000;
uint32_t ksyms_count = 4;
const uint32_t ksyms_table[] = { 0x0, 0, 0x10, 6, 0x40, 11, 0x100, 17 };
const char ksyms_names[] = "first\0next\0third\0";

static void finds_by_address(void)
{
	uintptr_t off = 99;

	CHECK_STR(ksym_lookup(ksyms_base, &off), "first");
	CHECK_EQ(off, 0);
	CHECK_STR(ksym_lookup(ksyms_base + 0xf, &off), "first");
	CHECK_EQ(off, 0xf);
	CHECK_STR(ksym_lookup(ksyms_base + 0x10, &off), "next");
	CHECK_EQ(off, 0);
	CHECK_STR(ksym_lookup(ksyms_base + 0xff, &off), "third");
	CHECK_EQ(off, 0xbf);
}

static void rejects_addresses_outside(void)
{
	uintptr_t off = 99;

	CHECK(ksym_lookup(ksyms_base - 1, &off) == NULL);
	CHECK(ksym_lookup(ksyms_base + 0x100, &off) == NULL);
	CHECK(ksym_lookup(0, &off) == NULL);
	CHECK(ksym_lookup(UINTPTR_MAX, &off) == NULL);
	CHECK_EQ(off, 99);
}

static void finds_by_name(void)
{
	CHECK_EQ(ksym_address("third"), ksyms_base + 0x40);
	CHECK_EQ(ksym_address("thir"), 0);
	CHECK_EQ(ksym_address(""), 0);
}

static void empty_table_knows_nothing(void)
{
	uintptr_t off;

	ksyms_count = 0;
	CHECK(ksym_lookup(ksyms_base, &off) == NULL);
	CHECK_EQ(ksym_address("first"), 0);
	ksyms_count = 4;
}

int main(void)
{
	RUN(finds_by_address);
	RUN(rejects_addresses_outside);
	RUN(finds_by_name);
	RUN(empty_table_knows_nothing);
	return check_done();
}
