//! Messages delivered for real through mailcow's five scripts: tamis's pipeline beside a private Dovecot. A user gets three messages, one of them
//! twice, so that what the server remembers is compared as well.

use std::io;

use tamis::sieve::dialect::Position;

use super::chains::{NEXT, REQUIRE, commands};
use super::pairs::{Compared, Relation, executed, generated, summarise};
use super::{Summary, parallel};
use crate::chain::{Course, Letter, dialect};
use crate::dovecot::{Case, Dovecot};
use crate::generate::{Random, Scope, message};
use crate::ours::envelope_of;
use crate::programs::Server;
use crate::tools::MAILBOXES;

pub(super) fn against_dovecot(cases: usize, seed: u64, jobs: usize, progress: &(dyn Fn(usize) + Sync)) -> io::Result<Summary> {
    let server = Server::find().map_err(io::Error::other)?;
    let (own, global) = (dialect(Position::Personal), dialect(Position::Global));
    parallel(cases, jobs, progress, || {
        let dovecot = Dovecot::start(&server)?;
        let (own, global) = (own.clone(), global.clone());
        let mut small = 0;
        Ok(move |number| {
            let seed = seed.wrapping_add(number);
            let mut random = Random::part(seed, 6);
            // The clock runs on, and what scripts say of it would differ by chance.
            let scope = Scope { run: true, memory: true, clock: false };
            let text = (0..5)
                .map(|place| {
                    loop {
                        if random.chance(10) {
                            let script = generated(&mut random, if place == 2 { &own } else { &global }, scope);
                            // Nothing that includes or starts programs: this server has none.
                            if !["include", "pipe", "execute", "\0"].iter().any(|word| script.contains(word)) {
                                break script;
                            }
                        } else if place != 2 && random.chance(30) {
                            break String::new();
                        } else {
                            break format!("{REQUIRE}\n{}", commands(&mut random));
                        }
                    }
                })
                .collect::<Vec<_>>()
                .join(&format!("\n{NEXT}\n"));
            let mut letters: Vec<Vec<u8>> = Vec::new();
            while letters.len() < 2 {
                letters.extend(Some(message(&mut random)).filter(|message| is_sent(message)));
            }
            let mut course = course(&dovecot, &text)?;
            let mut compared = Vec::new();
            for letter in [&letters[0], &letters[0], &letters[1]] {
                compared.extend(delivered(&mut course, letter)?.map(|compared| (letter.as_slice(), compared)));
            }
            let mut ask = |text: &str, message: &[u8]| twice(&dovecot, text, message);
            summarise(seed, &text, compared, &mut small, &mut ask)
        })
    })
}

/// A message that LMTP takes as it is: it has no NUL, which Dovecot replaces.
fn is_sent(message: &[u8]) -> bool {
    !message.contains(&0) && !message.is_empty()
}

/// A user with the five scripts that a text holds.
fn course<'d>(dovecot: &'d Dovecot, text: &str) -> io::Result<Course<'d>> {
    let scripts: Vec<&str> = text.split(NEXT).collect();
    let script = |place: usize| scripts.get(place).copied();
    let case = Case {
        before: script(0),
        prefilter: script(1),
        personal: script(2),
        postfilter: script(3),
        after: script(4),
        mailboxes: MAILBOXES,
    };
    Course::new(dovecot, &case)
}

/// Delivers a message, and if both agree, once more: what is remembered is compared too.
fn twice(dovecot: &Dovecot, text: &str, message: &[u8]) -> io::Result<Option<Compared>> {
    if !is_sent(message) {
        return Ok(None);
    }
    let mut course = course(dovecot, text)?;
    match delivered(&mut course, message)? {
        Some(first) if matches!(first.relation, Relation::Different) => Ok(Some(first)),
        _ => delivered(&mut course, message),
    }
}

/// Delivers a message with the sender that it names. `None` if the server does not take that.
fn delivered(course: &mut Course<'_>, message: &[u8]) -> io::Result<Option<Compared>> {
    let envelope = envelope_of(message);
    let mut text = message.to_vec();
    // LMTP knows whole lines alone.
    if !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    let Some(both) = course.deliver(&Letter { from: &envelope.from, detail: None, message: text })? else { return Ok(None) };
    let Some(outcome) = &both.ours.outcome else { return Ok(None) };
    Ok(Some(executed(&both.ours.message, outcome, &both.theirs)))
}
