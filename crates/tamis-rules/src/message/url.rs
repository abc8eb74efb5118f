//! URLs in text and links as Rspamd finds and writes them (libserver/url.c).

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The public suffixes that Rspamd was given (`options.url_tld`).
#[derive(Clone, Debug, Default)]
pub struct Suffixes {
    plain: BTreeSet<String>,
    stars: BTreeSet<String>,
}

impl Suffixes {
    /// Reads a list as publicsuffix.org publishes it.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut out = Self::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//") && !line.starts_with('!')) {
            match line.strip_prefix("*.") {
                Some(suffix) => out.stars.insert(suffix.to_lowercase()),
                None => out.plain.insert(line.to_lowercase()),
            };
        }
        out
    }

    /// The registered domain of a host: a public suffix and one label before it. `None` if its suffix is not public.
    #[must_use]
    pub fn domain<'h>(&self, host: &'h str) -> Option<&'h str> {
        let host = host.strip_suffix('.').unwrap_or(host);
        let mut best: Option<&str> = None;
        for (at, _) in host.match_indices('.') {
            let suffix = host.get(at + 1..)?;
            let labels = if self.plain.contains(suffix) {
                1
            } else if self.stars.contains(suffix) {
                2
            } else {
                continue;
            };
            let before = host.get(..at)?;
            let mut start = before.len();
            for _ in 0..labels {
                start = before.get(..start)?.rfind('.').unwrap_or(0);
                if start == 0 {
                    break;
                }
            }
            let start = if start == 0 { 0 } else { start + 1 };
            let domain = host.get(start..)?;
            if best.is_none_or(|best| domain.len() > best.len()) {
                best = Some(domain);
            }
        }
        best
    }

    fn is_suffix(&self, label: &str) -> bool {
        self.plain.contains(label) || self.stars.contains(label)
    }
}

/// A URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// As Rspamd writes it: scheme and host in small letters, percent signs decoded.
    pub text: String,
    /// `http`.
    pub scheme: String,
    /// The user's name; of `mailto:` the part before the at sign.
    pub user: String,
    /// The host.
    pub host: String,
    /// The port, if it is written.
    pub port: Option<u16>,
    /// The path, without its first slash.
    pub path: String,
    /// The query.
    pub query: String,
    /// What follows `#`.
    pub fragment: String,
    /// The registered domain; the host if there is none.
    pub domain: String,
    /// The host has no public suffix.
    pub has_no_suffix: bool,
    /// It was written without a scheme.
    pub is_schemaless: bool,
    /// Of an image.
    pub is_image: bool,
    /// Found in the subject.
    pub is_subject: bool,
    /// Its host is an address.
    pub is_numeric: bool,
    /// Something in it is hidden.
    pub is_obscured: bool,
    /// The text that is shown names another host.
    pub is_phished: bool,
}

impl Url {
    /// An address rather than a page.
    #[must_use]
    pub fn is_email(&self) -> bool {
        self.scheme == "mailto"
    }
}

/// Where URLs are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// In text: only what begins like one.
    Strict,
    /// In text: hosts with a public suffix, too.
    All,
}

/// The longest host.
const MAX_HOST: usize = 253;
/// The longest name of a user before a host.
const MAX_USER: usize = 64;
/// Longer URLs are cut.
const MAX_URL: usize = 32_767;

const STARTS: &[(&str, &str)] = &[
    ("file://", ""),
    ("ftp://", ""),
    ("sftp://", ""),
    ("http:", ""),
    ("https:", ""),
    ("mailto:", ""),
    ("tel:", ""),
    ("callto:", ""),
    ("www.", "http://"),
    ("ftp.", "ftp://"),
];

