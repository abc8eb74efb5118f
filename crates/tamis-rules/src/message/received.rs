//! `Received` fields as Rspamd reads them (libmime/received.cxx).

use std::net::IpAddr;

/// One field, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// What the client called itself.
    pub from_hostname: Option<String>,
    /// What the server knew it by.
    pub real_hostname: Option<String>,
    /// Its address.
    pub real_ip: Option<IpAddr>,
    /// Who received it.
    pub by_hostname: Option<String>,
    /// For whom.
    pub for_mbox: Option<String>,
    /// How, in small letters: `smtp`, `esmtps`, …
    pub protocol: Option<String>,
}

impl Received {
    /// With encryption.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.protocol.as_deref().is_some_and(|protocol| protocol.ends_with('s') || protocol.ends_with("sa"))
    }

    /// By a user that was known.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        self.protocol.as_deref().is_some_and(|protocol| protocol.ends_with('a'))
    }
}

/// Reads a decoded field; `None` if it says nothing.
#[must_use]
pub fn read(text: &str) -> Option<Received> {
    let text = text.rsplit_once(';').map_or(text, |(text, _)| text);
    let mut out = Received::default();
    // Words and comments, each comment with the clause before it.
    let mut clause = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('(') {
            let mut depth = 1usize;
            let end = inside.char_indices().find_map(|(at, char)| {
                match char {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                (depth == 0).then_some(at)
            });
            let comment = inside.get(..end.unwrap_or(inside.len())).unwrap_or("");
            if clause == "from" {
                from_comment(comment, &mut out);
            }
            rest = inside.get(end.map_or(inside.len(), |end| end + 1)..).unwrap_or("");
            continue;
        }
        let end = rest.find(|char: char| char.is_whitespace() || char == '(').unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or("");
        rest = rest.get(end..).unwrap_or("");
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "from" | "by" | "with" | "for" | "id" | "via" => clause = lower,
            _ => {
                match clause.as_str() {
                    "from" if out.from_hostname.is_none() => match address(word) {
                        Some(ip) => {
                            out.real_ip = out.real_ip.or(Some(ip));
                            out.from_hostname = Some(word.to_owned());
                        }
                        None => out.from_hostname = Some(word.to_owned()),
                    },
                    "by" if out.by_hostname.is_none() => out.by_hostname = Some(word.to_owned()),
                    "with" if out.protocol.is_none() => out.protocol = Some(lower),
                    "for" if out.for_mbox.is_none() => {
                        out.for_mbox = Some(word.trim_start_matches('<').trim_end_matches([';', '>']).to_owned());
                    }
                    _ => {}
                }
            }
        }
    }
    (out != Received::default()).then_some(out)
}

/// `name [192.0.2.1]`, `HELO name`, `[192.0.2.1]:25 helo=name`.
fn from_comment(comment: &str, out: &mut Received) {
    for word in comment.split(|char: char| char.is_whitespace() || char == '(' || char == ')') {
        let lower = word.to_ascii_lowercase();
        if let Some(helo) = lower.strip_prefix("helo=") {
            out.real_hostname = out.real_hostname.take().or_else(|| out.from_hostname.clone());
            out.from_hostname = Some(helo.to_owned());
        } else if let Some(ip) = address(word) {
            out.real_ip = out.real_ip.or(Some(ip));
        } else if out.real_hostname.is_none()
            && word.contains('.')
            && word.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '.' | '-' | '_'))
        {
            out.real_hostname = Some(word.to_owned());
        }
    }
}

/// `[192.0.2.1]`, `[IPv6:…]`, `192.0.2.1`, `[192.0.2.1]:25`.
fn address(word: &str) -> Option<IpAddr> {
    let inside = match word.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => word.trim_end_matches(','),
    };
    let inside = inside.strip_prefix("IPv6:").unwrap_or(inside);
    inside.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let read = read("from mail.example.org (real.example.org [192.0.2.1]) by mx.example.net (Postfix) with ESMTPS id X for <a@example.net>; Mon").unwrap();
        assert_eq!(read.from_hostname.as_deref(), Some("mail.example.org"));
        assert_eq!(read.real_hostname.as_deref(), Some("real.example.org"));
        assert_eq!(read.real_ip, "192.0.2.1".parse().ok());
        assert_eq!(read.by_hostname.as_deref(), Some("mx.example.net"));
        assert_eq!(read.for_mbox.as_deref(), Some("a@example.net"));
        assert!(read.is_encrypted());
    }
}
