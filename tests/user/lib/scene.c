/* SPDX-License-Identifier: BSD-2-Clause */
/* Names in known states. */
#include "scene.h"

#define SELF   mach_task_self()
#define CHOSEN 0x40001 /* the subject's name where it can be chosen */

const char *const scene_name[STATES] = {
#define SCENE_TEXT_OF(name) #name,
	SCENE_STATES(SCENE_TEXT_OF)
#undef SCENE_TEXT_OF
};

static task_t other_task(void)
{
	static task_t task;

	if (task == MACH_PORT_NULL)
		OK(task_create(SELF, FALSE, &task));
	return task;
}

static mach_port_t allocate(task_t task, mach_port_right_t right)
{
	mach_port_t name = MACH_PORT_NULL;

	OK(mach_port_allocate(task, right, &name));
	return name;
}

/* The manual's: its calls send a right that is there, and make none. */
static mach_port_t allocate_old(task_t task)
{
	port_t name = PORT_NULL;

	OK(port_allocate(task, &name));
	return name;
}

static mach_port_t extract(task_t task, mach_port_t name,
			   mach_msg_type_name_t how)
{
	mach_port_t mine = MACH_PORT_NULL;
	mach_msg_type_name_t got;

	OK(mach_port_extract_right(task, name, how, &mine, &got));
	return mine;
}

/* The receiver's own send right beside its receive right. */
static void add_send(struct scene *s)
{
	mach_port_t mine;

	if (s->own) {
		OK(mach_port_insert_right(SELF, s->name, s->name,
					  MACH_MSG_TYPE_MAKE_SEND));
		return;
	}
	mine = extract(s->task, s->name, MACH_MSG_TYPE_MAKE_SEND);
	OK(mach_port_insert_right(s->task, s->name, mine,
				  MACH_MSG_TYPE_MOVE_SEND));
}

/* A right to the peer's port. */
static void from_peer(struct scene *s, mach_msg_type_name_t how)
{
	s->port = allocate_old(s->peer);
	if (s->own) {
		s->name = extract(s->peer, s->port, how);
		return;
	}
	s->name = CHOSEN;
	OK(mach_port_insert_right(s->task, s->name, s->port, how));
}

static void old_send(struct scene *s)
{
	if (s->own) {
		OK(port_allocate(SELF, &s->name));
		s->port = CHOSEN;
		OK(port_insert_receive(s->peer, s->name, s->port));
		return;
	}
	s->port = allocate_old(SELF);
	s->name = CHOSEN;
	OK(port_insert_send(s->task, s->port, s->name));
}

/* A reply right, received with MACH_RCV_25. */
static void old_send_once(struct scene *s)
{
	mach_port_t once;
	mach_msg_header_t m;

	s->port = allocate_old(s->peer);
	once = extract(s->peer, s->port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	m = (mach_msg_header_t){
		.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND,
					    MACH_MSG_TYPE_MOVE_SEND_ONCE),
		.msgh_remote_port = s->spare,
		.msgh_local_port = once,
	};
	OK(mach_msg(&m, MACH_SEND_MSG, sizeof m, 0, 0, 0, 0));
	OK(mach_msg(&m, MACH_RCV_MSG | MACH_RCV_25, 0, sizeof m, s->spare, 0,
		    0));
	s->name = m.msgh_remote_port;
}

static void peer_port_dies(struct scene *s)
{
	OK(mach_port_destroy(s->peer, s->port));
	s->port = MACH_PORT_NULL;
}

static void request_dead_name(struct scene *s)
{
	mach_port_t previous = MACH_PORT_NULL;

	OK(mach_port_request_notification(s->task, s->name,
					  MACH_NOTIFY_DEAD_NAME, 0, s->notify,
					  MACH_MSG_TYPE_MAKE_SEND_ONCE,
					  &previous));
}

