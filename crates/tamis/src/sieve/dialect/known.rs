//! The servers that tamis knows, by name. Each family has a file of its own.

use super::{Dialect, Engine, Position, Settings};
use super::{cyrus, mailcow, pigeonhole, proton, rfc, stalwart};
use crate::sieve::spec::{self, Extension};

/// A server that can be chosen by name.
#[derive(Debug)]
pub struct Server {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it stands for, in English and French.
    pub doc: spec::Doc,
    /// Its dialect.
    pub build: fn() -> Dialect,
}

/// The servers by name; the default is `pigeonhole-2.4`. Releases of it have names too: `pigeonhole-2.4.0` to `pigeonhole-2.4.5`.
#[must_use]
pub const fn servers() -> &'static [Server] {
    SERVERS
}

const SERVERS: &[Server] = &[
    Server {
        name: "pigeonhole-2.4",
        doc: spec::Doc { en: "Dovecot 2.4 with Pigeonhole, as installed", fr: "Dovecot 2.4 avec Pigeonhole, tel qu'installé" },
        build: pigeonhole::pigeonhole_24,
    },
    Server {
        name: "pigeonhole-0.5",
        doc: spec::Doc {
            en: "Dovecot 2.3 with Pigeonhole 0.5 (Debian 12), as installed",
            fr: "Dovecot 2.3 avec Pigeonhole 0.5 (Debian 12), tel qu'installé",
        },
        build: pigeonhole::pigeonhole_05,
    },
    Server {
        name: "mailcow",
        doc: spec::Doc { en: "mailcow, a user's own script", fr: "mailcow, le script d'un utilisateur" },
        build: mailcow::mailcow,
    },
    Server {
        name: "mailcow-global",
        doc: spec::Doc {
            en: "mailcow, a script that runs before or after the user's own",
            fr: "mailcow, un script exécuté avant ou après celui de l'utilisateur",
        },
        build: mailcow::mailcow_global,
    },
    Server { name: "rfc", doc: spec::Doc { en: "the standards, by the letter", fr: "les normes, à la lettre" }, build: rfc::rfc },
    Server { name: "cyrus", doc: spec::Doc { en: "Cyrus IMAP, as installed", fr: "Cyrus IMAP, tel qu'installé" }, build: cyrus::cyrus },
    Server {
        name: "stalwart",
        doc: spec::Doc { en: "Stalwart, a user's own script", fr: "Stalwart, le script d'un utilisateur" },
        build: stalwart::stalwart,
    },
    Server {
        name: "proton",
        doc: spec::Doc {
            en: "Proton Mail: what it accepts; how it runs is not published",
            fr: "Proton Mail : ce qu'il accepte ; son exécution n'est pas publiée",
        },
        build: proton::proton,
    },
];

/// Comparators that need no `require` but may have one (sieve-comparators.c).
pub(super) const ALWAYS: &[&str] = &["comparator-i;octet", "comparator-i;ascii-casemap"];

pub(super) fn extensions(names: &[&[&'static str]]) -> Vec<&'static Extension> {
    names.iter().copied().flatten().filter_map(|name| spec::extension(name)).collect()
}

/// A server by its name on the command line.
pub(super) fn named(name: &str) -> Option<Dialect> {
    servers().iter().find(|server| server.name == name).map(|server| (server.build)()).or_else(|| pigeonhole::by_release(name))
}

/// A dialect without anything in the global position.
pub(super) fn dialect(name: &str, engine: Engine, extensions: Vec<&'static Extension>, settings: Settings) -> Dialect {
    Dialect {
        name: name.into(),
        engine,
        position: Position::Personal,
        extensions,
        global_extensions: Vec::new(),
        unjudged: Vec::new(),
        global_unjudged: Vec::new(),
        settings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_builds_under_its_own_name() {
        for server in servers() {
            assert_eq!((server.build)().name, server.name);
        }
        for release in 0..=super::super::NEWEST_24 {
            let name = format!("pigeonhole-2.4.{release}");
            let dialect = Dialect::named(&name).unwrap();
            assert_eq!((dialect.name, dialect.engine), (name, Engine::Pigeonhole24(release)));
        }
        for name in ["nobody", "pigeonhole-2.4.6", "pigeonhole-2.4.05", "pigeonhole-2.4.", "pigeonhole-2.4.+1"] {
            assert!(Dialect::named(name).is_none(), "{name}");
        }
    }

    #[test]
    fn the_extensions_of_every_server_are_known_and_named_once() {
        for server in servers() {
            let dialect = (server.build)();
            let mut names: Vec<&str> =
                dialect.extensions.iter().chain(&dialect.global_extensions).map(|extension| extension.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{}", server.name);
        }
    }
}
