/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every right, every operation: what each call returns for a name in each
 * state, and what it leaves behind. Data only; tests/user/ipc_table.c runs it.
 *
 *	ROW(what, operation, a, b, "states: CODE [after] [!id ...]; ...")
 *
 * after is the name's state then, as scene_describe writes it; without it the
 * name is as it was. !id are the notifications that came, in order: to the
 * port itself if the test holds it, to the port that asked, to a spare one.
 *
 * Groups of states (lib/scene.h): @recv R RS M cR, @send S S2 Smax cS,
 * @dead D D2 Dmax X Xn, @sets SET SM, @bad none null dead cX (cX is free: the
 * manual's names vanish with their port). rest: all that no group named. cO
 * exists only where the name is the test's own.
 *
 * Codes: KERN_ without KERN_: OK, ARG, FAIL, NOT_RECEIVER, NOT_IN_SET,
 * EXISTS (name), NAME, RIGHT, VALUE, UREFS, CAP, RIGHT_EXISTS. Messages: DEST,
 * REPLY, HEADER, BODY (invalid right), TIMED_OUT, IN_SET, RCV_NAME, and the
 * manual's PORT (send), RCV_PORT, RCV_TIMED_OUT.
 */

/* --- asking --- */
ROW("mach_port_type", op_type, 0, 0, "@bad: NAME; rest: OK")
ROW("get_refs send", op_get_refs, MACH_PORT_RIGHT_SEND, 0,
    "@bad: NAME; rest: OK")
ROW("get_refs receive", op_get_refs, MACH_PORT_RIGHT_RECEIVE, 0,
    "@bad: NAME; rest: OK")
ROW("get_refs send-once", op_get_refs, MACH_PORT_RIGHT_SEND_ONCE, 0,
    "@bad: NAME; rest: OK")
ROW("get_refs set", op_get_refs, MACH_PORT_RIGHT_PORT_SET, 0,
    "@bad: NAME; rest: OK")
ROW("get_refs dead", op_get_refs, MACH_PORT_RIGHT_DEAD_NAME, 0,
    "@bad: NAME; rest: OK")
ROW("get_refs 5", op_get_refs, MACH_PORT_RIGHT_NUMBER, 0, "rest: VALUE")
ROW("get_refs -1", op_get_refs, -1, 0, "rest: VALUE")
ROW("get_receive_status", op_receive_status, 0, 0,
    "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("get_set_status", op_set_status, 0, 0,
    "@sets: OK; @bad: NAME; rest: RIGHT")

/* --- references --- */
ROW("mod_refs receive 0", op_mod_refs, MACH_PORT_RIGHT_RECEIVE, 0,
    "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("mod_refs receive +1", op_mod_refs, MACH_PORT_RIGHT_RECEIVE, 1,
    "@recv: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs receive -2", op_mod_refs, MACH_PORT_RIGHT_RECEIVE, -2,
    "@recv: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs receive -1", op_mod_refs, MACH_PORT_RIGHT_RECEIVE, -1,
    "R M: OK none; RS cR: OK D1; @bad: NAME; rest: RIGHT")
ROW("mod_refs send 0", op_mod_refs, MACH_PORT_RIGHT_SEND, 0,
    "RS cR @send: OK; @bad: NAME; rest: RIGHT")
ROW("mod_refs send +1", op_mod_refs, MACH_PORT_RIGHT_SEND, 1,
    "RS cR: OK RS2; S cS: OK S2; S2: OK S3; Smax: UREFS; @bad: NAME; "
    "rest: RIGHT")
ROW("mod_refs send -1", op_mod_refs, MACH_PORT_RIGHT_SEND, -1,
    "RS cR: OK R; S cS: OK none; S2: OK S1; Smax: OK S65533; @bad: NAME; "
    "rest: RIGHT")
ROW("mod_refs send -2", op_mod_refs, MACH_PORT_RIGHT_SEND, -2,
    "RS S cR cS: VALUE; S2: OK none; Smax: OK S65532; @bad: NAME; "
    "rest: RIGHT")
ROW("mod_refs send +65533", op_mod_refs, MACH_PORT_RIGHT_SEND, 65533,
    "RS cR: OK RS65534; S cS: OK S65534; S2 Smax: UREFS; @bad: NAME; "
    "rest: RIGHT")
ROW("mod_refs send +65534", op_mod_refs, MACH_PORT_RIGHT_SEND, 65534,
    "RS cR @send: UREFS; @bad: NAME; rest: RIGHT")
ROW("mod_refs send max", op_mod_refs, MACH_PORT_RIGHT_SEND, 0x7fffffff,
    "RS cR @send: UREFS; @bad: NAME; rest: RIGHT")
ROW("mod_refs send min", op_mod_refs, MACH_PORT_RIGHT_SEND, -0x7fffffff - 1,
    "RS cR @send: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs send-once 0", op_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, 0,
    "O: OK; @bad: NAME; rest: RIGHT")
ROW("mod_refs send-once +1", op_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, 1,
    "O: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs send-once -1", op_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, -1,
    "O: OK none !71; @bad: NAME; rest: RIGHT")
ROW("mod_refs send-once -2", op_mod_refs, MACH_PORT_RIGHT_SEND_ONCE, -2,
    "O: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs set +1", op_mod_refs, MACH_PORT_RIGHT_PORT_SET, 1,
    "@sets: VALUE; @bad: NAME; rest: RIGHT")
ROW("mod_refs set -1", op_mod_refs, MACH_PORT_RIGHT_PORT_SET, -1,
    "@sets: OK none; @bad: NAME; rest: RIGHT")
ROW("mod_refs dead +1", op_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, 1,
    "D X: OK D2; D2 Xn: OK D3; Dmax: UREFS; @bad: NAME; rest: RIGHT")
ROW("mod_refs dead -1", op_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, -1,
    "D X: OK none; D2 Xn: OK D1; Dmax: OK D65534; @bad: NAME; rest: RIGHT")
ROW("mod_refs dead -3", op_mod_refs, MACH_PORT_RIGHT_DEAD_NAME, -3,
    "D D2 X Xn: VALUE; Dmax: OK D65532; @bad: NAME; rest: RIGHT")
ROW("mod_refs 5", op_mod_refs, MACH_PORT_RIGHT_NUMBER, -1, "rest: VALUE")
ROW("mach_port_deallocate", op_deallocate, 0, 0,
    "R @sets M: RIGHT; RS cR: OK R; S cS: OK none; S2: OK S1; "
    "Smax: OK S65533; O: OK none !71; D X: OK none; D2 Xn: OK D1; "
    "Dmax: OK D65534; @bad: NAME")
ROW("mach_port_destroy", op_destroy, 0, 0,
    "O: OK none !71; @bad: NAME; rest: OK none")

/* --- names --- */
ROW("mach_port_rename to a free name", op_rename, RENAME_FREE, 0,
    "@bad: NAME; rest: OK moved")
ROW("mach_port_rename to a used name", op_rename, RENAME_USED, 0,
    "@bad: NAME; rest: EXISTS")
ROW("mach_port_rename to itself", op_rename, RENAME_SELF, 0,
    "null dead: VALUE; none cX: NAME; rest: EXISTS")
ROW("mach_port_rename to null", op_rename, RENAME_NULL, 0, "rest: VALUE")
ROW("mach_port_rename to dead", op_rename, RENAME_DEAD, 0, "rest: VALUE")
ROW("allocate_name receive", op_allocate_name, MACH_PORT_RIGHT_RECEIVE, 0,
    "none cX: OK R; null dead: VALUE; rest: EXISTS")
ROW("allocate_name set", op_allocate_name, MACH_PORT_RIGHT_PORT_SET, 0,
    "none cX: OK SET0; null dead: VALUE; rest: EXISTS")
ROW("allocate_name dead", op_allocate_name, MACH_PORT_RIGHT_DEAD_NAME, 0,
    "none cX: OK D1; null dead: VALUE; rest: EXISTS")
ROW("allocate_name send", op_allocate_name, MACH_PORT_RIGHT_SEND, 0,
    "rest: VALUE")
ROW("allocate_name send-once", op_allocate_name, MACH_PORT_RIGHT_SEND_ONCE, 0,
    "rest: VALUE")

/* --- rights from outside: of the subject's own port where it has one, else of
 * the spare one. What is refused was sent, so it dies. --- */
ROW("insert_right send", op_insert_own, MACH_MSG_TYPE_MAKE_SEND, 0,
    "R: OK RS1; RS cR: OK RS2; M: OK RS1m; S cS: OK S2; S2: OK S3; "
    "Smax: UREFS; none cX: OK S1; null dead: VALUE; rest: EXISTS")
ROW("insert_right send, other port", op_insert_other, MACH_MSG_TYPE_MAKE_SEND,
    0, "none cX: OK S1; null dead: VALUE; rest: EXISTS")
ROW("insert_right send, other name", op_insert_aside, MACH_MSG_TYPE_MAKE_SEND,
    0, "@recv @send: RIGHT_EXISTS; rest: OK")
ROW("insert_right send-once", op_insert_own, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "R: EXISTS Rq1; RS: EXISTS RS1q1; M: EXISTS Rmq1; cR: EXISTS RS1cq1; "
    "none cX: OK O; null dead: VALUE !71; rest: EXISTS !71")
ROW("insert_right receive", op_insert_own, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "S cS: OK RS1; S2: OK RS2; Smax: OK RS65534; O: EXISTS D1; "
    "none cX: OK R; null dead: VALUE; rest: EXISTS")
ROW("insert_right null", op_insert_null, MACH_PORT_NULL, 0,
    "null dead: VALUE; rest: CAP")
ROW("insert_right dead", op_insert_null, MACH_PORT_DEAD, 0,
    "null dead: VALUE; rest: CAP")

/* --- rights out --- */
ROW("extract_right MOVE_RECEIVE", op_extract, MACH_MSG_TYPE_MOVE_RECEIVE, 0,
    "R M: OK none; RS: OK S1; cR: OK S1c; @bad: NAME; rest: RIGHT")
ROW("extract_right MOVE_SEND", op_extract, MACH_MSG_TYPE_MOVE_SEND, 0,
    "RS cR: OK R; S cS: OK none; S2: OK S1; Smax: OK S65533; D X: OK none; "
    "D2 Xn: OK D1; Dmax: OK D65534; @bad: NAME; rest: RIGHT")
ROW("extract_right COPY_SEND", op_extract, MACH_MSG_TYPE_COPY_SEND, 0,
    "RS cR @send @dead: OK; @bad: NAME; rest: RIGHT")
ROW("extract_right MAKE_SEND", op_extract, MACH_MSG_TYPE_MAKE_SEND, 0,
    "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("extract_right MAKE_SEND_ONCE", op_extract, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0,
    "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("extract_right MOVE_SEND_ONCE", op_extract, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0,
    "O: OK none; D X: OK none; D2 Xn: OK D1; Dmax: OK D65534; @bad: NAME; "
    "rest: RIGHT")
ROW("extract_right 0", op_extract, 0, 0, "rest: VALUE")
ROW("extract_right 5", op_extract, MSG_TYPE_PORT_ALL, 0, "rest: VALUE")
ROW("extract_right 6", op_extract, MSG_TYPE_PORT, 0, "rest: VALUE")
ROW("extract_right 22", op_extract, 22, 0, "rest: VALUE")

/* --- receive rights --- */
ROW("set_qlimit 1", op_set_qlimit, 1, 0, "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("set_qlimit 16", op_set_qlimit, 16, 0, "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("set_qlimit 0", op_set_qlimit, 0, 0, "rest: VALUE")
ROW("set_qlimit 17", op_set_qlimit, 17, 0, "rest: VALUE")
ROW("set_qlimit -1", op_set_qlimit, -1, 0, "rest: VALUE")
ROW("set_mscount", op_set_mscount, 7, 0, "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("set_seqno", op_set_seqno, 7, 0, "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("set_exception_form", op_exception_form, EXC_FORM_64, 0,
    "@recv: OK; @bad: NAME; rest: RIGHT")
ROW("set_exception_form 9", op_exception_form, 9, 0, "rest: VALUE")

/* --- sets --- */
ROW("move_member into a set", op_move_into, 0, 0,
    "R: OK Rm; RS: OK RS1m; M: OK; cR: OK RS1cm; @bad: NAME; rest: RIGHT")
ROW("move_member out", op_move_out, 0, 0,
    "M: OK R; R RS cR: NOT_IN_SET; @bad: NAME; rest: RIGHT")
ROW("move_member of another into it", op_move_other, 0, 0,
    "SET: OK SET1; SM: OK; null: NOT_IN_SET; none dead cX: NAME; rest: RIGHT")

/* --- notifications --- */
ROW("request dead-name, sync 0", op_request, MACH_NOTIFY_DEAD_NAME, 0,
    "R: OK Rn; RS cR: OK RS1n; M: OK Rnm; S cS: OK S1n; S2: OK S2n; "
    "Smax: OK S65534n; O: OK On; @dead: ARG !71; @bad: NAME !71; "
    "rest: RIGHT !71")
ROW("request dead-name, sync 1", op_request, MACH_NOTIFY_DEAD_NAME, 1,
    "R: OK Rn; RS cR: OK RS1n; M: OK Rnm; S cS: OK S1n; S2: OK S2n; "
    "Smax: OK S65534n; O: OK On; D X: OK D2 !72; D2 Xn: OK D3 !72; "
    "Dmax: UREFS !71; @bad: NAME !71; rest: RIGHT !71")
ROW("request no-senders, sync 0", op_request, MACH_NOTIFY_NO_SENDERS, 0,
    "R M: OK !70; RS cR: OK; @bad: NAME !71; rest: RIGHT !71")
ROW("request no-senders, sync 9", op_request, MACH_NOTIFY_NO_SENDERS, 9,
    "@recv: OK; @bad: NAME !71; rest: RIGHT !71")
ROW("request port-destroyed", op_request, MACH_NOTIFY_PORT_DESTROYED, 0,
    "@recv: OK; @bad: NAME !71; rest: RIGHT !71")
ROW("request port-destroyed, sync 1", op_request, MACH_NOTIFY_PORT_DESTROYED, 1,
    "rest: VALUE !71")
ROW("request send-once", op_request, MACH_NOTIFY_SEND_ONCE, 0,
    "rest: VALUE !71")
ROW("request 0", op_request, 0, 0, "rest: VALUE !71")
ROW("request with a dead right", op_request_dead, MACH_NOTIFY_DEAD_NAME, 0,
    "rest: CAP")

/* --- the manual's --- */
ROW25("port_type", op_25_type, 0, 0, "@bad: ARG; rest: OK")
ROW25("port_status", op_25_status, 0, 0, "@sets @bad: ARG; rest: OK")
ROW25("port_deallocate", op_25_deallocate, 0, 0,
      "@sets @bad: ARG; O: OK none !71; rest: OK none")
ROW25("port_rename to a free name", op_25_rename, RENAME_FREE, 0,
      "@bad: ARG; rest: OK moved")
ROW25("port_rename to a used name", op_25_rename, RENAME_USED, 0,
      "@bad: ARG; rest: EXISTS")
ROW25("port_rename to null", op_25_rename, RENAME_NULL, 0, "rest: ARG")
ROW25("port_rename to -1", op_25_rename, RENAME_DEAD, 0, "rest: ARG")
ROW25("port_set_backlog 1", op_25_backlog, 1, 0,
      "@recv: OK; @bad: ARG; rest: NOT_RECEIVER")
ROW25("port_set_backlog 0", op_25_backlog, 0, 0, "rest: ARG")
ROW25("port_set_backlog 17", op_25_backlog, 17, 0, "rest: ARG")
ROW25("port_set_backlog -1", op_25_backlog, -1, 0, "rest: ARG")
ROW25("port_set_backup", op_25_backup, 0, 0,
      "@recv: OK; @bad: ARG; rest: NOT_RECEIVER")
ROW25("port_set_add", op_25_set_add, 0, 0,
      "R: OK Rm; RS: OK RS1m; M: OK; cR: OK RS1cm; @bad: ARG; "
      "rest: NOT_RECEIVER")
ROW25("port_set_add to it", op_25_set_add_to, 0, 0,
      "SET: OK SET1; SM: OK; rest: ARG")
ROW25("port_set_remove", op_25_set_remove, 0, 0,
      "M: OK R; R RS cR: NOT_IN_SET; @bad: ARG; rest: NOT_RECEIVER")
ROW25("port_set_status", op_25_set_status, 0, 0, "@sets: OK; rest: ARG")
ROW25("port_set_deallocate", op_25_set_deallocate, 0, 0,
      "@sets: OK none; rest: ARG")
ROW25("port_insert_send", op_25_insert_send, 0, 0,
      "none cX: OK S1c; null dead: ARG; rest: EXISTS")
ROW25("port_insert_send, other name", op_25_insert_aside, 0, 0,
      "@recv @send: FAIL; rest: OK")
ROW25("port_insert_receive", op_25_insert_receive, 0, 0,
      "none cX: OK RS1c; null dead: ARG; S O: EXISTS D1; S2: EXISTS D2; "
      "Smax: EXISTS D65534; cS: EXISTS none; rest: EXISTS")
ROW25("port_extract_send", op_25_extract_send, 0, 0,
      "@send: OK none; rest: ARG")
ROW25("port_extract_receive", op_25_extract_receive, 0, 0,
      "@recv: OK none; rest: ARG")
