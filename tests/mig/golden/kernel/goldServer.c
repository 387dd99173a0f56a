/* gold: kernel server stubs. Made by mig; changes are lost. */
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

/* routine gold_scalars: id 600 */
static kern_return_t serve_gold_scalars(struct mig_request *Req, struct mig_reply *Rep)
{
	struct Request0 {
		mach_msg_header_t Head;
		uint32_t aType;
		int32_t a;
		uint32_t bType;
		u64_a4 b;
		uint32_t infoCntType;
		uint32_t infoCnt;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 52, "layout");

	struct Reply0 {
		mach_msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t bType;
		u64_a4 b;
		uint32_t infoType;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 48, "layout");

	struct Request0 *const In0P = (void *)(uintptr_t)Req->head;
	struct Reply0 *const Out0P = (void *)Rep->head;
	struct object *object;
	uint64_t b;
	mach_msg_type_number_t infoCnt;
	uint32_t infoSent;
	uint32_t OutSize;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");
	_Static_assert(sizeof(uint64_t) == 8, "size");
	_Static_assert(sizeof((*(int * *)0)[0]) == 4, "size");
	_Static_assert(_Alignof(__typeof__((*(int * *)0)[0])) <= 4, "alignment");

	if (mig_unlikely(Req->size != sizeof(*In0P) ||
	    mig_is_complex(&In0P->Head) ||
	    In0P->aType != MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1) ||
	    In0P->bType != MIG_WORD(MACH_MSG_TYPE_INTEGER_64, 64, 1) ||
	    In0P->infoCntType != MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1)))
		return MIG_BAD_ARGUMENTS;
	if (mig_unlikely(Rep->capacity < 112))
		return KERN_RESOURCE_SHORTAGE;
	object = object_of_port(Req->port);
	b = In0P->b;
	infoCnt = 16;
	if (In0P->infoCnt < infoCnt)
		infoCnt = In0P->infoCnt;

	RetCode = rpc_gold_scalars(object, In0P->a, &b, (void *)(Out0P + 1),
	    &infoCnt);
	object_release(object);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->bType = MIG_WORD(MACH_MSG_TYPE_INTEGER_64, 64, 1);
	Out0P->b = b;
	if (mig_unlikely(infoCnt > 16))
		infoCnt = 16;
	Out0P->infoType = MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, infoCnt);
	mig_pad(Out0P + 1, infoCnt * 4u);
	infoSent = MIG_PAD(infoCnt * 4u);
	OutSize = sizeof(*Out0P) + infoSent;
	Out0P->Head.msgh_size = OutSize;
	return KERN_SUCCESS;
}

