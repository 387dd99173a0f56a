/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The input: a definitions file after the C preprocessor.
 */
#ifndef MIG_SOURCE_H
#define MIG_SOURCE_H

/*
 * Runs the preprocessor, `cc` or what $MIG_CPP names, on `file` with the
 * given options (`count` of them). Comments are kept, so that columns in
 * messages are the user's.
 * Returns the text, with a NUL at its end. A failing preprocessor ends the
 * program with status 1; it has said why.
 */
char *source_read(const char *file, char *const options[], int count);

#endif
