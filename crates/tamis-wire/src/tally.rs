//! Messages that change, counted in groups: "3 of 1,240 messages change: 2 from INBOX to Junk, 1 no longer forwarded to a@example.org". What
//! is kept does not grow with the number of messages.

use std::collections::{BTreeMap, BTreeSet};

use tamis::diagnostic::{Language, Phrase};

use crate::VERSION;
use crate::write::Writer;

/// A message that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The message's name.
    pub name: String,
    /// How it changes, as a phrase after a number: `from INBOX to Junk`. Messages with the same phrase are a group.
    pub text: String,
    /// What kinds of change there are: `moves`, `discards`, …
    pub classes: Vec<String>,
    /// Nothing differs that a user would notice.
    pub quiet: bool,
    /// What decided before and after, most important first.
    pub why: [Vec<String>; 2],
    /// What was assumed of the user.
    pub assumed: Vec<String>,
    /// The whole as JSON, if asked for.
    pub json: String,
}

impl Entry {
    pub(crate) fn write_classes(&self, json: &mut Writer) {
        json.begin("classes", '[');
        self.classes.iter().for_each(|class| json.string(class));
        json.close(']');
    }
}

/// Messages that change in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How, see [`Entry::text`].
    pub text: String,
    /// What kinds of change, see [`Entry::classes`].
    pub classes: Vec<String>,
    /// How many messages.
    pub count: usize,
    /// The first of them, without their JSON.
    pub first: Vec<Entry>,
}

/// So many messages of a group are kept.
const NAMED: usize = 10;

/// So many messages are kept of all groups together.
const MOST_NAMED: usize = 2_000;

/// So many groups are told apart. Mailboxes whose names are made of the message could make as many groups as there are messages.
const MOST_GROUPS: usize = 1_000;

/// So many assumptions are kept.
const MOST_ASSUMED: usize = 100;

/// So many groups stand in the headline.
const IN_HEADLINE: usize = 5;

/// The count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages compared.
    pub total: usize,
    /// Those that change.
    pub changed: usize,
    /// Those that end alike, and only a later script of a chain could tell the difference.
    pub quiet: usize,
    /// How many messages have a change of this kind.
    pub classes: BTreeMap<String, usize>,
    /// Those that change in yet other ways than the groups tell.
    pub other: usize,
    /// What the results of changed messages rest on.
    pub assumed: BTreeSet<String>,
    groups: Vec<Group>,
    places: BTreeMap<String, usize>,
    named: usize,
}

impl Tally {
    /// Counts a message.
    pub fn add(&mut self, entry: Option<Entry>) {
        self.total = self.total.saturating_add(1);
        let Some(mut entry) = entry else { return };
        if entry.quiet {
            self.quiet = self.quiet.saturating_add(1);
            return;
        }
        self.changed = self.changed.saturating_add(1);
        for class in &entry.classes {
            let count = self.classes.entry(class.clone()).or_default();
            *count = count.saturating_add(1);
        }
        for said in std::mem::take(&mut entry.assumed) {
            if self.assumed.len() < MOST_ASSUMED {
                self.assumed.insert(said);
            }
        }
        let at = match self.places.get(&entry.text) {
            Some(at) => *at,
            None if self.groups.len() < MOST_GROUPS => {
                self.places.insert(entry.text.clone(), self.groups.len());
                self.groups.push(Group { text: entry.text.clone(), classes: entry.classes.clone(), ..Group::default() });
                self.groups.len().saturating_sub(1)
            }
            None => {
                self.other = self.other.saturating_add(1);
                return;
            }
        };
        if let Some(group) = self.groups.get_mut(at) {
            group.count = group.count.saturating_add(1);
            if group.first.len() < NAMED && self.named < MOST_NAMED {
                self.named = self.named.saturating_add(1);
                entry.json = String::new();
                group.first.push(entry);
            }
        }
    }

    /// The groups, the largest first; of equal ones the one whose first message came first.
    #[must_use]
    pub fn groups(&self) -> Vec<&Group> {
        let mut groups: Vec<&Group> = self.groups.iter().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }

    /// How many messages have a change of one of these kinds; `any` is every change.
    #[must_use]
    pub fn count(&self, class: &str) -> usize {
        if class == "any" { self.changed } else { self.classes.get(class).copied().unwrap_or(0) }
    }