/// Finds URLs in text. `lines` are the places where its lines begin: none goes on behind one, unless it stands in angle brackets.
#[must_use]
pub fn find(text: &[u8], how: How, lines: &[usize], suffixes: &Suffixes) -> Vec<Url> {
    let mut out = Vec::new();
    let mut done = 0;
    let lower = text.to_ascii_lowercase();
    let mut at = 0;
    while at < text.len() {
        let Some(byte) = lower.get(at).copied() else { break };
        let rest = lower.get(at..).unwrap_or(&[]);
        let candidate = match byte {
            b'f' | b's' | b'h' | b'm' | b't' | b'c' | b'w' => {
                STARTS.iter().find(|(start, _)| rest.starts_with(start.as_bytes())).map(|(start, prefix)| (at, start.len(), *prefix))
            }
            b'@' => Some((at, 1, "mailto://")),
            b'.' if how == How::All => suffix_at(rest, suffixes).map(|length| (at, length, "")),
            _ => None,
        };
        if let Some((start, length, prefix)) = candidate
            && start + length > done
            && let Some((from, to)) = span(text, start, byte, if byte == b'.' { "http://" } else { prefix }, lines, done, suffixes)
        {
            let piece = String::from_utf8_lossy(text.get(from..to).unwrap_or(&[])).into_owned();
            let has_scheme = prefix.is_empty() && byte != b'.';
            let full = if byte == b'.' { format!("http://{piece}") } else { format!("{prefix}{piece}") };
            if let Some(mut url) = parse(&full, false, suffixes) {
                url.is_schemaless = !has_scheme;
                out.push(url);
                done = to.max(start + 1);
                at = at.max(to.saturating_sub(1));
            }
        }
        at += 1;
    }
    out
}

/// The length of `.suffix` here, if the host ends with it.
fn suffix_at(rest: &[u8], suffixes: &Suffixes) -> Option<usize> {
    let label = rest.get(1..)?;
    let length = label.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-' || **byte >= 0x80).count();
    let name = std::str::from_utf8(label.get(..length)?).ok()?;
    if !suffixes.is_suffix(name) {
        return None;
    }
    let ends =
        |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'?' | b':') || is_end(*byte));
    let next = label.get(length);
    (ends(next) || (next == Some(&b'.') && ends(label.get(length + 1)))).then_some(length + 1)
}

const fn is_end(byte: u8) -> bool {
    matches!(byte, b')' | b'}' | b']' | b'>' | b'|' | b'\'')
}

const fn is_start(byte: u8) -> bool {
    matches!(byte, b'(' | b'{' | b'[' | b'<' | b'|' | b'\'')
}

const fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'%' | b'_') || byte >= 0x80
}

const fn is_mailsafe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'"' | b'#' | b'$' | b'%' | b'\'' | b'*' | b'+' | b',' | b'-' | b'.' | b'/' | b'_' | b'`' | b'~' | b'^' | b'='
        )
}

/// Where a URL begins and ends that was noticed at `start`.
fn span(text: &[u8], start: usize, kind: u8, prefix: &str, lines: &[usize], done: usize, suffixes: &Suffixes) -> Option<(usize, usize)> {
    let byte = |at: usize| text.get(at).copied();
    let before = start.checked_sub(1).and_then(byte);
    let line_end = if before == Some(b'<') { None } else { lines.get(lines.partition_point(|line| *line <= start)).copied() };
    let limit = line_end.unwrap_or(text.len());
    match kind {
        b'@' => {
            let mut from = start;
            let done = done.max(start.saturating_sub(MAX_USER));
            while from > done && from.checked_sub(1).and_then(byte).is_some_and(is_mailsafe) && !lines.binary_search(&from).is_ok() {
                from -= 1;
            }
            while from < start && byte(from).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
                from += 1;
            }
            let mut to = start + 1;
            let limit = limit.min(start + 1 + MAX_HOST);
            while to < limit && byte(to).is_some_and(is_domain) {
                to += 1;
            }
            while to > start && byte(to - 1).is_some_and(|byte| !byte.is_ascii_alphanumeric()) {
                to -= 1;
            }
            (from < start && to > start + 1).then_some((from, to))
        }
        b'.' => {
            let mut from = start;
            let done = done.max(start.saturating_sub(MAX_HOST));
            while from > done && from.checked_sub(1).and_then(byte).is_some_and(is_domain) && !lines.binary_search(&from).is_ok() {
                from -= 1;
            }
            while from < start && byte(from).is_some_and(|byte| !byte.is_ascii_alphanumeric() && byte < 0x80) {
                from += 1;
            }
            // Behind an at sign it is an address, and found as one.
            if from == start || from.checked_sub(1).and_then(byte) == Some(b'@') {
                return None;
            }
            Some((from, web_end(text, from, limit, prefix, suffixes)?))
        }
        b'w' => {
            let fits = before.is_none_or(|before| is_start(before) || before.is_ascii_whitespace() || before >= 0x80)
                || lines.binary_search(&start).is_ok();
            if !fits {
                return None;
            }
            Some((start, web_end(text, start, limit, prefix, suffixes)?))
        }
        _ => {
            if before.is_some_and(|before| before.is_ascii_alphanumeric()) {
                return None;
            }
            let to = web_end(text, start, limit, prefix, suffixes)?;
            // `<…>` is a bracket; a lone `>` behind an address at the end of a line is none.
            if byte(to) == Some(b'>') && before != Some(b'<') && byte(to + 1).is_none_or(|next| next.is_ascii_whitespace()) {
                return None;
            }
            Some((start, to))
        }
    }
}

