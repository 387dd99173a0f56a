/* SPDX-License-Identifier: BSD-2-Clause */
/* Places that assembly uses; emul.h checks them. */
#ifndef UNIXEMUL_OFFSETS_H
#define UNIXEMUL_OFFSETS_H

#define BLOCK_SELF  0
#define BLOCK_SLOT  8
#define BLOCK_STACK 16
#define BLOCK_REGS  24
#define BLOCK_RIP   (BLOCK_REGS + 16 * 8)
#define BLOCK_TRAP  (BLOCK_REGS + 18 * 8)

#define REG_RAX (BLOCK_REGS + 0 * 8)
#define REG_RBX (BLOCK_REGS + 1 * 8)
#define REG_RCX (BLOCK_REGS + 2 * 8)
#define REG_RDX (BLOCK_REGS + 3 * 8)
#define REG_RSI (BLOCK_REGS + 4 * 8)
#define REG_RDI (BLOCK_REGS + 5 * 8)
#define REG_RBP (BLOCK_REGS + 6 * 8)
#define REG_RSP (BLOCK_REGS + 7 * 8)
#define REG_R8	(BLOCK_REGS + 8 * 8)
#define REG_R9	(BLOCK_REGS + 9 * 8)
#define REG_R10 (BLOCK_REGS + 10 * 8)
#define REG_R11 (BLOCK_REGS + 11 * 8)
#define REG_R12 (BLOCK_REGS + 12 * 8)
#define REG_R13 (BLOCK_REGS + 13 * 8)
#define REG_R14 (BLOCK_REGS + 14 * 8)
#define REG_R15 (BLOCK_REGS + 15 * 8)
#define REG_RIP (BLOCK_REGS + 16 * 8)
#define REG_FLAGS (BLOCK_REGS + 17 * 8)

#define SLOT_PC	   8
#define SLOT_FLAGS 16

#endif
