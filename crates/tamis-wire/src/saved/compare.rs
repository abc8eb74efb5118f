//! What was expected beside what happened, in words.

use tamis::diagnostic::{Language, Phrase, printable};

use super::outcome::{Filed, Happened, Mailed};
use super::{Expected, ExpectedCopy, ExpectedMail};

/// Something that is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub what: What,
    /// What was expected, in words.
    pub expected: String,
    /// What happened, in words.
    pub got: String,
}

/// What an expectation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// [`Expected::failure`].
    Failure,
    /// [`Expected::stored`].
    Stored,
    /// [`Expected::sent`].
    Sent,
    /// [`Expected::discarded`].
    Discarded,
    /// [`Expected::rule`].
    Rule,
}

impl What {
    /// Its name in JSON and TOML.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Stored => "stored",
            Self::Sent => "sent",
            Self::Discarded => "discarded",
            Self::Rule => "rule",
        }
    }

    /// Its name for a user.
    #[must_use]
    pub const fn words(self, language: Language) -> &'static str {
        let Phrase { en, fr } = match self {
            Self::Failure => Phrase { en: "script", fr: "script" },
            Self::Stored => Phrase { en: "stored", fr: "rangé" },
            Self::Sent => Phrase { en: "sent", fr: "envoyé" },
            Self::Discarded => Phrase { en: "message", fr: "message" },
            Self::Rule => Phrase { en: "decided by", fr: "décidé par" },
        };
        match language {
            Language::En => en,
            Language::Fr => fr,
        }
    }
}

impl Difference {
    /// It as one sentence.
    #[must_use]
    pub fn sentence(&self, language: Language) -> String {
        let phrase = Phrase { en: "{what}: expected {expected}, got {got}", fr: "{what} : attendu {expected}, obtenu {got}" };
        let what = self.what.words(language).to_owned();
        phrase.render(language, &[("what", what), ("expected", self.expected.clone()), ("got", self.got.clone())])
    }
}

/// Compares, and tells what is not as expected; nothing if all is.
#[must_use]
pub fn compare(expected: &Expected, happened: &Happened, language: Language) -> Vec<Difference> {
    let mut out = Vec::new();
    let say = |en, fr| Phrase { en, fr }.render(language, &[]);
    let mut differs = |what, expected, got| out.push(Difference { what, expected, got });
    let codes = happened.failure.as_ref().map_or(&[][..], |(codes, _)| codes.as_slice());
    let got =
        happened.failure.as_ref().map_or_else(|| say("that it does not fail", "qu'il n'échoue pas"), |(_, sentence)| sentence.clone());
    match &expected.failure {
        None if happened.failure.is_some() => differs(What::Failure, say("that it runs", "qu'il s'exécute"), got),
        Some(code) if !codes.contains(&code.as_str()) => {
            let mut got = got;
            if let Some(code) = codes.first() {
                got = format!("{got} [{code}]");
            }
            differs(What::Failure, format!("[{code}]"), got);
        }
        _ => {}
    }
    if happened.refused {
        return out;
    }
    if let Some(copies) = &expected.stored
        && !all_fit(copies, &happened.stored, copy_fits, |copy| copy.flags.is_some())
    {
        let nowhere = || say("nowhere", "nulle part");
        let with_flags = copies.iter().any(|copy| copy.flags.is_some());
        let told = list(copies.iter().map(|copy| told_copy(&copy.mailbox, copy.flags.as_deref(), copy.created, language)), nowhere);
        let made = copies.iter().any(|copy| copy.created.is_some());
        let got = happened
            .stored
            .iter()
            .map(|filed| told_copy(&filed.mailbox, with_flags.then_some(filed.flags.as_slice()), made.then_some(filed.created), language));
        differs(What::Stored, told, list(got, nowhere));
    }
    if let Some(mails) = &expected.sent
        && !all_fit(mails, &happened.sent, mail_fits, |mail| !mail.contains.is_empty())
    {
        let nothing = || say("nothing", "rien");
        let told = list(mails.iter().map(|mail| told_mail(mail, language)), nothing);
        let got = happened.sent.iter().map(|sent| {
            let close = mails.iter().find(|mail| heads_fit(mail, sent)).filter(|mail| !mail_fits(mail, sent));
            let without = close.map(|mail| mail.contains.iter().filter(|text| !contains(sent, text)).cloned().collect());
            let mail = ExpectedMail { kind: Some(sent.kind.to_owned()), to: Some(sent.to.clone()), contains: without.unwrap_or_default() };
            let phrase = Phrase { en: " without ", fr: " sans " };
            told_mail_with(&mail, &phrase.render(language, &[]))
        });
        differs(What::Sent, told, list(got, nothing));
    }
    if let Some(discarded) = expected.discarded
        && discarded != happened.is_discarded()
    {
        let [gone, not_gone] = [say("discarded", "abandonné"), say("not discarded", "non abandonné")];
        let (told, got) = if discarded { (gone, not_gone) } else { (not_gone, gone) };
        differs(What::Discarded, told, got);
    }
    if let Some(rule) = &expected.rule
        && !rule.split_whitespace().eq(happened.rule.split_whitespace())
    {
        let told = |name: &str| if name.is_empty() { say("no rule", "aucune règle") } else { quoted(name, language) };
        differs(What::Rule, told(rule), told(&happened.rule));
    }
    out
}

