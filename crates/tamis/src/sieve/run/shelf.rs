//! What a run makes and then borrows. What a machine borrows cannot change while it lasts: so a new message joins those that are there, and
//! the machine goes on with that one.

use std::cell::{Cell, OnceCell};

use crate::mail::Message;

/// So many messages programs may make in one run.
pub(super) const MOST: usize = 64;

/// Things that come and stay. No reference to one is ever lost, since the shelf never grows.
#[derive(Debug)]
pub(super) struct Shelf<T> {
    /// Made when the first thing comes.
    places: OnceCell<Vec<OnceCell<T>>>,
    used: Cell<usize>,
    most: usize,
}

impl<T> Shelf<T> {
    /// A shelf for at most so many things.
    pub(super) const fn new(most: usize) -> Self {
        Self { places: OnceCell::new(), used: Cell::new(0), most }
    }

    /// Puts a thing on the shelf, if there is room.
    pub(super) fn put(&self, thing: T) -> Option<&T> {
        let places = self.places.get_or_init(|| std::iter::repeat_with(OnceCell::new).take(self.most).collect());
        let place = places.get(self.used.get())?;
        self.used.set(self.used.get() + 1);
        Some(place.get_or_init(|| thing))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.places.get().into_iter().flatten().filter_map(OnceCell::get)
    }
}

/// The messages that programs make of the one that is delivered (`filter`).
#[derive(Debug)]
pub(super) struct Made<'m>(Shelf<Replacement<'m>>);

/// A message and its text.
#[derive(Debug)]
struct Replacement<'m> {
    raw: Vec<u8>,
    message: OnceCell<Message<'m>>,
}

impl Default for Made<'_> {
    fn default() -> Self {
        Self(Shelf::new(MOST))
    }
}

impl<'m> Made<'m> {
    /// A message with this text, read as `like` was; none if there are too many.
    pub(super) fn message(&'m self, raw: Vec<u8>, like: &Message<'_>) -> Option<&'m Message<'m>> {
        let made = self.0.put(Replacement { raw, message: OnceCell::new() })?;
        Some(made.message.get_or_init(|| like.replaced(&made.raw)))
    }

    /// The charsets that these messages want are wanted of the one that is delivered.
    pub(super) fn settle(&self, message: &Message<'_>) {
        self.0.iter().filter_map(|made| made.message.get()).for_each(|made| message.converter().want(made.wanted()));
    }
}
