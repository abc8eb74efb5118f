//! The arguments of one call, matched against its spec: tags with their parameters, then positional arguments (RFC 5228, 2.6).

use std::borrow::Cow;

use super::Binder;
use super::cures::{HERE, convert, missing_argument};
use super::lookup::{find_tag, stands_on};
use super::names::{nearest, replace};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase, Severity};
use crate::sieve::spec::{ArgKind, Command, Extension, Family, On, OpId, Tag, TagId};
use crate::sieve::syntax::{Argument, Call, Kind};
use crate::text::{Edit, Range};

/// The arguments of a call.
#[derive(Debug)]
pub(super) struct Arguments<'t> {
    /// Tags with the parameters that follow them.
    pub(super) tags: Vec<Tagged>,
    /// Some of them belong to no family: most calls have none but match types, comparators and address parts.
    pub(super) special: bool,
    /// The rest, as many as the spec has (optional ones may be missing).
    pub(super) positional: Cow<'t, [Argument]>,
}

/// A tag as written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tagged {
    pub(super) tag: &'static Tag,
    pub(super) range: Range,
    pub(super) value: Option<Argument>,
}

impl<'t> Arguments<'t> {
    /// The last tag of a meaning: where Pigeonhole lets one be repeated, the last counts.
    pub(super) fn tag(&self, id: TagId) -> Option<&Tagged> {
        self.tags.iter().rev().find(|tagged| tagged.tag.id == id)
    }

    pub(super) fn has(&self, id: TagId) -> bool {
        self.tag(id).is_some()
    }

    /// The last tag of a name.
    pub(super) fn named(&self, name: &str) -> Option<&Tagged> {
        self.tags.iter().rev().find(|tagged| tagged.tag.name == name)
    }

    /// The parameter of a tag.
    pub(super) fn value(&self, id: TagId) -> Option<Argument> {
        self.tag(id).and_then(|tagged| tagged.value)
    }

    /// A positional argument by its place from the end, so that optional ones before it do not matter.
    pub(super) fn nth_back(&self, back: usize) -> Option<Argument> {
        self.positional.len().checked_sub(back).and_then(|index| self.positional.get(index)).copied()
    }
}

impl<'s> Binder<'s> {
    /// Matches the arguments of `call`. `None` if one is wrong; everything wrong is reported.
    #[inline]
    pub(super) fn arguments<'t>(&mut self, found: &'static Command, call: Call<'t>) -> Option<Arguments<'t>> {
        if found.args.is_empty() && call.arguments().is_empty() {
            return Some(Arguments { tags: Vec::new(), special: false, positional: Cow::Borrowed(&[]) });
        }
        self.some_arguments(found, call)
    }

    #[inline(never)]
    fn some_arguments<'t>(&mut self, found: &'static Command, call: Call<'t>) -> Option<Arguments<'t>> {
        let mut tags = std::mem::take(&mut self.tags);
        tags.clear();
        let all = call.arguments();
        let Some(positional) = self.leading_tags(found, all, &mut tags).and_then(|behind| all.get(behind..)) else {
            return self.disordered(found, call);
        };
        let fits =
            positional.len() == found.args.len() && found.args.iter().zip(positional).all(|(arg, argument)| accepts(arg.kind, *argument));
        if !fits && positional.iter().any(|argument| argument.kind == Kind::Tag) {
            return self.disordered(found, call);
        }
        let special = tags.iter().any(|tagged| matches!(tagged.tag.on, On::Commands(_)));
        let out = Arguments { tags, special, positional: Cow::Borrowed(positional) };
        let agree = out.tags.len() < 2 || self.modifiers_agree(&out);
        if (fits || self.positional(found, call, positional)) && agree {
            return Some(out);
        }
        self.no_flags(found, call, &out);
        self.recycle(out);
        None
    }

    /// Takes back the room of a call's arguments for the next call's.
    pub(super) fn recycle(&mut self, arguments: Arguments<'_>) {
        if self.tags.capacity() == 0 {
            self.tags = arguments.tags;
        }
    }

