/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strings against the C library's, printing, the command line, random numbers
 * against the RFC's, the log.
 */
#include <arch/boot.h>
#include <host.h>
#include <kern/chacha.h>
#include <kern/charge.h>
#include <kern/options.h>
#include <kern/panic.h>
#include <kern/random.h>
#include <kern/string.h>

#include "check.h"

#include <stdlib.h>

/* What string.c calls its functions here (string_names.h). */
void *kernel_memcpy(void *restrict to, const void *restrict from, size_t n);
void *kernel_memmove(void *to, const void *from, size_t n);
void *kernel_memset(void *to, int byte, size_t n);
int kernel_memcmp(const void *a, const void *b, size_t n);
size_t kernel_strlen(const char *s);
int kernel_strcmp(const char *a, const char *b);
int kernel_strncmp(const char *a, const char *b, size_t n);

static unsigned char a[512], b[512], c[512];

static void fill(void)
{
	for (size_t i = 0; i < sizeof(a); i++)
		a[i] = b[i] = c[i] = (unsigned char)rand();
}

static void copies_like_the_library(void)
{
	for (size_t n = 0; n < 140; n++)
		for (size_t shift = 0; shift < 9; shift++) {
			fill();
			memcpy(b, a, sizeof(a));
			memcpy(c, a, sizeof(a));
			CHECK(kernel_memcpy(b + 200 + shift, a + 3, n) ==
			      b + 200 + shift);
			memcpy(c + 200 + shift, a + 3, n);
			CHECK(memcmp(b, c, sizeof(b)) == 0);
			CHECK(kernel_memset(b + shift, (int)n, n) == b + shift);
			memset(c + shift, (int)n, n);
			CHECK(memcmp(b, c, sizeof(b)) == 0);
		}
}

static void moves_overlapping_memory(void)
{
	for (size_t n = 0; n < 100; n++)
		for (int distance = -40; distance <= 40; distance++) {
			fill();
			memcpy(c, b, sizeof(b));
			kernel_memmove(b + 100 + distance, b + 100, n);
			memmove(c + 100 + distance, c + 100, n);
			CHECK(memcmp(b, c, sizeof(b)) == 0);
		}
}

static int sign(int v)
{
	return (v > 0) - (v < 0);
}

static void compares_like_the_library(void)
{
	static const char *const texts[] = { "", "a", "ab", "b", "\xff", "abc" };

	for (size_t n = 0; n < 64; n++) {
		fill();
		memcpy(b, a, sizeof(a));
		CHECK_EQ(kernel_memcmp(a, b, n), 0);
		if (n > 0) {
			b[n - 1] ^= 0x80;
			CHECK_EQ(sign(kernel_memcmp(a, b, n)),
				 sign(memcmp(a, b, n)));
		}
	}
	for (int i = 0; i < 6; i++) {
		CHECK_EQ(kernel_strlen(texts[i]), strlen(texts[i]));
		for (int j = 0; j < 6; j++) {
			CHECK_EQ(sign(kernel_strcmp(texts[i], texts[j])),
				 sign(strcmp(texts[i], texts[j])));
			for (size_t n = 0; n < 4; n++)
				CHECK_EQ(sign(kernel_strncmp(texts[i],
							     texts[j], n)),
					 sign(strncmp(texts[i], texts[j], n)));
		}
	}
}

/* True: both print the same and say the same length. */
__attribute__((format(printf, 1, 2))) static bool same(const char *format, ...)
{
	char mine[64], theirs[64];
	va_list args, again;
	int n, m;

	va_start(args, format);
	va_copy(again, args);
	n = kvsnprintf(mine, sizeof(mine), format, args);
	m = vsnprintf(theirs, sizeof(theirs), format, again);
	va_end(args);
	va_end(again);
	if (n != m || strcmp(mine, theirs) != 0)
		printf("# \"%s\" (%d), not \"%s\" (%d)\n", mine, n, theirs, m);
	return n == m && strcmp(mine, theirs) == 0;
}

#define SAME(...) CHECK(same(__VA_ARGS__))

static void prints_like_the_library(void)
{
	SAME("plain %% text");
	SAME("%d %d %i", 0, -1, 2147483647);
	SAME("%u %x %X %lx", 4294967295u, 0xbeefu, 0xBEEFu, 0x123456789abcul);
	SAME("%ld %lu %lld %zu", -5000000000l, 5000000000ul, -7ll,
	     (size_t)123);
	SAME("%5d|%-5d|%05d|%5s|%-5s|", 42, 42, -42, "ab", "ab");
	SAME("%.3d %8.3x %.2s %.*s", 7, 255u, "abcdef", 3, "abcdef");
	SAME("%*d|%-*d|", 6, 1, 6, 2);
	SAME("%c%c", 'x', 'y');
	SAME("%hhu %hu %hd", (unsigned char)200, (unsigned short)60000,
	     (short)-3);
	SAME("%p", (void *)0x1234);
	SAME("%s %s %s %s %s %s %s", "this", "line", "is", "longer", "than",
	     "the", "buffer has room for, so it is cut");
	SAME("%.0d", 0);
	SAME("%ld", (long)INT64_MIN);
}

