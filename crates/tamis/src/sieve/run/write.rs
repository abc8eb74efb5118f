//! Header fields of mails that the server writes: folding (util/rfc2822.c), encoded words (lib-mail/message-header-encode.c), sanitizing
//! (lib/str-sanitize.c).

/// Fields are folded at the first blank after so many characters.
const MAX_LINE: usize = 80;

/// An encoded line may have so many characters, `=?utf-8?q?` and `?=` among them (RFC 2047, 2).
const MAX_ENCODED_LINE: usize = 76;
const WRAPPER: usize = 12;

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Appends `name: body` with lines ended by CRLF. Long bodies are folded at blanks, folds that are there already become CRLF and a tab.
pub(super) fn field(out: &mut Vec<u8>, name: &[u8], body: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    folded(out, name.len() + 2, body);
}

/// The folded body with its final line end; `used` characters stand on the first line already.
pub(super) fn folded(out: &mut Vec<u8>, used: usize, body: &[u8]) {
    let skip =
        |from: usize, wanted: fn(u8) -> bool| from + body.get(from..).unwrap_or_default().iter().take_while(|byte| wanted(**byte)).count();
    let (mut line, mut lines) = (used, 0);
    let (mut start, mut at) = (0, 0);
    loop {
        // Where the last run of blanks begins, and where a line end is.
        let (mut blank, mut end, mut in_blanks) = (None, None, false);
        while let Some(&byte) = body.get(at) {
            if blank.is_some() && line >= MAX_LINE {
                break;
            }
            if is_blank(byte) {
                if !in_blanks {
                    blank = Some(at);
                }
                in_blanks = true;
            } else if matches!(byte, b'\r' | b'\n') {
                end = Some(if in_blanks { blank.unwrap_or(at) } else { at });
                break;
            } else {
                in_blanks = false;
            }
            at += 1;
            line += 1;
        }
        if at >= body.len() {
            break;
        }
        if let Some(end) = end {
            out.extend_from_slice(body.get(start..end).unwrap_or_default());
            out.extend_from_slice(b"\r\n");
            at = skip(at, |byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            if at < body.len() {
                out.push(b'\t');
            }
            start = at;
        } else {
            let fold = blank.unwrap_or(at);
            out.extend_from_slice(body.get(start..fold).unwrap_or_default());
            out.extend_from_slice(b"\r\n\t");
            start = skip(fold, is_blank);
            at = at.max(start);
        }
        lines += 1;
        line = at - start;
    }
    if at != start || lines == 0 {
        out.extend_from_slice(body.get(start..).unwrap_or_default());
        out.extend_from_slice(b"\r\n");
    }
}

/// The bytes of one character, if valid UTF-8 stands here.
fn char_at(input: &[u8]) -> Option<usize> {
    let len = super::compare::char_len(input);
    std::str::from_utf8(input.get(..len)?).ok().map(|_| len)
}

fn needs_encoding(input: &[u8], at: usize) -> bool {
    let byte = |at: usize| input.get(at).copied();
    let line_end = |at: usize| !byte(at + 1).is_some_and(is_blank);
    match byte(at) {
        Some(b'\r') => byte(at + 1) != Some(b'\n') || line_end(at + 1),
        Some(b'\n') => line_end(at),
        Some(b'\t') | None => false,
        Some(b'=') => {
            let word_start = at.checked_sub(1).and_then(byte).is_none_or(|before| is_blank(before) || before == b'\n');
            word_start && byte(at + 1) == Some(b'?')
        }
        Some(other) => !(0x20..0x80).contains(&other),
    }
}

/// A value with what is not plain text in encoded words: from the first word that needs it to the last, in Q or B, whichever is shorter by
/// Dovecot's reckoning.
pub(super) fn encoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    loop {
        let Some(mut first) = (0..rest.len()).find(|at| needs_encoding(rest, *at)) else {
            out.extend_from_slice(rest);
            return out;
        };
        let is_word_end = |byte: u8| is_blank(byte) || byte == b'\n';
        if !rest.get(first).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            while first > 0 && !rest.get(first - 1).copied().is_some_and(is_word_end) {
                first -= 1;
            }
        }
        let (prefix, input) = rest.split_at_checked(first).unwrap_or((rest, &[]));
        out.extend_from_slice(prefix);
        // Dovecot takes the offset of the last line's start for the length used when there is one.
        let used = memchr::memrchr(b'\n', prefix).map_or(first, |end| end + 1);
        let line_end = memchr::memchr(b'\n', input);
        let mut len = line_end.unwrap_or(input.len());
        if line_end.is_some() && len > 0 && input.get(len - 1) == Some(&b'\r') {
            len -= 1;
        }
        let (line, next) = input.split_at_checked(len).unwrap_or((input, &[]));
        let needing = (0..line.len()).filter(|at| needs_encoding(line, *at));
        let (count, last) = needing.fold((0usize, 0usize), |(count, _), at| (count + 1, at + 1));
        let last = last + line.get(last..).unwrap_or_default().iter().take_while(|byte| !is_word_end(**byte)).count();
        let last = if count == 0 { 0 } else { last };
        let (word, tail) = line.split_at_checked(last).unwrap_or((line, &[]));
        if !word.is_empty() {
            let base64 = last.div_ceil(3) * 4;
            if (last + count * 3) * 2 / 3 <= base64 { q_word(&mut out, word, used) } else { b_word(&mut out, word, used) }
        }
        out.extend_from_slice(tail);
        if line_end.is_none() {
            return out;
        }
        let cr = next.first() == Some(&b'\r');
        let after = next.get(if cr { 2 } else { 1 }..).unwrap_or_default();
        if after.is_empty() {
            // A line end at the end is dropped.
            return out;
        }
        out.extend_from_slice(if cr { b"\r\n" } else { b"\n" });
        match after.split_first() {
            Some((&blank, tail)) if is_blank(blank) => {
                out.push(blank);
                rest = tail;
            }
            _ => {
                out.push(b'\t');
                rest = after;
            }
        }
    }
}

