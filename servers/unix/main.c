/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UNIX server: one thread, one port set. Messages are requests on process
 * ports, exceptions of UNIX tasks, interrupts of the host link; between them,
 * timers fire and woken calls run.
 */
#include <errno.h>
#include <mach/exc_server.h>
#include <mach/mach_exc_server.h>
#include <mach/mach_host.h>
#include <server/archive.h>
#include <server/notify.h>
#include <servers/bootstrap.h>
#include <stdlib.h>
#include <string.h>
#include "core.h"
#include "exchange.h"
#include "init.h"
#include "inode.h"
#include "link.h"
#include "machine_i.h"
#include "misc.h"
#include "request.h"
#include "tty.h"

mach_port_t port_set, exception_port, notify_port, host_priv;

static void fail(const char *what, int error)
{
	machine_log("unix: %s: error %d\n", what, error);
	if (host_priv)
		host_reboot(host_priv, 0);
	exit(1);
}

static void must(const char *what, int error)
{
	if (error)
		fail(what, error);
}

static void ports_open(void)
{
	mach_port_t self = mach_task_self();
	uint64_t size;

	must("no port set", mach_port_allocate(
				    self, MACH_PORT_RIGHT_PORT_SET, &port_set));
	must("no exception port",
	     mach_port_allocate(self, MACH_PORT_RIGHT_RECEIVE,
				&exception_port));
	mach_port_insert_right(self, exception_port, exception_port,
			       MACH_MSG_TYPE_MAKE_SEND);
	must("no notify port", mach_port_allocate(
				       self, MACH_PORT_RIGHT_RECEIVE,
				       &notify_port));
	mach_port_move_member(self, notify_port, port_set);
	mach_port_set_exception_form(self, exception_port, EXC_FORM_64);
	mach_port_move_member(self, exception_port, port_set);
	must("no authority",
	     bootstrap_authority(bootstrap_port, BOOTSTRAP_HOST_PRIV,
				 &host_priv, &size));
	session_ports_open(exception_port);
}

static void root_make(void)
{
	uint64_t total, available;

	machine_memory(&total, &available);
	fs_init(&root_fs, "tmpfs", 0x01021994);
	root_fs.path = "/";
	root_fs.inodes_max = total / 8192;
	root_fs.root = inode_create(&root_fs, S_IFDIR | 0755);
	if (!root_fs.root)
		fail("no root directory", -ENOMEM);
	root_fs.root->nlink = 2;
	root_fs.root->dir.parent = root_fs.root;
}

/* The root file system and the emulator, both from the boot archive. */
static void archive_load(void)
{
	struct archive_file file;
	struct archive archive;
	const char *why;
	mach_port_t entry;
	uint64_t size;

	must("no boot archive", bootstrap_authority(bootstrap_port,
						    BOOTSTRAP_ARCHIVE, &entry,
						    &size));
	why = archive_map(&archive, entry, size);
	if (why)
		fail(why, -EIO);
	root_make();
	if (cpio_unpack(root_fs.root, archive.start, size, "root/", &why))
		fail(why, -EIO);
	if (!archive_find(&archive, "mach/unixemul", &file))
		fail("the archive has no mach/unixemul", -ENOENT);
	must("mach/unixemul cannot be used", emul_load(file.data, file.size));
	vm_deallocate(mach_task_self(), (vm_address_t)archive.start,
		      round_page(size));
}

static void system_make(void)
{
	struct inode *dev = tree_directory(root_fs.root, "dev");
	struct inode *proc = tree_directory(root_fs.root, "proc");

	if (!dev || !proc)
		fail("no /dev or /proc", -ENOTDIR);
	must("/dev", devices_create(dev));
	must("/proc", procfs_mount(proc));
	tty_init(&tty_console);
	must("process 1", init_create(root_fs.root));
}

static void exception_message(mach_msg_header_t *m)
{
	/* Not in the answer's buffer: what the exception leads to may end calls,
	 * which are answered on the way. */
	static union {
		mach_msg_header_t head;
		uint8_t bytes[mach_exc_REPLY_MAX];
	} reply;
	kern_return_t code;

	if (!mach_exc_server(m, &reply.head) &&
	    !native_exc_server(m, &reply.head)) {
		mach_msg_destroy(m);
		return;
	}
	code = ((mig_reply_header_t *)&reply)->RetCode;
	if (code == MIG_NO_REPLY) {
		/* Nobody is left to answer. */
		mach_port_deallocate(mach_task_self(), m->msgh_remote_port);
		return;
	}
	if (code != KERN_SUCCESS) {
		/* Thread and task are still ours; the answer goes out. */
		m->msgh_remote_port = MACH_PORT_NULL;
		mach_msg_destroy(m);
	}
	memcpy(answer_buffer(), &reply, reply.head.msgh_size);
	answer_post();
}

static void dead_name(mach_port_t name)
{
	mtask_died(name);
	/* The notification's own reference. */
	mach_port_deallocate(mach_task_self(), name);
}

static void notify_message(mach_msg_header_t *m)
{
	static const struct notify_handlers handlers = {
		.dead_name = dead_name,
	};

	if (!notify_dispatch(m, &handlers))
		mach_msg_destroy(m);
}

static void message_handle(mach_msg_header_t *m)
{
	if (wire_message(m))
		return;
	if (m->msgh_local_port == exception_port)
		exception_message(m);
	else if (m->msgh_local_port == notify_port)
		notify_message(m);
	else
		request_handle((const struct request *)m);
}

/* Waits for a message at most until the next timer; not at all while there are
 * cores to write: a piece of them follows each message. */
static void message_wait(void)
{
	bool busy = core_step();
	int64_t ns = timer_run();
	mach_msg_option_t option = MACH_MSG_OPTION_NONE;
	mach_msg_timeout_t ms = 0;
	mach_msg_header_t *message;
	mach_msg_return_t mr;

	call_run_woken();
	wire_pump();
	if (link_is_done() && wire_is_drained())
		host_reboot(host_priv, 0);
	if (busy)
		ns = 0;
	if (ns >= 0) {
		option |= MACH_RCV_TIMEOUT;
		/* A day at most, that every number fits. */
		if (ns > 86400000000000)
			ns = 86400000000000;
		ms = (mach_msg_timeout_t)((ns + 999999) / 1000000);
	}
	mr = exchange(option, ms, &message);
	if (mr == MACH_MSG_SUCCESS)
		message_handle(message);
	else if ((mr & ~MACH_MSG_MASK) == MACH_RCV_BODY_ERROR)
		mach_msg_destroy(message); /* what there is of it */
}

int main(void)
{
	const char *died = getenv("MACH_ENDED");

	if (died)
		machine_log("unix: died (%s), started again; what was in "
			    "memory is lost\n", died);
	ports_open();
	archive_load();
	system_make();
	link_init(init_start, NULL);
	link_ready(died);
	must("no host link", wire_open());
	for (;;)
		message_wait();
}
