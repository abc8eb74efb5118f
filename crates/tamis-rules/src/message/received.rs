//! `Received` fields as Rspamd reads them (libmime/received.cxx), in small letters.

use std::net::IpAddr;

use super::headers::is_space;

/// One field, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// What the client called itself; what it is known by if it said nothing.
    pub from_hostname: Option<String>,
    /// What the server knew it by.
    pub real_hostname: Option<String>,
    /// Its address.
    pub real_ip: Option<IpAddr>,
    /// Who received it.
    pub by_hostname: Option<String>,
    /// For whom.
    pub for_mbox: Option<String>,
    /// How, in small letters, if it is a known way: `smtp`, `esmtps`, …
    pub protocol: Option<String>,
}

const PROTOCOLS: &[&str] = &["smtp", "esmtp", "esmtpa", "esmtpsa", "esmtps", "lmtp", "imap", "imaps", "http", "https", "local"];

impl Received {
    /// With encryption.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        matches!(self.protocol.as_deref(), Some("esmtpsa" | "esmtps" | "imaps" | "https"))
    }

    /// By a user that was known.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        matches!(self.protocol.as_deref(), Some("esmtpsa" | "esmtpa"))
    }
}

/// A clause: its word is gone, comments stand apart.
#[derive(Default)]
struct Clause {
    data: String,
    comments: Vec<String>,
}

/// Reads a decoded field; `None` if it is not one of a mail server.
#[must_use]
pub fn read(text: &str) -> Option<Received> {
    let mut out = Received::default();
    let mut rest = text.trim_start();
    if rest.starts_with('(') {
        rest = after_comment(rest).trim_start();
    }
    let begins =
        |rest: &str, word: &str| rest.len() > word.len() && rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let mut seen = false;
    if begins(rest, "from") {
        let (clause, after) = clause(rest.get(4..)?)?;
        from(&clause, &mut out);
        rest = after;
        seen = true;
    }
    if begins(rest, "by") {
        let (clause, after) = clause(rest.get(2..)?)?;
        out.by_hostname = host(&clause.data);
        rest = after;
        seen = true;
    }
    if !seen {
        return None;
    }
    while let Some(first) = rest.chars().next() {
        if first == ';' {
            break;
        }
        let mut found = None;
        let mut word = "";
        for known in ["with", "for", "id"] {
            if begins(rest, known) && rest.len() > known.len() + 1 {
                word = known;
                break;
            }
        }
        if word.is_empty() {
            let end = rest.find(|char: char| char.is_ascii_whitespace() || matches!(char, '(' | ';'))?;
            rest = rest.get(end..)?;
            if rest.starts_with(';') {
                break;
            }
        } else {
            rest = rest.get(word.len()..)?;
        }
        if let Some((clause, after)) = clause(rest) {
            match word {
                "with" => out.protocol = PROTOCOLS.iter().find(|known| **known == clause.data).map(|known| (*known).to_owned()),
                "for" => out.for_mbox = Some(clause.data.clone()),
                _ => {}
            }
            found = Some(after);
        }
        rest = match found {
            Some(after) => after,
            None => {
                let mut chars = rest.chars();
                chars.next();
                chars.as_str()
            }
        };
    }
    if out.from_hostname.is_none() {
        out.from_hostname.clone_from(&out.real_hostname);
    }
    Some(out)
}

/// Behind a comment that the text begins with.
fn after_comment(text: &str) -> &str {
    let mut depth = 0usize;
    for (at, char) in text.char_indices() {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return text.get(at + 1..).unwrap_or("");
        }
    }
    ""
}

/// One word with the comments around it; what follows. `None` if there is nothing (`received_process_part`).
fn clause(text: &str) -> Option<(Clause, &str)> {
    let mut out = Clause::default();
    let mut rest = text;
    let mut seen_address = false;
    loop {
        rest = rest.trim_start_matches(|char: char| u8::try_from(char).is_ok_and(is_space));
        let Some(first) = rest.chars().next() else { break };
        match first {
            '(' => {
                // Depth is not counted down inside: as many closing brackets as opening ones, wherever they stand.
                let inside = rest.get(1..).unwrap_or("");
                let (mut open, mut closed) = (1usize, 0usize);
                let end = inside.char_indices().find_map(|(at, char)| {
                    match char {
                        '(' => open += 1,
                        ')' => closed += 1,
                        _ => {}
                    }
                    (char == ')' && closed >= open).then_some(at)
                });
                // Without an end the whole clause is none.
                let end = end?;
                let comment = inside.get(..end).unwrap_or("");
                if !comment.is_empty() {
                    out.comments.push(clean(comment));
                }
                rest = inside.get(end + 1..).unwrap_or("");
            }
            ';' => break,
            '[' if !out.data.is_empty() && !seen_address => {
                let end = rest.find(']')?;
                out.data.push_str(&clean(rest.get(..=end).unwrap_or("")));
                rest = rest.get(end + 1..).unwrap_or("");
                seen_address = true;
            }
            _ if !out.data.is_empty() => break,
            _ => {
                let end = rest.find(|char: char| char.is_ascii_whitespace() || matches!(char, '(' | ';')).unwrap_or(rest.len());
                out.data = clean(rest.get(..end).unwrap_or(""));
                rest = rest.get(end..).unwrap_or("");
            }
        }
    }
    (rest.len() < text.len()).then_some((out, rest))
}

