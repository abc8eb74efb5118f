//! What can be written inside a string, or as one.

use super::{Completer, CompletionKind, Snippet};
use crate::sieve::bind::Store;
use crate::sieve::context::{Piece, Slot};
use crate::sieve::dialect::Support;
use crate::sieve::hover::{Topic, comparator, read_words};
use crate::sieve::occurrences::{Symbol, occurrences};
use crate::sieve::spec::{self, ADDRESS_HEADERS, Extension, Meaning, TagId};
use crate::sieve::syntax::{self, Kind};
use crate::text::Range;

/// Which quotes a value brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// Both: no string stands there yet.
    Both,
    /// The string is there.
    None,
    /// The string has no end yet.
    Closing,
}

impl Completer<'_> {
    /// Inside a string: a variable after `${`, or else what the string can mean.
    pub(super) fn string(&mut self, piece: Piece) {
        let text = self.scope.text();
        let before = Range::new(piece.range.start, self.offset).of(text);
        if let Some(start) = before.rfind("${").map(|at| at + 2)
            && before
                .get(start..)
                .is_some_and(|typed| typed.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')))
        {
            self.interpolation(Range::new(piece.range.start + crate::text::offset(start), self.offset));
            return;
        }
        let is_open = self.scope.is_unterminated(piece);
        if piece.kind != Kind::Quoted || !before.starts_with('"') {
            return;
        }
        let start = piece.range.start + 1;
        let (end, quotes) = if is_open { self.open_end() } else { (piece.range.end.saturating_sub(1), Quotes::None) };
        let range = Range::new(start, end);
        // A value that stands on several lines is no name.
        if range.of(text).contains('\n') || !range.touches(self.offset) {
            return;
        }
        let Some((frame, _, command)) = self.spot.call(self.scope) else { return };
        let slot = frame.slot_of(self.scope, command, piece.range).unwrap_or(Slot::Unknown);
        self.values(self.scope.meaning(command, slot), range, quotes);
    }

    /// Where a string that has no end yet is taken to end: behind the word at the place, if only what closes a call follows on the line.
    fn open_end(&self) -> (u32, Quotes) {
        let rest = self.scope.text().get(self.offset as usize..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let closes = |char: char| matches!(char, ';' | ',' | ']' | ')' | '{' | '}');
        let word = rest.find(|char: char| closes(char) || char.is_whitespace() || char == '"').unwrap_or(rest.len());
        if rest.get(word..).unwrap_or("").chars().all(|char| closes(char) || char.is_whitespace()) {
            (self.offset + crate::text::offset(word), Quotes::Closing)
        } else {
            (self.offset, Quotes::None)
        }
    }

    /// The values that a string with a meaning can have.
    pub(super) fn values(&mut self, meaning: Meaning, range: Range, quotes: Quotes) {
        match meaning {
            Meaning::Capability => self.capabilities(range, quotes),
            Meaning::AddressHeader => self.address_headers(range, quotes),
            Meaning::Comparator => {
                for extension in spec::extensions() {
                    let Some(name) = extension.name.strip_prefix("comparator-") else { continue };
                    let is_free = spec::FREE_COMPARATORS.contains(&name);
                    if is_free || self.usable(extension, "") {
                        let needs = if is_free { "" } else { extension.name };
                        self.value(name, CompletionKind::Value, range, quotes, needs, comparator(name).map(Topic::Comparator));
                    }
                }
            }
            Meaning::Mailbox => {
                for name in self.around.mailboxes {
                    self.value(name, CompletionKind::Mailbox, range, quotes, "", Some(Topic::Mailbox(name.clone())));
                }
            }
            Meaning::Address => {
                for name in self.around.addresses {
                    self.value(name, CompletionKind::Value, range, quotes, "", Some(Topic::Plain(name.clone(), meaning)));
                }
            }
            Meaning::Script => self.scripts(range, quotes),
            Meaning::Variable => {
                for (name, symbol) in self.variables() {
                    self.value(&name, CompletionKind::Variable, range, quotes, "", Some(Topic::Name(symbol)));
                }
            }
            Meaning::Loop => {
                for one in occurrences(self.scope).iter().filter(|one| matches!(one.symbol, Symbol::Loop(_))) {
                    let name = one.range.of(self.scope.text());
                    if !one.range.touches(self.offset) && !name.is_empty() {
                        self.value(name, CompletionKind::Value, range, quotes, "", Some(Topic::Name(one.symbol.clone())));
                    }
                }
            }
            Meaning::Key => {
                for word in read_words(self.scope, self.spot).unwrap_or(&[]) {
                    self.value(word.name, CompletionKind::Value, range, quotes, "", Some(Topic::Word(word, Meaning::Key)));
                }
            }
            meaning => {
                let no_auth = meaning == Meaning::EnvelopePart && !self.scope.dialect.engine.rules().envelope_auth;
                for word in spec::words(meaning).iter().filter(|word| !(no_auth && word.name == "auth")) {
                    let needs = spec::needed_extension(meaning, word);
                    if needs.is_empty() || spec::extension(needs).is_some_and(|extension| self.usable(extension, "")) {
                        self.value(word.name, CompletionKind::Value, range, quotes, needs, Some(Topic::Word(word, meaning)));
                    }
                }
            }
        }
    }

    fn value(&mut self, value: &str, kind: CompletionKind, range: Range, quotes: Quotes, requires: &'static str, topic: Option<Topic>) {
        let Some(topic) = topic else { return };
        let quoted = syntax::quote(value);
        let insert = match quotes {
            Quotes::Both if self.needs_comma(range) => &format!(", {quoted}"),
            Quotes::Both => quoted.as_str(),
            Quotes::None => quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or(""),
            Quotes::Closing => quoted.get(1..).unwrap_or(""),
        };
        self.push(value, kind, range, Snippet::plain(insert), requires, topic);
    }

    /// True behind a string in a list.
    fn needs_comma(&self, range: Range) -> bool {
        let is_in_list = self.spot.frames.last().is_some_and(|frame| frame.in_list);
        let before = self.scope.text().get(..range.start as usize).unwrap_or("");
        is_in_list && before.trim_end().ends_with('"')
    }

    /// What the server offers and the script does not require yet.
    fn capabilities(&mut self, range: Range, quotes: Quotes) {
        let (text, calls) = (self.scope.text(), self.scope.script.calls());
        let is_here = |name: &str| range.of(text) == name;
        let is_required = |name: &str| {
            let requires = calls.top().filter(|call| call.name.of(text).eq_ignore_ascii_case("require"));
            requires
                .flat_map(|call| call.arguments().iter().flat_map(|argument| calls.strings(*argument)))
                .any(|string| *string.value(text) == *name.as_bytes())
        };
        let excludes = |extension: &Extension| {
            let conflict = |other: &&Extension| {
                !is_here(other.name) && (other.conflicts.contains(&extension.name) || extension.conflicts.contains(&other.name))
            };
            self.scope.loaded.iter().any(conflict)
        };
        let offered: Vec<&'static Extension> = spec::extensions()
            .iter()
            .copied()
            .filter(|extension| !extension.name.is_empty() && self.scope.dialect.support(extension) == Support::Offered)
            .filter(|extension| is_here(extension.name) || !(is_required(extension.name) || excludes(extension)))
            .collect();
        for extension in offered {
            self.value(extension.name, CompletionKind::Extension, range, quotes, "", Some(Topic::Extension(extension)));
        }
        for name in self.scope.dialect.unjudged.iter().filter(|name| !is_required(name)) {
            let topic = Topic::Plain(name.clone(), Meaning::Capability);
            self.value(name, CompletionKind::Extension, range, quotes, "", Some(topic));
        }
    }

    /// The headers that the server takes for an address test, those that everyone knows first.
    fn address_headers(&mut self, range: Range, quotes: Quotes) {
        let taken = self.scope.dialect.engine.rules().address_headers.unwrap_or(ADDRESS_HEADERS);
        let words = spec::words(Meaning::AddressHeader);
        let takes = |name: &str| taken.iter().any(|known| known.eq_ignore_ascii_case(name));
        for word in words.iter().filter(|word| takes(word.name)) {
            self.value(word.name, CompletionKind::Value, range, quotes, "", Some(Topic::Word(word, Meaning::AddressHeader)));
        }
        for name in taken.iter().filter(|name| spec::word(words, name).is_none()) {
            let topic = Topic::Plain((*name).to_owned(), Meaning::AddressHeader);
            self.value(name, CompletionKind::Value, range, quotes, "", Some(topic));
        }
    }

    fn scripts(&mut self, range: Range, quotes: Quotes) {
        let Some((frame, _, command)) = self.spot.call(self.scope) else { return };
        let is_global = frame.slots(self.scope, command).iter().any(|slot| matches!(slot, Slot::Tag(tag) if tag.id == TagId::Global));
        let store = if is_global { Store::Global } else { Store::Personal };
        for ((_, name), _) in
            self.around.scripts.iter().flat_map(|scripts| scripts.texts.iter()).filter(|((own, _), text)| *own == store && text.is_some())
        {
            self.value(name, CompletionKind::Script, range, quotes, "", Some(Topic::Plain(name.clone(), Meaning::Script)));
        }
    }

    /// The variables that the script names elsewhere, as it writes them first.
    fn variables(&self) -> Vec<(String, Symbol)> {
        let mut known: Vec<(String, Symbol)> = Vec::new();
        for one in occurrences(self.scope) {
            let is_new = !known.iter().any(|(_, symbol)| *symbol == one.symbol);
            if !matches!(one.symbol, Symbol::Loop(_)) && is_new && !one.range.touches(self.offset) {
                known.push((one.range.of(self.scope.text()).to_owned(), one.symbol));
            }
        }
        known
    }

    /// After `${`.
    fn interpolation(&mut self, range: Range) {
        let text = self.scope.text();
        let rest = text.get(self.offset as usize..).unwrap_or("");
        // The rest of the name that is typed over, and the brace behind it.
        let tail = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')).count();
        let is_closed = rest.get(tail..).is_some_and(|rest| rest.starts_with('}'));
        let range = if is_closed { Range::new(range.start, self.offset + crate::text::offset(tail)) } else { range };
        let close = if is_closed { "" } else { "}" };
        let has = |name: &str| spec::extension(name).filter(|extension| self.usable(extension, "")).map(|extension| extension.name);
        let mut found: Vec<(String, CompletionKind, &'static str, Topic)> = Vec::new();
        if let Some(variables) = has("variables") {
            for (name, symbol) in self.variables() {
                found.push((name, CompletionKind::Variable, variables, Topic::Name(symbol)));
            }
            let matched = self.scope.script.tree().elements().any(|element| {
                element.kind == Kind::Tag && [":matches", ":regex"].iter().any(|tag| element.range.of(text).eq_ignore_ascii_case(tag))
            });
            let last = self.scope.dialect.engine.rules().match_values.min(9);
            for number in (0..=last).filter(|_| matched) {
                found.push((number.to_string(), CompletionKind::Variable, variables, Topic::MatchValue(number)));
            }
        }
        if let Some(environment) = has("vnd.dovecot.environment").filter(|name| self.scope.is_loaded(name)) {
            for word in spec::words(Meaning::EnvironmentItem).iter().filter(|word| !word.name.contains('-') && word.needs != "imapsieve") {
                found.push((format!("env.{}", word.name), CompletionKind::Value, environment, Topic::Word(word, Meaning::EnvironmentItem)));
            }
        }
        for (name, kind, requires, topic) in found {
            self.push(&name, kind, range, Snippet::plain(format!("{name}{close}")), requires, topic);
        }
        if let Some(extension) = spec::extension("encoded-character").filter(|extension| self.usable(extension, "")) {
            for (name, example) in [("unicode:", "20AC"), ("hex:", "24")] {
                let mut snippet = Snippet::plain(name);
                snippet.fill(example);
                snippet.push(close);
                self.push(name, CompletionKind::Value, range, snippet, extension.name, Topic::Extension(extension));
            }
        }
    }
}
