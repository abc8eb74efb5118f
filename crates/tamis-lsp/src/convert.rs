//! The protocol's places and the core's: lines from 0 and columns in the unit that was agreed on, against byte offsets.

use std::path::PathBuf;

use lsp_types::{Position, Range, TextEdit, Uri};
use tamis::sieve::Script;
use tamis::text::{self, Edit, Encoding, LineIndex};

/// A text in which places are looked up.
#[derive(Clone, Copy, Debug)]
pub struct Map<'t> {
    pub text: &'t str,
    pub lines: &'t LineIndex,
    pub encoding: Encoding,
}

impl<'t> Map<'t> {
    pub fn new(script: &'t Script, encoding: Encoding) -> Self {
        Self { text: script.text(), lines: script.lines(), encoding }
    }

    /// The byte offset of a place. One behind the end of a line is that end, one behind the last line the end of the text.
    pub fn offset(self, position: Position) -> u32 {
        let line = self.lines.line_range(position.line.saturating_add(1), self.text);
        let content = line.of(self.text).trim_end_matches(['\n', '\r']);
        let (mut left, mut bytes) = (position.character, 0u32);
        for char in content.chars() {
            let units = self.units(char);
            if left < units {
                break;
            }
            left -= units;
            bytes += count(char.len_utf8());
        }
        line.start + bytes
    }

    /// The place of a byte offset.
    pub fn position(self, offset: u32) -> Position {
        let mut offset = offset.min(count(self.text.len()));
        while !self.text.is_char_boundary(offset as usize) {
            offset -= 1;
        }
        let line = self.lines.line(offset);
        let start = self.lines.line_range(line, self.text).start;
        let character = text::Range::new(start, offset).of(self.text).chars().map(|char| self.units(char)).sum();
        Position { line: line.saturating_sub(1), character }
    }

    pub fn range(self, range: text::Range) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    /// A range of the protocol in bytes. One that ends before it starts is empty.
    pub fn bytes(self, range: Range) -> text::Range {
        text::Range::new(self.offset(range.start), self.offset(range.end))
    }

    pub fn edit(self, edit: &Edit) -> TextEdit {
        TextEdit { range: self.range(edit.range), new_text: edit.text.clone() }
    }

    fn units(self, char: char) -> u32 {
        count(match self.encoding {
            Encoding::Utf8 => char.len_utf8(),
            Encoding::Utf16 => char.len_utf16(),
        })
    }
}

fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

/// The path of a `file:` URI.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let path = rest.get(rest.find('/')?..)?;
    let (mut bytes, mut out) = (path.bytes(), Vec::new());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|byte| char::from(byte).to_digit(16));
        out.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    let path = String::from_utf8(out).ok()?;
    // `/c:/scripts` is a drive's path.
    let drive = path.strip_prefix('/').filter(|rest| rest.as_bytes().get(1) == Some(&b':'));
    Some(PathBuf::from(drive.unwrap_or(&path)))
}

/// The `file:` URI of a path.
pub fn uri(path: &std::path::Path) -> Option<Uri> {
    let mut out = String::from("file://");
    let text = path.to_str()?.replace('\\', "/");
    if !text.starts_with('/') {
        out.push('/');
    }
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_agree_and_nothing_is_out_of_reach() {
        let script = Script::parse("é𝄞x\r\n# fin\n\n𝄞");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let map = Map::new(&script, encoding);
            for (at, char) in script.text().char_indices().filter(|(_, char)| !"\r\n".contains(*char)) {
                let place = map.position(count(at));
                assert_eq!(map.offset(place), count(at), "{char} {encoding:?}");
            }
            for (line, character) in [(0, 99), (9, 0), (u32::MAX, u32::MAX), (3, 1), (0, 2)] {
                let offset = map.offset(Position { line, character });
                assert!(script.text().is_char_boundary(offset as usize), "{line} {character}");
            }
        }
        let map = Map::new(&script, Encoding::Utf16);
        assert_eq!(map.position(6), Position { line: 0, character: 3 });
        assert_eq!(map.offset(Position { line: 0, character: 99 }), 7);
    }

    #[test]
    fn paths_and_uris() {
        let of = |text: &str| path(&text.parse().unwrap()).map(|path| path.to_str().unwrap().to_owned());
        assert_eq!(of("file:///a/b%20c/%C3%A9.sieve").as_deref(), Some("/a/b c/é.sieve"));
        assert_eq!(of("file:///c%3A/x").as_deref(), Some("c:/x"));
        assert_eq!(of("untitled:Untitled-1"), None);
        assert_eq!(of("file:///%e9"), None);
        assert_eq!(uri(std::path::Path::new("/a/b c/é.sieve")).unwrap().as_str(), "file:///a/b%20c/%C3%A9.sieve");
    }
}
