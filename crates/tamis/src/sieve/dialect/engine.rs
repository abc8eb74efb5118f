//! Whose behaviour is reproduced, and where engines read one language differently.

use crate::regex::Flavour;
use crate::sieve::spec::ADDRESS_HEADERS;

/// Whose behaviour is reproduced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// The RFCs' letter.
    Rfc,
    /// Pigeonhole 0.5 (Dovecot 2.3) with glibc's regular expressions: Debian's build.
    Pigeonhole05,
    /// Pigeonhole 0.5 with musl's regular expressions: mailcow's build on Alpine.
    Pigeonhole05Musl,
    /// Pigeonhole 2.4 in this release: 5 is 2.4.5.
    Pigeonhole24(u8),
    /// Cyrus IMAP.
    Cyrus,
    /// Stalwart, whose engine is sieve-rs.
    Stalwart,
    /// Proton Mail. What it accepts is published, how it runs is not: it runs as the RFCs say.
    Proton,
}

/// The newest release of Pigeonhole 2.4 that is known.
pub const NEWEST_24: u8 = 5;

impl Engine {
    /// True for every Pigeonhole.
    #[must_use]
    pub const fn is_pigeonhole(self) -> bool {
        matches!(self, Self::Pigeonhole05 | Self::Pigeonhole05Musl | Self::Pigeonhole24(_))
    }

    /// True for Pigeonhole 0.5, whatever its C library.
    #[must_use]
    pub const fn is_05(self) -> bool {
        matches!(self, Self::Pigeonhole05 | Self::Pigeonhole05Musl)
    }

    /// True for Pigeonhole 2.4 from this release on.
    #[must_use]
    pub const fn is_since_24(self, release: u8) -> bool {
        matches!(self, Self::Pigeonhole24(own) if own >= release)
    }

    /// True for Stalwart where its engine's own ways are followed, which is wherever its expressions are computed. The browser's small module has
    /// no room for them: there Stalwart is what [`Rules`] says, with the rest as the standard has it.
    #[must_use]
    pub const fn is_stalwart(self) -> bool {
        cfg!(feature = "expressions") && matches!(self, Self::Stalwart)
    }

    /// True for every Pigeonhole that is older than this release of 2.4.
    #[must_use]
    pub const fn is_before_24(self, release: u8) -> bool {
        self.is_05() || matches!(self, Self::Pigeonhole24(own) if own < release)
    }

    /// Whose regular expressions it has.
    #[must_use]
    pub const fn flavour(self) -> Flavour {
        match self {
            // Until 2.4.2 the C library's, as Debian has it.
            Self::Pigeonhole05 | Self::Pigeonhole24(0 | 1) | Self::Rfc => Flavour::Glibc,
            Self::Pigeonhole05Musl => Flavour::Musl,
            // Cyrus takes PCRE through its POSIX functions, sieve-rs a library of the same family.
            Self::Pigeonhole24(_) | Self::Cyrus | Self::Stalwart | Self::Proton => Flavour::Pcre,
        }
    }

    /// Where this engine reads the language in its own way.
    #[must_use]
    pub const fn rules(self) -> &'static Rules {
        match self {
            Self::Rfc => &RFC,
            Self::Pigeonhole05 | Self::Pigeonhole05Musl => &PIGEONHOLE_05,
            Self::Pigeonhole24(_) => &PIGEONHOLE_24,
            Self::Cyrus => &CYRUS,
            Self::Stalwart => &STALWART,
            Self::Proton => &PROTON,
        }
    }
}

/// What `?` in `:matches` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A byte.
    Byte,
    /// A character of UTF-8, with `i;octet` a byte (RFC 5228, 2.7.1).
    CharacterUnlessOctet,
    /// A character of UTF-8, whatever the comparator.
    Character,
}

