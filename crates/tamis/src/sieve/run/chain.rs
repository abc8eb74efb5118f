//! Scripts that run one after another on one delivery: the administrator's, the user's, the administrator's again (sieve_multiscript_run in
//! sieve.c).

use std::rc::Rc;

use super::commit::Progress;
use super::fields::Fields;
use super::machine::{Asked, Machine};
use super::programs::Programs;
use super::result::Actions;
use super::shelf::Made;
use super::{Account, Assumption, Delivery, Limits, Outcome, Tracer};
use crate::diagnostic::Diagnostic;
use crate::sieve::program::Program;

/// A chain of scripts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chain<'p> {
    /// In order. A script runs only if the ones before leave the message to it: they end well, and with the keep in effect, implicit or
    /// explicit.
    pub scripts: &'p [&'p Program],
    /// `sieve_discard`: runs if the others end well and the message is delivered nowhere.
    pub discard: Option<&'p Program>,
    /// At delivery one script is a chain of one (lda-sieve-plugin.c): its `keep` waits for the end. The tools run a single script otherwise.
    pub is_delivery: bool,
}

/// Runs a chain of scripts over a delivery. What they do is one result:
///
/// - An explicit `keep` waits for the end, and is void if a later script cancels the keep.
/// - Changes to the header and to the internal flags are seen by the next script; variables are not.
/// - What conflicts in one script does not across scripts: an action that is done twice is done once, and nobody is answered twice.
/// - A script that fails takes its own actions with it, not those of the scripts before; the message is kept.
///
/// Units are counted through all scripts of the chain, the discard script last. The limit on steps is that of all together.
#[must_use]
pub fn run_chain(
    chain: &Chain<'_>,
    delivery: &Delivery<'_>,
    account: &Account,
    limits: &Limits,
    tracer: Option<&mut dyn Tracer>,
) -> Outcome {
    let made = Made::default();
    let outside = Outside { made: &made, programs: None };
    let done = run_to_end(chain, delivery, account, limits, tracer, outside, |mut machine| machine.finish());
    done.unwrap_or_else(|| super::commit::kept(delivery))
}

/// What a run has beside its scripts.
pub(super) struct Outside<'m> {
    /// Where messages go that programs make.
    pub(super) made: &'m Made<'m>,
    /// The programs, if any are run.
    pub(super) programs: Option<Box<Programs<'m>>>,
}

/// The same; `end` tells what the last script's machine came to. Nothing if there are no scripts.
pub(super) fn run_to_end<'m, R>(
    chain: &Chain<'_>,
    delivery: &Delivery<'m>,
    account: &Account,
    limits: &Limits,
    mut tracer: Option<&mut dyn Tracer>,
    mut outside: Outside<'m>,
    end: impl FnOnce(Machine<'_, 'm>) -> R,
) -> Option<R> {
    let mut carried = None;
    let mut units = 0u32;
    let scripts = chain.scripts.iter().copied().map(|script| (script, false)).chain(chain.discard.map(|script| (script, true)));
    let mut scripts = scripts.peekable();
    while let Some((program, discards)) = scripts.next() {
        let tracer = tracer.as_mut().map(|tracer| -> &mut dyn Tracer { *tracer });
        let mut machine = Machine::new(program, delivery, account, limits, tracer, outside.made);
        machine.programs = outside.programs.take();
        if let Some(carried) = carried.take() {
            machine.take_over(carried);
        }
        (machine.base, machine.chained) = (units, !discards && (chain.is_delivery || chain.scripts.len() > 1));
        units = units.saturating_add(crate::text::offset(program.units.len()));
        machine.is_delivery = chain.is_delivery;
        machine.progress.scripts += 1;
        // Why it failed stands in the machine.
        let _ = machine.run();
        machine.execute();
        let next = loop {
            match scripts.peek() {
                // It does not run, but its units count.
                Some((script, false)) if !machine.goes_on() => units = units.saturating_add(crate::text::offset(script.units.len())),
                Some((_, false)) => break true,
                Some((_, true)) => break machine.discards(),
                None => break false,
            }
            scripts.next();
        };
        if !next {
            return Some(end(machine));
        }
        outside.programs = machine.programs.take();
        carried = Some(machine.give_over());
    }
    None
}

/// What passes from one script of a chain to the next.
struct Carried<'m> {
    internal_flags: Vec<u8>,
    fields: Rc<Fields<'m>>,
    actions: Actions<'m>,
    progress: Progress,
    asked: Vec<Asked>,
    notes: Vec<Diagnostic>,
    assumed: Vec<Assumption>,
    steps: u64,
}

