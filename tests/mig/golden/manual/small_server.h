#ifndef MIG_SMALL_SERVER_H
#define MIG_SMALL_SERVER_H

/* small: server side. Made by mig; changes are lost. */
/* "small, first version" */
#include <mach/mig_errors.h>
#include <stddef.h>
#include <mach/vm_types.h>

kern_return_t do_fixed(port_t server, int a, uint64_t b, boolean_t *c);
kern_return_t do_varying(port_t server, int *v, mach_msg_type_number_t vCnt,
    char *t, int *w, mach_msg_type_number_t *wCnt, int *x);
kern_return_t do_memory(port_t server, pointer_t data,
    mach_msg_type_number_t dataCnt, port_t right, pointer_t *back,
    mach_msg_type_number_t *backCnt, port_all_t *given);
kern_return_t do_post(port_t server, int code);
int do_count(port_t server);
boolean_t small_server(msg_header_t *in, msg_header_t *out);

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
