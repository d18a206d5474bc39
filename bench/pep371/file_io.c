// SPDX-License-Identifier: Apache-2.0
#include "bench/pep371/functions.h"

#include <stdlib.h>
#include <string.h>

#include <apr_file_io.h>

#include "bench/common/system.h"
#include "bench/pep371/support.h"

#define TEXT_SIZE ((size_t) 4 << 20)
#define LINE_WIDTH 72   // after which a word ends its line
#define LINE_BUFFER 256 // the longest line of the text fits well
#define SEEKS 5000

// Marsaglia's xorshift: the same numbers on every system.
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

char *pep_text(size_t *size)
{
    static const char syllables[16][4] = {
        "lo", "rem", "ip", "sum", "do",  "lor", "sit", "a",
        "me", "con", "se", "te",  "tur", "eli", "ut",  "la"};
    char *text = malloc(TEXT_SIZE);
    size_t line = 0;
    uint64_t random = 371;

    if (text == NULL) {
        return NULL;
    }
    for (size_t at = 0; at < TEXT_SIZE;) {
        uint64_t bits = next_random(&random) >> 32;
        const char *syllable = syllables[bits % 16];

        for (; *syllable != '\0' && at < TEXT_SIZE; line++) {
            text[at++] = *syllable++;
        }
        if (bits / 16 % 3 == 0 && at < TEXT_SIZE) {
            text[at++] = line < LINE_WIDTH ? ' ' : '\n';
            line = line < LINE_WIDTH ? line + 1 : 0;
        }
    }
    text[TEXT_SIZE - 1] = '\n';
    *size = TEXT_SIZE;
    return text;
}

// Writes the first whole line behind a random place of `text`.
static apr_status_t copy_line(apr_file_t *text, apr_file_t *null,
                              uint64_t *random)
{
    char line[LINE_BUFFER];
    apr_off_t place =
        (apr_off_t) (next_random(random) % (TEXT_SIZE - 2 * LINE_BUFFER));

    apr_status_t status = apr_file_seek(text, APR_SET, &place);
    for (int i = 0; i < 2 && status == APR_SUCCESS; i++) {
        status = apr_file_gets(line, sizeof(line), text);
    }
    if (status != APR_SUCCESS) {
        return status;
    }
    if (strchr(line, '\n') == NULL) {
        return APR_EGENERAL; // this is not our text
    }
    return apr_file_puts(line, null);
}

static apr_status_t copy_lines(const char *path, apr_pool_t *pool)
{
    apr_file_t *text = NULL;
    apr_file_t *null = NULL;
    uint64_t random = 42;

    apr_status_t status =
        apr_file_open(&text, path, APR_FOPEN_READ | APR_FOPEN_BUFFERED,
                      APR_FPROT_OS_DEFAULT, pool);
    if (status != APR_SUCCESS) {
        return status;
    }
    status = apr_file_open(&null, bench_null_device(),
                           APR_FOPEN_WRITE | APR_FOPEN_BUFFERED,
                           APR_FPROT_OS_DEFAULT, pool);
    for (int i = 0; i < SEEKS && status == APR_SUCCESS; i++) {
        status = copy_line(text, null, &random);
    }
    if (status != APR_SUCCESS) {
        return status; // the pool closes both
    }
    status = apr_file_close(null);
    return status != APR_SUCCESS ? status : apr_file_close(text);
}

int file_io(const mp_args_t *args)
{
    const char *path = mp_args_text(args, 0);
    apr_pool_t *pool = NULL;
    char why[200];

    apr_status_t status = pep_apr_ready();
    if (status == APR_SUCCESS) {
        status = apr_pool_create(&pool, NULL);
    }
    if (status != APR_SUCCESS || path == NULL) {
        return mp_failure(1, "file_io: no pool or no path");
    }
    status = copy_lines(path, pool);
    apr_pool_destroy(pool);
    if (status != APR_SUCCESS) {
        return mp_failure(1, "file_io: %s",
                          apr_strerror(status, why, sizeof(why)));
    }
    return 0;
}
MP_TARGET(file_io)
