/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The space of error codes: system (6 bits) | subsystem (12) | code (14).
 * Codes of the manual's API lie outside it, as small negative numbers or
 * around 1000; mach_error knows both.
 */
#ifndef MACH_ERROR_H
#define MACH_ERROR_H

#include <mach/kern_return.h>

typedef kern_return_t mach_error_t;

#define err_none	 ((mach_error_t)0)
#define ERR_SUCCESS	 ((mach_error_t)0)
#define err_system(x)	 ((mach_error_t)((((unsigned)(x)) & 0x3f) << 26))
#define err_sub(x)	 (((x) & 0xfff) << 14)
#define err_get_system(e) ((((unsigned)(e)) >> 26) & 0x3f)
#define err_get_sub(e)	 ((((unsigned)(e)) >> 14) & 0xfff)
#define err_get_code(e)	 ((e) & 0x3fff)

#define err_kern       err_system(0x0)
#define err_us	       err_system(0x1)
#define err_server     err_system(0x2)
#define err_ipc	       err_system(0x3)
#define err_mach_ipc   err_system(0x4)
#define err_bootstrap  err_system(0x5)
#define err_local      err_system(0x3e)
#define err_ipc_compat err_system(0x3f)
#define err_max_system 0x3f

#define unix_err(errno) (err_kern | err_sub(3) | (errno))

#endif
