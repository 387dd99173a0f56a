/* small: client stubs. Made by mig; changes are lost. */
/* "small, first version" */
#include <mach/mig_errors.h>
#include <stddef.h>
#include <mach/vm_types.h>

#include <mach/mig_user.h>

kern_return_t small_fixed(port_t server, int a, uint64_t b, boolean_t *c);
kern_return_t small_varying(port_t server, int *v, mach_msg_type_number_t vCnt,
    const char *t, int *w, mach_msg_type_number_t *wCnt, int *x);
kern_return_t small_memory(port_t server, pointer_t data,
    mach_msg_type_number_t dataCnt, boolean_t dataDealloc, port_t right,
    pointer_t *back, mach_msg_type_number_t *backCnt, port_all_t *given);
kern_return_t small_post(port_t server, int code);
int small_count(port_t server);

/* routine fixed: id 500 */
kern_return_t small_fixed(port_t server, int a, uint64_t b, boolean_t *c)
{
	struct Request0 {
		msg_header_t Head;
		uint32_t aType;
		int32_t a;
		uint32_t bType;
		u64_a4 b;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 44, "layout");

	struct Reply0 {
		msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t cType;
		int32_t c;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 40, "layout");

	union {
		struct Request0 In;
		struct Reply0 Out;
		char Space[44];
	} Mess;
	struct Request0 *const In0P = &Mess.In;
	struct Reply0 *const Out0P = &Mess.Out;
	port_t ReplyPort;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");
	_Static_assert(sizeof(uint64_t) == 8, "size");
	_Static_assert(sizeof(boolean_t) == 4, "size");

	In0P->aType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	In0P->a = a;
	In0P->bType = MIG_WORD(MSG_TYPE_INTEGER_64, 64, 1);
	In0P->b = b;
	In0P->Head.msg_unused = 0;
	In0P->Head.msg_simple = TRUE;
	In0P->Head.msg_size = sizeof(*In0P);
	In0P->Head.msg_type = MSG_TYPE_NORMAL | MSG_TYPE_RPC;
	ReplyPort = mig_get_reply_port();
	In0P->Head.msg_local_port = ReplyPort;
	In0P->Head.msg_remote_port = server;
	In0P->Head.msg_id = 500;

	RetCode = msg_rpc(&In0P->Head, MSG_OPTION_NONE, sizeof(Mess), 0, 0);
	if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))
		return mig_failed_25(&In0P->Head, RetCode, ReplyPort);
	{
		if (mig_unlikely(Out0P->Head.msg_id != 600 ||
		    Out0P->Head.msg_size != sizeof(*Out0P) ||
		    mig_is_complex_25(&Out0P->Head) ||
		    Out0P->RetCodeType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) ||
		    Out0P->cType != MIG_WORD(MSG_TYPE_BOOLEAN, 32, 1)))
			return mig_wrong_reply_25(&Out0P->Head, 600, ReplyPort);
		if (mig_unlikely(Out0P->RetCode != KERN_SUCCESS))
			return mig_destroy_reply_25(&Out0P->Head, Out0P->RetCode);
		*c = Out0P->c;
		return RetCode;
	}
}

