/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a definitions file means: one interface, its types, its routines, and
 * the layout of every message. The front end builds this, back ends read it;
 * it knows no target language beyond the type names the user gave.
 */
#ifndef MIG_MODEL_H
#define MIG_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "diag.h"

/* ---- types ---- */

enum ipc_class {
	IPC_INTEGER,
	IPC_REAL,
	IPC_BYTES,
	IPC_STRING,
	IPC_PORT,
	IPC_POLYMORPHIC, /* the name is an argument of its own */
};

/* A type name of the message format. */
struct ipc_name {
	const char *name; /* after MACH_MSG_TYPE_ or MSG_TYPE_ */
	enum ipc_class class;
	unsigned sent;	   /* code in a message that is sent */
	unsigned received; /* code in the same message when it arrives */
	unsigned bits;	   /* usual size; 0: must be given */
	const char *received_name;
};

/* The name with or without prefix, in any case; NULL if there is none. */
const struct ipc_name *ipc_name_lookup(const char *text);
extern const struct ipc_name ipc_polymorphic;
extern const struct ipc_name ipc_string;

enum type_form {
	FORM_SCALAR,
	FORM_STRUCT, /* several base items, by value */
	FORM_ARRAY,  /* several base items, by reference */
	FORM_STRING, /* NUL-terminated characters, by reference */
};

enum choice {
	CHOICE_UNSET,
	CHOICE_NO,
	CHOICE_YES,
	CHOICE_RUN_TIME, /* dealloc[]: an argument says */
};

/* A function that turns one representation into the other. */
struct translation {
	const char *type; /* result */
	const char *function;
	const char *parameter;
};

struct type {
	const char *name; /* NULL: written in place */
	struct pos pos;
	const struct ipc_name *send;	/* what the sender calls it */
	const struct ipc_name *receive; /* what the receiver expects */
	unsigned bits;			/* of one base item */
	uint64_t count; /* base items; at most, if varying; 0: no limit */
	enum type_form form;
	bool varying;	  /* the number travels */
	bool out_of_line; /* ^ */
	bool indefinite;  /* array[]: in line if small, else out of line */
	const struct type *element; /* FORM_ARRAY, and FORM_STRUCT of n */
	enum choice dealloc;
	enum choice is_long;
	const char *user_type;	 /* cusertype or ctype */
	const char *server_type; /* cservertype or ctype */
	struct translation intran;
	struct translation outtran;
	struct translation intranpayload;
	struct translation destructor; /* function and parameter only */
};

/* Base items per element: what one unit of a count stands for. */
uint64_t type_multiplier(const struct type *type);
/* Bytes of the whole item, not padded; of an unlimited one 0. */
uint64_t type_bytes(const struct type *type);
/* Bytes of one element, which is what counts count. */
uint64_t type_element_bytes(const struct type *type);
bool type_has_ports(const struct type *type);
bool type_is_polymorphic_sent(const struct type *type);
bool type_is_polymorphic_received(const struct type *type);

/* ---- routines ---- */

enum arg_role {
	ROLE_DATA,
	ROLE_REQUEST_PORT,
	ROLE_REPLY_PORT, /* of both sides, or of one: see sides */
	ROLE_WAIT_TIME,
	ROLE_MSG_TYPE,
	ROLE_MSG_OPTION,
	ROLE_MSG_SEQNO,
	ROLE_RESULT, /* of a function: travels as an out argument */
};

enum {
	SIDE_USER = 1,
	SIDE_SERVER = 2,
	SIDE_BOTH = 3,
};

enum {
	DIR_IN = 1,
	DIR_OUT = 2,
};

struct arg {
	const char *name;
	struct pos pos;
	const struct type *type;
	enum arg_role role;
	unsigned sides;
	unsigned direction;
	enum choice dealloc;
	enum choice is_long;
	bool server_copy;
	bool count_in_out;
	bool retcode;
	bool long_form; /* decided from is_long and the type */
};

enum routine_kind {
	ROUTINE,
	PROCEDURE, /* no return code */
	FUNCTION,  /* returns an argument */
};

/* Each applies to the routines that follow it; NULL: not set. */
struct settings {
	const char *server_prefix;
	const char *user_prefix;
	const char *wait_time;
	const char *msg_type;
	const char *msg_option;
	const char *error;
};

enum item_kind {
	ITEM_RETCODE,
	ITEM_DATA,
	ITEM_COUNT, /* the client's capacity, of a countinout argument */
};

/* One type word and what follows it. */
struct item {
	enum item_kind kind;
	const struct arg *arg; /* NULL for ITEM_RETCODE */
	unsigned segment;
	uint32_t word_bytes;  /* 4 or 16 */
	uint32_t fixed_bytes; /* after the word, in the segment, padded */
	uint32_t tail_bytes;  /* at most, behind the segment, padded */
};

/*
 * A segment is what has a fixed layout: it ends with the type word of an item
 * whose length varies, whose data follow the segment in line.
 *
 *	| header, items ..., word | data | items ..., word | data | items |
 *	|<----- segment 0 ------->|      |<-- segment 1 -->|      |<- 2 ->|
 */
struct segment {
	uint32_t bytes;	     /* of segment 0 the header included */
	uint32_t max_offset; /* with all earlier data at their longest */
};

#define MESSAGE_HEADER_BYTES  24
#define MESSAGE_RETCODE_BYTES 32 /* a reply that carries a code only */
#define MESSAGE_BYTES_MAX     65536
/* An array[] of at most so many bytes travels in line. */
#define MESSAGE_INDEFINITE_BYTES 2048

struct message {
	struct item *items;
	unsigned item_count;
	struct segment *segments;
	unsigned segment_count;
	uint32_t min_bytes;
	uint32_t max_bytes;
	bool complex;	     /* certainly carries ports or memory */
	bool may_be_complex; /* depends on polymorphic or indefinite items */
};

struct routine {
	const char *name;
	struct pos pos;
	enum routine_kind kind;
	bool simple; /* no reply */
	int32_t id;
	struct arg **args;
	unsigned arg_count;
	struct settings settings;
	/* Found among the arguments; NULL if not there. */
	const struct arg *request_port;
	const struct arg *reply_port;	     /* the client says */
	const struct arg *server_reply_port; /* the server sees */
	const struct arg *wait_time;
	const struct arg *msg_type;
	const struct arg *msg_option;
	const struct arg *msg_seqno;
	const struct arg *retcode;
	const struct arg *result;
	struct message request;
	struct message reply;
};

struct import {
	const char *file; /* with its quotes or brackets */
	unsigned sides;
};

struct interface {
	const char *name;
	struct pos pos;
	bool kernel_server;
	bool kernel_user;
	int32_t base;
	int32_t id_count; /* ids used, skipped ones included */
	struct type **types;
	unsigned type_count;
	struct routine **routines;
	unsigned routine_count;
	struct import *imports;
	unsigned import_count;
	const char *server_demux; /* never NULL after parsing */
	const char *rcs_id;
};

/* Completes and checks a routine; errors are reported. */
void check_routine(struct routine *routine);
/* Checks what only the whole shows. */
void check_interface(const struct interface *interface);
/* Lays out both messages. */
void layout_routine(struct routine *routine);

#endif
