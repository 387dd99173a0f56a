/* SPDX-License-Identifier: BSD-2-Clause */
#include "portgraph.h"
void graph_draw(const struct graph *g, int only)
{
	(void)g, (void)only;
}