/// Whether each expectation fits something of its own and nothing is left. Those that say more choose first.
fn all_fit<E, G>(expected: &[E], got: &[G], fits: impl Fn(&E, &G) -> bool, says_more: impl Fn(&E) -> bool) -> bool {
    let mut left: Vec<&G> = got.iter().collect();
    let more = expected.iter().filter(|one| says_more(one));
    let less = expected.iter().filter(|one| !says_more(one));
    for one in more.chain(less) {
        match left.iter().position(|got| fits(one, got)) {
            Some(at) => drop(left.remove(at)),
            None => return false,
        }
    }
    left.is_empty()
}

/// Mailboxes are told apart by case, but for INBOX (RFC 3501, 5.1).
fn copy_fits(copy: &ExpectedCopy, filed: &Filed) -> bool {
    let inbox = |name: &str| name.eq_ignore_ascii_case("INBOX");
    (copy.mailbox == filed.mailbox || (inbox(&copy.mailbox) && inbox(&filed.mailbox)))
        && copy.flags.as_ref().is_none_or(|flags| same_words(flags, &filed.flags))
        && copy.created.is_none_or(|created| created == filed.created)
}

fn heads_fit(mail: &ExpectedMail, sent: &Mailed) -> bool {
    mail.kind.as_ref().is_none_or(|kind| *kind == sent.kind) && mail.to.as_ref().is_none_or(|to| same_words(to, &sent.to))
}

fn mail_fits(mail: &ExpectedMail, sent: &Mailed) -> bool {
    heads_fit(mail, sent) && mail.contains.iter().all(|text| contains(sent, text))
}

/// Whether a text stands in a mail, whose lines end in CRLF.
fn contains(sent: &Mailed, text: &str) -> bool {
    let plain = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().filter(|byte| *byte != b'\r').collect() };
    let wanted = plain(text.as_bytes());
    wanted.is_empty() || plain(&sent.message).windows(wanted.len()).any(|window| window == wanted)
}

/// The same words in any order, case aside: flags (RFC 3501, 2.3.2) and addresses.
fn same_words(expected: &[String], got: &[String]) -> bool {
    all_fit(expected, got, |a, b| a.eq_ignore_ascii_case(b), |_| false)
}

fn list(items: impl Iterator<Item = String>, none: impl Fn() -> String) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&item);
    }
    if out.is_empty() { none() } else { out }
}

fn quoted(text: &str, language: Language) -> String {
    Phrase { en: "“{text}”", fr: "« {text} »" }.render(language, &[("text", printable(text.as_bytes()))])
}

fn told_copy(mailbox: &str, flags: Option<&[String]>, created: Option<bool>, language: Language) -> String {
    let mut out = quoted(mailbox, language);
    let mut add = |phrase: Phrase, flags: String| out.push_str(&phrase.render(language, &[("flags", flags)]));
    match flags {
        None => {}
        Some([]) => add(Phrase { en: " without flags", fr: " sans drapeau" }, String::new()),
        Some(flags) => {
            let shown = list(flags.iter().map(|flag| printable(flag.as_bytes())), String::new);
            add(Phrase { en: " with {flags}", fr: " avec {flags}" }, shown);
        }
    }
    match created {
        None => {}
        Some(true) => add(Phrase { en: " (created)", fr: " (créé)" }, String::new()),
        Some(false) => add(Phrase { en: " (not created)", fr: " (non créé)" }, String::new()),
    }
    out
}

fn told_mail(mail: &ExpectedMail, language: Language) -> String {
    told_mail_with(mail, &Phrase { en: " with ", fr: " avec " }.render(language, &[]))
}

fn told_mail_with(mail: &ExpectedMail, before_texts: &str) -> String {
    let mut out = mail.kind.clone().unwrap_or_else(|| "*".to_owned());
    for (place, to) in mail.to.iter().flatten().enumerate() {
        out.push_str(if place == 0 { " → " } else { " + " });
        out.push_str(&printable(to.as_bytes()));
    }
    for text in &mail.contains {
        out.push_str(before_texts);
        out.push('`');
        out.push_str(&printable(text.as_bytes()));
        out.push('`');
    }
    out
}
