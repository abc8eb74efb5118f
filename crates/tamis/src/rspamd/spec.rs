//! Facts about Rspamd: versions and what they changed, the actions that there always are, the words of the configuration.

mod symbols;

pub use symbols::{RULE_GROUPS, RULE_SYMBOLS, WEIGHTED_SYMBOLS};

/// A version of Rspamd. What it does is asked by name, so that each fact about versions stands here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// 3 of 3.4.
    pub major: u32,
    /// 4 of 3.4.
    pub minor: u32,
}

impl Default for Version {
    fn default() -> Self {
        Self::DEBIAN_12
    }
}

impl Version {
    /// Debian 12's.
    pub const DEBIAN_12: Self = Self { major: 3, minor: 4 };
    /// The newest that this was written for.
    pub const NEWEST: Self = Self { major: 4, minor: 1 };

    const fn from(self, major: u32, minor: u32) -> bool {
        self.major > major || (self.major == major && self.minor >= minor)
    }

    /// A group's `one_shot` counts (3.5).
    #[must_use]
    pub const fn has_group_one_shot(self) -> bool {
        self.from(3, 5)
    }

    /// `grow_factor` is applied once, to all positive symbols, by how near the score is to the highest threshold (3.9.0).
    #[must_use]
    pub const fn grows_at_the_end(self) -> bool {
        self.from(3, 9)
    }

    /// A group has a `min_score` (3.10.0).
    #[must_use]
    pub const fn has_min_score(self) -> bool {
        self.from(3, 10)
    }

    /// The configuration keeps its priorities when several `group` sections are merged (3.10.0: the transformation is done in place).
    #[must_use]
    pub const fn keeps_priorities(self) -> bool {
        self.from(3, 10)
    }

    /// Of several rules of `settings` that match, all count, one over the other (4.0: settings_merge.cxx). Before, the first one does.
    #[must_use]
    pub const fn merges_settings(self) -> bool {
        self.from(4, 0)
    }

    /// A `map:` in a condition of `settings` is compared as it is written, so that nothing ever meets it (3.4: lua_maps.lua looks for
    /// the word in the wrong one of two strings).
    #[must_use]
    pub const fn is_before_maps(self) -> bool {
        !self.from(3, 5)
    }

    /// Composites that depend on what comes after the rules are looked at then, and no other (3.14.0). Before, all are looked at again.
    #[must_use]
    pub const fn has_second_pass(self) -> bool {
        self.from(3, 14)
    }

    /// A composite with a positive atom is looked at only if one of its positive atoms was found (3.14.1).
    #[must_use]
    pub const fn has_inverted_index(self) -> bool {
        self.from(3, 14)
    }
}

/// What happens to a message, as Rspamd counts its actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionKind {
    /// `reject`.
    Reject,
    /// `soft reject`.
    SoftReject,
    /// `rewrite subject`.
    RewriteSubject,
    /// `add header`.
    AddHeader,
    /// `greylist`.
    Greylist,
    /// `no action`.
    NoAction,
    /// `discard`.
    Discard,
    /// `quarantine`.
    Quarantine,
    /// Any other name.
    Custom,
}

impl ActionKind {
    /// Those that there always are, in this order (cfg_utils.c, `rspamd_config_new`).
    pub const DEFAULT: [Self; 6] = [Self::Reject, Self::SoftReject, Self::RewriteSubject, Self::AddHeader, Self::Greylist, Self::NoAction];

    /// From a name in a configuration (`rspamd_action_from_str`).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "reject" => Self::Reject,
            "greylist" => Self::Greylist,
            "add_header" | "add header" => Self::AddHeader,
            "rewrite_subject" | "rewrite subject" => Self::RewriteSubject,
            "soft_reject" | "soft reject" => Self::SoftReject,
            "no_action" | "no action" | "accept" => Self::NoAction,
            "quarantine" => Self::Quarantine,
            "discard" => Self::Discard,
            _ => return None,
        })
    }

    /// Its name in results (`rspamd_action_to_str`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::SoftReject => "soft reject",
            Self::RewriteSubject => "rewrite subject",
            Self::AddHeader => "add header",
            Self::Greylist => "greylist",
            Self::NoAction => "no action",
            Self::Discard => "discard",
            Self::Quarantine => "quarantine",
            Self::Custom => "custom",
        }
    }
}

/// What a composite does with the symbols that it is made of (composites_manager.cxx, `composite_policy_from_str`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Symbol and weight go.
    #[default]
    RemoveAll,
    /// The symbol goes, its weight stays in the score.
    RemoveSymbol,
    /// The weight goes, the symbol stays.
    RemoveWeight,
    /// Both stay.
    Leave,
}

impl Policy {
    /// From its name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "remove" | "remove_all" | "default" => Self::RemoveAll,
            "remove_symbol" => Self::RemoveSymbol,
            "remove_weight" => Self::RemoveWeight,
            "leave" | "remove_none" => Self::Leave,
            _ => return None,
        })
    }
}

/// How often a symbol may be found unless something else is said (`DEFAULT_MAX_SHOTS`).
pub const DEFAULT_SHOTS: i64 = 100;

/// How long the options of a symbol may be together.
pub const MAX_OPTIONS: usize = 4096;

/// Keys of `actions` that are no actions.
pub const ACTION_SETTINGS: &[&str] = &["unknown_weight", "grow_factor", "subject"];

/// The priority of what the web interface saved (dynamic_cfg.c). A symbol of the configuration has that of its file and one more.
pub const DYNAMIC_PRIORITY: i64 = 3;

/// What `rewrite subject` writes unless something else is said.
pub const DEFAULT_SUBJECT: &str = "*** SPAM *** %s";

/// What a rule of multimap may look at (plugins/lua/multimap.lua); `regexp_rules` comes with Rspamd 4.
pub const MULTIMAP_TYPES: &[&str] = &[
    "asn",
    "combined",
    "content",
    "country",
    "dnsbl",
    "filename",
    "from",
    "header",
    "helo",
    "hostname",
    "ip",
    "mempool",
    "rcpt",
    "received",
    "regexp_rules",
    "selector",
    "symbol_options",
    "url",
    "user",
];

/// The group of composites.
pub const COMPOSITE_GROUP: &str = "composite";

/// The group of symbols that are in none.
pub const UNGROUPED: &str = "ungrouped";
