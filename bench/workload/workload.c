/* The reference workload in C. Its rules are in rules.py, whose numbers the compiler gets as -DNAME=VALUE. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define IDLE (-1) /* in `since`: no fault of this resident is waiting */

/* All that changes; an estate's queue is a ring in its part of `queue`, as a resident has at most one fault. */
struct columns {
    uint64_t seed;
    int64_t residents;
    double *satisfaction; /* (residents,) 0..1 */
    int32_t *since;       /* (residents,) day on which its waiting fault was reported, or IDLE */
    int32_t *queue;       /* (residents,) reporters of waiting faults, by estate */
    int32_t *head;        /* (estates,) place of the first one in the estate's part of the queue */
    int32_t *length;      /* (estates,) number of waiting faults */
};

static inline uint64_t mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline uint64_t derive_key(uint64_t key, uint64_t who) {
    return mix(key + 0x9E3779B97F4A7C15u * (who + 1));
}

static inline uint64_t key_of(uint64_t seed, uint64_t purpose, uint64_t day) {
    return derive_key(derive_key(seed, purpose), day);
}

static inline double uniform(uint64_t key, uint64_t who) {
    return (double)(derive_key(key, who) >> 11) * 0x1p-53;
}

static void report(struct columns *w, int64_t day, int64_t *total) {
    uint64_t noticing = key_of(w->seed, NOTICE, day), reporting = key_of(w->seed, REPORT, day);
    for (int64_t i = 0; i < w->residents; i++) {
        if (uniform(noticing, i) >= NOTICE_RATE || w->since[i] != IDLE)
            continue;
        total[0]++;
        if (uniform(reporting, i) < w->satisfaction[i]) {
            int64_t e = i / ESTATE;
            w->queue[e * ESTATE + (w->head[e] + w->length[e]) % ESTATE] = (int32_t)i;
            w->length[e]++;
            w->since[i] = (int32_t)day;
            total[1]++;
        }
    }
}

static void work(struct columns *w, int64_t day, int64_t *total) {
    for (int64_t e = 0; e < w->residents / ESTATE; e++) {
        for (int n = 0; n < CREW && w->length[e] > 0; n++) {
            int32_t i = w->queue[e * ESTATE + w->head[e]];
            w->head[e] = (w->head[e] + 1) % ESTATE;
            w->length[e]--;
            total[2]++;
            total[3] += day - w->since[i];
            w->since[i] = IDLE;
            w->satisfaction[i] += THANKS * (1.0 - w->satisfaction[i]);
        }
        total[4] += w->length[e];
    }
}

static void meet(struct columns *w, int64_t day, int64_t *total) {
    uint64_t meeting = key_of(w->seed, MEET, day);
    double before[RESIDENTS];
    int64_t millionths = 0;
    for (int64_t b = 0; b < w->residents / RESIDENTS; b++) {
        double *restrict satisfaction = w->satisfaction + b * RESIDENTS;
        double wear = WEAR * w->length[b / BUILDINGS];
        memcpy(before, satisfaction, sizeof before);
        for (int64_t j = 0; j < RESIDENTS; j++) {
            uint64_t draw = derive_key(meeting, b * RESIDENTS + j);
            double met = before[((draw & 0xFFFF) * RESIDENTS) >> 16];
            met += before[((draw >> 16 & 0xFFFF) * RESIDENTS) >> 16];
            met += before[((draw >> 32 & 0xFFFF) * RESIDENTS) >> 16];
            met += before[((draw >> 48) * RESIDENTS) >> 16];
            double s = before[j];
            s = s + MOVE * (met * 0.25 - s) - wear * s;
            satisfaction[j] = s;
            millionths += (int64_t)(s * 1e6);
        }
    }
    total[5] = millionths;
}

/* Simulate `days` days, and add their totals to `totals` (days, 6), all 0 before; return 0, or 1 without memory. */
int simulate(uint64_t seed, int64_t residents, int64_t days, int64_t *totals) {
    int64_t estates = residents / ESTATE;
    struct columns w = {
        seed,
        residents,
        malloc(residents * sizeof(double)),
        malloc(residents * sizeof(int32_t)),
        malloc(residents * sizeof(int32_t)),
        calloc(estates, sizeof(int32_t)),
        calloc(estates, sizeof(int32_t)),
    };
    int failed = !w.satisfaction || !w.since || !w.queue || !w.head || !w.length;
    if (!failed) {
        uint64_t start = key_of(seed, START, 0);
        for (int64_t i = 0; i < residents; i++) {
            w.satisfaction[i] = uniform(start, i);
            w.since[i] = IDLE;
        }
        for (int64_t day = 0; day < days; day++) {
            report(&w, day, totals + 6 * day);
            work(&w, day, totals + 6 * day);
            meet(&w, day, totals + 6 * day);
        }
    }
    free(w.satisfaction);
    free(w.since);
    free(w.queue);
    free(w.head);
    free(w.length);
    return failed;
}
