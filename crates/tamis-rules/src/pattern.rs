//! Rspamd's regular expressions (libutil/regexp.c): PCRE2's language, by default on bytes, with every line end of Unicode's a line end
//! (`PCRE2_NEWLINE_ANY`). A pattern is written again in the language of the `regex` crate; what that one cannot say (look-around, back
//! references, atomic groups) goes to `fancy-regex`, which knows only text: there each byte becomes the character of its number.

mod translate;

use std::fmt;

/// How a pattern is read, and what it is matched with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `i`: letters in either case.
    pub caseless: bool,
    /// `m`: `^` and `$` at every line.
    pub multiline: bool,
    /// `s`: `.` is also a line end.
    pub dotall: bool,
    /// `x`: blanks and comments in the pattern mean nothing.
    pub extended: bool,
    /// `u`: characters of UTF-8, not bytes. Nothing that is not UTF-8 matches.
    pub utf: bool,
    /// The whole text must match (`m{…}` in maps).
    pub full: bool,
}

/// Why a pattern is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// PCRE2 refuses it, too; with what is wrong.
    Malformed(String),
    /// PCRE2 knows it, tamis does not: recursion, conditions, callouts and the like.
    Unsupported(&'static str),
    /// A flag that there is not.
    Flag(char),
    /// `/…` without an end.
    Unclosed,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(why) => f.write_str(why),
            Self::Unsupported(what) => write!(f, "{what} is not supported"),
            Self::Flag(flag) => write!(f, "there is no flag `{flag}`"),
            Self::Unclosed => f.write_str("it has no end"),
        }
    }
}

#[derive(Clone, Debug)]
enum Engine {
    Plain(regex::bytes::Regex),
    Fancy(Box<fancy_regex::Regex>),
}

/// A pattern, ready to match.
#[derive(Clone, Debug)]
pub struct Pattern {
    engine: Engine,
    flags: Flags,
}

