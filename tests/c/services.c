/* Objects and services as a C program has them: handles, tokens, and what wrong numbers get. */
#include "check.h"
#include "fixture-services.h"

#include <string.h>

static void a_handle_is_used_and_ended(void) {
    FfiStatus status = {0};
    Image image = fixture_services_ffi_image_new(2, 3, &status);
    EXPECT(status.code == FFI_STATUS_OK && image != 0);
    EXPECT(fixture_services_ffi_image_width(image, &status) == 2);
    EXPECT(fixture_services_ffi_image_size(image, &status) == 6);
    Pixel pixel = {.x = 1, .y = 2, .value = 0.5f};
    fixture_services_ffi_image_set(image, &pixel, &status);
    EXPECT(fixture_services_ffi_image_get(image, 1, 2, &status) == 0.5f);
    EXPECT(fixture_services_ffi_image_brightest(image, &status).y == 2 && status.code == FFI_STATUS_OK);

    fixture_services_ffi_image_get(image, 2, 0, &status);
    const ImageErrorOutside *outside = status.payload->data;
    EXPECT(status.code == FFI_STATUS_ERROR && status.detail == ImageError_Outside && outside->x == 2);
    fixture_services_ffi0_status_clear(&status);

    EXPECT(fixture_services_ffi_image_new(0, 1, &status) == 0 && status.detail == ImageError_Empty);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_image_even(3, &status) == 0 && status.code == FFI_STATUS_NO_VALUE);
    status.code = 0;

    EXPECT(fixture_services_ffi_image_object_free(image) == FFI_FREE_OK);
    EXPECT(fixture_services_ffi_image_object_free(image) == FFI_OBJECT_STALE);
    fixture_services_ffi_image_width(image, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && status.detail == FFI_OBJECT_STALE);
    EXPECT(status.message_len > 6 && memcmp(status.message, "`self`", 6) == 0);
    fixture_services_ffi0_status_clear(&status);
}

static void wrong_numbers_are_refused(void) {
    FfiStatus status = {0};
    Image image = fixture_services_ffi_image_new(1, 1, &status);
    Gate gate = fixture_services_ffi_gate_new(&status);
    const struct {
        uint64_t handle;
        uint32_t detail;
    } wrong[] = {
        {0, FFI_OBJECT_UNKNOWN},
        {1, FFI_OBJECT_UNKNOWN},
        {gate, FFI_OBJECT_KIND},
        {image ^ (UINT64_C(1) << 60), FFI_OBJECT_FOREIGN},
        {image + (UINT64_C(1) << 30), FFI_OBJECT_STALE},
        {image | UINT64_C(0xffffff) << 6, FFI_OBJECT_STALE},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fixture_services_ffi_image_width(wrong[i].handle, &status);
        EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && status.detail == wrong[i].detail);
        fixture_services_ffi_image_copy_from(image, wrong[i].handle, &status);
        EXPECT(status.detail == wrong[i].detail && memcmp(status.message, "`other`", 7) == 0);
        fixture_services_ffi0_status_clear(&status);
    }
    EXPECT(fixture_services_ffi_image_object_free(image) == 0 && fixture_services_ffi_gate_object_free(gate) == 0);
}

static void a_token_is_redeemed_once(void) {
    FfiStatus status = {0};
    Image image = fixture_services_ffi_image_point(0.25f, &status);
    uint64_t token = fixture_services_ffi_image_object_share(image, &status);
    EXPECT(fixture_services_ffi_left(&status).tokens == 1);
    EXPECT(fixture_services_ffi_image_object_free(image) == 0);
    EXPECT(fixture_services_ffi_gate_object_redeem(token, &status) == 0 && status.detail == FFI_OBJECT_KIND);
    fixture_services_ffi0_status_clear(&status);
    Image other = fixture_services_ffi_image_object_redeem(token, &status);
    EXPECT(fixture_services_ffi_image_get(other, 0, 0, &status) == 0.25f && status.code == FFI_STATUS_OK);
    EXPECT(fixture_services_ffi_image_object_redeem(token, &status) == 0 && status.detail == FFI_OBJECT_STALE);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_image_object_free(other) == 0);
}

static void a_service_is_called(void) {
    FfiStatus status = {0};
    EXPECT(fixture_services_ffi_store_object_installed(&status) == 0);
    EXPECT(status.code == FFI_STATUS_NOT_INITIALIZED);
    fixture_services_ffi0_status_clear(&status);
    Store store = fixture_services_ffi_open_store(3, &status);
    EXPECT(fixture_services_ffi_store_get(store, 2, &status).value == 20);
    EXPECT(fixture_services_ffi_store_forward(store, store, 1, &status).value == 10);
    fixture_services_ffi_store_get(store, 9, &status);
    EXPECT(status.detail == StoreError_NotFound);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_store_object_free(store) == 0);
    fixture_services_ffi_install_store(1, &status);
    store = fixture_services_ffi_store_object_installed(&status);
    EXPECT(fixture_services_ffi_store_length(store, &status) == 1);
    EXPECT(fixture_services_ffi_store_object_free(store) == 0);
}

