//! A service of users.
use ffi_core::{FfiError, FfiMessage, FfiObject, FfiStr, ffi_export, ffi_service};
use std::{collections::BTreeMap, sync::Mutex};
mod production; // log, health, a switch for logins

#[derive(FfiMessage, Clone)]
#[repr(C)]
pub struct User {
    pub id: u64,
    pub name: FfiStr<32>,
}

#[derive(Debug, FfiError, thiserror::Error)] // each variant is an exception class in Dart
#[error("{self:?}")]
pub enum UserError {
    NotFound { id: u64 },
    Invalid { field: String, reason: String },
    WrongPassword,
}

/// The users, wherever they are: in Dart an interface, and a client.
#[ffi_service]
pub trait Users {
    fn get(&self, id: u64) -> Result<User, UserError>;
    fn create(&self, name: &str, password: &str) -> Result<u64, UserError>;
    async fn search(&self, text: String) -> Vec<User>; // a future that can be cancelled
    #[ffi(blocking)] // on a thread of the library's: the UI never waits
    fn login(&self, id: u64, password: String) -> Result<User, UserError>;
}

struct Memory(Mutex<BTreeMap<u64, (User, String)>>);
impl Users for Memory {
    fn get(&self, id: u64) -> Result<User, UserError> {
        self.0.lock().unwrap().get(&id).map(|it| it.0.clone()).ok_or(UserError::NotFound { id })
    }
    fn create(&self, name: &str, password: &str) -> Result<u64, UserError> {
        let invalid = |field: &str, reason: String| UserError::Invalid { field: field.into(), reason };
        let name = FfiStr::try_from(name).map_err(|error| invalid("name", error.to_string()))?;
        if password.len() < 8 {
            return Err(invalid("password", "needs 8 characters".into()));
        }
        let mut users = self.0.lock().unwrap();
        let id = users.len() as u64 + 1;
        users.insert(id, (User { id, name }, password.into()));
        Ok(id)
    }
    async fn search(&self, text: String) -> Vec<User> {
        let users = self.0.lock().unwrap();
        users.values().map(|it| &it.0).filter(|it| it.name.contains(&text)).cloned().collect()
    }
    fn login(&self, id: u64, password: String) -> Result<User, UserError> {
        let right = self.0.lock().unwrap().get(&id).is_some_and(|it| it.1 == password);
        if right && production::LOGINS.is_on() { self.get(id) } else { Err(UserError::WrongPassword) }
    }
}

#[ffi_export]
pub fn open_users() -> FfiObject<dyn Users> {
    FfiObject::new(Memory(Mutex::default())) // any number of implementors, of any types
}
