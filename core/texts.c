// SPDX-License-Identifier: Apache-2.0
#include "core/texts.h"

#include <stdlib.h>

#include "core/process.h"
#include "platform/fail.h"

static size_t count_of(char *const *texts)
{
    size_t count = 0;

    while (texts != NULL && texts[count] != NULL) {
        count++;
    }
    return count;
}

int mp__texts_add(char ***texts, const char *text)
{
    size_t count = count_of(*texts);
    char **bigger = realloc((void *) *texts, (count + 2) * sizeof(*bigger));
    if (bigger == NULL) {
        return mp__fail(MP_ENOMEM, 0, "a row of texts");
    }
    *texts = bigger;
    bigger[count] = mp__copy_text(text);
    bigger[count + 1] = NULL;
    return bigger[count] == NULL ? MP_ENOMEM : 0;
}

int mp__texts_add_all(char ***texts, char *const *more)
{
    int r = 0;

    for (size_t i = 0; r == 0 && more != NULL && more[i] != NULL; i++) {
        r = mp__texts_add(texts, more[i]);
    }
    return r;
}

void mp__texts_free(char **texts)
{
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        free(texts[i]);
    }
    free((void *) texts);
}

int mp__environment_check(const char *entry)
{
    if (entry == NULL || entry[0] == '\0' || entry[0] == '=') {
        return mp__fail(MP_EINVAL, 0,
                        "an entry of an environment is without a name");
    }
    return 0;
}
