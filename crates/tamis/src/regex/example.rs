//! A text that an expression matches: a guess from its tree, which the caller checks. Conditions (`^`, `\b`, look-around) are passed over.

use super::Flavour;
use super::set::Set;
use super::syntax::{self, FOREVER, Id, Node, Parsed};

/// A text that the whole expression should match; none if it is wrong or too large. With `longer` repetitions go round once more than they must,
/// and the last alternative is taken instead of the first.
#[must_use]
pub fn example(pattern: &[u8], flavour: Flavour, ignore_case: bool, longer: bool) -> Option<Vec<u8>> {
    let pattern = super::c_string(pattern);
    if pattern.len() > super::MAX_PATTERN {
        return None;
    }
    let parsed = syntax::parse(pattern, flavour, ignore_case).ok()?;
    let mut writer = Writer { parsed: &parsed, longer, groups: Vec::new(), out: Vec::new(), steps: 0 };
    writer.write(parsed.root);
    (writer.out.len() <= MAX_TEXT).then_some(writer.out)
}

/// The longest text that is tried.
const MAX_TEXT: usize = 65_536;

struct Writer<'p> {
    parsed: &'p Parsed,
    longer: bool,
    /// What the groups came to.
    groups: Vec<(u16, Vec<u8>)>,
    out: Vec<u8>,
    steps: usize,
}

impl Writer<'_> {
    /// The tree is no deeper than the parser lets it be.
    fn write(&mut self, id: Id) {
        let parsed = self.parsed;
        let Some(node) = parsed.nodes.get(id) else { return };
        self.steps += 1;
        if self.out.len() > MAX_TEXT || self.steps > MAX_TEXT {
            return;
        }
        match node {
            Node::Empty | Node::Assert(_) | Node::Look { .. } => {}
            Node::Set { set, .. } => self.out.extend(parsed.sets.get(*set).and_then(member)),
            Node::Group { id, body } => {
                let start = self.out.len();
                self.write(*body);
                let text = self.out.get(start..).unwrap_or_default().to_vec();
                self.groups.retain(|(known, _)| known != id);
                self.groups.push((*id, text));
            }
            Node::Cat(list) => list.iter().for_each(|id| self.write(*id)),
            Node::Alt(list) => {
                let chosen = if self.longer { list.last() } else { list.first() };
                if let Some(id) = chosen {
                    self.write(*id);
                }
            }
            Node::Repeat { body, min, max, .. } => {
                let more = u32::from(self.longer && (*max == FOREVER || max > min));
                for _ in 0..min.saturating_add(more) {
                    if self.steps > MAX_TEXT {
                        break;
                    }
                    self.write(*body);
                }
            }
            Node::BackRef { id, .. } => {
                let text = self.groups.iter().find(|(known, _)| known == id).map(|(_, text)| text.clone());
                self.out.extend(text.unwrap_or_default());
            }
            Node::Atomic(body) => self.write(*body),
        }
    }
}

/// A byte of a set, one that reads well if there is any.
fn member(set: &Set) -> Option<u8> {
    let plain = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(33..127).chain(*b" \t");
    // A set of nearly all bytes says nothing: a letter will do.
    plain.chain(0x80..=0xff).chain(1..32).find(|byte| set.has(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::regex::Regex;

    #[test]
    fn examples_match() {
        let patterns = [
            "^\\[([0-9]+)\\.[0-9]+ / ",
            "<([a-z0-9_-]+)\\.[^>]*>",
            "(a|b)+c?$",
            "[[:alpha:]]{3,5}@x",
            "",
            "a.c",
            "(x)\\1y",
            "^(foo|bar|)$",
            "[^a-z]+",
            "\\(literal\\)",
            "(([0-9]{1,3}\\.){3})[0-9]{1,3}",
        ];
        for pattern in patterns {
            for flavour in [Flavour::Glibc, Flavour::Musl, Flavour::Pcre] {
                for longer in [false, true] {
                    let text = example(pattern.as_bytes(), flavour, true, longer).unwrap();
                    // Dovecot asks PCRE2 for a match that is not empty.
                    if text.is_empty() && flavour == Flavour::Pcre {
                        continue;
                    }
                    let regex = Regex::new(pattern.as_bytes(), flavour, true).unwrap();
                    assert_eq!(
                        regex.is_match(&text, &mut 1_000_000),
                        Ok(true),
                        "{pattern} {flavour:?}: {}",
                        String::from_utf8_lossy(&text)
                    );
                }
            }
        }
        assert_eq!(example(b"(", Flavour::Glibc, true, false), None);
    }
}
