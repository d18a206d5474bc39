// SPDX-License-Identifier: Apache-2.0
// What tests/python/values.py speaks with: on the standard input a command, a
// length and a pickle; on the standard output what the call returned, a length
// and bytes. Numbers are 32 bits, little-endian.
//   p  the value is read and written again
//   r  its repr()
//   c  of a pair: equal, order, and whether the hashes are the same, as text
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing.h>

static uint32_t read_number(void)
{
    unsigned char bytes[4] = {0};

    if (fread(bytes, 1, 4, stdin) != 4) {
        exit(2);
    }
    return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 |
           (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

static void write_number(int64_t number)
{
    for (int i = 0; i < 4; i++) {
        (void) putchar((int) ((uint64_t) number >> (8 * i) & 0xFF));
    }
}

static void answer(int r, const void *bytes, size_t size)
{
    const char *message = mp_last_error()->message;

    if (r < 0) {
        bytes = message;
        size = strlen(message);
    }
    write_number(r);
    write_number((int64_t) size);
    (void) fwrite(bytes, 1, size, stdout);
    (void) fflush(stdout);
}

static void pass(const mp_any_t *value)
{
    void *bytes = NULL;
    size_t size = 0;

    int r = mp_dumps(&bytes, &size, value, NULL);
    answer(r, bytes, size);
    mp_free(bytes);
}

static void print(const mp_any_t *value)
{
    char *text = NULL;

    int r = mp_any_repr(value, &text);
    answer(r, text, text == NULL ? 0 : strlen(text));
    mp_free(text);
}

static void compare(const mp_any_t *value)
{
    const mp_any_t *a = mp_any_item(value, 0);
    const mp_any_t *b = mp_any_item(value, 1);
    uint64_t a_hash = 0;
    uint64_t b_hash = 1;
    char text[64];
    int order = 0;

    int equal = mp_any_equal(a, b);
    int r = mp_any_compare(a, b, &order);
    order = r < 0 ? 2 : (order > 0) - (order < 0);
    bool hashed = mp_any_hash(a, &a_hash) == 0 && mp_any_hash(b, &b_hash) == 0;
    (void) snprintf(text, sizeof(text), "%d %d %d", equal, order,
                    hashed ? (a_hash == b_hash) : 2);
    answer(0, text, strlen(text));
}

static void serve(int command, const void *bytes, size_t size)
{
    mp_any_t *value = NULL;

    int r = mp_loads(&value, bytes, size, NULL);
    if (r < 0) {
        answer(r, NULL, 0);
    } else if (command == 'p') {
        pass(value);
    } else if (command == 'r') {
        print(value);
    } else {
        compare(value);
    }
    mp_any_destroy(value);
}

int main(void)
{
    int command = 0;

    while ((command = getchar()) != EOF) {
        size_t size = read_number();
        char *bytes = malloc(size + 1);
        if (bytes == NULL || fread(bytes, 1, size, stdin) != size) {
            free(bytes);
            return 2;
        }
        serve(command, bytes, size);
        free(bytes);
    }
    return 0;
}