/* Text that ends with a NUL: any bytes before it, but no null pointer, and no buffer that the function writes to. */
static void text_ends_with_a_nul(void) {
    FfiStatus status = {0};
    Image image = fixture_services_ffi_image_new(1, 1, &status);
    const uint8_t *text = (const uint8_t *)"text";
    FfiOwned *label = fixture_services_ffi_image_label(image, "gr\xc3\xbcn", text, 4, "b\xff", 1, "", &status);
    EXPECT(label->len == 17 && memcmp(label->data, "gr\xc3\xbcn, text, b?, ", 17) == 0);
    fixture_services_ffi0_owned_free(label);
    label = fixture_services_ffi_image_label(image, "a", text, 0, NULL, 0, "c", &status);
    EXPECT(label->len == 12 && memcmp(label->data, "a, , none, c", 12) == 0);
    fixture_services_ffi0_owned_free(label);

    fixture_services_ffi_image_label(image, NULL, text, 4, "b", 1, "c", &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && memcmp(status.message, "`first` is null", 15) == 0);
    fixture_services_ffi0_status_clear(&status);
    fixture_services_ffi_image_label(image, "a", text, 4, NULL, 1, "c", &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && memcmp(status.message, "`second` is null", 16) == 0);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_image_object_free(image) == 0);

    char buffer[8] = "name";
    fixture_services_ffi_copy_name(buffer, (uint8_t *)buffer + 4, 4, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && strstr((char *)status.message, "overlap") != NULL);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_copy_name(buffer, (uint8_t *)buffer + 5, 3, &status) == 4);
    EXPECT(status.code == FFI_STATUS_OK && memcmp(buffer + 5, "nam", 3) == 0);

    Store store = fixture_services_ffi_open_store(0, &status);
    EXPECT(fixture_services_ffi_store_rename(store, "gr\xc3\xbcn", &status) == 4);
    fixture_services_ffi_store_rename(store, "\xff", &status);
    EXPECT(status.code == FFI_STATUS_ERROR && status.detail == StoreError_Refused);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(fixture_services_ffi_store_object_free(store) == 0);
}

static int released, taken;

static void release(void *token) {
    released += *(int *)token;
}

static void *take(void *token) {
    taken++;
    return (int *)token + 1;
}

/* A list is the function's once all arguments were accepted, and it is freed once. */
static void lists_are_given(void) {
    FfiStatus status = {0};
    uint32_t numbers[] = {1, 2, 3};
    int tokens[] = {1, 100};
    FfiGiven list = {.data = numbers, .len = 3, .token = tokens, .release = release};
    FfiGiven more = {.data = numbers, .len = 1, .token = tokens, .take = take, .release = release};

    EXPECT(fixture_services_ffi_sum_lists(&list, NULL, 1, &status) == 0);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && memcmp(status.message, "`second` is null", 16) == 0);
    fixture_services_ffi0_status_clear(&status);
    fixture_services_ffi_sum_lists(&list, &more, 1, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && strstr((char *)status.message, "one list") != NULL);
    fixture_services_ffi0_status_clear(&status);
    EXPECT(released == 0 && taken == 0 && list.release == release && more.release == release);

    EXPECT(fixture_services_ffi_sum_lists(&list, NULL, 0, &status) == 6 && status.code == FFI_STATUS_OK);
    EXPECT(released == 1 && list.release == NULL);
    fixture_services_ffi_sum_lists(&list, NULL, 0, &status);
    EXPECT(status.code == FFI_STATUS_INVALID_ARGUMENT && strstr((char *)status.message, "given away before") != NULL);
    fixture_services_ffi0_status_clear(&status);

    uint32_t others[] = {10};
    FfiGiven other = {.data = others, .len = 1, .token = tokens, .release = release};
    EXPECT(fixture_services_ffi_sum_lists(&more, &other, 1, &status) == 11);
    EXPECT(taken == 1 && released == 102);
}

int main(void) {
    a_handle_is_used_and_ended();
    wrong_numbers_are_refused();
    a_token_is_redeemed_once();
    a_service_is_called();
    text_ends_with_a_nul();
    lists_are_given();
    FfiStatus status = {0};
    const Left left = fixture_services_ffi_left(&status);
    EXPECT(left.objects == 0 && left.tokens == 0 && left.images == 0 && left.stores == 1);
    return failures;
}
