/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading "newc": a 110-byte header of hexadecimal fields, the name, the data,
 * each padded to 4 bytes; a member named TRAILER!!! ends one archive, zero
 * bytes may follow, then another may begin.
 */
#include <boot/archive.h>

#include <kern/string.h>
#include <stdint.h>

#define HEADER_SIZE 110
#define FIELD_SIZE  54 /* offsets of the fields we read */
#define FIELD_NAME  94
#define TRAILER	    "TRAILER!!!"

struct member {
	const char *name; /* NUL terminated inside the archive */
	const char *data;
	size_t size;
	size_t next; /* offset of what follows */
};

static bool read_hex(const char *text, size_t *value)
{
	*value = 0;
	for (int i = 0; i < 8; i++) {
		char c = text[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') :
				 c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) :
				 c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) :
							16u;
		if (digit > 15)
			return false;
		*value = *value << 4 | digit;
	}
	return true;
}

static size_t align4(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Reads the member at offset at; NULL or what is wrong. */
static const char *member_read(const struct archive *a, size_t at,
			       struct member *m)
{
	size_t left = a->size - at, name_size;
	const char *header = a->start + at;

	if (left < HEADER_SIZE)
		return "is truncated";
	if (memcmp(header, "070701", 6) && memcmp(header, "070702", 6))
		return "is no cpio archive of the newc kind";
	if (!read_hex(header + FIELD_SIZE, &m->size) ||
	    !read_hex(header + FIELD_NAME, &name_size) || name_size == 0)
		return "has a malformed header";
	size_t data = align4(at + HEADER_SIZE + name_size);
	if (data > a->size || m->size > a->size - data)
		return "is truncated";
	m->name = header + HEADER_SIZE;
	if (m->name[name_size - 1] != '\0')
		return "has a malformed name";
	m->data = a->start + data;
	m->next = align4(data + m->size);
	return NULL;
}

static size_t skip_zeros(const struct archive *a, size_t at)
{
	while (at < a->size && a->start[at] == '\0')
		at++;
	return at;
}

/* Walks all members; stops early when visit returns false. */
static const char *archive_walk(const struct archive *a,
				bool (*visit)(const struct member *, void *),
				void *arg)
{
	size_t at = 0;
	bool ended = false;

	while (at < a->size) {
		struct member m;
		const char *wrong = member_read(a, at, &m);
		if (wrong)
			return wrong;
		ended = !strcmp(m.name, TRAILER);
		if (!ended && !visit(&m, arg))
			return NULL;
		at = ended ? skip_zeros(a, m.next) : m.next;
	}
	return ended ? NULL : "is truncated";
}

static bool visit_nothing(const struct member *m, void *arg)
{
	(void)m, (void)arg;
	return true;
}

const char *archive_check(const struct archive *a)
{
	return archive_walk(a, visit_nothing, NULL);
}

struct search {
	const char *name;
	struct archive_file *file;
	bool found;
};

static bool visit_search(const struct member *m, void *arg)
{
	struct search *s = arg;

	if (!strcmp(m->name, s->name)) {
		*s->file = (struct archive_file){m->data, m->size};
		s->found = true;
	}
	return true;
}

bool archive_find(const struct archive *a, const char *name,
		  struct archive_file *file)
{
	struct search s = {name, file, false};

	(void)archive_walk(a, visit_search, &s);
	return s.found;
}
