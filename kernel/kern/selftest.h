/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of kern that run inside the kernel on the real machine, on all its
 * processors (kernel option test=kern). The finer ones run on the build
 * machine (tests/host, *_test.c).
 */
#pragma once

/* In a kernel thread, no lock held. A line for each test to the log; returns
 * how many were run. */
unsigned kern_selftest(void);
