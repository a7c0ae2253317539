/* The library that `containers` would be, in C: another compiler's view of the same memory. */

#include "containers.h"

#include "fingerprints.h"

#include <stdlib.h>
#include <string.h>

uint32_t containers_ffi0_abi_version(void) { return 2; }
void containers_ffi0_status_clear(FfiStatus *status) { memset(status, 0, sizeof *status); }
void containers_ffi0_free(uint8_t *memory) { free(memory); }
void containers_ffi0_owned_free(FfiOwned *owned) { free(owned); }
uint64_t containers_ffi0_shutdown(void) { return 0; }

/* A pool in which there is nothing. */
Point *containers_ffi_point_pool_alloc(void) { return NULL; }
size_t containers_ffi_point_pool_alloc_many(Point **slots, size_t count) { (void)slots, (void)count; return 0; }
int32_t containers_ffi_point_pool_free(Point *slot) { (void)slot; return FFI_FREE_FOREIGN; }
size_t containers_ffi_point_pool_free_many(Point **slots, size_t count) { (void)slots, (void)count; return 0; }
void containers_ffi_point_pool_release(void *token) { (void)token; }
void containers_ffi_point_pool_stats(FfiPoolStats *stats) { memset(stats, 0, sizeof *stats); }
size_t containers_ffi_point_pool_live(void) { return 0; }
Point *containers_ffi_point_pool_resolve(uint32_t index, uint32_t generation) { (void)index, (void)generation; return NULL; }
uint64_t containers_ffi_point_pool_reference(const Point *slot) { (void)slot; return 0; }

uint8_t *containers_ffi0_alloc(size_t size, size_t align) {
    uint8_t *memory = aligned_alloc(align, (size + align - 1) / align * align);
    return memory ? memset(memory, 0, size) : NULL;
}

/* Memory stays for as long as the program: nothing is attached to Dart's objects here. */
typedef struct {
    void *memory, *token;
    uint8_t *given_back;
} Attachment;

static Attachment *attached(void *memory) {
    static uint8_t never;
    Attachment *attachment = malloc(sizeof *attachment);
    if (attachment) *attachment = (Attachment){memory, memory, &never};
    return attachment;
}

static Attachment *attach_status(void *object) {
    (void)object;
    return attached(calloc(1, sizeof(FfiStatus)));
}

static Attachment *attach_owned(void *object, FfiStatus *status, FfiOwned *owned, size_t bytes) {
    (void)object, (void)status, (void)bytes;
    return attached(owned);
}

static Attachment *attach_alloc(void *object, size_t size, size_t align) {
    (void)object;
    return attached(containers_ffi0_alloc(size, align));
}

static void *alloc_pending(FfiStatus *status, size_t size, size_t align) {
    (void)status;
    return containers_ffi0_alloc(size, align);
}

static Attachment *attach_pending(void *object, FfiStatus *status, void *memory, size_t bytes) {
    (void)object, (void)status, (void)bytes;
    return attached(memory);
}

static Attachment *share(Attachment *attachment, void *object, size_t bytes) {
    (void)object, (void)bytes;
    return attached(attachment->memory);
}

static void detach(Attachment *attachment, void *object, uint8_t release) { (void)object, (void)release, free(attachment); }

static void free_owned(FfiStatus *status, FfiOwned *owned) { (void)status, free(owned); }

int32_t containers_ffi0_dart_init(const void *table) { return table ? 0 : 1; }

