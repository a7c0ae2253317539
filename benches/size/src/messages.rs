//! A message with a function, and what the features add to it.

use ffi_core::{FfiMessage, ffi_export};

/// Defines a message with a function that reads it, and what the features add.
macro_rules! message {
    ($name:ident $function:ident $service:ident $implementor:ident $open:ident $wait:ident) => {
        /// A point mass.
        #[derive(FfiMessage, Clone, Copy, Debug, Default, PartialEq)]
        #[repr(C)]
        #[cfg_attr(feature = "pools", ffi(pool = 4096))]
        #[cfg_attr(all(feature = "simd", not(feature = "simd-named")), ffi(simd))]
        #[cfg_attr(feature = "simd-named", ffi(simd(sum, scale)))]
        pub struct $name {
            /// Metres from the left.
            pub x: f32,
            /// Metres above the floor.
            pub y: f32,
            /// Kilograms.
            pub mass: f32,
        }

        /// Returns the distance from the origin.
        #[ffi_export]
        #[must_use]
        pub fn $function(point: &$name) -> f32 {
            point.x * point.x + point.y * point.y
        }

        #[cfg(feature = "services")]
        mod $open {
            use ffi_core::{FfiObject, ffi_export, ffi_service};

            use super::$name;

            /// Points, wherever they are.
            #[ffi_service]
            pub trait $service {
                /// Adds a point, and returns how many there are.
                fn add(&self, point: $name) -> u32;

                /// Returns how many points there are.
                fn count(&self) -> u32;
            }

            struct $implementor(std::sync::Mutex<Vec<$name>>);

            impl $service for $implementor {
                fn add(&self, point: $name) -> u32 {
                    let mut all = self.0.lock().unwrap();
                    all.push(point);
                    all.len() as u32
                }

                fn count(&self) -> u32 {
                    self.0.lock().unwrap().len() as u32
                }
            }

            /// Returns points in memory.
            #[ffi_export]
            pub fn $open() -> FfiObject<dyn $service> {
                FfiObject::new($implementor(std::sync::Mutex::default()))
            }
        }

        /// Returns the mass, when its future is polled.
        #[cfg(feature = "tokio")]
        #[ffi_export]
        pub async fn $wait(point: $name) -> f32 {
            std::future::ready(point.mass).await
        }
    };
}

message!(Point length Points PointsInMemory open_points mass);

/// Ten more of each.
#[cfg(feature = "more")]
mod more {
    use ffi_core::{FfiMessage, ffi_export};

    message!(PointA length_a PointsA PointsInMemoryA open_points_a mass_a);
    message!(PointB length_b PointsB PointsInMemoryB open_points_b mass_b);
    message!(PointC length_c PointsC PointsInMemoryC open_points_c mass_c);
    message!(PointD length_d PointsD PointsInMemoryD open_points_d mass_d);
    message!(PointE length_e PointsE PointsInMemoryE open_points_e mass_e);
    message!(PointF length_f PointsF PointsInMemoryF open_points_f mass_f);
    message!(PointG length_g PointsG PointsInMemoryG open_points_g mass_g);
    message!(PointH length_h PointsH PointsInMemoryH open_points_h mass_h);
    message!(PointI length_i PointsI PointsInMemoryI open_points_i mass_i);
    message!(PointJ length_j PointsJ PointsInMemoryJ open_points_j mass_j);
}
