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
        {image + (UINT64_C(1) << 24), FFI_OBJECT_STALE},
        {image | 0xffffff, FFI_OBJECT_STALE},
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

int main(void) {
    a_handle_is_used_and_ended();
    wrong_numbers_are_refused();
    a_token_is_redeemed_once();
    a_service_is_called();
    FfiStatus status = {0};
    const Left left = fixture_services_ffi_left(&status);
    EXPECT(left.objects == 0 && left.tokens == 0 && left.images == 0 && left.stores == 1);
    return failures;
}
