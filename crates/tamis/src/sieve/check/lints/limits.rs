//! How near a script comes to the server's limits. They count over the whole delivery, so what one script leaves the others lack.

use super::walk::ends;
use super::{Code, Diagnostic, Look, Range};
use crate::sieve::program::{Block, Op, Program, Unit};
use crate::sieve::syntax::Limits;
use crate::text::offset;

/// From this part of a limit on it is told, in percent.
const NEAR: u64 = 80;

/// Size, redirects and actions against the server's settings.
pub(super) fn near(look: &mut Look<'_>) {
    let settings = &look.dialect.settings;
    let size = look.text().len() as u64;
    if settings.max_script_size > 0 && size.saturating_mul(100) >= settings.max_script_size.saturating_mul(NEAR) {
        let line = look.text().lines().next().map_or(0, str::len);
        let what = Diagnostic::new(Code::NearLimit, Range::new(0, offset(line)));
        look.report(
            what.with("what", "sieve_max_script_size").with("count", size.to_string()).with("max", settings.max_script_size.to_string()),
        );
    }
    nesting(look);
    let last_wins = look.dialect.engine.rules().last_wins;
    for (kind, setting, max) in
        [(Counted::Redirects, "sieve_max_redirects", settings.max_redirects), (Counted::Actions, "sieve_max_actions", settings.max_actions)]
    {
        // Other scripts count too, where they are included.
        let none = matches!(kind, Counted::Redirects) && !look.has.redirect && !look.has.include;
        if max == 0 || none {
            continue;
        }
        // What every message meets is certain to fail; what one may meet is worth a word. Where the last one wins, what is too much is left out.
        let certain = if last_wins { Vec::new() } else { certain(look, kind, max) };
        let beyond = usize::try_from(max).ok().and_then(|max| certain.get(max)).map(|(_, range)| *range);
        let (through, ended) = most(look.program, look.unit, look.unit.block, kind, 0);
        let possible = through.unwrap_or(0).max(ended);
        let nth = |count: u64| {
            let mut seen = 0;
            let steps = look.steps();
            let found = steps.steps.iter().find(|step| {
                seen += u64::from(kind.counts(&step.command.op));
                seen == count.max(1)
            });
            found.map(|step| step.command.range)
        };
        let (code, count, range) = if beyond.is_some() {
            (Code::OverLimit, certain.len() as u64, beyond)
        } else if possible.saturating_mul(100) > max.saturating_mul(NEAR) && possible > 1 {
            (Code::NearLimit, possible, nth(if possible > max { max + 1 } else { possible }))
        } else {
            continue;
        };
        let Some(range) = range else { continue };
        look.report(Diagnostic::new(code, range).with("what", setting).with("count", count.to_string()).with("max", max.to_string()));
    }
}

/// The actions that every message meets, each once, in order; none if they are no more than `max`.
fn certain(look: &Look<'_>, kind: Counted, max: u64) -> Vec<(Vec<u8>, Range)> {
    let at_top = look.unit.commands(look.unit.block).iter().filter(|command| kind.counts(&command.op)).count() as u64;
    if at_top <= max {
        return Vec::new();
    }
    let steps = look.steps();
    let sure = steps.steps.iter().filter(|step| step.frame.is_none() && !step.after_end && kind.counts(&step.command.op));
    let mut certain: Vec<_> = sure.filter_map(|step| Some((target(&step.command.op)?, step.command.range))).collect();
    // The same again is no second action.
    certain.sort();
    certain.dedup_by(|one, other| one.0 == other.0);
    certain.sort_by_key(|(_, range)| range.start);
    certain
}

