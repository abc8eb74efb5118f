//! Expressions that were compiled before: an editor asks about nearly the same script at every keystroke.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Error, Flavour, Regex};

/// Remembers what the last two rounds compiled.
#[derive(Debug, Default)]
pub struct Memo(RefCell<Rounds>);

/// By what decides over the outcome, and by pattern.
type Known = BTreeMap<(Flavour, bool), BTreeMap<Vec<u8>, Result<Regex, Error>>>;

#[derive(Debug, Default)]
struct Rounds {
    this: Known,
    last: Known,
}

impl Memo {
    /// A round begins: what the last one did not ask for is forgotten, so that the memory is no larger than two rounds.
    pub fn begin(&self) {
        let mut rounds = self.0.borrow_mut();
        rounds.last = std::mem::take(&mut rounds.this);
    }

    /// The same as [`Regex::new`].
    ///
    /// # Errors
    /// Those of [`Regex::new`].
    pub fn compile(&self, pattern: &[u8], flavour: Flavour, ignore_case: bool) -> Result<Regex, Error> {
        let mut rounds = self.0.borrow_mut();
        let Rounds { this, last } = &mut *rounds;
        let kind = (flavour, ignore_case);
        let this = this.entry(kind).or_default();
        if let Some(known) = this.get(pattern) {
            return known.clone();
        }
        let remembered = last.get_mut(&kind).and_then(|last| last.remove(pattern));
        let outcome = remembered.unwrap_or_else(|| Regex::new(pattern, flavour, ignore_case));
        this.insert(pattern.to_vec(), outcome.clone());
        outcome
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_remembers_two_rounds_and_changes_no_answer() {
        let memo = Memo::default();
        let asked = |pattern: &[u8]| memo.compile(pattern, Flavour::Musl, true);
        let size = |rounds: &Known| rounds.values().map(BTreeMap::len).sum::<usize>();
        for round in 0..3 {
            memo.begin();
            for pattern in [&b"^a+$"[..], b"(", b"b{2"] {
                let fresh = Regex::new(pattern, Flavour::Musl, true);
                for _ in 0..2 {
                    assert_eq!(asked(pattern).err(), fresh.as_ref().err().cloned(), "round {round}");
                }
            }
            assert!(asked(b"^a+$").unwrap().is_match(b"aA", &mut 1000).unwrap());
        }
        memo.begin();
        asked(b"^a+$").unwrap();
        memo.begin();
        let rounds = memo.0.borrow();
        assert_eq!((size(&rounds.this), size(&rounds.last)), (0, 1));
    }
}
