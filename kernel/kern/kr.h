/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Results of kernel functions. The values are those of the public
 * kern_return_t, so that trap/ converts with a cast; the type makes an ignored
 * result a warning.
 */
#pragma once

enum [[nodiscard]] kr {
	KR_SUCCESS = 0,
	KR_INVALID_ADDRESS = 1,
	KR_PROTECTION_FAILURE = 2,
	KR_NO_SPACE = 3,
	KR_INVALID_ARGUMENT = 4,
	KR_FAILURE = 5,
	KR_RESOURCE_SHORTAGE = 6,
	KR_NOT_RECEIVER = 7,
	KR_NO_ACCESS = 8,
	KR_MEMORY_FAILURE = 9,
	KR_MEMORY_ERROR = 10,
	KR_NOT_IN_SET = 12,
	KR_NAME_EXISTS = 13,
	KR_ABORTED = 14,
	KR_INVALID_NAME = 15,
	KR_INVALID_TASK = 16,
	KR_INVALID_RIGHT = 17,
	KR_INVALID_VALUE = 18,
	KR_UREFS_OVERFLOW = 19,
	KR_INVALID_CAPABILITY = 20,
	KR_RIGHT_EXISTS = 21,
	KR_INVALID_HOST = 22,
	KR_MEMORY_PRESENT = 23,
	KR_TERMINATED = 26,
	KR_TIMEDOUT = 27,
};
