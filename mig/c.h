/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C back end. One file of it per file that is generated, and three that
 * these share: names and types (c_names.c), structures and type words
 * (c_message.c), the checks a received message must pass (c_check.c).
 */
#ifndef MIG_C_H
#define MIG_C_H

#include <stdio.h>

#include "model.h"

/* What the two message dialects and the kernel do differently. */
struct c_idiom {
	const char *suffix; /* of helper functions */
	const char *header; /* type of a message header */
	const char *port;   /* type of a port */
	const char *prefix; /* of type names in type words */
	const char *id;	    /* header fields */
	const char *size;
	const char *request_port; /* as the receiver finds it */
	const char *reply_port;
	const char *seqno;
};

extern const struct c_idiom c_mach3;
extern const struct c_idiom c_mach25;

/* A file being written. */
struct c_file {
	FILE *file;
	const char *name;
	const struct interface *interface;
	const struct c_idiom *idiom;
	bool kernel;
	int depth;
	unsigned width; /* of lines; 0: the usual */
};

/* ---- writing ---- */

/* One line: indented, newline added. */
void c_line(struct c_file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void c_blank(struct c_file *f);
/* The second line of something: indented by half a level more. */
void c_continue(struct c_file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A local variable: "TYPE NAME;", the star of a pointer next to the name. */
void c_local(struct c_file *f, const char *type, const char *name);
void c_open(struct c_file *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));	  /* a line, then deeper */
void c_close(struct c_file *f, const char *text); /* shallower, then a line */

/* ---- names and types (c_names.c) ---- */

enum c_param {
	C_VALUE,
	C_POLY,
	C_COUNT,
	C_SCOPY,
	C_DEALLOC,
	C_PARAMS,
};

/* Which parameters an argument has on a side, in their order; their number. */
unsigned c_params(const struct c_file *f, const struct arg *arg, unsigned side,
		  enum c_param out[C_PARAMS]);
/* The parameter's name: data, dataPoly, dataCnt ... */
const char *c_param_name(const struct arg *arg, enum c_param param);
/* "vm_size_t size", "mach_msg_type_number_t *dataCnt" */
const char *c_param_declaration(const struct c_file *f, const struct arg *arg,
				enum c_param param, unsigned side);
/* Is the parameter a pointer to what the routine gives back? */
bool c_param_is_pointer(const struct arg *arg, enum c_param param);

/* The C type of an argument on a side. */
const char *c_type(const struct c_file *f, const struct arg *arg,
		   unsigned side);
/* The same before intran, after outtran. */
const char *c_wire_type(const struct c_file *f, const struct type *type,
			unsigned side);
const char *c_return_type(const struct c_file *f, const struct routine *routine,
			  unsigned side);

/* HEAD(ITEM, ITEM)END, wrapped; the items are collected one by one. */
struct c_list {
	const char *text; /* what the line has so far */
	unsigned count;
};
void c_list_begin(struct c_file *f, struct c_list *list, const char *head);
void c_list_add(struct c_file *f, struct c_list *list, const char *item);
void c_list_end(struct c_file *f, struct c_list *list, const char *end);

/* "kern_return_t\nNAME(...)": a routine's head, its parameters wrapped. */
void c_prototype(struct c_file *f, const struct routine *routine, unsigned side,
		 const char *end);
/*
 * A procedure or function has an inner stub that returns a code and, through
 * a pointer, the result: static kern_return_t call_NAME(...).
 */
void c_inner_prototype(struct c_file *f, const struct routine *routine);
const char *c_user_name(const struct routine *routine);
const char *c_server_name(const struct routine *routine);

/* ---- messages (c_message.c) ---- */

/* How an item's value gets in and out of its field. */
enum c_access {
	C_ASSIGN, /* field = value */
	C_COPY,	  /* memory copy of a value */
	C_BYTES,  /* memory copy of what a pointer names */
	C_STRING,
	C_TAIL,	   /* data behind the segment */
	C_POINTER, /* out of line */
	C_EITHER,  /* array[] */
};
enum c_access c_access(const struct type *type);

/* struct NAME0, NAME1 ...: the segments, with assertions about their sizes. */
void c_structures(struct c_file *f, const struct message *message,
		  const char *name);
/* MACH_MSG_TYPE_...: what a sender writes, what a receiver sees. */
const char *c_sent_code(const struct c_file *f, const struct ipc_name *name);
const char *c_received_code(const struct c_file *f,
			    const struct ipc_name *name);
/* The type word an item is sent with; `number` is an expression. */
const char *c_sent_word(const struct c_file *f, const struct arg *arg,
			const char *number);
/* Asserts that C types have the size that travels. */
void c_assert_types(struct c_file *f, const struct routine *routine,
		    unsigned side);
/* Must elements be copied before they are used, because of alignment? */
bool c_is_local_array(const struct type *type);
/* EXPRESSION * multiplier, EXPRESSION * bytes of an element */
const char *c_number(const struct type *type, const char *count);
const char *c_size(const struct type *type, const char *count);
/* The type name that an item of a received message bears. */
const char *c_poly_value(const struct c_file *f, const char *base,
			 const struct item *item);

/* ---- checks (c_check.c) ---- */

/* What a message that was received must be. */
struct c_check {
	const struct message *message;
	const char *base;      /* "In" or "Out": prefix of segment pointers */
	const char *structure; /* "Request" or "Reply" */
	const char *size;      /* expression: bytes received */
	bool room;	       /* what is short can be read all the same */
	const char *wrong;     /* further condition that must not hold; NULL */
	const char *fail;      /* statement when something is wrong */
	const char *too_long;  /* statement when a count exceeds 32 bits */
};

/* Declares what the checks compute: segment pointers, NAMENum (elements),
 * NAMETail (bytes behind the segment). */
void c_check_locals(struct c_file *f, const struct c_check *check);
void c_checks(struct c_file *f, const struct c_check *check);

/* ---- writing a request (c_fill.c) ---- */

/* Does its length vary? Then the stub keeps it in InSize. */
bool c_fill_is_varying(const struct message *message);
void c_fill_locals(struct c_file *f, const struct message *message);
void c_fill_limits(struct c_file *f, const struct message *message);
void c_fill(struct c_file *f, const struct message *message);
/* NULL, or when a request that is not surely complex is so all the same. */
const char *c_fill_complex(const struct c_file *f,
			   const struct message *message);

/* ---- the files ---- */

void c_write_header(struct c_file *f);
void c_write_server_header(struct c_file *f);
void c_write_user(struct c_file *f);
void c_write_server(struct c_file *f, bool symbols);
void c_write_description(struct c_file *f);

/* The prototypes of all routines on a side. */
void c_write_prototypes(struct c_file *f, unsigned side);
/* First lines, includes, imports of a side. */
void c_preamble(struct c_file *f, const char *what, unsigned side);

#endif
