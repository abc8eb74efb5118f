//! The servers that tamis knows, by name. Each family has a file of its own.

use super::pigeonhole::pigeonhole_settings;
use super::{After, Dialect, Engine, Offer, Position};
#[cfg(feature = "full")]
use super::{cyrus, proton, stalwart};
use super::{mailcow, pigeonhole, rfc};
use crate::sieve::spec::{self, Extension};

/// A server that can be chosen by name.
#[derive(Debug)]
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it stands for, in English and French.
    pub doc: spec::Doc,
    recipe: Recipe,
}

/// What a server differs in from a bare Pigeonhole.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) engine: Engine,
    pub(super) position: Position,
    /// The extensions on offer.
    pub(super) extensions: &'static [&'static str],
    /// Those for scripts in the global position only.
    pub(super) global: &'static str,
    /// What runs after a user's script.
    pub(super) after: After,
    /// Settings as the administrator would write them.
    pub(super) settings: &'static [(&'static str, &'static str)],
}

/// Most servers run nothing after a user's script.
pub(super) const NOTHING_AFTER: After = After { files_spam: None, tests_duplicate: false };

impl Server {
    /// Its dialect.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        let recipe = &self.recipe;
        let mut dialect = Dialect::from(Offer {
            name: self.name.into(),
            engine: recipe.engine,
            position: recipe.position,
            extensions: extensions(recipe.extensions),
            global_extensions: extensions(&[recipe.global]),
            unjudged: Vec::new(),
            global_unjudged: Vec::new(),
            after: recipe.after,
            settings: pigeonhole_settings(),
        });
        for (key, value) in recipe.settings {
            // A test says that none is wrong.
            let _ = dialect.set(key, value);
        }
        dialect
    }
}

/// The servers by name; the default is `pigeonhole-2.4`. Releases of it have names too: `pigeonhole-2.4.0` to `pigeonhole-2.4.5`.
#[must_use]
pub const fn servers() -> &'static [Server] {
    SERVERS
}

/// The default.
pub(super) const DEFAULT: Server = Server {
    name: "pigeonhole-2.4",
    doc: titled(spec::Doc { en: "Dovecot 2.4 with Pigeonhole, as installed", fr: "Dovecot 2.4 avec Pigeonhole, tel qu'installé" }),
    recipe: pigeonhole::PIGEONHOLE_24,
};

const SERVERS: &[Server] = &[
    DEFAULT,
    Server {
        name: "pigeonhole-0.5",
        doc: titled(spec::Doc {
            en: "Dovecot 2.3 with Pigeonhole 0.5 (Debian 12), as installed",
            fr: "Dovecot 2.3 avec Pigeonhole 0.5 (Debian 12), tel qu'installé",
        }),
        recipe: pigeonhole::PIGEONHOLE_05,
    },
    Server {
        name: "mailcow",
        doc: titled(spec::Doc { en: "mailcow, a user's own script", fr: "mailcow, le script d'un utilisateur" }),
        recipe: mailcow::MAILCOW,
    },
    Server {
        name: "mailcow-global",
        doc: titled(spec::Doc {
            en: "mailcow, a script that runs before or after the user's own",
            fr: "mailcow, un script exécuté avant ou après celui de l'utilisateur",
        }),
        recipe: mailcow::MAILCOW_GLOBAL,
    },
    Server { name: "rfc", doc: titled(spec::Doc { en: "the standards, by the letter", fr: "les normes, à la lettre" }), recipe: rfc::RFC },
    #[cfg(feature = "full")]
    Server {
        name: "cyrus",
        doc: titled(spec::Doc { en: "Cyrus IMAP, as installed", fr: "Cyrus IMAP, tel qu'installé" }),
        recipe: cyrus::CYRUS,
    },
    #[cfg(feature = "full")]
    Server {
        name: "stalwart",
        doc: titled(spec::Doc { en: "Stalwart, a user's own script", fr: "Stalwart, le script d'un utilisateur" }),
        recipe: stalwart::STALWART,
    },
    #[cfg(feature = "full")]
    Server {
        name: "proton",
        doc: titled(spec::Doc {
            en: "Proton Mail: what it accepts; how it runs is not published",
            fr: "Proton Mail : ce qu'il accepte ; son exécution n'est pas publiée",
        }),
        recipe: proton::PROTON,
    },
];

/// The small module names servers and does not describe them.
const fn titled(doc: spec::Doc) -> spec::Doc {
    if cfg!(feature = "full") { doc } else { spec::Doc { en: "", fr: "" } }
}

/// Comparators that need no `require` but may have one (sieve-comparators.c).
pub(super) const ALWAYS: &str = "comparator-i;octet comparator-i;ascii-casemap";

pub(super) fn extensions(names: &[&'static str]) -> Vec<&'static Extension> {
    names.iter().flat_map(|names| names.split_ascii_whitespace()).filter_map(spec::extension).collect()
}

/// A server by its name on the command line.
pub(super) fn named(name: &str) -> Option<Dialect> {
    let known = servers().iter().find(|server| server.name == name).map(Server::dialect);
    known.or_else(|| pigeonhole::by_release(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_builds_under_its_own_name() {
        for server in servers() {
            let mut dialect = server.dialect();
            assert_eq!(dialect.name, server.name);
            for (key, value) in server.recipe.settings {
                assert_eq!(dialect.set(key, value), Ok(()), "{}", server.name);
            }
        }
        for release in 0..=super::super::NEWEST_24 {
            let name = format!("pigeonhole-2.4.{release}");
            let dialect = Dialect::named(&name).unwrap();
            assert_eq!((dialect.name.as_str(), dialect.engine), (name.as_str(), Engine::Pigeonhole24(release)));
        }
        for name in ["nobody", "pigeonhole-2.4.6", "pigeonhole-2.4.05", "pigeonhole-2.4.", "pigeonhole-2.4.+1"] {
            assert!(Dialect::named(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_extensions_of_every_server_are_known_and_named_once() {
        for server in servers() {
            let dialect = server.dialect();
            let mut names: Vec<&str> =
                dialect.extensions.iter().chain(&dialect.global_extensions).map(|extension| extension.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", server.name);
        }
    }
}
