/* SPDX-License-Identifier: BSD-2-Clause */
/* Codes of generated stubs, and the reply that carries nothing but a code. */
#ifndef MACH_MIG_ERRORS_H
#define MACH_MIG_ERRORS_H

#include <mach/message.h>

#define MIG_TYPE_ERROR	    (-300) /* client: the reply has another shape */
#define MIG_REPLY_MISMATCH  (-301) /* client: the reply has another id */
#define MIG_REMOTE_ERROR    (-302) /* server reported an error */
#define MIG_BAD_ID	    (-303) /* server: no such request */
#define MIG_BAD_ARGUMENTS   (-304) /* server: the request has another shape */
#define MIG_NO_REPLY	    (-305) /* server will answer later, or never */
#define MIG_EXCEPTION	    (-306)
#define MIG_ARRAY_TOO_LARGE (-307) /* client: more data than fit */
#define MIG_SERVER_DIED	    (-308)
#define MIG_DESTROY_REQUEST (-309) /* server: destroy it, answer nothing */

typedef struct {
	mach_msg_header_t Head;
	mach_msg_type_t RetCodeType;
	kern_return_t RetCode;
} mig_reply_header_t;

/* The manual's name for it. */
typedef struct {
	msg_header_t Head;
	msg_type_t RetCodeType;
	kern_return_t RetCode;
} death_pill_t;

typedef struct mig_symtab {
	const char *ms_routine_name;
	int ms_routine_number;
	void (*ms_routine)(void);
} mig_symtab_t;

#endif
