/* Every way to use a pool and a queue wrongly from C, with the code that each gives and what the stats count; and messages as
   protobuf. */

#include "fixture-pools.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A small program of 32 bits may get all of its pool's 2 GiB. */
#define HAS_NO_ROOM_FOR_VAST (sizeof(void *) == 8)

#define CHECK_EQ(actual, expected)                                                                       \
    do {                                                                                                 \
        uint64_t actual_ = (uint64_t)(actual), expected_ = (uint64_t)(expected);                         \
        if (actual_ != expected_) {                                                                      \
            fprintf(stderr, "line %d: %s is %" PRId64 ", not %" PRId64 "\n", __LINE__, #actual, actual_, \
                    expected_);                                                                          \
            exit(1);                                                                                     \
        }                                                                                                \
    } while (0)

static FfiPoolStats tokens(void) {
    FfiPoolStats stats;
    fixture_pools_ffi_token_pool_stats(&stats);
    return stats;
}

static FfiPoolStats events(void) {
    FfiPoolStats stats;
    fixture_pools_ffi_event_pool_stats(&stats);
    return stats;
}

/* A status with that code and detail, which is cleared. */
static void check_status(FfiStatus *status, int32_t code, uint32_t detail, int line) {
    if (status->code != code || status->detail != detail) {
        fprintf(stderr, "line %d: status %d, detail %u: %.*s\n", line, (int)status->code, (unsigned)status->detail,
                (int)status->message_len, (const char *)status->message);
        exit(1);
    }
    fixture_pools_ffi0_status_clear(status);
}
#define CHECK_STATUS(code, detail) check_status(&status, code, detail, __LINE__)

static void allocating(void) {
    CHECK_EQ(tokens().capacity, 3);
    CHECK_EQ(tokens().stride >= sizeof(Token), 1);
    Token *slots[4] = {fixture_pools_ffi_token_pool_alloc(), fixture_pools_ffi_token_pool_alloc(),
                       fixture_pools_ffi_token_pool_alloc(), NULL};
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(slots[i] != NULL, 1);
        CHECK_EQ(slots[i]->id, 0);
        CHECK_EQ(slots[i]->valid, 0);
    }
    CHECK_EQ(tokens().live, 3);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_token_pool_alloc(), 0);
    CHECK_EQ(tokens().state, FFI_POOL_OPEN);
    Token *none[2];
    CHECK_EQ(fixture_pools_ffi_token_pool_alloc_many(none, 2), 0);
    CHECK_EQ(tokens().failed_allocs, 2);
    /* The fourth is null, and is skipped. */
    CHECK_EQ(fixture_pools_ffi_token_pool_free_many(slots, 4), 3);
    for (int i = 0; i < 4; i++) CHECK_EQ((uintptr_t)slots[i], 0);
    CHECK_EQ(fixture_pools_ffi_token_pool_alloc_many(slots, 4), 3);
    CHECK_EQ(fixture_pools_ffi_token_pool_free_many(slots, 3), 3);
    CHECK_EQ(tokens().live, 0);
    CHECK_EQ(tokens().high_water, 3);
    CHECK_EQ(tokens().allocs, 6);
    CHECK_EQ(tokens().frees, 6);

    if (HAS_NO_ROOM_FOR_VAST) {
        FfiPoolStats vast;
        CHECK_EQ((uintptr_t)fixture_pools_ffi_vast_pool_alloc(), 0);
        fixture_pools_ffi_vast_pool_stats(&vast);
        CHECK_EQ(vast.state, FFI_POOL_UNRESERVED);
    }
}

static void freeing(void) {
    Token *slot = fixture_pools_ffi_token_pool_alloc();
    Event *event = fixture_pools_ffi_event_pool_alloc();
    Token local = {0, 0};

    CHECK_EQ(fixture_pools_ffi_token_pool_free(NULL), FFI_FREE_NULL);
    CHECK_EQ(fixture_pools_ffi_token_pool_free(&local), FFI_FREE_FOREIGN);
    CHECK_EQ(fixture_pools_ffi_token_pool_free((Token *)(void *)event), FFI_FREE_FOREIGN);
    CHECK_EQ(fixture_pools_ffi_token_pool_free((Token *)(void *)((char *)slot + 1)), FFI_FREE_INTERIOR);
    CHECK_EQ(fixture_pools_ffi_token_pool_free(slot), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_token_pool_free(slot), FFI_FREE_DOUBLE);

    Token *mixed[3] = {&local, fixture_pools_ffi_token_pool_alloc(), NULL};
    CHECK_EQ(fixture_pools_ffi_token_pool_free_many(mixed, 3), 1);
    CHECK_EQ(mixed[0] == &local, 1);
    CHECK_EQ((uintptr_t)mixed[1], 0);

    FfiPoolStats stats = tokens();
    CHECK_EQ(stats.bad_null, 1);
    CHECK_EQ(stats.bad_foreign, 3);
    CHECK_EQ(stats.bad_interior, 1);
    CHECK_EQ(stats.bad_double, 1);
    CHECK_EQ(stats.live, 0);
    CHECK_EQ(fixture_pools_ffi_event_pool_free(event), FFI_FREE_OK);
}

