//! An mbox, read a message at a time (RFC 4155): messages begin at `From ` lines after blank lines, and one `>` is taken from quoted ones.

use std::io::{BufRead, BufReader, Read};

/// How a message of an mbox begins.
pub const FROM: &[u8] = b"From ";

/// An mbox begins with a `From ` line and has another after a blank line; one message saved with such a line is read as a message.
pub fn is_mbox(bytes: &[u8]) -> bool {
    bytes.starts_with(FROM) && (find(bytes, b"\n\nFrom ") || find(bytes, b"\r\n\r\nFrom "))
}

fn find(bytes: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(bytes, needle).is_some()
}

/// A message of an mbox.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1; none if all there is is one message.
    pub number: Option<usize>,
    /// Its text.
    pub bytes: Vec<u8>,
    /// It is longer than is read.
    pub is_cut: bool,
}

/// Reads messages. Memory is that of the longest one, twice at most.
pub struct Splitter<R> {
    reader: BufReader<R>,
    most: usize,
    count: usize,
    blank: bool,
    begun: bool,
    /// What is read of a message: it begins with its `From ` line if it is the first, since it may turn out to be the only one.
    current: Part,
    first: Vec<u8>,
    is_end: bool,
}

impl<R: Read> Splitter<R> {
    /// A message longer than `most` bytes is cut.
    pub fn new(reader: R, most: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(256 << 10, reader),
            most,
            count: 0,
            blank: true,
            begun: false,
            current: Part::default(),
            first: Vec::new(),
            is_end: false,
        }
    }

    /// How many messages were given.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// The next message. What does not begin with `From ` is one message.
    pub fn next(&mut self) -> std::io::Result<Option<Part>> {
        if self.is_end {
            return Ok(None);
        }
        if !self.begun {
            self.begun = true;
            let mut start = Vec::new();
            self.reader.by_ref().take(FROM.len() as u64).read_to_end(&mut start)?;
            if start != FROM {
                return self.whole(start).map(Some);
            }
            self.keep_first(&start);
            // The rest of its first line.
            self.line(true)?;
        }
        loop {
            match self.line(false)? {
                Line::End => {
                    self.is_end = true;
                    self.count += 1;
                    let mut part = std::mem::take(&mut self.current);
                    if self.count == 1 {
                        part.is_cut |= self.first.len() > self.most;
                        part.bytes = std::mem::take(&mut self.first);
                    } else {
                        part.number = Some(self.count);
                    }
                    return Ok(Some(part));
                }
                Line::From => {
                    self.count += 1;
                    self.first = Vec::new();
                    let part = std::mem::take(&mut self.current);
                    return Ok(Some(Part { number: Some(self.count), ..part }));
                }
                Line::Text => {}
            }
        }
    }

    /// One message that has no `From ` line.
    fn whole(&mut self, mut bytes: Vec<u8>) -> std::io::Result<Part> {
        self.is_end = true;
        self.count = 1;
        self.reader.by_ref().take((self.most + 1) as u64).read_to_end(&mut bytes)?;
        Ok(Part { number: None, is_cut: bytes.len() > self.most, bytes })
    }

    fn keep_first(&mut self, bytes: &[u8]) {
        if self.count == 0 && self.first.len() <= self.most {
            self.first.extend_from_slice(bytes);
        }
    }

    /// Reads a line, in pieces if it is long. `separator` if it is known to be the rest of a `From ` line.
    fn line(&mut self, separator: bool) -> std::io::Result<Line> {
        let mut is_start = true;
        let mut separates = separator;
        let mut blank = true;
        loop {
            let piece = self.reader.fill_buf()?;
            if piece.is_empty() {
                return Ok(if is_start { Line::End } else { self.ended(separates, separator, blank) });
            }
            let end = memchr::memchr(b'\n', piece).map(|at| at + 1);
            let mut piece = piece.get(..end.unwrap_or(piece.len())).unwrap_or_default().to_vec();
            let used = piece.len();
            if is_start && end.is_none() && piece.len() < 4096 {
                // The end of the buffer cuts the line where it must be seen whole: its start.
                self.reader.consume(used);
                self.reader.by_ref().take(4096).read_until(b'\n', &mut piece)?;
            } else {
                self.reader.consume(used);
            }
            let is_end = piece.ends_with(b"\n");
            if is_start && !separator {
                separates = self.blank && piece.starts_with(FROM);
                blank = piece == b"\n" || piece == b"\r\n";
            }
            if !separates {
                // A `From ` line that begins the next message is not of this one.
                self.keep_first(&piece);
                let quoted = is_start
                    && piece.first() == Some(&b'>')
                    && piece
                        .iter()
                        .position(|byte| *byte != b'>')
                        .is_some_and(|at| piece.get(at..).is_some_and(|rest| rest.starts_with(FROM)));
                let text = piece.get(usize::from(quoted)..).unwrap_or_default();
                if self.current.bytes.len() + text.len() > self.most {
                    self.current.is_cut = true;
                    self.current.bytes = Vec::new();
                } else if !self.current.is_cut {
                    self.current.bytes.extend_from_slice(text);
                }
            } else if separator {
                self.keep_first(&piece);
            }
            is_start = false;
            if is_end {
                return Ok(self.ended(separates, separator, blank));
            }
        }
    }

    const fn ended(&mut self, separates: bool, separator: bool, blank: bool) -> Line {
        self.blank = !separates && blank;
        if separates && !separator { Line::From } else { Line::Text }
    }
}