static void more_references(struct scene *s, mach_port_right_t right, int n)
{
	OK(mach_port_mod_refs(s->task, s->name, right, n));
}

static void make_send(struct scene *s, enum scene_state state)
{
	from_peer(s, MACH_MSG_TYPE_MAKE_SEND);
	if (state == STATE_S2)
		more_references(s, MACH_PORT_RIGHT_SEND, 1);
	if (state == STATE_Smax)
		more_references(s, MACH_PORT_RIGHT_SEND, 65533);
	if (state == STATE_Xn)
		request_dead_name(s);
	if (state == STATE_X || state == STATE_Xn)
		peer_port_dies(s);
}

static void make_dead(struct scene *s, enum scene_state state)
{
	s->name = allocate(s->task, MACH_PORT_RIGHT_DEAD_NAME);
	if (state == STATE_D2)
		more_references(s, MACH_PORT_RIGHT_DEAD_NAME, 1);
	if (state == STATE_Dmax)
		more_references(s, MACH_PORT_RIGHT_DEAD_NAME, 65534);
}

static void make_receive(struct scene *s, enum scene_state state)
{
	s->name = allocate(s->task, MACH_PORT_RIGHT_RECEIVE);
	if (state == STATE_RS)
		add_send(s);
	if (state == STATE_M)
		OK(mach_port_move_member(s->task, s->name, s->set));
}

static void make_set(struct scene *s, enum scene_state state)
{
	s->name = allocate(s->task, MACH_PORT_RIGHT_PORT_SET);
	if (state == STATE_SM)
		OK(mach_port_move_member(s->task, s->member, s->name));
}

static void make_old(struct scene *s, enum scene_state state)
{
	if (state == STATE_cR)
		OK(port_allocate(s->task, &s->name));
	else if (state == STATE_cO)
		old_send_once(s);
	else
		old_send(s);
	if (state == STATE_cX)
		peer_port_dies(s);
}

static void make_no_name(struct scene *s, enum scene_state state)
{
	if (state == STATE_null) {
		s->name = MACH_PORT_NULL;
	} else if (state == STATE_dead) {
		s->name = MACH_PORT_DEAD;
	} else {
		s->name = allocate(s->task, MACH_PORT_RIGHT_RECEIVE);
		OK(mach_port_destroy(s->task, s->name));
	}
}

void scene_begin(void)
{
	other_task();
}

bool scene_make(struct scene *s, enum scene_state state, bool own)
{
	char ignored[SCENE_TEXT];

	if (state == STATE_cO && !own)
		return false;
	*s = (struct scene){.task = own ? SELF : other_task(),
			    .own = own,
			    .peer = own ? other_task() : SELF};
	s->notify = allocate(SELF, MACH_PORT_RIGHT_RECEIVE);
	s->spare = allocate_old(SELF);
	s->set = allocate(s->task, MACH_PORT_RIGHT_PORT_SET);
	s->member = allocate(s->task, MACH_PORT_RIGHT_RECEIVE);
	if (state <= STATE_M)
		make_receive(s, state);
	else if (state == STATE_O)
		from_peer(s, MACH_MSG_TYPE_MAKE_SEND_ONCE);
	else if (state >= STATE_D && state <= STATE_Dmax)
		make_dead(s, state);
	else if (state <= STATE_Xn)
		make_send(s, state);
	else if (state <= STATE_SM)
		make_set(s, state);
	else if (state <= STATE_cX)
		make_old(s, state);
	else
		make_no_name(s, state);
	scene_notices(s, ignored);
	return true;
}

static bool destroy_all(task_t task)
{
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, m = 0;
	unsigned bad = 0;

	if (!OK(mach_port_names(task, &names, &n, &types, &m)))
		return false;
	for (unsigned i = 0; i < n; i++)
		bad += mach_port_destroy(task, names[i]) != KERN_SUCCESS;
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types);
	return bad == 0;
}

