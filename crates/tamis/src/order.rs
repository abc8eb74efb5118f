//! Sorting, and a map in the order of its keys, for tens of entries rather than thousands. The standard library's sorts and trees are
//! made for large data, and each is compiled anew for every type: here they were 34 kB of the browser's 436 before compression.

use std::borrow::Borrow;

/// So many items are sorted by insertion.
const FEW: usize = 32;

/// Sorts so that no item stands behind one that it is `before`; those that are before neither way stay as they were.
pub fn sort<T>(items: &mut [T], before: impl Fn(&T, &T) -> bool) {
    // Few items, and most are few, go to their places one by one: ten times faster than what follows.
    if items.len() <= FEW {
        for start in 1..items.len() {
            let mut at = start;
            while at > 0 && matches!((items.get(at), items.get(at - 1)), (Some(item), Some(previous)) if before(item, previous)) {
                items.swap(at, at - 1);
                at -= 1;
            }
        }
        return;
    }
    let is_before = |a: usize, b: usize| matches!((items.get(a), items.get(b)), (Some(a), Some(b)) if before(a, b));
    let mut places = places(items.len(), &is_before);
    for at in 0..items.len() {
        while let Some(to) = places.get(at).copied().filter(|to| *to != at) {
            items.swap(at, to);
            places.swap(at, to);
        }
    }
}

/// For each item, its place when sorted: runs of 1, 2, 4, … items are merged. Compiled once, whatever the items are.
fn places(count: usize, before: &dyn Fn(usize, usize) -> bool) -> Vec<usize> {
    let mut items: Vec<usize> = (0..count).collect();
    let mut merged = Vec::with_capacity(count);
    let mut width = 1;
    while width < count {
        for runs in items.chunks(width.saturating_mul(2)) {
            let (mut left, mut right) = runs.split_at_checked(width).unwrap_or((runs, &[]));
            while let ([first, left_rest @ ..], [second, right_rest @ ..]) = (left, right) {
                if before(*second, *first) {
                    merged.push(*second);
                    right = right_rest;
                } else {
                    merged.push(*first);
                    left = left_rest;
                }
            }
            merged.extend_from_slice(left);
            merged.extend_from_slice(right);
        }
        std::mem::swap(&mut items, &mut merged);
        merged.clear();
        width = width.saturating_mul(2);
    }
    merged.resize(count, 0);
    for (place, item) in items.into_iter().enumerate() {
        if let Some(to) = merged.get_mut(item) {
            *to = place;
        }
    }
    merged
}

/// A map in the order of its keys. Inserting a single entry moves those behind it: many are better given at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: Ord, V> Map<K, V> {
    /// A map without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in the order of their keys.
    pub fn iter(&self) -> std::slice::Iter<'_, (K, V)> {
        self.entries.iter()
    }

    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.entries.binary_search_by(|(known, _)| known.borrow().cmp(key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().and_then(|place| self.entries.get(place)).map(|(_, value)| value)
    }

    /// Whether a key has a value.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }

    /// Takes out the entries that `keep` says no to.
    pub fn retain(&mut self, keep: impl Fn(&K, &V) -> bool) {
        self.entries.retain(|(key, value)| keep(key, value));
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.place(&key) {
            Ok(place) => {
                if let Some((_, known)) = self.entries.get_mut(place) {
                    *known = value;
                }
            }
            Err(place) => self.entries.insert(place, (key, value)),
        }
    }
}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    /// Adds many entries; of those with one key the last one counts.
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        self.entries.extend(entries);
        sort(&mut self.entries, |(a, _), (b, _)| a < b);
        // `dedup_by` keeps the first: it gets the later one's value.
        self.entries.dedup_by(|later, kept| {
            let same = later.0 == kept.0;
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<'m, K, V> IntoIterator for &'m Map<K, V> {
    type Item = &'m (K, V);
    type IntoIter = std::slice::Iter<'m, (K, V)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_as_the_library_sorts() {
        let mut seed = 1u32;
        for count in (0..40).chain([1000]) {
            let mut items: Vec<(u32, usize)> = Vec::new();
            for place in 0..count {
                seed = seed.wrapping_mul(1_103_515_245).wrapping_add(12345);
                items.push(((seed >> 16) % 50, place));
            }
            let mut expected = items.clone();
            expected.sort_by_key(|(key, _)| *key);
            sort(&mut items, |(a, _), (b, _)| a < b);
            assert_eq!(items, expected);
        }
    }

    #[test]
    fn the_last_value_of_a_key_counts() {
        let mut map: Map<String, u32> =
            [("b", 1), ("a", 2), ("b", 3), ("c", 4), ("b", 5)].map(|(key, value)| (key.to_owned(), value)).into_iter().collect();
        assert_eq!((map.len(), map.get("b"), map.get("d"), map.contains_key("a")), (3, Some(&5), None, true));
        map.insert("aa".to_owned(), 6);
        map.insert("b".to_owned(), 7);
        map.insert("d".to_owned(), 8);
        map.retain(|_, value| *value != 8);
        let entries: Vec<_> = map.iter().map(|(key, value)| (key.as_str(), *value)).collect();
        assert_eq!(entries, [("a", 2), ("aa", 6), ("b", 7), ("c", 4)]);
        assert!(!map.is_empty() && Map::<u8, u8>::new().is_empty());
    }
}