    /// The tags that stand before the positional arguments. Gives how many arguments they are with their parameters; nothing if
    /// something is wrong with one of them.
    fn leading_tags(&mut self, found: &'static Command, all: &[Argument], tags: &mut Vec<Tagged>) -> Option<usize> {
        let mut at = 0;
        while let Some(argument) = all.get(at).filter(|argument| argument.kind == Kind::Tag) {
            let tag = self.tag(found, argument.range)?;
            if tags.iter().any(|other| excludes(found, other.tag, tag)) {
                return None;
            }
            at += 1;
            let mut value = None;
            if let Some(kind) = tag.value {
                value = Some(*all.get(at).filter(|next| accepts(kind, **next))?);
                at += 1;
            }
            tags.push(Tagged { tag, range: argument.range, value });
        }
        Some(at)
    }

    /// The same of a call where something is wrong with a tag: each mistake is reported.
    #[cold]
    #[inline(never)]
    fn disordered<'t>(&mut self, found: &'static Command, call: Call<'t>) -> Option<Arguments<'t>> {
        let mut out = Arguments { tags: Vec::new(), special: true, positional: Cow::Borrowed(&[]) };
        let all = call.arguments();
        let (mut valid, mut unknown, mut misplaced) = (true, false, false);
        let mut at = 0;
        while let Some(argument) = all.get(at).copied() {
            if argument.kind != Kind::Tag {
                let row = before_tag(all.get(at..).unwrap_or(&[]));
                let count = out.positional.len() + row.len();
                at += row.len();
                if misplaced {
                    out.positional.to_mut().extend_from_slice(row);
                } else {
                    // As it should be, all that is no tag stands in one row. An unknown tag in its midst may belong to it.
                    out.positional = Cow::Borrowed(all.get(at - count..at).unwrap_or(&[]));
                }
                continue;
            }
            at += 1;
            let Some(tag) = self.tag(found, argument.range) else {
                self.unknown_tag(found, argument.range);
                (valid, unknown) = (false, true);
                // A parameter that plainly belongs to the unknown tag would look like one positional argument too many.
                continue;
            };
            if !out.positional.is_empty() && !mixed(found) {
                self.misplaced(call, &out, argument, tag);
                (valid, misplaced) = (false, true);
            }
            if let Some(other) = out.tags.iter().find(|other| excludes(found, other.tag, tag)) {
                self.excluded(argument.range, other.range, tag.value.is_none());
                valid = false;
            }
            let mut tagged = Tagged { tag, range: argument.range, value: None };
            if let Some(kind) = tag.value {
                let next = all.get(at).filter(|next| next.kind != Kind::Tag).copied();
                at += usize::from(next.is_some());
                tagged.value = next.filter(|next| accepts(kind, *next));
                if tagged.value.is_none() {
                    self.wrong_value(kind, argument.range, next);
                    // Before 2.4.3 cmd-notify.c looks at what follows without asking whether something does.
                    let own = |tagged: &Tagged| matches!(tagged.tag.id, TagId::From | TagId::Options | TagId::Message);
                    let crashes = tag.id == TagId::Importance && self.dialect.engine.is_before_24(3) && out.tags.iter().all(own);
                    if crashes && valid && next.is_none() && all.get(at).is_none() {
                        self.compiler_crashes(argument.range);
                    }
                    valid = false;
                }
            }
            out.tags.push(tagged);
        }
        valid &= self.modifiers_agree(&out);
        // With an unknown tag, how many positional arguments there are says nothing.
        valid &= unknown || self.positional(found, call, &out.positional);
        valid.then_some(out)
    }

