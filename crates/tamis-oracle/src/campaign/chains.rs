//! What a chain of scripts does with a message: tamis beside `sieve-test -e -s FIRST -s SECOND … LAST`.

use std::io;

use tamis::sieve::dialect::Dialect;

use super::pairs::{Compared, DELIVERED, executed, generated, summarise};
use super::{Summary, parallel};
use crate::generate::{Random, Scope, message};
use crate::ours::{deliver_chain, envelope_of, judge, user};
use crate::programs::Oracle;
use crate::settings::Profile;
use crate::tools::{MAILBOXES, Tools};

/// The line between two scripts of a chain.
pub(super) const NEXT: &str = "#next";

/// What the scripts of a chain mostly do: few things, which meet across scripts.
const COMMANDS: &[&str] = &[
    "keep;",
    "keep;",
    "keep :flags \"\\\\Seen\";",
    "discard;",
    "stop;",
    "fileinto \"Junk\";",
    "fileinto \"Archive\";",
    "fileinto :copy \"Junk\";",
    "fileinto :copy \"Lists\";",
    "fileinto \"INBOX\";",
    "fileinto :copy \"INBOX\";",
    "fileinto :flags [\"\\\\Flagged\", \"$one\"] \"Junk\";",
    "fileinto :copy \"Missing\";",
    "fileinto :copy :create \"Made\";",
    "redirect \"x@example.net\";",
    "redirect :copy \"x@example.net\";",
    "redirect :copy \"y@example.net\";",
    "reject \"no\";",
    "vacation :addresses \"bob@example.com\" \"away\";",
    "vacation :subject \"s\" \"gone\";",
    "addflag \"\\\\Answered\";",
    "setflag \"$two\";",
    "removeflag \"$two\";",
    "set \"v\" \"Lists\";",
    "fileinto :copy \"A${v}\";",
    "if header :contains \"subject\" \"a\" { fileinto :copy \"Lists\"; }",
    "if not hasflag \"$two\" { addflag \"$three\"; }",
    "if true { error \"enough\"; }",
    "notify :message \"m\" \"mailto:z@example.net\";",
    "notify :message \"m\" \"mailto:z@example.net,w@example.net\";",
];

/// What those commands need.
pub(super) const REQUIRE: &str =
    "require [\"fileinto\", \"copy\", \"mailbox\", \"reject\", \"vacation\", \"imap4flags\", \"variables\", \"ihave\", \"enotify\"];";

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
            let mut random = Random::part(seed, 5);
            loop {
                let scripts: Vec<String> = (0..2 + random.below(3)).map(|_| script(&mut random, dialect, scope)).collect();
                let text = scripts.join(&format!("\n{NEXT}\n"));
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

/// A script of a chain: mostly a few commands, sometimes any.
fn script(random: &mut Random, dialect: &Dialect, scope: Scope) -> String {
    if random.chance(10) {
        return generated(random, dialect, scope);
    }
    format!("{REQUIRE}\n{}", commands(random))
}

/// A few of those commands.
pub(super) fn commands(random: &mut Random) -> String {
    let commands: Vec<&str> = (0..random.below(4)).map(|_| *random.pick(COMMANDS)).collect();
    commands.join("\n")
}

/// Delivers a message through the chain that a text holds. `None` if either side does not accept a script.
fn delivered(tools: &mut Tools, dialect: &Dialect, text: &str, message: &[u8]) -> io::Result<Option<Compared>> {
    let scripts: Vec<&str> = text.split(NEXT).collect();
    let Some(programs) = scripts.iter().map(|script| judge(script, dialect).program).collect::<Option<Vec<_>>>() else { return Ok(None) };
    let envelope = envelope_of(message);
    // The domain of the server's own mails is the login name's, which on a server follows from the recipient.
    tools.set_user(&envelope.final_to);
    let Some((last, before)) = scripts.split_last() else { return Ok(None) };
    let before: Vec<&[u8]> = before.iter().map(|script| script.as_bytes()).collect();
    let Some(theirs) = tools.execute_chain(&before, last.as_bytes(), message, &envelope, MAILBOXES)? else { return Ok(None) };
    let programs: Vec<_> = programs.iter().collect();
    let ours = deliver_chain(&programs, message, &envelope, tools.now(), &user(MAILBOXES));
    Ok(Some(executed(message, &ours, &theirs)))
}
