//! Scripts of the administrator before and after the user's own: one delivery (Pigeonhole's `sieve_before`, `sieve_after`). Also runs with real
//! programs, which the face starts.

use tamis::sieve::run::{Action, Chain, Limits, Outcome, run_chain};
use tamis::sieve::{Program, Script, Scripts, Verdict, compile};
use tamis::text::LineIndex;

use crate::run::Included;
use crate::write::Writer;
use crate::{RunResponse, Simulation};

/// A script that runs beside the user's own.
#[derive(Debug)]
pub struct Beside {
    /// Its name in the answer.
    pub name: String,
    /// Its text.
    pub script: Script,
    /// What it may include.
    pub included: Scripts,
}

/// Where a script stands in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Before the user's own.
    Before,
    /// The user's own.
    Personal,
    /// After it.
    After,
}

impl Position {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::Personal => "personal",
            Self::After => "after",
        }
    }
}

/// A script of the chain, and what became of it.
#[derive(Debug)]
pub struct Chained {
    /// Its name; empty for the script that the request is about.
    pub name: String,
    /// Where it stands.
    pub position: Position,
    /// The units of the program that are its own and what it includes.
    units: std::ops::Range<u32>,
    /// Whether it ran: one before may have settled what becomes of the message.
    pub ran: bool,
    /// Whether what became of the message is its doing: it failed, or took the last action.
    pub decides: bool,
}

impl Chained {
    /// Its actions, with their places among those of the outcome. The implicit keep is nobody's.
    pub fn actions<'o>(&'o self, outcome: &'o Outcome) -> impl Iterator<Item = (usize, &'o Action)> {
        outcome.actions.iter().enumerate().filter(|(_, action)| !action.range.is_empty() && self.units.contains(&action.unit))
    }
}

/// The answer, if there is more to run than the script itself.
pub(crate) fn response<'s>(simulation: &Simulation<'s>) -> Option<RunResponse> {
    let chained = !simulation.before.is_empty() || !simulation.after.is_empty();
    #[cfg(feature = "exec")]
    let alone = !chained && simulation.programs.is_none();
    #[cfg(not(feature = "exec"))]
    let alone = !chained;
    if alone {
        return None;
    }
    let mut global = simulation.dialect.clone();
    global.position = tamis::sieve::dialect::Position::Global;
    let beside = |position, beside: &'s [Beside]| -> Vec<_> { beside.iter().map(|beside| (position, Some(beside))).collect() };
    let own = vec![(Position::Personal, None)];
    let links = [beside(Position::Before, simulation.before), own, beside(Position::After, simulation.after)].concat();
    let mut response = RunResponse::new(Verdict::Accepted, Vec::new(), Vec::new());
    response.main = usize::MAX;
    let mut programs: Vec<Program> = Vec::new();
    for (position, beside) in links {
        let start = count(&response);
        let compiled = match beside {
            Some(beside) => {
                let text = beside.script.text().to_owned();
                response.included.push(Included { lines: LineIndex::new(&text), name: beside.name.clone(), text });
                compile(&beside.script, &beside.included, &global)
            }
            None => {
                response.main = response.included.len();
                compile(simulation.script, simulation.included, simulation.dialect)
            }
        };
        let own = compiled.diagnostics.into_iter().filter(|found| found.unit == 0 || compiled.program.is_some());
        response.diagnostics.extend(own.map(|mut found| {
            found.unit = found.unit.saturating_add(start);
            found
        }));
        response.wanted_scripts.extend(compiled.wanted);
        if let Some(program) = &compiled.program {
            response.include(program, beside.map_or(simulation.included, |beside| &beside.included));
        }
        let name = beside.map(|beside| beside.name.clone()).unwrap_or_default();
        let units = start..count(&response);
        response.scripts.extend(chained.then_some(Chained { name, position, units, ran: false, decides: false }));
        match compiled.program {
            Some(program) => programs.push(program),
            None => {
                // What the others are like, the server does not look at.
                response.verdict = compiled.verdict;
                return Some(response);
            }
        }
    }
    let programs: Vec<&Program> = programs.iter().collect();
    run(&mut response, simulation, &Chain { scripts: &programs, discard: None, is_delivery: false });
    response.settle();
    Some(response)
}

/// How many units there are so far.
fn count(response: &RunResponse) -> u32 {
    let main = usize::from(response.main != usize::MAX);
    u32::try_from(response.included.len() + main).unwrap_or(u32::MAX)
}

#[cfg(feature = "exec")]
fn run(response: &mut RunResponse, simulation: &Simulation<'_>, chain: &Chain<'_>) {
    let mut wanted = None;
    response.simulate(simulation, chain.scripts, |delivery, tracer| {
        let (account, limits) = (simulation.account, Limits::default());
        match simulation.programs {
            None => Some(run_chain(chain, delivery, account, &limits, tracer)),
            Some(ran) => tamis::sieve::run::run_with_programs(chain, delivery, account, &limits, tracer, ran)
                .map_err(|program| wanted = Some(program))
                .ok(),
        }
    });
    response.program = wanted;
}

#[cfg(not(feature = "exec"))]
fn run(response: &mut RunResponse, simulation: &Simulation<'_>, chain: &Chain<'_>) {
    response.simulate(simulation, chain.scripts, |delivery, tracer| {
        Some(run_chain(chain, delivery, simulation.account, &Limits::default(), tracer))
    });
}

impl RunResponse {
    /// Which scripts ran, and which of them decided.
    fn settle(&mut self) {
        let Some(outcome) = &self.outcome else { return };
        let ran = usize::try_from(outcome.scripts).unwrap_or(usize::MAX);
        self.scripts.iter_mut().take(ran).for_each(|script| script.ran = true);
        let decides = match &outcome.failure {
            Some(failure) => self.scripts.iter().position(|script| script.units.contains(&failure.unit)),
            // To remember an id changes nothing for the message.
            None => self.scripts.iter().rposition(|script| script.actions(outcome).any(|(_, action)| action.name != "duplicate")),
        };
        if let Some(script) = decides.and_then(|at| self.scripts.get_mut(at)) {
            script.decides = true;
        }
    }
}

/// The scripts of the chain, if there is one.
pub(crate) fn write(writer: &mut Writer, response: &RunResponse) {
    if response.scripts.is_empty() {
        return;
    }
    writer.begin("scripts", '[');
    for script in &response.scripts {
        writer.open('{');
        writer.text("name", &script.name);
        writer.text("position", script.position.name());
        for (name, flag) in [("ran", script.ran), ("decides", script.decides)] {
            writer.name(name);
            writer.flag(Some(flag));
        }
        writer.begin("actions", '[');
        for (at, _) in response.outcome.iter().flat_map(|outcome| script.actions(outcome)) {
            writer.number(at as u64);
        }
        writer.close(']');
        writer.close('}');
    }
    writer.close(']');
}
