/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of directories in memory: a list in order of creation, whose growing
 * cookies make readdir safe against changes, and a small hash for look-up.
 * "." and ".." are not stored; cookies 1 and 2 stand for them.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "inode.h"

static unsigned dir_hash(const char *name, unsigned length)
{
	unsigned h = 5381;

	while (length--)
		h = h * 33 + (unsigned char)*name++;
	return h % DIR_BUCKETS;
}

void dir_init(struct inode *i)
{
	list_init(&i->dir.all);
	for (unsigned n = 0; n < DIR_BUCKETS; n++)
		list_init(&i->dir.buckets[n]);
	i->dir.next_cookie = 3;
	i->dir.parent = NULL;
	i->dir.last = NULL;
}

struct dirent_link *dir_find(struct inode *dir, const char *name,
			     unsigned length)
{
	struct list *pos, *bucket = &dir->dir.buckets[dir_hash(name, length)];

	list_each(pos, bucket) {
		struct dirent_link *e =
			list_entry(pos, struct dirent_link, hash);
		if (e->length == length && !memcmp(e->name, name, length))
			return e;
	}
	return NULL;
}

int dir_insert(struct inode *dir, const char *name, unsigned length,
	       struct inode *i)
{
	struct dirent_link *e;

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	if (dir->fs->inodes_max && dir->fs->names >= dir->fs->inodes_max)
		return -ENOSPC;
	e = malloc(sizeof(*e) + length + 1);
	if (!e)
		return -ENOMEM;
	memcpy(e->name, name, length);
	e->name[length] = 0;
	e->length = length;
	e->inode = i;
	e->cookie = dir->dir.next_cookie++;
	list_insert(&dir->dir.all, &e->all);
	list_insert(&dir->dir.buckets[dir_hash(name, length)], &e->hash);
	dir->dir.count++;
	dir->fs->names++;
	if (S_ISDIR(i->mode)) {
		i->dir.parent = dir;
		i->nlink += 2;
		dir->nlink++;
	} else {
		i->nlink++;
	}
	dir->mtime = dir->ctime = time_now();
	return 0;
}

void dir_remove(struct inode *dir, struct dirent_link *entry)
{
	struct inode *i = entry->inode;

	if (dir->dir.last == entry)
		dir->dir.last = NULL;
	dir->fs->names--;
	list_remove(&entry->all);
	list_remove(&entry->hash);
	free(entry);
	dir->dir.count--;
	dir->mtime = dir->ctime = time_now();
	i->ctime = dir->ctime;
	if (S_ISDIR(i->mode)) {
		i->dir.parent = NULL;
		dir->nlink--;
		inode_link_change(i, -2);
	} else {
		inode_link_change(i, -1);
	}
}

static bool dir_item_dots(struct inode *dir, uint64_t cookie,
			  struct dir_item *item)
{
	struct inode *parent = dir;

	if (cookie == 1 && dir->dir.parent)
		parent = dir->dir.parent;
	item->name = cookie ? ".." : ".";
	item->length = cookie ? 2 : 1;
	item->number = parent->number;
	item->mode = S_IFDIR;
	item->cookie = cookie + 1;
	return true;
}

bool dir_next(struct inode *dir, uint64_t cookie, struct dir_item *item)
{
	struct dirent_link *last = dir->dir.last;
	struct list *pos;

	if (dir->ops)
		return dir->ops->next(dir, cookie, item);
	if (!dir->nlink)
		return false;
	if (cookie < 2)
		return dir_item_dots(dir, cookie, item);
	/* Who goes on where the last one was has no way to walk. */
	pos = last && last->cookie == cookie ? &last->all : &dir->dir.all;
	for (pos = pos->next; pos != &dir->dir.all; pos = pos->next) {
		struct dirent_link *e =
			list_entry(pos, struct dirent_link, all);
		if (e->cookie < cookie + 1)
			continue;
		dir->dir.last = e;
		item->name = e->name;
		item->length = e->length;
		item->number = e->inode->number;
		item->mode = e->inode->mode & S_IFMT;
		item->cookie = e->cookie;
		return true;
	}
	return false;
}