enum Line {
    Text,
    From,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(bytes: &[u8], most: usize) -> Vec<(Option<usize>, String, bool)> {
        let mut splitter = Splitter::new(bytes, most);
        let mut out = Vec::new();
        while let Some(part) = splitter.next().unwrap() {
            out.push((part.number, String::from_utf8(part.bytes).unwrap(), part.is_cut));
        }
        out
    }

    #[test]
    fn an_mbox_is_split_and_unquoted() {
        let mbox = b"From a Mon\nSubject: 1\n\n>From here\n>>From there\n\nFrom b Tue\nSubject: 2\n\nx\n";
        assert!(is_mbox(mbox));
        let texts = ["Subject: 1\n\nFrom here\n>From there\n\n", "Subject: 2\n\nx\n"];
        let expected: Vec<_> = texts.iter().enumerate().map(|(at, text)| (Some(at + 1), (*text).to_owned(), false)).collect();
        assert_eq!(split(mbox, 1000), expected);
        assert_eq!(split(b"From a\r\nSubject: 1\r\n\r\nFrom b\r\n\r\n", 1000).len(), 2);
    }

    #[test]
    fn one_message_is_left_as_it_is() {
        let one = "From a Mon\nSubject: only one\n\n>From x\n";
        assert!(!is_mbox(one.as_bytes()));
        assert_eq!(split(one.as_bytes(), 1000), [(None, one.to_owned(), false)]);
        assert_eq!(split(b"Subject: x\n\nFrom y\n", 1000), [(None, "Subject: x\n\nFrom y\n".to_owned(), false)]);
        assert_eq!(split(b"", 1000), [(None, String::new(), false)]);
    }

    #[test]
    fn what_is_too_long_is_cut_and_the_rest_goes_on() {
        let long = "x".repeat(300_000);
        let mbox = format!("From a\n\n{long}\n\nFrom b\nSubject: 2\n\n{long}{long}\n\nFrom c\n\n3\n");
        assert_eq!(
            split(mbox.as_bytes(), 400_000).iter().map(|(number, text, cut)| (number.unwrap(), text.len(), *cut)).collect::<Vec<_>>(),
            [(1, 300_003, false), (2, 0, true), (3, 3, false)]
        );
        assert_eq!(split(long.as_bytes(), 1000)[0].2, true);
    }

    /// A line that is cut by the reader's pieces is one line.
    #[test]
    fn pieces_of_any_size() {
        struct Drip<'b>(&'b [u8], usize);
        impl Read for Drip<'_> {
            fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
                let count = self.1.min(self.0.len()).min(out.len());
                out[..count].copy_from_slice(&self.0[..count]);
                self.0 = &self.0[count..];
                Ok(count)
            }
        }
        let mbox = b"From a\nA: 1\n\n>From x\n\nFrom b\r\nB: 2\r\n\r\ny\n";
        for size in 1..30 {
            let mut splitter = Splitter::new(Drip(mbox, size), 1000);
            let mut texts = Vec::new();
            while let Some(part) = splitter.next().unwrap() {
                texts.push(String::from_utf8(part.bytes).unwrap());
            }
            assert_eq!(texts, ["A: 1\n\nFrom x\n\n", "B: 2\r\n\r\ny\n"], "{size}");
        }
    }
}
