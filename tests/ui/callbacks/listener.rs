use ffi_core::ffi_callback;

#[ffi_callback]
trait Listener {
    fn result(&self) -> u32;
    async fn plain(&self) -> u32;
    fn consumes(self);
    fn body(&self) {}
    fn borrows(&self, text: &str);
    const LIMIT: u32;
}

#[ffi_callback]
trait Empty {}

#[ffi_callback]
struct Other;

fn main() {}
