//! Ranges as JSON gives them: line, column and offset, in the unit that the request names.

use tamis::text::{Encoding, LineIndex, Position, Range};

use crate::write::Writer;

/// Turns byte ranges of one text into places.
#[derive(Clone, Copy, Debug)]
pub struct Places<'t> {
    /// The included script that this is; empty for the script itself.
    pub name: &'t str,
    /// The text.
    pub text: &'t str,
    /// Its lines.
    pub lines: &'t LineIndex,
    /// The unit of offsets.
    pub encoding: Encoding,
}

impl Places<'_> {
    /// Line and column count from 1, the column in characters; the offset is in the request's unit.
    fn place(&self, writer: &mut Writer, name: &str, offset: u32) {
        position(writer, name, self.lines.position(self.text, offset, self.encoding));
    }

    /// Start and end of a range.
    pub(crate) fn range(&self, writer: &mut Writer, range: Range) {
        self.place(writer, "start", range.start);
        self.place(writer, "end", range.end);
    }

    /// The offset alone.
    pub(crate) fn offset(&self, offset: u32) -> u64 {
        self.lines.position(self.text, offset, self.encoding).offset.into()
    }
}

/// A place by the name of a field.
pub(crate) fn position(writer: &mut Writer, name: &str, position: Position) {
    writer.begin(name, '{');
    writer.count("line", position.line.into());
    writer.count("column", position.column.into());
    writer.count("offset", position.offset.into());
    writer.close('}');
}