    /// `hasflag` without flags. Pigeonhole 0.5 takes what follows the first argument before it asks whether there is one (tst-hasflag.c), but only if
    /// it found nothing wrong with the tags.
    #[cold]
    #[inline(never)]
    fn no_flags(&mut self, found: &'static Command, call: Call<'_>, arguments: &Arguments<'_>) {
        if found.op != OpId::HasFlag || !arguments.positional.is_empty() || !self.dialect.engine.is_05() {
            return;
        }
        let is = |tagged: &Tagged, known: &[&str]| {
            let string = tagged.value.and_then(|value| self.calls.strings(value).next());
            string.is_some_and(|string| known.iter().any(|known| known.as_bytes() == &*string.value(self.text)))
        };
        let right = arguments.tags.iter().all(|tagged| match tagged.tag.id {
            TagId::Comparator => {
                is(tagged, &["i;octet", "i;ascii-casemap"])
                    || is(tagged, &["i;ascii-numeric"]) && self.is_loaded("comparator-i;ascii-numeric")
            }
            TagId::Count | TagId::Value => is(tagged, &["gt", "ge", "lt", "le", "eq", "ne"]),
            _ => true,
        });
        if right {
            self.compiler_crashes(call.name);
        }
    }

    /// The real compiler ends here without a word. It does not get here if it cannot parse the script.
    #[cold]
    #[inline(never)]
    pub(super) fn compiler_crashes(&mut self, range: Range) {
        if !self.errors.iter().any(|error| error.severity == Severity::Error) {
            self.report(Diagnostic::new(Code::CompilerCrashes, range));
        }
    }

    /// The positional arguments, of which optional ones may be left out.
    #[cold]
    #[inline(never)]
    fn positional(&mut self, found: &'static Command, call: Call<'_>, positional: &[Argument]) -> bool {
        let least = found.args.iter().filter(|arg| !arg.optional).count();
        let count = positional.len();
        // Pigeonhole counts the arguments of these only up to what it needs (ext-imap4flags-common.c, tst-specialuse-exists.c).
        let forgiven = matches!(found.op, OpId::SetFlag | OpId::AddFlag | OpId::RemoveFlag | OpId::SpecialUseExists)
            && self.dialect.engine.is_pigeonhole();
        if count < least || (count > found.args.len() && !forgiven) {
            let expected = if least == found.args.len() { least.to_string() } else { format!("{least}–{}", found.args.len()) };
            let range = match positional.get(found.args.len()) {
                Some(extra) => positional.last().map_or(extra.range, |last| extra.range.cover(last.range)),
                None => call.name,
            };
            let mut finding = Diagnostic::new(Code::ArgumentCount, range)
                .with("name", found.name)
                .with("expected", expected)
                .with("count", count.to_string())
                .with("usage", format!("`{}`", found.usage()));
            if let Some(arg) = found.args.iter().filter(|arg| !arg.optional).nth(count) {
                finding = missing_argument(finding, call, arg, kind_name(arg.kind));
            }
            self.report(finding);
            return false;
        }
        let skipped = found.args.len().saturating_sub(count);
        let mut skip = skipped;
        let expected = found.args.iter().filter(|arg| {
            let left_out = arg.optional && skip > 0;
            skip -= usize::from(left_out);
            !left_out
        });
        let mut valid = true;
        for (position, (arg, argument)) in expected.zip(positional).enumerate() {
            if !accepts(arg.kind, *argument) {
                let mut finding = Diagnostic::new(Code::WrongArgument, argument.range)
                    .with("position", (position + 1).to_string())
                    .with("name", found.name)
                    .with("what", arg.name)
                    .with("expected", kind_name(arg.kind))
                    .with("found", argument_name(argument.kind));
                // Pigeonhole compiles a list of names and fails when it comes to it (cmd-deleteheader.c).
                let later = found.op == OpId::DeleteHeader
                    && position == 0
                    && argument.kind == Kind::StringList
                    && self.dialect.engine.is_pigeonhole();
                if later {
                    finding.severity = Severity::Warning;
                }
                valid &= later;
                self.report(convert(finding, self.text, arg.kind, *argument));
            }
        }
        valid
    }

