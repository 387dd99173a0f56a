/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive: cpio's "newc" format unpacked into the root file system.
 * Only names below a prefix are unpacked; more archives may follow the first.
 * Hard links are entries with the same inode number; the last one has the data.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include "inode.h"
#include "machine.h"
#include "misc.h"

#define CPIO_LINKS 1024
#define CPIO_LEFT  (1u << 20)

struct cpio_head {
	char magic[6];
	char ino[8], mode[8], uid[8], gid[8], nlink[8], mtime[8], size[8];
	char dev_major[8], dev_minor[8], rdev_major[8], rdev_minor[8];
	char name_size[8], check[8];
};

struct cpio_link {
	uint32_t ino;
	struct inode *inode; /* borrowed: it is in the tree */
};

struct cpio {
	const char *at, *end;
	struct inode *root;
	const char *prefix; /* names without it are not ours */
	struct cpio_link links[CPIO_LINKS];
	unsigned nlinks;
};

static uint32_t cpio_number(const char digits[8])
{
	uint32_t n = 0;

	for (int k = 0; k < 8; k++) {
		char d = digits[k];
		n <<= 4;
		if (d >= '0' && d <= '9')
			n |= (uint32_t)(d - '0');
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			n |= (uint32_t)((d | 32) - 'a' + 10);
	}
	return n;
}

static struct inode *tree_lookup(struct inode *dir, const char *name,
				 unsigned length)
{
	struct dirent_link *e;

	if (!length || (length == 1 && *name == '.'))
		return dir;
	e = S_ISDIR(dir->mode) && !dir->ops ? dir_find(dir, name, length)
					    : NULL;
	return e ? e->inode : NULL;
}

static struct inode *tree_step(struct inode *dir, const char *name,
			       unsigned length)
{
	struct inode *i = tree_lookup(dir, name, length);

	if (i || !S_ISDIR(dir->mode))
		return i;
	i = inode_create(dir->fs, S_IFDIR | 0755);
	if (!i)
		return NULL;
	if (dir_insert(dir, name, length, i)) {
		inode_unref(i);
		return NULL;
	}
	inode_unref(i);
	return i;
}

struct inode *tree_directory(struct inode *root, const char *name)
{
	struct inode *dir = root;

	while (dir && *name) {
		unsigned length = (unsigned)strcspn(name, "/");
		dir = tree_step(dir, name, length);
		name += length;
		name += strspn(name, "/");
	}
	return dir && S_ISDIR(dir->mode) ? dir : NULL;
}

/* The directory that name is in; *last is its last component. */
static struct inode *tree_parent(struct inode *root, const char *name,
				 const char **last)
{
	const char *slash = strrchr(name, '/');
	struct inode *dir;
	char *parent;

	*last = slash ? slash + 1 : name;
	if (!slash)
		return root;
	parent = strndup(name, (size_t)(slash - name));
	if (!parent)
		return NULL;
	dir = tree_directory(root, parent + strspn(parent, "/"));
	free(parent);
	return dir;
}

int tree_insert(struct inode *root, const char *name, struct inode *i)
{
	const char *last;
	struct inode *dir = tree_parent(root, name, &last);
	struct dirent_link *old;

	if (!dir)
		return -ENOTDIR;
	old = dir_find(dir, last, (unsigned)strlen(last));
	if (old)
		dir_remove(dir, old);
	return dir_insert(dir, last, (unsigned)strlen(last), i);
}

static void cpio_attributes(struct inode *i, const struct cpio_head *h)
{
	i->mode = (i->mode & S_IFMT) | (cpio_number(h->mode) & 07777);
	i->uid = cpio_number(h->uid);
	i->gid = cpio_number(h->gid);
	i->mtime = (struct timespec){cpio_number(h->mtime), 0};
	i->atime = i->ctime = i->mtime;
	i->rdev = makedev(cpio_number(h->rdev_major),
			  cpio_number(h->rdev_minor));
}

static struct inode *cpio_linked(struct cpio *a, const struct cpio_head *h)
{
	for (unsigned n = 0; n < a->nlinks; n++)
		if (a->links[n].ino == cpio_number(h->ino))
			return a->links[n].inode;
	return NULL;
}