/// Where a URL of the web ends; `None` if its host cannot be one.
fn web_end(text: &[u8], start: usize, limit: usize, prefix: &str, suffixes: &Suffixes) -> Option<usize> {
    let limit = limit.min(start + MAX_URL);
    let is_host = |to: usize| {
        let piece = String::from_utf8_lossy(text.get(start..to).unwrap_or(&[]));
        parse(&format!("{prefix}{piece}"), false, suffixes).is_some()
    };
    let mut at = start;
    if prefix.is_empty() {
        at += memchr::memchr(b':', text.get(start..limit)?)? + 1;
        while at < limit && matches!(text.get(at), Some(b'/' | b'\\')) {
            at += 1;
        }
    }
    let host = at;
    let mut in_host = true;
    while let Some(byte) = text.get(at).copied().filter(|_| at < limit) {
        if byte.is_ascii_whitespace() || is_end(byte) || byte < 0x20 {
            break;
        }
        if in_host {
            if matches!(byte, b'/' | b'\\' | b'?' | b'#') {
                in_host = false;
                if !is_host(at) {
                    return None;
                }
            } else if at - host > MAX_HOST + MAX_USER {
                return None;
            } else if is_start(byte) || !(is_domain(byte) || matches!(byte, b':' | b'@')) {
                break;
            }
        }
        at += 1;
    }
    (at > host).then_some(at)
}

/// Reads a link's target as Rspamd reads an `href` (`html_process_url`).
#[must_use]
pub fn from_href(href: &str, suffixes: &Suffixes) -> Option<Url> {
    let href = href.trim_matches(|char: char| char.is_whitespace() || char == '\u{200b}');
    let mut prefix = "";
    let lower = href.to_ascii_lowercase();
    if !href.contains("://") && !["mailto:", "tel:", "callto:"].iter().any(|start| lower.starts_with(start)) {
        let first = href.char_indices().find(|(_, char)| char.is_ascii() && !char.is_ascii_alphanumeric());
        match first {
            Some((0, '/')) if href.starts_with("//") && href.len() > 2 => prefix = "http:",
            Some((_, '@')) => prefix = "mailto://",
            Some((at, ':')) if at > 0 => {}
            Some((0, _)) => return None,
            Some(_) => prefix = "http://",
            None => {}
        }
    }
    let mut text = prefix.to_owned();
    let mut has_bad = false;
    let mut chars = href.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii_whitespace() {
            continue;
        }
        if char.is_ascii() && !char.is_ascii_graphic() {
            text.push_str(&format!("%{:02x}", u32::from(char)));
            has_bad = true;
        } else if char == '%' {
            let mut ahead = chars.clone();
            let code = ahead.next().and_then(|high| high.to_digit(16)).zip(ahead.next().and_then(|low| low.to_digit(16)));
            match code.and_then(|(high, low)| char::from_u32(high * 16 + low)).filter(|char| "@:|?\\/".contains(*char)) {
                Some(plain) => {
                    text.push(plain);
                    chars.next();
                    chars.next();
                }
                None => text.push('%'),
            }
        } else {
            text.push(char);
        }
    }
    let mut url = parse(&text, true, suffixes)?;
    url.is_obscured |= has_bad;
    if !prefix.is_empty() {
        url.is_schemaless = true;
        if url.has_no_suffix {
            return None;
        }
    }
    Some(url)
}

