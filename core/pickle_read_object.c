// SPDX-License-Identifier: Apache-2.0
// Reading Python's objects: what they are made of is put together, and none
// of it is done. A few of them are values of our own.
#include "core/pickle_reader.h"

#include <string.h>

#include "core/utf8.h"

// ---- names ----

static int push_global(mp__reader_t *reader, const char *module,
                       size_t module_size, const char *name, size_t name_size)
{
    if (module_size == 0 || name_size == 0 ||
        memchr(module, '\0', module_size) != NULL ||
        memchr(name, '\0', name_size) != NULL) {
        return mp__reader_damaged(reader, "a global has no name");
    }
    mp_any_t *global = mp__any_new_global(module, module_size, name, name_size);
    int r = global == NULL
                ? mp__any_out_of_memory()
                : mp__pickle_allows(reader->limits.only_globals, global);
    if (r < 0) {
        mp_any_destroy(global);
        return r;
    }
    return mp__reader_push(reader, global);
}

// A line without its end, or NULL.
static const char *take_line(mp__reader_t *reader, size_t *size)
{
    size_t left = (size_t) (reader->end - reader->at);
    const unsigned char *end = memchr(reader->at, '\n', left);

    if (end == NULL) {
        return NULL;
    }
    *size = (size_t) (end - reader->at);
    const char *line = (const char *) mp__reader_take(reader, *size + 1);
    return mp__utf8_is_text(line, *size) ? line : NULL;
}

static int read_lines(mp__reader_t *reader)
{
    size_t module_size = 0;
    size_t name_size = 0;
    const char *module = take_line(reader, &module_size);
    const char *name = module == NULL ? NULL : take_line(reader, &name_size);

    return name == NULL
               ? mp__reader_damaged(reader, "a global has no name")
               : push_global(reader, module, module_size, name, name_size);
}

int mp__read_global(mp__reader_t *reader, unsigned char code)
{
    if (code == MP__OP_GLOBAL) {
        return read_lines(reader);
    }
    mp_any_t *name = mp__reader_pop(reader);
    mp_any_t *module = mp__reader_pop(reader);
    int r = 0;
    if (mp__any_is(module, MP_ANY_TEXT) && mp__any_is(name, MP_ANY_TEXT)) {
        const mp__any_text_t *first = mp__any_as_text(module);
        const mp__any_text_t *second = mp__any_as_text(name);
        r = push_global(reader, first->bytes, first->size, second->bytes,
                        second->size);
    } else {
        r = mp__reader_damaged(reader, "the name of a global is no text");
    }
    mp__reader_throw(reader, module);
    mp__reader_throw(reader, name);
    return r;
}

// ---- values of our own ----

// The only argument, if it is the only one.
static mp_any_t *single(const mp_any_t *args)
{
    return mp__any_as_tuple(args)->size == 1 ? mp__any_as_tuple(args)->items[0]
                                             : NULL;
}

static int make_set(mp__reader_t *reader, mp_any_type_t type,
                    const mp_any_t *items, mp_any_t **out)
{
    size_t count = items == NULL ? 0 : mp_any_size(items);
    int r = 0;

    *out = mp__any_new_table(type);
    if (*out == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; r == 0 && i < count; i++) {
        mp_any_t *item = mp__any_ref_own(mp__any_child(items, i));
        r = mp__reader_put(reader, *out, item, NULL);
        if (r < 0) {
            mp__reader_throw(reader, item);
        }
    }
    if (r < 0) {
        mp__reader_throw(reader, *out);
        *out = NULL;
    }
    return r;
}

static bool is_row(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_LIST) || mp__any_is(value, MP_ANY_TUPLE);
}

