//! Which commands, tests and tags of a dialect's spec the generator writes.

use std::collections::BTreeSet;

use tamis::sieve::dialect::Dialect;
use tamis::sieve::spec::{BASE, Family, On, TagId};

use super::{Random, Scope, script};

/// What a dialect offers and what a row of generated scripts has of it: names of commands and tests, and of each with its tags.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// All that the dialect offers.
    pub offered: BTreeSet<String>,
    /// What the scripts have.
    pub written: BTreeSet<String>,
}

impl Coverage {
    /// What no script has.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        self.offered.difference(&self.written).map(String::as_str).collect()
    }
}

/// Generates `scripts` scripts and looks what they are made of.
#[must_use]
pub fn coverage(dialect: &Dialect, scope: Scope, scripts: u64) -> Coverage {
    let mut coverage = Coverage { offered: offered(dialect), written: BTreeSet::new() };
    for seed in 0..scripts {
        let mut random = Random::part(seed, 9);
        let mut command = String::new();
        let mut head = true;
        for token in script(&mut random, dialect, scope) {
            if let Some(tag) = token.strip_prefix(':') {
                coverage.written.insert(format!("{command} :{tag}"));
            } else if token.starts_with(|first: char| first.is_ascii_alphabetic()) && head {
                command.clone_from(&token);
                coverage.written.insert(token.clone());
            }
            // A multi-line string starts with a letter too.
            head = !token.starts_with(':') && token.len() < 40;
        }
    }
    coverage.written.retain(|item| coverage.offered.contains(item));
    coverage
}

fn offered(dialect: &Dialect) -> BTreeSet<String> {
    let extensions = || [BASE].into_iter().chain(dialect.extensions.iter().copied()).chain(dialect.global_extensions.iter().copied());
    let mut out = BTreeSet::new();
    for command in extensions().flat_map(|extension| extension.commands) {
        out.insert(command.name.to_owned());
        for tag in extensions().flat_map(|extension| extension.tags) {
            let fits = match tag.on {
                On::Commands(names) => names.contains(&command.name),
                On::Family(family) => command.families.contains(&family),
            };
            if fits && tag.id != TagId::QuoteRegex && !(tag.id == TagId::All && !command.families.contains(&Family::AddressPart)) {
                out.insert(format!("{} :{}", command.name, tag.name));
            }
        }
    }
    out
}
