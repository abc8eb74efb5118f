//! Commands that never run, and tests whose answer the script itself gives.

use super::walk::Word;
use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::sieve::syntax::{Call, CallIter};
use crate::text::offset;

/// What stands after `stop` in its block, and branches behind one that is always taken.
pub(super) fn unreachable(look: &mut Look<'_>) {
    if !look.written.constant && !look.written.ending {
        return;
    }
    let mut dead = Vec::new();
    block(look, look.script.calls().top(), &mut dead);
    for Dead { range, head, by, label, place } in dead {
        let edit = Edit { range: look.whole_lines(range), text: String::new() };
        let cure = Phrase { en: "remove what never runs", fr: "enlever ce qui ne s'exécute jamais" };
        let name = by.of(look.text());
        let finding = Diagnostic::new(Code::Unreachable, head).with("name", name).label(place, label);
        look.report(finding.fix(fix(cure, Applicability::Safe, vec![edit])));
    }
}

/// Something that never runs.
struct Dead {
    /// All of it.
    range: Range,
    /// The head of its first command.
    head: Range,
    /// The name of what makes it so, and its place.
    by: Range,
    place: Range,
    label: Phrase,
}

/// Looks through the commands of a block; true if every way through it ends the script.
fn block(look: &Look<'_>, calls: CallIter<'_>, dead: &mut Vec<Dead>) -> bool {
    let mut ended: Option<Call<'_>> = None;
    // The branch that is always taken; whether all branches so far end the script.
    let (mut taken, mut all_end) = (None::<Call<'_>>, false);
    let mut rest: Option<Dead> = None;
    for call in calls {
        let word = Word::of(call.name.bytes(look.text().as_bytes()));
        let (is_if, is_else) = (word == Word::If, word == Word::Else);
        let continues = word == Word::Elsif || is_else;
        if let Some(end) = ended.filter(|_| !continues || rest.is_some()) {
            let label = Phrase { en: "the block ends here", fr: "le bloc se termine ici" };
            let new = Dead { range: call.range(), head: call.head, by: end.name, place: end.head, label };
            rest.get_or_insert(new).range.end = call.range().end;
            continue;
        }
        if let Some(before) = taken.filter(|_| continues) {
            let label = Phrase { en: "this branch is always taken", fr: "cette branche est toujours prise" };
            dead.push(Dead { range: call.range(), head: call.head, by: before.name, place: before.head, label });
            continue;
        }
        let asks = look.written.constant && matches!(word, Word::If | Word::Elsif);
        let known = if asks { call.tests().next().and_then(|test| constant_value(look, test)) } else { None };
        let inside_ends = known != Some(false) && call.block().is_some_and(|inside| block(look, inside.commands, dead));
        if is_if {
            (taken, all_end) = (None, true);
        } else if !continues {
            (taken, all_end) = (None, false);
        }
        if is_if || continues {
            all_end &= inside_ends || known == Some(false);
            if known == Some(true) || is_else {
                taken = Some(call);
            }
            if all_end && taken.is_some() {
                ended = Some(call);
            }
        } else if word == Word::End {
            ended = Some(call);
        }
    }
    dead.extend(rest);
    ended.is_some()
}

/// The answer of a test, if it holds for every message because the script says so.
fn constant_value(look: &Look<'_>, test: Call<'_>) -> Option<bool> {
    let word = Word::of(test.name.bytes(look.text().as_bytes()));
    let mut inside = test.tests().map(|inner| constant_value(look, inner));
    match word {
        Word::True | Word::False => Some(word == Word::True),
        Word::Not => inside.next()?.map(|value| !value),
        Word::AnyOf | Word::AllOf => {
            let decides = word == Word::AnyOf;
            let values: Vec<Option<bool>> = inside.collect();
            match values.contains(&Some(decides)) {
                true => Some(decides),
                false => values.iter().all(Option::is_some).then_some(!decides),
            }
        }
        _ => None,
    }
}

/// Tests whose answer is known, except `true` and `false` where they stand for themselves: they mean what they say.
pub(super) fn constant(look: &mut Look<'_>) {
    if !look.written.constant {
        return;
    }
    let mut rows = vec![look.script.calls().top()];
    while let Some(row) = rows.pop() {
        for call in row {
            rows.extend(call.block().map(|inside| inside.commands));
            for test in call.tests() {
                constant_in(look, test);
            }
        }
    }
}

fn constant_in(look: &mut Look<'_>, test: Call<'_>) {
    match constant_value(look, test) {
        Some(_) if test.tests().next().is_none() => {}
        Some(value) => {
            let word = if value { "true" } else { "false" };
            let edit = Edit { range: Range::new(test.name.start, end_of(look, test)), text: word.into() };
            let applicability = if has_effect(look, test) { Applicability::Unsafe } else { Applicability::Safe };
            let cure = fix(Phrase { en: "write it out", fr: "l'écrire en clair" }, applicability, vec![edit]);
            look.report(Diagnostic::new(Code::ConstantTest, test.range()).with("value", word).fix(cure));
        }
        None => {
            for inner in test.tests() {
                if constant_value(look, inner).is_some() {
                    let value = constant_value(look, inner) == Some(true);
                    look.report(Diagnostic::new(Code::ConstantTest, inner.range()).with("value", if value { "true" } else { "false" }));
                } else {
                    constant_in(look, inner);
                }
            }
        }
    }
}

/// True if more may come of a test than its answer: a memory, match values, a program that runs.
fn has_effect(look: &Look<'_>, test: Call<'_>) -> bool {
    const PLAIN: &[&str] = &["true", "false", "not", "allof", "anyof", "exists", "size"];
    const READING: &[&str] = &["header", "address", "envelope", "body"];
    let is_in = |names: &[&str]| names.iter().any(|known| test.name.of(look.text()).eq_ignore_ascii_case(known));
    let plain = is_in(PLAIN) || is_in(READING) && !look.unit.captures;
    !plain || test.tests().any(|inner| has_effect(look, inner))
}

/// Where a test ends, its closing parenthesis included.
fn end_of(look: &Look<'_>, test: Call<'_>) -> u32 {
    let end = test.range().end;
    let rest = look.text().get(end as usize..).unwrap_or("");
    let blank = rest.len() - rest.trim_start().len();
    // The end of a list of tests is told with or without its parenthesis.
    let inside = test.range().of(look.text());
    let open = inside.matches('(').count() > inside.matches(')').count();
    if open && rest.trim_start().starts_with(')') { end + offset(blank + 1) } else { end }
}
