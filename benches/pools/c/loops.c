/*
 * The loops that `cargo xtask bench pools` times: what a program in C does that has looked up a contender's two functions
 * in a library. `rust/loops.rs` declares them.
 *
 * Each loop is compiled once per kind of contender, so that telling the kinds apart costs nothing inside of it.
 */

#define _POSIX_C_SOURCE 200809L

#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum kind {
    /* Two calls that do nothing: the message is on the caller's stack. */
    EMPTY,
    /* Messages of one size: `void *alloc(void)`, `int32_t free(void *)`. */
    POOL,
    /* As `malloc` and `free` are. */
    HEAP,
};

struct contender {
    uint32_t kind;
    void (*alloc)(void);
    void (*free)(void);
};

/* When a loop began and ended, what its thread ran meanwhile, in nanoseconds, and how many of its results were wrong. */
struct span {
    uint64_t start;
    uint64_t end;
    uint64_t cpu;
    uint64_t wrong;
};

struct particle {
    float x, y, z;
    float vx, vy, vz;
    float mass;
    uint32_t id;
};

#define INLINE static inline __attribute__((always_inline))

#define FOR_KIND(loop, ...)                                   \
    switch (contender->kind) {                                \
    case EMPTY: loop(contender, EMPTY, __VA_ARGS__); break;   \
    case POOL: loop(contender, POOL, __VA_ARGS__); break;     \
    default: loop(contender, HEAP, __VA_ARGS__); break;       \
    }

INLINE uint64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

INLINE void begin(struct span *span) {
    span->start = now(CLOCK_MONOTONIC);
    span->cpu = now(CLOCK_THREAD_CPUTIME_ID);
}

INLINE void finish(struct span *span, uint64_t wrong) {
    span->cpu = now(CLOCK_THREAD_CPUTIME_ID) - span->cpu;
    span->end = now(CLOCK_MONOTONIC);
    span->wrong = wrong;
}

INLINE struct particle *take(const struct contender *contender, enum kind kind) {
    if (kind == HEAP) return ((void *(*)(size_t))contender->alloc)(sizeof(struct particle));
    return ((void *(*)(void))contender->alloc)();
}

INLINE uint64_t give(const struct contender *contender, enum kind kind, struct particle *particle) {
    if (kind == HEAP) {
        ((void (*)(void *))contender->free)(particle);
        return 0;
    }
    return ((int32_t (*)(void *))contender->free)(particle) != 0;
}

/* Volatile, so that the writes are not left out. */
INLINE volatile uint32_t *id_of(struct particle *particle, enum kind kind, struct particle *stack) {
    return kind == EMPTY ? &stack->id : &particle->id;
}

INLINE void pair(const struct contender *from, enum kind kind, size_t count, struct span *span) {
    const struct contender held = *from, *contender = &held;
    struct particle stack;
    uint64_t wrong = 0;
    begin(span);
    for (size_t i = 0; i < count; i++) {
        struct particle *particle = take(contender, kind);
        if (particle == NULL) {
            wrong++;
            continue;
        }
        *id_of(particle, kind, &stack) = (uint32_t)i;
        wrong += give(contender, kind, particle);
    }
    finish(span, wrong);
}

/* Allocates, writes and frees. */
void bench_pair(const struct contender *contender, size_t count, struct span *span) {
    FOR_KIND(pair, count, span)
}

INLINE void churn(const struct contender *from, enum kind kind, struct particle **live, size_t mask, size_t count,
                  struct span *span) {
    const struct contender held = *from, *contender = &held;
    struct particle stack;
    uint32_t random = 2463534242;
    uint64_t wrong = 0;
    begin(span);
    for (size_t i = 0; i < count; i++) {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        struct particle **entry = &live[random & mask];
        wrong += give(contender, kind, *entry);
        struct particle *particle = take(contender, kind);
        *entry = particle;
        if (particle == NULL) {
            wrong++;
            continue;
        }
        *id_of(particle, kind, &stack) = (uint32_t)i;
    }
    finish(span, wrong);
}

/* Frees one of those in `live`, whose number is `mask` and one more, and allocates another in its place. */
void bench_churn(const struct contender *contender, struct particle **live, size_t mask, size_t count,
                 struct span *span) {
    FOR_KIND(churn, live, mask, count, span)
}

INLINE void fill(const struct contender *contender, enum kind kind, struct particle **out, size_t count,
                 size_t *filled) {
    for (*filled = 0; *filled < count; ++*filled) {
        out[*filled] = take(contender, kind);
        if (out[*filled] == NULL) break;
    }
}

/* Allocates `count`, or as many as there are; how many those are. */
size_t bench_fill(const struct contender *contender, struct particle **out, size_t count) {
    size_t filled;
    FOR_KIND(fill, out, count, &filled)
    return filled;
}

INLINE void drain(const struct contender *contender, enum kind kind, struct particle **from, size_t count,
                  uint64_t *wrong) {
    for (size_t i = 0; i < count; i++) *wrong += give(contender, kind, from[i]);
}