unsigned scene_count(task_t task)
{
	mach_port_array_t names = NULL;
	mach_port_type_array_t types = NULL;
	mach_msg_type_number_t n = 0, m = 0;

	OK(mach_port_names(task, &names, &n, &types, &m));
	vm_deallocate(SELF, (vm_address_t)names, n * sizeof *names);
	vm_deallocate(SELF, (vm_address_t)types, m * sizeof *types);
	return n;
}

static void drop(mach_port_t name)
{
	if (MACH_PORT_VALID(name))
		mach_port_destroy(SELF, name);
}

bool scene_unmake(struct scene *s)
{
	bool ok = destroy_all(other_task());

	if (s->own) {
		drop(s->name);
		drop(SCENE_FRESH);
		drop(s->set);
		drop(s->member);
	} else {
		drop(s->port);
	}
	drop(s->got);
	drop(s->notify);
	drop(s->spare);
	return ok;
}

/* --- text --- */

static unsigned refs_of(task_t task, mach_port_t name, mach_port_right_t right)
{
	mach_port_urefs_t refs = 0;

	OK(mach_port_get_refs(task, name, right, &refs));
	return refs;
}

static unsigned members_of(task_t task, mach_port_t name)
{
	mach_port_array_t members = NULL;
	mach_msg_type_number_t n = 0;

	OK(mach_port_get_set_status(task, name, &members, &n));
	if (n != 0)
		vm_deallocate(SELF, (vm_address_t)members,
			      n * sizeof *members);
	return n;
}

static void describe_receive(task_t task, mach_port_t name, char *text)
{
	mach_port_status_t status;

	OK(mach_port_get_receive_status(task, name, &status));
	if (status.mps_pset != MACH_PORT_NULL)
		strcat(text, "m");
	if (status.mps_msgcount != 0)
		sprintf(text + strlen(text), "q%u", status.mps_msgcount);
}

void scene_describe(task_t task, mach_port_t name, char text[SCENE_TEXT])
{
	mach_port_type_t type = 0;
	char *p = text;

	if (mach_port_type(task, name, &type) != KERN_SUCCESS) {
		strcpy(text, "none");
		return;
	}
	*p = '\0';
	if (type & MACH_PORT_TYPE_RECEIVE)
		p += sprintf(p, "R");
	if (type & MACH_PORT_TYPE_SEND)
		p += sprintf(p, "S%u",
			     refs_of(task, name, MACH_PORT_RIGHT_SEND));
	if (type & MACH_PORT_TYPE_SEND_ONCE)
		p += sprintf(p, "O");
	if (type & MACH_PORT_TYPE_DEAD_NAME)
		p += sprintf(p, "D%u",
			     refs_of(task, name, MACH_PORT_RIGHT_DEAD_NAME));
	if (type & MACH_PORT_TYPE_PORT_SET)
		p += sprintf(p, "SET%u", members_of(task, name));
	if (type & MACH_PORT_TYPE_COMPAT)
		p += sprintf(p, "c");
	if (type & MACH_PORT_TYPE_DNREQUEST)
		p += sprintf(p, "n");
	if (type & MACH_PORT_TYPE_RECEIVE)
		describe_receive(task, name, p);
}

static void drain(mach_port_t port, char *text)
{
	struct {
		mach_msg_header_t head;
		char room[2000];
	} m;

	while (MACH_PORT_VALID(port) &&
	       mach_msg(&m.head, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof m,
			port, 0, 0) == MACH_MSG_SUCCESS) {
		if (strlen(text) < SCENE_TEXT - 12)
			sprintf(text + strlen(text), " !%d", m.head.msgh_id);
		mach_msg_destroy(&m.head);
	}
}

void scene_notices(const struct scene *s, char text[SCENE_TEXT])
{
	text[0] = '\0';
	if (!s->own)
		drain(s->port, text);
	drain(s->notify, text);
	drain(s->spare, text);
}
