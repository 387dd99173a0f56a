/* SPDX-License-Identifier: BSD-2-Clause */
/* The host link, the boot archive, exec's plan and stack. */
#include "fake.h"

#include <elf.h>
#include <stdlib.h>
#include "../../../servers/unix/exec.h"
#include "../../../servers/unix/link.h"
#include "../../../servers/unix/misc.h"
#include "../../../tools/link.h"
#include "../check.h"

static int started;
static struct link_start seen;

static void on_start(const struct link_start *start)
{
	started++;
	seen = *start;
}

static void frame(unsigned type, unsigned channel, const void *p, unsigned n)
{
	uint8_t bytes[LINK_HEAD + LINK_PAYLOAD];

	bytes[0] = (uint8_t)type;
	bytes[1] = (uint8_t)channel;
	bytes[2] = (uint8_t)n;
	bytes[3] = (uint8_t)(n >> 8);
	memcpy(bytes + 4, p, n);
	link_input(bytes, 3); /* in pieces: the parser must not care */
	link_input(bytes + 3, n + 1);
	call_run_woken();
}

static const uint8_t *taken(unsigned *n)
{
	static uint8_t bytes[8192];

	*n = link_output(bytes, sizeof(bytes));
	return bytes;
}

/* READY with its word, and the host's answer. */
static void greet(void)
{
	uint8_t hello[LINK_HEAD + LINK_WORD] = {LINK_HELLO, 0, LINK_WORD};
	const uint8_t *out;
	unsigned n;

	link_init(on_start, NULL);
	link_ready(NULL);
	out = taken(&n);
	CHECK_EQ(n, LINK_HEAD + LINK_WORD + 1);
	CHECK_EQ(out[0], LINK_READY);
	CHECK_EQ(out[n - 1], LINK_END);
	memcpy(hello + LINK_HEAD, out + LINK_HEAD, LINK_WORD);
	link_input(hello, sizeof(hello));
}

static void link_runs_a_command(void)
{
	static const uint8_t begin[] = {0, 0, 0, 0, 2, 0, 1, 0,
					'l', 's', 0, 'a', 0, 'X', '=', 0};
	static const uint8_t four[] = {4, 0, 0, 0};
	struct lwp *l = fake_boot();
	struct file *files[3];
	const uint8_t *out;
	unsigned n;

	greet();
	frame(LINK_START, 0, begin, sizeof(begin));
	CHECK_EQ(started, 1);
	CHECK_EQ(seen.argc, 2);
	CHECK_EQ(seen.length, 8);
	CHECK_EQ(link_open_channels(files), 0);
	for (int k = 0; k < 3; k++)
		CHECK_EQ(fdt_insert(l->proc, files[k], k, false), k);
	out = taken(&n);
	CHECK_EQ(n, 9);
	CHECK_EQ(out[0], LINK_CREDIT);
	CHECK_EQ(out[5], 0x80); /* 32768 */
	frame(LINK_DATA, 0, "input", 5);
	CHECK_EQ(fake_read(l, 0, 100), 5);
	frame(LINK_EOF, 0, "", 0);
	CHECK_EQ(fake_read(l, 0, 100), 0);
	CHECK_EQ(fake_write(l, 1, "output"), 6);
	taken(&n);
	CHECK_EQ(n, 0);
	frame(LINK_CREDIT, 1, four, 4);
	out = taken(&n);
	CHECK_EQ(n, 9);
	CHECK(!memcmp(out + 4, "outp~", 5));
	link_exit(3);
	taken(&n);
	CHECK_EQ(n, 5); /* the EOF of channel 2 */
	CHECK(!link_is_done());
	frame(LINK_CREDIT, 1, four, 4);
	out = taken(&n);
	CHECK_EQ(n, 7 + 5 + 9);
	CHECK_EQ(out[12], LINK_EXIT);
	CHECK_EQ(out[16], 3);
	CHECK(link_is_done());
	fake_exit(l, 0);
	free(seen.strings);
}

static void link_refuses_nonsense(void)
{
	static const uint8_t short_start[] = {0, 0, 0, 0, 5, 0, 0, 0, 'x', 0};
	unsigned n;

	greet();
	started = 0;
	frame(LINK_START, 0, short_start, sizeof(short_start));
	frame(LINK_START, 0, short_start, 3);
	CHECK_EQ(started, 0);
	frame(LINK_DATA, 0, "too much", 8); /* nothing was granted */
	frame(LINK_DATA, 200, "x", 1);
	frame(LINK_CREDIT, 200, "xxxx", 4);
	frame(77, 0, "", 0);
	taken(&n);
	CHECK_EQ(n, 0);
}

