/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each place in a message makes of a name in each state. The form of
 * port_rows.h; the name is the sender's own, its port's receiver another task.
 * a is the disposition, b the deallocate bit.
 */

/* --- the destination: the message is delivered --- */
ROW("destination MOVE_SEND", op_dest, MACH_MSG_TYPE_MOVE_SEND, 0,
    "RS cR: OK Rq1; S cS: OK none; S2: OK S1; Smax: OK S65533; rest: DEST")
ROW("destination COPY_SEND", op_dest, MACH_MSG_TYPE_COPY_SEND, 0,
    "RS: OK RS1q1; cR: OK RS1cq1; @send: OK; rest: DEST")
ROW("destination MAKE_SEND", op_dest, MACH_MSG_TYPE_MAKE_SEND, 0,
    "R: OK Rq1; RS: OK RS1q1; M: OK Rmq1; cR: OK RS1cq1; rest: DEST")
ROW("destination MAKE_SEND_ONCE", op_dest, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "R: OK Rq1; RS: OK RS1q1; M: OK Rmq1; cR: OK RS1cq1; rest: DEST")
ROW("destination MOVE_SEND_ONCE", op_dest, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0,
    "O cO: OK none; rest: DEST")
ROW("destination 6", op_dest, MSG_TYPE_PORT, 0,
    "R: OK Rq1; RS: OK RS1q1; M: OK Rmq1; cR: OK RS1cq1; @send: OK; "
    "O cO: OK none; rest: DEST")
ROW("destination 5", op_dest, MSG_TYPE_PORT_ALL, 0,
    "R: OK Rq1; RS: OK RS1q1; M: OK Rmq1; cR: OK RS1cq1; @send: OK; "
    "O cO: OK none; rest: DEST")
ROW("destination MOVE_RECEIVE", op_dest, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "rest: HEADER")
ROW("destination 0", op_dest, 0, 0, "rest: HEADER")
ROW("destination 22", op_dest, 22, 0, "rest: HEADER")

/* --- the reply port --- */
ROW("reply MOVE_SEND", op_reply, MACH_MSG_TYPE_MOVE_SEND, 0,
    "RS cR: OK R; S cS D X: OK none; S2: OK S1; Smax: OK S65533; "
    "D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; rest: REPLY")
ROW("reply COPY_SEND", op_reply, MACH_MSG_TYPE_COPY_SEND, 0,
    "RS cR @send @dead null dead: OK; rest: REPLY")
ROW("reply MAKE_SEND", op_reply, MACH_MSG_TYPE_MAKE_SEND, 0,
    "@recv null dead: OK; rest: REPLY")
ROW("reply MAKE_SEND_ONCE", op_reply, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "@recv null dead: OK; rest: REPLY")
ROW("reply MOVE_SEND_ONCE", op_reply, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0,
    "O cO D X: OK none; D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; "
    "rest: REPLY")
ROW("reply 6", op_reply, MSG_TYPE_PORT, 0,
    "@recv @send @dead null dead: OK; O cO: OK none; rest: REPLY")
ROW("reply MOVE_RECEIVE", op_reply, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "rest: HEADER")
ROW("reply 0", op_reply, 0, 0, "null: OK; rest: HEADER")

/* --- the body, in line --- */
ROW("body MOVE_RECEIVE", op_body, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "R M: OK none; RS: OK S1; cR: OK S1c; null dead: OK; rest: BODY")
ROW("body MOVE_SEND", op_body, MACH_MSG_TYPE_MOVE_SEND, 0,
    "RS cR: OK R; S cS D X: OK none; S2: OK S1; Smax: OK S65533; "
    "D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; rest: BODY")
ROW("body COPY_SEND", op_body, MACH_MSG_TYPE_COPY_SEND, 0,
    "RS cR @send @dead null dead: OK; rest: BODY")
ROW("body MAKE_SEND", op_body, MACH_MSG_TYPE_MAKE_SEND, 0,
    "@recv null dead: OK; rest: BODY")
ROW("body MAKE_SEND_ONCE", op_body, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "@recv null dead: OK; rest: BODY")
ROW("body MOVE_SEND_ONCE", op_body, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0,
    "O cO D X: OK none; D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; "
    "rest: BODY")
ROW("body 5", op_body, MSG_TYPE_PORT_ALL, 0,
    "R M: OK none; RS: OK S1; cR: OK S1c; null dead: OK; rest: BODY")
ROW("body 5, deallocate", op_body, MSG_TYPE_PORT_ALL, 1,
    "@recv: OK none; null dead: OK; rest: BODY")
ROW("body 6", op_body, MSG_TYPE_PORT, 0,
    "@recv @send @dead null dead: OK; O cO: OK none; rest: BODY")
ROW("body 6, deallocate", op_body, MSG_TYPE_PORT, 1,
    "S cS D X O cO: OK none; S2: OK S1; Smax: OK S65533; D2 Xn: OK D1; "
    "Dmax: OK D65534; null dead: OK; rest: BODY")

/* --- an array out of line --- */
ROW("array MOVE_RECEIVE", op_array, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "R M: OK none; RS: OK S1; cR: OK S1c; null dead: OK; rest: BODY")
ROW("array MOVE_SEND", op_array, MACH_MSG_TYPE_MOVE_SEND, 0,
    "RS cR: OK R; S cS D X: OK none; S2: OK S1; Smax: OK S65533; "
    "D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; rest: BODY")
ROW("array COPY_SEND", op_array, MACH_MSG_TYPE_COPY_SEND, 0,
    "RS cR @send @dead null dead: OK; rest: BODY")
ROW("array MAKE_SEND_ONCE", op_array, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "@recv null dead: OK; rest: BODY")
ROW("array MOVE_SEND_ONCE", op_array, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0,
    "O cO D X: OK none; D2 Xn: OK D1; Dmax: OK D65534; null dead: OK; "
    "rest: BODY")

/* --- receiving --- */
ROW("receive", op_receive, 0, 0,
    "R RS cR @sets: TIMED_OUT; M: IN_SET; rest: RCV_NAME")

/* --- the manual's --- */
ROW("msg_send to it", op_25_dest, 0, 0,
    "R: OK Rq1; RS: OK RS1q1; M: OK Rmq1; cR: OK RS1cq1; @send: OK; "
    "O cO: OK none; rest: PORT")
ROW("msg_send, local port", op_25_reply, 0, 0,
    "@recv @send @dead null dead: OK; O cO: OK none; rest: PORT")
ROW("msg_send, port in the body", op_25_body, MSG_TYPE_PORT, 0,
    "@recv @send @dead null dead: OK; O cO: OK none; rest: PORT")
ROW("msg_send, all rights in the body", op_25_body, MSG_TYPE_PORT_ALL, 0,
    "R M: OK none; RS: OK S1; cR: OK S1c; null dead: OK; rest: PORT")
ROW("msg_receive", op_25_receive, 0, 0,
    "R RS cR @sets: RCV_TIMED_OUT; rest: RCV_PORT")
