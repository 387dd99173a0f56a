/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * malloc in servers takes the lowest memory that fits, so that what lives on
 * does not depend on what came and went; freed pages stay with the server until
 * they are many, or this is called.
 */
#ifndef SERVER_HEAP_H
#define SERVER_HEAP_H

/* Gives back every page of the heap that holds nothing. */
void server_heap_trim(void);

#endif
