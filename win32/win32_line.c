// SPDX-License-Identifier: Apache-2.0
// The command line, taken apart by the rules of the C runtime's main().
// CommandLineToArgvW would do it too, but lies in shell32.dll, which takes
// longer to load than everything else a child needs.
#include "win32/win32.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "platform/fail.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

// The program's name knows no backslash escapes: quotes only group.
static char *copy_program(const char **line, char *to)
{
    const char *from = *line;
    bool quoted = false;

    for (; *from != '\0' && (quoted || !is_space(*from)); from++) {
        if (*from == '"') {
            quoted = !quoted;
        } else {
            *to++ = *from;
        }
    }
    *line = from;
    *to++ = '\0';
    return to;
}

// Backslashes are themselves, unless a quote follows: then two are one, and
// an odd one takes the quote's meaning away. Returns whether it did; *line
// stands behind the backslashes.
static bool copy_backslashes(const char **line, char **to)
{
    size_t count = strspn(*line, "\\");
    bool before_quote = (*line)[count] == '"';
    size_t kept = before_quote ? count / 2 : count;

    memset(*to, '\\', kept);
    *to += kept;
    *line += count;
    return before_quote && count % 2 == 1;
}

static char *copy_argument(const char **line, char *to)
{
    bool quoted = false;

    for (;;) {
        bool literal = copy_backslashes(line, &to);
        char c = **line;
        if (c == '\0' || (is_space(c) && !quoted)) {
            break;
        }
        *line += 1;
        if (c != '"' || literal) {
            *to++ = c;
        } else if (quoted && **line == '"') {
            *to++ = '"'; // two of them inside quotes are one
            *line += 1;
        } else {
            quoted = !quoted;
        }
    }
    *to++ = '\0';
    return to;
}

static int split(const char *line, char **argv, char *to)
{
    int argc = 0;

    argv[argc++] = to;
    to = copy_program(&line, to);
    for (line += strspn(line, " \t"); *line != '\0';
         line += strspn(line, " \t")) {
        argv[argc++] = to;
        to = copy_argument(&line, to);
    }
    argv[argc] = NULL;
    return argc;
}

int mp_plat_command_line(int *argc, char ***argv)
{
    char *line = NULL;
    int r = mp_win32_to_utf8(GetCommandLineW(), &line);
    if (r < 0) {
        return r;
    }
    // Each argument but the first has a character of its own and a space
    // before it; what is copied is never longer than the line, and a NUL.
    size_t length = strlen(line);
    size_t most = length / 2 + 3;
    *argv = malloc(most * sizeof(**argv) + length + 2);
    if (*argv == NULL) {
        r = mp__fail(MP_ENOMEM, 0, "command line");
    } else {
        *argc = split(line, *argv, (char *) (*argv + most));
    }
    free(line);
    return r;
}
