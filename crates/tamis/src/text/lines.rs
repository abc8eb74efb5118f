//! Offsets to lines and columns, in the unit that the asker counts in.

use super::{Range, offset};

/// What a column or an offset counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 bytes: the core's own unit.
    #[default]
    Utf8,
    /// UTF-16 code units: JavaScript, CodeMirror, the Language Server Protocol.
    Utf16,
}

/// A place for people and programs: line and column count from 1, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: u32,
    /// Offset from the start of the text, in the unit that was asked for.
    pub offset: u32,
}

/// Where the lines of a text begin. Built once per text; a look-up costs a binary search and the length of one line.
#[derive(Clone, Debug, Default)]
pub struct LineIndex {
    /// Byte offset of the start of each line; the first is 0.
    starts: Vec<u32>,
    /// For each line, how many UTF-16 units fewer than bytes stand before it. Empty for pure ASCII text.
    utf16_lead: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`. A line ends after each line feed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| offset(at).saturating_add(1)));
        let mut utf16_lead = Vec::new();
        if !text.is_ascii() {
            let mut lead = 0u32;
            let mut lines = starts.iter().copied().peekable();
            while let Some(start) = lines.next() {
                utf16_lead.push(lead);
                let end = lines.peek().copied().unwrap_or_else(|| offset(text.len()));
                lead = lead.saturating_add(excess(Range::new(start, end).of(text)));
            }
        }
        Self { starts, utf16_lead }
    }

    /// The index of a text that has so many bytes in common with this one's at its start and at its end, and is so many bytes longer, wrapping.
    #[cfg(feature = "full")]
    #[must_use]
    pub(crate) fn edited(mut self, text: &str, start: usize, end: usize, longer: u32) -> Self {
        let changed = Range::new(offset(start), offset(text.len() - end));
        let same_end = changed.end.wrapping_sub(longer);
        let lead = !self.utf16_lead.is_empty();
        if !lead && !changed.bytes(text.as_bytes()).is_ascii() {
            return Self::new(text);
        }
        let behind = self.starts.partition_point(|line| *line <= same_end);
        let (behind, behind_lead) = (self.starts.split_off(behind), if lead { self.utf16_lead.split_off(behind) } else { Vec::new() });
        let kept = self.starts.partition_point(|line| *line <= changed.start);
        self.starts.truncate(kept);
        self.utf16_lead.truncate(kept);
        let lines = memchr::memchr_iter(b'\n', changed.bytes(text.as_bytes())).map(|at| changed.start + offset(at) + 1);
        let mut lines: Vec<u32> = lines.collect();
        let first_behind = behind.first().map(|line| line.wrapping_add(longer));
        lines.extend(first_behind);
        for line in lines {
            if let Some((before, known)) = self.starts.last().zip(self.utf16_lead.last()).filter(|_| lead) {
                self.utf16_lead.push(known.saturating_add(excess(Range::new(*before, line).of(text))));
            }
            self.starts.push(line);
        }
        self.starts.extend(behind.iter().skip(1).map(|line| line.wrapping_add(longer)));
        if let Some((new, old)) = self.utf16_lead.last().copied().zip(behind_lead.first()) {
            let by = new.wrapping_sub(*old);
            self.utf16_lead.extend(behind_lead.iter().skip(1).map(|lead| lead.wrapping_add(by)));
        }
        self
    }

    /// Number of lines; a text that ends with a line feed has an empty last line.
    #[must_use]
    pub fn lines(&self) -> u32 {
        offset(self.starts.len())
    }

    /// The line (from 1) on which `at` lies.
    #[must_use]
    pub fn line(&self, at: u32) -> u32 {
        offset(self.starts.partition_point(|start| *start <= at))
    }

    /// Byte range of a line (from 1), its line feed included.
    #[must_use]
    pub fn line_range(&self, line: u32, text: &str) -> Range {
        let start = self.starts.get(line.saturating_sub(1) as usize).copied().unwrap_or_else(|| offset(text.len()));
        let end = self.starts.get(line as usize).copied().unwrap_or_else(|| offset(text.len()));
        Range::new(start, end)
    }

    /// The place of byte `at` in `text`, its offset in units of `encoding`. An offset inside a character counts as its start.
    #[must_use]
    pub fn position(&self, text: &str, at: u32, encoding: Encoding) -> Position {
        let mut at = at.min(offset(text.len()));
        while !text.is_char_boundary(at as usize) {
            at = at.saturating_sub(1);
        }
        let line = self.line(at);
        let index = line.saturating_sub(1) as usize;
        let start = self.starts.get(index).copied().unwrap_or(0);
        let before = Range::new(start, at).of(text);
        let column = offset(before.chars().count()).saturating_add(1);
        let offset = match encoding {
            Encoding::Utf8 => at,
            Encoding::Utf16 => at.saturating_sub(self.utf16_lead.get(index).copied().unwrap_or(0)).saturating_sub(excess(before)),
        };
        Position { line, column, offset }
    }

    /// The byte offset of a place given in units of `encoding`; past the end it is the end.
    #[must_use]
    pub fn byte_offset(&self, text: &str, at: u32, encoding: Encoding) -> u32 {
        if encoding == Encoding::Utf8 || self.utf16_lead.is_empty() {
            return at.min(offset(text.len()));
        }
        let index = self
            .starts
            .iter()
            .zip(&self.utf16_lead)
            .take_while(|(start, lead)| start.saturating_sub(**lead) <= at)
            .count()
            .saturating_sub(1);
        let start = self.starts.get(index).copied().unwrap_or(0);
        let mut left = at.saturating_sub(start.saturating_sub(self.utf16_lead.get(index).copied().unwrap_or(0)));
        let mut byte = start;
        for char in text.get(start as usize..).unwrap_or("").chars() {
            let units = offset(char.len_utf16());
            if left < units {
                break;
            }
            left = left.saturating_sub(units);
            byte = byte.saturating_add(offset(char.len_utf8()));
        }
        byte
    }
}

/// How many more UTF-8 bytes than UTF-16 units a text has.
fn excess(text: &str) -> u32 {
    if text.is_ascii() {
        return 0;
    }
    text.chars().map(|char| offset(char.len_utf8().saturating_sub(char.len_utf16()))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_offsets_count_units() {
        let text = "é𝄞x\n# fin é\nok";
        let index = LineIndex::new(text);
        let at = offset(text.find("ok").unwrap());
        assert_eq!(index.position(text, at, Encoding::Utf8), Position { line: 3, column: 1, offset: at });
        assert_eq!(index.position(text, at, Encoding::Utf16), Position { line: 3, column: 1, offset: 13 });
        let x = offset(text.find('x').unwrap());
        assert_eq!(index.position(text, x, Encoding::Utf16), Position { line: 1, column: 3, offset: 3 });
        assert_eq!(index.lines(), 3);
    }

    #[test]
    fn both_ways_agree_at_every_character() {
        let text = "a\r\né\n𝄞𝄞b\n\n日本";
        let index = LineIndex::new(text);
        for (at, _) in text.char_indices() {
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                let position = index.position(text, offset(at), encoding);
                assert_eq!(index.byte_offset(text, position.offset, encoding), offset(at), "{at} {encoding:?}");
            }
        }
        assert_eq!(index.byte_offset(text, 999, Encoding::Utf16), offset(text.len()));
    }

    #[cfg(feature = "full")]
    #[test]
    fn an_edited_text_has_the_index_of_a_new_one() {
        let texts = ["", "a", "\n", "a\nb", "a\n\nb\n", "\n\n\n", "a\nbc\nd\n", "é\na", "a\né\n", "é\nè\nb\nà\n", "é\nb\n\nè\nà\n"];
        for (old, new) in texts.iter().flat_map(|old| texts.iter().map(move |new| (*old, *new))) {
            let start = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
            let rest = old.len().min(new.len()) - start;
            let end = old.bytes().rev().zip(new.bytes().rev()).take(rest).take_while(|(one, other)| one == other).count();
            let longer = offset(new.len()).wrapping_sub(offset(old.len()));
            let (edited, whole) = (LineIndex::new(old).edited(new, start, end, longer), LineIndex::new(new));
            // A text that has become plain ASCII may keep its counts of what is no longer there.
            let lead =
                |index: &LineIndex| if index.utf16_lead.iter().all(|lead| *lead == 0) { Vec::new() } else { index.utf16_lead.clone() };
            assert_eq!((&edited.starts, lead(&edited)), (&whole.starts, lead(&whole)), "{old:?} {new:?}");
        }
    }
}
