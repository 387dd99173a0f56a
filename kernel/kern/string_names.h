/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Included by string.c only. On the build machine the C library has functions
 * of these names, which the sanitizers watch; ours get names of their own
 * there, so that they can be tested beside them.
 */
#pragma once

#if CONFIG_HOST
#define memcpy	kernel_memcpy
#define memmove kernel_memmove
#define memset	kernel_memset
#define memcmp	kernel_memcmp
#define strlen	kernel_strlen
#define strcmp	kernel_strcmp
#define strncmp kernel_strncmp
#endif
