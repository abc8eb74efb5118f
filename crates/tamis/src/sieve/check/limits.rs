//! How near a script comes to the server's limits. They count over the whole delivery, so what one script leaves the others lack.

use super::walk::ends;
use super::{Code, Diagnostic, Look, Range};
use crate::sieve::program::{Block, Op, Program, Unit};
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
    for (kind, setting, max) in
        [(Counted::Redirects, "sieve_max_redirects", settings.max_redirects), (Counted::Actions, "sieve_max_actions", settings.max_actions)]
    {
        if max == 0 {
            continue;
        }
        // What every message meets is certain to fail; what one may meet is worth a word.
        let certain =
            look.steps.steps.iter().filter(|step| step.frame.is_none() && !step.after_end && kind.counts(&step.command.op)).count();
        let (through, ended) = most(look.program, look.unit, look.unit.block, kind, 0);
        let possible = through.unwrap_or(0).max(ended);
        let nth = |count: u64| {
            let mut seen = 0;
            let found = look.steps.steps.iter().find(|step| {
                seen += u64::from(kind.counts(&step.command.op));
                seen == count.max(1)
            });
            found.map(|step| step.command.range)
        };
        let (code, count) = if certain as u64 > max {
            (Code::OverLimit, certain as u64)
        } else if possible.saturating_mul(100) > max.saturating_mul(NEAR) && possible > 1 {
            (Code::NearLimit, possible)
        } else {
            continue;
        };
        let Some(range) = nth(if count > max { max + 1 } else { count }) else { continue };
        look.report(Diagnostic::new(code, range).with("what", setting).with("count", count.to_string()).with("max", max.to_string()));
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

/// The most that one message can meet in a block and go on, nothing if no message goes on, and the most with which the script ends there.
/// Included scripts count; `depth` keeps circles short.
fn most(program: &Program, unit: &Unit, block: Block, kind: Counted, depth: u32) -> (Option<u64>, u64) {
    let (mut through, mut ended) = (0u64, 0u64);
    for command in unit.commands(block) {
        match &command.op {
            Op::If(branches) => {
                let mut best = if branches.otherwise.is_some() { None } else { Some(0) };
                for inside in branches.branches().map(|branch| branch.block).chain(branches.otherwise) {
                    let (passed, stopped) = most(program, unit, inside, kind, depth);
                    ended = ended.max(through.saturating_add(stopped));
                    best = best.max(passed);
                }
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
