/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the cells of tables and compares. */
#include "rows.h"

int rows_form;

static const struct {
	const char *word;
	int code;
} codes[] = {
	{"OK", KERN_SUCCESS},
	{"ARG", KERN_INVALID_ARGUMENT},
	{"FAIL", KERN_FAILURE},
	{"NOT_RECEIVER", KERN_NOT_RECEIVER},
	{"NOT_IN_SET", KERN_NOT_IN_SET},
	{"EXISTS", KERN_NAME_EXISTS},
	{"NAME", KERN_INVALID_NAME},
	{"TASK", KERN_INVALID_TASK},
	{"RIGHT", KERN_INVALID_RIGHT},
	{"VALUE", KERN_INVALID_VALUE},
	{"UREFS", KERN_UREFS_OVERFLOW},
	{"CAP", KERN_INVALID_CAPABILITY},
	{"RIGHT_EXISTS", KERN_RIGHT_EXISTS},
	{"DEST", MACH_SEND_INVALID_DEST},
	{"REPLY", MACH_SEND_INVALID_REPLY},
	{"HEADER", MACH_SEND_INVALID_HEADER},
	{"BODY", MACH_SEND_INVALID_RIGHT},
	{"TIMED_OUT", MACH_RCV_TIMED_OUT},
	{"IN_SET", MACH_RCV_IN_SET},
	{"RCV_NAME", MACH_RCV_INVALID_NAME},
	{"PORT", SEND_INVALID_PORT},
	{"RCV_PORT", RCV_INVALID_PORT},
	{"RCV_TIMED_OUT", RCV_TIMED_OUT},
};

static const struct {
	const char *alias, *states;
} groups[] = {
	{"@recv", " R RS M cR "},
	{"@send", " S S2 Smax cS "},
	{"@dead", " D D2 Dmax X Xn "},
	{"@sets", " SET SM "},
	{"@bad", " none null dead cX "},
};

static bool same(const char *word, size_t length, const char *text)
{
	return strlen(text) == length && memcmp(word, text, length) == 0;
}

bool code_named(const char *word, size_t length, int *code)
{
	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
		if (same(word, length, codes[i].word)) {
			*code = codes[i].code;
			return true;
		}
	return test_fail(__FILE__, __LINE__, "no code %.*s", (int)length, word);
}

static const char *word_of(int code)
{
	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].code == code)
			return codes[i].word;
	return mach_error_string(code);
}

/* Does a word of a cell's head name the state? */
static bool names(const char *word, size_t length, const char *state)
{
	char padded[16];

	snprintf(padded, sizeof padded, " %s ", state);
	for (unsigned i = 0; i < sizeof groups / sizeof *groups; i++)
		if (same(word, length, groups[i].alias))
			return strstr(groups[i].states, padded) != NULL;
	return same(word, length, state);
}

static bool head_names(const char *head, const char *end, const char *state)
{
	while (head < end) {
		size_t n = strcspn(head, " :");

		if (names(head, n, state))
			return true;
		head += n + 1;
	}
	return false;
}

/* What stands behind the colon of the cell for this state, or NULL. */
static const char *cell_for(const struct row *row, const char *state)
{
	const char *found = NULL, *rest = NULL;
	unsigned hits = 0;

	for (const char *p = row->want; *p != '\0';) {
		const char *colon = strchr(p, ':'), *next = strchr(p, ';');

		if (strncmp(p, "rest:", 5) == 0)
			rest = colon + 2;
		if (head_names(p, colon, state)) {
			found = colon + 2;
			hits++;
		}
		p = next != NULL ? next + 2 : p + strlen(p);
	}
	if (hits > 1)
		test_fail(__FILE__, __LINE__, "%s: two cells for %s",
			  row->what, state);
	return hits != 0 ? found : rest;
}

struct outcome {
	int code;
	char after[SCENE_TEXT], notices[SCENE_TEXT];
};

/* "CODE [after] [!id ...]" */
static bool read_cell(const char *cell, const char *before, struct outcome *o)
{
	size_t n = strcspn(cell, " ;");

	if (!code_named(cell, n, &o->code))
		return false;
	strcpy(o->after, before);
	o->notices[0] = '\0';
	for (cell += n; *cell == ' '; cell += n) {
		cell++;
		n = strcspn(cell, " ;");
		if (*cell == '!')
			sprintf(o->notices + strlen(o->notices), " %.*s",
				(int)n, cell);
		else
			sprintf(o->after, "%.*s", (int)n, cell);
	}
	return true;
}

static bool differs(const struct row *row, const char *state, bool own,
		    const struct outcome *got, const struct outcome *want)
{
	if (got->code == want->code && strcmp(got->after, want->after) == 0 &&
	    strcmp(got->notices, want->notices) == 0)
		return false;
	printf("# %s%s: %s: %s %s%s", row->what,
	       rows_form ? " (rpc)" : own ? " (own)" : "", state,
	       word_of(got->code), got->after, got->notices);
	printf(", not %s %s%s\n", word_of(want->code), want->after,
	       want->notices);
	return !test_fail(__FILE__, __LINE__, "%s, state %s", row->what, state);
}

/* A moved name is looked for where it went. */
static void look(const struct scene *s, const char *before,
		 const struct outcome *want, struct outcome *got)
{
	char there[SCENE_TEXT];

	scene_describe(s->task, s->name, got->after);
	if (strcmp(want->after, "moved") != 0)
		return;
	scene_describe(s->task, SCENE_FRESH, there);
	if (strcmp(got->after, "none") == 0 && strcmp(there, before) == 0)
		strcpy(got->after, "moved");
}

static bool state_run(const struct row *row, enum scene_state state, bool own)
{
	char before[SCENE_TEXT];
	const char *cell = cell_for(row, scene_name[state]);
	struct outcome got, want;
	unsigned mine;
	struct scene s;
	bool bad;

	scene_begin();
	mine = scene_count(mach_task_self());
	if (!scene_make(&s, state, own))
		return false;
	scene_describe(s.task, s.name, before);
	if (state == STATE_X || state == STATE_Xn) { /* nobody looked yet */
		scene_unmake(&s);
		scene_make(&s, state, own);
	}
	if (cell == NULL || !read_cell(cell, before, &want))
		return !test_fail(__FILE__, __LINE__, "%s: no cell for %s",
				  row->what, scene_name[state]);
	got.code = row->op(&s, row->a, row->b);
	look(&s, before, &want, &got);
	scene_notices(&s, got.notices);
	bad = differs(row, scene_name[state], own, &got, &want);
	bad |= !scene_unmake(&s);
	bad |= !EQUAL(scene_count(mach_task_self()), mine);
	return bad;
}

unsigned row_run(const struct row *row, bool own)
{
	unsigned bad = 0;

	for (unsigned i = 0; i < STATES; i++)
		bad += state_run(row, i, own);
	return bad;
}
