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