/// Takes a URL apart and writes it as Rspamd does (`rspamd_url_parse`). Text must have a public suffix or a numeric host.
#[must_use]
pub fn parse(text: &str, is_href: bool, suffixes: &Suffixes) -> Option<Url> {
    let colon = text.find(':')?;
    let scheme = text.get(..colon)?.to_ascii_lowercase();
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-')) {
        return None;
    }
    let known = ["http", "https", "ftp", "file", "mailto", "tel", "callto"];
    if !known.contains(&scheme.as_str()) {
        return None;
    }
    let rest = text.get(colon + 1..)?;
    let is_phone = scheme == "tel" || scheme == "callto";
    let authority = rest.trim_start_matches(['/', '\\']);
    let end = authority.find(['/', '\\', '?', '#']).unwrap_or(authority.len());
    let (host_part, tail) = authority.split_at_checked(end)?;
    let (user, host_port) = host_part.rsplit_once('@').unwrap_or(("", host_part));
    let mut url = Url { scheme: if scheme == "callto" { "tel".to_owned() } else { scheme }, ..Url::default() };
    url.user = user.split(':').next().unwrap_or("").to_owned();
    let (host, port) = match host_port.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.is_empty() && !host.ends_with(']') || host_port.contains("]:") =>
        {
            match port.parse() {
                Ok(0) | Err(_) => return None,
                Ok(port) => (host, Some(port)),
            }
        }
        _ => (host_port, None),
    };
    url.port = port;
    if is_phone {
        url.host = host.chars().filter(|char| char.is_ascii_digit() || *char == '+').collect();
        url.domain = url.host.trim_start_matches('+').to_owned();
        url.text = format!("{}:{}", url.scheme, url.host);
        return (!url.domain.is_empty()).then_some(url);
    }
    url.host = unquote(host).to_lowercase();
    let first = url.host.chars().next()?;
    if url.host.len() > 253 || !(first.is_alphanumeric() || first == '[' || first == '_') {
        return None;
    }
    if url.host.chars().any(|char| char.is_whitespace()) {
        return None;
    }
    let bare = url.host.trim_start_matches('[').trim_end_matches(']');
    let (path, fragment) = tail.split_once('#').unwrap_or((tail, ""));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let slashes = path.len() - path.trim_start_matches(['/', '\\']).len();
    url.path = normal_path(&unquote(path.get(slashes..).unwrap_or("")));
    url.query = unquote(query);
    url.fragment = unquote(fragment);
    match suffixes.domain(&url.host) {
        Some(domain) => url.domain = domain.to_owned(),
        None => {
            if let Some(address) = numeric(bare) {
                url.is_numeric = true;
                url.host = address;
            } else if !is_href || url.is_email() {
                return None;
            }
            url.has_no_suffix = true;
            url.domain = url.host.clone();
        }
    }
    if url.is_email() && url.has_no_suffix {
        return None;
    }
    let mut out = format!("{}://", url.scheme);
    if !user.is_empty() {
        out.push_str(user);
        out.push('@');
    }
    out.push_str(&url.host);
    if let Some(port) = url.port {
        out.push_str(&format!(":{port}"));
    }
    out.push_str(path.get(..slashes).unwrap_or(""));
    out.push_str(&url.path);
    for (sign, part) in [('?', &url.query), ('#', &url.fragment)] {
        if !part.is_empty() {
            out.push(sign);
            out.push_str(part);
        }
    }
    url.text = out;
    Some(url)
}

