//! What holds of every finding and every cure, over the corpus, its mistakes, generated scripts, the lint tests' own, and noise.
//!
//! A *Safe* cure takes its finding away, adds no error and changes what becomes of no message. The layout does not either. There is an error
//! exactly when there is no program. Levels change no verdict.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::fmt::Write as _;

use tamis::diagnostic::{Applicability, Code, Diagnostic, Fix, Language, Severity};
use tamis::sieve::dialect::Dialect;
use tamis::sieve::format::format;
use tamis::sieve::run::Account;
use tamis::sieve::{Checked, Level, Options, Program, Script, Scripts, Verdict, check, compile};
use tamis::text::{Edit, Range, apply};
use tamis_oracle::generate::{Random, Scope, message, mutate_bytes, mutate_script, render, script, tokens};
use tamis_oracle::{Envelope, MAILBOXES, NOW, Profile, corpus, ours};

const SCOPE: Scope = Scope { run: true, memory: true, clock: true };

/// Messages with their envelopes, and the user they come to.
struct Mail {
    messages: Vec<(Vec<u8>, Envelope)>,
    account: Account,
}

impl Mail {
    /// Every message of the corpus, for a user whose mailboxes are not known.
    fn corpus() -> Self {
        let mut names: Vec<String> = std::fs::read_dir(corpus::folder().join("mail"))
            .unwrap()
            .map(|entry| format!("mail/{}", entry.unwrap().file_name().into_string().unwrap()))
            .filter(|name| !name.contains("huge"))
            .collect();
        names.sort();
        let (user, detail) = ("marie@example.org", "marie+shop@example.org");
        let envelope = |number: usize| Envelope {
            from: if number % 7 == 3 { String::new() } else { "alice@example.net".to_owned() },
            to: if number % 5 == 2 { detail.to_owned() } else { user.to_owned() },
            final_to: user.to_owned(),
        };
        let messages = names.iter().enumerate().map(|(number, name)| (corpus::read(name).unwrap(), envelope(number)));
        Self { messages: messages.collect(), account: Account { addresses: vec![user.to_owned()], ..Account::default() } }
    }

    /// Messages that generated scripts have something to say about, and some of the corpus.
    fn generated(random: &mut Random, corpus: &Self) -> Self {
        let mut messages: Vec<(Vec<u8>, Envelope)> = (0..3)
            .map(|_| {
                let message = message(random);
                let envelope = ours::envelope_of(&message);
                (message, envelope)
            })
            .collect();
        messages.extend((0..2).map(|_| corpus.messages[random.below(corpus.messages.len())].clone()));
        Self { messages, account: ours::user(MAILBOXES) }
    }

    /// What becomes of each message: where it is stored with which flags, what leaves, what is remembered, and whether the script fails.
    fn outcomes(&self, program: &Program) -> Vec<String> {
        let outcome = |(message, envelope): &(Vec<u8>, Envelope)| {
            let outcome = ours::deliver(program, message, envelope, NOW, &self.account);
            let mut out = format!("{:?} {:?} {:?}", outcome.stored, outcome.keep, outcome.failure.map(|failure| failure.code));
            for sent in outcome.sent {
                let why = sent.suppressed.map(|why| why.code);
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let to: Vec<String> = sent.to.iter().map(|to| text(to)).collect();
                let _ = write!(out, " {} {:?} {to:?} {:?} {why:?}", sent.kind, text(&sent.from), text(&sent.message));
            }
            let _ = write!(out, " {:?} {:?}", outcome.remembered, outcome.edited);
            out
        };
        self.messages.iter().map(outcome).collect()
    }
}

/// What went wrong, gathered, so that one run shows all of it.
#[derive(Default)]
struct Tally {
    wrong: Vec<String>,
    scripts: usize,
    findings: usize,
    cures: Vec<(Code, usize)>,
    outcomes: usize,
}

impl Tally {
    fn say(&mut self, what: &str, finding: Option<&Diagnostic>, text: &str, dialect: &Dialect, after: &str) {
        let finding = finding.map(shown).unwrap_or_default();
        self.wrong.push(format!("== {what}: {finding} ({})\n{text}\n-- after\n{after}\n", dialect.name));
    }

