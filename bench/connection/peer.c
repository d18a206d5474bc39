// SPDX-License-Identifier: Apache-2.0
#include "bench/connection/peer.h"

#include "bench/common/row.h"

static int start(struct peer *peer, const char *method, mp_target_fn target,
                 mp_connection_t *its, const mp_args_t *args)
{
    mp_process_options_t options = {.context = mp_get_context(method),
                                    .daemon = MP_YES};
    mp_arg_t items[1 + PEER_ARGS_MAX] = {MP_PORT(its)};
    mp_args_t all = {1, items};

    for (size_t i = 0; i < mp_args_count(args) && i < PEER_ARGS_MAX; i++) {
        items[all.count++] = args->items[i];
    }
    int r = mp_process_create(&peer->process, target, &all, &options);
    if (r == 0) {
        r = mp_process_start(peer->process);
    }
    return r == 0 ? 0 : row_fail_ours("a child");
}

int peer_start(struct peer *peer, const char *method, mp_target_fn target,
               const mp_args_t *args)
{
    mp_connection_t *its = NULL;

    *peer = (struct peer){.process = NULL};
    if (mp_pipe(&peer->control, &its, true) < 0) {
        return row_fail_ours("mp_pipe");
    }
    int r = start(peer, method, target, its, args);
    mp_connection_destroy(its);
    return r;
}

int peer_order(const struct peer *peer, uint32_t what, uint32_t count)
{
    struct order order = {what, count};

    return mp_connection_send_bytes(peer->control, &order, sizeof(order),
                                    MP_FOREVER) == 0
               ? 0
               : row_fail_ours("an order for a child");
}

int peer_await(const struct peer *peer)
{
    char answer = 0;
    size_t size = 0;

    return mp_connection_recv_bytes(peer->control, &answer, 1, &size,
                                    MP_FOREVER) == 0
               ? 0
               : row_fail_ours("the answer of a child");
}

int peer_stop(struct peer *peer)
{
    int r = 0;

    mp_connection_destroy(peer->control);
    if (peer->process != NULL &&
        mp_process_join(peer->process, MP_FOREVER) < 0) {
        r = row_fail_ours("the end of a child");
    } else if (peer->process != NULL &&
               mp_process_exitcode(peer->process) != 0) {
        r = row_fail_end("a child", mp_process_exitcode(peer->process));
    }
    mp_process_destroy(peer->process);
    *peer = (struct peer){.process = NULL};
    return r;
}

int peer_next(mp_connection_t *control, struct order *order)
{
    size_t size = 0;

    return mp_connection_recv_bytes(control, order, sizeof(*order), &size,
                                    MP_FOREVER) == 0
               ? 0
               : 1;
}

int peer_done(mp_connection_t *control)
{
    return mp_connection_send_bytes(control, "", 1, MP_FOREVER);
}
