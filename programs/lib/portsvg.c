/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capability graph as an SVG document.
 *
 * Two columns. On the left every task that holds a right to somebody else's
 * port, a box with an outlet for each such right; on the right those who
 * answer: a box for each task with a dot for each of its ports, and one for the
 * kernel with a dot for each of its objects. A line from outlet to dot is a
 * right, dashed if it is good for one message. So nothing overlaps whatever the graph, and lines
 * cross as little as the order of the outlets can bring about: each box's lie
 * in the order of the dots they lead to.
 *
 * Left out, and counted in a note: ports that nobody else has a right to, and
 * what a task holds to itself and its own threads.
 */
#include "portgraph.h"

#include <stdio.h>
#include <stdlib.h>

#define WIDTH	   1120
#define LEFT_X	   30
#define LEFT_W	   200
#define RIGHT_X	   780
#define RIGHT_W	   310
#define TOP	   112
#define ROW	   18 /* from one dot or outlet to the next */
#define BOX_HEAD   26
#define BOX_FOOT   8
#define BOX_GAP	   22
#define KERNEL(g)  ((int)(g)->task_count) /* its box behind those of tasks */

struct picture {
	const struct graph *g;
	bool *shown;   /* by right: is it a line? */
	int *dot_y;    /* by port: its dot, 0: has none */
	int *outlets;  /* by task: lines that leave it */
	int *dots;     /* by box on the right: ports in it */
	int *left_y, *right_y; /* by box: its top */
	int height;
	unsigned own, alone; /* left out */
};

/* Lines of one task have one colour, so that the eye can follow them. */
static const char *colour(int task)
{
	static const char *const colours[] = {"#2f6fab", "#b4501e", "#2e8540",
					      "#8a4fa3", "#a8323e", "#5f6b00",
					      "#00767a", "#7a5230"};

	return colours[(size_t)task % (sizeof(colours) / sizeof(colours[0]))];
}

/* Text for XML; task names are printable ASCII. */
static void put_text(const char *text)
{
	for (; *text; text++)
		if (*text == '&')
			fputs("&amp;", stdout);
		else if (*text == '<')
			fputs("&lt;", stdout);
		else if (*text == '>')
			fputs("&gt;", stdout);
		else
			putchar(*text);
}

/* The box that a port's dot is in, or -1: in transit. */
static int box_of(const struct graph *g, const struct graph_port *p)
{
	return p->kind != HOST_OBJECT_NONE ? KERNEL(g) : p->receiver;
}

/* A right to send to somebody else. */
static bool is_line(struct picture *pic, const struct graph_right *r)
{
	const struct graph *g = pic->g;
	int64_t type = r->right.word[RIGHT_STAT_TYPE];
	const struct graph_port *p = r->port >= 0 ? &g->ports[r->port] : NULL;

	if (!p || !(type & (MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_SEND_ONCE)))
		return false;
	if (p->receiver == r->holder || p->about == r->holder) {
		pic->own++;
		return false;
	}
	return box_of(g, p) >= 0;
}

static void choose(struct picture *pic, int only)
{
	const struct graph *g = pic->g;

	for (size_t i = 0; i < g->right_count; i++) {
		const struct graph_right *r = &g->rights[i];
		const int64_t type = r->right.word[RIGHT_STAT_TYPE];
		if (type & MACH_PORT_TYPE_RECEIVE && !g->ports[r->port].holders)
			pic->alone++;
		if (!graph_concerns(g, r, only) || !is_line(pic, r))
			continue;
		pic->shown[i] = true;
		pic->outlets[r->holder]++;
		if (!pic->dot_y[r->port]) {
			pic->dot_y[r->port] = 1; /* placed later */
			pic->dots[box_of(g, &g->ports[r->port])]++;
		}
	}
}

/* --- places --- */

static int box_height(int rows)
{
	return BOX_HEAD + rows * ROW + BOX_FOOT;
}

/* Boxes with something in them one below the other; returns the end. */
static int stack(const int *rows, int boxes, int *y)
{
	int at = TOP;

	for (int i = 0; i < boxes; i++) {
		y[i] = at;
		if (rows[i])
			at += box_height(rows[i]) + BOX_GAP;
	}
	return at;
}

struct place {
	int key, index; /* sort by key */
};

static int by_key(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return x->key != y->key ? (x->key > y->key) - (x->key < y->key) :
				  (x->index > y->index) - (x->index < y->index);
}

