// SPDX-License-Identifier: Apache-2.0
// python_peer COMMAND NAME: C's half of tests/python/shared_memory.py. It ends
// with 0, or says what was not as it should be.
#include <multiprocessing.h>

#include <stdio.h>
#include <string.h>

#define WIDTH 640
#define HEIGHT 480

static int complain(const char *what)
{
    (void) fprintf(stderr, "python_peer: %s (%s)\n", what,
                   mp_last_error()->message);
    return 1;
}

// ---- an image ----

static int create_image(const char *name)
{
    mp_shared_memory_t *memory = NULL;

    if (mp_shared_memory_create(&memory, name, WIDTH * HEIGHT, NULL) < 0) {
        return complain("create");
    }
    unsigned char *pixels = mp_shared_memory_address(memory);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            pixels[y * WIDTH + x] = (unsigned char) (x + y);
        }
    }
    mp_shared_memory_destroy(memory); // the name stays
    return 0;
}

// What Python made of it: every pixel inverted.
static int check_image(const char *name)
{
    const mp_shared_memory_options_t options = {.least_size = WIDTH * HEIGHT};
    mp_shared_memory_t *memory = NULL;

    if (mp_shared_memory_open(&memory, name, &options) < 0) {
        return complain("open");
    }
    const unsigned char *pixels = mp_shared_memory_address(memory);
    for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            if (pixels[y * WIDTH + x] != (unsigned char) ~(x + y)) {
                return complain("a pixel is wrong");
            }
        }
    }
    mp_shared_memory_destroy(memory);
    return 0;
}

static int invert_image(const char *name)
{
    mp_shared_memory_t *memory = NULL;

    if (mp_shared_memory_open(&memory, name, NULL) < 0) {
        return complain("open");
    }
    unsigned char *bytes = mp_shared_memory_address(memory);
    for (size_t i = 0; i < mp_shared_memory_size(memory); i++) {
        bytes[i] = (unsigned char) ~bytes[i];
    }
    mp_shared_memory_destroy(memory);
    return 0;
}

static int remove_name(const char *name)
{
    return mp_shared_memory_remove(name) == 0 ? 0 : complain("remove");
}

// ---- a list ----

static const char umlauts[] = "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xE2\x82\xAC";

static int create_list(const char *name)
{
    mp_shareable_list_t *list = NULL;

    if (mp_shareable_list_create(&list, name,
                                 MP_ARGS(-5, 2.5, MP_BOOL(true), MP_BOOL(false),
                                         "text", umlauts, "",
                                         MP_BYTES("\0\1\xFF", 3),
                                         MP_BYTES("", 0), MP_NONE, INT64_MIN),
                                 NULL) < 0) {
        return complain("create");
    }
    mp_shareable_list_destroy(list);
    return 0;
}

static bool has_text(const mp_shareable_list_t *list, size_t index,
                     const char *wanted)
{
    char text[100];

    return mp_shareable_list_get_text(list, index, text, sizeof(text), NULL) ==
               0 &&
           strcmp(text, wanted) == 0;
}

static bool has_bytes(const mp_shareable_list_t *list, size_t index,
                      const char *wanted, size_t size)
{
    char bytes[100];
    size_t length = 0;

    return mp_shareable_list_get_bytes(list, index, bytes, sizeof(bytes),
                                       &length) == 0 &&
           length == size && memcmp(bytes, wanted, size) == 0;
}

// What Python put into it.
static int check_list(const char *name)
{
    mp_shareable_list_t *list = NULL;
    int64_t integer = 0;
    double number = 0;
    bool truth = false;

    if (mp_shareable_list_open(&list, name, NULL) < 0) {
        return complain("open");
    }
    bool right =
        mp_shareable_list_length(list) == 7 &&
        mp_shareable_list_get_int(list, 0, &integer) == 0 &&
        integer == 1234567890123 &&
        mp_shareable_list_get_float(list, 1, &number) == 0 &&
        number == -0.125 && mp_shareable_list_get_bool(list, 2, &truth) == 0 &&
        truth && has_text(list, 3, "from Python") &&
        has_text(list, 4, "\xC3\xA4") && has_bytes(list, 5, "\0bytes", 6) &&
        mp_shareable_list_type(list, 6) == MP_ARG_NONE;
    mp_shareable_list_destroy(list);
    return right ? 0 : complain("an item is wrong");
}

// The same items, backwards as far as they fit.
static int change_list(const char *name)
{
    mp_shareable_list_t *list = NULL;

    if (mp_shareable_list_open(&list, name, NULL) < 0) {
        return complain("open");
    }
    if (mp_shareable_list_set(list, 0, MP_NONE) < 0 ||
        mp_shareable_list_set(list, 1, MP_TEXT("8 bytes!")) < 0 ||
        mp_shareable_list_set(list, 2, MP_INT(-1)) < 0 ||
        mp_shareable_list_set(list, 3, MP_TEXT(umlauts)) < 0 ||
        mp_shareable_list_set(list, 4, MP_BOOL(false)) < 0 ||
        mp_shareable_list_set(list, 5, MP_FLOAT(1e300)) < 0 ||
        mp_shareable_list_set(list, 6, MP_BYTES("b", 1)) < 0) {
        return complain("set");
    }
    mp_shareable_list_destroy(list);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *name);
    } commands[] = {
        {"create-image", create_image}, {"check-image", check_image},
        {"invert", invert_image},       {"remove", remove_name},
        {"create-list", create_list},   {"check-list", check_list},
        {"change-list", change_list},
    };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (argc == 3 && strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argv[2]);
        }
    }
    return complain("which command?");
}