static Token *resolve(uint64_t reference) {
    return fixture_pools_ffi_token_pool_resolve((uint32_t)reference, (uint32_t)(reference >> 32));
}

static void release(uint64_t reference) {
    uint64_t token = reference;
    /* As the header says of pointers that have 32 bits. */
    if (sizeof(void *) == 4) token = (reference & UINT32_MAX) | (reference >> 32 << 2);
    fixture_pools_ffi_token_pool_release((void *)(uintptr_t)token);
}

static void referring(void) {
    uint64_t before = tokens().stale;
    Token *slot = fixture_pools_ffi_token_pool_alloc();
    uint64_t reference = fixture_pools_ffi_token_pool_reference(slot);
    CHECK_EQ(reference != 0, 1);
    CHECK_EQ(resolve(reference) == slot, 1);
    CHECK_EQ((uintptr_t)resolve(0), 0);
    CHECK_EQ(tokens().stale, before);
    /* As a destructor, which may come late, or twice: then nothing happens but the count. */
    release(reference);
    CHECK_EQ((uintptr_t)resolve(reference), 0);
    CHECK_EQ(tokens().live, 0);
    release(reference);
    release(0);
    slot = fixture_pools_ffi_token_pool_alloc();
    release(reference);
    CHECK_EQ(tokens().live, 1);
    CHECK_EQ(fixture_pools_ffi_token_pool_free(slot), FFI_FREE_OK);
    /* Made up: the generation of a free slot, a slot beyond the last, a generation far off. */
    CHECK_EQ((uintptr_t)resolve(reference + (UINT64_C(1) << 32)), 0);
    CHECK_EQ((uintptr_t)resolve(4), 0);
    CHECK_EQ((uintptr_t)resolve(UINT64_MAX), 0);
    CHECK_EQ(tokens().stale, before + 6);
    CHECK_EQ(fixture_pools_ffi_token_pool_reference(slot), 0);
    CHECK_EQ(fixture_pools_ffi_token_pool_reference(NULL), 0);
}

static void passing(void) {
    FfiStatus status = {0};
    Token local = {0, 0};
    Token *slot = fixture_pools_ffi_new_token(7, &status);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(slot->id, 7);

    fixture_pools_ffi_spend(NULL, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, FFI_FREE_NULL);
    fixture_pools_ffi_spend(&local, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, FFI_FREE_FOREIGN);
    fixture_pools_ffi_spend((Token *)(void *)((char *)slot + 4), &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, FFI_FREE_INTERIOR);
    /* Twice in one call: the first isn't taken either. */
    fixture_pools_ffi_exchange(slot, slot, 1, &status);
    CHECK_EQ(status.code, FFI_STATUS_INVALID_ARGUMENT);
    fixture_pools_ffi0_status_clear(&status);
    *((unsigned char *)slot + 4) = 2;
    fixture_pools_ffi_spend(slot, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_VALUE, 0);
    *((unsigned char *)slot + 4) = 1;
    CHECK_EQ(tokens().live, 1);

    CHECK_EQ(fixture_pools_ffi_spend(slot, &status), 7);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    fixture_pools_ffi_spend(slot, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, FFI_FREE_DOUBLE);
    fixture_pools_ffi_lose(fixture_pools_ffi_new_token(1, &status), &status);
    CHECK_STATUS(FFI_STATUS_PANIC, 0);
    CHECK_EQ(tokens().live, 0);

    Token *all[3];
    CHECK_EQ(fixture_pools_ffi_token_pool_alloc_many(all, 3), 3);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_new_token(1, &status), 0);
    CHECK_STATUS(FFI_STATUS_POOL_EXHAUSTED, FFI_POOL_OPEN);
    if (HAS_NO_ROOM_FOR_VAST) {
        CHECK_EQ((uintptr_t)fixture_pools_ffi_new_vast(&status), 0);
        CHECK_STATUS(FFI_STATUS_POOL_EXHAUSTED, FFI_POOL_UNRESERVED);
    }
    CHECK_EQ(fixture_pools_ffi_token_pool_free_many(all, 3), 3);
}

