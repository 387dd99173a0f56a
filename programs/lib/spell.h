/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of known words: a few hundred of its own, or a file's. */
#ifndef PROGRAMS_SPELL_H
#define PROGRAMS_SPELL_H

#include <stdbool.h>
#include <stddef.h>

/* One word a line; instead of the built-in ones. False: errno says why. */
bool spell_read(const char *file);
/* Is the word known? Upper case is the same as lower; numbers are known. */
bool spell_knows(const char *word, size_t length);
/* May the character be within a word? All beyond ASCII may. */
bool spell_letter(char c);

#endif
