//! Maps (lualib/lua_maps.lua, libserver/maps): keys with values, from files that are handed in or from the configuration itself.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::pattern::Pattern;

/// How a map is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Keys are compared, letters in either case.
    Hash,
    /// Keys are patterns; of those that match, the one whose match ends first.
    Regexp,
    /// All that match.
    RegexpMulti,
    /// Keys are globs; of those that match, the one whose match ends first.
    Glob,
    /// All that match.
    GlobMulti,
    /// Keys are networks.
    Radix,
}

/// A map, ready to be asked.
#[derive(Clone, Debug)]
pub enum Map {
    /// From a file.
    Hash(BTreeMap<Vec<u8>, String>),
    /// From a list in the configuration: keys keep their case.
    Exact(BTreeMap<String, Option<String>>),
    /// Patterns with values; whether all are asked.
    Patterns(Vec<(Pattern, String)>, bool),
    /// Networks with values.
    Networks(Vec<(IpAddr, u32, String)>),
}

/// What is wrong with a line of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadKey {
    /// The key.
    pub key: String,
    /// What is wrong.
    pub why: String,
}

impl Map {
    /// Reads the text of a map.
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> (Self, Vec<BadKey>) {
        Self::build(kind, entries(text))
    }

    /// A map of keys that stand in the configuration.
    #[must_use]
    pub fn inline(kind: Kind, keys: &[String]) -> (Self, Vec<BadKey>) {
        if kind == Kind::Hash {
            let pair = |key: &String| match key.split_once(' ') {
                Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                None => (key.clone(), None),
            };
            return (Self::Exact(keys.iter().map(pair).collect()), Vec::new());
        }
        Self::build(kind, keys.iter().flat_map(|key| entries(key)).collect())
    }

    fn build(kind: Kind, entries: Vec<(String, String)>) -> (Self, Vec<BadKey>) {
        let mut bad = Vec::new();
        let map = match kind {
            Kind::Hash => {
                let mut map = BTreeMap::new();
                for (key, value) in entries {
                    map.insert(key.to_ascii_lowercase().into_bytes(), value);
                }
                Self::Hash(map)
            }
            Kind::Radix => {
                let mut networks = Vec::new();
                for (keys, value) in entries {
                    for key in keys.split(',').map(str::trim).filter(|key| !key.is_empty()) {
                        match network(key) {
                            Some((ip, bits)) => networks.push((ip, bits, value.clone())),
                            None => bad.push(BadKey { key: key.to_owned(), why: "it is no network".to_owned() }),
                        }
                    }
                }
                Self::Networks(networks)
            }
            Kind::Regexp | Kind::RegexpMulti | Kind::Glob | Kind::GlobMulti => {
                let is_glob = matches!(kind, Kind::Glob | Kind::GlobMulti);
                let mut patterns: Vec<(Pattern, String)> = Vec::new();
                let mut seen: Vec<String> = Vec::new();
                for (key, value) in entries {
                    // Of a pattern that stands there twice the first counts.
                    if seen.contains(&key) {
                        continue;
                    }
                    let pattern = if is_glob { Pattern::parse(glob(&key).as_bytes()) } else { Pattern::parse(key.as_bytes()) };
                    match pattern {
                        Ok(pattern) => patterns.push((pattern, value)),
                        Err(why) => bad.push(BadKey { key: key.clone(), why: why.to_string() }),
                    }
                    seen.push(key);
                }
                Self::Patterns(patterns, matches!(kind, Kind::RegexpMulti | Kind::GlobMulti))
            }
        };
        (map, bad)
    }

    /// The values of a key; `None` stands for a key without one.
    #[must_use]
    pub fn get(&self, key: &str) -> Vec<Option<&str>> {
        match self {
            Self::Hash(map) => map.get(key.to_ascii_lowercase().as_bytes()).map(|value| vec![Some(value.as_str())]).unwrap_or_default(),
            Self::Exact(map) => map.get(key).map(|value| vec![value.as_deref()]).unwrap_or_default(),
            Self::Patterns(patterns, true) => patterns
                .iter()
                .filter(|(pattern, _)| pattern.is_match(key.as_bytes(), false))
                .map(|(_, value)| Some(value.as_str()))
                .collect(),
            // The real program stops at the match that ends first, whatever the order of the patterns.
            Self::Patterns(patterns, false) => {
                let ends = patterns.iter().filter_map(|(pattern, value)| pattern.first_end(key.as_bytes()).map(|end| (end, value)));
                ends.min_by_key(|(end, _)| *end).map(|(_, value)| vec![Some(value.as_str())]).unwrap_or_default()
            }
            Self::Networks(_) => key.parse().map(|ip| self.get_ip(ip)).unwrap_or_default(),
        }
    }