/// Room on the first line after `used` characters; a new line if there is too little.
fn first_room(out: &mut Vec<u8>, used: usize) -> usize {
    let room = MAX_ENCODED_LINE - WRAPPER;
    if used >= room - 3 {
        out.extend_from_slice(b"\n\t");
        room - 1
    } else {
        room - used
    }
}

fn q_word(out: &mut Vec<u8>, word: &[u8], used: usize) {
    const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();
    let mut room = first_room(out, used);
    out.extend_from_slice(b"=?utf-8?q?");
    let mut rest = word;
    let mut in_broken = false;
    while let Some(&first) = rest.first() {
        let char = char_at(rest);
        let (bytes, tail) = rest.split_at_checked(char.unwrap_or(1)).unwrap_or((rest, &[]));
        let plain = char == Some(1) && (0x20..=0x7e).contains(&first) && !matches!(first, b'=' | b'?' | b'_');
        // Of broken bytes in a row only the first leaves a replacement character.
        let escaped: &[u8] = match char {
            None if in_broken => &[],
            None => REPLACEMENT,
            Some(_) => bytes,
        };
        let size = if plain { 1 } else { 3 * escaped.len() };
        if room < size {
            out.extend_from_slice(b"?=\n\t=?utf-8?q?");
            room = MAX_ENCODED_LINE - WRAPPER - 1;
        }
        if plain {
            out.push(if first == b' ' { b'_' } else { first });
        } else {
            for byte in escaped {
                out.extend_from_slice(format!("={byte:02X}").as_bytes());
            }
        }
        in_broken = char.is_none();
        room = room.saturating_sub(size);
        rest = tail;
    }
    out.extend_from_slice(b"?=");
}

fn b_word(out: &mut Vec<u8>, word: &[u8], used: usize) {
    let mut room = first_room(out, used);
    out.extend_from_slice(b"=?utf-8?b?");
    let text = String::from_utf8_lossy(word);
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = [0; 4];
    for char in text.chars() {
        let bytes = char.encode_utf8(&mut buffer).as_bytes();
        if (pending.len() + bytes.len()).div_ceil(3) * 4 > room {
            base64(out, &std::mem::take(&mut pending));
            out.extend_from_slice(b"?=\n\t=?utf-8?b?");
            room = MAX_ENCODED_LINE - WRAPPER - 1;
        }
        pending.extend_from_slice(bytes);
    }
    base64(out, &pending);
    out.extend_from_slice(b"?=");
}

fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().chain([0, 0].iter()).take(3).fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        for place in 0..4u32 {
            let digit = usize::try_from(bits >> (18 - 6 * place) & 63).unwrap_or(0);
            let given = usize::try_from(place).unwrap_or(0) <= chunk.len();
            out.push(if given { DIGITS.get(digit).copied().unwrap_or(b'=') } else { b'=' });
        }
    }
}

/// A value for a header: control characters and broken UTF-8 become U+FFFD, and beyond `max` characters an ellipsis stands for the last one and
/// the rest (str_sanitize_utf8).
pub(super) fn sanitized(value: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    let (mut count, mut last) = (0, 0);
    while let Some(&first) = rest.first().filter(|_| count < max) {
        let char = char_at(rest);
        let (bytes, tail) = rest.split_at_checked(char.unwrap_or(1)).unwrap_or((rest, &[]));
        last = out.len();
        out.extend_from_slice(if char.is_none() || first < 0x20 { "\u{fffd}".as_bytes() } else { bytes });
        // Broken bytes do not count.
        count += usize::from(char.is_some());
        rest = tail;
    }
    if !rest.is_empty() {
        out.truncate(last);
        out.extend_from_slice("…".as_bytes());
    }
    out
}

/// Like [`sanitized`] with `?` for what is not text, cut at `max` bytes with three dots (str_sanitize).
pub(super) fn sanitized_bytes(value: &[u8], max: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len().min(max));
    let mut at = 0;
    while let Some(rest) = value.get(at..max.min(value.len())).filter(|rest| !rest.is_empty()) {
        let char = char_at(rest);
        let len = char.unwrap_or(1);
        match rest.get(..len) {
            Some(bytes) if char.is_some() && bytes.first().is_some_and(|first| *first >= 0x20) => out.extend_from_slice(bytes),
            _ => out.push(b'?'),
        }
        at += len;
    }
    if at < value.len() {
        super::variables::truncate(&mut out, max.saturating_sub(3));
        out.extend_from_slice(b"...");
    }
    out
}

/// A field name in the spelling that the server gives it: `X-Spam-Level` (rfc2822_header_field_name_sanitize).
pub(super) fn name(name: &[u8]) -> Vec<u8> {
    let mut out = name.to_ascii_lowercase();
    let mut start = true;
    for byte in &mut out {
        if start {
            byte.make_ascii_uppercase();
        }
        start = *byte == b'-';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &str) {
        let mut out = Vec::new();
        field(&mut out, b"Subject", body.as_bytes());
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn long_fields_are_folded_at_blanks() {
        check("short", "Subject: short\r\n");
        check("", "Subject: \r\n");
        check("a\r\n b", "Subject: a\r\n\tb\r\n");
        let words = "word ".repeat(30);
        let mut out = Vec::new();
        field(&mut out, b"Subject", words.as_bytes());
        for line in out.split(|byte| *byte == b'\n') {
            assert!(line.len() <= 85, "{}", String::from_utf8_lossy(line));
        }
        check(&"x".repeat(200), &format!("Subject: {}\r\n", "x".repeat(200)));
    }

    #[test]
    fn encoded_words() {
        for (value, expected) in [
            ("plain", "plain"),
            ("Été indien", "=?utf-8?b?w4l0w6k=?= indien"),
            ("un Café noir", "un =?utf-8?q?Caf=C3=A9?= noir"),
            ("a\nb", "a\n\tb"),
        ] {
            assert_eq!(String::from_utf8_lossy(&encoded(value.as_bytes())), expected);
        }
    }

    #[test]
    fn hostile_values_do_not_panic() {
        for value in [&b"\r"[..], b"\n", b"\r\n", b"=?", b"\xff\xff\xff", b" =?\r\n\xc3", b"a\r\r\n\n\t\n"] {
            let long = value.repeat(60);
            for value in [value, &long] {
                let mut out = Vec::new();
                folded(&mut out, 5, &encoded(value));
                assert!(out.ends_with(b"\r\n"));
                assert!(sanitized(value, 7).len() <= 3 * value.len() + 3 && sanitized_bytes(value, 7).len() <= 10);
            }
        }
    }

    #[test]
    fn names_are_spelled_alike() {
        assert_eq!(name(b"x-spam-LEVEL"), b"X-Spam-Level");
        assert_eq!(name(b""), b"");
    }
}