/// Blocks in blocks, and tests in tests, against the engine's limit (sieve-limits.h).
fn nesting(look: &mut Look<'_>) {
    // The parser's limits are Pigeonhole's; what other engines take is known of some.
    let engine = look.dialect.engine;
    let blocks = if engine.is_pigeonhole() { Some(u64::from(Limits::BLOCKS - 1)) } else { known(engine.rules().blocks) };
    let tests = engine.is_pigeonhole().then_some(u64::from(Limits::TESTS - 1));
    let near = |depth: u64, max: Option<u64>| max.filter(|max| depth.saturating_mul(100) > max.saturating_mul(NEAR));
    // Blocks and tests together are no fewer than either.
    if near(look.written.depth, blocks).is_none() && near(look.written.depth, tests).is_none() {
        return;
    }
    // Which of the deepest is told is a matter of the order in which they are met.
    let (mut blocks_deepest, mut tests_deepest) = ((0u64, Range::default()), (0u64, Range::default()));
    let mut rows = vec![(look.script.calls().top(), 0u64)];
    while let Some((row, depth)) = rows.pop() {
        for call in row {
            let mut tests = vec![(call.tests(), 1u64)];
            while let Some((row, depth)) = tests.pop() {
                for test in row {
                    note(&mut tests_deepest, depth, test.name);
                    tests.push((test.tests(), depth + 1));
                }
            }
            if let Some(inside) = call.block() {
                note(&mut blocks_deepest, depth + 1, call.name);
                rows.push((inside.commands, depth + 1));
            }
        }
    }
    for ((depth, range), max) in [(blocks_deepest, blocks), (tests_deepest, tests)] {
        if let Some(max) = near(depth, max) {
            look.report(Diagnostic::new(Code::NearNesting, range).with("count", depth.to_string()).with("max", max.to_string()));
        }
    }
}

fn known(limit: usize) -> Option<u64> {
    (limit != usize::MAX).then_some(limit as u64)
}

fn note(deepest: &mut (u64, Range), depth: u64, range: Range) {
    if depth > deepest.0 {
        *deepest = (depth, range);
    }
}

#[derive(Clone, Copy)]
enum Counted {
    Redirects,
    Actions,
}

impl Counted {
    const fn counts(self, op: &Op) -> bool {
        match self {
            Self::Redirects => matches!(op, Op::Redirect { .. }),
            Self::Actions => matches!(
                op,
                Op::Redirect { .. } | Op::FileInto { .. } | Op::Keep { .. } | Op::Vacation(_) | Op::Notify(_) | Op::Reject { .. }
            ),
        }
    }
}

/// What an action does, so that two of one target are known for one action; nothing if only the message says it.
fn target(op: &Op) -> Option<Vec<u8>> {
    let (kind, name) = match op {
        Op::Redirect { addresses, list: false, .. } => ('>', addresses.items.first()?.literal()?),
        Op::FileInto { mailbox, .. } => ('=', mailbox.literal()?),
        Op::Keep { .. } => ('=', &b"INBOX"[..]),
        Op::Notify(notify) => ('!', notify.method.literal()?),
        // A second answer to one message is another error.
        _ => ('?', &b""[..]),
    };
    let mut target = vec![kind as u8];
    target.extend(name.to_ascii_lowercase());
    Some(target)
}

/// The most that one message can meet in a block and go on, nothing if no message goes on, and the most with which the script ends there.
/// Included scripts count; `depth` keeps circles short.
fn most(program: &Program, unit: &Unit, block: Block, kind: Counted, depth: u32) -> (Option<u64>, u64) {
    let (mut through, mut ended) = (0u64, 0u64);
    for command in unit.commands(block) {
        match &command.op {
            Op::If(branches) => {
                let mut best = if branches.otherwise.is_some() { None } else { Some(0) };
                let mut take = |inside| {
                    let (passed, stopped) = most(program, unit, inside, kind, depth);
                    ended = ended.max(through.saturating_add(stopped));
                    best = best.max(passed);
                };
                take(branches.first.block);
                branches.others.iter().for_each(|branch| take(branch.block));
                branches.otherwise.into_iter().for_each(take);
                let Some(best) = best else { return (None, ended) };
                through = through.saturating_add(best);
            }
            Op::ForEveryPart(inside) => {
                let (passed, stopped) = most(program, unit, *inside, kind, depth);
                ended = ended.max(through.saturating_add(stopped));
                through = through.saturating_add(passed.unwrap_or(stopped));
            }
            Op::Include { unit: Some(index), .. } if depth < 10 => {
                if let Some(other) = program.units.get(*index as usize) {
                    let (passed, stopped) = most(program, other, other.block, kind, depth + 1);
                    through = through.saturating_add(passed.unwrap_or(0).max(stopped));
                }
            }
            op if ends(op) => return (None, ended.max(through)),
            op => through = through.saturating_add(u64::from(kind.counts(op))),
        }
    }
    (Some(through), ended)
}