/* A predecessor died: what it was sending is cut for sure, and how it died is
 * said; what was meant for it goes by unread, whole frames and parts. */
static void link_follows_a_dead_one(void)
{
	static const uint8_t begin[] = {0, 0, 0, 0, 0, 0, 0, 0};
	uint8_t hello[LINK_HEAD + LINK_WORD] = {LINK_HELLO, 0, LINK_WORD};
	const uint8_t *out;
	unsigned n;

	link_init(on_start, NULL);
	started = 0;
	link_ready("fell over");
	out = taken(&n);
	CHECK_EQ(n, LINK_PADS + LINK_HEAD + LINK_WORD + 9 + 1);
	for (unsigned k = 0; k < LINK_PADS; k++)
		CHECK_EQ(out[k], LINK_PAD);
	out += LINK_PADS;
	CHECK_EQ(out[0], LINK_READY);
	CHECK(!memcmp(out + LINK_HEAD + LINK_WORD, "fell over~", 10));
	memcpy(hello + LINK_HEAD, out + LINK_HEAD, LINK_WORD);
	frame(LINK_START, 0, begin, sizeof(begin));
	frame(LINK_DATA, LINK_TTY, "exit\n", 5);
	link_input((const uint8_t[16]){0}, 16);
	hello[LINK_HEAD]++;
	link_input(hello, sizeof(hello)); /* another's */
	hello[LINK_HEAD]--;
	frame(LINK_START, 0, begin, sizeof(begin));
	CHECK_EQ(started, 0);
	link_input(hello, 5); /* cut */
	link_input(hello, sizeof(hello));
	frame(LINK_START, 0, begin, sizeof(begin));
	CHECK_EQ(started, 1);
	free(seen.strings);
}

static size_t cpio_add(char *to, const char *name, unsigned mode,
		       unsigned ino, unsigned nlink, const char *data)
{
	size_t size = strlen(data);
	size_t n = (size_t)sprintf(to,
				   "070701%08x%08x%08x%08x%08x%08x%08zx"
				   "%08x%08x%08x%08x%08zx%08x%s",
				   ino, mode, 7, 8, nlink, 1000, size, 0, 0, 0,
				   0, strlen(name) + 1, 0, name) +
		   1;

	while (n & 3)
		to[n++] = 0;
	memcpy(to + n, data, size);
	n += size;
	while (n & 3)
		to[n++] = 0;
	return n;
}

static void cpio_makes_the_tree(void)
{
	static char archive[4096];
	struct inode *root = inode_create(&root_fs, S_IFDIR | 0755);
	struct inode *dir;
	const char *why;
	size_t n = 0;

	root->nlink = 2;
	n += cpio_add(archive + n, "./etc", S_IFDIR | 0700, 1, 2, "");
	n += cpio_add(archive + n, "etc/a", S_IFREG | 0640, 2, 2, "");
	n += cpio_add(archive + n, "usr/bin/b", S_IFREG | 0640, 2, 2, "data");
	n += cpio_add(archive + n, "bin", S_IFLNK | 0777, 3, 1, "usr/bin");
	CHECK_EQ(cpio_unpack(root, archive, n, "", &why), -EINVAL);
	n += cpio_add(archive + n, "TRAILER!!!", 0, 0, 1, "");
	CHECK_EQ(cpio_unpack(root, archive, n, "", &why), 0);
	dir = tree_directory(root, "etc");
	CHECK_EQ(dir->mode, S_IFDIR | 0700);
	CHECK(dir_find(dir, "a", 1)->inode ==
	      dir_find(tree_directory(root, "usr/bin"), "b", 1)->inode);
	CHECK_EQ(dir_find(dir, "a", 1)->inode->size, 4);
	CHECK_EQ(dir_find(dir, "a", 1)->inode->nlink, 2);
	CHECK_EQ(dir_find(dir, "a", 1)->inode->uid, 7);
	for (size_t cut = 0; cut < n - 200; cut += 7)
		CHECK(cpio_unpack(root, archive, cut, "", &why) < 0);
	memset(archive, 'x', 6);
	CHECK_EQ(cpio_unpack(root, archive, n, "", &why), -EINVAL);
	CHECK(strstr(why, "cpio"));
}