/* The dots of a box: the kernel's by kind and task, a task's by number. */
static void place_dots(struct picture *pic, int box, struct place *room)
{
	const struct graph *g = pic->g;
	size_t n = 0;

	for (size_t i = 0; i < g->port_count; i++) {
		const struct graph_port *p = &g->ports[i];
		if (!pic->dot_y[i] || box_of(g, p) != box)
			continue;
		int about = p->about < 0 ? 0xfff : p->about;
		int group = p->kind > HOST_OBJECT_THREAD ? (int)p->kind : 0;
		room[n++] = (struct place){
			(group << 24) | (about << 12) | (int)p->number,
			(int)i};
	}
	qsort(room, n, sizeof(*room), by_key);
	for (size_t k = 0; k < n; k++)
		pic->dot_y[room[k].index] = pic->right_y[box] + BOX_HEAD +
					    (int)k * ROW + ROW / 2;
}

static void place_all(struct picture *pic)
{
	const struct graph *g = pic->g;
	struct place *room = watch_alloc(NULL, g->port_count, sizeof(*room));
	int left = stack(pic->outlets, (int)g->task_count, pic->left_y);
	int right = stack(pic->dots, KERNEL(g) + 1, pic->right_y);

	for (int box = 0; box <= KERNEL(g); box++)
		place_dots(pic, box, room);
	free(room);
	pic->height = (left > right ? left : right) + 20;
}

/* --- ink --- */

static void put_head(const struct picture *pic)
{
	printf("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	       "height=\"%d\" viewBox=\"0 0 %d %d\" "
	       "font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
	       "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n",
	       WIDTH, pic->height, WIDTH, pic->height);
	printf("<text x=\"%d\" y=\"38\" font-size=\"20\" "
	       "font-weight=\"bold\">Who may send to whom</text>\n",
	       LEFT_X);
	printf("<text x=\"%d\" y=\"60\" font-size=\"12\" fill=\"#555555\">"
	       "Left out: %u rights of tasks to themselves, %u ports that "
	       "nobody else has a right to.</text>\n",
	       LEFT_X, pic->own, pic->alone);
	printf("<g stroke-width=\"2\" stroke=\"#333a45\">"
	       "<path d=\"M%d 34h40\"/>"
	       "<path d=\"M%d 54h40\" stroke-dasharray=\"5 3\"/></g>\n",
	       RIGHT_X, RIGHT_X);
	printf("<g font-size=\"12\"><text x=\"%d\" y=\"38\">send right"
	       "</text><text x=\"%d\" y=\"58\">send-once right</text></g>\n",
	       RIGHT_X + 50, RIGHT_X + 50);
	printf("<g font-size=\"13\" font-weight=\"bold\" fill=\"#555555\">"
	       "<text x=\"%d\" y=\"%d\">holds rights</text>"
	       "<text x=\"%d\" y=\"%d\">receives</text></g>\n",
	       LEFT_X, TOP - 14, RIGHT_X, TOP - 14);
}

static void put_box(int x, int y, int width, int rows, const char *name,
		    const char *fill)
{
	printf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"6\" "
	       "fill=\"%s\" stroke=\"#8a8f98\"/>\n",
	       x, y, width, box_height(rows), fill);
	printf("<text x=\"%d\" y=\"%d\" font-size=\"14\" "
	       "font-weight=\"bold\">",
	       x + 12, y + 19);
	put_text(name);
	printf("</text>\n");
}

static void put_boxes(const struct picture *pic)
{
	const struct graph *g = pic->g;

	for (int i = 0; i < KERNEL(g); i++) {
		if (pic->outlets[i])
			put_box(LEFT_X, pic->left_y[i], LEFT_W,
				pic->outlets[i], g->tasks[i].name, "#eef3fa");
		if (pic->dots[i])
			put_box(RIGHT_X, pic->right_y[i], RIGHT_W,
				pic->dots[i], g->tasks[i].name, "#eef3fa");
	}
	if (pic->dots[KERNEL(g)])
		put_box(RIGHT_X, pic->right_y[KERNEL(g)], RIGHT_W,
			pic->dots[KERNEL(g)], "kernel", "#f6efe3");
}

