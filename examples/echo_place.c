// SPDX-License-Identifier: Apache-2.0
#include "echo_place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct word {
    const char *text;
    int value;
} word_t;

static const word_t families[] = {{"AF_INET", MP_AF_INET},
                                  {"AF_INET6", MP_AF_INET6},
                                  {"AF_UNIX", MP_AF_UNIX},
                                  {"AF_PIPE", MP_AF_PIPE}};

static const word_t digests[] = {{"md5", MP_DIGEST_MD5},
                                 {"sha256", MP_DIGEST_SHA256},
                                 {"sha384", MP_DIGEST_SHA384},
                                 {"sha3_256", MP_DIGEST_SHA3_256},
                                 {"sha3_384", MP_DIGEST_SHA3_384}};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static bool find_word(const word_t *words, size_t count, const char *text,
                      int *value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].text, text) == 0) {
            *value = words[i].value;
            return true;
        }
    }
    (void) fprintf(stderr, "%s: not known here\n", text);
    return false;
}

static bool read_family(echo_place_t *place, const char *text)
{
    int value = MP_FAMILY_DEFAULT;

    bool found = find_word(families, COUNT(families), text, &value);
    place->family = (mp_family_t) value;
    return found;
}

static bool read_min_digest(echo_place_t *place, const char *text)
{
    int value = MP_DIGEST_DEFAULT;

    bool found = find_word(digests, COUNT(digests), text, &value);
    place->min_digest = (mp_digest_t) value;
    return found;
}

static size_t without_newline(const unsigned char *bytes, size_t size)
{
    size -= size > 0 && bytes[size - 1] == '\n';
    size -= size > 0 && bytes[size - 1] == '\r';
    return size;
}

static bool read_key(echo_place_t *place, const char *path)
{
    unsigned char bytes[MP_AUTHKEY_MOST + 3]; // a newline, and one too many
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        (void) fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    bool failed = ferror(file) != 0;
    (void) fclose(file);
    size = without_newline(bytes, size);
    if (failed || size > MP_AUTHKEY_MOST) {
        (void) fprintf(stderr, "%s: no key, which has at most %d bytes\n", path,
                       MP_AUTHKEY_MOST);
        return false;
    }
    memcpy(place->key, bytes, size);
    place->key_size = size;
    place->has_key = true;
    return true;
}

bool echo_place_address(echo_place_t *place, const char *address)
{
    int length =
        snprintf(place->address, sizeof(place->address), "%s", address);

    return length >= 0 && (size_t) length < sizeof(place->address);
}

int echo_place_option(echo_place_t *place, char **argv)
{
    static const struct {
        const char *name;
        bool (*read)(echo_place_t *place, const char *value);
    } rows[] = {{"--family", read_family},
                {"--min-digest", read_min_digest},
                {"--authkey-file", read_key}};

    if (strcmp(argv[0], "--open") == 0) {
        place->open = true;
        return 1;
    }
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(argv[0], rows[i].name) == 0 && argv[1] != NULL) {
            return rows[i].read(place, argv[1]) ? 2 : -1;
        }
    }
    return 0;
}

bool echo_place_is_whole(const echo_place_t *place)
{
    return place->open != place->has_key;
}

bool echo_number(const char *text, long long most, long long *number)
{
    char *end = NULL;

    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= 0 &&
           *number <= most;
}
