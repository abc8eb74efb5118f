//! mailto URIs for notifications (RFC 6068, RFC 5436), as Pigeonhole's uri-mailto.c and ntfy-mailto.c read them.

use crate::mail::{SmtpAddress, parse_address};

/// At most so many recipients are used (ntfy-mailto.c).
const MAX_RECIPIENTS: usize = 8;

/// At most so many header fields are used.
const MAX_HEADERS: usize = 16;

/// Header fields that a notification may not set itself.
const RESERVED: &[&str] = &[
    "auto-submitted",
    "received",
    "message-id",
    "data",
    "bcc",
    "in-reply-to",
    "references",
    "resent-date",
    "resent-from",
    "resent-sender",
    "resent-to",
    "resent-cc",
    "resent-bcc",
    "resent-msg-id",
    "from",
    "sender",
];

/// A parsed mailto URI.
#[derive(Clone, Debug, Default)]
pub struct Mailto {
    /// Recipients as written, their addresses, and whether they stand in `cc`.
    pub recipients: Vec<(Vec<u8>, SmtpAddress, bool)>,
    /// `subject`.
    pub subject: Option<Vec<u8>>,
    /// `body`.
    pub body: Option<Vec<u8>>,
    /// Other header fields.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What is wrong with a URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailtoError {
    /// A `%` without two hexadecimal digits.
    Encoding,
    /// A character that must be encoded.
    Character(u8),
    /// A recipient that is no address.
    Recipient,
    /// A header name that cannot be one.
    HeaderName,
    /// A header value that cannot be one.
    HeaderValue,
}

impl MailtoError {
    /// In a few words, for a sentence.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Encoding => "% …?",
            Self::Character(_) => "…?",
            Self::Recipient => "…@…?",
            Self::HeaderName => "?…=",
            Self::HeaderValue => "=…?",
        }
    }
}

/// The scheme of a URI and what follows its colon (RFC 3986, 3.1).
#[must_use]
pub fn scheme(uri: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = uri.iter().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')))?;
    match (uri.split_at_checked(colon)?, uri.first()?) {
        ((name, [b':', rest @ ..]), first) if first.is_ascii_alphabetic() && name.len() <= 33 => Some((name, rest)),
        _ => None,
    }
}

/// Reads what follows `mailto:`.
///
/// # Errors
/// The first thing that is wrong.
pub fn parse_mailto(uri: &[u8]) -> Result<Mailto, MailtoError> {
    let mut mailto = Mailto::default();
    let question = uri.iter().position(|byte| *byte == b'?').unwrap_or(uri.len());
    let (recipients, headers) = uri.split_at_checked(question).unwrap_or((uri, &[]));
    if !recipients.is_empty() {
        let mut recipient = Vec::new();
        decode(recipients, |byte, encoded| {
            if !encoded && (matches!(byte, b':' | b';' | b',') || !is_qchar(byte)) {
                return Err(MailtoError::Character(byte));
            }
            if encoded && byte == b',' {
                return mailto.add(std::mem::take(&mut recipient), false);
            }
            recipient.push(byte);
            Ok(())
        })?;
        mailto.add(recipient, false)?;
    }
    let headers = headers.strip_prefix(b"?").unwrap_or(headers);
    if headers.is_empty() {
        return Ok(mailto);
    }
    let mut fields = headers.split(|byte| *byte == b'&').collect::<Vec<_>>();
    if fields.last().is_some_and(|last| last.is_empty()) {
        fields.pop();
    }
    for (count, field) in fields.into_iter().enumerate() {
        let equals = field.iter().position(|byte| *byte == b'=').unwrap_or(field.len());
        let (name, value) = field.split_at_checked(equals).unwrap_or((field, &[]));
        let name = part(name)?;
        let value = part(value.strip_prefix(b"=").unwrap_or(value))?;
        if !crate::sieve::values::is_header_name(&name) {
            return Err(MailtoError::HeaderName);
        }
        let name = name.to_ascii_lowercase();
        let ignored = count >= MAX_HEADERS;
        if (ignored || name != b"body") && !crate::sieve::values::is_header_value(&value, false, false) {
            return Err(MailtoError::HeaderValue);
        }
        match name.as_slice() {
            _ if ignored => {}
            b"to" | b"cc" => {
                for recipient in value.split(|byte| *byte == b',') {
                    mailto.add(recipient.to_vec(), name == b"cc")?;
                }
            }
            b"subject" => mailto.subject = mailto.subject.or(Some(value)),
            b"body" => mailto.body = mailto.body.or(Some(value)),
            name if RESERVED.iter().any(|reserved| reserved.as_bytes() == name) => {}
            b"reply-to" if mailto.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(b"reply-to")) => {}
            _ => mailto.headers.push((part(field.get(..equals).unwrap_or(&[]))?, value)),
        }
    }
    Ok(mailto)
}