/* routine gold_rights: id 601 */
static kern_return_t serve_gold_rights(struct mig_request *Req, struct mig_reply *Rep)
{
	struct Request0 {
		mach_msg_header_t Head;
		uint32_t otherType;
		mach_port_t other;
		uint32_t rightType;
		mach_port_t right;
		uint32_t anyType;
		mach_port_t any;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 48, "layout");

	struct Reply0 {
		mach_msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t madeType;
		mach_port_t made;
		uint32_t backType;
		mach_port_t back;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 48, "layout");

	struct Request0 *const In0P = (void *)(uintptr_t)Req->head;
	struct Reply0 *const Out0P = (void *)Rep->head;
	struct object *object;
	struct ipc_item *otherItem = NULL;
	struct object *other;
	struct ipc_item *rightItem = NULL;
	struct ipc_item *anyItem = NULL;
	bool Bad = false;
	struct ipc_right made;
	struct ipc_right back;
	mach_msg_type_name_t backPoly;
	kern_return_t RetCode;

	if (mig_unlikely(Req->size != sizeof(*In0P) ||
	    !mig_is_complex(&In0P->Head) ||
	    In0P->otherType != MIG_WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1) ||
	    In0P->rightType != MIG_WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1) ||
	    (In0P->anyType & ~(MIG_NAME_MASK)) != MIG_WORD(0, 32, 1)))
		return MIG_BAD_ARGUMENTS;
	if (mig_unlikely(Rep->capacity < 48))
		return KERN_RESOURCE_SHORTAGE;
	otherItem = mig_request_item(Req, In0P->other, ITEM_RIGHT, &Bad);
	rightItem = mig_request_item(Req, In0P->right, ITEM_RIGHT, &Bad);
	if (!MACH_MSG_TYPE_PORT_ANY((In0P->anyType & MIG_NAME_MASK)))
		return KERN_INVALID_VALUE;
	anyItem = mig_request_item(Req, In0P->any, ITEM_RIGHT, &Bad);
	if (mig_unlikely(Bad))
		return MIG_BAD_ARGUMENTS;
	object = object_of_port(Req->port);
	other = object_of_port(otherItem != NULL ? otherItem->right.port : NULL);
	mig_zero(&made, sizeof(made));
	mig_zero(&back, sizeof(back));

	RetCode = rpc_gold_rights(object, other, rightItem, anyItem, &made,
	    &back);
	object_release(object);
	object_release(other);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->madeType = MIG_WORD(MACH_MSG_TYPE_PORT_SEND, 32, 1);
	Out0P->made = mig_reply_right(Rep, made);
	backPoly = back.kind == RIGHT_RECEIVE ?
	    MACH_MSG_TYPE_PORT_RECEIVE : back.kind == RIGHT_SEND_ONCE ?
	    MACH_MSG_TYPE_PORT_SEND_ONCE : MACH_MSG_TYPE_PORT_SEND;
	Out0P->backType = MIG_WORD(backPoly, 32, 1);
	Out0P->back = mig_reply_right(Rep, back);
	Out0P->Head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	Out0P->Head.msgh_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