/// The most bytes that a compiled pattern takes.
const SIZE: usize = 64 << 20;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// If it is malformed or beyond what is known.
    pub fn new(pattern: &[u8], flags: Flags) -> Result<Self, PatternError> {
        let malformed = |error: &dyn fmt::Display| {
            let text = error.to_string();
            PatternError::Malformed(text.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned())
        };
        let engine = match translate::translate(pattern, flags, false)? {
            translate::Translated::Plain(text) => {
                let mut builder = regex::bytes::RegexBuilder::new(&text);
                builder.unicode(flags.utf).case_insensitive(flags.caseless).size_limit(SIZE);
                Engine::Plain(builder.build().map_err(|error| malformed(&error))?)
            }
            translate::Translated::Fancy => {
                let translate::Translated::Plain(mut text) = translate::translate(pattern, flags, true)? else {
                    return Err(PatternError::Unsupported("this construct"));
                };
                if flags.caseless {
                    text.insert_str(0, "(?i)");
                }
                let mut builder = fancy_regex::RegexBuilder::new(&text);
                builder.delegate_size_limit(SIZE);
                Engine::Fancy(Box::new(builder.build().map_err(|error| malformed(&error))?))
            }
        };
        Ok(Self { engine, flags })
    }

    /// Reads `/pattern/flags` or `m{pattern}flags`; anything else is a pattern without flags (`rspamd_regexp_new` without flags).
    ///
    /// # Errors
    /// As [`Pattern::new`], and if the end is missing.
    pub fn parse(text: &[u8]) -> Result<Self, PatternError> {
        let mut flags = Flags::default();
        let (start, end_byte) = match text {
            [b'/', _, ..] => (1, b'/'),
            [b'm', open, ..] if open.is_ascii_punctuation() && *open != b'\\' => {
                flags.full = true;
                (2, if *open == b'{' { b'}' } else { *open })
            }
            _ => return Self::new(text, flags),
        };
        let end = memchr::memrchr(end_byte, text).filter(|end| *end >= start).ok_or(PatternError::Unclosed)?;
        // Here unknown flags end the flags, they are no error.
        let _ = flags.read(text.get(end + 1..).unwrap_or(&[]));
        Self::new(text.get(start..end).unwrap_or(&[]), flags)
    }

    /// Whether something in the text matches. An empty text matches nothing, in Rspamd. `raw` text may be anything; a pattern with `u`
    /// does not match it.
    #[must_use]
    pub fn is_match(&self, text: &[u8], raw: bool) -> bool {
        !text.is_empty() && self.find_from(text, 0, raw).is_some()
    }

    /// The first match at or after `at`: its start and end.
    #[must_use]
    pub fn find_from(&self, text: &[u8], at: usize, raw: bool) -> Option<(usize, usize)> {
        let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
        if self.flags.utf && (raw || std::str::from_utf8(rest).is_err()) {
            return None;
        }
        // Rspamd hands what is left of a text to the matcher as a text of its own: `^` matches there again.
        let (start, end) = match &self.engine {
            Engine::Plain(regex) => regex.find(rest).map(|found| (found.start(), found.end()))?,
            Engine::Fancy(regex) => self.fancy(regex, rest)?,
        };
        if self.flags.full && (start != 0 || end < text.len()) {
            return None;
        }
        Some((at + start, at + end))
    }

    /// Where a match first ends, reading from the left: Hyperscan, which Rspamd asks for maps, tells of matches in this order.
    #[must_use]
    pub fn first_end(&self, text: &[u8]) -> Option<usize> {
        if text.is_empty() || (self.flags.utf && std::str::from_utf8(text).is_err()) {
            return None;
        }
        match &self.engine {
            Engine::Plain(regex) if !self.flags.full => regex.shortest_match(text),
            _ => self.find_from(text, 0, false).map(|(_, end)| end),
        }
    }

    fn fancy(&self, regex: &fancy_regex::Regex, text: &[u8]) -> Option<(usize, usize)> {
        if self.flags.utf {
            let found = regex.find(std::str::from_utf8(text).ok()?).ok()??;
            return Some((found.start(), found.end()));
        }
        let wide: String = text.iter().copied().map(char::from).collect();
        let found = regex.find(&wide).ok()??;
        let bytes = |at: usize| wide.get(..at).map_or(0, |before| before.chars().count());
        Some((bytes(found.start()), bytes(found.end())))
    }

    /// The groups of the first match, the whole match first; those behind one that matched nothing are not told.
    #[must_use]
    pub fn captures(&self, text: &[u8]) -> Option<Vec<Vec<u8>>> {
        if text.is_empty() || (self.flags.utf && std::str::from_utf8(text).is_err()) {
            return None;
        }
        match &self.engine {
            Engine::Plain(regex) => {
                let found = regex.captures(text)?;
                Some(found.iter().map_while(|group| group.map(|group| group.as_bytes().to_vec())).collect())
            }
            Engine::Fancy(regex) => {
                let wide: String = if self.flags.utf {
                    std::str::from_utf8(text).ok()?.to_owned()
                } else {
                    text.iter().copied().map(char::from).collect()
                };
                let found = regex.captures(&wide).ok()??;
                let bytes = |text: &str| match self.flags.utf {
                    true => text.as_bytes().to_vec(),
                    false => text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect(),
                };
                Some(found.iter().map_while(|group| group.map(|group| bytes(group.as_str()))).collect())
            }
        }
    }
}

