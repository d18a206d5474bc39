// SPDX-License-Identifier: Apache-2.0
// libFuzzer: a pickle, which anybody may have sent. What is read is compared,
// hashed, printed, changed and written; what was written must be read again.
// Build and run with `sh ci/fuzz.sh [SECONDS]`.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <multiprocessing/pickle.h>
#include <multiprocessing/system.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const mp_any_t *value)
{
    void *first = NULL;
    void *second = NULL;
    size_t first_size = 0;
    size_t second_size = 0;
    mp_any_t *copy = NULL;
    const mp_pickle_options_t options = {.max_bytes = 1 << 22,
                                         .max_depth = 2000};

    if (mp_dumps(&first, &first_size, value, &options) == 0) {
        if (mp_loads(&copy, first, first_size, &options) != 0 ||
            mp_dumps(&second, &second_size, copy, NULL) != 0) {
            abort();
        }
        mp_free(second);
    }
    mp_any_destroy(copy);
    mp_free(first);
}

static void use(mp_any_t *value)
{
    mp_any_t *key = NULL;
    mp_any_t *item = NULL;
    size_t position = 0;
    uint64_t hash = 0;
    int order = 0;
    char *text = NULL;

    (void) mp_any_hash(value, &hash);
    while (mp_any_next(value, &position, &key, &item)) {
        (void) mp_any_equal(key, item);
        (void) mp_any_compare(value, item, &order);
        if (mp_any_type(value) == MP_ANY_DICT) {
            (void) mp_any_find(value, key);
        }
    }
    (void) mp_any_repr(value, &text);
    mp_free(text);
}

// The value is put into itself, and what it had is taken out.
static void change(mp_any_t *value)
{
    (void) mp_any_append(value, value);
    (void) mp_any_set_text(value, "itself", value);
    (void) mp_any_object_add(value, MP_ANY_BUILD, value);
    (void) mp_any_pop(value, 0, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const only[] = {"datetime:*", NULL};
    const mp_pickle_options_t options = {.max_depth = 200,
                                         .max_items = 10000,
                                         .max_memo = 100,
                                         .only_globals = only};
    mp_any_t *value = NULL;

    if (mp_loads(&value, data, size, &options) == 0) {
        mp_any_destroy(value);
        value = NULL;
    }
    if (mp_loads(&value, data, size, NULL) == 0) {
        use(value);
        write_and_read(value);
        change(value);
        use(value);
        write_and_read(value);
        mp_any_destroy(value);
    }
    return 0;
}
