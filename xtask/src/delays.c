/* Delays threads, to show what works only because a thread is fast: half of the new ones start up to
 * 40 ms late, and one of 16 that waited for another goes on so late. For LD_PRELOAD.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>

enum { MOST_MICROSECONDS = 40000 };

/* Marsaglia's xorshift, which is quick and needs no lock. */
static uint64_t draw(void) {
    static __thread uint64_t state;
    if (state == 0) {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        state = ((uint64_t)now.tv_nsec * 0x9e3779b97f4a7c15u ^ (uintptr_t)&state) | 1;
    }
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void delay_one_in(unsigned number) {
    if (draw() % number != 0) return;
    struct timespec time = {0, (long)(draw() % MOST_MICROSECONDS) * 1000};
    int error = errno;
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
    errno = error;
}

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

struct start {
    void *(*run)(void *);
    void *argument;
};

static void *start_late(void *memory) {
    struct start start = *(struct start *)memory;
    free(memory);
    delay_one_in(2);
    return start.run(start.argument);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    int (*create)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = next("pthread_create");
    struct start *start = malloc(sizeof *start);
    if (start == NULL) return EAGAIN;
    *start = (struct start){run, argument};
    int result = create(thread, attributes, start_late, start);
    if (result != 0) free(start);
    return result;
}

/* Rust waits by it. */
long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long arguments[6];
    for (int i = 0; i < 6; i++) arguments[i] = va_arg(list, long);
    va_end(list);
    static _Atomic(void *) found;
    if (found == NULL) found = next("syscall");
    long (*call)(long, ...) = (long (*)(long, ...))found;
    long result = call(
        number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    if (number == SYS_futex) {
        int operation = (int)arguments[1] & FUTEX_CMD_MASK;
        if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET) delay_one_in(16);
    }
    return result;
}

/* Dart waits by it. */
int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex) {
    static _Atomic(void *) found;
    /* The version with conditions that need no memory; dlsym may find the one before it. */
    if (found == NULL) found = dlvsym(RTLD_NEXT, "pthread_cond_wait", "GLIBC_2.3.2");
    if (found == NULL) found = next("pthread_cond_wait");
    int (*wait)(pthread_cond_t *, pthread_mutex_t *) = (int (*)(pthread_cond_t *, pthread_mutex_t *))found;
    int result = wait(condition, mutex);
    delay_one_in(16);
    return result;
}
