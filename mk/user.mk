# SPDX-License-Identifier: BSD-2-Clause
#
# Everything that runs above the kernel.