/// Where engines read one language differently. Pigeonhole's many details, and what changed from release to release, are small branches
/// where they matter; this is what sets whole engines apart.
#[derive(Debug, PartialEq, Eq)]
pub struct Rules {
    /// The name that `environment "name"` gives.
    pub name: &'static str,
    /// Commands (`global`) and tags (`:quoteregex`) that the engine lacks of extensions that it otherwise has.
    pub without: &'static [&'static str],
    /// Names of commands, tests and tags must be written in lower case.
    pub lower_case: bool,
    /// `require` may stand anywhere.
    pub require_anywhere: bool,
    /// A script that requires an unknown extension is accepted, and fails when it runs.
    pub unknown_extensions: bool,
    /// `require "ihave"` puts every extension in force that changes no strings.
    pub ihave_loads_all: bool,
    /// With `ihave` in force an unknown command is accepted, and fails when it runs.
    pub ihave_takes_all: bool,
    /// Commas count for nothing in a string list, except in that of `require`.
    pub loose_lists: bool,
    /// The headers that the `address` test reads, lower case; all if none are named.
    pub address_headers: Option<&'static [&'static str]>,
    /// The `envelope` test has the part `auth`.
    pub envelope_auth: bool,
    /// A literal address of `redirect` is looked at when the script is checked.
    pub checks_redirect: bool,
    /// Above this, a number is an error.
    pub largest_number: u64,
    /// How many loops may stand in one another.
    pub loops: usize,
    /// How many blocks may stand in one another, if fewer than the parser takes.
    pub blocks: usize,
    /// The last match value that a script may name.
    pub match_values: u64,
    /// What `?` in `:matches` takes.
    pub question_mark: Unit,
    /// `i;ascii-casemap` folds letters of all scripts, `i;ascii-numeric` reads signs and fractions, and both have substrings.
    pub wide_comparators: bool,
    /// `:regex` minds case whatever the comparator.
    pub regex_minds_case: bool,
    /// Of `keep` and `discard`, the later one counts; nothing conflicts; a redirect too many is left out.
    pub last_wins: bool,
    /// Where every known engine is lax, the standard decides: `i;ascii-casemap` orders by capitals (RFC 4790, 9.2.1), `:is` asks the comparator
    /// about empty values too, and an action said again without `:copy` cancels the implicit keep (RFC 3894, 3).
    pub by_the_letter: bool,
}

const RFC: Rules = Rules {
    name: "tamis",
    // Drafts of RFC 6609 had them.
    without: &["import", "export"],
    lower_case: false,
    require_anywhere: false,
    unknown_extensions: false,
    ihave_loads_all: false,
    ihave_takes_all: false,
    loose_lists: false,
    address_headers: Some(ADDRESS_HEADERS),
    envelope_auth: false,
    checks_redirect: true,
    largest_number: u64::MAX,
    loops: 4,
    blocks: usize::MAX,
    match_values: 32,
    question_mark: Unit::CharacterUnlessOctet,
    wide_comparators: false,
    regex_minds_case: false,
    last_wins: false,
    by_the_letter: true,
};

const PIGEONHOLE_05: Rules = Rules {
    name: "Pigeonhole Sieve",
    // plugins/regex has the match type alone.
    without: &[":quoteregex"],
    envelope_auth: true,
    question_mark: Unit::Byte,
    by_the_letter: false,
    ..RFC
};

const PIGEONHOLE_24: Rules = Rules { without: &[":quoteregex", "import", "export"], ..PIGEONHOLE_05 };

/// cyrus-imapd: sieve/sieve-lex.l, sieve/sieve.y, sieve/comparator.h, imap/lmtp_sieve.c.
const CYRUS: Rules = Rules {
    name: "Cyrus LMTP",
    // sieve-lex.l has no word for RFC 6609's either.
    without: &["global", "import", "export"],
    lower_case: true,
    ihave_loads_all: true,
    // verify_addrheader, with rfc3028_strict, which is the default.
    address_headers: Some(&[
        "from",
        "sender",
        "reply-to",
        "to",
        "cc",
        "bcc",
        "message-id",
        "in-reply-to",
        "references",
        "resent-from",
        "resent-sender",
        "resent-to",
        "resent-cc",
        "resent-bcc",
        "return-path",
        "disposition-notification-to",
        "approved",
        "delivered-to",
    ]),
    envelope_auth: true,
    // INT_MAX.
    largest_number: 0x7fff_ffff,
    // comparator.h: MAX_MATCH_VARS.
    match_values: 9,
    by_the_letter: false,
    ..RFC
};

/// sieve-rs 0.7.0: src/compiler, src/runtime, with the limits that both have when nobody sets any.
const STALWART: Rules = Rules {
    name: "Stalwart Sieve",
    require_anywhere: true,
    unknown_extensions: true,
    ihave_takes_all: true,
    loose_lists: true,
    address_headers: None,
    checks_redirect: false,
    loops: 4,
    blocks: 15,
    match_values: 30,
    question_mark: Unit::Character,
    wide_comparators: true,
    regex_minds_case: true,
    last_wins: true,
    by_the_letter: false,
    ..RFC
};

const PROTON: Rules = RFC;
