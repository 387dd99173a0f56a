/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading "newc" archives. A member is a 110-byte header of hexadecimal fields,
 * its name and its data, each padded to 4 bytes. A member named TRAILER!!! ends
 * an archive; after zero bytes another one may follow.
 */
#include <server/archive.h>

#include <mach/mach.h>
#include <string.h>

#define HEADER	   110
#define FIELD_SIZE 54
#define FIELD_NAME 94
#define TRAILER	   "TRAILER!!!"

struct member {
	const char *name;
	struct archive_file file;
	size_t next;
};

static bool hex8(const char *text, size_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		const char *digits = "0123456789abcdef";
		const char *at = strchr(digits, text[i] | 0x20);

		if (text[i] == '\0' || at == NULL)
			return false;
		*value = *value * 16 + (size_t)(at - digits);
	}
	return true;
}

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static const char *member_at(const struct archive *a, size_t at,
			     struct member *m)
{
	const char *header = a->start + at;
	size_t name_size, data;

	if (a->size - at < HEADER)
		return "is truncated";
	if (memcmp(header, "070701", 6) != 0 && memcmp(header, "070702", 6) != 0)
		return "is no cpio archive of the newc kind";
	if (!hex8(header + FIELD_SIZE, &m->file.size) ||
	    !hex8(header + FIELD_NAME, &name_size) || name_size == 0)
		return "has a malformed header";
	data = padded(at + HEADER + name_size);
	if (data > a->size || m->file.size > a->size - data)
		return "is truncated";
	m->name = header + HEADER;
	if (m->name[name_size - 1] != '\0')
		return "has a malformed name";
	m->file.data = a->start + data;
	m->next = padded(data + m->file.size);
	return NULL;
}

/* Remembers the last member called name, if name is not NULL. */
static const char *walk(const struct archive *a, const char *name,
			struct archive_file *file, bool *found)
{
	bool ended = false;
	size_t at = 0;

	while (at < a->size) {
		struct member m;
		const char *wrong = member_at(a, at, &m);

		if (wrong != NULL)
			return wrong;
		at = m.next;
		ended = strcmp(m.name, TRAILER) == 0;
		while (ended && at < a->size && a->start[at] == '\0')
			at++;
		if (name != NULL && strcmp(m.name, name) == 0) {
			*file = m.file;
			*found = true;
		}
	}
	return ended ? NULL : "is truncated";
}

const char *archive_check(const struct archive *a)
{
	return walk(a, NULL, NULL, NULL);
}

bool archive_find(const struct archive *a, const char *name,
		  struct archive_file *file)
{
	bool found = false;

	(void)walk(a, name, file, &found);
	return found;
}

const char *archive_map(struct archive *a, mach_port_t entry, size_t size)
{
	vm_address_t at = 0;

	if (vm_map(mach_task_self(), &at, size, 0, TRUE, entry, 0, FALSE,
		   VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE) != KERN_SUCCESS)
		return "cannot be mapped";
	a->start = (const char *)at;
	a->size = size;
	return NULL;
}
