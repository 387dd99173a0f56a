/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Read before every generated client stub: the RPC form of a call that also
 * has a trap twin is called NAME_rpc, so that twins.c can own the plain name.
 */
#ifndef RPC_NAMES_H
#define RPC_NAMES_H

#define mach_port_allocate     mach_port_allocate_rpc
#define mach_port_deallocate   mach_port_deallocate_rpc
#define mach_port_destroy      mach_port_destroy_rpc
#define mach_port_mod_refs     mach_port_mod_refs_rpc
#define mach_port_insert_right mach_port_insert_right_rpc
#define vm_allocate	       vm_allocate_rpc
#define vm_deallocate	       vm_deallocate_rpc
#define vm_protect	       vm_protect_rpc
#define vm_map		       vm_map_rpc
/* Has another argument list in the manual. */
#define exception_raise	       exception_raise_rpc

#endif
