// SPDX-License-Identifier: Apache-2.0
// Python's objects, by what Python does to make them.
#include "core/any.h"

#include <stdlib.h>
#include <string.h>

#include "core/utf8.h"

// ---- making them ----

mp_any_t *mp__any_new_global(const char *module, size_t module_size,
                             const char *name, size_t name_size)
{
    if (module_size > SIZE_MAX / 4 || name_size > SIZE_MAX / 4) {
        return NULL;
    }
    mp_any_t *node = mp__any_leaf(
        MP_ANY_GLOBAL, sizeof(mp__any_global_t) + module_size + name_size + 2);
    if (node == NULL) {
        return NULL;
    }
    mp__any_global_t *global = mp__any_as_global(node);
    global->module_size = module_size;
    global->name_size = name_size;
    memcpy(global->texts, module, module_size);
    global->texts[module_size] = '\0';
    memcpy(global->texts + module_size + 1, name, name_size);
    global->texts[module_size + 1 + name_size] = '\0';
    return node;
}

static void mark_placed(mp_any_t *value)
{
    if (value != NULL && mp__any_is_group(value)) {
        mp__any_flag(value, MP__ANY_PLACED);
    }
}

mp_any_t *mp__any_new_object(mp_any_how_t how, mp_any_t *callable,
                             mp_any_t *args, mp_any_t *kwargs)
{
    mp_any_t *node = mp__any_group_new(MP_ANY_OBJECT, sizeof(mp__any_object_t));

    if (node != NULL) {
        node->kind = (uint8_t) how;
        mp__any_as_object(node)->callable = callable;
        mp__any_as_object(node)->args = args;
        mp__any_as_object(node)->kwargs = kwargs;
        mark_placed(callable);
        mark_placed(args);
        mark_placed(kwargs);
    }
    return node;
}

static bool is_name(const char *name)
{
    return name != NULL && *name != '\0' &&
           mp__utf8_is_text(name, strlen(name));
}

int mp_any_global(mp_any_t **out, const char *module, const char *name)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    if (!is_name(module) || !is_name(name)) {
        return mp__fail(MP_EINVAL, 0, "a module and a name are needed");
    }
    *out = mp__any_new_global(module, strlen(module), name, strlen(name));
    return *out == NULL ? mp__any_out_of_memory() : 0;
}

int mp_any_object(mp_any_t **out, const char *module, const char *name,
                  const mp_args_t *args)
{
    mp_any_t *callable = NULL;
    mp_any_t *tuple = NULL;

    int r = mp_any_global(out, module, name);
    if (r < 0) {
        return r;
    }
    callable = *out;
    *out = NULL;
    r = mp_any_tuple(&tuple, args);
    if (r == 0) {
        *out = mp__any_new_object(MP_ANY_REDUCE, callable, tuple, NULL);
        r = *out == NULL ? mp__any_out_of_memory() : 0;
    }
    if (r < 0) {
        mp_any_destroy(callable);
        mp_any_destroy(tuple);
    }
    return r;
}

static int check_parts(mp_any_how_t how, const mp_any_t *callable,
                       const mp_any_t *args, const mp_any_t *kwargs)
{
    if (how < MP_ANY_REDUCE || how > MP_ANY_NEWOBJ_EX) {
        return mp__fail(MP_EINVAL, 0, "objects are not made in way %d",
                        (int) how);
    }
    if (!mp__any_is(callable, MP_ANY_GLOBAL) &&
        !mp__any_is(callable, MP_ANY_OBJECT)) {
        return mp__any_wrong_type(callable, "a global or an object");
    }
    if (!mp__any_is(args, MP_ANY_TUPLE)) {
        return mp__any_wrong_type(args, "a tuple");
    }
    if (how == MP_ANY_NEWOBJ_EX && !mp__any_is(kwargs, MP_ANY_DICT)) {
        return mp__any_wrong_type(kwargs, "a dict");
    }
    return how == MP_ANY_NEWOBJ_EX || kwargs == NULL
               ? 0
               : mp__fail(MP_EINVAL, 0, "it is not made of keyword arguments");
}

