//! Programs that scripts run (vnd.dovecot.pipe, filter, execute). The machine starts none: what it would start it asks for, and the run begins
//! again with what came of it (sieve-extprograms-common.c).

use super::chain::Outside;
use super::fields::{Fields, push_crlf};
use super::machine::{Failed, Machine, Step};
use super::result::External;
use super::{Account, Chain, Delivery, Limits, Outcome, Reply, Tracer, Value};
use crate::diagnostic::Diagnostic;
use crate::sieve::spec::OpId;

/// A program that is to be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramCall {
    /// The command: `pipe`, `filter` or `execute`.
    pub command: &'static str,
    /// The folder with the programs, if the server's settings name one (`sieve_pipe_bin_dir`).
    pub folder: Option<String>,
    /// The program's name in it.
    pub program: Vec<u8>,
    /// Its arguments.
    pub args: Vec<Vec<u8>>,
    /// What it reads, if anything.
    pub input: Option<Vec<u8>>,
    /// Its whole environment but `HOME`, which the core does not know.
    pub environment: Vec<(&'static str, Vec<u8>)>,
    /// For how many seconds the server lets it run; none for as long as it likes.
    pub seconds: Option<u64>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With status 0.
    Success,
    /// With another status.
    Failure,
    /// There is no such program, or it may not be run.
    Missing,
    /// It took too long, and was ended.
    TimedOut,
    /// It was ended by a signal, or what it wrote could not be read.
    Broken,
}

impl Ending {
    const fn reply(self) -> Reply {
        match self {
            Self::Success => Reply::Yes,
            Self::Failure => Reply::No,
            Self::Missing | Self::TimedOut | Self::Broken => Reply::Broken,
        }
    }

    /// Its name among the parameters of a diagnostic.
    const fn name(self) -> &'static str {
        match self {
            Self::Success | Self::Failure => "status",
            Self::Missing => "missing",
            Self::TimedOut => "timed-out",
            Self::Broken => "broken",
        }
    }
}

/// What came of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// What was asked for.
    pub call: ProgramCall,
    /// How it ended.
    pub ending: Ending,
    /// What it wrote.
    pub output: Vec<u8>,
}

/// Runs a chain of scripts, or a single one, with real programs: `ran` is what came of those asked for so far.
///
/// # Errors
/// The program that is to be run next. The same call again, with what came of it at the end of `ran`, goes further.
pub fn run_with_programs(
    chain: &Chain<'_>,
    delivery: &Delivery<'_>,
    account: &Account,
    limits: &Limits,
    tracer: Option<&mut dyn Tracer>,
    ran: &[Ran],
) -> Result<Outcome, Box<ProgramCall>> {
    let made = super::shelf::Made::default();
    let end = |mut machine: Machine<'_, '_>| {
        let outcome = machine.finish();
        match machine.programs.take().and_then(|programs| programs.wanted) {
            Some(wanted) => Err(wanted),
            None => Ok(outcome),
        }
    };
    let outside = Outside { made: &made, programs: Some(Box::new(Programs::new(ran))) };
    let done = super::chain::run_to_end(chain, delivery, account, limits, tracer, outside, end);
    done.unwrap_or_else(|| Ok(super::commit::kept(delivery)))
}

/// The programs of a run.
pub(super) struct Programs<'m> {
    known: &'m [Ran],
    /// Which of them were asked for in this run. What is asked twice was run twice.
    used: Vec<bool>,
    /// What is to be run now.
    pub(super) wanted: Option<Box<ProgramCall>>,
}

impl<'m> Programs<'m> {
    pub(super) fn new(known: &'m [Ran]) -> Self {
        Self { known, used: vec![false; known.len()], wanted: None }
    }

    fn take(&mut self, call: &ProgramCall) -> Option<&'m Ran> {
        let (ran, used) = self.known.iter().zip(&mut self.used).find(|(ran, used)| !**used && ran.call == *call)?;
        *used = true;
        Some(ran)
    }
}

impl Machine<'_, '_> {
    /// What came of a program; nothing if no programs are run.
    pub(super) fn program(&mut self, external: &External, fields: &Fields<'_>) -> Step<Option<(Ending, Reply, Vec<u8>)>> {
        if self.programs.is_none() || !matches!(external.op, OpId::Pipe | OpId::Filter | OpId::Execute) {
            return Ok(None);
        }
        let call = self.program_call(external, fields);
        let Some(programs) = &mut self.programs else { return Ok(None) };
        let known = if programs.wanted.is_none() { programs.take(&call) } else { None };
        if let Some(ran) = known {
            return Ok(Some((ran.ending, ran.ending.reply(), ran.output.clone())));
        }
        programs.wanted.get_or_insert(Box::new(call));
        self.suite_unknown();
        Err(Failed)
    }

    /// A program is to be run before this run can go on.
    pub(super) fn wants_program(&self) -> bool {
        self.programs.as_ref().is_some_and(|programs| programs.wanted.is_some())
    }

    fn program_call(&self, external: &External, fields: &Fields<'_>) -> ProgramCall {
        let settings = self.settings().programs.of(external.op);
        let tag = |name: &str| external.tags.iter().find(|(tag, _)| *tag == name).map(|(_, value)| value);
        let mut input = match (external.op, tag("pipe"), tag("input")) {
            (OpId::Execute, None, Some(Value::Text(text))) => {
                let mut input = Vec::new();
                push_crlf(&mut input, text);
                Some(input)
            }
            (OpId::Execute, None, _) => None,
            _ => Some(fields.mail(|_| false)),
        };
        if let Some(input) = input.as_mut().filter(|_| settings.lf) {
            let ends: Vec<bool> = input.windows(2).map(|pair| pair == b"\r\n").chain([false]).collect();
            let mut ends = ends.into_iter();
            input.retain(|_| !ends.next().unwrap_or_default());
        }
        let mut args = external.args.iter();
        let program = match args.next() {
            Some(Value::Text(name)) => name.clone(),
            _ => Vec::new(),
        };
        let args = match args.next() {
            Some(Value::List(args)) => args.clone(),
            _ => Vec::new(),
        };
        let (recipient, original) = (self.delivery.recipient(), self.delivery.original_recipient());
        let original = original.filter(|original| Some(original) != recipient.as_ref());
        let given = [
            ("USER", recipient.as_ref().map(crate::mail::SmtpAddress::to_bytes)),
            ("HOST", Some(self.delivery.hostname.clone().into_bytes())),
            ("SENDER", self.delivery.sender().map(|sender| sender.to_bytes())),
            ("RECIPIENT", recipient.as_ref().map(crate::mail::SmtpAddress::to_bytes)),
            ("ORIG_RECIPIENT", original.map(|original| original.to_bytes())),
        ];
        let environment = given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let seconds = Some(settings.seconds).filter(|seconds| *seconds > 0);
        ProgramCall { command: external.name, folder: settings.folder.clone(), program, args, input, environment, seconds }
    }

    /// The failure of a program, with what the server's own words for it need.
    pub(super) fn program_failure(failure: Diagnostic, program: Option<&Value>, ending: Ending) -> Diagnostic {
        let program = match program {
            Some(Value::Text(name)) => name.as_slice(),
            _ => &[],
        };
        failure.with("about", program).with("reason", ending.name())
    }
}
