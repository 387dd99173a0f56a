/* small: server stubs. Made by mig; changes are lost. */
/* "small, first version" */
#include <mach/mig_errors.h>
#include <stddef.h>
#include <mach/vm_types.h>

#include <mach/mig_support.h>
#include <mach/mig_wire.h>

kern_return_t do_fixed(port_t server, int a, uint64_t b, boolean_t *c);
kern_return_t do_varying(port_t server, int *v, mach_msg_type_number_t vCnt,
    char *t, int *w, mach_msg_type_number_t *wCnt, int *x);
kern_return_t do_memory(port_t server, pointer_t data,
    mach_msg_type_number_t dataCnt, port_t right, pointer_t *back,
    mach_msg_type_number_t *backCnt, port_all_t *given);
kern_return_t do_post(port_t server, int code);
int do_count(port_t server);
boolean_t small_server(msg_header_t *in, msg_header_t *out);

/* routine fixed: id 500 */
static kern_return_t serve_fixed(msg_header_t *InHeadP, msg_header_t *OutHeadP)
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

	struct Request0 *const In0P = (void *)InHeadP;
	struct Reply0 *const Out0P = (void *)OutHeadP;
	boolean_t c;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");
	_Static_assert(sizeof(uint64_t) == 8, "size");
	_Static_assert(sizeof(boolean_t) == 4, "size");

	if (mig_unlikely(In0P->Head.msg_size != sizeof(*In0P) ||
	    mig_is_complex_25(&In0P->Head) ||
	    In0P->aType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1) ||
	    In0P->bType != MIG_WORD(MSG_TYPE_INTEGER_64, 64, 1)))
		return MIG_BAD_ARGUMENTS;
	mig_zero(&c, sizeof(c));

	RetCode = do_fixed(In0P->Head.msg_local_port, In0P->a, In0P->b, &c);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->cType = MIG_WORD(MSG_TYPE_BOOLEAN, 32, 1);
	Out0P->c = c;
	Out0P->Head.msg_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

/* routine varying: id 501 */
static kern_return_t serve_varying(msg_header_t *InHeadP, msg_header_t *OutHeadP)
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

	struct Request0 *const In0P = (void *)InHeadP;
	struct Reply0 *const Out0P = (void *)OutHeadP;
	struct Request1 *In1P;
	struct Request2 *In2P;
	uint32_t InLeft = In0P->Head.msg_size;
	uint32_t vNum;
	uint32_t vTail;
	uint32_t tNum;
	uint32_t tTail;
	struct Reply1 *const Out1P = (void *)((char *)Out0P + 68);
	mach_msg_type_number_t wCnt;
	uint32_t wSent;
	int x;
	uint32_t OutSize;
	kern_return_t RetCode;
	_Static_assert(sizeof((*(int * *)0)[0]) == 4, "size");
	_Static_assert(_Alignof(__typeof__((*(int * *)0)[0])) <= 4, "alignment");
	_Static_assert(sizeof(int) == 4, "size");

	if (mig_unlikely(InLeft < sizeof(*In0P) ||
	    mig_is_complex_25(&In0P->Head) ||
	    (In0P->vType & ~(MIG_NUMBER_MASK)) != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 0)))
		return MIG_BAD_ARGUMENTS;
	InLeft -= sizeof(*In0P);
	if (mig_unlikely(MIG_NUMBER(In0P->vType) > 8))
		return MIG_BAD_ARGUMENTS;
	vNum = (uint32_t)MIG_NUMBER(In0P->vType);
	vTail = MIG_PAD(vNum * 4u);
	if (mig_unlikely(vTail > InLeft))
		return MIG_BAD_ARGUMENTS;
	InLeft -= vTail;
	In1P = (void *)((char *)(In0P + 1) + vTail);
	if (mig_unlikely(InLeft < sizeof(*In1P) ||
	    (In1P->tType & ~(MIG_NUMBER_MASK)) != MIG_WORD(MSG_TYPE_STRING_C, 8, 0)))
		return MIG_BAD_ARGUMENTS;
	InLeft -= sizeof(*In1P);
	if (mig_unlikely(MIG_NUMBER(In1P->tType) > 20))
		return MIG_BAD_ARGUMENTS;
	tNum = (uint32_t)MIG_NUMBER(In1P->tType);
	tTail = MIG_PAD(tNum);
	if (mig_unlikely(tTail > InLeft))
		return MIG_BAD_ARGUMENTS;
	InLeft -= tTail;
	if (mig_unlikely(!mig_string_ends((char *)(In1P + 1), tNum)))
		return MIG_BAD_ARGUMENTS;
	In2P = (void *)((char *)(In1P + 1) + tTail);
	if (mig_unlikely(InLeft < sizeof(*In2P) ||
	    In2P->wCntType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1)))
		return MIG_BAD_ARGUMENTS;
	InLeft -= sizeof(*In2P);
	if (mig_unlikely(InLeft != 0))
		return MIG_BAD_ARGUMENTS;
	wCnt = 8;
	if (In2P->wCnt < wCnt)
		wCnt = In2P->wCnt;
	mig_zero(&x, sizeof(x));

	RetCode = do_varying(In0P->Head.msg_local_port, (void *)(In0P + 1), vNum,
	    (void *)(In1P + 1), (void *)(Out0P + 1), &wCnt, &x);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	if (mig_unlikely(wCnt > 8))
		wCnt = 8;
	Out0P->wType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, wCnt);
	mig_pad(Out0P + 1, wCnt * 4u);
	wSent = MIG_PAD(wCnt * 4u);
	Out1P->xType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	Out1P->x = x;
	OutSize = sizeof(*Out0P) + wSent;
	mig_move((char *)Out0P + OutSize, Out1P, sizeof(*Out1P));
	OutSize += sizeof(*Out1P);
	Out0P->Head.msg_size = OutSize;
	return KERN_SUCCESS;
}

