//! A `Received` field taken apart (RFC 5321, 4.4).

use crate::sieve::program::expression::{Host, ReceivedPart};

/// The words of a field: each with the comments that follow it, those without their parentheses.
fn words(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut words: Vec<(&str, Vec<&str>)> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix('(') {
            let mut depth = 1u32;
            let end = inside.find(|char| {
                depth = match char {
                    '(' => depth.saturating_add(1),
                    ')' => depth - 1,
                    _ => depth,
                };
                depth == 0
            });
            let (comment, after) = inside.split_at_checked(end.unwrap_or(inside.len())).unwrap_or((inside, ""));
            if let Some((_, comments)) = words.last_mut() {
                comments.push(comment);
            }
            rest = after.strip_prefix(')').unwrap_or(after).trim_start();
        } else {
            let end = rest.find(|char: char| char.is_whitespace() || char == '(').unwrap_or(rest.len());
            let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            words.push((word, Vec::new()));
            rest = after.trim_start();
        }
    }
    words
}

/// An address in brackets, or a bare one: `[192.0.2.1]`, `[IPv6:::1]`.
fn address(text: &str) -> Option<String> {
    let inner = text.trim().strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text.trim());
    let bare = inner.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:")).and_then(|_| inner.get(5..)).unwrap_or(inner);
    bare.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

/// The host as asked for.
fn host(text: &str, kind: Host) -> Option<String> {
    match (address(text), kind) {
        (Some(address), Host::Any | Host::Ip) => Some(address),
        (None, Host::Any | Host::Name) => Some(text.to_lowercase()),
        _ => None,
    }
}

/// A part of a field, but for its date.
pub(super) fn part(value: &str, part: ReceivedPart) -> Option<String> {
    let (head, _) = value.rsplit_once(';').unwrap_or((value, ""));
    let words = words(head);
    let at = |name: &str| words.iter().position(|(word, _)| word.eq_ignore_ascii_case(name));
    let behind = |name: &str| at(name).and_then(|at| words.get(at + 1)).map(|(word, comments)| (*word, comments));
    // What stands in the comments about the sender: a name and an address.
    let about = || {
        let (_, comments) = behind("from")?;
        comments
            .iter()
            .flat_map(|comment| comment.split_ascii_whitespace())
            .map(|word| word.trim_matches([',', ';']))
            .collect::<Vec<_>>()
            .into()
    };
    let said: Option<Vec<&str>> = about();
    let all = || words.iter().flat_map(|(word, comments)| std::iter::once(*word).chain(comments.iter().copied()));
    match part {
        ReceivedPart::From(kind) => host(behind("from")?.0, kind),
        ReceivedPart::Ip => said?.into_iter().find_map(address).or_else(|| address(behind("from")?.0)),
        ReceivedPart::IpRev => {
            let said = said?;
            let end = said.iter().position(|word| address(word).is_some())?;
            said.get(..end)?.iter().rev().find(|word| word.contains('.') && !word.contains('=')).map(|name| name.to_lowercase())
        }
        ReceivedPart::By(kind) => host(behind("by")?.0, kind),
        ReceivedPart::For => Some(behind("for")?.0.trim_matches(['<', '>']).to_owned()),
        ReceivedPart::With => Some(behind("with")?.0.to_uppercase()),
        ReceivedPart::Id => Some(behind("id")?.0.trim_matches(['<', '>']).to_owned()),
        ReceivedPart::Tls => all().flat_map(str::split_ascii_whitespace).find_map(tls),
        ReceivedPart::Cipher => {
            let mut words = all().flat_map(str::split_ascii_whitespace).skip_while(|word| !word.eq_ignore_ascii_case("cipher"));
            words.nth(1).map(|word| word.trim_matches([',', ';', '(']).to_owned())
        }
        ReceivedPart::Ident => all().flat_map(str::split_ascii_whitespace).find_map(|word| word.strip_prefix("ident=")).map(str::to_owned),
        ReceivedPart::Date | ReceivedPart::DateRaw => None,
    }
}

/// A version of TLS as sieve-rs shows it.
fn tls(word: &str) -> Option<String> {
    let version =
        word.trim_matches([',', ';', '(']).get(3..).filter(|_| word.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("tls")))?;
    let version = version.trim_start_matches(['v', 'V']).replace('_', ".");
    matches!(version.as_str(), "1.0" | "1.1" | "1.2" | "1.3").then(|| format!("TLSv{version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_apart() {
        let value = "from a.example.org (b.example.org [192.0.2.7]) (using TLSv1.3 with cipher X_Y) by mx.example.org (Some MTA) \
                     with ESMTPS id 42 for <u@example.org>; Mon, 28 Aug 2023 02:21:37 -0700";
        let check = |wanted, expected: &str| assert_eq!(part(value, wanted).as_deref(), Some(expected), "{wanted:?}");
        check(ReceivedPart::From(Host::Any), "a.example.org");
        check(ReceivedPart::Ip, "192.0.2.7");
        check(ReceivedPart::IpRev, "b.example.org");
        check(ReceivedPart::By(Host::Name), "mx.example.org");
        check(ReceivedPart::Tls, "TLSv1.3");
        check(ReceivedPart::Cipher, "X_Y");
        check(ReceivedPart::Id, "42");
        check(ReceivedPart::For, "u@example.org");
        assert_eq!(part(value, ReceivedPart::From(Host::Ip)), None);
        assert_eq!(part("from x ([IPv6:::1]) by y", ReceivedPart::Ip).as_deref(), Some("::1"));
        for odd in ["", ";", "from", "from (", "by ((", "(a)", "from x (((("] {
            let _ = part(odd, ReceivedPart::IpRev);
        }
    }
}