    /// The name of a tag, its colon left out.
    fn tag_name(&self, range: Range) -> &'s str {
        range.of(self.text).get(1..).unwrap_or("")
    }

    /// A tag that cannot stand beside one before it.
    #[cold]
    #[inline(never)]
    fn excluded(&mut self, range: Range, first: Range, alone: bool) {
        let finding = Diagnostic::new(Code::DuplicateTag, range)
            .with("tag", self.tag_name(range))
            .label(first, Phrase { en: "the first one", fr: "la première" });
        // What has a parameter says more than its name: which of two was meant, nobody knows.
        self.report(if alone { self.without_tag(finding, range, first) } else { finding });
    }

    /// A tag whose parameter is missing or of another kind.
    #[cold]
    #[inline(never)]
    fn wrong_value(&mut self, kind: ArgKind, range: Range, found: Option<Argument>) {
        let (code, place) = found.map_or((Code::MissingTagValue, range), |found| (Code::WrongTagValue, found.range));
        let mut diagnostic = Diagnostic::new(code, place).with("tag", self.tag_name(range)).with("expected", kind_name(kind));
        if let Some(found) = found {
            diagnostic = convert(diagnostic.with("found", argument_name(found.kind)), self.text, kind, found);
        }
        self.report(diagnostic);
    }

    #[cold]
    #[inline(never)]
    fn unknown_tag(&mut self, found: &'static Command, range: Range) {
        let name = self.tag_name(range);
        let lower = name.to_ascii_lowercase();
        if !self.first_report(format!("tag {} {lower}", found.name)) {
            return;
        }
        let owners: Vec<&'static Extension> = crate::sieve::spec::extensions()
            .iter()
            .copied()
            .filter(|extension| find_tag(std::iter::once(*extension), found, name).is_some_and(|tag| self.is_offered(":", tag.name, name)))
            .collect();
        if self.missing(&format!(":{name}"), range, &owners) {
            return;
        }
        let offered = self.dialect.extensions.iter().copied().chain(std::iter::once(crate::sieve::spec::BASE));
        let candidates = offered
            .flat_map(|extension| extension.tags)
            .filter(|tag| stands_on(tag, found) && self.is_offered(":", tag.name, tag.name))
            .map(|tag| tag.name);
        let mut diagnostic = Diagnostic::new(Code::UnknownTag, range).with("name", found.name).with("tag", name);
        if HERE && let Some(meant) = nearest(name, candidates) {
            diagnostic = diagnostic.fix_with(|| replace(range, &format!(":{meant}"), format!(":{meant}")));
        }
        self.report(diagnostic);
    }

    /// A tag after a positional argument. The cure moves it, with its parameter, behind the command's name.
    #[cold]
    #[inline(never)]
    fn misplaced(&mut self, call: Call<'_>, out: &Arguments<'_>, argument: Argument, tag: &'static Tag) {
        let mut moved = argument.range;
        if tag.value.is_some()
            && let Some(value) = call.arguments().iter().find(|next| next.range.start >= argument.range.end && next.kind != Kind::Tag)
        {
            moved = moved.cover(value.range);
        }
        let text = moved.of(self.text).to_owned();
        let before = out.positional.first().map_or(call.name.end, |first| first.range.start);
        let gap = Range::new(out.positional.last().map_or(moved.start, |last| last.range.end), moved.end);
        let fix = || Fix {
            title: Phrase { en: "move it before the positional arguments", fr: "la déplacer avant les arguments positionnels" },
            params: Vec::new(),
            applicability: Applicability::Safe,
            edits: vec![Edit { range: Range::at(before), text: format!("{text} ") }, Edit { range: gap, text: String::new() }],
        };
        self.report(Diagnostic::new(Code::MisplacedTag, argument.range).with("tag", tag.name).fix_with(fix));
    }

    /// Two modifiers of one precedence exclude each other (RFC 5229, 4.1).
    #[cold]
    #[inline(never)]
    fn modifiers_agree(&mut self, out: &Arguments<'_>) -> bool {
        let mut seen: Vec<(u32, &Tagged)> = Vec::new();
        for tagged in &out.tags {
            let Some(precedence) = precedence(tagged.tag.id) else { continue };
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == precedence) {
                self.report(
                    Diagnostic::new(Code::ModifierConflict, tagged.range).with("tag", tagged.tag.name).with("other", other.tag.name),
                );
                return false;
            }
            seen.push((precedence, tagged));
        }
        true
    }
}

