//! Ranges as JSON gives them: line, column and offset, in the unit that the request names.

use serde::Serialize;
use tamis::text::{Encoding, LineIndex, Range};

/// A place: line and column count from 1, the column in characters; the offset in the request's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PlaceJson {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
    /// Offset.
    pub offset: u32,
}

/// Turns byte ranges of one text into places.
#[derive(Clone, Copy, Debug)]
pub struct Places<'t> {
    /// The text.
    pub text: &'t str,
    /// Its lines.
    pub lines: &'t LineIndex,
    /// The unit of offsets.
    pub encoding: Encoding,
}

impl Places<'_> {
    /// The place of a byte offset.
    #[must_use]
    pub fn place(&self, offset: u32) -> PlaceJson {
        let position = self.lines.position(self.text, offset, self.encoding);
        PlaceJson { line: position.line, column: position.column, offset: position.offset }
    }

    /// Start and end of a range.
    #[must_use]
    pub fn range(&self, range: Range) -> (PlaceJson, PlaceJson) {
        (self.place(range.start), self.place(range.end))
    }
}