const void *containers_ffi0_dart_calls(void) {
    static const struct {
        size_t size;
        Attachment *(*attach_status)(void *);
        Attachment *(*attach_owned)(void *, FfiStatus *, FfiOwned *, size_t);
        Attachment *(*attach_alloc)(void *, size_t, size_t);
        void (*attach_columns)(void), (*slot_pool)(void), (*attach_slot)(void), (*refill_slot)(void);
        void (*free_slot)(void), (*forget_slot)(void), (*drain_slot)(void);
        Attachment *(*share)(Attachment *, void *, size_t);
        void (*detach)(Attachment *, void *, uint8_t);
        void (*free_owned)(FfiStatus *, FfiOwned *);
        void (*take_hold)(void), (*end_hold)(void), (*attach_secret)(void);
        void *(*alloc_pending)(FfiStatus *, size_t, size_t);
        Attachment *(*attach_pending)(void *, FfiStatus *, void *, size_t);
    } calls = {
        sizeof calls,
        attach_status, attach_owned, attach_alloc, NULL, NULL, NULL, NULL, NULL, NULL, NULL, share, detach, free_owned,
        NULL, NULL, NULL, alloc_pending, attach_pending,
    };
    return &calls;
}

/* Puts text or bytes into any of their structs. */
#define PUT(place, text) ((place).len = sizeof(text) - 1, memcpy((place).bytes, text, sizeof(text) - 1))
#define IS(place, text) ((place).len == sizeof(text) - 1 && !memcmp((place).bytes, text, sizeof(text) - 1))

void containers_ffi_fill_flat(Flat *it, FfiStatus *status) {
    (void)status;
    it->before = 1;
    PUT(it->name, "Zo\xC3\xAB");
    it->after = 2;
    PUT(it->data, "\x01\xFF");
    it->speed.present = 0;
    it->speed.value = 7;
    it->tight = 3;
    it->mode.value = Mode_Auto;
    it->mode.present = 1;
    it->big.value = UINT64_MAX;
    it->big.present = 1;
    it->last = true;
}

bool containers_ffi_is_filled_flat(const Flat *it, FfiStatus *status) {
    (void)status;
    return it->before == 1 && IS(it->name, "Zo\xC3\xAB") && it->after == 2 && IS(it->data, "\x01\xFF")
        && !it->speed.present && it->tight == 3 && it->mode.value == Mode_Auto && it->mode.present == 1
        && it->big.value == UINT64_MAX && it->big.present == 1 && it->last;
}

void containers_ffi_fill_lists(Lists *it, FfiStatus *status) {
    (void)status;
    it->numbers.len = 2;
    it->numbers.items[1] = UINT32_MAX;
    it->bytes.len = 5;
    it->bytes.items[4] = 9;
    it->doubles.len = 1;
    it->doubles.items[0] = 0.5;
    it->flags.len = 3;
    it->flags.items[2] = true;
    it->modes.len = 2;
    it->modes.items[1] = Mode_Auto;
    it->points.len = 4;
    it->points.items[3].y = 1.5f;
    it->shapes.len = 2;
    it->shapes.items[1].tag = Shape_Polygon;
    it->shapes.items[1].payload.polygon.len = 1;
    it->shapes.items[1].payload.polygon.items[0].x = 2;
    it->names.len = 3;
    PUT(it->names.items[2], "\xE2\x82\xAC!");
    it->blobs.len = 1;
    PUT(it->blobs.items[0], "\x80");
    it->rows.len = 2;
    it->rows.items[1].len = 3;
    it->rows.items[1].items[2] = -2;
    it->grid.len = 2;
    it->grid.items[1][2] = 3;
    it->maybes.len = 2;
    it->maybes.items[1].present = 1;
    it->maybes.items[1].value = -1;
    it->maybe_points.len = 2;
    it->maybe_points.items[1].present = 1;
    it->maybe_points.items[1].value.x = 4;
    it->links.len = 2;
    it->links.items[1].index_plus_one = 6;
    it->links.items[1].generation = 7;
    it->wides.len = 2;
    it->wides.items[1].byte = 8;
    it->tables.len = 1;
    it->tables.items[0].len = 2;
    it->tables.items[0].entries[1].key = 5;
    PUT(it->tables.items[0].entries[1].value, "abc");
}

bool containers_ffi_is_filled_lists(const Lists *it, FfiStatus *status) {
    Lists filled;
    memset(&filled, 0, sizeof filled);
    containers_ffi_fill_lists(&filled, status);
    return !memcmp(&filled, it, sizeof filled);
}

