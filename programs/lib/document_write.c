/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A text becomes a file. A new file takes the old one's place if nobody could
 *tell it from the old one by anything but the text; otherwise the old one is
 *written over; what is no ordinary file stays what it is.
 *
 *	there is nothing               a new file
 *	a link to nothing              a new file, where the link leads
 *	an ordinary file               replaced
 *	  with further names           written over
 *	  that one may not write       an error
 *	  whose owner cannot be given,
 *	  in a folder that is closed   written over
 *	a device, a pipe, a folder     an error
 *
 * No lock of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "document.h"

/* What was behind the last line goes when all the lines are there. */
static bool write_lines(const struct document *d, FILE *f)
{
	bool good;

	for (int i = 0; i < d->count; i++)
		fprintf(f, "%.*s\n", d->lines[i]->length, d->lines[i]->text);
	good = fflush(f) == 0 && ferror(f) == 0 &&
	       ftruncate(fileno(f), ftello(f)) == 0 && fsync(fileno(f)) == 0;
	good &= fclose(f) == 0;
	return good;
}

/* Consumes fd. */
static bool write_fd(const struct document *d, int fd)
{
	FILE *f = fdopen(fd, "w");

	if (f != NULL)
		return write_lines(d, f);
	close(fd);
	return false;
}

/* Who may do what with the new file: as with the old one, if there is one. */
static bool take_mode(int fd, const struct stat *old)
{
	mode_t mask;

	if (old != NULL)
		return fchown(fd, old->st_uid, old->st_gid) == 0 &&
		       fchmod(fd, old->st_mode & 0777) == 0;
	mask = umask(0);
	umask(mask);
	return fchmod(fd, 0666 & ~mask) == 0;
}

/* A file beside target that becomes it when it is whole. */
static bool replace(const struct document *d, const char *target,
		    const struct stat *old)
{
	char path[PATH_MAX + 8];
	bool good;
	int fd;

	snprintf(path, sizeof(path), "%s.XXXXXX", target);
	fd = mkstemp(path);
	if (fd < 0)
		return false;
	good = take_mode(fd, old);
	if (good)
		good = write_fd(d, fd) && rename(path, target) == 0;
	else
		close(fd);
	if (good)
		return true;
	fd = errno;
	unlink(path);
	errno = fd;
	return false;
}

/* What bars a new file from the old one's place, but not from writing to that:
 * the folder, the owner, the length of the name, a mount. */
static bool is_barred(int why)
{
	return why == EACCES || why == EPERM || why == EROFS || why == EINVAL ||
	       why == ENAMETOOLONG || why == EBUSY;
}

/* Over the old bytes: they are lost if it fails halfway. */
static bool overwrite(const struct document *d, const char *file, int flags)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC | flags, 0666);

	return fd >= 0 && write_fd(d, fd);
}

static bool write_old(const struct document *d, const char *file,
		      const struct stat *old)
{
	char real[PATH_MAX]; /* a link stays one */

	if (!S_ISREG(old->st_mode)) {
		errno = S_ISDIR(old->st_mode) ? EISDIR : 0;
		return false;
	}
	/* Other names of it are to show the new text, too; and who may replace
	 * what he may not write is to be told. */
	if (old->st_nlink != 1 || access(file, W_OK) != 0 ||
	    realpath(file, real) == NULL)
		return overwrite(d, file, 0);
	return replace(d, real, old) ||
	       (is_barred(errno) && overwrite(d, file, 0));
}

static bool write_new(const struct document *d, const char *file)
{
	struct stat link;

	/* What a link leads to is made where it leads. */
	return lstat(file, &link) == 0 ? overwrite(d, file, O_CREAT)
				       : replace(d, file, NULL);
}

bool document_write(struct document *d, const char *file)
{
	struct stat old;
	bool good;

	if (stat(file, &old) == 0)
		good = write_old(d, file, &old);
	else
		good = errno == ENOENT && write_new(d, file);
	d->changed &= !good;
	return good;
}