/* routine varying: id 501 */
kern_return_t small_varying(port_t server, int *v, mach_msg_type_number_t vCnt,
    const char *t, int *w, mach_msg_type_number_t *wCnt, int *x)
{
	struct Request0 {
		msg_header_t Head;
		uint32_t vType;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 28, "layout");
	struct Request1 {
		uint32_t tType;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request1) == 4, "layout");
	struct Request2 {
		uint32_t wCntType;
		uint32_t wCnt;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request2) == 8, "layout");

	struct Reply0 {
		msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t wType;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 36, "layout");
	struct Reply1 {
		uint32_t xType;
		int32_t x;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply1) == 8, "layout");

	union {
		struct Request0 In;
		struct Reply0 Out;
		char Space[92];
	} Mess;
	struct Request0 *const In0P = &Mess.In;
	struct Reply0 *const Out0P = &Mess.Out;
	port_t ReplyPort;
	uint32_t InSize = sizeof(*In0P);
	struct Request1 *In1P;
	struct Request2 *In2P;
	uint32_t tLen;
	kern_return_t RetCode;
	_Static_assert(sizeof((*(int * *)0)[0]) == 4, "size");
	_Static_assert(sizeof(int) == 4, "size");

	if (mig_unlikely(vCnt > 8))
		return MIG_ARRAY_TOO_LARGE;
	mig_copy_padded(In0P + 1, v, vCnt * 4u);
	In0P->vType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, vCnt);
	InSize += MIG_PAD(vCnt * 4u);
	In1P = (void *)((char *)In0P + InSize);
	InSize += sizeof(*In1P);
	tLen = mig_string_copy((char *)(In1P + 1), t, 20);
	mig_pad(In1P + 1, tLen);
	In1P->tType = MIG_WORD(MSG_TYPE_STRING_C, 8, tLen);
	InSize += MIG_PAD(tLen);
	In2P = (void *)((char *)In0P + InSize);
	InSize += sizeof(*In2P);
	In2P->wCntType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	In2P->wCnt = *wCnt;
	In0P->Head.msg_unused = 0;
	In0P->Head.msg_simple = TRUE;
	In0P->Head.msg_size = InSize;
	In0P->Head.msg_type = MSG_TYPE_NORMAL | MSG_TYPE_RPC;
	ReplyPort = mig_get_reply_port();
	In0P->Head.msg_local_port = ReplyPort;
	In0P->Head.msg_remote_port = server;
	In0P->Head.msg_id = 501;

	RetCode = msg_rpc(&In0P->Head, MSG_OPTION_NONE, sizeof(Mess), 0, 0);
	if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))
		return mig_failed_25(&In0P->Head, RetCode, ReplyPort);
	{
		struct Reply1 *Out1P;
		uint32_t OutLeft = Out0P->Head.msg_size;
		uint32_t wNum;
		uint32_t wTail;

		if (mig_unlikely(Out0P->Head.msg_id != 601 ||
		    OutLeft < sizeof(*Out0P) ||
		    mig_is_complex_25(&Out0P->Head) ||
		    Out0P->RetCodeType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) ||
		    (Out0P->wType & ~(MIG_NUMBER_MASK)) != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 0)))
			return mig_wrong_reply_25(&Out0P->Head, 601, ReplyPort);
		OutLeft -= sizeof(*Out0P);
		if (mig_unlikely(MIG_NUMBER(Out0P->wType) > 8))
			return mig_wrong_reply_25(&Out0P->Head, 601, ReplyPort);
		wNum = (uint32_t)MIG_NUMBER(Out0P->wType);
		wTail = MIG_PAD(wNum * 4u);
		if (mig_unlikely(wTail > OutLeft))
			return mig_wrong_reply_25(&Out0P->Head, 601, ReplyPort);
		OutLeft -= wTail;
		Out1P = (void *)((char *)(Out0P + 1) + wTail);
		if (mig_unlikely(OutLeft < sizeof(*Out1P) ||
		    Out1P->xType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1)))
			return mig_wrong_reply_25(&Out0P->Head, 601, ReplyPort);
		OutLeft -= sizeof(*Out1P);
		if (mig_unlikely(OutLeft != 0))
			return mig_wrong_reply_25(&Out0P->Head, 601, ReplyPort);
		if (mig_unlikely(Out0P->RetCode != KERN_SUCCESS))
			return mig_destroy_reply_25(&Out0P->Head, Out0P->RetCode);
		if (mig_unlikely(wNum > *wCnt)) {
			mig_copy_words(w, Out0P + 1, *wCnt * 4u);
			RetCode = MIG_ARRAY_TOO_LARGE;
		} else {
			mig_copy_words(w, Out0P + 1, wNum * 4u);
		}
		*wCnt = wNum;
		*x = Out1P->x;
		return RetCode;
	}
}

/* routine memory: id 503 */
kern_return_t small_memory(port_t server, pointer_t data,
    mach_msg_type_number_t dataCnt, boolean_t dataDealloc, port_t right,
    pointer_t *back, mach_msg_type_number_t *backCnt, port_all_t *given)
{
	struct Request0 {
		msg_header_t Head;
		mig_long_word_t dataType;
		u64_a4 data;
		uint32_t rightType;
		port_t right;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 56, "layout");

	struct Reply0 {
		msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		mig_long_word_t backType;
		u64_a4 back;
		uint32_t givenType;
		port_t given;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 64, "layout");

	union {
		struct Request0 In;
		struct Reply0 Out;
		char Space[64];
	} Mess;
	struct Request0 *const In0P = &Mess.In;
	struct Reply0 *const Out0P = &Mess.Out;
	port_t ReplyPort;
	kern_return_t RetCode;
	_Static_assert(sizeof(port_t) == 4, "size");
	_Static_assert(sizeof(port_all_t) == 4, "size");

	In0P->dataType = MIG_LONG(0 | (dataDealloc ? MIG_DEALLOCATE : 0), MSG_TYPE_BYTE, 8, dataCnt);
	In0P->data = (uintptr_t)data;
	In0P->rightType = MIG_WORD(MSG_TYPE_PORT, 32, 1) | MIG_DEALLOCATE;
	In0P->right = right;
	In0P->Head.msg_unused = 0;
	In0P->Head.msg_simple = FALSE;
	In0P->Head.msg_size = sizeof(*In0P);
	In0P->Head.msg_type = MSG_TYPE_NORMAL | MSG_TYPE_RPC;
	ReplyPort = mig_get_reply_port();
	In0P->Head.msg_local_port = ReplyPort;
	In0P->Head.msg_remote_port = server;
	In0P->Head.msg_id = 503;

	RetCode = msg_rpc(&In0P->Head, MSG_OPTION_NONE, sizeof(Mess), 0, 0);
	if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))
		return mig_failed_25(&In0P->Head, RetCode, ReplyPort);
	{
		uint32_t backNum;
		if (mig_unlikely(Out0P->Head.msg_id != 603 ||
		    Out0P->Head.msg_size != sizeof(*Out0P) ||
		    !mig_is_complex_25(&Out0P->Head) ||
		    Out0P->RetCodeType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) ||
		    !mig_long_is(&Out0P->backType, 0, MSG_TYPE_BYTE, 8) ||
		    Out0P->givenType != MIG_WORD(MSG_TYPE_PORT_ALL, 32, 1)))
			return mig_wrong_reply_25(&Out0P->Head, 603, ReplyPort);
		if (mig_unlikely(Out0P->backType.number > UINT32_MAX))
			return mig_destroy_reply_25(&Out0P->Head, KERN_INVALID_ARGUMENT);
		backNum = (uint32_t)Out0P->backType.number;
		if (mig_unlikely(Out0P->RetCode != KERN_SUCCESS))
			return mig_destroy_reply_25(&Out0P->Head, Out0P->RetCode);
		*back = (pointer_t)(uintptr_t)Out0P->back;
		*backCnt = backNum;
		*given = Out0P->given;
		return RetCode;
	}
}

