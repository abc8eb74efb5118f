//! Scripts that are valid by construction, grown from the spec: the commands, tests, tags and arguments that a dialect offers.
//!
//! What the spec does not say (which tags exclude each other, which values make sense) stands here. That the result is valid is itself
//! tested against the real compiler.

mod arguments;

use std::collections::BTreeSet;

use tamis::sieve::dialect::Dialect;
use tamis::sieve::spec::{ArgKind, BASE, Command, Extension, Family, On, OpId, Role, Tag, TagId, Tests};

use super::Random;
use super::tokens::string;
use super::words;

/// What a script may contain beside the dialect's own limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The script will be run and its answers compared, not only its verdict. Then nothing is asked that the tools answer otherwise
    /// than a server: `environment` about place and phase.
    pub run: bool,
    /// `duplicate` may be asked: `sieve-filter` has no memory for it, `sieve-test` has.
    pub memory: bool,
    /// The clock can be set, so that the current date may be asked for.
    pub clock: bool,
}

/// A script for `dialect` as tokens.
#[must_use]
pub fn script(random: &mut Random, dialect: &Dialect, scope: Scope) -> Vec<String> {
    let mut available: Vec<&'static Extension> = Vec::new();
    for extension in dialect.extensions.iter().chain(&dialect.global_extensions).copied() {
        let wanted = match extension.name {
            // Deprecated, and in conflict with what scripts use today.
            "imapflags" | "notify" => random.chance(15),
            "vnd.dovecot.debug" => random.chance(20),
            // Outside IMAP these scripts fail.
            "imapsieve" | "vnd.dovecot.imapsieve" => random.chance(2),
            "variables" | "fileinto" | "imap4flags" => random.chance(85),
            _ => random.chance(70),
        };
        if wanted {
            available.push(extension);
        }
    }
    let named = |name: &str| available.iter().any(|extension| extension.name == name);
    let instead =
        [("imapflags", "imap4flags"), ("notify", "enotify"), ("vnd.dovecot.duplicate", "duplicate"), ("spamtestplus", "spamtest")];
    let out: Vec<&str> = instead.iter().filter(|(one, _)| named(one)).map(|(_, other)| *other).collect();
    available.retain(|extension| !out.contains(&extension.name));
    let mut writer = Writer {
        random,
        scope,
        available,
        used: BTreeSet::new(),
        out: Vec::new(),
        budget: 0,
        depth: 0,
        loops: Vec::new(),
        variables: false,
        global_scripts: dialect.settings.has_global_scripts,
        responses: 0,
        redirects: 0,
        matches: "is",
        numeric: false,
        subject: String::new(),
    };
    writer.variables = writer.has("variables");
    writer.budget = 2 + writer.random.below(14);
    writer.block_body();
    let mut required: Vec<&str> = writer.used.iter().copied().filter(|name| !name.is_empty()).collect();
    if writer.variables {
        required.push("variables");
    }
    if writer.has("encoded-character") && writer.random.chance(30) {
        required.push("encoded-character");
    }
    required.sort_unstable();
    required.dedup();
    writer.random.shuffle(&mut required);
    let mut out = Vec::new();
    if !required.is_empty() {
        out.push("require".to_owned());
        list(&mut out, required.iter().map(|name| string(name)).collect());
        out.push(";".to_owned());
    }
    out.append(&mut writer.out);
    out
}

fn list(out: &mut Vec<String>, items: Vec<String>) {
    out.push("[".to_owned());
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(",".to_owned());
        }
        out.push(item);
    }
    out.push("]".to_owned());
}

struct Writer<'r> {
    random: &'r mut Random,
    scope: Scope,
    available: Vec<&'static Extension>,
    /// What must be required.
    used: BTreeSet<&'static str>,
    out: Vec<String>,
    /// Commands and tests still to write.
    budget: usize,
    depth: usize,
    /// Names of the loops around, empty for a loop without a name.
    loops: Vec<String>,
    variables: bool,
    /// The server has scripts that all may include.
    global_scripts: bool,
    /// Actions that answer: two of them fail at run time, so that most scripts have one at most.
    responses: usize,
    redirects: usize,
    /// The match type of the test that is being written.
    matches: &'static str,
    /// True if its comparator is `i;ascii-numeric`.
    numeric: bool,
    /// The header field or date part that the keys belong to.
    subject: String,
}