static int make_bytearray(const mp_any_t *from, mp_any_t **out)
{
    const void *bytes = "";
    size_t size = 0;

    if (from != NULL) {
        (void) mp_any_get_bytes(from, &bytes, &size);
    }
    *out = mp__any_new_bytearray(bytes, size);
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

static int open_reference(const mp_any_t *args, mp_any_t **out)
{
    mp_any_t *const *items = mp__any_as_tuple(args)->items;
    mp__object_t *object = NULL;
    uint64_t numbers[MP__REF_NUMBERS] = {0};

    if (mp__any_as_tuple(args)->size != MP__REF_NUMBERS) {
        return mp__fail(MP_EPROTO, 0, "a reference without its numbers");
    }
    for (size_t i = 0; i < MP__REF_NUMBERS; i++) {
        if (mp_any_get_uint(items[i], &numbers[i]) < 0 ||
            ((i == 2 || i == 3) && numbers[i] > UINT32_MAX)) {
            return mp__fail(MP_EPROTO, 0, "a reference of other numbers");
        }
    }
    const mp__reference_t reference = {
        numbers[0], numbers[1], (uint32_t) numbers[2], (uint32_t) numbers[3]};
    if (reference.type < MP__TYPE_LOCK || reference.type >= MP__TYPE_BLOCK) {
        return mp__fail(MP_EPROTO, 0, "a reference to nothing that is shared");
    }
    int r = mp__object_open(&reference, (mp__type_t) reference.type, &object);
    mp__transit_end(numbers[4]);
    if (r < 0) {
        return r;
    }
    *out = mp__any_new_shared(object);
    if (*out == NULL) {
        mp__object_drop(object);
        return mp__any_out_of_memory();
    }
    return 0;
}

// *out stays NULL if what it makes is none of ours.
static int make_own(mp__reader_t *reader, const mp_any_t *callable,
                    const mp_any_t *args, mp_any_t **out)
{
    const mp_any_t *only = single(args);
    bool none = mp__any_as_tuple(args)->size == 0;

    switch (mp__pickle_name(callable)) {
    case MP__NAME_SET:
        return none || is_row(only) ? make_set(reader, MP_ANY_SET, only, out)
                                    : 0;
    case MP__NAME_FROZENSET:
        return none || is_row(only)
                   ? make_set(reader, MP_ANY_FROZENSET, only, out)
                   : 0;
    case MP__NAME_BYTEARRAY:
        return none || mp__any_is(only, MP_ANY_BYTES)
                   ? make_bytearray(only, out)
                   : 0;
    case MP__NAME_REF:
        return reader->family ? open_reference(args, out) : 0;
    default:
        return 0;
    }
}

// ---- objects ----

static int make_object(mp__reader_t *reader, mp_any_how_t how,
                       mp_any_t *parts[3], mp_any_t **out)
{
    int r = 0;

    *out = mp__any_new_object(how, parts[0], parts[1], parts[2]);
    if (*out == NULL) {
        return mp__any_out_of_memory();
    }
    for (size_t i = 0; i < 3; i++) {
        mp_any_t *part = parts[i];
        if (part != NULL) {
            int nested = mp__reader_nest(reader, *out, part);
            r = r < 0 ? r : nested;
        }
        parts[i] = NULL;
    }
    return r;
}

static int check_parts(const mp__reader_t *reader, mp_any_how_t how,
                       mp_any_t *const parts[3])
{
    if (!mp__any_is(parts[0], MP_ANY_GLOBAL) &&
        !mp__any_is(parts[0], MP_ANY_OBJECT)) {
        return mp__reader_damaged(reader, "what is no global is called");
    }
    if (!mp__any_is(parts[1], MP_ANY_TUPLE)) {
        return mp__reader_damaged(reader, "the arguments are no tuple");
    }
    if (how == MP_ANY_NEWOBJ_EX && !mp__any_is(parts[2], MP_ANY_DICT)) {
        return mp__reader_damaged(reader, "the keyword arguments are no dict");
    }
    return 0;
}

int mp__read_object(mp__reader_t *reader, unsigned char code)
{
    mp_any_how_t how = code == MP__OP_REDUCE   ? MP_ANY_REDUCE
                       : code == MP__OP_NEWOBJ ? MP_ANY_NEWOBJ
                                               : MP_ANY_NEWOBJ_EX;
    mp_any_t *parts[3] = {NULL, NULL, NULL};
    mp_any_t *made = NULL;

    for (size_t i = how == MP_ANY_NEWOBJ_EX ? 3 : 2; i > 0; i--) {
        parts[i - 1] = mp__reader_pop(reader);
    }
    int r = check_parts(reader, how, parts);
    if (r == 0 && how == MP_ANY_REDUCE) {
        r = make_own(reader, parts[0], parts[1], &made);
    }
    if (r == 0 && made == NULL) {
        r = make_object(reader, how, parts, &made);
    }
    for (size_t i = 0; i < 3; i++) {
        mp__reader_throw(reader, parts[i]);
    }
    if (r < 0) {
        mp__reader_throw(reader, made);
        return r;
    }
    return mp__reader_push(reader, made);
}

int mp__read_build(mp__reader_t *reader, unsigned char code)
{
    (void) code;
    mp_any_t *state = mp__reader_pop(reader);
    mp_any_t *target = reader->stack.count > reader->base
                           ? reader->stack.items[reader->stack.count - 1]
                           : NULL;
    if (state == NULL || !mp__any_is(target, MP_ANY_OBJECT)) {
        mp__reader_throw(reader, state);
        return mp__reader_damaged(reader, "what is no object is built");
    }
    mp__reader_change(reader, target);
    int r = mp__reader_nest(reader, target, state);
    if (r == 0) {
        r = mp__any_object_push(target, MP_ANY_BUILD, state);
    }
    if (r < 0) {
        mp__reader_throw(reader, state);
    }
    return r;
}
