# SPDX-License-Identifier: BSD-2-Clause
CFLAGS_servers/testdriver := -Itools
