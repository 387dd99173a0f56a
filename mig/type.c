/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The type names of the message format, and sizes of types.
 *
 * A right travels under the name of what is done with it and arrives under
 * the name of what it is: COPY_SEND (19) arrives as PORT_SEND (17).
 */
#include <stddef.h>
#include <strings.h>

#include "model.h"

static const struct ipc_name names[] = {
    {"UNSTRUCTURED", IPC_BYTES, 0, 0, 0, NULL},
    {"BIT", IPC_BYTES, 0, 0, 1, NULL},
    {"BOOLEAN", IPC_INTEGER, 0, 0, 32, NULL},
    {"INTEGER_16", IPC_INTEGER, 1, 1, 16, NULL},
    {"INTEGER_32", IPC_INTEGER, 2, 2, 32, NULL},
    {"INTEGER_64", IPC_INTEGER, 11, 11, 64, NULL},
    {"INTEGER_8", IPC_INTEGER, 9, 9, 8, NULL},
    {"BYTE", IPC_INTEGER, 9, 9, 8, NULL},
    {"CHAR", IPC_INTEGER, 8, 8, 8, NULL},
    {"REAL", IPC_REAL, 10, 10, 32, NULL},
    {"STRING", IPC_STRING, 12, 12, 0, NULL},
    {"STRING_C", IPC_STRING, 12, 12, 0, NULL},
    {"PORT_NAME", IPC_INTEGER, 15, 15, 32, NULL},
    {"PORT", IPC_PORT, 19, 17, 32, "PORT_SEND"},
    {"PORT_ALL", IPC_PORT, 16, 16, 32, "PORT_RECEIVE"},
    {"MOVE_RECEIVE", IPC_PORT, 16, 16, 32, "PORT_RECEIVE"},
    {"PORT_RECEIVE", IPC_PORT, 16, 16, 32, NULL},
    {"MOVE_SEND", IPC_PORT, 17, 17, 32, "PORT_SEND"},
    {"PORT_SEND", IPC_PORT, 17, 17, 32, NULL},
    {"MOVE_SEND_ONCE", IPC_PORT, 18, 18, 32, "PORT_SEND_ONCE"},
    {"PORT_SEND_ONCE", IPC_PORT, 18, 18, 32, NULL},
    {"COPY_SEND", IPC_PORT, 19, 17, 32, "PORT_SEND"},
    {"MAKE_SEND", IPC_PORT, 20, 17, 32, "PORT_SEND"},
    {"MAKE_SEND_ONCE", IPC_PORT, 21, 18, 32, "PORT_SEND_ONCE"},
};

const struct ipc_name ipc_polymorphic = {
    "POLYMORPHIC", IPC_POLYMORPHIC, 0, 0, 32, NULL,
};

const struct ipc_name ipc_string = {
    "STRING_C", IPC_STRING, 12, 12, 8, NULL,
};

static const char *without_prefix(const char *text)
{
	static const char *const prefixes[] = {"MACH_MSG_TYPE_", "MSG_TYPE_"};
	static const size_t lengths[] = {14, 9};

	for (unsigned i = 0; i < 2; i++)
		if (strncasecmp(text, prefixes[i], lengths[i]) == 0)
			return text + lengths[i];
	return NULL;
}

const struct ipc_name *ipc_name_lookup(const char *text)
{
	const char *name = without_prefix(text);

	if (strcasecmp(text, "polymorphic") == 0)
		return &ipc_polymorphic;
	if (name == NULL)
		return NULL;
	if (strcasecmp(name, "POLYMORPHIC") == 0)
		return &ipc_polymorphic;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i].name) == 0)
			return &names[i];
	return NULL;
}

uint64_t type_multiplier(const struct type *type)
{
	return type->element != NULL ? type->element->count : 1;
}

uint64_t type_bytes(const struct type *type)
{
	return (type->bits * type->count + 7) / 8;
}

uint64_t type_element_bytes(const struct type *type)
{
	return (type->bits * type_multiplier(type) + 7) / 8;
}

bool type_has_ports(const struct type *type)
{
	return type->send->class == IPC_PORT ||
	       type->receive->class == IPC_PORT;
}

bool type_is_polymorphic_sent(const struct type *type)
{
	return type->send->class == IPC_POLYMORPHIC;
}

bool type_is_polymorphic_received(const struct type *type)
{
	return type->receive->class == IPC_POLYMORPHIC;
}
