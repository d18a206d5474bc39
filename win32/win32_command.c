// SPDX-License-Identifier: Apache-2.0
// The command line of a child, in the form that C programs take apart again.
#include "win32/win32.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "platform/fail.h"

// A line is measured while there is no text, then written.
typedef struct line {
    wchar_t *text;
    size_t length;
} line_t;

static void put(line_t *line, wchar_t letter, size_t times)
{
    for (; times > 0; times--) {
        if (line->text != NULL) {
            line->text[line->length] = letter;
        }
        line->length++;
    }
}

static void put_all(line_t *line, const wchar_t *text)
{
    for (; *text != L'\0'; text++) {
        put(line, *text, 1);
    }
}

// Between quotes. A backslash means itself, unless backslashes come before a
// quote: then two are one, and one more makes the quote a letter.
static void put_argument(line_t *line, const wchar_t *text)
{
    put_all(line, L" \"");
    for (;;) {
        size_t backslashes = wcsspn(text, L"\\");
        text += backslashes;
        bool doubled = *text == L'\0' || *text == L'"';
        put(line, L'\\', doubled ? 2 * backslashes : backslashes);
        if (*text == L'\0') {
            break;
        }
        put(line, L'\\', *text == L'"' ? 1 : 0);
        put(line, *text++, 1);
    }
    put(line, L'"', 1);
}

// The name of a file holds no quote, and does not end with a backslash that a
// quote could follow in an argument: the first one knows no escapes. The
// marker has nothing that needs a quote.
static void put_line(line_t *line, const wchar_t *program,
                     wchar_t *const *arguments, const wchar_t *marker)
{
    put(line, L'"', 1);
    put_all(line, program);
    put(line, L'"', 1);
    for (size_t i = 0; arguments[i] != NULL; i++) {
        put_argument(line, arguments[i]);
    }
    put(line, L' ', 1);
    put_all(line, marker);
    put(line, L'\0', 1);
}

static void free_all(wchar_t **texts)
{
    for (size_t i = 0; texts[i] != NULL; i++) {
        free(texts[i]);
    }
    free((void *) texts);
}

static int to_wide_all(char *const *texts, wchar_t ***wide)
{
    size_t count = 0;
    int r = 0;

    while (texts != NULL && texts[count] != NULL) {
        count++;
    }
    *wide = calloc(count + 1, sizeof(**wide));
    if (*wide == NULL) {
        return mp__fail(MP_ENOMEM, 0, "command line of a child");
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        r = mp_win32_to_wide(texts[i], &(*wide)[i]);
    }
    if (r < 0) {
        free_all(*wide);
    }
    return r;
}

int mp_win32_command_line(const wchar_t *program, char *const *arguments,
                          const wchar_t *marker, wchar_t **text)
{
    wchar_t **wide = NULL;
    line_t line = {NULL, 0};

    int r = to_wide_all(arguments, &wide);
    if (r < 0) {
        return r;
    }
    put_line(&line, program, wide, marker);
    line.text = malloc(line.length * sizeof(*line.text));
    if (line.text != NULL) {
        line.length = 0;
        put_line(&line, program, wide, marker);
    } else {
        r = mp__fail(MP_ENOMEM, 0, "command line of a child");
    }
    free_all(wide);
    *text = line.text;
    return r;
}
