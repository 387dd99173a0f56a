/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ksyms KERNEL: writes the assembly text of the table of functions in KERNEL,
 * as kernel/kern/ksyms.c reads it.  `ksyms --empty` writes an empty table, for
 * the first of the link passes.
 *
 * A symbol is taken when it is a function, or untyped in an executable section
 * (assembly).  Of several at one address the first global one stays.
 */
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
	uint64_t address;
	const char *name;
	bool global;
};

struct image {
	const uint8_t *bytes;
	size_t size;
	const Elf64_Shdr *sections;
	size_t section_count;
};

static void __attribute__((noreturn)) fail(const char *what)
{
	fprintf(stderr, "ksyms: %s\n", what);
	exit(1);
}

static struct image image_read(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct image im = {};
	uint8_t *bytes;
	long size;

	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		fail("cannot read the kernel");
	rewind(f);
	bytes = malloc((size_t)size + 1);
	if (bytes == NULL || fread(bytes, 1, (size_t)size, f) != (size_t)size)
		fail("cannot read the kernel");
	fclose(f);
	im.bytes = bytes;
	im.size = (size_t)size;
	return im;
}

static void image_check(struct image *im)
{
	const Elf64_Ehdr *eh = (const void *)im->bytes;

	if (im->size < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG) ||
	    eh->e_ident[EI_CLASS] != ELFCLASS64)
		fail("not a 64-bit ELF file");
	if (eh->e_shoff > im->size ||
	    eh->e_shnum > (im->size - eh->e_shoff) / sizeof(Elf64_Shdr))
		fail("section table outside the file");
	im->sections = (const void *)(im->bytes + eh->e_shoff);
	im->section_count = eh->e_shnum;
	for (size_t i = 0; i < im->section_count; i++) {
		const Elf64_Shdr *s = &im->sections[i];

		if (s->sh_type != SHT_NOBITS &&
		    (s->sh_offset > im->size ||
		     s->sh_size > im->size - s->sh_offset))
			fail("section outside the file");
	}
}

static bool is_code(const struct image *im, const Elf64_Sym *s)
{
	int type = ELF64_ST_TYPE(s->st_info);

	if (s->st_shndx == SHN_UNDEF || s->st_shndx >= im->section_count)
		return false;
	if (!(im->sections[s->st_shndx].sh_flags & SHF_EXECINSTR))
		return false;
	return type == STT_FUNC || type == STT_NOTYPE;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a;
	const struct symbol *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	if (x->global != y->global)
		return x->global ? -1 : 1;
	return strcmp(x->name, y->name);
}

static const Elf64_Shdr *symbol_section(const struct image *im)
{
	for (size_t i = 0; i < im->section_count; i++)
		if (im->sections[i].sh_type == SHT_SYMTAB &&
		    im->sections[i].sh_link < im->section_count)
			return &im->sections[i];
	fail("no symbol table");
}

/* All code symbols, sorted, one per address.  Returns their number. */
static size_t collect(const struct image *im, struct symbol **out)
{
	const Elf64_Shdr *sec = symbol_section(im);
	const Elf64_Sym *syms = (const void *)(im->bytes + sec->sh_offset);
	const Elf64_Shdr *str = &im->sections[sec->sh_link];
	size_t n = sec->sh_size / sizeof(*syms);
	struct symbol *v = calloc(n + 1, sizeof(*v));
	size_t count = 0;
	size_t kept = 0;

	if (v == NULL)
		fail("out of memory");
	for (size_t i = 0; i < n; i++) {
		if (!is_code(im, &syms[i]) || syms[i].st_name >= str->sh_size)
			continue;
		v[count].address = syms[i].st_value;
		v[count].name = (const char *)im->bytes + str->sh_offset +
				syms[i].st_name;
		v[count].global = ELF64_ST_BIND(syms[i].st_info) != STB_LOCAL;
		count += v[count].name[0] != '\0';
	}
	qsort(v, count, sizeof(*v), by_address);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || v[kept - 1].address != v[i].address)
			v[kept++] = v[i];
	*out = v;
	return kept;
}

/*
 * Boot code is linked low and the kernel high.  The table covers the 4 GiB
 * that end with the highest code: an offset has 32 bits.
 */
static uint64_t text_end(const struct image *im)
{
	uint64_t end = 0;

	for (size_t i = 0; i < im->section_count; i++) {
		const Elf64_Shdr *s = &im->sections[i];

		if ((s->sh_flags & SHF_EXECINSTR) && s->sh_size != 0 &&
		    s->sh_addr + s->sh_size > end)
			end = s->sh_addr + s->sh_size;
	}
	return end;
}

static void put_head(uint64_t base, size_t count)
{
	printf("\t.section .rodata.ksyms, \"a\"\n\t.balign 8\n");
	printf("\t.globl ksyms_base, ksyms_count, ksyms_table, ksyms_names\n");
	printf("ksyms_base:\t.quad %#llx\n", (unsigned long long)base);
	printf("ksyms_count:\t.long %zu\n", count);
	printf("ksyms_table:\n");
}

static void put_table(const struct symbol *v, size_t n, uint64_t end)
{
	uint64_t base = n > 0 ? v[0].address : 0;
	size_t name = 0;

	put_head(base, n > 0 ? n + 1 : 0);
	for (size_t i = 0; i < n; i++) {
		printf("\t.long %#llx, %zu\n",
		       (unsigned long long)(v[i].address - base), name);
		name += strlen(v[i].name) + 1;
	}
	printf("\t.long %#llx, %zu\n", (unsigned long long)(end - base), name);
	printf("ksyms_names:\n");
	for (size_t i = 0; i < n; i++)
		printf("\t.asciz \"%s\"\n", v[i].name);
	printf("\t.asciz \"\"\n");
	printf("\t.section .note.GNU-stack, \"\", @progbits\n");
}

int main(int argc, char **argv)
{
	struct image im;
	struct symbol *v;
	size_t n;
	size_t low = 0;
	uint64_t end;

	if (argc != 2)
		fail("usage: ksyms KERNEL | --empty");
	if (strcmp(argv[1], "--empty") == 0) {
		put_table(NULL, 0, 0);
		return 0;
	}
	im = image_read(argv[1]);
	image_check(&im);
	end = text_end(&im);
	n = collect(&im, &v);
	while (low < n && end - v[low].address >= UINT32_MAX)
		low++;
	put_table(v + low, n - low, end);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
