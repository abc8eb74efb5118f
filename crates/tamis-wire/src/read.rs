//! JSON read by hand (RFC 8259), for requests alone: a derived reader was 30 kB of the browser's 170 after brotli. No fractions, since
//! no request has one; depth is limited. Values are taken as they come, there is no tree: who asks says what must be there.

/// No request is deeper.
const MAX_DEPTH: u32 = 16;

/// Reads the text of a request: `value` takes its one value. The error says what is wrong.
pub(crate) fn read<T>(text: &str, value: impl FnOnce(&mut Reader<'_>) -> Result<T, String>) -> Result<T, String> {
    all(
        Reader {
            text,
            at: 0,
            #[cfg(feature = "rspamd")]
            fractions: false,
        },
        value,
    )
}

/// Reads JSON that was not written for tamis: numbers have fractions.
#[cfg(feature = "rspamd")]
pub(crate) fn read_any<T>(text: &str, value: impl FnOnce(&mut Reader<'_>) -> Result<T, String>) -> Result<T, String> {
    all(Reader { text, at: 0, fractions: true }, value)
}

fn all<'t, T>(mut reader: Reader<'t>, value: impl FnOnce(&mut Reader<'t>) -> Result<T, String>) -> Result<T, String> {
    let value = value(&mut reader)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.wrong("more after the end")),
    }
}

