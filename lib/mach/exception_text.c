/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions in words. */
#include <mach/mach.h>
#include <stdio.h>
#include <unistd.h>

static const char *const class_name[EXC_TYPES_MAX + 1] = {
	"no exception", "bad access", "bad instruction", "arithmetic",
	"emulation", "software", "breakpoint",
};

const char *mach_exception_string(int exception)
{
	if (exception < 0 || exception > EXC_TYPES_MAX)
		return "unknown exception";
	return class_name[exception];
}

static const char *software_code(int code)
{
	if (code == EXC_UNIX_BAD_SYSCALL)
		return "bad system call";
	if (code == EXC_UNIX_BAD_PIPE)
		return "no reader on pipe";
	if (code == EXC_UNIX_ABORT)
		return "abort";
	if (code >= EXC_SOFTWARE_USER)
		return "user-defined";
	return code >= EXC_SOFTWARE_OS ? "operating system" : "hardware";
}

static const char *code_string(int exception, int code)
{
	switch (exception) {
	case EXC_BAD_ACCESS:
		return mach_error_string(code);
	case EXC_BAD_INSTRUCTION:
		return code == EXC_I386_GPFLT ? "privileged or misused"
					      : "undefined";
	case EXC_ARITHMETIC:
		return code == EXC_I386_DIV ? "division" : "floating point";
	case EXC_SOFTWARE:
		return software_code(code);
	case EXC_BREAKPOINT:
		return code == EXC_I386_SGL ? "single step" : "breakpoint";
	default:
		return "?";
	}
}

const char *mach_NeXT_exception_string(int exception, int code, int subcode)
{
	static _Thread_local char text[160];

	snprintf(text, sizeof text, "%s, code 0x%x (%s), subcode 0x%x",
		 mach_exception_string(exception), (unsigned)code,
		 code_string(exception, code), (unsigned)subcode);
	return text;
}

static void print(const char *text, const char *what)
{
	char line[512];
	int n = snprintf(line, sizeof line, "%s: %s\n", text, what);

	if (n >= (int)sizeof line)
		n = sizeof line;
	(void)!write(STDERR_FILENO, line, (size_t)n);
}

void mach_exception(const char *text, int exception)
{
	print(text, mach_exception_string(exception));
}

void mach_NeXT_exception(const char *text, int exception, int code, int subcode)
{
	print(text, mach_NeXT_exception_string(exception, code, subcode));
}