impl<'m> Machine<'_, 'm> {
    /// What the next script of the chain goes on with.
    fn give_over(self) -> Carried<'m> {
        Carried {
            internal_flags: self.internal_flags,
            fields: self.fields,
            actions: self.actions,
            progress: self.progress,
            asked: self.asked,
            notes: self.notes,
            assumed: self.assumed,
            steps: self.steps,
        }
    }

    /// Goes on where another script ended.
    fn take_over(&mut self, carried: Carried<'m>) {
        self.internal_flags = carried.internal_flags;
        self.fields = carried.fields;
        self.actions = carried.actions;
        self.progress = carried.progress;
        self.asked = carried.asked;
        self.notes = carried.notes;
        self.assumed = carried.assumed;
        self.steps = carried.steps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{self, Charsets, Message};
    use crate::sieve::run::Timestamp;
    use crate::sieve::{Dialect, Script, Scripts, compile};

    /// What a chain does, in a line.
    fn chain(scripts: &[&str], discard: Option<&str>) -> String {
        let dialect = Dialect::named("pigeonhole-0.5").unwrap();
        let compiled = |text: &&str| {
            let require = "require [\"fileinto\", \"reject\", \"vacation\", \"imap4flags\", \"copy\", \"variables\"];";
            compile(&Script::parse(format!("{require} {text}")), &Scripts::default(), &dialect).program.unwrap()
        };
        let programs: Vec<_> = scripts.iter().map(compiled).collect();
        let discard = discard.as_ref().map(compiled);
        let raw = b"From: a@example.org\nTo: b@example.com\nSubject: s\n\nt\n";
        let message = Message::parse(raw, &mail::Limits::default(), Charsets::new());
        let delivery = Delivery {
            message: &message,
            from: Some("a@example.org".into()),
            to: "b@example.com".into(),
            final_to: None,
            auth: None,
            now: Timestamp::default(),
            default_mailbox: "INBOX".into(),
            hostname: "localhost".into(),
        };
        let scripts: Vec<&Program> = programs.iter().collect();
        let chain = Chain { scripts: &scripts, discard: discard.as_ref(), is_delivery: false };
        let outcome = run_chain(&chain, &delivery, &Account::default(), &Limits::default(), None);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut out: Vec<String> =
            outcome.stored.iter().map(|stored| format!("{}({})", text(&stored.mailbox), text(&stored.flags.join(&b' ')))).collect();
        out.extend(outcome.sent.iter().filter(|sent| sent.suppressed.is_none()).map(|sent| sent.kind.to_owned()));
        out.extend(outcome.failure.map(|failure| failure.code.facts().id.to_owned()));
        out.join(" ")
    }

    #[test]
    fn a_script_runs_only_if_those_before_leave_the_message() {
        assert_eq!(chain(&["", "fileinto \"A\";"], None), "A()");
        assert_eq!(chain(&["fileinto \"A\";", "fileinto \"B\";"], None), "A()");
        assert_eq!(chain(&["fileinto :copy \"A\";", "fileinto \"B\";"], None), "A() B()");
        assert_eq!(chain(&["fileinto \"A\"; keep;", "fileinto \"B\";"], None), "A() B()");
        assert_eq!(chain(&["discard;", "fileinto \"B\";"], None), "");
        assert_eq!(chain(&[], None), "INBOX()");
    }

    #[test]
    fn an_explicit_keep_waits() {
        assert_eq!(chain(&["keep;", "discard;"], None), "");
        assert_eq!(chain(&["keep :flags \"\\\\Seen\";", ""], None), "INBOX(\\Seen)");
        assert_eq!(chain(&["keep;", "keep;", "fileinto :copy \"INBOX\";"], None), "INBOX()");
    }

    #[test]
    fn flags_pass_on_and_variables_do_not() {
        let first = "addflag \"\\\\Flagged\"; set \"v\" \"x\";";
        assert_eq!(chain(&[first, "fileinto \"A${v}\";"], None), "A(\\Flagged)");
    }

    #[test]
    fn nobody_is_answered_twice() {
        assert_eq!(chain(&["vacation \"x\";", "vacation \"y\";"], None), "INBOX() vacation");
        assert_eq!(chain(&["vacation \"x\";", "reject \"y\";"], None), "vacation");
        assert_eq!(chain(&["keep;", "reject \"y\";"], None), "reject");
        assert_eq!(chain(&["fileinto :copy \"A\";", "reject \"y\";"], None), "A() reject");
        assert_eq!(chain(&["fileinto :copy \"A\"; reject \"y\";"], None), "INBOX() run/action-conflict");
    }

    #[test]
    fn a_script_that_fails_takes_only_its_own_actions_with_it() {
        let fails = "fileinto \"B\"; reject \"y\";";
        assert_eq!(chain(&["fileinto :copy \"A\";", fails], None), "A() INBOX() run/action-conflict");
        assert_eq!(chain(&["fileinto :copy \"INBOX\";", fails], None), "INBOX() run/action-conflict");
        assert_eq!(chain(&["vacation \"x\";", fails], None), "INBOX() vacation run/action-conflict");
    }

    #[test]
    fn the_discard_script_has_the_last_word() {
        assert_eq!(chain(&["discard;"], Some("fileinto \"Trash\";")), "Trash()");
        assert_eq!(chain(&["discard;"], Some("keep;")), "INBOX()");
        assert_eq!(chain(&["discard;"], Some("")), "");
        assert_eq!(chain(&["fileinto \"A\";"], Some("fileinto \"Trash\";")), "A()");
        assert_eq!(chain(&["", ""], Some("fileinto \"Trash\";")), "INBOX()");
        assert_eq!(chain(&["reject \"x\";"], Some("fileinto \"Trash\";")), "Trash() reject");
    }
}
