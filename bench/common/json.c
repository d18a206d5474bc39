// SPDX-License-Identifier: Apache-2.0
#include "bench/common/json.h"

#include <float.h>
#include <inttypes.h>

// Write errors stick to the stream, so that bench_json_end() sees them all.
static void write_text(FILE *stream, const char *text)
{
    (void) fputc('"', stream);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char) *text;

        if (c == '"' || c == '\\') {
            (void) fprintf(stream, "\\%c", c);
        } else if (c < 0x20) {
            (void) fprintf(stream, "\\u%04x", c);
        } else {
            (void) fputc(c, stream);
        }
    }
    (void) fputc('"', stream);
}

static void write_key(bench_json_t *json, const char *key)
{
    (void) fputs(json->first ? "{" : ", ", json->stream);
    json->first = false;
    write_text(json->stream, key);
    (void) fputs(": ", json->stream);
}

void bench_json_begin(bench_json_t *json, FILE *stream)
{
    json->stream = stream;
    json->first = true;
}

void bench_json_text(bench_json_t *json, const char *key, const char *text)
{
    write_key(json, key);
    write_text(json->stream, text);
}

void bench_json_int(bench_json_t *json, const char *key, int64_t number)
{
    write_key(json, key);
    (void) fprintf(json->stream, "%" PRId64, number);
}

void bench_json_number(bench_json_t *json, const char *key, double number)
{
    write_key(json, key);
    if (number >= -DBL_MAX && number <= DBL_MAX) {
        (void) fprintf(json->stream, "%.9g", number);
    } else {
        (void) fputs("null", json->stream);
    }
}

int bench_json_end(bench_json_t *json)
{
    (void) fputs(json->first ? "{}\n" : "}\n", json->stream);
    return fflush(json->stream) == 0 && !ferror(json->stream) ? 0 : -1;
}
