#ifndef MIG_GOLD_KERNEL_H
#define MIG_GOLD_KERNEL_H

/* gold: server side. Made by mig; changes are lost. */
#include <ipc/kmig.h>
#include <mach/mig_wire.h>
#include <mach/mig_errors.h>
#include <stddef.h>
#include <mach/vm_types.h>
#include "kernel_types.h"

kern_return_t rpc_gold_scalars(struct object *object, int a, uint64_t *b,
    int *info, mach_msg_type_number_t *infoCnt);
kern_return_t rpc_gold_rights(struct object *object, struct object *other,
    struct ipc_item *right, struct ipc_item *any, struct ipc_right *made,
    struct ipc_right *back);
kern_return_t rpc_gold_memory(struct object *object, struct ipc_item *data,
    mach_msg_type_number_t dataCnt, struct ipc_item *list,
    mach_msg_type_number_t listCnt, struct vm_copy **copy,
    mach_msg_type_number_t *copyCnt, struct ipc_rights **made,
    mach_msg_type_number_t *madeCnt);
kern_return_t rpc_gold_label(struct object *object, char *label, char *old);
kern_return_t rpc_gold_tell(struct object *object, int x);
bool gold_server(struct mig_request *req, struct mig_reply *rep);

#ifndef gold_BASE_ID
#define gold_BASE_ID 600
#define gold_ID_COUNT 5
#define MIG_ID_gold_scalars 600
#define MIG_ID_gold_rights 601
#define MIG_ID_gold_memory 602
#define MIG_ID_gold_label 603
#define MIG_ID_gold_tell 604
/* The longest messages, in bytes. */
#define gold_REQUEST_MAX 72
#define gold_REPLY_MAX 112
#endif

#endif
