//! Implements `Serialize` and `Deserialize` like those of std's types of the same kind. A value
//! that doesn't fit is an error.
//!
//! An `FfiRef` has neither: it only has a meaning for the pool of this process.

use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FfiBytes, FfiMap, FfiOpen, FfiOption, FfiStr, FfiType, FfiVec};
use crate::enumeration::FfiEnum;

impl<const N: usize> Serialize for FfiStr<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for FfiStr<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<const N: usize>;

        impl<const N: usize> Visitor<'_> for Text<N> {
            type Value = FfiStr<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a string of up to {N} bytes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl<const N: usize> Serialize for FfiBytes<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self)
    }
}

impl<'de, const N: usize> Deserialize<'de> for FfiBytes<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes<const N: usize>;

        impl<'de, const N: usize> Visitor<'de> for Bytes<N> {
            type Value = FfiBytes<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "up to {N} bytes")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
                FfiBytes::try_from(bytes).map_err(E::custom)
            }

            // Formats without bytes, such as JSON, use this.
            fn visit_seq<A: SeqAccess<'de>>(self, bytes: A) -> Result<Self::Value, A::Error> {
                Elements(PhantomData).visit_seq(bytes).map(FfiBytes::from)
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

impl<T: FfiType + Serialize, const N: usize> Serialize for FfiVec<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

struct Elements<T, const N: usize>(PhantomData<T>);

impl<'de, T: FfiType + Deserialize<'de>, const N: usize> Visitor<'de> for Elements<T, N> {
    type Value = FfiVec<T, N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "up to {N} elements")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let mut vec = FfiVec::new();
        while let Some(element) = elements.next_element()? {
            vec.try_push(element).map_err(A::Error::custom)?;
        }
        Ok(vec)
    }
}

impl<'de, T: FfiType + Deserialize<'de>, const N: usize> Deserialize<'de> for FfiVec<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Elements(PhantomData))
    }
}

impl<T: FfiType + Serialize> Serialize for FfiOption<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(serializer)
    }
}

impl<'de, T: FfiType + Deserialize<'de>> Deserialize<'de> for FfiOption<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

impl<K: FfiType + Eq + Hash + Serialize, V: FfiType + Serialize, const N: usize> Serialize
    for FfiMap<K, V, N>
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

/// The last of several equal keys counts, as in a `HashMap`.
impl<'de, K, V, const N: usize> Deserialize<'de> for FfiMap<K, V, N>
where
    K: FfiType + Eq + Hash + Deserialize<'de>,
    V: FfiType + Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, V, const N: usize>(PhantomData<(K, V)>);

        impl<'de, K, V, const N: usize> Visitor<'de> for Entries<K, V, N>
        where
            K: FfiType + Eq + Hash + Deserialize<'de>,
            V: FfiType + Deserialize<'de>,
        {
            type Value = FfiMap<K, V, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a map of up to {N} entries")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = FfiMap::new();
                while let Some((key, value)) = entries.next_entry()? {
                    map.try_insert(key, value).map_err(A::Error::custom)?;
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<E: FfiEnum<Repr: Serialize>> Serialize for FfiOpen<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw().serialize(serializer)
    }
}

impl<'de, E: FfiEnum<Repr: Deserialize<'de>>> Deserialize<'de> for FfiOpen<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        E::Repr::deserialize(deserializer).map(Self::from_raw)
    }
}
