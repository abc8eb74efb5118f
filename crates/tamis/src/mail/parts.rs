//! Walking over the MIME parts as `foreverypart` and `:anychild` do (sieve_message_part_iter in lib-sieve/sieve-message.c).

use super::body::{Part, PartField};

/// A position in the list of parts and the part where the walk began.
#[derive(Clone, Copy, Debug)]
pub struct PartIter<'p> {
    parts: &'p [Part],
    root: Option<usize>,
    index: usize,
    start: usize,
}

impl<'p> PartIter<'p> {
    /// A walk over all parts of the message.
    #[must_use]
    pub fn new(parts: &'p [Part]) -> Self {
        Self { parts, root: (!parts.is_empty()).then_some(0), index: 0, start: 0 }
    }

    /// All parts of the message that is walked over.
    #[must_use]
    pub const fn parts(&self) -> &'p [Part] {
        self.parts
    }

    /// A walk over the current part and those inside it: what `:anychild` reads.
    #[must_use]
    pub fn subtree(&self) -> Self {
        Self { root: (self.index < self.parts.len()).then_some(self.index), start: self.index, ..*self }
    }

    /// A walk over the parts inside the current one: what a `foreverypart` inside a `foreverypart` walks over.
    #[must_use]
    pub fn children(&self) -> Self {
        let has_children = self.index + 1 < self.parts.len() && self.parts.get(self.index).is_some_and(|part| part.first_child.is_some());
        if has_children {
            Self { root: Some(self.index), index: self.index + 1, start: self.index + 1, ..*self }
        } else {
            Self { root: None, start: self.index, ..*self }
        }
    }

    /// The index of the current part in the list; `None` when the walk is over. It ends at the part after the root or at the root's parent,
    /// so a walk whose root is a last child goes on into the parts behind its parent, as in the real code. Epilogues are passed over.
    pub fn current(&mut self) -> Option<usize> {
        let root = self.parts.get(self.root?)?;
        loop {
            let part = self.parts.get(self.index)?;
            if Some(self.index) == root.next || Some(self.index) == root.parent {
                return None;
            }
            if !part.epilogue {
                return Some(self.index);
            }
            self.index += 1;
        }
    }

    /// Goes one part further.
    pub fn advance(&mut self) -> Option<usize> {
        if self.index >= self.parts.len() {
            return None;
        }
        self.index += 1;
        self.current()
    }

    /// Goes back to where the walk began.
    pub fn reset(&mut self) {
        self.index = self.start;
    }

    /// The fields of these names that a test with `:mime` reads: those of the current part and, with `any_child`, of the parts inside it
    /// (sieve_mime_header_list). A part without any field, other than the first, ends the search for a name, as in the real code.
    #[must_use]
    pub fn fields(&self, names: &[&[u8]], any_child: bool) -> Vec<&'p PartField> {
        let mut found = Vec::new();
        for name in names {
            let mut walk = self.subtree();
            let mut at = walk.current();
            let mut first = true;
            while let Some(part) = at.and_then(|at| self.parts.get(at)) {
                if part.fields.is_empty() && !first {
                    break;
                }
                first = false;
                found.extend(part.fields.iter().filter(|field| field.name.eq_ignore_ascii_case(name)));
                if !any_child {
                    break;
                }
                at = walk.advance();
            }
        }
        found
    }
}
