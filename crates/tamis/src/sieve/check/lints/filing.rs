//! Flags that come too late for what was filed.

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::dialect::Engine;
use crate::sieve::program::{Block, Command, Op, TestKind};

/// `fileinto "A"; addflag "\\Seen";`: the flag is set when the message is filed already (RFC 5232, 5), and nothing files it later.
pub(super) fn flags_after(look: &mut Look<'_>) {
    // Something reads the flags, or passes the message on.
    let reads = look.unit.tests.iter().any(|test| matches!(test.kind, TestKind::HasFlag { variables: None, .. }));
    let passes = look.unit.commands.iter().any(|command| matches!(command.op, Op::Include { .. } | Op::ForEveryPart(_)));
    // Of what Proton makes of the order nothing is published.
    if !look.unit.flags || reads || passes || look.dialect.engine == Engine::Proton {
        return;
    }
    let mut found = Vec::new();
    block(look, look.unit.block, None, false, &mut found);
    for (flags, filing) in found {
        let Some((flags, filing)) = look.call(flags).zip(look.call(filing)) else { continue };
        let label = Phrase { en: "the message is filed here", fr: "le message est classé ici" };
        let name = flags.name.of(look.text());
        let mut finding = Diagnostic::new(Code::FlagsAfterFiling, flags.head).with("name", name).label(filing.head, label);
        let text = flags.range().of(look.text());
        let line = look.text().get(..filing.name.start as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
        let indent = if line.trim().is_empty() { line } else { " " };
        let moved = if line.trim().is_empty() { format!("{text}\n{indent}") } else { format!("{text} ") };
        let edits = vec![Edit { range: Range::at(filing.name.start), text: moved }, look.without(flags)];
        let cure = Phrase { en: "set the flags before", fr: "mettre les drapeaux avant" };
        finding = finding.fix(fix(cure, Applicability::Unsafe, edits));
        look.report(finding);
    }
}

/// `filed` is the command that filed the message last, if nothing keeps it since; `later` says whether something behind the block may file it again.
fn block(look: &Look<'_>, block_: Block, mut filed: Option<Range>, later: bool, found: &mut Vec<(Range, Range)>) {
    let commands = look.unit.commands(block_);
    // Whether something behind each command may file, seen from the end.
    let mut afterwards = Vec::with_capacity(commands.len());
    let mut after = later;
    for command in commands.iter().rev() {
        afterwards.push(after);
        after = !matches!(command.op, Op::Stop) && (after || files(look, command));
    }
    for (command, later) in commands.iter().zip(afterwards.into_iter().rev()) {
        match &command.op {
            Op::FileInto { copy: false, .. } | Op::Keep { .. } => filed = Some(command.range),
            Op::FileInto { copy: true, .. } => {}
            Op::Flag { variable: None, .. } => {
                if let Some(filing) = filed.filter(|_| !later) {
                    found.push((command.range, filing));
                }
            }
            Op::If(branches) => {
                for branch in branches.branches() {
                    block(look, branch.block, filed, later, found);
                }
                if let Some(otherwise) = branches.otherwise {
                    block(look, otherwise, filed, later, found);
                }
            }
            _ => {}
        }
    }
}

/// True if a command may store the message with the flags of that time.
fn files(look: &Look<'_>, command: &Command) -> bool {
    match &command.op {
        Op::FileInto { .. } | Op::Keep { .. } => true,
        Op::If(branches) => branches
            .branches()
            .map(|branch| branch.block)
            .chain(branches.otherwise)
            .any(|inside| look.unit.commands(inside).iter().any(|command| files(look, command))),
        _ => false,
    }
}
