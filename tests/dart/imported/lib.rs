//! The services of `tests/protos/old_style.proto`, in the crate that `tests/tests/proto.rs` makes
//! of its import. `imported.dart` calls them.

pub mod schema;

use std::sync::{Mutex, PoisonError};

use ffi_core::arena::FfiArena;
use ffi_core::error::Unimplemented;
use ffi_core::{
    FfiInput, FfiObject, FfiOption, FfiPooled as _, FfiStr, FfiVec, PoolBox, Stream, ffi_export,
};
use futures_util::stream;
use schema::{
    Count, ImageBuffer, Mean, MediaService, Particle, PlanKind, QueryPlan, Size, User, UserQuery, UserService,
    Vector, VideoFrame,
};

ffi_core::library!();

/// Name and type of each user, whose id is its place.
struct Users(Mutex<Vec<(String, String)>>);

impl Users {
    fn found(&self, name: &str) -> Vec<FfiArena<User>> {
        let users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let user = |(id, (name, kind)): (usize, &(String, String))| {
            let mut arena = FfiArena::<User>::new();
            let mut user = arena.edit();
            user.set_id(id as u64);
            user.set_name(name);
            user.set_type(kind);
            arena
        };
        users.iter().enumerate().filter(|(_, (own, _))| own.starts_with(name)).map(user).collect()
    }
}

impl UserService for Users {
    fn find(&self, request: &FfiArena<UserQuery>) -> Result<FfiArena<User>, Unimplemented> {
        let first = self.found(request.root().name()).into_iter().next();
        first.ok_or_else(|| Unimplemented::new("no such user"))
    }

    fn watch(
        &self,
        request: FfiArena<UserQuery>,
    ) -> impl Stream<Item = Result<FfiArena<User>, Unimplemented>> + Send + 'static {
        stream::iter(self.found(request.root().name()).into_iter().map(Ok))
    }

    async fn invite(&self, mut requests: FfiInput<FfiArena<User>>) -> Result<Count, Unimplemented> {
        while let Some(user) = requests.next().await {
            let user = user.map_err(|_| Unimplemented::new("a stream that fails"))?;
            let user = (user.root().name().to_owned(), user.root().r#type().to_owned());
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(user);
        }
        Ok(Count { users: self.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u32 })
    }
}

struct Media;

impl MediaService for Media {
    fn draw(&self, request: &Size) -> Result<FfiArena<ImageBuffer>, Unimplemented> {
        let mut arena = FfiArena::<ImageBuffer>::new();
        let mut image = arena.edit();
        image.set_width(request.width);
        image.set_height(request.height);
        let row: Vec<f32> = (0..request.width).map(|x| (x % 256) as f32 / 256.0).collect();
        let mut pixels = image.pixels();
        let fits = (0..request.height).all(|_| pixels.extend_from_slice(&row));
        if fits { Ok(arena) } else { Err(Unimplemented::new("such a large picture")) }
    }

    /// Returns the mean of the first row.
    fn average(&self, request: &FfiArena<ImageBuffer>) -> Result<Mean, Unimplemented> {
        let image = request.root();
        let sum: f64 = image.pixels().iter().take(image.width as usize).map(f64::from).sum();
        Ok(Mean { value: sum / f64::from(image.width) })
    }

    fn film(
        &self,
        request: Size,
    ) -> impl Stream<Item = Result<PoolBox<VideoFrame>, Unimplemented>> + Send + 'static {
        stream::iter((0..3).map(move |number| frame(number, &request)))
    }

    fn latest(&self, request: &Size) -> Result<PoolBox<VideoFrame>, Unimplemented> {
        frame(9, request)
    }

    fn step(&self, request: &Particle) -> Result<Particle, Unimplemented> {
        Ok(Particle { x: request.x + request.speed, ..request.clone() })
    }

    fn explain(&self, request: &FfiArena<UserQuery>) -> Result<QueryPlan, Unimplemented> {
        let mut children = FfiVec::new();
        for table in [request.root().name(), "orders"] {
            let mut plan = QueryPlan::pool().try_alloc().map_err(|_| Unimplemented::new("so many plans"))?;
            plan.r#type = PlanKind::Scan.into();
            plan.table = text(table);
            children.try_push(plan.into_ref()).expect("two of eight");
        }
        Ok(QueryPlan { r#type: PlanKind::Join.into(), table: text("both"), children })
    }
}

fn text<const N: usize>(text: &str) -> FfiStr<N> {
    FfiStr::try_from(text).expect("the names are short")
}

/// Returns a frame whose pixels are all its number.
fn frame(number: u64, size: &Size) -> Result<PoolBox<VideoFrame>, Unimplemented> {
    let frame = VideoFrame::pool().try_alloc().map_err(|_| Unimplemented::new("so many frames"));
    let mut frame = frame?;
    frame.timestamp = 1_000_000 * number;
    frame.camera = FfiOption::some(Vector { x: 0.5, y: -0.5, z: number as f32 });
    let pixels = vec![number as u8; (size.width * size.height) as usize];
    frame.data.try_extend(pixels).map_err(|_| Unimplemented::new("such a large frame"))?;
    Ok(frame)
}

/// Returns the service of users, which has two.
#[ffi_export]
pub fn users() -> FfiObject<dyn UserService> {
    let users = [("ada", "admin"), ("adele", "guest")];
    let users = users.map(|(name, kind)| (name.to_owned(), kind.to_owned()));
    FfiObject::new(Users(Mutex::new(users.into())))
}

/// Returns the service of pictures.
#[ffi_export]
pub fn media() -> FfiObject<dyn MediaService> {
    FfiObject::new(Media)
}

/// Sends a picture of 64 MiB through protobuf on a stack of 256 KiB, and returns its number of
/// pixels.
#[ffi_export]
pub fn large_on_a_small_stack() -> u64 {
    let work = || {
        let mut image = Media.draw(&Size { width: 4096, height: 4096 }).expect("it fits");
        image.edit().set_height(4095);
        let bytes = image.to_proto();
        let again = FfiArena::<ImageBuffer>::from_proto(&bytes).expect("it was encoded").clone();
        assert_eq!((again.root().height, again.len() > 64 << 20), (4095, true));
        again.root().pixels().len() as u64
    };
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(work);
    thread.expect("there are threads").join().expect("it has a stack that is large enough")
}
