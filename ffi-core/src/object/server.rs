//! The implementor of a service that callers have without asking for one.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// Place of the installed implementor of a service, a `static` of the service.
#[derive(Debug)]
pub struct Installed<T: ?Sized>(OnceLock<Arc<T>>);

impl<T: ?Sized> Installed<T> {
    /// Returns an empty place.
    #[must_use]
    pub const fn new() -> Self {
        Self(OnceLock::new())
    }

    /// Installs an implementor, once.
    ///
    /// # Errors
    ///
    /// Returns an error if one is installed already, which stays.
    pub fn install(&self, object: Arc<T>, service: &'static str) -> Result<(), AlreadyInstalled> {
        self.0.set(object).map_err(|_| AlreadyInstalled { service })
    }

    /// Returns the installed implementor, if there is one.
    #[must_use]
    pub fn get(&self) -> Option<Arc<T>> {
        self.0.get().cloned()
    }
}

impl<T: ?Sized> Default for Installed<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// A service was installed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyInstalled {
    service: &'static str,
}

impl fmt::Display for AlreadyInstalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service `{}` is installed already, once for the process", self.service)
    }
}

impl Error for AlreadyInstalled {}
