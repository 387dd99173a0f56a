/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

typedef int calc_list_t[16];