impl Mailto {
    fn add(&mut self, recipient: Vec<u8>, cc: bool) -> Result<(), MailtoError> {
        let address = parse_address(&recipient).map_err(|_| MailtoError::Recipient)?;
        if self.recipients.len() >= MAX_RECIPIENTS {
            return Ok(());
        }
        if let Some((_, _, known_cc)) = self.recipients.iter_mut().find(|(_, known, _)| known.equals(&address)) {
            *known_cc = *known_cc && cc;
            return Ok(());
        }
        self.recipients.push((recipient, address, cc));
        Ok(())
    }
}

/// A header name or value.
fn part(text: &[u8]) -> Result<Vec<u8>, MailtoError> {
    let mut out = Vec::with_capacity(text.len());
    decode(text, |byte, encoded| {
        if !encoded && byte != b'=' && !is_qchar(byte) {
            return Err(MailtoError::Character(byte));
        }
        out.push(byte);
        Ok(())
    })?;
    Ok(out)
}

/// Gives each byte with whether it was percent-encoded.
fn decode(text: &[u8], mut each: impl FnMut(u8, bool) -> Result<(), MailtoError>) -> Result<(), MailtoError> {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        if *byte != b'%' {
            each(*byte, false)?;
            rest = tail;
            continue;
        }
        let [high, low, tail @ ..] = tail else { return Err(MailtoError::Encoding) };
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (digit(high), digit(low)) {
            (Some(0), Some(0)) | (None, _) | (_, None) => return Err(MailtoError::Encoding),
            (Some(high), Some(low)) => each(high << 4 | low, true)?,
        }
        rest = tail;
    }
    Ok(())
}

/// RFC 6068, 2: qchar, as uri-mailto.c has it.
const fn is_qchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'!' | b'$' | b'\''..=b'.' | b':' | b';' | b'@' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_with_everything() {
        let uri = scheme(b"mailto:a@example.org?cc=b@example.org&subject=a%20b&body=x%0Ay&X-Y=1&From=no").unwrap();
        assert_eq!(uri.0, b"mailto");
        let mailto = parse_mailto(uri.1).unwrap();
        assert_eq!(
            mailto.recipients.iter().map(|(text, _, cc)| (text.as_slice(), *cc)).collect::<Vec<_>>(),
            [(&b"a@example.org"[..], false), (b"b@example.org", true)]
        );
        assert_eq!((mailto.subject.as_deref(), mailto.body.as_deref()), (Some(&b"a b"[..]), Some(&b"x\ny"[..])));
        assert_eq!(mailto.headers, [(b"X-Y".to_vec(), b"1".to_vec())]);
    }

    #[test]
    fn mistakes() {
        for (uri, error) in [
            (&b"a b@example.org"[..], MailtoError::Character(b' ')),
            (b"a%4", MailtoError::Encoding),
            (b"a%00", MailtoError::Encoding),
            (b"nobody", MailtoError::Recipient),
            (b"a@example.org?sub%20ject=1", MailtoError::HeaderName),
            (b"a@example.org?subject=a%0Ab", MailtoError::HeaderValue),
        ] {
            assert_eq!(parse_mailto(uri).unwrap_err(), error, "{}", String::from_utf8_lossy(uri));
        }
        assert!(scheme(b"1a:b").is_none() && scheme(b"mailto").is_none());
    }
}