/* routine gold_memory: id 602 */
static kern_return_t serve_gold_memory(struct mig_request *Req, struct mig_reply *Rep)
{
	struct Request0 {
		mach_msg_header_t Head;
		mig_long_word_t dataType;
		u64_a4 data;
		mig_long_word_t listType;
		u64_a4 list;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 72, "layout");

	struct Reply0 {
		mach_msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		mig_long_word_t copyType;
		u64_a4 copy;
		mig_long_word_t madeType;
		u64_a4 made;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 80, "layout");

	struct Request0 *const In0P = (void *)(uintptr_t)Req->head;
	struct Reply0 *const Out0P = (void *)Rep->head;
	uint32_t dataNum;
	uint32_t listNum;
	struct object *object;
	struct ipc_item *dataItem = NULL;
	struct ipc_item *listItem = NULL;
	bool Bad = false;
	struct vm_copy *copy;
	mach_msg_type_number_t copyCnt;
	struct ipc_rights *made;
	mach_msg_type_number_t madeCnt;
	kern_return_t RetCode;

	if (mig_unlikely(Req->size != sizeof(*In0P) ||
	    !mig_is_complex(&In0P->Head) ||
	    !mig_long_is(&In0P->dataType, 0, MACH_MSG_TYPE_BYTE, 8) ||
	    !mig_long_is(&In0P->listType, 0, MACH_MSG_TYPE_PORT_SEND, 32)))
		return MIG_BAD_ARGUMENTS;
	if (mig_unlikely(In0P->dataType.number > UINT32_MAX))
		return KERN_INVALID_ARGUMENT;
	dataNum = (uint32_t)In0P->dataType.number;
	if (mig_unlikely(In0P->listType.number > UINT32_MAX))
		return KERN_INVALID_ARGUMENT;
	listNum = (uint32_t)In0P->listType.number;
	if (mig_unlikely(Rep->capacity < 80))
		return KERN_RESOURCE_SHORTAGE;
	dataItem = mig_request_item(Req, In0P->data, ITEM_MEMORY, &Bad);
	Bad |= dataItem == NULL && dataNum != 0;
	listItem = mig_request_item(Req, In0P->list, ITEM_RIGHTS, &Bad);
	Bad |= listItem == NULL && listNum != 0;
	if (mig_unlikely(Bad))
		return MIG_BAD_ARGUMENTS;
	object = object_of_port(Req->port);
	mig_zero(&copy, sizeof(copy));
	copyCnt = 0;
	mig_zero(&made, sizeof(made));
	madeCnt = 0;

	RetCode = rpc_gold_memory(object, dataItem, dataNum, listItem, listNum,
	    &copy, &copyCnt, &made, &madeCnt);
	object_release(object);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->copyType = MIG_LONG(0, MACH_MSG_TYPE_BYTE, 8, copyCnt);
	Out0P->copy = mig_reply_memory(Rep, copy, (uint64_t)copyCnt);
	Out0P->madeType = MIG_LONG(0, MACH_MSG_TYPE_PORT_SEND, 32, madeCnt);
	Out0P->made = mig_reply_rights(Rep, made);
	Out0P->Head.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
	Out0P->Head.msgh_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

/* routine gold_label: id 603 */
static kern_return_t serve_gold_label(struct mig_request *Req, struct mig_reply *Rep)
{
	struct Request0 {
		mach_msg_header_t Head;
		uint32_t labelType;
		char label[12];
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 40, "layout");

	struct Reply0 {
		mach_msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t oldType;
		char old[12];
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 48, "layout");

	struct Request0 *const In0P = (void *)(uintptr_t)Req->head;
	struct Reply0 *const Out0P = (void *)Rep->head;
	struct object *object;
	kern_return_t RetCode;

	if (mig_unlikely(Req->size != sizeof(*In0P) ||
	    mig_is_complex(&In0P->Head) ||
	    In0P->labelType != MIG_WORD(MACH_MSG_TYPE_STRING_C, 8, 12) ||
	    !mig_string_ends(In0P->label, 12)))
		return MIG_BAD_ARGUMENTS;
	if (mig_unlikely(Rep->capacity < 48))
		return KERN_RESOURCE_SHORTAGE;
	object = object_of_port(Req->port);
	mig_zero(Out0P->old, 12);

	RetCode = rpc_gold_label(object, (void *)In0P->label, (void *)Out0P->old);
	object_release(object);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->oldType = MIG_WORD(MACH_MSG_TYPE_STRING_C, 8, 12);
	Out0P->old[11] = '\0';
	Out0P->Head.msgh_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

/* simpleroutine gold_tell: id 604 */
static kern_return_t serve_gold_tell(struct mig_request *Req, struct mig_reply *Rep)
{
	struct Request0 {
		mach_msg_header_t Head;
		uint32_t xType;
		int32_t x;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 32, "layout");

	struct Request0 *const In0P = (void *)(uintptr_t)Req->head;
	struct object *object;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");

	(void)Rep;
	if (mig_unlikely(Req->size != sizeof(*In0P) ||
	    mig_is_complex(&In0P->Head) ||
	    In0P->xType != MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1)))
		return MIG_BAD_ARGUMENTS;
	object = object_of_port(Req->port);

	RetCode = rpc_gold_tell(object, In0P->x);
	object_release(object);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	return MIG_NO_REPLY;
}

typedef kern_return_t (*stub_t)(struct mig_request *, struct mig_reply *);

static const stub_t stubs[5] = {
	[0] = serve_gold_scalars,
	[1] = serve_gold_rights,
	[2] = serve_gold_memory,
	[3] = serve_gold_label,
	[4] = serve_gold_tell,
};

static stub_t stub_of(int32_t id)
{
	uint32_t slot = (uint32_t)id - 600u;

	return slot < sizeof(stubs) / sizeof(stubs[0]) ? stubs[slot] : NULL;
}

bool gold_server(struct mig_request *Req, struct mig_reply *Rep)
{
	mig_reply_header_t *const OutP = (void *)Rep->head;
	const int32_t Id = Req->head->msgh_id;
	const uint32_t Word = MIG_WORD(MACH_MSG_TYPE_INTEGER_32, 32, 1);
	stub_t stub;

	OutP->Head.msgh_size = sizeof(*OutP);
	OutP->Head.msgh_id = (int32_t)((uint32_t)Id + 100);
	mig_copy(&OutP->RetCodeType, &Word, sizeof(Word));
	stub = stub_of(Id);
	if (mig_unlikely(stub == NULL)) {
		OutP->RetCode = MIG_BAD_ID;
		return false;
	}
	OutP->RetCode = stub(Req, Rep);
	return true;
}
