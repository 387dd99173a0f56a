/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel command line. Runs once at boot, before anything else looks at
 * an option; the words are copied, so option values stay valid for ever.
 */
#include <kern/options.h>

#include <arch/boot.h>
#include <kern/panic.h>
#include <kern/string.h>

struct kernel_options kernel_options = {
	.test = "",
	.plant = "",
	.memory_fill = ~0u,
};

static char words[BOOT_CMDLINE_MAX];

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

/* A whole decimal or 0x number up to max. */
static bool number(const char *s, uint64_t max, uint64_t *value)
{
	int base = 10;
	uint64_t n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		base = 16;
		s += 2;
	}
	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (digit(*s) >= base ||
		    __builtin_mul_overflow(n, base, &n) ||
		    __builtin_add_overflow(n, digit(*s), &n))
			return false;
	}
	*value = n;
	return n <= max;
}

static bool set_page_size(const char *value)
{
	uint64_t n;

	if (!number(value, 1 << 20, &n) || n == 0 || (n & (n - 1)) != 0)
		return false;
	kernel_options.page_size = (uint32_t)n;
	return true;
}

static bool set_test(const char *value)
{
	kernel_options.test = value;
	return *value != '\0';
}

static bool set_plant(const char *value)
{
	kernel_options.plant = value;
	return *value != '\0';
}

static bool set_seed(const char *value)
{
	kernel_options.deterministic = true;
	return number(value, UINT64_MAX, &kernel_options.seed);
}

static bool set_fill(const char *value)
{
	uint64_t n;

	if (!number(value, 0xff, &n))
		return false;
	kernel_options.memory_fill = (uint32_t)n;
	return true;
}

static bool set_cpus(const char *value)
{
	uint64_t n;

	if (!number(value, UINT32_MAX, &n) || n == 0)
		return false;
	kernel_options.cpus = (uint32_t)n;
	return true;
}

static bool set_dump(const char *value)
{
	kernel_options.dump = true;
	return *value == '\0';
}

static bool set_verbose(const char *value)
{
	kernel_options.verbose = true;
	return *value == '\0';
}

static const struct option {
	const char *name;
	bool (*set)(const char *value);
} options[] = {
	{ "page_size", set_page_size },
	{ "test", set_test },
	{ "plant", set_plant },
	{ "seed", set_seed },
	{ "fill", set_fill },
	{ "cpus", set_cpus },
	{ "dump", set_dump },
	{ "verbose", set_verbose },
};

/* One word, cut at its '='. */
static bool parse_word(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (strcmp(name, options[i].name) != 0)
			continue;
		if (options[i].set(value))
			return true;
		klog("kernel option %s: '%s' is not a legal value", name,
		     value);
		return false;
	}
	klog("unknown kernel option: %s", name);
	return false;
}

/* Ends the word at *at, moves *at behind it, and returns its value. */
static const char *cut_word(char **at)
{
	char *value = NULL;
	char *p = *at;

	for (; *p != '\0' && *p != ' '; p++) {
		if (*p == '=' && value == NULL) {
			*p = '\0';
			value = p + 1;
		}
	}
	*at = *p == '\0' ? p : p + 1;
	*p = '\0';
	return value != NULL ? value : p;
}

bool options_parse(const char *cmdline)
{
	char *at = words;
	size_t n = strlen(cmdline);
	bool ok = true;

	if (n >= sizeof(words)) {
		klog("kernel command line is longer than %zu bytes",
		     sizeof(words) - 1);
		return false;
	}
	memcpy(words, cmdline, n + 1);
	for (;;) {
		const char *name, *value;

		while (*at == ' ')
			at++;
		if (*at == '\0')
			break;
		name = at;
		value = cut_word(&at);
		ok = parse_word(name, value) && ok;
	}
	return ok;
}