    fn end(&self, name: &str) {
        let cures: usize = self.cures.iter().map(|(_, count)| count).sum();
        println!("{name}: {} scripts, {} findings, {cures} safe cures, {} outcomes compared", self.scripts, self.findings, self.outcomes);
        for (code, count) in &self.cures {
            println!("  {:5} {}", count, code.facts().id);
        }
        // The shortest example of each kind says the most.
        let kind = |wrong: &String| {
            wrong.split_whitespace().take_while(|word| !word.contains("..") && !word.starts_with('(')).collect::<Vec<_>>().join(" ")
        };
        let mut kinds: std::collections::BTreeMap<String, (usize, &String)> = std::collections::BTreeMap::new();
        for wrong in &self.wrong {
            let (count, shortest) = kinds.entry(kind(wrong)).or_insert((0, wrong));
            *count += 1;
            if wrong.len() < shortest.len() {
                *shortest = wrong;
            }
        }
        let list: String = kinds.iter().map(|(kind, (count, shortest))| format!("{count} times {kind}, such as\n{shortest}\n")).collect();
        assert!(self.wrong.is_empty(), "{} wrong\n{list}", self.wrong.len());
    }
}

fn shown(finding: &Diagnostic) -> String {
    format!(
        "{}[{}] {}..{} {}",
        finding.severity.name(),
        finding.code.facts().id,
        finding.range.start,
        finding.range.end,
        finding.message(Language::En)
    )
}

fn fits(range: Range, text: &str) -> bool {
    range.start <= range.end && text.get(range.start as usize..range.end as usize).is_some()
}

/// Where a place is after edits.
fn moved(place: u32, edits: &[Edit]) -> u32 {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut by = 0i64;
    for edit in sorted {
        if edit.range.end <= place && !(edit.range.is_empty() && edit.range.start == place) {
            by += edit.text.len() as i64 - i64::from(edit.range.len());
        } else if edit.range.start < place {
            return u32::try_from(i64::from(edit.range.start) + by).unwrap();
        }
    }
    u32::try_from(i64::from(place) + by).unwrap()
}

fn errors(checked: &Checked) -> impl Iterator<Item = &Diagnostic> {
    checked.diagnostics.iter().filter(|finding| finding.severity == Severity::Error)
}

fn count(checked: &Checked, finding: &Diagnostic) -> usize {
    checked.diagnostics.iter().filter(|other| other.code == finding.code && other.unit == finding.unit).count()
}

/// Everything that must hold of one script for one server.
fn holds(text: &str, dialect: &Dialect, options: &Options, mail: &Mail, tally: &mut Tally) {
    tally.scripts += 1;
    let script = Script::parse(text);
    let none = Scripts::default();
    let checked = check(&script, &none, dialect, options);
    let compiled = compile(&script, &none, dialect);
    tally.findings += checked.diagnostics.len();
    if checked.verdict != compiled.verdict {
        tally.say("two verdicts", None, text, dialect, "");
    }
    let refused = errors(&checked).next().is_some();
    if refused != compiled.program.is_none() || refused != (checked.verdict != Verdict::Accepted) {
        tally.say("an error if and only if no program", errors(&checked).next(), text, dialect, checked.verdict.name());
    }
    let places: Vec<_> = checked.diagnostics.iter().map(|finding| (finding.unit, finding.range.start, finding.range.end)).collect();
    if !places.is_sorted() {
        tally.say("out of order", None, text, dialect, &format!("{places:?}"));
    }
    for finding in checked.diagnostics.iter().filter(|finding| finding.unit == 0) {
        if !fits(finding.range, text) || !finding.labels.iter().all(|label| fits(label.range, text)) {
            tally.say("a range outside", Some(finding), text, dialect, "");
        }
        let same = |other: &&Diagnostic| other.code == finding.code && other.range == finding.range && other.params == finding.params;
        if checked.diagnostics.iter().filter(same).count() > 1 {
            tally.say("said twice", Some(finding), text, dialect, "");
        }
        for language in [Language::En, Language::Fr] {
            if finding.params.iter().all(|(_, value)| !value.contains('{')) && finding.message(language).contains('{') {
                tally.say("a sentence with a hole", Some(finding), text, dialect, &finding.message(language));
            }
        }
    }
    levels(text, &script, dialect, options, &checked, tally);
    let before = compiled.program.as_ref().map(|program| mail.outcomes(program));
    for finding in checked.diagnostics.iter().filter(|finding| finding.unit == 0) {
        for fix in &finding.fixes {
            cure(text, dialect, options, &checked, finding, fix, before.as_deref(), mail, tally);
        }
    }
    all_cures(text, dialect, options, before.as_deref(), mail, tally);
    laid_out(text, &script, dialect, before.as_deref(), mail, tally);
}

