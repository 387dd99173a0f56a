/* small: description. Made by mig; changes are lost. */
#include <mach/mig_describe.h>

static const struct mig_argument fixed_arguments[] = {
	{"a", "int", MIG_IN, 0,
	 2, 2, 32, 1, 1},
	{"b", "uint64_t", MIG_IN, 0,
	 11, 11, 64, 1, 1},
	{"c", "boolean_t", MIG_OUT, 0,
	 0, 0, 32, 1, 1},
};

static const struct mig_argument varying_arguments[] = {
	{"v", "numbers_t", MIG_IN, 0 | MIG_ARG_VARIABLE,
	 2, 2, 32, 1, 8},
	{"t", "title_t", MIG_IN, 0 | MIG_ARG_VARIABLE | MIG_ARG_STRING,
	 12, 12, 8, 1, 20},
	{"w", "numbers_t", MIG_OUT, 0 | MIG_ARG_VARIABLE | MIG_ARG_COUNT,
	 2, 2, 32, 1, 8},
	{"x", "int", MIG_OUT, 0,
	 2, 2, 32, 1, 1},
};

static const struct mig_argument memory_arguments[] = {
	{"data", "pointer_t", MIG_IN, 0 | MIG_ARG_VARIABLE | MIG_ARG_OOL | MIG_ARG_LONG,
	 9, 9, 8, 1, 0},
	{"right", "port_t", MIG_IN, 0,
	 19, 17, 32, 1, 1},
	{"back", "pointer_t", MIG_OUT, 0 | MIG_ARG_VARIABLE | MIG_ARG_OOL | MIG_ARG_LONG,
	 9, 9, 8, 1, 0},
	{"given", "port_all_t", MIG_OUT, 0,
	 16, 16, 32, 1, 1},
};

static const struct mig_argument post_arguments[] = {
	{"code", "int", MIG_IN, 0,
	 2, 2, 32, 1, 1},
};

static const struct mig_argument count_arguments[] = {
	{"result", "int", MIG_OUT, 0,
	 2, 2, 32, 1, 1},
};

static const struct mig_routine routines[] = {
	{"fixed", 500, 1, 3, fixed_arguments,
	 44, 44, 40, 40},
	{"varying", 501, 1, 4, varying_arguments,
	 40, 92, 44, 76},
	{"memory", 503, 1, 4, memory_arguments,
	 56, 56, 64, 64},
	{"post", 504, 0, 1, post_arguments,
	 32, 32, 0, 0},
	{"count", 505, 1, 1, count_arguments,
	 24, 24, 40, 40},
};

extern const struct mig_interface small_interface;
const struct mig_interface small_interface = {
	"small", 500, 6, 5, routines,
};