/// Printable characters in small letters.
fn clean(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).flat_map(char::to_lowercase).collect::<String>().trim_matches([' ', '\t']).to_owned()
}

/// What a `from` clause says of the client.
fn from(clause: &Clause, out: &mut Received) {
    let comment = clause.comments.first();
    if clause.data.is_empty() {
        if let Some(comment) = comment {
            client(comment, out);
        }
        return;
    }
    if let Some(comment) = comment {
        client(comment, out);
    }
    let mut has_name = false;
    if out.real_ip.is_none() {
        has_name = client(&clause.data, out);
    }
    if !has_name {
        if out.real_ip.is_some() {
            out.from_hostname = host(&clause.data);
        } else {
            client(&clause.data, out);
        }
    }
}

/// `[192.0.2.1]`, `192.0.2.1`, `name [192.0.2.1]`, `name`. True if there is a name.
fn client(text: &str, out: &mut Received) -> bool {
    let Some(first) = text.chars().next() else { return false };
    if first == '[' {
        if let Some(ip) = text.get(1..).and_then(|rest| rest.split_once(']')).and_then(|(inside, _)| address(inside)) {
            out.real_ip = Some(ip);
        }
        return false;
    }
    if first.is_ascii_hexdigit()
        && let Some(ip) = address(text)
    {
        out.real_ip = Some(ip);
        return false;
    }
    let Some(open) = text.find('[') else {
        let name = host(text);
        let found = name.is_some();
        out.real_hostname = name.or(out.real_hostname.take());
        return found;
    };
    let Some(close) = text.rfind(']').filter(|close| *close > open) else { return false };
    let Some(ip) = text.get(open + 1..close).and_then(address) else { return false };
    out.real_ip = Some(ip);
    let name = text.get(..open).and_then(host);
    let found = name.is_some();
    out.real_hostname = name.or(out.real_hostname.take());
    found
}

/// A host's name at the beginning of a text, or an address in brackets.
fn host(text: &str) -> Option<String> {
    if let Some(ip) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).and_then(address) {
        return Some(ip.to_string());
    }
    let length =
        text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'%') || *byte >= 0x80).count();
    let name = text.get(..length).filter(|name| !name.is_empty())?;
    let next = text.get(length..).and_then(|rest| rest.chars().next());
    let fits = match next {
        None => true,
        Some(next) => name.contains('.') && (next.is_ascii_whitespace() || matches!(next, '[' | '(')),
    };
    fits.then(|| name.to_owned())
}

/// An address, also with `IPv6:` before it or a port behind it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.strip_prefix("ipv6:").unwrap_or(text);
    text.parse().ok().or_else(|| text.split_once(':').and_then(|(ip, port)| port.parse::<u16>().ok().and_then(|_| ip.parse().ok())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let found = read(
            "from mail.Example.org (real.example.org [192.0.2.1]) by mx.example.net (Postfix) with ESMTPS id X for <a@example.net>; Mon",
        )
        .unwrap();
        assert_eq!(found.from_hostname.as_deref(), Some("mail.example.org"));
        assert_eq!(found.real_hostname.as_deref(), Some("real.example.org"));
        assert_eq!(found.real_ip, "192.0.2.1".parse().ok());
        assert_eq!(found.by_hostname.as_deref(), Some("mx.example.net"));
        assert_eq!(found.for_mbox.as_deref(), Some("<a@example.net>"));
        assert!(found.is_encrypted());
    }

    #[test]
    fn other_forms() {
        let ip = |text: &str| read(text).and_then(|found| found.real_ip).map(|ip| ip.to_string());
        assert_eq!(ip("from [192.0.2.1] by x.example.org; Mon").as_deref(), Some("192.0.2.1"));
        assert_eq!(ip("from a.example.org ([192.0.2.1]:25 helo=b) by x.example.org; Mon").as_deref(), Some("192.0.2.1"));
        assert_eq!(ip("from a.example.org [192.0.2.1] by x.example.org; Mon").as_deref(), Some("192.0.2.1"));
        assert_eq!(ip("from unknown (HELO a) (192.0.2.1) by x.example.org; Mon"), None);
        assert_eq!(read("(qmail 1 invoked by uid 2); Mon"), None);
    }
}