impl Flags {
    /// Reads flags that belong to the pattern itself; those that are none come back.
    ///
    /// # Errors
    /// The first letter that is no flag.
    pub fn read(&mut self, text: &[u8]) -> Result<(), PatternError> {
        for flag in text {
            match flag {
                b'i' => self.caseless = true,
                b'm' => self.multiline = true,
                b's' => self.dotall = true,
                b'x' => self.extended = true,
                b'u' => self.utf = true,
                b'r' => self.utf = false,
                // How the real program compiles it: no other answer.
                b'O' | b'L' => {}
                other => return Err(PatternError::Flag(char::from(*other))),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, text: impl AsRef<[u8]>) -> bool {
        Pattern::parse(pattern.as_bytes()).unwrap().is_match(text.as_ref(), false)
    }

    #[test]
    fn bytes_are_the_default_and_characters_an_option() {
        assert!(!matches("/^.foo/", "éfoo"));
        assert!(matches("/^.foo/u", "éfoo"));
        assert!(matches(r"/[\x80-\xff]/", "é"));
        assert!(matches("/é/", "café"));
        assert!(!matches("/É/i", "é"));
        assert!(matches("/É/iu", "é"));
        assert!(!matches("/./u", b"\xff"));
        assert!(matches(r"/\p{Sc}/u", "5 €"));
    }

    #[test]
    fn an_end_is_before_a_last_line_end_of_any_kind() {
        for end in ["", "\n", "\r\n", "\r", "\x0b", "\x0c"] {
            assert!(matches("/a$/", format!("a{end}")), "{end:?}");
            assert!(!matches(r"/a\z/", format!("a{end}")) || end.is_empty());
        }
        assert!(!matches("/a$/", "a\n\n"));
        assert!(matches("/^b$/m", "a\r\nb\r\nc"));
        assert!(!matches("/a.b/", "a\rb"));
        assert!(matches("/a.b/s", "a\rb"));
    }

    #[test]
    fn what_pcre_reads_otherwise() {
        assert!(matches("/a{,2}/", "a{,2}"));
        assert!(matches("/[]a]+$/", "]a"));
        assert!(matches(r"/[[:alpha:]\d]+\.\Qa.b\E/", "x1.a.b"));
        assert!(matches(r"/\@[&&~~-]/", "@&"));
        assert!(matches(r"/[\w.-]+\-/", "a-"));
        assert!(matches(
            r"/^(?:a b # c
            )$/x",
            "ab"
        ));
        assert!(matches(r"/(?i:A)b/", "ab"));
        assert!(!matches(r"/(?i:A)B/", "ab"));
        assert!(matches(r"/(?i)A(?-i)b/", "ab"));
        assert!(matches(r"/\101\x41\e/", "AA\x1b"));
    }

    #[test]
    fn what_only_backtracking_can_do() {
        assert!(matches("/(?!foo)bar/", "bar"));
        assert!(matches(r"/(a)\1/", "aa"));
        assert!(matches(r"/(?<n>a)\k<n>/", "aa"));
        assert!(matches(r"/(?>a+)b/", "aab"));
        assert!(!matches(r"/a++a/", "aaa"));
        assert!(matches(r"/(?<=[\x80-\xff])x/", b"\xe9x"));
        assert!(matches(r"/\p{L}/", b"\xe9"));
        let pattern = Pattern::parse(br"/(?<=\xc3)(.)/").unwrap();
        assert_eq!(pattern.find_from("aé".as_bytes(), 0, false), Some((2, 3)));
        assert_eq!(pattern.captures("aé".as_bytes()), Some(vec![b"\xa9".to_vec(), b"\xa9".to_vec()]));
    }

    #[test]
    fn errors() {
        assert!(matches!(Pattern::parse(b"/(/"), Err(PatternError::Malformed(_))));
        assert!(matches!(Pattern::parse(b"/[a/"), Err(PatternError::Malformed(_))));
        assert!(matches!(Pattern::parse(br"/(?R)/"), Err(PatternError::Unsupported(_))));
        assert!(matches!(Pattern::parse(b"/a"), Err(PatternError::Unclosed)));
        assert!(Pattern::parse(&b"(".repeat(10_000)).is_err());
        assert!(matches!(Flags::default().read(b"q"), Err(PatternError::Flag('q'))));
    }

    #[test]
    fn whole_texts() {
        assert!(matches("m{a+}", "aa"));
        assert!(!matches("m{a+}", "aab"));
        assert!(matches("a+", "aab"));
    }
}