    /// The one line that says it all.
    #[must_use]
    pub fn headline(&self, language: Language) -> String {
        let number = |count: usize| grouped(count, language);
        let say = |phrase: Phrase, params: &[(&'static str, String)]| phrase.render(language, params);
        let counts = [("changed", number(self.changed)), ("total", number(self.total))];
        let head = match (self.total, self.changed) {
            (0, _) => return say(Phrase { en: "There is no message", fr: "Il n'y a aucun message" }, &[]),
            (1, 0) => return say(Phrase { en: "The message is treated alike", fr: "Le message est traité de la même façon" }, &[]),
            (_, 0) => {
                return say(
                    Phrase { en: "All {total} messages are treated alike", fr: "Les {total} messages sont traités de la même façon" },
                    &counts,
                );
            }
            (1, _) => say(Phrase { en: "1 of 1 message changes", fr: "1 message sur 1 change" }, &[]),
            (_, 1) => say(Phrase { en: "1 of {total} messages changes", fr: "1 message sur {total} change" }, &counts),
            _ => say(Phrase { en: "{changed} of {total} messages change", fr: "{changed} messages sur {total} changent" }, &counts),
        };
        let groups = self.groups();
        let mut parts: Vec<String> =
            groups.iter().take(IN_HEADLINE).map(|group| format!("{} {}", number(group.count), group.text)).collect();
        let told: usize = groups.iter().take(IN_HEADLINE).map(|group| group.count).sum();
        let rest = self.changed.saturating_sub(told);
        if rest > 0 {
            parts.push(say(Phrase { en: "{rest} in other ways", fr: "{rest} autrement" }, &[("rest", number(rest))]));
        }
        let colon = say(Phrase { en: ": ", fr: " : " }, &[]);
        // A phrase may have commas itself.
        let is_long = parts.iter().any(|part| part.contains(", "));
        let between = if is_long { say(Phrase { en: "; ", fr: " ; " }, &[]) } else { ", ".to_owned() };
        format!("{head}{colon}{}", parts.join(&between))
    }

    /// The count as one JSON object: `what` adds fields of the face's own, numbers by name.
    #[must_use]
    pub fn json(&self, what: &[(&str, usize)], language: Language) -> String {
        let mut json = Writer::default();
        json.open('{');
        json.count("version", VERSION.into());
        json.begin("summary", '{');
        json.text("sentence", &self.headline(language));
        let counts = [("messages", self.total), ("changed", self.changed), ("alike_but_keep", self.quiet), ("other", self.other)];
        for (name, count) in counts.iter().chain(what) {
            json.count(name, *count as u64);
        }
        json.begin("classes", '{');
        for (class, count) in &self.classes {
            json.count(class, *count as u64);
        }
        json.close('}');
        json.begin("groups", '[');
        for group in self.groups() {
            json.open('{');
            json.count("count", group.count as u64);
            json.text("change", &group.text);
            json.begin("classes", '[');
            group.classes.iter().for_each(|class| json.string(class));
            json.close(']');
            json.begin("first", '[');
            group.first.iter().for_each(|entry| json.string(&entry.name));
            json.close(']');
            json.close('}');
        }
        json.close(']');
        json.begin("assumed", '[');
        self.assumed.iter().for_each(|said| json.string(said));
        json.close(']');
        json.close('}');
        json.close('}');
        json.finish()
    }
}

/// A number with its thousands apart: by commas in English, by narrow blanks in French.
#[must_use]
pub fn grouped(count: usize, language: Language) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            out.push(match language {
                Language::En => ',',
                Language::Fr => '\u{202f}',
            });
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, text: &str, class: &str) -> Option<Entry> {
        Some(Entry { name: name.into(), text: text.into(), classes: vec![class.into()], ..Entry::default() })
    }

    #[test]
    fn a_headline_counts_the_largest_groups_first() {
        let mut tally = Tally::default();
        assert_eq!(tally.headline(Language::En), "There is no message");
        (0..1237).for_each(|_| tally.add(None));
        assert_eq!(tally.headline(Language::Fr), "Les 1\u{202f}237 messages sont traités de la même façon");
        tally.add(entry("a", "no longer forwarded to a@example.org", "sends"));
        assert_eq!(tally.headline(Language::En), "1 of 1,238 messages changes: 1 no longer forwarded to a@example.org");
        tally.add(entry("b", "from INBOX to Junk", "moves"));
        tally.add(entry("c", "from INBOX to Junk", "moves"));
        assert_eq!(
            tally.headline(Language::En),
            "3 of 1,240 messages change: 2 from INBOX to Junk, 1 no longer forwarded to a@example.org"
        );
        assert_eq!((tally.count("any"), tally.count("moves"), tally.count("fails")), (3, 2, 0));
        let names: Vec<&str> = tally.groups()[0].first.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["b", "c"]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut tally = Tally::default();
        for number in 0..5000 {
            tally.add(entry("x", &format!("now stored in {number}"), "moves"));
            tally.add(entry("y", "now stored in 1", "moves"));
        }
        assert_eq!((tally.groups().len(), tally.other, tally.changed), (MOST_GROUPS, 4000, 10_000));
        assert_eq!(tally.groups()[0].count, 5001);
        assert_eq!(tally.groups().iter().map(|group| group.first.len()).max(), Some(NAMED));
        assert!(tally.headline(Language::En).ends_with("4,995 in other ways"), "{}", tally.headline(Language::En));
    }

    #[test]
    fn a_quiet_difference_is_no_change() {
        let mut tally = Tally::default();
        tally.add(Some(Entry { quiet: true, ..Entry::default() }));
        assert_eq!((tally.changed, tally.quiet, tally.headline(Language::En)), (0, 1, "The message is treated alike".into()));
    }
}