static void put_dots(const struct picture *pic)
{
	const struct graph *g = pic->g;
	char label[GRAPH_LABEL];

	printf("<g font-size=\"12\">\n");
	for (size_t i = 0; i < g->port_count; i++) {
		const struct graph_port *p = &g->ports[i];
		if (!pic->dot_y[i])
			continue;
		printf("<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"#333a45\"/>"
		       "<text x=\"%d\" y=\"%d\">",
		       RIGHT_X + 14, pic->dot_y[i], RIGHT_X + 26,
		       pic->dot_y[i] + 4);
		if (p->kind != HOST_OBJECT_NONE)
			put_text(graph_label(g, (int)i, label));
		else if (p->queued)
			printf("p%u, %lld waiting", p->number,
			       (long long)p->queued);
		else
			printf("p%u", p->number);
		printf("</text>\n");
	}
	printf("</g>\n");
}

static void put_line(const struct picture *pic, const struct graph_right *r,
		     int y)
{
	const int64_t *w = r->right.word;
	int x1 = LEFT_X + LEFT_W, x2 = RIGHT_X + 10, to = pic->dot_y[r->port];
	char kind[GRAPH_KIND], label[GRAPH_LABEL];
	int64_t type = w[RIGHT_STAT_TYPE];

	printf("<path d=\"M%d %dC%d %d %d %d %d %d\" stroke=\"%s\"%s>"
	       "<title>",
	       x1, y, x1 + 240, y, x2 - 240, to, x2, to, colour(r->holder),
	       type & MACH_PORT_TYPE_SEND_ONCE ?
		       " stroke-dasharray=\"5 3\"" : "");
	put_text(pic->g->tasks[r->holder].name);
	printf(": %s to ", graph_kind(type, kind));
	put_text(graph_label(pic->g, r->port, label));
	printf("</title></path>\n");
	printf("<circle cx=\"%d\" cy=\"%d\" r=\"3\" fill=\"%s\" "
	       "stroke=\"none\"/>\n", x1, y, colour(r->holder));
}

/* The name that the holder has for it, inside its box. */
static void put_name(const struct graph_right *r, int y)
{
	printf("<text x=\"%d\" y=\"%d\" text-anchor=\"end\" stroke=\"none\" "
	       "fill=\"#555555\">%llx</text>\n",
	       LEFT_X + LEFT_W - 10, y + 4,
	       (unsigned long long)r->right.word[RIGHT_STAT_NAME]);
}

/* A task's lines, its outlets in the order of where they lead. */
static void put_lines_of(const struct picture *pic, int task,
			 struct place *room)
{
	const struct graph *g = pic->g;
	int n = 0;

	for (size_t i = 0; i < g->right_count; i++)
		if (pic->shown[i] && g->rights[i].holder == task)
			room[n++] = (struct place){
				pic->dot_y[g->rights[i].port], (int)i};
	qsort(room, (size_t)n, sizeof(*room), by_key);
	for (int k = 0; k < n; k++) {
		int y = pic->left_y[task] + BOX_HEAD + k * ROW + ROW / 2;
		put_line(pic, &g->rights[room[k].index], y);
		put_name(&g->rights[room[k].index], y);
	}
}

static void put_lines(const struct picture *pic)
{
	const struct graph *g = pic->g;
	struct place *room = watch_alloc(NULL, g->right_count, sizeof(*room));

	printf("<g fill=\"none\" stroke-width=\"1.6\" stroke-opacity=\"0.75\" "
	       "font-size=\"11\">\n");
	for (int i = 0; i < KERNEL(g); i++)
		put_lines_of(pic, i, room);
	printf("</g>\n");
	free(room);
}

void graph_draw(const struct graph *g, int only)
{
	size_t boxes = g->task_count + 1;
	struct picture pic = {
		.g = g,
		.shown = calloc(g->right_count + 1, sizeof(*pic.shown)),
		.dot_y = calloc(g->port_count + 1, sizeof(*pic.dot_y)),
		.outlets = calloc(boxes, sizeof(int)),
		.dots = calloc(boxes, sizeof(int)),
		.left_y = calloc(boxes, sizeof(int)),
		.right_y = calloc(boxes, sizeof(int)),
	};

	if (!pic.shown || !pic.dot_y || !pic.outlets || !pic.dots ||
	    !pic.left_y || !pic.right_y)
		watch_fail("memory", KERN_RESOURCE_SHORTAGE);
	choose(&pic, only);
	place_all(&pic);
	put_head(&pic);
	put_boxes(&pic);
	put_lines(&pic);
	put_dots(&pic);
	printf("</svg>\n");
}