impl Writer<'_> {
    fn has(&self, name: &str) -> bool {
        self.available.iter().any(|extension| extension.name == name)
    }

    fn push(&mut self, token: &str) {
        self.out.push(token.to_owned());
    }

    /// Commands up to the end of a block; at least one.
    fn block_body(&mut self) {
        let mut first = true;
        while first || (self.budget > 0 && self.random.chance(if self.depth == 0 { 95 } else { 55 })) {
            first = false;
            self.budget = self.budget.saturating_sub(1);
            self.command();
        }
    }

    fn block(&mut self) {
        self.push("{");
        self.depth += 1;
        if self.random.chance(95) {
            self.block_body();
        }
        self.depth -= 1;
        self.push("}");
    }

    fn weight(&self, op: OpId) -> usize {
        let nested = self.depth > 0;
        match op {
            OpId::If => 34 / (self.depth + 1).pow(2),
            OpId::FileInto => 14,
            OpId::Set if self.variables => 12,
            OpId::SetFlag | OpId::AddFlag | OpId::RemoveFlag | OpId::Keep => 5,
            OpId::Redirect if self.redirects < 4 => 5,
            OpId::Discard => 3,
            OpId::Stop => usize::from(nested) * 3,
            OpId::Vacation | OpId::Reject if self.responses == 0 => 3,
            OpId::Vacation | OpId::Reject => usize::from(self.random_state().is_multiple_of(40)),
            OpId::NotifyMethod | OpId::NotifyOld => 3,
            OpId::AddHeader | OpId::DeleteHeader => 5,
            OpId::ForEveryPart if self.loops.len() < 3 => 5,
            OpId::ExtractText if !self.loops.is_empty() && self.variables => 14,
            OpId::Break if !self.loops.is_empty() => 4,
            OpId::Pipe | OpId::Execute | OpId::Filter | OpId::Report => 4,
            OpId::DebugLog => 1,
            OpId::Mark | OpId::Unmark | OpId::Denotify | OpId::Error => 1,
            OpId::Return => usize::from(nested),
            OpId::Global if self.variables && self.depth == 0 => 1,
            // The older two stand at the head.
            OpId::Import | OpId::Export if self.variables && self.depth == 0 && self.out.is_empty() => 25,
            OpId::Include => 4,
            _ => 0,
        }
    }

    fn random_state(&self) -> u64 {
        self.random.clone().number()
    }

    fn command(&mut self) {
        let mut choices: Vec<(usize, (&'static Extension, &'static Command))> = Vec::new();
        for extension in [BASE].into_iter().chain(self.available.iter().copied()) {
            for command in extension.commands.iter().filter(|command| command.role != Role::Test) {
                choices.push((self.weight(command.op), (extension, command)));
            }
        }
        let (extension, command) = *self.random.weighted(&choices);
        match command.op {
            OpId::If => self.conditional(),
            OpId::ForEveryPart => {
                self.used.insert(extension.name);
                self.push(command.name);
                let name = if self.random.chance(30) { format!("l{}", self.loops.len()) } else { String::new() };
                if !name.is_empty() {
                    self.push(":name");
                    self.push(&string(&name));
                }
                self.loops.push(name);
                self.block();
                self.loops.pop();
            }
            op => {
                match op {
                    OpId::Vacation | OpId::Reject => self.responses += 1,
                    OpId::Redirect => self.redirects += 1,
                    _ => {}
                }
                self.call(extension, command);
                self.push(";");
            }
        }
    }

    fn conditional(&mut self) {
        self.push("if");
        self.test(0);
        self.block();
        while self.random.chance(25) {
            self.push("elsif");
            self.test(0);
            self.block();
        }
        if self.random.chance(30) {
            self.push("else");
            self.block();
        }
    }

    fn test_weight(&self, op: OpId, nesting: usize) -> usize {
        match op {
            OpId::Header => 20,
            OpId::Address => 10,
            OpId::Envelope | OpId::Date | OpId::Body => 6,
            OpId::CurrentDate if self.scope.clock => 3,
            OpId::Exists | OpId::Size => 4,
            OpId::String if self.variables => 10,
            OpId::HasFlag => 6,
            OpId::AllOf | OpId::AnyOf | OpId::Not => 7 / (nesting + 1),
            OpId::Duplicate => usize::from(self.scope.memory),
            OpId::True | OpId::False | OpId::ValidNotifyMethod | OpId::NotifyMethodCapability | OpId::IHave => 1,
            OpId::MailboxExists | OpId::Environment => 2,
            OpId::SpamTest | OpId::VirusTest => 6,
            OpId::Execute | OpId::Filter | OpId::SpecialUseExists => 3,
            OpId::Metadata | OpId::ServerMetadata | OpId::MetadataExists | OpId::ServerMetadataExists => 1,
            _ => 0,
        }
    }

    fn test(&mut self, nesting: usize) {
        let mut choices: Vec<(usize, (&'static Extension, &'static Command))> = Vec::new();
        for extension in [BASE].into_iter().chain(self.available.iter().copied()) {
            for command in extension.commands.iter().filter(|command| command.role == Role::Test) {
                choices.push((self.test_weight(command.op, nesting), (extension, command)));
            }
        }
        let (extension, command) = *self.random.weighted(&choices);
        match command.tests {
            Tests::None => self.call(extension, command),
            Tests::One => {
                self.push(command.name);
                self.test(nesting + 1);
            }
            Tests::List => {
                self.push(command.name);
                self.push("(");
                for index in 0..=self.random.below(3) {
                    if index > 0 {
                        self.push(",");
                    }
                    self.test(nesting + 1);
                }
                self.push(")");
            }
        }
    }

    /// A command or test: its tags in any order, then its arguments.
    fn call(&mut self, extension: &'static Extension, command: &'static Command) {
        self.used.insert(extension.name);
        self.push(command.name);
        self.matches = "is";
        self.numeric = false;
        self.subject.clear();
        let tags = self.tags(extension, command);
        let mut groups = Vec::new();
        for (owner, tag) in tags {
            self.used.insert(owner.name);
            groups.push(self.tag(command, tag));
        }
        self.random.shuffle(&mut groups);
        self.out.extend(groups.into_iter().flatten());
        let variables = command.args.iter().any(|arg| arg.optional) && self.random.chance(35);
        for arg in command.args {
            let wanted = match command.op {
                // The variable of a flag command (RFC 5232, 3).
                OpId::SetFlag | OpId::AddFlag | OpId::RemoveFlag | OpId::HasFlag => self.variables && variables,
                _ => variables,
            };
            if !arg.optional || wanted {
                let values = self.argument(command, arg);
                self.values(values, arg.kind);
            }
        }
    }

    /// Strings as an argument of this kind.
    fn values(&mut self, mut values: Vec<String>, kind: ArgKind) {
        if kind == ArgKind::Number {
            self.out.append(&mut values);
        } else if kind == ArgKind::String || (values.len() == 1 && self.random.chance(70)) {
            self.out.extend(values.into_iter().take(1));
        } else {
            list(&mut self.out, values);
        }
    }

    /// The tags for a call, none of which excludes another.
    fn tags(&mut self, extension: &'static Extension, command: &'static Command) -> Vec<(&'static Extension, &'static Tag)> {
        let mut offered: Vec<(&'static Extension, &'static Tag)> = Vec::new();
        for owner in [BASE].into_iter().chain(self.available.iter().copied()) {
            for tag in owner.tags {
                let fits = match tag.on {
                    On::Commands(names) => {
                        names.contains(&command.name) && (owner.name == extension.name || !shared(tag, owner, extension))
                    }
                    On::Family(family) => command.families.contains(&family),
                };
                let kept_back = command.op == OpId::Include && tag.id == TagId::Global && !self.global_scripts;
                // No program that is asked has this modifier.
                if fits && !kept_back && tag.id != TagId::QuoteRegex {
                    offered.push((owner, tag));
                }
            }
        }
        let mut chosen: Vec<(&'static Extension, &'static Tag)> = Vec::new();
        self.random.shuffle(&mut offered);
        for (owner, tag) in offered {
            let often = match tag.on {
                On::Family(Family::MatchType) => 40,
                On::Family(Family::Comparator) => 15,
                On::Family(_) => 25,
                On::Commands(_) => match tag.id {
                    TagId::Over | TagId::Under => 100,
                    TagId::Mime if command.op != OpId::Vacation => 30,
                    TagId::Type | TagId::Subtype | TagId::ContentType | TagId::Param => 40,
                    TagId::Copy | TagId::Flags => 30,
                    TagId::Content | TagId::Raw | TagId::Text => 30,
                    _ => 20,
                },
            };
            if self.random.chance(often) && chosen.iter().all(|(_, other)| !excludes(tag, other)) {
                chosen.push((owner, tag));
            }
        }
        let chose = |chosen: &[(&Extension, &Tag)], id: TagId| chosen.iter().any(|(_, tag)| tag.id == id);
        // What needs another tag goes without it.
        let mime = chose(&chosen, TagId::Mime);
        chosen.retain(|(_, tag)| {
            mime || !matches!(tag.id, TagId::AnyChild | TagId::Type | TagId::Subtype | TagId::ContentType | TagId::Param)
                || command.op == OpId::Vacation
        });
        let index = chose(&chosen, TagId::Index);
        chosen.retain(|(_, tag)| tag.id != TagId::Last || index || matches!(command.op, OpId::Duplicate | OpId::AddHeader));
        let stated = chosen.iter().any(|(_, tag)| tag.on == On::Family(Family::MatchType));
        if command.op == OpId::Denotify {
            return chosen;
        }
        if command.families.contains(&Family::MatchType) && !stated && self.random.chance(30) {
            chosen.extend(BASE.tags.iter().filter(|tag| tag.id == TagId::Contains).map(|tag| (BASE, tag)));
        }
        if let Some((_, tag)) = chosen.iter().find(|(_, tag)| tag.on == On::Family(Family::MatchType)) {
            self.matches = tag.name;
        }
        if let Some((_, tag)) =
            chosen.iter().find(|(_, tag)| matches!(tag.id, TagId::Type | TagId::Subtype | TagId::ContentType | TagId::Param))
            && command.op == OpId::Header
        {
            tag.name.clone_into(&mut self.subject);
        }
        if chose(&chosen, TagId::Comparator) || matches!(self.matches, "count" | "value") {
            // `i;ascii-numeric` knows no substrings (RFC 4790, 9.1).
            let able = self.has("comparator-i;ascii-numeric") && !matches!(self.matches, "contains" | "matches" | "regex");
            self.numeric = able && self.random.chance(if matches!(self.matches, "count" | "value") { 70 } else { 40 });
            if self.numeric && !chose(&chosen, TagId::Comparator) {
                chosen.extend(BASE.tags.iter().filter(|tag| tag.id == TagId::Comparator).map(|tag| (BASE, tag)));
            }
        }
        chosen
    }
}