/* routine memory: id 503 */
static kern_return_t serve_memory(msg_header_t *InHeadP, msg_header_t *OutHeadP)
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

	struct Request0 *const In0P = (void *)InHeadP;
	struct Reply0 *const Out0P = (void *)OutHeadP;
	uint32_t dataNum;
	pointer_t back;
	mach_msg_type_number_t backCnt;
	port_all_t given;
	kern_return_t RetCode;
	_Static_assert(sizeof(port_t) == 4, "size");
	_Static_assert(sizeof(port_all_t) == 4, "size");

	if (mig_unlikely(In0P->Head.msg_size != sizeof(*In0P) ||
	    !mig_is_complex_25(&In0P->Head) ||
	    !mig_long_is(&In0P->dataType, 0, MSG_TYPE_BYTE, 8) ||
	    In0P->rightType != MIG_WORD(MSG_TYPE_PORT, 32, 1)))
		return MIG_BAD_ARGUMENTS;
	if (mig_unlikely(In0P->dataType.number > UINT32_MAX))
		return KERN_INVALID_ARGUMENT;
	dataNum = (uint32_t)In0P->dataType.number;
	mig_zero(&back, sizeof(back));
	backCnt = 0;
	mig_zero(&given, sizeof(given));

	RetCode = do_memory(In0P->Head.msg_local_port,
	    (pointer_t)(uintptr_t)In0P->data, dataNum, In0P->right, &back,
	    &backCnt, &given);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	Out0P->backType = MIG_LONG(0 | MIG_DEALLOCATE, MSG_TYPE_BYTE, 8, backCnt);
	Out0P->back = (uintptr_t)back;
	Out0P->givenType = MIG_WORD(MSG_TYPE_PORT_ALL, 32, 1);
	Out0P->given = given;
	Out0P->Head.msg_simple = FALSE;
	Out0P->Head.msg_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

/* simpleroutine post: id 504 */
static kern_return_t serve_post(msg_header_t *InHeadP, msg_header_t *OutHeadP)
{
	struct Request0 {
		msg_header_t Head;
		uint32_t codeType;
		int32_t code;
	} MIG_MESSAGE;
	_Static_assert(sizeof(struct Request0) == 32, "layout");

	struct Request0 *const In0P = (void *)InHeadP;
	kern_return_t RetCode;
	_Static_assert(sizeof(int) == 4, "size");

	(void)OutHeadP;
	if (mig_unlikely(In0P->Head.msg_size != sizeof(*In0P) ||
	    mig_is_complex_25(&In0P->Head) ||
	    In0P->codeType != MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1)))
		return MIG_BAD_ARGUMENTS;

	RetCode = do_post(In0P->Head.msg_local_port, In0P->code);
	if (mig_unlikely(RetCode != KERN_SUCCESS))
		return RetCode;
	return MIG_NO_REPLY;
}

/* routine count: id 505 */
static kern_return_t serve_count(msg_header_t *InHeadP, msg_header_t *OutHeadP)
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

	struct Request0 *const In0P = (void *)InHeadP;
	struct Reply0 *const Out0P = (void *)OutHeadP;
	int result;
	_Static_assert(sizeof(int) == 4, "size");

	if (mig_unlikely(In0P->Head.msg_size != sizeof(*In0P) ||
	    mig_is_complex_25(&In0P->Head)))
		return MIG_BAD_ARGUMENTS;

	result = do_count(In0P->Head.msg_local_port);
	Out0P->resultType = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	Out0P->result = result;
	Out0P->Head.msg_size = sizeof(*Out0P);
	return KERN_SUCCESS;
}

typedef kern_return_t (*stub_t)(msg_header_t *, msg_header_t *);

static const stub_t stubs[6] = {
	[0] = serve_fixed,
	[1] = serve_varying,
	[3] = serve_memory,
	[4] = serve_post,
	[5] = serve_count,
};

static stub_t stub_of(int32_t id)
{
	uint32_t slot = (uint32_t)id - 500u;

	return slot < sizeof(stubs) / sizeof(stubs[0]) ? stubs[slot] : NULL;
}

boolean_t small_server(msg_header_t *InHeadP, msg_header_t *OutHeadP)
{
	death_pill_t *const OutP = (void *)OutHeadP;
	const uint32_t Word = MIG_WORD(MSG_TYPE_INTEGER_32, 32, 1);
	stub_t stub;

	OutP->Head.msg_unused = 0;
	OutP->Head.msg_simple = TRUE;
	OutP->Head.msg_size = sizeof(*OutP);
	OutP->Head.msg_type = InHeadP->msg_type;
	OutP->Head.msg_local_port = PORT_NULL;
	OutP->Head.msg_remote_port = InHeadP->msg_remote_port;
	OutP->Head.msg_id = (int)((unsigned)InHeadP->msg_id + 100);
	mig_copy(&OutP->RetCodeType, &Word, sizeof(Word));
	stub = stub_of(InHeadP->msg_id);
	if (mig_unlikely(stub == NULL)) {
		OutP->RetCode = MIG_BAD_ID;
		return FALSE;
	}
	OutP->RetCode = stub(InHeadP, OutHeadP);
	return TRUE;
}

extern const mig_symtab_t small_symtab[];
const mig_symtab_t small_symtab[] = {
	{"fixed", 500, (void (*)(void))do_fixed},
	{"varying", 501, (void (*)(void))do_varying},
	{"memory", 503, (void (*)(void))do_memory},
	{"post", 504, (void (*)(void))do_post},
	{"count", 505, (void (*)(void))do_count},
	{NULL, 0, NULL},
};
