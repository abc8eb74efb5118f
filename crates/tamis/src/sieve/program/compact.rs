//! Containers for what a program has most of: short strings, and lists of one. They stand where they are used, without an allocation
//! of their own, which is half of the time that compiling a long script takes.

use std::ops::Deref;

use crate::text::{Range, count};

/// The longest string that stands in place.
const SHORT: usize = 22;

/// Bytes that do not change.
#[derive(Clone)]
pub struct Bytes(Repr);

#[derive(Clone)]
enum Repr {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<[u8]>),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Repr::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(bytes),
            Repr::Long(bytes) => bytes,
        }
    }
}

impl Bytes {
    /// The bytes at `range` of a text.
    #[inline]
    pub(super) fn within(text: &[u8], range: Range) -> Self {
        // As many bytes as there is room for are copied at once, whatever stands behind those that count.
        match text.get(range.start as usize..).and_then(|rest| rest.first_chunk()) {
            Some(bytes) if range.len() <= count(SHORT) => Self(Repr::Short { length: range.len() as u8, bytes: *bytes }),
            _ => range.bytes(text).into(),
        }
    }

    /// The same in place, if they have room there and do not stand at the end of the text.
    #[inline]
    pub(super) fn short_within(text: &[u8], range: Range) -> Option<Self> {
        let bytes = text.get(range.start as usize..)?.first_chunk()?;
        let is_short = range.len() <= count(SHORT);
        is_short.then_some(Self(Repr::Short { length: range.len() as u8, bytes: *bytes }))
    }
}

impl From<&[u8]> for Bytes {
    fn from(value: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match (u8::try_from(value.len()), bytes.get_mut(..value.len())) {
            (Ok(length), Some(start)) => {
                start.copy_from_slice(value);
                Self(Repr::Short { length, bytes })
            }
            _ => Self(Repr::Long(value.into())),
        }
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Bytes {}

impl std::fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, formatter)
    }
}

/// A list that is mostly of one element.
#[derive(Clone, PartialEq, Eq)]
pub enum Few<T> {
    /// A list of one.
    One(T),
    /// Any other.
    Many(Box<[T]>),
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::Many(Box::default())
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        match (items.next(), items.next()) {
            (Some(one), None) => Self::One(one),
            (first, second) => Self::Many(first.into_iter().chain(second).chain(items).collect()),
        }
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(items: Vec<T>) -> Self {
        items.into_iter().collect()
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Few<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&**self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_what_they_were_made_of_at_every_length() {
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 255, 256, 300] {
            let value: Vec<u8> = (0..=255).cycle().take(length).collect();
            assert_eq!(*Bytes::from(value.as_slice()), *value);
            for (before, after) in [(0, 0), (1, 0), (0, 1), (3, SHORT)] {
                let text = [&vec![b'<'; before][..], &value, &vec![b'>'; after]].concat();
                let range = Range::new(count(before), count(before + length));
                assert_eq!(*Bytes::within(&text, range), *value);
            }
        }
    }

    #[test]
    fn lists_are_what_they_were_made_of() {
        for length in 0..5 {
            assert_eq!(*(0..length).collect::<Few<_>>(), *(0..length).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_string_is_as_small_as_a_pointer_to_one_was() {
        assert!(size_of::<Bytes>() == size_of::<Vec<u8>>() && size_of::<crate::sieve::program::Text>() == 32);
    }
}
