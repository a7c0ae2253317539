//! The service in Rust, without Dart.

use services::{UserError, open_users};

#[test]
fn users_are_created_and_found() {
    let users = open_users();
    let id = users.create("Ada", "correct horse").unwrap();
    assert_eq!(users.get(id).unwrap().name.as_ref() as &str, "Ada");
    assert!(matches!(users.get(9), Err(UserError::NotFound { id: 9 })));
}

#[test]
fn input_is_checked() {
    let users = open_users();
    let field = |result| match result {
        Err(UserError::Invalid { field, .. }) => field,
        _ => String::new(),
    };
    assert_eq!(field(users.create("Bob", "short")), "password");
    assert_eq!(field(users.create(&"x".repeat(33), "correct horse")), "name");
}

#[test]
fn a_login_needs_the_password() {
    let users = open_users();
    let id = users.create("Ada", "correct horse").unwrap();
    assert!(users.login(id, "correct horse".to_owned()).is_ok());
    assert!(matches!(users.login(id, "wrong".to_owned()), Err(UserError::WrongPassword)));
}

#[test]
fn services_have_users_of_their_own() {
    let (one, other) = (open_users(), open_users());
    let id = one.create("Ada", "correct horse").unwrap();
    assert!(one.get(id).is_ok() && other.get(id).is_err());
}
