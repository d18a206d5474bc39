// SPDX-License-Identifier: Apache-2.0
#include "bench/connection/samples.h"

#include <stdlib.h>
#include <string.h>

#define LENGTH 1000
#define TEXT_LENGTH 4096
#define NESTED 100

int sample_dict(mp_any_t **out)
{
    const mp_arg_t items[] = {
        MP_TEXT("name"),    MP_TEXT("worker-17"),
        MP_TEXT("pid"),     MP_INT(40961),
        MP_TEXT("load"),    MP_FLOAT(0.375),
        MP_TEXT("alive"),   MP_BOOL(true),
        MP_TEXT("host"),    MP_TEXT("build.example.org"),
        MP_TEXT("port"),    MP_INT(6000),
        MP_TEXT("done"),    MP_INT(123456789),
        MP_TEXT("ratio"),   MP_FLOAT(1.0625),
        MP_TEXT("queue"),   MP_NONE,
        MP_TEXT("command"), MP_TEXT("compile"),
    };
    const mp_args_t all = {sizeof(items) / sizeof(items[0]), items};

    return mp_any_dict(out, &all);
}

// What takes one more item, which it holds.
static int append(mp_any_t *list, mp_any_t *item)
{
    int r = mp_any_append(list, item);
    mp_any_destroy(item);
    return r;
}

int sample_ints(mp_any_t **out)
{
    mp_any_t *item = NULL;
    int r = mp_any_list(out, MP_NO_ARGS);

    for (int64_t i = 0; r == 0 && i < LENGTH; i++) {
        r = mp_any_int(&item, i);
        r = r == 0 ? append(*out, item) : r;
    }
    return r;
}

int sample_floats(mp_any_t **out)
{
    mp_any_t *item = NULL;
    int r = mp_any_list(out, MP_NO_ARGS);

    for (int i = 0; r == 0 && i < LENGTH; i++) {
        r = mp_any_float(&item, i / 7.0);
        r = r == 0 ? append(*out, item) : r;
    }
    return r;
}

int sample_text(mp_any_t **out)
{
    char text[TEXT_LENGTH];

    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = (char) ('a' + i % 26);
    }
    return mp_any_text(out, text, sizeof(text));
}

static int one_of_nested(mp_any_t **out, int64_t number)
{
    mp_any_t *tags = NULL;
    mp_any_t *point = NULL;

    int r = mp_any_dict(out, MP_ARGS("id", number));
    if (r == 0) {
        r = mp_any_list(&tags, MP_ARGS("first", "second", number));
    }
    if (r == 0) {
        r = mp_any_set_text(*out, "tags", tags);
    }
    if (r == 0) {
        r = mp_any_tuple(&point, MP_ARGS(number, (double) number / 2));
    }
    if (r == 0) {
        r = mp_any_set_text(*out, "point", point);
    }
    mp_any_destroy(tags);
    mp_any_destroy(point);
    return r;
}

int sample_nested(mp_any_t **out)
{
    mp_any_t *item = NULL;
    int r = mp_any_list(out, MP_NO_ARGS);

    for (int64_t i = 0; r == 0 && i < NESTED; i++) {
        r = one_of_nested(&item, i);
        r = r == 0 ? append(*out, item) : r;
    }
    return r;
}

int sample_big(mp_any_t **out)
{
    char *bytes = malloc(SAMPLE_BIG);

    if (bytes == NULL) {
        return MP_ENOMEM;
    }
    memset(bytes, 7, SAMPLE_BIG);
    int r = mp_any_bytes(out, bytes, SAMPLE_BIG);
    free(bytes);
    return r;
}
