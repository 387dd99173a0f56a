/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The few facts we need from the ACPI tables: processors and interrupt
 * controllers (MADT), the power-management timer and the way to switch off
 * (FADT, and the \_S5 package of the DSDT, found by its name: we interpret no
 * AML). Tables are checked by length only as far as we read them.
 */
#include "acpi.h"
#include "kmap.h"

#include <arch/boot.h>
#include <kern/panic.h>
#include <kern/string.h>

struct acpi_info acpi_info;

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt, length;
	uint64_t xsdt;
} __attribute__((packed));

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

struct fadt {
	struct table head;
	uint32_t facs, dsdt;
	uint8_t reserved0[20];
	uint32_t pm1a_control; /* offset 64 */
	uint32_t pm1b_control, pm2_control;
	uint32_t pm_timer; /* offset 76 */
} __attribute__((packed));

struct madt {
	struct table head;
	uint32_t local_apic, flags;
} __attribute__((packed));

_Static_assert(offsetof(struct fadt, pm1a_control) == 64, "ACPI");
_Static_assert(offsetof(struct fadt, pm_timer) == 76, "ACPI");

static uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static const struct table *table_map(uint64_t pa)
{
	const struct table *t = pa ? kmap_device(pa, sizeof(*t), true) : NULL;

	if (!t || t->length < sizeof(*t) || t->length > 0x40000)
		return NULL;
	return kmap_device(pa, t->length, true);
}

static bool is_rsdp(const struct rsdp *r)
{
	const uint8_t *p = (const uint8_t *)r;
	uint8_t sum = 0;

	if (memcmp(r->signature, "RSD PTR ", 8) != 0)
		return false;
	for (unsigned i = 0; i < 20; i++)
		sum = (uint8_t)(sum + p[i]);
	return sum == 0;
}

/* The loader's word, or a search of the BIOS area. */
static const struct rsdp *rsdp_find(void)
{
	const char *bios;

	if (boot_info.rsdp.raw)
		return kmap_device(boot_info.rsdp.raw, sizeof(struct rsdp),
				   true);
	bios = kmap_device(0xe0000, 0x20000, true);
	for (unsigned i = 0; bios && i < 0x20000; i += 16) {
		if (!is_rsdp((const struct rsdp *)(bios + i)))
			continue;
		boot_info.rsdp.raw = 0xe0000 + i;
		return (const struct rsdp *)(bios + i);
	}
	return NULL;
}

/* Calls fn for each table that the root lists. */
static void tables_walk(const struct rsdp *r, void (*fn)(const struct table *))
{
	bool wide = r->revision >= 2 && r->xsdt != 0;
	const struct table *root = table_map(wide ? r->xsdt : r->rsdt);
	const uint8_t *entry;
	unsigned step = wide ? 8 : 4;

	if (!root)
		return;
	entry = (const uint8_t *)(root + 1);
	for (uint32_t n = (root->length - sizeof(*root)) / step; n > 0; n--) {
		uint64_t pa = 0;
		const struct table *t;

		memcpy(&pa, entry, step);
		entry += step;
		t = table_map(pa);
		if (t)
			fn(t);
	}
}

/* --- MADT */

static void add_cpu(uint32_t apic_id, uint32_t flags)
{
	struct acpi_info *a = &acpi_info;

	if (!(flags & 1) || apic_id == 0xff)
		return;
	/* Some firmware lists one in both of its forms. */
	for (unsigned i = 0; i < a->cpu_count; i++)
		if (a->apic_ids[i] == apic_id)
			return;
	if (a->cpu_count == CPU_MAX)
		klog("acpi: more than %u processors, one ignored", CPU_MAX);
	else
		a->apic_ids[a->cpu_count++] = apic_id;
}

static void add_ioapic(const uint8_t *e)
{
	struct acpi_info *a = &acpi_info;

	if (a->ioapic_count == IOAPIC_MAX)
		return;
	a->ioapic[a->ioapic_count].address = get32(e + 4);
	a->ioapic[a->ioapic_count++].first_line = get32(e + 8);
}

static void add_override(const uint8_t *e)
{
	struct acpi_isa_line *l;
	unsigned flags = e[8];

	if (e[3] >= ISA_LINES)
		return;
	l = &acpi_info.isa[e[3]];
	l->line = get32(e + 4);
	l->active_low = (flags & 3) == 3;
	l->level = (flags >> 2 & 3) == 3;
}

static void madt_entry(const uint8_t *e)
{
	if (e[0] == 0 && e[1] >= 8)
		add_cpu(e[3], get32(e + 4));
	else if (e[0] == 1 && e[1] >= 12)
		add_ioapic(e);
	else if (e[0] == 2 && e[1] >= 10)
		add_override(e);
	else if (e[0] == 5 && e[1] >= 12)
		memcpy(&acpi_info.local_apic, e + 4, 8);
	else if (e[0] == 9 && e[1] >= 16)
		add_cpu(get32(e + 4), get32(e + 8));
}

static void read_madt(const struct table *t)
{
	const uint8_t *e = (const uint8_t *)t + sizeof(struct madt);
	const uint8_t *end = (const uint8_t *)t + t->length;

	acpi_info.local_apic = ((const struct madt *)t)->local_apic;
	while (end - e >= 2 && e[1] >= 2 && end - e >= e[1]) {
		madt_entry(e);
		e += e[1];
	}
}

/* --- FADT */

/* \_S5 is a package of small integers; the first is what we need:
 * name, 0x12 (package), length, count, [0x0a] value. */
static int find_off_type(const struct table *dsdt)
{
	const uint8_t *p = (const uint8_t *)dsdt + sizeof(*dsdt);
	const uint8_t *end = (const uint8_t *)dsdt + dsdt->length;

	for (; end - p >= 12; p++) {
		if (memcmp(p, "_S5_", 4) != 0 || p[4] != 0x12)
			continue;
		p += 5 + (p[5] >> 6) + 2; /* over length and count */
		return *p == 0x0a ? p[1] : *p;
	}
	return -1;
}

static void read_fadt(const struct table *t)
{
	const struct fadt *f = (const struct fadt *)t;
	const struct table *dsdt;

	if (t->length < sizeof(*f))
		return;
	acpi_info.pm_timer = (uint16_t)f->pm_timer;
	acpi_info.pm_control = (uint16_t)f->pm1a_control;
	dsdt = table_map(f->dsdt);
	if (dsdt)
		acpi_info.off_type = find_off_type(dsdt);
}

static void read_table(const struct table *t)
{
	if (memcmp(t->signature, "APIC", 4) == 0 &&
	    t->length >= sizeof(struct madt))
		read_madt(t);
	else if (memcmp(t->signature, "FACP", 4) == 0)
		read_fadt(t);
}

void acpi_init(void)
{
	const struct rsdp *r;

	acpi_info.local_apic = 0xfee00000;
	acpi_info.off_type = -1;
	for (unsigned i = 0; i < ISA_LINES; i++)
		acpi_info.isa[i].line = i;
	r = rsdp_find();
	if (r)
		tables_walk(r, read_table);
	else
		klog("acpi: no tables");
	if (acpi_info.cpu_count == 0) {
		acpi_info.apic_ids[0] = cpu_self()->apic_id;
		acpi_info.cpu_count = 1;
	}
	boot_info.cpu_count = acpi_info.cpu_count;
}