/// True if a tag of another extension belongs to another command of the same name: `notify` has two.
fn shared(tag: &Tag, owner: &Extension, extension: &Extension) -> bool {
    matches!(tag.on, On::Commands(names) if names.contains(&"notify") || names.contains(&"duplicate")) && owner.name != extension.name
}

/// True if the two may not stand together.
fn excludes(one: &Tag, other: &Tag) -> bool {
    if one.id == TagId::Other && other.id == TagId::Other {
        return one.name == other.name || (!one.slot.is_empty() && one.slot == other.slot);
    }
    if one.id == other.id {
        return true;
    }
    match (one.on, other.on) {
        (On::Family(a), On::Family(b)) if a == b && a != Family::Modifier => return true,
        _ => {}
    }
    let slots: &[&[TagId]] = &[
        &[TagId::Days, TagId::Seconds],
        &[TagId::Over, TagId::Under],
        &[TagId::Zone, TagId::OriginalZone],
        &[TagId::Raw, TagId::Content, TagId::Text],
        &[TagId::Global, TagId::Personal],
        &[TagId::Header, TagId::UniqueId],
        &[TagId::Type, TagId::Subtype, TagId::ContentType, TagId::Param],
        &[TagId::Low, TagId::Normal, TagId::High],
        // Modifiers of the same precedence (RFC 5229, 4.1).
        &[TagId::Lower, TagId::Upper],
        &[TagId::LowerFirst, TagId::UpperFirst],
        &[TagId::QuoteWildcard, TagId::EncodeUrl],
        // `denotify` names one kind of match.
        &[TagId::Is, TagId::Contains, TagId::Matches],
    ];
    slots.iter().any(|slot| slot.contains(&one.id) && slot.contains(&other.id))
}

/// A value of a field, from those that messages have.
fn value_of(random: &mut Random, field: &str) -> String {
    match words::HEADERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(field)) {
        Some((_, values)) => (*random.pick(values)).to_owned(),
        None if words::ADDRESS_HEADERS.contains(&field) => (*random.pick(words::ADDRESSES)).to_owned(),
        None if field.eq_ignore_ascii_case("date") => (*random.pick(words::DATES)).to_owned(),
        None => (*random.pick(words::SUBJECTS)).to_owned(),
    }
}
