//! Variables that nothing sets, and such as nothing reads.

use super::folded::hash;
use super::{Applicability, Code, Diagnostic, Look, Phrase, Range, fix};
use crate::sieve::program::{Op, Place, TestKind};
use crate::sieve::syntax::{Argument, Calls};
use crate::text::count;

/// Looks at the variables of the script itself; global ones may be set and read elsewhere.
pub(super) fn unset_and_unused(look: &mut Look<'_>) {
    let unit = look.unit;
    if !unit.captures {
        return;
    }
    let names = Names::of(&unit.variables);
    let mut uses = vec![Use::default(); unit.variables.len()];
    let mut set = |place: &Place, range: Range| {
        if let Some(known) = used(&mut uses, place) {
            known.set.get_or_insert(range);
            known.sets += 1;
        }
    };
    for command in &unit.commands {
        match &command.op {
            Op::Set { variable, .. } | Op::ExtractText { variable, .. } => set(variable, command.range),
            Op::Flag { variable: Some(variable), .. } => set(variable, command.range),
            Op::External(external) => external.output.iter().for_each(|place| set(place, command.range)),
            _ => {}
        }
    }
    for (name, place) in reads(look) {
        let Some(known) = names.find(name).and_then(|index| uses.get_mut(index)) else { continue };
        if !std::mem::replace(&mut known.read, true) && known.set.is_none() {
            look.report(Diagnostic::new(Code::UnsetVariable, place).with("name", name.to_ascii_lowercase()));
        }
    }
    if look.has.include || look.has.external {
        return;
    }
    if look.has.flag_variable {
        // `hasflag` names them without `${…}`.
        for test in &unit.tests {
            if let TestKind::HasFlag { variables: Some(places), .. } = &test.kind {
                for place in places {
                    used(&mut uses, place).into_iter().for_each(|known| known.tested = true);
                }
            }
        }
    }
    for (name, own) in unit.variables.iter().zip(&uses) {
        let Some(range) = own.set else { continue };
        let known = names.find(name).and_then(|index| uses.get(index)).unwrap_or(own);
        if known.read || known.tested {
            continue;
        }
        let Some(call) = look.call(range) else { continue };
        let mut finding = Diagnostic::new(Code::UnusedVariable, call.head).with("name", name);
        if call.name.of(look.text()).eq_ignore_ascii_case("set") && known.sets == 1 {
            let cure = Phrase { en: "remove it", fr: "l'enlever" };
            finding = finding.fix(fix(cure, Applicability::Safe, vec![look.without(call)]));
        }
        look.report(finding);
    }
}

/// What becomes of a variable.
#[derive(Clone, Copy, Debug, Default)]
struct Use {
    /// The first command that sets it.
    set: Option<Range>,
    /// How many commands do.
    sets: usize,
    read: bool,
    tested: bool,
}

fn used<'u>(uses: &'u mut [Use], place: &Place) -> Option<&'u mut Use> {
    match place {
        Place::Local(index) => uses.get_mut(*index as usize),
        Place::Global(_) => None,
    }
}

/// The variables by their names, in which the case of letters does not count (RFC 5229, 3).
struct Names<'p> {
    names: &'p [String],
    /// For each of so many classes of names, the first one in it, counted from 1; and for each name, the next one of its class.
    heads: [u32; 64],
    after: Vec<u32>,
}

impl<'p> Names<'p> {
    fn of(names: &'p [String]) -> Self {
        let mut out = Self { names, heads: [0; 64], after: vec![0; names.len()] };
        // From the last one on, so that the first of two with one name is found: in sieve-rs a name may be another variable in another block.
        for ((index, name), after) in names.iter().enumerate().zip(&mut out.after).rev() {
            if let Some(head) = out.heads.get_mut(hash(name.as_bytes()) as usize % 64) {
                *after = std::mem::replace(head, count(index + 1));
            }
        }
        out
    }

    #[inline(never)]
    fn find(&self, name: &str) -> Option<usize> {
        let mut next = *self.heads.get(hash(name.as_bytes()) as usize % 64)?;
        while let Some(index) = next.checked_sub(1) {
            if self.names.get(index as usize)?.eq_ignore_ascii_case(name) {
                return Some(index as usize);
            }
            next = *self.after.get(index as usize)?;
        }
        None
    }
}

/// Every `${name}` of the script's strings with its place (RFC 5229, 3), in order.
fn reads<'l>(look: &Look<'l>) -> impl Iterator<Item = (&'l str, Range)> + use<'l> {
    let text = look.script.text();
    let mut strings = Strings { calls: look.script.calls(), arguments: look.script.calls().arguments() };
    memchr::memchr_iter(b'$', text.as_bytes()).filter_map(move |at| {
        let rest = text.as_bytes().get(at + 1..)?.strip_prefix(b"{")?;
        if rest.first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let length = rest.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))?;
        let is_name = length > 0 && rest.get(length) == Some(&b'}');
        let range = Range::new(count(at), count(at + length + 3));
        // It may stand in a comment, between strings too.
        (is_name && strings.hold(range)).then(|| (Range::new(range.start + 2, range.end - 1).of(text), range))
    })
}

/// The strings of a script from some place on.
struct Strings<'l> {
    calls: &'l Calls,
    arguments: &'l [Argument],
}

impl Strings<'_> {
    /// True for a place inside a string. Each place is behind those that were asked about before.
    fn hold(&mut self, range: Range) -> bool {
        let holds = |string: Range| string.start <= range.start && range.end <= string.end;
        let before = self.arguments.iter().take_while(|argument| argument.range.end <= range.start).count();
        self.arguments = self.arguments.get(before..).unwrap_or(&[]);
        let Some(argument) = self.arguments.first().filter(|argument| holds(argument.range)) else { return false };
        if argument.kind.is_string() {
            return true;
        }
        let list = self.calls.list(*argument);
        let behind = list.partition_point(|string| string.range.start <= range.start);
        behind.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|string| holds(string.range))
    }
}