/// An address in any of the ways that C's `inet_aton` takes, written plainly.
fn numeric(host: &str) -> Option<String> {
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return Some(address.to_string());
    }
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
        None => text.parse::<u32>().ok(),
    };
    let parts: Vec<u32> = host.trim_end_matches('.').split('.').map(number).collect::<Option<_>>()?;
    let value = match parts.as_slice() {
        [all] => *all,
        [a, b] if *a < 256 && *b < 1 << 24 => (a << 24) | b,
        [a, b, c] if *a < 256 && *b < 256 && *c < 1 << 16 => (a << 24) | (b << 16) | c,
        [a, b, c, d] if [a, b, c, d].iter().all(|part| **part < 256) => (a << 24) | (b << 16) | (c << 8) | d,
        _ => return None,
    };
    Some(Ipv4Addr::from(value).to_string())
}

fn unquote(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut ahead = bytes.clone();
            let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
            if let (Some(high), Some(low)) = (digit(ahead.next()), digit(ahead.next())) {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                bytes = ahead;
                continue;
            }
        }
        out.push(byte);
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `a/./b/../c//d` without what is not needed.
fn normal_path(path: &str) -> String {
    if !path.contains("//") && !path.contains("./") && !path.ends_with('.') {
        return path.to_owned();
    }
    let mut out: Vec<&str> = Vec::new();
    let ends_open = path.ends_with('/') || path.ends_with("/.") || path.ends_with("/..");
    for piece in path.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            piece => out.push(piece),
        }
    }
    let mut text = out.join("/");
    if ends_open && !text.is_empty() {
        text.push('/');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suffixes() -> Suffixes {
        Suffixes::parse("// list\ncom\norg\nco.uk\nuk\n*.ck\n")
    }

    fn found(text: &str, how: How) -> Vec<String> {
        find(text.as_bytes(), how, &[], &suffixes()).into_iter().map(|url| url.text).collect()
    }

    #[test]
    fn urls_in_text() {
        assert_eq!(found("see http://Example.org/A?b=1. or <http://a.com>", How::Strict), ["http://example.org/A?b=1.", "http://a.com"]);
        assert_eq!(found("www.example.org and ftp.example.com", How::Strict), ["http://www.example.org", "ftp://ftp.example.com"]);
        assert_eq!(found("mail a.b@example.org now", How::Strict), ["mailto://a.b@example.org"]);
        assert_eq!(found("look at example.co.uk/x or file.txt", How::All), ["http://example.co.uk/x"]);
        assert_eq!(found("look at example.org", How::Strict), [""; 0]);
        assert_eq!(found("http://nowhere.invalid/", How::Strict), [""; 0]);
        assert_eq!(found("http://192.0.2.1/x http://3221225985/", How::Strict), ["http://192.0.2.1/x", "http://192.0.2.1/"]);
    }

    #[test]
    fn parts_of_urls() {
        let url = parse("https://user@www.Example.co.uk:8080/a/../b/%41?q#f", false, &suffixes()).unwrap();
        assert_eq!((url.host.as_str(), url.domain.as_str(), url.port), ("www.example.co.uk", "example.co.uk", Some(8080)));
        assert_eq!((url.path.as_str(), url.query.as_str(), url.fragment.as_str(), url.user.as_str()), ("b/A", "q", "f", "user"));
        assert_eq!(suffixes().domain("a.b.c.ck"), Some("b.c.ck"));
    }

    #[test]
    fn links() {
        assert_eq!(from_href(" http://exa\nmple.org/a b ", &suffixes()).unwrap().text, "http://example.org/ab");
        assert_eq!(from_href("example.org/x", &suffixes()).unwrap().text, "http://example.org/x");
        assert!(from_href("#top", &suffixes()).is_none());
        assert!(from_href("relative/path", &suffixes()).is_none());
    }
}