static void cpio_remember(struct cpio *a, const struct cpio_head *h,
			  struct inode *i)
{
	if (cpio_number(h->nlink) < 2 || a->nlinks == CPIO_LINKS)
		return;
	a->links[a->nlinks++] = (struct cpio_link){cpio_number(h->ino), i};
}

/* Memory for the contents and a little more: without it the write would not
 * fail, but end the server. */
static bool cpio_fits(uint64_t size)
{
	uint64_t total, available;

	machine_memory(&total, &available);
	return size + CPIO_LEFT <= available;
}

static int cpio_fill(struct inode *i, const char *data, uint64_t size)
{
	int64_t put;

	if (S_ISLNK(i->mode)) {
		i->target = strndup(data, size);
		i->size = size;
		return i->target ? 0 : -ENOMEM;
	}
	if (!S_ISREG(i->mode) || !size)
		return 0;
	if (!cpio_fits(size))
		return -ENOMEM;
	put = data_write(i, data, size, 0);
	return put < 0 ? (int)put : 0;
}

/* A file that is not a directory: new, or one more name for an old one. */
static int cpio_file(struct cpio *a, const struct cpio_head *h,
		     const char *name, const char *data, uint64_t size)
{
	struct inode *i = cpio_linked(a, h);
	int error;

	if (i)
		inode_ref(i);
	else
		i = inode_create(a->root->fs,
				 cpio_number(h->mode) & S_IFMT);
	if (!i)
		return -ENOMEM;
	error = cpio_fill(i, data, size);
	if (!error)
		error = tree_insert(a->root, name, i);
	if (!error) {
		cpio_attributes(i, h);
		cpio_remember(a, h, i);
	}
	inode_unref(i);
	return error;
}

static int cpio_entry(struct cpio *a, const struct cpio_head *h,
		      const char *name, const char *data, uint64_t size)
{
	struct inode *dir;

	while (*name == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	if (strncmp(name, a->prefix, strlen(a->prefix)))
		return 0;
	name += strlen(a->prefix);
	if (!S_ISDIR(cpio_number(h->mode)))
		return cpio_file(a, h, name, data, size);
	dir = !strcmp(name, ".") ? a->root : tree_directory(a->root, name);
	if (!dir)
		return -ENOTDIR;
	cpio_attributes(dir, h);
	return 0;
}

/* Where the bytes that begin at `from` end, padded to 4 from the start. */
static const char *cpio_after(const char *base, const char *from,
			      uint64_t size)
{
	uint64_t end = (uint64_t)(from - base) + size;

	return base + ((end + 3) & ~3ull);
}

/* Another archive may follow, after zero bytes. */
static bool cpio_next_archive(struct cpio *a)
{
	while (a->at < a->end && !*a->at)
		a->at++;
	a->nlinks = 0;
	return a->at < a->end;
}

int cpio_unpack(struct inode *root, const void *archive, uint64_t size,
		const char *prefix, const char **why)
{
	static struct cpio a;
	const char *base = archive;
	int error;

	a = (struct cpio){
		.at = base, .end = base + size, .root = root, .prefix = prefix};
	*why = "the boot archive is truncated";
	for (;;) {
		const struct cpio_head *h = (const void *)a.at;
		const char *name = a.at + sizeof(*h), *data;
		uint64_t left = (uint64_t)(a.end - a.at), length;

		if (left < sizeof(*h))
			return -EINVAL;
		if (memcmp(h->magic, "070701", 6)) {
			*why = "the boot archive is not a newc cpio archive";
			return -EINVAL;
		}
		length = cpio_number(h->name_size);
		if (!length || length > left - sizeof(*h) || name[length - 1])
			return -EINVAL;
		if (!strcmp(name, "TRAILER!!!")) {
			a.at = cpio_after(base, name, length);
			if (!cpio_next_archive(&a))
				return 0;
			continue;
		}
		data = cpio_after(base, name, length);
		if (data > a.end ||
		    cpio_number(h->size) > (uint64_t)(a.end - data))
			return -EINVAL;
		error = cpio_entry(&a, h, name, data, cpio_number(h->size));
		if (error) {
			*why = "the boot archive does not fit in memory";
			return error;
		}
		a.at = cpio_after(base, data, cpio_number(h->size));
		if (a.at > a.end)
			return -EINVAL;
	}
}
