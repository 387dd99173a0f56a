/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded formatted print: the conversions d i u x X p s c %, with flags - and
 * 0, width and precision (numbers or *), and sizes hh h l ll z j t. No floating
 * point, no locks, usable anywhere.
 */
#include <kern/string.h>

#include <stdbool.h>

struct out {
	char *buf;
	size_t size;
	size_t used; /* what an endless buffer would hold */
};

struct spec {
	bool left, zero, upper, negative;
	int width, precision; /* -1: none given */
	unsigned length;      /* bytes of the argument */
};

static void put(struct out *o, char c)
{
	if (o->used + 1 < o->size)
		o->buf[o->used] = c;
	o->used++;
}

static void pad(struct out *o, char c, int n)
{
	for (; n > 0; n--)
		put(o, c);
}

static void put_text(struct out *o, const struct spec *s, const char *text)
{
	int n = 0;

	if (text == NULL)
		text = "(null)";
	while ((s->precision < 0 || n < s->precision) && text[n] != '\0')
		n++;
	if (!s->left)
		pad(o, ' ', s->width - n);
	for (int i = 0; i < n; i++)
		put(o, text[i]);
	if (s->left)
		pad(o, ' ', s->width - n);
}

static void put_number(struct out *o, const struct spec *s, uint64_t value,
		       unsigned base, const char *prefix)
{
	const char *digits = s->upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char text[24];
	int n = 0, zeros, total;

	for (; value != 0 || (n == 0 && s->precision != 0); value /= base)
		text[n++] = digits[value % base];
	zeros = s->precision > n ? s->precision - n : 0;
	total = n + zeros + (int)strlen(prefix) + s->negative;
	if (s->zero && !s->left && s->precision < 0 && s->width > total) {
		zeros = s->width - total;
		total = s->width;
	}
	if (!s->left)
		pad(o, ' ', s->width - total);
	if (s->negative)
		put(o, '-');
	for (; *prefix != '\0'; prefix++)
		put(o, *prefix);
	pad(o, '0', zeros);
	while (n > 0)
		put(o, text[--n]);
	if (s->left)
		pad(o, ' ', s->width - total);
}

/* A number of the format itself, or its argument for '*'. */
static const char *read_number(const char *f, int *value, va_list *args)
{
	if (*f == '*') {
		*value = va_arg(*args, int);
		return f + 1;
	}
	for (*value = 0; *f >= '0' && *f <= '9'; f++)
		*value = *value * 10 + (*f - '0');
	return f;
}

static const char *read_length(const char *f, struct spec *s)
{
	s->length = sizeof(int);
	for (;; f++) {
		if (*f == 'l' || *f == 'z' || *f == 'j' || *f == 't')
			s->length = sizeof(long);
		else if (*f == 'h')
			s->length = s->length == 2 ? 1 : 2;
		else
			return f;
	}
}

static const char *read_spec(const char *f, struct spec *s, va_list *args)
{
	*s = (struct spec){ .precision = -1 };
	for (;; f++) {
		if (*f == '-')
			s->left = true;
		else if (*f == '0')
			s->zero = true;
		else if (*f != '#' && *f != '+' && *f != ' ')
			break;
	}
	f = read_number(f, &s->width, args);
	if (s->width < 0) {
		s->left = true;
		s->width = -s->width;
	}
	if (*f == '.')
		f = read_number(f + 1, &s->precision, args);
	return read_length(f, s);
}

static uint64_t signed_argument(struct spec *s, va_list *args)
{
	int64_t v = s->length == sizeof(long) ? va_arg(*args, long) :
						va_arg(*args, int);

	if (s->length == 1)
		v = (signed char)v;
	else if (s->length == 2)
		v = (short)v;
	s->negative = v < 0;
	return s->negative ? 0 - (uint64_t)v : (uint64_t)v;
}

static uint64_t unsigned_argument(const struct spec *s, va_list *args)
{
	uint64_t v = s->length == sizeof(long) ? va_arg(*args, unsigned long) :
						 va_arg(*args, unsigned);

	if (s->length < 4)
		v &= s->length == 1 ? 0xff : 0xffff;
	return v;
}

static void convert(struct out *o, struct spec *s, char c, va_list *args)
{
	switch (c) {
	case 'd':
	case 'i':
		put_number(o, s, signed_argument(s, args), 10, "");
		break;
	case 'u':
		put_number(o, s, unsigned_argument(s, args), 10, "");
		break;
	case 'X':
		s->upper = true;
		put_number(o, s, unsigned_argument(s, args), 16, "");
		break;
	case 'x':
		put_number(o, s, unsigned_argument(s, args), 16, "");
		break;
	case 'p':
		put_number(o, s, (uintptr_t)va_arg(*args, void *), 16, "0x");
		break;
	case 's':
		put_text(o, s, va_arg(*args, const char *));
		break;
	case 'c':
		put(o, (char)va_arg(*args, int));
		break;
	default: /* '%', or our own mistake: shown as it stands */
		if (c != '%')
			put(o, '%');
		put(o, c);
	}
}

int kvsnprintf(char *buf, size_t size, const char *format, va_list list)
{
	struct out o = { buf, size, 0 };
	va_list args;

	va_copy(args, list);
	while (*format != '\0') {
		struct spec s;

		if (*format != '%') {
			put(&o, *format++);
			continue;
		}
		format = read_spec(format + 1, &s, &args);
		if (*format == '\0')
			break;
		convert(&o, &s, *format++, &args);
	}
	va_end(args);
	buf[o.used < size ? o.used : size - 1] = '\0';
	return (int)o.used;
}

int ksnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = kvsnprintf(buf, size, format, args);
	va_end(args);
	return n;
}
