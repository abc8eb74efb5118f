//! What a script comes to on a message, or does with it: tamis beside `sieve-filter` and `sieve-test -e`.

use std::collections::BTreeSet;
use std::io;

use tamis::diagnostic::Code;
use tamis::sieve::Verdict;
use tamis::sieve::dialect::Dialect;
use tamis::sieve::run::Outcome;

use super::{Disagreement, Summary, parallel};
use crate::executed::compare as compare_executed;
use crate::generate::{Random, Scope, message, mutate_script, render, script, tokens};
use crate::minimise;
use crate::ours::{Ours, deliver, envelope_of, judge, simulate, user};
use crate::programs::Oracle;
use crate::report::Answer;
use crate::settings::Profile;
use crate::tools::{Executed, MAILBOXES, Tools};

/// Messages for each script: starting `sieve-filter` costs as much as these.
const MESSAGES: usize = 10;

/// Messages for each script that is delivered: the program starts for each.
pub(super) const DELIVERED: usize = 2;

/// Disagreements that one thread makes small: each costs a second. The others are counted.
const MAX_SMALL: usize = 30;

/// The lines of a message that name the envelope.
const ENVELOPE_LINES: usize = 2;

/// Both sides' answers to a pair, compared.
pub(super) struct Compared {
    pub(super) relation: Relation,
    /// What both say, in a word, if they say the same.
    pub(super) word: &'static str,
    pub(super) ours: String,
    pub(super) theirs: String,
    /// What kind of difference it is, if that can be told without the script.
    pub(super) kind: Option<String>,
}

