/* SPDX-License-Identifier: BSD-2-Clause */
/* RPCs to kernel objects. */
#pragma once

void server_init(void);