/* What a call has by reference can't be taken by its handle. */
static void lending(void) {
    FfiStatus status = {0};
    PlanNode *node = fixture_pools_ffi_plan_node_pool_alloc();
    const uint64_t to_node = fixture_pools_ffi_plan_node_pool_reference(node);
    memcpy(&node->parent, &to_node, sizeof to_node);
    node->cost = 3;
    CHECK_EQ(fixture_pools_ffi_take_parent(node, &status), 0);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(node->cost == 3, 1);
    CHECK_EQ(fixture_pools_ffi_plan_node_pool_free(node), FFI_FREE_OK);
}

static void queueing(void) {
    Event local = {0};
    Event *slots[3];
    FfiStatus status = {0};
    CHECK_EQ(fixture_pools_ffi_event_pool_alloc_many(slots, 3), 3);
    for (int i = 0; i < 3; i++) slots[i]->number = 10 + (uint64_t)i;
    CHECK_EQ(fixture_pools_ffi_orders_push(NULL), FFI_FREE_NULL);
    CHECK_EQ(fixture_pools_ffi_orders_push(&local), FFI_FREE_FOREIGN);
    CHECK_EQ(fixture_pools_ffi_orders_push((Event *)(void *)((char *)slots[0] + 8)), FFI_FREE_INTERIOR);
    *((unsigned char *)slots[0] + 8) = 7;
    CHECK_EQ(fixture_pools_ffi_orders_push(slots[0]), FFI_PUSH_INVALID);
    *((unsigned char *)slots[0] + 8) = 0;

    CHECK_EQ(fixture_pools_ffi_orders_push(slots[0]), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_orders_push(slots[0]), FFI_FREE_OWNED);
    uint64_t before = events().bad_owned;
    CHECK_EQ(fixture_pools_ffi_event_pool_free(slots[0]), FFI_FREE_OWNED);
    CHECK_EQ(events().bad_owned, before + 1);
    CHECK_EQ(fixture_pools_ffi_orders_push(slots[1]), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_orders_push(slots[2]), FFI_PUSH_FULL);
    CHECK_EQ(fixture_pools_ffi_orders_len(), 2);
    CHECK_EQ(fixture_pools_ffi_next_order(&status), 10);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(fixture_pools_ffi_orders_push(slots[2]), FFI_FREE_OK);
    Event *popped[3];
    CHECK_EQ(fixture_pools_ffi_orders_pop_many(popped, 3), 2);
    CHECK_EQ(popped[0] == slots[1] && popped[1] == slots[2], 1);
    int32_t code = 0;
    CHECK_EQ((uintptr_t)fixture_pools_ffi_orders_pop(&code), 0);
    CHECK_EQ(code, FFI_POP_EMPTY);
    CHECK_EQ(fixture_pools_ffi_event_pool_free(popped[0]), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_orders_push(popped[0]), FFI_FREE_DOUBLE);

    CHECK_EQ(fixture_pools_ffi_orders_push(popped[1]), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_orders_is_closed(), 0);
    fixture_pools_ffi_orders_close();
    CHECK_EQ(fixture_pools_ffi_orders_is_closed(), 1);
    CHECK_EQ(fixture_pools_ffi_orders_pop(NULL) == popped[1], 1);
    CHECK_EQ(fixture_pools_ffi_orders_push(popped[1]), FFI_PUSH_CLOSED);
    CHECK_EQ(fixture_pools_ffi_event_pool_free(popped[1]), FFI_FREE_OK);
    CHECK_EQ(events().live, 0);
}

static void *race(void *slots) {
    Particle **all = slots;
    uintptr_t freed = 0;
    for (int i = 0; i < 1000; i++) freed += fixture_pools_ffi_particle_pool_free(all[i]) == FFI_FREE_OK;
    return (void *)freed;
}

/* Two threads give the same slots back: each goes back once. */
static void racing(void) {
    static Particle *slots[1000];
    for (int round = 0; round < 50; round++) {
        CHECK_EQ(fixture_pools_ffi_particle_pool_alloc_many(slots, 1000), 1000);
        pthread_t other;
        CHECK_EQ(pthread_create(&other, NULL, race, slots), 0);
        uintptr_t freed = (uintptr_t)race(slots);
        void *rest;
        CHECK_EQ(pthread_join(other, &rest), 0);
        CHECK_EQ(freed + (uintptr_t)rest, 1000);
    }
    FfiPoolStats stats;
    fixture_pools_ffi_particle_pool_stats(&stats);
    CHECK_EQ(stats.live, 0);
    /* Halfway through the first free a slot is nobody's: the second may find it so. */
    CHECK_EQ(stats.bad_double + stats.bad_owned, 50 * 1000);
}

