/* SPDX-License-Identifier: BSD-2-Clause */
/* Types and codes of the name server's interface. */
#ifndef SERVERS_NETNAME_DEFS_H
#define SERVERS_NETNAME_DEFS_H

typedef char netname_name_t[80];
typedef const char *const_netname_name_t; /* arguments: at most 79 characters */

#define NETNAME_SUCCESS	       0
#define NETNAME_PENDING	       (-1)
#define NETNAME_NOT_YOURS      1000
#define NAME_NOT_YOURS	       NETNAME_NOT_YOURS
#define NETNAME_NOT_CHECKED_IN 1001
#define NAME_NOT_CHECKED_IN    NETNAME_NOT_CHECKED_IN
#define NETNAME_NO_SUCH_HOST   1002
#define NETNAME_HOST_NOT_FOUND 1003
#define NETNAME_INVALID_PORT   1004

#endif
