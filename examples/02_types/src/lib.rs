//! A directory of contacts that uses every field type.

use std::fmt;

use ffi_core::{FfiBytes, FfiEnum, FfiMap, FfiMessage, FfiOpen, FfiOption, FfiStr, FfiVec, ffi_export};

ffi_core::library!();

/// Status of a contact.
#[derive(FfiEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    /// Not known.
    Unknown = 0,
    /// Still reachable.
    Active = 1,
    /// No longer reachable.
    Left = 2,
}

/// A postal address.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Address {
    /// Street, with the number of the house.
    pub street: FfiStr<32>,
    /// City, without the country.
    pub city: FfiStr<24>,
}

/// Way to reach a contact.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C, u32)]
pub enum Reach {
    /// Not at all.
    Unreachable,
    /// By mail.
    Email(FfiStr<40>),
    /// By telephone, as one number with the country's code.
    Phone(u64),
    /// In person.
    Visit(Address),
}

/// A person in the directory.
#[derive(FfiMessage, Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct Contact {
    /// The number in the directory.
    pub id: u64,
    /// The full name.
    pub name: FfiStr<32>,
    /// Status, as far as this directory knows.
    pub status: Status,
    /// Status from another program, which may be newer than this one.
    pub reported: FfiOpen<Status>,
    /// Rating from 0 to 5, if there is one.
    pub rating: FfiOption<f32>,
    /// Way to reach the person.
    pub reach: Reach,
    /// Up to four words.
    pub tags: FfiVec<FfiStr<12>, 4>,
    /// Number of calls, by month.
    pub calls: FfiVec<u16, 12>,
    /// Facts by name: birth year, shoe size, ..
    pub facts: FfiMap<FfiStr<12>, i32, 4>,
    /// A picture of 4 by 4 grey pixels, row by row.
    pub picture: [[u8; 4]; 4],
    /// A public key.
    pub key: FfiBytes<32>,
}

/// Up to a hundred contacts.
#[derive(FfiMessage)]
#[repr(C)]
pub struct Directory {
    /// In the order of their numbers.
    pub contacts: FfiVec<Contact, 100>,
}

/// Reason why a contact was not added.
#[derive(Debug, PartialEq, Eq)]
pub enum AddError {
    /// Another contact has this name.
    Duplicate(String),
    /// The directory is full.
    Full,
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duplicate(name) => write!(f, "there already is a contact called {name}"),
            Self::Full => f.write_str("the directory is full"),
        }
    }
}

/// Adds a copy of `contact` and returns its number.
///
/// # Errors
///
/// Returns an error if another contact has the name, or the directory is full.
#[ffi_export]
pub fn add(directory: &mut Directory, contact: &Contact) -> Result<u64, AddError> {
    if directory.contacts.iter().any(|other| other.name == contact.name) {
        return Err(AddError::Duplicate(contact.name.as_str().to_owned()));
    }
    let id = directory.contacts.last().map_or(1, |last| last.id + 1);
    directory.contacts.try_push(Contact { id, ..*contact }).map_err(|_| AddError::Full)?;
    Ok(id)
}

/// Returns the contact of that name, if there is one.
#[ffi_export]
pub fn find(directory: &Directory, name: &str) -> Option<Contact> {
    directory.contacts.iter().find(|contact| contact.name == *name).copied()
}

/// Returns the numbers of all contacts with `tag` among their `tags`, or of all contacts.
#[ffi_export]
pub fn tagged(directory: &Directory, tag: Option<&str>) -> Vec<u64> {
    let has = |contact: &&Contact| tag.is_none_or(|tag| contact.tags.iter().any(|other| *other == *tag));
    directory.contacts.iter().filter(has).map(|contact| contact.id).collect()
}

/// Returns a line about a contact.
#[ffi_export]
pub fn describe(contact: &Contact) -> String {
    let reach = match &contact.reach {
        Reach::Unreachable => "not reachable".to_owned(),
        Reach::Email(address) => format!("mail {address}"),
        Reach::Phone(number) => format!("call +{number}"),
        Reach::Visit(Address { street, city }) => format!("visit {street}, {city}"),
    };
    let rating = contact.rating.get().map_or_else(|| "unrated".to_owned(), |rating| format!("{rating:.1}/5"));
    let calls: u32 = contact.calls.iter().map(|&calls| u32::from(calls)).sum();
    let reported = match contact.reported.get() {
        Ok(status) => format!("{status:?}"),
        Err(number) => format!("status {number}"),
    };
    format!("{} ({reported}): {reach}; {rating}; {calls} calls", contact.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contact(name: &str) -> Contact {
        let mut contact: Contact = ffi_core::bytemuck::Zeroable::zeroed();
        contact.name = name.try_into().unwrap();
        contact
    }

    #[test]
    fn contacts_are_numbered_and_found() {
        let mut directory = Directory::new_zeroed_box();
        assert_eq!(add(&mut directory, &contact("Ada")), Ok(1));
        assert_eq!(add(&mut directory, &contact("Grace")), Ok(2));
        assert_eq!(add(&mut directory, &contact("Ada")), Err(AddError::Duplicate("Ada".to_owned())));
        assert_eq!(find(&directory, "Grace").unwrap().id, 2);
        assert_eq!(find(&directory, "Linus"), None);
        assert_eq!(tagged(&directory, None), [1, 2]);
    }

    #[test]
    fn a_full_directory_says_so() {
        let mut directory = Directory::new_zeroed_box();
        for number in 0..100 {
            add(&mut directory, &contact(&format!("number {number}"))).unwrap();
        }
        assert_eq!(add(&mut directory, &contact("one more")), Err(AddError::Full));
    }

    #[test]
    fn a_line_tells_all() {
        let mut ada = contact("Ada");
        ada.reach = Reach::Phone(44);
        ada.rating = FfiOption::some(4.5);
        ada.calls.try_extend([1, 2]).unwrap();
        ada.reported = FfiOpen::from_raw(9);
        assert_eq!(describe(&ada), "Ada (status 9): call +44; 4.5/5; 3 calls");
    }
}
