use ffi_core::ffi_export;

#[ffi_export]
async fn texts(texts: FfiInput<&str>) {
    todo(texts)
}

#[ffi_export]
async fn pages(pages: FfiInput<&mut Page>) {
    todo(pages)
}

#[ffi_export]
async fn pairs(pairs: FfiInput<(u32, u32)>) {
    todo(pairs)
}

#[ffi_export]
async fn some(numbers: FfiInput<Option<u32>>) {
    todo(numbers)
}

#[ffi_export]
async fn objects(objects: FfiInput<FfiObject<Page>>) {
    todo(objects)
}

struct FfiInput<T>(T);
struct FfiObject<T>(T);
struct Page;

fn main() {}
