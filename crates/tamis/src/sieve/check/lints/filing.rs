//! Flags that come too late for what was filed.

use std::cell::Cell;

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::dialect::Engine;
use crate::sieve::program::{Block, Command, Op};

/// `fileinto "A"; addflag "\\Seen";`: the flag is set when the message is filed already (RFC 5232, 5), and nothing files it later.
pub(super) fn flags_after(look: &mut Look<'_>) {
    // Something reads the flags, or passes the message on.
    let (reads, passes) = (look.has.internal_hasflag, look.has.include || look.has.every_part);
    // Of what Proton makes of the order nothing is published.
    let late = look.has.flag && (look.has.filed_before || look.written.ending);
    if !look.unit.flags || !late || reads || passes || look.dialect.engine == Engine::Proton {
        return;
    }
    let mut found = Vec::new();
    block(look, look.unit.block, None, None, &mut found);
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

/// The commands of a block from one on, which stands in others. Whether one behind may file is asked rarely, so it is found out then.
struct Rest<'r, 'p> {
    commands: &'p [Command],
    /// How many of them stand before those that are asked about.
    done: usize,
    /// The command that decides it for all before it, and what it says.
    known: Cell<Option<(usize, bool)>>,
    outer: Option<&'r Rest<'r, 'p>>,
}

impl Rest<'_, '_> {
    /// True if a command may store the message with the flags of that time, before the script ends.
    fn files(&self, look: &Look<'_>) -> bool {
        if let Some((_, files)) = self.known.get().filter(|(at, _)| *at >= self.done) {
            return files;
        }
        for (at, command) in self.commands.iter().enumerate().skip(self.done) {
            let stops = matches!(command.op, Op::Stop);
            if stops || files(look, command) {
                self.known.set(Some((at, !stops)));
                return !stops;
            }
        }
        let later = self.outer.is_some_and(|outer| outer.files(look));
        self.known.set(Some((self.commands.len(), later)));
        later
    }
}

/// `filed` is the command that filed the message last, if nothing keeps it since; `outer` is what stands behind the block.
fn block<'l>(look: &Look<'l>, block_: Block, mut filed: Option<Range>, outer: Option<&Rest<'_, 'l>>, found: &mut Vec<(Range, Range)>) {
    let mut rest = Rest { commands: look.unit.commands(block_), done: 0, known: Cell::new(None), outer };
    for command in rest.commands {
        rest.done += 1;
        match &command.op {
            Op::FileInto { copy: false, .. } | Op::Keep { .. } => filed = Some(command.range),
            Op::FileInto { copy: true, .. } => {}
            Op::Flag { variable: None, .. } => {
                if let Some(filing) = filed.filter(|_| !rest.files(look)) {
                    found.push((command.range, filing));
                }
            }
            Op::If(branches) => {
                for inside in branches.branches().map(|branch| branch.block).chain(branches.otherwise) {
                    block(look, inside, filed, Some(&rest), found);
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