/* Frees them; how many were refused. */
uint64_t bench_drain(const struct contender *contender, struct particle **from, size_t count) {
    uint64_t wrong = 0;
    FOR_KIND(drain, from, count, &wrong)
    return wrong;
}

INLINE void refusals(const struct contender *from, enum kind kind, size_t count, struct span *span) {
    const struct contender held = *from, *contender = &held;
    uint64_t wrong = 0;
    begin(span);
    for (size_t i = 0; i < count; i++) wrong += take(contender, kind) != NULL;
    finish(span, wrong);
}

/* Allocates from what is empty. */
void bench_refusals(const struct contender *contender, size_t count, struct span *span) {
    FOR_KIND(refusals, count, span)
}

enum { HELD = 8 };

INLINE void hold(const struct contender *contender, enum kind kind, uint32_t owner, size_t count, uint64_t *wrong) {
    struct particle *held[HELD];
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < HELD; k++) {
            held[k] = take(contender, kind);
            if (held[k] == NULL) {
                ++*wrong;
                continue;
            }
            /* All bytes are the owner's. */
            memset(held[k], (int)(owner & 0xff), sizeof(struct particle));
            held[k]->id = owner * HELD + (uint32_t)k;
        }
        if (i % 8 == 0) sched_yield();
        for (size_t k = 0; k < HELD; k++) {
            if (held[k] == NULL) continue;
            struct particle mine;
            memset(&mine, (int)(owner & 0xff), sizeof mine);
            mine.id = owner * HELD + (uint32_t)k;
            *wrong += memcmp(held[k], &mine, sizeof mine) != 0;
            *wrong += give(contender, kind, held[k]);
        }
    }
}

/* Holds some, marks them as the owner's, and looks whether the marks stay: how often they didn't. */
uint64_t bench_hold(const struct contender *contender, uint32_t owner, size_t count) {
    uint64_t wrong = 0;
    FOR_KIND(hold, owner, count, &wrong)
    return wrong;
}

/* From one producer to one consumer. It is handed on in batches, so that it costs little beside what is compared. */
enum { RING = 1024, BATCH = 32 };

struct ring {
    _Alignas(128) _Atomic size_t head;
    _Alignas(128) _Atomic size_t tail;
    _Alignas(128) struct particle *entries[RING];
};

struct ring *bench_ring_new(void) {
    struct ring *ring = aligned_alloc(128, sizeof(struct ring));
    if (ring != NULL) memset(ring, 0, sizeof *ring);
    return ring;
}

void bench_ring_free(struct ring *ring) {
    free(ring);
}

INLINE void produce(const struct contender *from, enum kind kind, struct ring *ring, size_t count, struct span *span) {
    const struct contender held = *from, *contender = &held;
    struct particle stack;
    size_t head = 0;
    uint64_t wrong = 0;
    begin(span);
    for (size_t tail = 0; tail < count;) {
        while (tail + BATCH - head > RING) {
            /* Pairs with the consumer's store: it has read the entries that are written next. */
            head = atomic_load_explicit(&ring->head, memory_order_acquire);
            if (tail + BATCH - head > RING) sched_yield();
        }
        for (size_t end = tail + BATCH; tail < end; tail++) {
            struct particle *particle = take(contender, kind);
            ring->entries[tail % RING] = particle;
            if (particle == NULL) {
                wrong++;
                continue;
            }
            *id_of(particle, kind, &stack) = (uint32_t)tail;
        }
        /* Publishes the entries, and what was written to the messages. */
        atomic_store_explicit(&ring->tail, tail, memory_order_release);
    }
    finish(span, wrong);
}

/* Allocates and hands on `count`, a multiple of 32. */
void bench_produce(const struct contender *contender, struct ring *ring, size_t count, struct span *span) {
    FOR_KIND(produce, ring, count, span)
}

INLINE void consume(const struct contender *from, enum kind kind, struct ring *ring, size_t count, struct span *span) {
    const struct contender held = *from, *contender = &held;
    size_t tail = 0;
    uint64_t wrong = 0;
    begin(span);
    for (size_t head = 0; head < count;) {
        while (tail == head) {
            /* Pairs with the producer's store. */
            tail = atomic_load_explicit(&ring->tail, memory_order_acquire);
            if (tail == head) sched_yield();
        }
        for (; head < tail; head++) {
            struct particle *particle = ring->entries[head % RING];
            if (particle == NULL) continue;
            wrong += kind != EMPTY && particle->id != (uint32_t)head;
            wrong += give(contender, kind, particle);
        }
        atomic_store_explicit(&ring->head, head, memory_order_release);
    }
    finish(span, wrong);
}

/* Receives and frees `count`. */
void bench_consume(const struct contender *contender, struct ring *ring, size_t count, struct span *span) {
    FOR_KIND(consume, ring, count, span)
}
