// SPDX-License-Identifier: Apache-2.0
// One JSON object on one line, for programs that read the measurements:
//
//     bench_json_t line;
//     bench_json_begin(&line, stdout);
//     bench_json_text(&line, "mode", "processes");
//     bench_json_number(&line, "seconds", 0.25);
//     if (bench_json_end(&line) != 0) …
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct bench_json {
    FILE *stream;
    bool first;
} bench_json_t;

void bench_json_begin(bench_json_t *json, FILE *stream);
void bench_json_text(bench_json_t *json, const char *key, const char *text);
void bench_json_int(bench_json_t *json, const char *key, int64_t number);
// JSON has no infinity and no NaN: these become null.
void bench_json_number(bench_json_t *json, const char *key, double number);
// Ends the line and flushes it. 0, or -1 if not all of it could be written.
int bench_json_end(bench_json_t *json);

#endif