/* simpleroutine post: id 504 */
kern_return_t small_post(port_t server, int code)
{
	struct Request0 {
		msg_header_t Head;
		uint32_t codeType;
		int32_t code;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 32, "layout");

	union {
		struct Request0 In;
		char Space[32];
	} Mess;
	struct Request0 *const In0P = &Mess.In;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");

	In0P->codeType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	In0P->code = code;
	In0P->Head.msg_unused = 0;
	In0P->Head.msg_simple = TRUE;
	In0P->Head.msg_size = sizeof(*In0P);
	In0P->Head.msg_type = MSG_TYPE_NORMAL;
	In0P->Head.msg_local_port = MACH_PORT_NULL;
	In0P->Head.msg_remote_port = server;
	In0P->Head.msg_id = 504;

	RetCode = msg_send(&In0P->Head, MSG_OPTION_NONE, 0);
	if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))
		return mig_failed_25(&In0P->Head, RetCode, MACH_PORT_NULL);
	return RetCode;
}

/* routine count: id 505 */
static kern_return_t call_count(port_t server, int *result)
{
	struct Request0 {
		msg_header_t Head;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 24, "layout");

	struct Reply0 {
		msg_header_t Head;
		uint32_t RetCodeType;
		kern_return_t RetCode;
		uint32_t resultType;
		int32_t result;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Reply0) == 40, "layout");

	union {
		struct Request0 In;
		struct Reply0 Out;
		char Space[40];
	} Mess;
	struct Request0 *const In0P = &Mess.In;
	struct Reply0 *const Out0P = &Mess.Out;
	port_t ReplyPort;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");

	In0P->Head.msg_unused = 0;
	In0P->Head.msg_simple = TRUE;
	In0P->Head.msg_size = sizeof(*In0P);
	In0P->Head.msg_type = MSG_TYPE_NORMAL | MSG_TYPE_RPC;
	ReplyPort = mig_get_reply_port();
	In0P->Head.msg_local_port = ReplyPort;
	In0P->Head.msg_remote_port = server;
	In0P->Head.msg_id = 505;

	RetCode = msg_rpc(&In0P->Head, MSG_OPTION_NONE, sizeof(Mess), 0, 0);
	if (mig_unlikely(RetCode != MACH_MSG_SUCCESS))
		return mig_failed_25(&In0P->Head, RetCode, ReplyPort);
	{
		if (mig_unlikely(Out0P->Head.msg_id != 605 ||
		    Out0P->Head.msg_size != sizeof(*Out0P) ||
		    mig_is_complex_25(&Out0P->Head) ||
		    Out0P->RetCodeType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) ||
		    Out0P->resultType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1)))
			return mig_wrong_reply_25(&Out0P->Head, 605, ReplyPort);
		if (mig_unlikely(Out0P->RetCode != KERN_SUCCESS))
			return mig_destroy_reply_25(&Out0P->Head, Out0P->RetCode);
		*result = Out0P->result;
		return RetCode;
	}
}

int small_count(port_t server)
{
	kern_return_t RetCode;
	int result;

	mig_zero(&result, sizeof(result));
	RetCode = call_count(server, &result);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		MsgError(RetCode);
	return result;
}
