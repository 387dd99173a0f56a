#ifndef MIG_SMALL_USER_H
#define MIG_SMALL_USER_H

/* small: client side. Made by mig; changes are lost. */
/* "small, first version" */
#include <mach/mig_errors.h>
#include <stddef.h>
#include <mach/vm_types.h>

kern_return_t small_fixed(port_t server, int a, uint64_t b, boolean_t *c);
kern_return_t small_varying(port_t server, int *v, mach_msg_type_number_t vCnt,
    const char *t, int *w, mach_msg_type_number_t *wCnt, int *x);
kern_return_t small_memory(port_t server, pointer_t data,
    mach_msg_type_number_t dataCnt, boolean_t dataDealloc, port_t right,
    pointer_t *back, mach_msg_type_number_t *backCnt, port_all_t *given);
kern_return_t small_post(port_t server, int code);
int small_count(port_t server);

#ifndef small_BASE_ID
#define small_BASE_ID 500
#define small_ID_COUNT 6
#define MIG_ID_fixed 500
#define MIG_ID_varying 501
#define MIG_ID_memory 503
#define MIG_ID_post 504
#define MIG_ID_count 505
/* The longest messages, in bytes. */
#define small_REQUEST_MAX 92
#define small_REPLY_MAX 76
#endif

#endif