/// What takes a field of an object, by its name.
pub(crate) type Field<'f> = &'f mut dyn FnMut(&mut Reader<'_>, &str) -> Result<(), String>;

/// What takes an item of an array.
pub(crate) type Item<'f> = &'f mut dyn FnMut(&mut Reader<'_>) -> Result<(), String>;

pub(crate) struct Reader<'t> {
    text: &'t str,
    at: usize,
    #[cfg(feature = "rspamd")]
    fractions: bool,
}

impl Reader<'_> {
    fn wrong(&self, what: &str) -> String {
        format!("no JSON that a request can be: {what} at byte {}", self.at)
    }

    /// The next byte after blanks.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or(&[]);
        self.at += rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(rest.len());
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes a byte if it is the next one after blanks.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Takes a word such as `null` if it comes next.
    fn word(&mut self, word: &str) -> bool {
        self.peek();
        let found = self.text.get(self.at..).is_some_and(|rest| rest.starts_with(word));
        self.at += if found { word.len() } else { 0 };
        found
    }

    /// The error when something else stands where `name` must be `what`.
    fn expected<T>(&mut self, name: &str, what: &str) -> Result<T, String> {
        match self.peek() {
            Some(b'"' | b'[' | b'{' | b'0'..=b'9' | b't' | b'f' | b'n') => Err(format!("`{name}` must be {what}")),
            _ => Err(self.wrong("a value expected")),
        }
    }

    /// Takes an object, `name` being what it is for.
    pub(crate) fn object(&mut self, name: &str, field: Field<'_>) -> Result<(), String> {
        if !self.take(b'{') {
            return self.expected(name, "an object");
        }
        if self.take(b'}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name in quotes expected"));
            }
            let key = self.quoted()?;
            if !self.take(b':') {
                return Err(self.wrong("`:` expected"));
            }
            field(self, &key)?;
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.wrong("`,` or `}` expected"));
            }
        }
    }

    /// Takes an array.
    pub(crate) fn list(&mut self, name: &str, item: Item<'_>) -> Result<(), String> {
        if !self.take(b'[') {
            return self.expected(name, "an array");
        }
        if self.take(b']') {
            return Ok(());
        }
        loop {
            item(self)?;
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err(self.wrong("`,` or `]` expected"));
            }
        }
    }

    /// Takes a string.
    pub(crate) fn string(&mut self, name: &str) -> Result<String, String> {
        if self.peek() == Some(b'"') { self.quoted() } else { self.expected(name, "a string") }
    }

    /// Takes `null` if it comes next.
    pub(crate) fn null(&mut self) -> bool {
        self.word("null")
    }

    /// Takes a string, or `null`.
    pub(crate) fn optional(&mut self, name: &str) -> Result<Option<String>, String> {
        if self.null() { Ok(None) } else { self.string(name).map(Some) }
    }

    /// Takes `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, String> {
        let found = self.word("true");
        if found || self.word("false") { Ok(found) } else { self.expected(name, "true or false") }
    }

    /// Takes a number.
    pub(crate) fn number(&mut self, name: &str) -> Result<u64, String> {
        self.peek();
        let mut number = None;
        while let Some(digit) = self.text.as_bytes().get(self.at).and_then(|byte| char::from(*byte).to_digit(10)) {
            self.at += 1;
            let longer = number.unwrap_or(0u64).checked_mul(10).and_then(|number| number.checked_add(digit.into()));
            number = Some(longer.ok_or_else(|| format!("`{name}` must be a small number"))?);
        }
        match number {
            Some(number) => Ok(number),
            None => self.expected(name, "a number"),
        }
    }

    /// Whether a string comes next.
    pub(crate) fn at_quote(&mut self) -> bool {
        self.peek() == Some(b'"')
    }

    /// Whether an object comes next.
    #[cfg(feature = "full")]
    pub(crate) fn at_object(&mut self) -> bool {
        self.peek() == Some(b'{')
    }

    /// Whether an array comes next.
    #[cfg(feature = "full")]
    pub(crate) fn at_list(&mut self) -> bool {
        self.peek() == Some(b'[')
    }

    /// Takes whatever comes, as it is written.
    #[cfg(feature = "full")]
    pub(crate) fn raw(&mut self) -> Result<&str, String> {
        self.peek();
        let start = self.at;
        self.skip(0)?;
        Ok(self.text.get(start..self.at).unwrap_or(""))
    }

    /// Takes a string, or a number as one.
    #[cfg(feature = "full")]
    pub(crate) fn scalar(&mut self, name: &str) -> Result<String, String> {
        if self.peek().is_some_and(|byte| byte.is_ascii_digit()) { Ok(self.number(name)?.to_string()) } else { self.string(name) }
    }

    /// Whether this byte comes next.
    #[cfg(feature = "rspamd")]
    pub(crate) fn at(&mut self, byte: u8) -> bool {
        self.peek() == Some(byte)
    }

    /// Takes a number with or without a fraction, if a finite one comes next.
    #[cfg(feature = "rspamd")]
    pub(crate) fn float(&mut self) -> Option<f64> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or("");
        let end = rest.find(|char: char| !char.is_ascii_digit() && !matches!(char, '-' | '+' | '.' | 'e' | 'E')).unwrap_or(rest.len());
        let number = rest.get(..end).and_then(|text| text.parse::<f64>().ok());
        if number.is_some() {
            self.at += end;
        }
        number.filter(|number| number.is_finite())
    }

    /// Takes a string if one comes next. A broken one is left.
    #[cfg(feature = "rspamd")]
    pub(crate) fn text(&mut self) -> Option<String> {
        let start = self.at;
        let text = if self.at_quote() { self.quoted().ok() } else { None };
        if text.is_none() {
            self.at = start;
        }
        text
    }

    /// Takes `true` if it comes next.
    #[cfg(feature = "rspamd")]
    pub(crate) fn truth(&mut self) -> bool {
        self.word("true")
    }

    /// Takes what comes next unless that is the end of something: what a caller did not want.
    #[cfg(feature = "rspamd")]
    pub(crate) fn rest(&mut self) -> Result<(), String> {
        if matches!(self.peek(), Some(b',' | b'}' | b']')) { Ok(()) } else { self.skip(0) }
    }

    /// Takes whatever comes, and forgets it.
    pub(crate) fn skip(&mut self, depth: u32) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("too deep"));
        }
        match self.peek() {
            Some(b'"') => self.quoted().map(drop),
            Some(b'[') => self.list("", &mut |reader| reader.skip(depth + 1)),
            Some(b'{') => self.object("", &mut |reader, _| reader.skip(depth + 1)),
            #[cfg(feature = "rspamd")]
            Some(b'0'..=b'9' | b'-') if self.fractions => {
                let before = self.at;
                self.float();
                if self.at == before { Err(self.wrong("a value expected")) } else { Ok(()) }
            }
            Some(b'0'..=b'9') => self.number("it").map(drop),
            _ if self.word("null") || self.word("true") || self.word("false") => Ok(()),
            _ => Err(self.wrong("a value expected")),
        }
    }

    /// Reads a string; its quote is the next byte.
    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let length = tamis::text::plain_length(rest.as_bytes());
            let end = rest.as_bytes().get(length).ok_or_else(|| self.wrong("a string without end"))?;
            out.push_str(rest.get(..length).unwrap_or(""));
            self.at += length + 1;
            match end {
                b'"' => return Ok(out),
                b'\\' => out.push(self.escaped()?),
                _ => return Err(self.wrong("a control character in a string")),
            }
        }
    }

    /// The character that an escape stands for; its backslash was read.
    fn escaped(&mut self) -> Result<char, String> {
        let kind = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        Ok(match kind {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let first = self.unit()?;
                let is_high = (0xd800..0xdc00).contains(&first);
                if is_high && self.text.get(self.at..).is_some_and(|rest| rest.starts_with("\\u")) {
                    self.at += 2;
                    let second = self.unit()?;
                    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400);
                    let code = low.map(|low| 0x10000 + ((first - 0xd800) << 10) + low);
                    return code.and_then(char::from_u32).ok_or_else(|| self.wrong("half a character"));
                }
                char::from_u32(first).ok_or_else(|| self.wrong("half a character"))?
            }
            _ => return Err(self.wrong("an unknown escape")),
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, String> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let unit =
            digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).ok_or_else(|| self.wrong("four hexadecimal digits expected"))?;
        self.at += 4;
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_as_they_come() {
        let text =
            " {\"a\" : [\"\\u00e9\\ud834\\udd1e\\n/\", null], \"b\":{}, \"c\" :7,\"d\": true, \"e\":[{\"x\":[0, false]}], \"f\":[]} ";
        let mut seen = Vec::new();
        let end = read(text, |reader| {
            reader.object("it", &mut |reader, name| {
                match name {
                    "a" => reader.list(name, &mut |reader| {
                        seen.push(format!("{:?}", reader.optional(name)?));
                        Ok(())
                    })?,
                    "b" => reader.object(name, &mut |_, name| Err(name.to_owned()))?,
                    "c" => seen.push(reader.number(name)?.to_string()),
                    "d" => seen.push(reader.flag(name)?.to_string()),
                    _ => reader.skip(0)?,
                }
                seen.push(name.to_owned());
                Ok(())
            })
        });
        assert_eq!(end, Ok(()));
        assert_eq!(seen, ["Some(\"é𝄞\\n/\")", "None", "a", "b", "7", "c", "true", "d", "e", "f"]);
    }

    #[test]
    fn what_is_not_expected_is_told_by_name() {
        assert_eq!(read("1", |reader| reader.string("x")), Err("`x` must be a string".to_owned()));
        assert_eq!(read("[]", |reader| reader.object("x", &mut |_, _| Ok(()))), Err("`x` must be an object".to_owned()));
        assert_eq!(read("18446744073709551616", |reader| reader.number("x")), Err("`x` must be a small number".to_owned()));
        assert_eq!(read("null", |reader| reader.flag("x")), Err("`x` must be true or false".to_owned()));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for bad in [
            "",
            "{",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "\"a",
            "\"\\x\"",
            "\"\\ud834\"",
            "\"\\ud834\\u0041\"",
            "\"\\u12\"",
            "\"\n\"",
            "1.5",
            "-1",
            "nul",
            "1 2",
            "é",
        ] {
            assert!(read(bad, |reader| reader.skip(0)).unwrap_err().contains(" at byte "), "{bad}");
        }
        assert!(read(&"[".repeat(100_000), |reader| reader.skip(0)).unwrap_err().contains("too deep"));
    }
}