void containers_ffi_fill_fixed(Fixed *it, FfiStatus *status) {
    (void)status;
    it->shape.tag = Shape_Names;
    it->shape.payload.names.len = 1;
    PUT(it->shape.payload.names.entries[0].key, "home");
    it->shape.payload.names.entries[0].value.y = -1;
    it->node.tag = Node_Wide;
    it->node.payload.wide.byte = 200;
    it->point.x = 0.25f;
    PUT(it->names[1], "two");
    it->points[1][0].x = 10;
    it->shapes[1].tag = Shape_Maybe;
    it->shapes[1].payload.maybe.present = 1;
    it->shapes[1].payload.maybe.value = -3;
    it->rows[2].len = 2;
    it->rows[2].items[1] = 11;
    it->modes[2] = Mode_On;
    it->maybe_shape.present = 1;
    it->maybe_shape.value.tag = Shape_Blob;
    PUT(it->maybe_shape.value.payload.blob, "\x01\x02");
    it->maybe_name.present = 1;
    PUT(it->maybe_name.value, "x");
    it->maybe_list.present = 1;
    it->maybe_list.value.len = 1;
    it->maybe_list.value.items[0].y = 12;
    it->maybe_array.present = 1;
    it->maybe_array.value[2] = 13;
    it->maybe_modes.present = 1;
    it->maybe_modes.value[1] = Mode_On;
    it->link.index_plus_one = 1;
    it->by_name.len = 2;
    PUT(it->by_name.entries[0].key, "a");
    it->by_name.entries[0].value = 1.25;
    PUT(it->by_name.entries[1].key, "b");
    it->by_name.entries[1].value = 2.5;
    it->by_mode.len = 1;
    it->by_mode.entries[0].key = Mode_Auto;
    it->by_mode.entries[0].value.x = 14;
    it->by_link.len = 1;
    it->by_link.entries[0].key.index_plus_one = 2;
    it->by_link.entries[0].value.len = 1;
    it->by_link.entries[0].value.items[0].tag = Shape_Flag;
    it->by_link.entries[0].value.items[0].payload.flag = true;
    it->by_id.len = 1;
    it->by_id.entries[0].key = 1ull << 40;
    it->by_id.entries[0].value.present = 1;
    PUT(it->by_id.entries[0].value.value, "hi");
    it->wide.present = 1;
    it->wide.value.byte = 15;
    it->open = 99;
    it->opens.len = 2;
    it->opens.items[0] = Mode_On;
    it->opens.items[1] = 0xFFFF;
    it->open_array[1] = 98;
    it->maybe_open.present = 1;
    it->maybe_open.value = Mode_Auto;
    it->twice.present = 1;
    it->thrice.len = 2;
    it->thrice.items[0].present = 1;
    it->thrice.items[1].present = 1;
    it->thrice.items[1].value.present = 1;
    it->thrice.items[1].value.value.present = 1;
    it->thrice.items[1].value.value.value.x = 17;
    it->by_open.len = 1;
    it->by_open.entries[0].key = 97;
    it->by_open.entries[0].value = 1;
    it->tail = 16;
}

bool containers_ffi_is_filled_fixed(const Fixed *it, FfiStatus *status) {
    Fixed filled;
    memset(&filled, 0, sizeof filled);
    containers_ffi_fill_fixed(&filled, status);
    return !memcmp(&filled, it, sizeof filled);
}

Shape containers_ffi_draw(const Shape *shape, Shape *all, size_t all_len, FfiStatus *status) {
    (void)status;
    for (size_t i = 0; i < all_len; i++) all[i] = *shape;
    return *shape;
}

Mode containers_ffi_same_mode(Mode mode, const Mode *all, size_t all_len, const Mode *one, FfiStatus *status) {
    (void)status;
    return all_len ? all[all_len - 1] : one ? *one : mode;
}

void containers_ffi_turn(const Shape *by_value, FfiStatus *status) {
    status->code = by_value->tag == Shape_Circle && by_value->payload.circle == 0.5 ? 0 : 3;
}
