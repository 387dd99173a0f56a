/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Terminals: line discipline and job control, without the wire. The wire's
 * side gives bytes to tty_input and takes what tty_output_take returns.
 */
#ifndef UX_TTY_H
#define UX_TTY_H

#include "call.h"
#include "file.h"

struct session;

#define TTY_INPUT_MAX  4096
#define TTY_OUTPUT_MAX 16384

/* The kernel's struct termios. */
struct tty_modes {
	uint32_t iflag, oflag, cflag, lflag;
	uint8_t line;
	uint8_t cc[19];
};

struct tty_size {
	uint16_t rows, columns, xpixel, ypixel;
};

struct tty {
	struct tty_modes modes;
	struct tty_size size;
	struct session *session;
	int foreground; /* process group, 0 none */
	uint8_t input[TTY_INPUT_MAX];
	bool line_end[TTY_INPUT_MAX]; /* a line (or EOF) ends after it */
	unsigned in_start, in_used;
	unsigned lines;    /* complete lines in input */
	unsigned editing;  /* bytes of the unfinished line */
	bool literal;      /* ^V came */
	bool stopped;      /* ^S */
	bool hung_up;
	unsigned column;
	uint8_t output[TTY_OUTPUT_MAX];
	unsigned out_start, out_used;
	struct waitq readable, writable;
	void (*output_ready)(struct tty *); /* the wire should take */
};

extern struct tty tty_console;

void tty_init(struct tty *t);
void tty_input(struct tty *t, const uint8_t *bytes, unsigned count);
unsigned tty_output_take(struct tty *t, uint8_t *to, unsigned max);
void tty_set_size(struct tty *t, uint16_t rows, uint16_t columns);
void tty_hang_up(struct tty *t);

/* tty_out.c: one byte with output processing; false: no room. */
bool tty_put(struct tty *t, uint8_t byte);
/* Raw, for echo: dropped when there is no room. */
void tty_put_raw(struct tty *t, uint8_t byte);

/* tty_file.c */
extern const struct file_ops tty_ops;
/* The terminal becomes l's session's if it may. */
void tty_adopt(struct tty *t, struct proc *p);

#endif