static void stack_is_laid_out(void)
{
	struct lwp *l = fake_boot();
	char strings[] = "prog\0arg\0HOME=/";
	struct exec_args args = {strings, sizeof(strings), 2, 1, 9};
	struct exec_image image = {.entry = 0x401000, .nheaders = 3};
	const uint64_t *sp;
	uint64_t base;

	CHECK_EQ(stack_build(l->proc, &args, "/bin/prog", &image), 0);
	CHECK_EQ(image.sp % 16, 0);
	base = UX_STACK_TOP - image.stack_size;
	sp = (const uint64_t *)(image.stack + (image.sp - base));
	CHECK_EQ(sp[0], 2);
	CHECK(!strcmp((char *)image.stack + (sp[1] - base), "prog"));
	CHECK(!strcmp((char *)image.stack + (sp[2] - base), "arg"));
	CHECK_EQ(sp[3], 0);
	CHECK(!strcmp((char *)image.stack + (sp[4] - base), "HOME=/"));
	CHECK_EQ(sp[5], 0);
	for (sp += 6; sp[0] != AT_ENTRY; sp += 2)
		CHECK(sp[0] != AT_NULL);
	CHECK_EQ(sp[1], 0x401000);
	free(image.stack);
	fake_exit(l, 0);
}

static struct inode *file_with(const char *name, const void *data, size_t n)
{
	struct inode *i = inode_create(&root_fs, S_IFREG | 0755);

	data_write(i, data, n, 0);
	tree_insert(root_fs.root, name, i);
	return i;
}

static void elf_is_planned(void)
{
	struct lwp *l = fake_boot();
	struct {
		Elf64_Ehdr h;
		Elf64_Phdr p[2];
		char text[4096];
	} e = {0};
	struct exec_image image = {0};
	struct inode *i;

	memcpy(e.h.e_ident, ELFMAG "\2\1\1", 7);
	e.h.e_machine = EM_X86_64;
	e.h.e_type = ET_EXEC;
	e.h.e_phentsize = sizeof(Elf64_Phdr);
	e.h.e_phnum = 2;
	e.h.e_phoff = sizeof(Elf64_Ehdr);
	e.h.e_entry = 0x400100;
	e.p[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0,
			      sizeof(e), sizeof(e), 4096};
	e.p[1] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 0x10, 0x402010, 0,
			      0x20, 0x3000, 4096};
	i = file_with("elf", &e, sizeof(e));
	CHECK_EQ(elf_plan(l->proc, i, &image), 0);
	CHECK_EQ(image.count, 2);
	CHECK_EQ(image.start, 0x400100);
	CHECK_EQ(image.brk, 0x406000);
	CHECK_EQ(image.headers, 0x400040);
	CHECK_EQ(image.segments[1].address, 0x402000);
	CHECK_EQ(image.segments[1].offset, 0);
	CHECK_EQ(image.segments[1].file_size, 0x30);
	exec_image_done(&image);
	inode_unref(i);
	/* Every header field hostile: refused or planned, never worse. */
	for (size_t at = 0; at < sizeof(e.h) + sizeof(e.p); at++) {
		uint8_t old = ((uint8_t *)&e)[at];
		image = (struct exec_image){0};
		((uint8_t *)&e)[at] = 0xff;
		i = file_with("elf", &e, sizeof(e));
		elf_plan(l->proc, i, &image);
		exec_image_done(&image);
		inode_unref(i);
		((uint8_t *)&e)[at] = old;
	}
	fake_exit(l, 0);
}

static void scripts_name_interpreters(void)
{
	struct lwp *l = fake_boot();
	static const char script[] = "#! /elf  -x y \nrest";
	static const char data[] = "/script\0script\0one";
	const uint64_t words[6] = {(uint64_t)AT_FDCWD, 8, 2, 0, 0, 0};
	struct inode *i = file_with("script", script, sizeof(script) - 1);
	struct outcome out;

	inode_unref(i);
	fake_start(l, &out, UX_EXECVE, words, data, sizeof(data));
	CHECK_EQ(out.result, CALL_NO_REPLY);
	CHECK(!strcmp(l->proc->cmdline, "/elf"));
	CHECK(!strcmp(l->proc->cmdline + 5, "-x y"));
	CHECK(!strcmp(l->proc->cmdline + 10, "/script"));
	CHECK(!strcmp(l->proc->cmdline + 18, "one"));
	CHECK(!strcmp(l->proc->comm, "script"));
	fake_start(l, &out, UX_EXECVE, words, data, sizeof(data) - 1);
	CHECK_EQ(out.result, -EINVAL);
	fake_exit(l, 0);
}

int main(void)
{
	struct lwp *l = fake_boot();

	RUN(link_runs_a_command);
	RUN(link_follows_a_dead_one);
	RUN(link_refuses_nonsense);
	RUN(cpio_makes_the_tree);
	RUN(stack_is_laid_out);
	RUN(elf_is_planned);
	RUN(scripts_name_interpreters);
	fake_exit(l, 0);
	return check_done();
}
