/* SPDX-License-Identifier: BSD-2-Clause */
/* The second serial port, through device ports. Bytes only; one thread. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stddef.h>

/* NULL, or what went wrong. */
const char *uart_open(void);

/* Returns when all bytes are in the device. */
void uart_write(const void *data, size_t size);

/* Waits until there is at least one byte; returns how many it stored. */
size_t uart_read(void *data, size_t room);

#endif
