/* SPDX-License-Identifier: BSD-2-Clause */
#include "spell.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 40 };

/* Frequent words; in any order, separated by blanks. */
static const char built_in[] =
	"a able about above accept across act add after again against age ago "
	"air all allow almost alone along already also although always am among "
	"an and animal another answer any appear are area arm around art as ask "
	"at away back bad be bear beautiful became because become bed been "
	"before began begin behind being believe below best better between big "
	"bird black blue boat body book both box boy bring brown build but buy "
	"by call came can car care carry case cat catch cause change check "
	"child children circle city class clear close cold color come common "
	"complete computer copy could count country course cross cry cut day "
	"deep did different do does dog done door down draw drive dry during "
	"each early earth easy eat editor either end enough even ever every "
	"eye face fact fall family far fast father feel feet few field file "
	"find fine fire first fish five fly follow food foot for force form "
	"found four fox free friend from front full game gave get girl give go "
	"gold good got great green ground group grow had half hand happen hard "
	"has have he head hear heat hello help her here high him his hold home "
	"hot hour house how hundred i idea if important in inch interest into "
	"is island it its jump jumps just keep kernel kind king knew know land "
	"language large last late laugh lay lazy lead learn leave left less let "
	"letter life light like line list listen little live long look love "
	"low made main make man many map mark may me mean measure men message "
	"might mile mind minute miss money moon more morning most mother "
	"mountain move much music must my name near need never new next night "
	"no north not note nothing notice now number object of off often old "
	"on once one only open or order other our out over own page paper part "
	"pass pattern people perhaps person pick picture piece place plain plan "
	"plant play point port possible power press problem produce product "
	"program pull put question quick rain ran reach read ready real record "
	"red remember rest right river road rock room round rule run said same "
	"sat saw say school sea second see seem self send sentence serve set "
	"several shall she ship short should show side simple since sing sit "
	"six size sleep slow small snow so some song soon sound south special "
	"spell spelling stand star start state stay step still stood stop story "
	"street strong study such sun sure surface system table take talk task "
	"tell ten test text than that the their them then there these they "
	"thing think this those though thought thousand thread threads three "
	"through time to together told too took top toward town travel tree "
	"true try turn two type under unit until up upon us use usual very "
	"voice vowel wait walk want war warm was watch water way we week well "
	"went were west what wheel when where which while white who whole why "
	"will wind window with without wonder wood word words work world would "
	"write wrong year yellow yes yet you young your";

static char *text;  /* what the words point into */
static char **words; /* sorted */
static size_t count;

static int by_word(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lower(char *to, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	to[length] = '\0';
}

/* Takes the text over: it must come from malloc. */
static void take(char *from)
{
	char **list = malloc((strlen(from) / 2 + 1) * sizeof(*list));

	if (list == NULL)
		abort();
	free(text);
	free(words);
	text = from;
	words = list;
	count = 0;
	for (char *word = strtok(text, " \n\t\r"); word != NULL;
	     word = strtok(NULL, " \n\t\r")) {
		lower(word, word, strlen(word));
		words[count++] = word;
	}
	qsort(words, count, sizeof(*words), by_word);
}

bool spell_read(const char *file)
{
	char *all = NULL;
	size_t room = 0;
	FILE *f = fopen(file, "r");
	ssize_t n;

	if (f == NULL)
		return false;
	n = getdelim(&all, &room, '\0', f);
	fclose(f);
	if (n < 0) {
		free(all);
		all = strdup("");
	}
	take(all);
	return true;
}

bool spell_letter(char c)
{
	return isalnum((unsigned char)c) || c == '\'' || (c & 0x80) != 0;
}

static bool is_number(const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char)word[i]))
			return false;
	return true;
}

bool spell_knows(const char *word, size_t length)
{
	char copy[WORD_MAX + 1], *key = copy;

	if (words == NULL)
		take(strdup(built_in));
	if (is_number(word, length))
		return true;
	if (length > WORD_MAX)
		return false;
	lower(copy, word, length);
	return bsearch(&key, words, count, sizeof(*words), by_word) != NULL;
}
