//! JSON read by hand (RFC 8259), for requests alone: a derived reader was 30 kB of the browser's 170 after brotli. No fractions, since
//! no request has one; depth is limited.

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(u64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// No request is deeper.
const MAX_DEPTH: u32 = 16;

/// Reads one value and nothing after it. The error says what is wrong and at which byte.
pub(crate) fn read(text: &str) -> Result<Json, String> {
    let mut reader = Reader { text, at: 0 };
    let value = reader.value(0)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.wrong("more after the end")),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
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

    fn value(&mut self, depth: u32) -> Result<Json, String> {
        if depth > MAX_DEPTH {
            return Err(self.wrong("too deep"));
        }
        match self.peek() {
            Some(b'"') => Ok(Json::Text(self.string()?)),
            Some(b'[') => {
                self.at += 1;
                let mut items = Vec::new();
                if self.take(b']') {
                    return Ok(Json::List(items));
                }
                loop {
                    items.push(self.value(depth + 1)?);
                    if self.take(b']') {
                        return Ok(Json::List(items));
                    }
                    if !self.take(b',') {
                        return Err(self.wrong("`,` or `]` expected"));
                    }
                }
            }
            Some(b'{') => {
                self.at += 1;
                let mut fields = Vec::new();
                if self.take(b'}') {
                    return Ok(Json::Object(fields));
                }
                loop {
                    if self.peek() != Some(b'"') {
                        return Err(self.wrong("a name in quotes expected"));
                    }
                    let name = self.string()?;
                    if !self.take(b':') {
                        return Err(self.wrong("`:` expected"));
                    }
                    fields.push((name, self.value(depth + 1)?));
                    if self.take(b'}') {
                        return Ok(Json::Object(fields));
                    }
                    if !self.take(b',') {
                        return Err(self.wrong("`,` or `}` expected"));
                    }
                }
            }
            Some(b'0'..=b'9') => {
                let rest = self.text.get(self.at..).unwrap_or("");
                let length = rest.find(|char: char| !char.is_ascii_digit()).unwrap_or(rest.len());
                let number = rest.get(..length).and_then(|digits| digits.parse().ok()).ok_or_else(|| self.wrong("a number too large"))?;
                self.at += length;
                Ok(Json::Number(number))
            }
            _ => {
                let rest = self.text.get(self.at..).unwrap_or("");
                for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))] {
                    if rest.starts_with(word) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err(self.wrong("a value expected"))
            }
        }
    }

    /// Reads a string; its quote is the next byte.
    fn string(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.text.get(self.at..).unwrap_or("");
            let length =
                rest.find(|char: char| matches!(char, '"' | '\\') || char < ' ').ok_or_else(|| self.wrong("a string without end"))?;
            out.push_str(rest.get(..length).unwrap_or(""));
            self.at += length + 1;
            match rest.as_bytes().get(length) {
                Some(b'"') => return Ok(out),
                Some(b'\\') => out.push(self.escaped()?),
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
    fn values() {
        let text = |text: &str| Json::Text(text.into());
        assert_eq!(
            read(" {\"a\" : [1, true, null, \"\\u00e9\\ud834\\udd1e\\n/\"], \"b\":{}} "),
            Ok(Json::Object(vec![
                ("a".into(), Json::List(vec![Json::Number(1), Json::Bool(true), Json::Null, text("é𝄞\n/")])),
                ("b".into(), Json::Object(Vec::new())),
            ]))
        );
        assert_eq!(read("[]"), Ok(Json::List(Vec::new())));
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
            "99999999999999999999",
        ] {
            assert!(read(bad).unwrap_err().contains(" at byte "), "{bad}");
        }
        assert!(read(&"[".repeat(100_000)).unwrap_err().contains("too deep"));
    }
}
