/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tests of vm_map.c with pages of four hardware pages.
 * Runs: bare --kernel-args page_size=16384
 * Checklist: VM-15 VM-17 NUM-4
 */
#include "vm_map.c"