pub(super) enum Relation {
    Same,
    /// They differ, and tamis said that the real engine would be wrong.
    Announced(&'static str),
    Different,
}

pub(super) fn against_sieve_filter(
    profile: Profile,
    cases: usize,
    seed: u64,
    jobs: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> io::Result<Summary> {
    let oracle = Oracle::find().map_err(io::Error::other)?;
    let mut dialect = profile.dialect();
    // Nothing is stored in a simulation, so that no mailbox is missed.
    dialect.settings.mailbox_autocreate = true;
    parallel(cases.div_ceil(MESSAGES), jobs, progress, || {
        let tools = Tools::new(&oracle, profile)?;
        let scope = Scope { run: true, memory: false, clock: oracle.sets_the_clock() };
        let dialect = &dialect;
        let mut small = 0;
        Ok(move |number| {
            let seed = seed.wrapping_add(number);
            let mut random = Random::part(seed, 2);
            let messages: Vec<Vec<u8>> = (0..MESSAGES).map(|_| message(&mut random)).collect();
            tools.fill(&messages)?;
            loop {
                let text = generated(&mut random, dialect, scope);
                if judge(&text, dialect).verdict != Verdict::Accepted {
                    continue;
                }
                let Some(answers) = tools.filter(text.as_bytes(), &messages)? else { continue };
                let mut compared = Vec::new();
                for (message, (theirs, words)) in messages.iter().zip(&answers) {
                    let Some(program) = judge(&text, dialect).program else { break };
                    let ours = simulate(&program, message, tools.now());
                    compared.push((message.as_slice(), settled(&tools, &text, message, listed(&ours, theirs, words), &ours)?));
                }
                let mut ask = |text: &str, message: &[u8]| {
                    let Some(program) = judge(text, dialect).program else { return Ok(None) };
                    let messages = [message.to_vec()];
                    tools.fill(&messages)?;
                    let Some(answers) = tools.filter(text.as_bytes(), &messages)? else { return Ok(None) };
                    let ours = simulate(&program, message, tools.now());
                    let Some((theirs, words)) = answers.first() else { return Ok(None) };
                    settled(&tools, text, message, listed(&ours, theirs, words), &ours).map(Some)
                };
                return summarise(seed, &text, compared, &mut small, &mut ask);
            }
        })
    })
}

pub(super) fn against_sieve_test(
    profile: Profile,
    cases: usize,
    seed: u64,
    jobs: usize,
    progress: &(dyn Fn(usize) + Sync),
) -> io::Result<Summary> {
    let oracle = Oracle::find().map_err(io::Error::other)?;
    let dialect = profile.dialect();
    parallel(cases.div_ceil(DELIVERED), jobs, progress, || {
        let mut tools = Tools::new(&oracle, profile)?;
        let scope = Scope { run: true, memory: true, clock: oracle.sets_the_clock() };
        let dialect = &dialect;
        let mut small = 0;
        Ok(move |number| {
            let seed = seed.wrapping_add(number);
            let mut random = Random::part(seed, 4);
            loop {
                let text = generated(&mut random, dialect, scope);
                let mut ask = |text: &str, message: &[u8]| delivered(&mut tools, dialect, text, message);
                let mut compared = Vec::new();
                let messages: Vec<Vec<u8>> = (0..DELIVERED).map(|_| message(&mut random)).collect();
                for message in &messages {
                    compared.extend(ask(&text, message)?.map(|compared| (message.as_slice(), compared)));
                }
                if !compared.is_empty() {
                    return summarise(seed, &text, compared, &mut small, &mut ask);
                }
            }
        })
    })
}

/// Delivers a message with the envelope that it names. `None` if either side does not accept the script.
fn delivered(tools: &mut Tools, dialect: &Dialect, text: &str, message: &[u8]) -> io::Result<Option<Compared>> {
    let Some(program) = judge(text, dialect).program else { return Ok(None) };
    let envelope = envelope_of(message);
    // The domain of the server's own mails is the login name's, which on a server follows from the recipient.
    tools.set_user(&envelope.final_to);
    let Some(theirs) = tools.execute(text.as_bytes(), message, &envelope, MAILBOXES)? else { return Ok(None) };
    let ours = deliver(&program, message, &envelope, tools.now(), &user(MAILBOXES));
    Ok(Some(executed(message, &ours, &theirs)))
}

/// Compares two deliveries.
pub(super) fn executed(message: &[u8], ours: &Outcome, theirs: &Executed) -> Compared {
    let mut notes = ours.notes.iter().chain(&ours.failure);
    let hazard = notes.find(|note| note.code.crashes_server() || note.code == Code::WrongOnServer).map(|note| note.code);
    let difference = compare_executed(message, ours, theirs);
    let relation = match (hazard, theirs.crashed) {
        (Some(code), Some(_)) if code.crashes_server() => Relation::Announced(code.facts().id),
        (_, Some(_)) => Relation::Different,
        (Some(code), None) if code.crashes_server() => Relation::Different,
        _ if difference.is_none() => Relation::Same,
        (Some(code), None) => Relation::Announced(code.facts().id),
        (None, None) => Relation::Different,
    };
    let kind = difference.as_ref().map(|(ours, theirs)| kind_of(ours, theirs)).filter(|_| theirs.crashed.is_none());
    let (ours, theirs) = match (difference, theirs.crashed) {
        (_, Some(signal)) => (format!("{hazard:?}"), format!("crash by signal {signal}\n{}", errors(&theirs.output))),
        (Some((ours, real)), None) => (ours, format!("{real}{}", errors(&theirs.output))),
        (None, None) => (format!("{hazard:?}"), "the same, without a crash".to_owned()),
    };
    Compared { relation, word: "delivered", ours, theirs, kind }
}

/// The first line that differs, up to its first colon on either side.
pub(super) fn kind_of(ours: &str, theirs: &str) -> String {
    let what = theirs.split([',', ':']).next().unwrap_or_default();
    let (ours, theirs) = ours.lines().zip(theirs.lines()).find(|(ours, theirs)| ours != theirs).unwrap_or_default();
    let name = |line: &str| line.split(':').next().unwrap_or_default().trim().to_owned();
    format!("{what}: {} | {}", name(ours), name(theirs))
}

fn listed(ours: &Ours, theirs: &Answer, words: &str) -> Compared {
    let relation = match ours.hazards.first() {
        // An announced crash must be one, and the other way round; of a wrong answer only the announcement can be demanded.
        Some(code) if ours.crashes => {
            if matches!(theirs, Answer::Crashed(_)) {
                Relation::Announced(code)
            } else {
                Relation::Different
            }
        }
        _ if ours.answer == *theirs => Relation::Same,
        Some(code) if !matches!(theirs, Answer::Crashed(_)) => Relation::Announced(code),
        _ => Relation::Different,
    };
    let word = match theirs {
        Answer::Done(_) => "done",
        Answer::Failed => "failed",
        Answer::Crashed(_) => "crashed",
        Answer::Exhausted => "exhausted",
    };
    Compared {
        relation,
        word,
        ours: format!("{} {}", ours.answer, ours.hazards.join(" ")),
        theirs: format!("{theirs}{}", errors(words)),
        kind: None,
    }
}

/// A simulation stores nothing, and so does not find out that a mailbox's name is impossible: then a delivery is asked.
fn settled(tools: &Tools, text: &str, message: &[u8], compared: Compared, ours: &Ours) -> io::Result<Compared> {
    if !ours.unstorable || !matches!(compared.relation, Relation::Different) {
        return Ok(compared);
    }
    let executed = tools.execute(text.as_bytes(), message, &envelope_of(message), MAILBOXES)?;
    let fails = executed.is_some_and(|executed| executed.failed);
    Ok(if fails { Compared { relation: Relation::Same, word: "failed", ..compared } } else { compared })
}

/// A script to be run: valid by construction, but some have a mistake, which often changes what they do and not whether they compile.
pub(super) fn generated(random: &mut Random, dialect: &Dialect, scope: Scope) -> String {
    let mut row = script(random, dialect, scope);
    if random.chance(20) {
        mutate_script(random, &mut row);
    }
    let odd = random.chance(20);
    render(&row, random, odd)
}

/// Asks both sides about a pair; `None` if one does not accept the script.
pub(super) type Ask<'a> = dyn FnMut(&str, &[u8]) -> io::Result<Option<Compared>> + 'a;

pub(super) fn summarise(
    seed: u64,
    text: &str,
    compared: Vec<(&[u8], Compared)>,
    small: &mut usize,
    ask: &mut Ask<'_>,
) -> io::Result<Summary> {
    let mut summary = Summary { cases: compared.len(), ..Summary::default() };
    // The messages of one script mostly meet the same disagreement: one is looked into, and the others are counted with it.
    let mut looked: Option<String> = None;
    let mut found = Vec::new();
    for (message, compared) in compared {
        match compared.relation {
            Relation::Same => *summary.agreed.entry(compared.word.to_owned()).or_default() += 1,
            Relation::Announced(code) => *summary.announced.entry(code.to_owned()).or_default() += 1,
            Relation::Different if looked.is_none() && *small < MAX_SMALL => {
                *small += 1;
                let made = make_small(seed, text, message, ask)?;
                looked = Some(made.kind.clone());
                found.push(made);
            }
            Relation::Different => {
                let kind = looked.clone().unwrap_or_else(|| "not made small".to_owned());
                found.push(Disagreement::counted(kind, seed));
            }
        }
    }
    summary.merge(Summary { disagreements: found, ..Summary::default() });
    Ok(summary)
}

fn make_small(seed: u64, text: &str, message: &[u8], ask: &mut Ask<'_>) -> io::Result<Disagreement> {
    let mut persists = |text: &str, message: &[u8]| matches!(ask(text, message), Ok(Some(Compared { relation: Relation::Different, .. })));
    let script = minimise::script(text, &mut |text| persists(text, message));
    let message = minimise::message(message, ENVELOPE_LINES, &mut |message| persists(&script, message));
    let script = minimise::script(&script, &mut |text| persists(text, &message));
    let (ours, theirs, kind) =
        ask(&script, &message)?.map_or_else(Default::default, |compared| (compared.ours, compared.theirs, compared.kind));
    let words: BTreeSet<String> = tokens(&script)
        .into_iter()
        .filter(|token| token.starts_with(|char: char| char.is_ascii_alphabetic() || char == ':') && !token.contains('\n'))
        .map(|token| token.to_lowercase())
        .collect();
    let kind = kind.unwrap_or_else(|| words.into_iter().collect::<Vec<_>>().join(" "));
    Ok(Disagreement { kind, count: 1, seed, script, message: Some(message), ours, theirs })
}

/// What the program complained about.
fn errors(words: &str) -> String {
    words.lines().filter(|line| line.contains("error: ") || line.contains("Panic")).fold(String::new(), |out, line| out + "\n" + line)
}