/// Whatever the levels, the verdict and the errors stay.
fn levels(text: &str, script: &Script, dialect: &Dialect, options: &Options, checked: &Checked, tally: &mut Tally) {
    for level in [Level::Off, Level::Hint, Level::Warning] {
        let mut loud = options.clone();
        for code in Code::ALL.iter().filter(|code| code.severity() != Severity::Error) {
            loud.levels.set(code.facts().id, level).unwrap();
        }
        let other = check(script, &Scripts::default(), dialect, &loud);
        if other.verdict != checked.verdict || !errors(&other).eq(errors(checked)) {
            tally.say("levels change what the server says", None, text, dialect, &format!("{level:?}"));
        }
        // What one server refuses and another lets pass has no level.
        let is_error = |finding: &&Diagnostic| finding.code.severity() == Severity::Error || finding.severity == Severity::Error;
        let expected = if level == Level::Off { checked.diagnostics.iter().filter(is_error).count() } else { checked.diagnostics.len() };
        if other.diagnostics.len() != expected {
            tally.say("levels lose findings", None, text, dialect, &format!("{level:?}"));
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one place that calls it")]
fn cure(
    text: &str,
    dialect: &Dialect,
    options: &Options,
    checked: &Checked,
    finding: &Diagnostic,
    fix: &Fix,
    before: Option<&[String]>,
    mail: &Mail,
    tally: &mut Tally,
) {
    let (cured, applied) = apply(text, &fix.edits);
    if applied != fix.edits.len() || fix.edits.is_empty() || cured == text {
        tally.say("edits do not apply", Some(finding), text, dialect, &cured);
        return;
    }
    if fix.applicability != Applicability::Safe {
        return;
    }
    match tally.cures.iter_mut().find(|(code, _)| *code == finding.code) {
        Some((_, count)) => *count += 1,
        None => tally.cures.push((finding.code, 1)),
    }
    let script = Script::parse(cured.as_str());
    let again = check(&script, &Scripts::default(), dialect, options);
    // What hid behind an error may come to light when it is gone; of an accepted script nothing may.
    if before.is_some() && again.verdict != Verdict::Accepted {
        tally.say("a safe cure breaks the script", Some(finding), text, dialect, &cured);
        return;
    }
    let place = moved(finding.range.start, &fix.edits);
    let stays =
        again.diagnostics.iter().any(|other| other.code == finding.code && other.range.start == place && other.params == finding.params);
    if stays && count(&again, finding) >= count(checked, finding) {
        tally.say("a safe cure leaves its finding", Some(finding), text, dialect, &cured);
    }
    let (Some(before), Some(program)) = (before, compile(&script, &Scripts::default(), dialect).program) else { return };
    tally.outcomes += before.len();
    if let Some((one, other)) = before.iter().zip(mail.outcomes(&program)).find(|(one, other)| *one != other) {
        tally.say("a safe cure changes the outcome", Some(finding), text, dialect, &format!("{cured}\n{one}\n{other}"));
    }
}

/// All safe cures at once, again and again, as `--fix` applies them: it ends, and changes nothing.
fn all_cures(text: &str, dialect: &Dialect, options: &Options, before: Option<&[String]>, mail: &Mail, tally: &mut Tally) {
    let mut cured = text.to_owned();
    for round in 0.. {
        let checked = check(&Script::parse(cured.as_str()), &Scripts::default(), dialect, options);
        let mut edits: Vec<Edit> = Vec::new();
        for finding in checked.diagnostics.iter().filter(|finding| finding.unit == 0) {
            let Some(fix) = finding.fixes.iter().find(|fix| fix.applicability == Applicability::Safe) else { continue };
            let apart = |edit: &Edit| edits.iter().all(|other| edit.range.end < other.range.start || other.range.end < edit.range.start);
            if fix.edits.iter().all(apart) {
                edits.extend(fix.edits.iter().cloned());
            }
        }
        if edits.is_empty() {
            break;
        }
        cured = apply(&cured, &edits).0;
        if round > 60 {
            tally.say("cures without end", checked.diagnostics.first(), text, dialect, &cured);
            return;
        }
    }
    let Some(before) = before.filter(|_| cured != text) else { return };
    match compile(&Script::parse(cured.as_str()), &Scripts::default(), dialect).program {
        None => tally.say("all safe cures break the script", None, text, dialect, &cured),
        Some(program) => {
            tally.outcomes += before.len();
            if let Some((one, other)) = before.iter().zip(mail.outcomes(&program)).find(|(one, other)| *one != other) {
                tally.say("all safe cures change the outcome", None, text, dialect, &format!("{cured}\n{one}\n{other}"));
            }
        }
    }
}

fn laid_out(text: &str, script: &Script, dialect: &Dialect, before: Option<&[String]>, mail: &Mail, tally: &mut Tally) {
    let edits = format(script);
    let (out, applied) = apply(text, &edits);
    if applied != edits.len() {
        tally.say("the layout's edits do not apply", None, text, dialect, &out);
    }
    let script = Script::parse(out.as_str());
    if !format(&script).is_empty() {
        tally.say("laid out twice is not once", None, text, dialect, &out);
    }
    let program = compile(&script, &Scripts::default(), dialect).program;
    if program.is_some() != before.is_some() {
        tally.say("the layout changes the verdict", None, text, dialect, &out);
    }
    if let (Some(before), Some(program)) = (before, program) {
        tally.outcomes += before.len();
        if before != mail.outcomes(&program) {
            tally.say("the layout changes the outcome", None, text, dialect, &out);
        }
    }
}

fn server(name: &str) -> Dialect {
    Dialect::named(name).unwrap()
}

/// A user of whom everything is known, so that the lints that need that speak too.
fn known() -> Options {
    Options {
        addresses: vec!["marie@example.org".to_owned()],
        mailboxes: Some(vec!["INBOX".to_owned(), "Junk".to_owned(), "Archive".to_owned()]),
        ..Options::default()
    }
}

/// The warnings of a corpus script: code, line, and the text that is meant.
fn warnings(text: &str, dialect: &Dialect) -> Vec<String> {
    let script = Script::parse(text);
    let checked = check(&script, &Scripts::default(), dialect, &Options::default());
    let loud = checked.diagnostics.iter().filter(|finding| finding.severity == Severity::Warning);
    loud.map(|finding| {
        let shown = finding.range.of(text).lines().next().unwrap_or_default();
        format!("{} {} {shown}", script.lines().line(finding.range.start), finding.code.facts().id)
    })
    .collect()
}

#[test]
fn no_template_has_a_warning() {
    let mut judged = 0;
    for (name, text) in corpus::scripts().unwrap().iter().filter(|(name, _)| name.matches('/').count() == 1) {
        for server in ["mailcow", "mailcow-global", "pigeonhole-0.5", "pigeonhole-2.4", "rfc"] {
            let dialect = Dialect::named(server).unwrap();
            if compile(&Script::parse(text.as_str()), &Scripts::default(), &dialect).program.is_none() {
                // Without `editheader` two of them are refused.
                assert!(!server.starts_with("mailcow"), "{name}");
                continue;
            }
            judged += 1;
            assert_eq!(warnings(text, &dialect), [""; 0], "{name} on {server}");
        }
    }
    assert!(judged >= 100, "{judged}");
}

/// Each was looked at, and is true of its script: they show odd corners.
const OF_HARD_SCRIPTS: &[(&str, &[&str])] = &[
    ("body-kinds", &["10 sieve/empty-key \"\""]),
    ("constant-false", &["4 sieve/unreachable elsif true", "4 sieve/unreachable else"]),
    ("empty-blocks", &["3 sieve/unreachable elsif true", "4 sieve/unreachable else", "7 sieve/unreachable else"]),
    ("global-variables", &["10 sieve/unreachable discard"]),
    ("header-lists", &["5 sieve/empty-key \"\"", "6 sieve/empty-key \"\""]),
    ("invalid-flags", &["3 sieve/invalid-flag \"\\\\Unknown\"", "3 sieve/invalid-flag \"(bad)\"", "3 sieve/invalid-flag \"\\\\Recent\""]),
    ("not-a-variable", &["10 sieve/unset-variable ${missing}"]),
    ("not-not", &["4 sieve/unreachable else"]),
    ("string-counts", &["3 sieve/unset-variable ${none}"]),
    ("tag-order", &["4 sieve/tag-lost :create"]),
    ("upper-case", &["8 sieve/unreachable ELSE"]),
    (
        "warnings",
        &[
            "3 sieve/invalid-date-part \"jour\"",
            "4 sieve/invalid-header-name \"Subject: \"",
            "5 sieve/invalid-zone \"Paris\"",
            "6 sieve/protected-header \"Received\"",
        ],
    ),
];

#[test]
fn the_warnings_of_hard_scripts_are_these() {
    let dialect = Dialect::named("mailcow-global").unwrap();
    for (name, text) in corpus::scripts().unwrap().iter().filter(|(name, _)| name.starts_with("sieve/hard/")) {
        let name = name.trim_start_matches("sieve/hard/").trim_end_matches(".sieve");
        let known = OF_HARD_SCRIPTS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, known)| known);
        assert_eq!(warnings(text, &dialect), known, "{name}");
    }
}

#[test]
fn cures_and_layout_of_the_corpus_change_no_outcome() {
    let mail = Mail::corpus();
    let mut tally = Tally::default();
    for text in corpus::scripts().unwrap().values() {
        for name in ["mailcow", "pigeonhole-0.5", "pigeonhole-2.4"] {
            holds(text, &server(name), &known(), &mail, &mut tally);
        }
    }
    tally.end("corpus");
}

#[test]
fn cures_of_mistakes_in_the_corpus_change_no_outcome() {
    let mail = Mail::corpus();
    let mut tally = Tally::default();
    let mut random = Random::new(41);
    for text in corpus::scripts().unwrap().values() {
        for round in 0..6 {
            let mut row = tokens(text);
            for _ in 0..=random.below(2) {
                mutate_script(&mut random, &mut row);
            }
            let text = render(&row, &mut random, round % 2 == 0);
            let some = Mail::generated(&mut random, &mail);
            holds(&text, &server(if round % 3 == 0 { "mailcow" } else { "pigeonhole-0.5" }), &known(), &some, &mut tally);
        }
    }
    tally.end("mistakes");
}

#[test]
fn cures_of_generated_scripts_change_no_outcome() {
    let corpus = Mail::corpus();
    let mut tally = Tally::default();
    for seed in 0..900 {
        let profile = [Profile::Pigeonhole05, Profile::MailcowGlobal, Profile::Full][seed as usize % 3];
        let dialect = profile.dialect();
        let mut random = Random::new(seed);
        let mut row = script(&mut random, &dialect, SCOPE);
        match seed % 4 {
            0 => mutate_script(&mut random, &mut row),
            // What a person leaves behind who edits for years: rows said twice, rules behind others.
            1 | 2 => superfluous(&mut random, &mut row),
            _ => {}
        }
        let odd = random.chance(40);
        let text = render(&row, &mut random, odd);
        let mail = Mail::generated(&mut random, &corpus);
        holds(&text, &dialect, &known(), &mail, &mut tally);
    }
    tally.end("generated");
}

/// Adds what lints have safe cures for.
fn superfluous(random: &mut Random, row: &mut Vec<String>) {
    let is_string = |token: &String| token.starts_with('"');
    for _ in 0..3 {
        let at = random.below(row.len());
        match random.below(8) {
            0 => {
                // The same entry again.
                if let Some(at) =
                    (at..row.len()).find(|at| is_string(&row[*at]) && (row.get(at + 1).is_some_and(|next| next == "," || next == "]")))
                {
                    let copy = row[at].clone();
                    row.splice(at + 1..at + 1, [",".to_owned(), copy]);
                }
            }
            1 | 2 => {
                let words = ["not", "not"];
                if let Some(at) = (at..row.len()).find(|at| row[*at] == "if") {
                    row.splice(at + 1..at + 1, words.map(str::to_owned));
                }
            }
            3 => {
                if let Some(at) = (at..row.len()).find(|at| row[*at] == ";") {
                    let dead = *random.pick(&[
                        "stop ;",
                        "stop ; keep ;",
                        "if true { stop ; } else { stop ; }",
                        "if not allof ( true , not false ) { keep ; }",
                    ]);
                    row.splice(at + 1..at + 1, dead.split(' ').map(str::to_owned));
                }
            }
            4 => {
                let end = row.iter().position(|token| token == "]" || token == ";").filter(|_| row[0] == "require");
                if let Some(end) = end.filter(|end| row[*end] == "]") {
                    let name = *random.pick(&["\"fileinto\"", "\"copy\"", "\"envelope\"", "\"regex\"", "\"date\"", "\"body\""]);
                    row.splice(end..end, [",".to_owned(), name.to_owned()]);
                }
            }
            5 => {
                if let Some(at) = (at..row.len()).find(|at| row[*at] == ":is") {
                    row[at] = ":matches".to_owned();
                }
            }
            6 => {
                if let Some(at) = (at..row.len()).find(|at| row[*at] == "true" || row[*at] == "exists") {
                    let list = if row[at] == "true" {
                        vec!["anyof", "(", "true", ",", "not", "false", ")"]
                    } else {
                        vec!["not", "not", "not", "exists"]
                    };
                    row.splice(at..=at, list.into_iter().map(str::to_owned));
                }
            }
            _ => {
                if let Some(at) = (at..row.len()).find(|at| row[*at] == ";") {
                    let set = *random.pick(&["set \"nothing\" \"x\" ;", "set :upper \"v9\" \"${1}\" ;", "require \"fileinto\" ;"]);
                    row.splice(at + 1..at + 1, set.split(' ').map(str::to_owned));
                }
            }
        }
    }
}

/// The scripts between `r#"` and `"#`, and in quotes after `check(P, `: what the lint tests and the tests of errors look at.
fn in_tests(source: &str) -> Vec<String> {
    let raw = source.split("r#\"").skip(1).filter_map(|rest| rest.split_once("\"#")).map(|(script, _)| script.to_owned());
    let plain = source
        .split("check(P, \"")
        .skip(1)
        .filter_map(|rest| rest.split_once("\");"))
        .map(|(script, _)| script.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\"));
    // A line of marks is a comment of the test, which a cure may not be asked to keep.
    raw.chain(plain)
        .map(|script| {
            script
                .lines()
                .filter(|line| !line.trim_start().starts_with("# ") || !line.contains('^'))
                .fold(String::new(), |out, line| out + line + "\n")
        })
        .collect()
}

#[test]
fn cures_of_what_the_lint_tests_show_change_no_outcome() {
    let mail = Mail::corpus();
    let mut tally = Tally::default();
    let sources = [include_str!("../../tamis/tests/it/lints.rs"), include_str!("../../tamis/tests/it/check.rs")];
    let mut scripts: Vec<String> = sources.into_iter().flat_map(in_tests).collect();
    scripts.push("keep; # tamis: ignore[sieve/discards-all]\n# tamis: ignore[sieve/discards-all]\nkeep;\n".to_owned());
    assert!(scripts.len() >= 50, "{}", scripts.len());
    for text in &scripts {
        for name in ["mailcow", "pigeonhole-0.5", "pigeonhole-2.4"] {
            holds(text, &server(name), &known(), &mail, &mut tally);
        }
    }
    for code in [
        Code::UnusedRequire,
        Code::DuplicateRequire,
        Code::Unreachable,
        Code::ConstantTest,
        Code::SingleTestList,
        Code::DoubleNegation,
        Code::RepeatedKey,
        Code::MatchesWithoutWildcard,
        Code::UnusedVariable,
        Code::UnusedIgnore,
    ] {
        if !tally.cures.iter().any(|(cured, _)| *cured == code) {
            tally.wrong.push(format!("no cure was tried for {}\n", code.facts().id));
        }
    }
    tally.end("tests");
}

#[test]
fn noise_is_judged_without_a_panic() {
    let mut tally = Tally::default();
    let mail = Mail { messages: vec![(b"Subject: x\n\ny\n".to_vec(), ours::envelope_of(b""))], account: Account::default() };
    let scripts: Vec<String> = corpus::scripts().unwrap().into_values().collect();
    let mut random = Random::new(7);
    for round in 0..1_500 {
        let mut bytes = random.pick(&scripts).clone().into_bytes();
        for _ in 0..=random.below(4) {
            mutate_bytes(&mut random, &mut bytes);
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let name = ["mailcow", "pigeonhole-0.5", "pigeonhole-2.4", "rfc", "cyrus", "proton", "stalwart", "mailcow-global"][round % 8];
        holds(&text, &server(name), &known(), &mail, &mut tally);
    }
    let words = [
        "if",
        "not",
        "allof",
        "(",
        ")",
        "{",
        "}",
        ";",
        ",",
        "[",
        "]",
        "\"a\"",
        ":is",
        "keep",
        "stop",
        "true",
        "require",
        "é",
        "text:\n",
        ".\n",
        "\r",
        "#",
        "/*",
        "*/",
        "1K",
        "\"",
        "\\",
        "tamis: ignore[",
        "set",
        "${a}",
    ];
    for _ in 0..1_500 {
        let text = (0..random.below(25)).fold(String::new(), |out, _| out + *random.pick(&words) + " ");
        holds(&text, &server("mailcow"), &known(), &mail, &mut tally);
    }
    tally.end("noise");
}
