/* SPDX-License-Identifier: BSD-2-Clause */
/* Types and codes of the bootstrap server's interface. */
#ifndef SERVERS_BOOTSTRAP_DEFS_H
#define SERVERS_BOOTSTRAP_DEFS_H

#include <mach/boolean.h>
#include <mach/port.h>

#define BOOTSTRAP_MAX_NAME_LEN	 128
#define BOOTSTRAP_MAX_CMD_LEN	 512
#define BOOTSTRAP_MAX_LOOKUP_COUNT 20
#define MAX_LOOKUP_COUNT	 BOOTSTRAP_MAX_LOOKUP_COUNT

typedef char name_t[BOOTSTRAP_MAX_NAME_LEN];
typedef const char *const_name_t; /* arguments: at most 127 characters */
typedef char cmd_t[BOOTSTRAP_MAX_CMD_LEN];
typedef const char *const_cmd_t;
typedef name_t *name_array_t;
typedef boolean_t *bool_array_t;

#define BOOTSTRAP_SUCCESS	  0
#define BOOTSTRAP_NOT_PRIVILEGED  1100
#define BOOTSTRAP_NAME_IN_USE	  1101
#define BOOTSTRAP_UNKNOWN_SERVICE 1102
#define BOOTSTRAP_SERVICE_ACTIVE  1103
#define BOOTSTRAP_BAD_COUNT	  1104
#define BOOTSTRAP_NO_MEMORY	  1105 /* or the session has all it may */

#define BOOTSTRAP_STATUS_INACTIVE  0
#define BOOTSTRAP_STATUS_ACTIVE	   1
#define BOOTSTRAP_STATUS_ON_DEMAND 2

/* What bootstrap_authority hands to servers that the configuration trusts. */
#define BOOTSTRAP_HOST_PRIV	0
#define BOOTSTRAP_PSET_CONTROL	1
#define BOOTSTRAP_DEVICE_MASTER 2
#define BOOTSTRAP_ARCHIVE	3 /* memory entry of the boot archive, read-only */

#endif