static void closing(void) {
    FfiStatus status = {0};
    Token *slot = fixture_pools_ffi_token_pool_alloc();
    slot->id = 5;
    uint64_t reference = fixture_pools_ffi_token_pool_reference(slot);
    CHECK_EQ(fixture_pools_ffi0_shutdown(), 1);
    CHECK_EQ(fixture_pools_ffi_token_pool_free(slot), FFI_FREE_CLOSED);
    CHECK_EQ(tokens().bad_closed, 1);
    CHECK_EQ(tokens().state, FFI_POOL_CLOSED);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_token_pool_alloc(), 0);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_frame_pool_alloc(), 0);
    Token *many[1] = {slot};
    CHECK_EQ(fixture_pools_ffi_token_pool_free_many(many, 1), 0);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_new_token(1, &status), 0);
    CHECK_STATUS(FFI_STATUS_POOL_EXHAUSTED, FFI_POOL_CLOSED);
    fixture_pools_ffi_spend(slot, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, FFI_FREE_CLOSED);
    /* What was there can be read for ever. */
    CHECK_EQ(slot->id, 5);
    CHECK_EQ(resolve(reference) == slot, 1);
}

static uint64_t plans(void) {
    FfiPoolStats stats;
    fixture_pools_ffi_plan_node_pool_stats(&stats);
    CHECK_EQ(fixture_pools_ffi_plan_node_pool_live(), stats.live);
    return stats.live;
}

static void messages_as_protobuf(void) {
    FfiStatus status = {0};
    /* Uninitialised memory takes a message. */
    Event *event = malloc(sizeof *event);
    memset(event, 0xEE, sizeof *event);
    const uint8_t bytes[] = {0x08, 0xAC, 0x02, 0x10, 0x01};
    fixture_pools_ffi_event_decode_proto(bytes, sizeof bytes, event, &status);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(event->number, 300);
    CHECK_EQ(event->urgent, 1);
    FfiOwned *owned = fixture_pools_ffi_event_encode_proto(event, &status);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(owned->len, sizeof bytes);
    CHECK_EQ(memcmp(owned->data, bytes, sizeof bytes), 0);
    fixture_pools_ffi0_owned_free(owned);

    /* Refused bytes leave zeros. */
    fixture_pools_ffi_event_decode_proto(bytes, 2, event, &status);
    CHECK_EQ(status.message_len > 8 && memcmp(status.message, "number: ", 8) == 0, 1);
    CHECK_STATUS(FFI_STATUS_INVALID_VALUE, 0);
    CHECK_EQ(event->number, 0);
    fixture_pools_ffi_event_decode_proto(bytes, sizeof bytes, NULL, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, 0);
    fixture_pools_ffi_event_decode_proto(NULL, 1, event, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, 0);
    fixture_pools_ffi_event_decode_proto((const uint8_t *)event, sizeof *event, event, &status);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, 0);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_event_encode_proto(NULL, &status), 0);
    CHECK_STATUS(FFI_STATUS_INVALID_ARGUMENT, 0);
    memset(&event->urgent, 2, 1);
    CHECK_EQ((uintptr_t)fixture_pools_ffi_event_encode_proto(event, &status), 0);
    CHECK_STATUS(FFI_STATUS_INVALID_VALUE, 0);
    free(event);

    /* What is referred to is written with it, and read into slots. */
    PlanNode *root = fixture_pools_ffi_plan_node_pool_alloc(), *child = fixture_pools_ffi_plan_node_pool_alloc();
    const uint64_t to_root = fixture_pools_ffi_plan_node_pool_reference(root);
    const uint64_t to_child = fixture_pools_ffi_plan_node_pool_reference(child);
    memcpy(&child->parent, &to_root, sizeof to_root);
    child->cost = 2;
    root->children.len = 1;
    memcpy(&root->children.items[0], &to_child, sizeof to_child);
    owned = fixture_pools_ffi_plan_node_encode_proto(root, &status);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    CHECK_EQ(owned->len, 11);
    CHECK_EQ(plans(), 2);
    CHECK_EQ(fixture_pools_ffi_plan_node_pool_free(child), FFI_FREE_OK);
    fixture_pools_ffi_plan_node_decode_proto(owned->data, owned->len, root, &status);
    CHECK_STATUS(FFI_STATUS_OK, 0);
    fixture_pools_ffi0_owned_free(owned);
    CHECK_EQ(plans(), 2);
    uint32_t read[2];
    memcpy(read, &root->children.items[0], sizeof read);
    child = fixture_pools_ffi_plan_node_pool_resolve(read[0], read[1]);
    CHECK_EQ(child->cost == 2, 1);
    CHECK_EQ(fixture_pools_ffi_plan_node_pool_free(child), FFI_FREE_OK);
    CHECK_EQ(fixture_pools_ffi_plan_node_pool_free(root), FFI_FREE_OK);
}

int main(void) {
    allocating();
    freeing();
    referring();
    passing();
    lending();
    queueing();
    racing();
    messages_as_protobuf();
    closing();
    return 0;
}