/// The arguments before the first tag.
fn before_tag(arguments: &[Argument]) -> &[Argument] {
    let length = arguments.iter().position(|argument| argument.kind == Kind::Tag).unwrap_or(arguments.len());
    arguments.get(..length).unwrap_or(arguments)
}

/// The order in which modifiers are applied, highest first (RFC 5229, 4.1; RFC 5435, 6).
pub(super) const fn precedence(id: TagId) -> Option<u32> {
    Some(match id {
        TagId::Lower | TagId::Upper => 40,
        TagId::LowerFirst | TagId::UpperFirst => 30,
        TagId::QuoteWildcard | TagId::QuoteRegex => 20,
        TagId::EncodeUrl => 15,
        TagId::Length => 10,
        _ => return None,
    })
}

/// True if two tags cannot stand on one call: of a family one at most, no tag twice, no two of a group.
#[must_use]
pub fn excludes(found: &Command, one: &Tag, other: &Tag) -> bool {
    if let (On::Family(a), On::Family(b)) = (one.on, other.on) {
        return a == b && a != Family::Modifier;
    }
    let group = |id: TagId| match id {
        TagId::Days | TagId::Seconds => TagId::Days,
        TagId::Raw | TagId::Content | TagId::Text => TagId::Raw,
        TagId::Zone | TagId::OriginalZone => TagId::Zone,
        TagId::Over | TagId::Under => TagId::Over,
        TagId::Type | TagId::Subtype | TagId::ContentType | TagId::Param => TagId::Type,
        TagId::Global | TagId::Personal => TagId::Global,
        TagId::Header | TagId::UniqueId => TagId::Header,
        TagId::Low | TagId::Normal | TagId::High => TagId::Low,
        TagId::Is | TagId::Contains | TagId::Matches => TagId::Is,
        id => id,
    };
    // The validators of these take the tag out of the list, so a second one is no duplicate to them.
    let forgotten = match one.id {
        TagId::Handle => found.name == "vacation",
        TagId::Last => found.name != "addheader" && found.name != "deleteheader" && found.name != "duplicate",
        TagId::Name | TagId::Once | TagId::Optional | TagId::AnyChild | TagId::Method => true,
        _ => false,
    };
    if one.id == TagId::Other || other.id == TagId::Other {
        return one.name == other.name || (!one.slot.is_empty() && one.slot == other.slot);
    }
    group(one.id) == group(other.id) && !(one.id == other.id && forgotten)
}

/// A list of one string is no string (sieve_validate_positional_argument), though a string is a list.
pub(super) const fn accepts(kind: ArgKind, argument: Argument) -> bool {
    match kind {
        ArgKind::String => argument.kind.is_string(),
        ArgKind::Strings => argument.kind.is_string() || matches!(argument.kind, Kind::StringList),
        ArgKind::Number => matches!(argument.kind, Kind::Number),
    }
}

const fn kind_name(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::String => "string",
        ArgKind::Strings => "string-list",
        ArgKind::Number => "number",
    }
}

const fn argument_name(kind: Kind) -> &'static str {
    match kind {
        Kind::StringList => "string-list",
        Kind::Number => "number",
        Kind::Tag => "tag",
        _ => "string",
    }
}

/// Tags may stand anywhere: `test_set "message" :smtp 0`.
const fn mixed(found: &Command) -> bool {
    #[cfg(feature = "svtest")]
    return matches!(found.op, OpId::Suite(crate::sieve::spec::SuiteId::Set));
    #[cfg(not(feature = "svtest"))]
    {
        let _ = found;
        false
    }
}
