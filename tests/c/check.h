/* What the programs in this folder check with: a failure is counted, and said with its line. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int failures = 0;

#define EXPECT(condition)                                                  \
    do {                                                                   \
        if (!(condition)) {                                                \
            fprintf(stderr, "line %d: wrong: %s\n", __LINE__, #condition); \
            failures++;                                                    \
        }                                                                  \
    } while (0)

#endif