int mp_any_object_of(mp_any_t **out, mp_any_how_t how, mp_any_t *callable,
                     mp_any_t *args, mp_any_t *kwargs)
{
    if (out == NULL) {
        return mp__any_no_place();
    }
    *out = NULL;
    int r = check_parts(how, callable, args, kwargs);
    if (r < 0) {
        return r;
    }
    *out = mp__any_new_object(how, callable, args, kwargs);
    if (*out == NULL) {
        return mp__any_out_of_memory();
    }
    (void) mp_any_hold(callable);
    (void) mp_any_hold(args);
    (void) mp_any_hold(kwargs);
    return 0;
}

// ---- steps ----

int mp__any_object_push(mp_any_t *value, mp_any_step_t step, mp_any_t *with)
{
    mp__any_object_t *object = mp__any_as_object(value);

    if (object->step_count == object->step_room) {
        size_t room = 2 * object->step_room + 1;
        mp__any_object_step_t *steps =
            realloc(object->steps, room * sizeof(*steps));
        if (steps == NULL) {
            return mp__any_out_of_memory();
        }
        object->steps = steps;
        object->step_room = room;
    }
    object->steps[object->step_count++] = (mp__any_object_step_t){with, step};
    return 0;
}

int mp_any_object_add(mp_any_t *object, mp_any_step_t step, mp_any_t *value)
{
    if (!mp__any_is(object, MP_ANY_OBJECT)) {
        return mp__any_wrong_type(object, "an object");
    }
    if (value == NULL) {
        return mp__any_no_value();
    }
    if (step < MP_ANY_BUILD || step > MP_ANY_ADDITEMS) {
        return mp__fail(MP_EINVAL, 0, "there is no step %d", (int) step);
    }
    if (step != MP_ANY_BUILD && value->type != MP_ANY_LIST) {
        return mp__any_wrong_type(value, "a list");
    }
    if (step == MP_ANY_SETITEMS && mp_any_size(value) % 2 != 0) {
        return mp__fail(MP_EINVAL, 0, "the last key has no value");
    }
    mp__any_placed(object, value);
    int r = mp__any_object_push(object, step, mp__any_ref(value));
    if (r < 0) {
        mp_any_destroy(value);
    }
    return r;
}

size_t mp_any_object_steps(const mp_any_t *object)
{
    return mp__any_is(object, MP_ANY_OBJECT)
               ? mp__any_as_object(object)->step_count
               : 0;
}

int mp_any_object_step(const mp_any_t *object, size_t index, mp_any_t **value)
{
    if (index >= mp_any_object_steps(object)) {
        return mp__fail(MP_ERANGE, 0, "there is no step %zu, only %zu steps",
                        index, mp_any_object_steps(object));
    }
    if (value != NULL) {
        *value = mp__any_as_object(object)->steps[index].value;
    }
    return (int) mp__any_as_object(object)->steps[index].step;
}

// ---- parts ----

static const mp__any_global_t *global_of(const mp_any_t *value)
{
    if (mp__any_is(value, MP_ANY_OBJECT)) {
        value = mp__any_as_object(value)->callable;
    }
    return mp__any_is(value, MP_ANY_GLOBAL) ? mp__any_as_global(value) : NULL;
}

const char *mp_any_object_module(const mp_any_t *value)
{
    const mp__any_global_t *global = global_of(value);

    return global == NULL ? NULL : global->texts;
}

const char *mp_any_object_name(const mp_any_t *value)
{
    const mp__any_global_t *global = global_of(value);

    return global == NULL ? NULL : global->texts + global->module_size + 1;
}

int mp_any_object_how(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_OBJECT) ? value->kind : 0;
}

mp_any_t *mp_any_object_callable(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_OBJECT) ? mp__any_as_object(value)->callable
                                            : NULL;
}

mp_any_t *mp_any_object_args(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_OBJECT) ? mp__any_as_object(value)->args
                                            : NULL;
}

mp_any_t *mp_any_object_kwargs(const mp_any_t *value)
{
    return mp__any_is(value, MP_ANY_OBJECT) ? mp__any_as_object(value)->kwargs
                                            : NULL;
}

mp_any_t *mp_any_object_state(const mp_any_t *value)
{
    for (size_t i = 0; i < mp_any_object_steps(value); i++) {
        const mp__any_object_step_t *step = &mp__any_as_object(value)->steps[i];
        if (step->step == MP_ANY_BUILD) {
            return step->value;
        }
    }
    return NULL;
}