    /// The value of the smallest network that holds an address.
    #[must_use]
    pub fn get_ip(&self, ip: IpAddr) -> Vec<Option<&str>> {
        let Self::Networks(networks) = self else { return self.get(&ip.to_string()) };
        let inside =
            networks.iter().filter(|(network, bits, _)| network.is_ipv4() == ip.is_ipv4() && masked(ip, *bits) == masked(*network, *bits));
        inside.max_by_key(|(_, bits, _)| *bits).map(|(_, _, value)| vec![Some(value.as_str())]).unwrap_or_default()
    }
}

/// An address with all but its first bits cleared.
#[must_use]
pub fn masked(ip: IpAddr, bits: u32) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => {
            let keep = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            IpAddr::V4((u32::from(ip) & keep).into())
        }
        IpAddr::V6(ip) => {
            let keep = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            IpAddr::V6((u128::from(ip) & keep).into())
        }
    }
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let ip: IpAddr = address.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    match bits {
        None => Some((ip, most)),
        Some(bits) => bits.parse().ok().filter(|bits| *bits <= most).map(|bits| (ip, bits)),
    }
}

/// The keys and values of a map's text, in their order (`rspamd_parse_kv_list`).
#[must_use]
pub fn entries(text: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for line in text.split(['\n', '\r']) {
        let line = line.trim_start();
        let bytes = line.as_bytes();
        let (key, rest) = match bytes.first() {
            None | Some(b'#') => continue,
            Some(b'"') => {
                let end = unescaped(bytes, 1, b'"').unwrap_or(bytes.len());
                (line.get(1..end).unwrap_or(""), line.get(end + 1..).unwrap_or(""))
            }
            Some(b'/') => {
                // A pattern may hold blanks and hashes; its flags may not.
                let slash = unescaped(bytes, 1, b'/').unwrap_or(bytes.len());
                let after = line.get(slash..).unwrap_or("");
                let length = after.find(|char: char| char.is_ascii_whitespace() || char == '#').unwrap_or(after.len());
                (line.get(..slash + length).unwrap_or(line), after.get(length..).unwrap_or(""))
            }
            Some(_) => {
                let end = line
                    .char_indices()
                    .find(|(at, char)| char.is_ascii_whitespace() || (*char == '#' && bytes.get(at.wrapping_sub(1)) != Some(&b'\\')))
                    .map_or(line.len(), |(at, _)| at);
                (line.get(..end).unwrap_or(""), line.get(end..).unwrap_or(""))
            }
        };
        let value = rest.trim_start_matches([' ', '\t']);
        let value = value.split('#').next().unwrap_or("").trim();
        out.push((key.trim().to_owned(), value.to_owned()));
    }
    out
}

fn unescaped(bytes: &[u8], mut at: usize, wanted: u8) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'\\' => at += 2,
            byte if *byte == wanted => return Some(at),
            _ => at += 1,
        }
    }
}

/// A glob as the pattern that Rspamd makes of it: it may match anywhere (`rspamd_str_regexp_escape`).
fn glob(text: &str) -> String {
    let mut out = String::new();
    for char in text.chars() {
        match char {
            '*' | '?' | '+' => {
                out.push('.');
                out.push(char);
            }
            '[' | ']' | '\\' | '{' | '}' | '(' | ')' | '.' | ',' | '^' | '$' | '|' | '#' | '-' => {
                out.push('\\');
                out.push(char);
            }
            char if char.is_ascii_whitespace() => {
                out.push('\\');
                out.push(char);
            }
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let found = entries("# c\na b c # d\n\"k x\" v\n/a b#c/i SYM:2\n\nplain\n");
        let found: Vec<(&str, &str)> = found.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(found, [("a", "b c"), ("k x", "v"), ("/a b#c/i", "SYM:2"), ("plain", "")]);
    }

    #[test]
    fn kinds() {
        let get = |kind, text: &str, key: &str| {
            let (map, bad) = Map::parse(kind, text);
            assert!(bad.is_empty());
            map.get(key).into_iter().map(|value| value.unwrap_or("-").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(get(Kind::Hash, "Example.org SYM", "example.ORG"), ["SYM"]);
        assert_eq!(get(Kind::Regexp, "/^a/ x\n/b$/ y", "ab"), ["x"]);
        assert_eq!(get(Kind::RegexpMulti, "/^a/ x\n/b$/ y", "ab"), ["x", "y"]);
        assert_eq!(get(Kind::Glob, "*.example.org", "a.example.org"), [""]);
        assert_eq!(get(Kind::Glob, "b?.com", "b.com"), [""]);
        assert_eq!(get(Kind::Radix, "192.0.2.0/24 A\n192.0.2.7 B\n2001:db8::/32 C", "192.0.2.7"), ["B"]);
        assert_eq!(get(Kind::Radix, "192.0.2.0/24 A", "192.0.3.1"), [""; 0]);
        assert_eq!(Map::inline(Kind::Hash, &["a".to_owned(), "b S:2".to_owned()]).0.get("b"), [Some("S:2")]);
        assert_eq!(Map::parse(Kind::Regexp, "/(/").1.len(), 1);
    }
}
