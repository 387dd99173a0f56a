/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions: classes and codes. */
#ifndef MACH_EXCEPTION_H
#define MACH_EXCEPTION_H

#include <mach/message.h>

#define EXC_BAD_ACCESS	    1 /* code: kern_return_t, subcode: address */
#define EXC_BAD_INSTRUCTION 2
#define EXC_ARITHMETIC	    3
#define EXC_EMULATION	    4
#define EXC_SOFTWARE	    5
#define EXC_BREAKPOINT	    6
#define EXC_TYPES_MAX	    6

/* Codes of EXC_SOFTWARE: hardware below, then operating systems', then users'. */
#define EXC_SOFTWARE_OS	     0x10000
#define EXC_SOFTWARE_USER    0x20000
#define EXC_UNIX_BAD_SYSCALL 0x10000 /* subcode: the number */
#define EXC_UNIX_BAD_PIPE    0x10001
#define EXC_UNIX_ABORT	     0x10002

/* x86 codes. */
#define EXC_I386_DIV   1 /* EXC_ARITHMETIC */
#define EXC_I386_INTO  2
#define EXC_I386_NOEXT 3
#define EXC_I386_EXTOVR 4
#define EXC_I386_EXTERR 5 /* x87 or SIMD floating point */
#define EXC_I386_INVOP 1 /* EXC_BAD_INSTRUCTION */
#define EXC_I386_GPFLT 13
#define EXC_I386_ALIGNFLT 17
#define EXC_I386_SGL   1 /* EXC_BREAKPOINT */
#define EXC_I386_BPT   2

/* Form of the messages the kernel sends to an exception port. */
#define EXC_FORM_32 0 /* id 2400, 64 bytes */
#define EXC_FORM_64 1 /* id 2405: 64-bit codes, identity, registers */

#endif
