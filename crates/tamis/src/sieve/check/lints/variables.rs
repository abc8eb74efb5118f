//! Variables that nothing sets, and such as nothing reads.

use super::{Applicability, Code, Diagnostic, Look, Phrase, Range, fix};
use crate::sieve::program::{Op, Place, TestKind};
use crate::text::offset;

/// Looks at the variables of the script itself; global ones may be set and read elsewhere.
pub(super) fn unset_and_unused(look: &mut Look<'_>) {
    let unit = look.unit;
    if !unit.captures {
        return;
    }
    let mut set = vec![None::<Range>; unit.variables.len()];
    let mut note = |place: &Place, range: Range| {
        if let Place::Local(index) = place
            && let Some(entry) = set.get_mut(*index as usize)
        {
            entry.get_or_insert(range);
        }
    };
    for command in &unit.commands {
        match &command.op {
            Op::Set { variable, .. } | Op::ExtractText { variable, .. } => note(variable, command.range),
            Op::Flag { variable: Some(variable), .. } => note(variable, command.range),
            Op::External(external) => external.output.iter().for_each(|place| note(place, command.range)),
            _ => {}
        }
    }
    let read = reads(look);
    let mut findings = Vec::new();
    for (name, place) in &read {
        let index = unit.variables.iter().position(|known| known.eq_ignore_ascii_case(name));
        let is_set = index.and_then(|index| set.get(index)).is_some_and(Option::is_some);
        let known = index.is_some() && !is_set;
        if known && !findings.iter().any(|(_, known): &(Range, String)| known == name) {
            findings.push((*place, name.clone()));
        }
    }
    for (place, name) in findings {
        look.report(Diagnostic::new(Code::UnsetVariable, place).with("name", name));
    }
    let by_name = unit.commands.iter().any(|command| matches!(command.op, Op::Include { .. } | Op::External(_)));
    if by_name {
        return;
    }
    for (name, range) in unit.variables.iter().zip(&set) {
        let Some(range) = range else { continue };
        if read.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) || is_tested(look, name) {
            continue;
        }
        let Some(call) = look.call(*range) else { continue };
        let mut finding = Diagnostic::new(Code::UnusedVariable, call.head).with("name", name);
        if call.name.of(look.text()).eq_ignore_ascii_case("set") && once(look, name) {
            let cure = Phrase { en: "remove it", fr: "l'enlever" };
            finding = finding.fix(fix(cure, Applicability::Safe, vec![look.without(call)]));
        }
        look.report(finding);
    }
}

/// True if one command sets it.
fn once(look: &Look<'_>, name: &str) -> bool {
    let index = look.unit.variables.iter().position(|known| known.eq_ignore_ascii_case(name)).map(offset);
    let is = |place: &Place| matches!(place, Place::Local(own) if Some(*own) == index);
    let sets = look.unit.commands.iter().filter(|command| match &command.op {
        Op::Set { variable, .. } | Op::ExtractText { variable, .. } | Op::Flag { variable: Some(variable), .. } => is(variable),
        Op::External(external) => external.output.iter().any(is),
        _ => false,
    });
    sets.count() == 1
}

/// True if a test names it: `hasflag` and `string` may.
fn is_tested(look: &Look<'_>, name: &str) -> bool {
    let index = look.unit.variables.iter().position(|known| known.eq_ignore_ascii_case(name)).map(offset);
    look.unit.tests.iter().any(|test| match &test.kind {
        TestKind::HasFlag { variables: Some(places), .. } => {
            places.iter().any(|place| matches!(place, Place::Local(own) if Some(*own) == index))
        }
        _ => false,
    })
}

/// Every `${name}` of the script's strings with its place (RFC 5229, 3).
fn reads(look: &Look<'_>) -> Vec<(String, Range)> {
    let text = look.text();
    let mut out = Vec::new();
    let calls = look.script.calls();
    for string in calls.arguments().iter().flat_map(|argument| calls.strings(*argument)) {
        let range = string.range;
        let inside = range.of(text);
        // Most strings have none, which a search for one byte tells sooner.
        if memchr::memchr(b'$', inside.as_bytes()).is_none() {
            continue;
        }
        for (at, _) in inside.match_indices("${") {
            let rest = inside.get(at + 2..).unwrap_or("");
            let Some((name, _)) = rest.split_once('}') else { continue };
            let is_name = !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
                && !name.starts_with(|char: char| char.is_ascii_digit());
            if is_name {
                let from = range.start + offset(at);
                out.push((name.to_ascii_lowercase(), Range::new(from, from + offset(name.len() + 3))));
            }
        }
    }
    out
}