static void cuts_at_the_end_of_the_buffer(void)
{
	char buf[4] = "zzz";

	CHECK_EQ(ksnprintf(buf, 1, "%s", "abc"), 3);
	CHECK_STR(buf, "");
	CHECK_EQ(ksnprintf(buf, sizeof(buf), "%d", 123456), 6);
	CHECK_STR(buf, "123");
}

static void options_are_read(void)
{
	CHECK(options_parse("  seed=0x10 fill=0xA5  cpus=3 test=ipc "));
	CHECK(kernel_options.deterministic);
	CHECK_EQ(kernel_options.seed, 16);
	CHECK_EQ(kernel_options.memory_fill, 0xa5);
	CHECK_EQ(kernel_options.cpus, 3);
	CHECK_STR(kernel_options.test, "ipc");
	CHECK(options_parse("page_size=16384 verbose"));
	CHECK_EQ(kernel_options.page_size, 16384);
	CHECK(kernel_options.verbose);
	CHECK(options_parse(""));
}

static void wrong_options_are_refused(void)
{
	static const char *const wrong[] = {
		"nonsense",   "page_size=5000", "page_size=", "page_size=0",
		"fill=256",   "fill=x",		"cpus=0",     "cpus=-1",
		"seed=",      "seed=1x",	"test=",      "verbose=1",
		"=",	      "seed=18446744073709551616",
	};
	static char long_line[BOOT_CMDLINE_MAX + 10];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (options_parse(wrong[i]))
			CHECK_FAIL("'%s' was taken", wrong[i]);
	memset(long_line, 'a', sizeof(long_line) - 1);
	CHECK(!options_parse(long_line));
	kernel_options.memory_fill = ~0u;
}

/* RFC 8439, section 2.3.2. */
static void chacha_gives_the_rfc_block(void)
{
	static const uint32_t want[16] = {
		0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3,
		0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
		0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
		0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2,
	};
	static const uint32_t nonce[3] = { 0x09000000, 0x4a000000, 0 };
	unsigned char bytes[32];
	uint32_t key[8], out[16];

	for (int i = 0; i < 32; i++)
		bytes[i] = (unsigned char)i;
	memcpy(key, bytes, sizeof(key));
	chacha20_block(key, 1, nonce, out);
	CHECK(memcmp(out, want, sizeof(want)) == 0);
}

static void random_numbers_differ_and_repeat(void)
{
	unsigned char x[100], y[100], z[100];

	kernel_options.deterministic = true;
	kernel_options.seed = 42;
	random_bytes(x, sizeof(x));
	random_bytes(y, sizeof(y));
	CHECK(memcmp(x, y, sizeof(x)) != 0);
	random_stir(123); /* no effect when runs are to repeat */
	random_bytes(z, sizeof(z));
	CHECK(memcmp(y, z, sizeof(y)) != 0);
}

static void log_can_be_read_again(void)
{
	char text[200];
	uint64_t at = 0;
	size_t n;

	while (klog_read(&at, text, sizeof(text)) > 0)
		;
	klog("# line %d", 1);
	klog("# line 2\n");
	n = klog_read(&at, text, sizeof(text) - 1);
	text[n] = '\0';
	CHECK(strcmp(text, "# line 1\n# line 2\n") == 0);
	CHECK_EQ(klog_read(&at, text, sizeof(text)), 0);
	at = 0; /* what the ring has dropped is skipped */
	CHECK(klog_read(&at, text, 1) == 1);
}

static void charges_stop_at_the_limit(void)
{
	struct account *parent = account_create(NULL);
	struct account *x;

	CHECK(parent != NULL);
	parent->limit[CHARGE_PORTS] = 10;
	x = account_create(parent);
	CHECK_EQ(x->limit[CHARGE_PORTS], 10);
	CHECK(account_charge(x, CHARGE_PORTS, 7));
	CHECK(!account_charge(x, CHARGE_PORTS, 4));
	CHECK(!account_charge(x, CHARGE_PORTS, SIZE_MAX));
	CHECK_EQ(x->used[CHARGE_PORTS], 7);
	CHECK(account_charge(x, CHARGE_PORTS, 3));
	account_credit(x, CHARGE_PORTS, 7);
	account_unref(x);
	account_credit(x, CHARGE_PORTS, 3); /* the last reference */
	account_unref(parent);
}

static void all(void *arg)
{
	(void)arg;
	RUN(copies_like_the_library);
	RUN(moves_overlapping_memory);
	RUN(compares_like_the_library);
	RUN(prints_like_the_library);
	RUN(cuts_at_the_end_of_the_buffer);
	RUN(options_are_read);
	RUN(wrong_options_are_refused);
	RUN(chacha_gives_the_rfc_block);
	RUN(random_numbers_differ_and_repeat);
	RUN(log_can_be_read_again);
	RUN(charges_stop_at_the_limit);
}

int main(void)
{
	host_kernel_run(all, NULL);
	return check_done();
}
