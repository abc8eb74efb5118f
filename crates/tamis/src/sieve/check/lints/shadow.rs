//! Rules that never act because an earlier one takes their mail, and tests that contradict each other.

use super::same::{Comparison, is_pure};
use super::taken::Taken;
use super::walk::always_ends;
use super::{Code, Diagnostic, Look, Phrase, Range};
use crate::sieve::program::{Block, Op, Test, TestKind, Text, Texts, Unit};

/// `if` and `elsif` whose mail an earlier branch, or an earlier rule that ends the script, takes already.
pub(super) fn rules(look: &mut Look<'_>) {
    // What changes what later tests read.
    if look.has.edit || look.has.external || look.has.include || look.has.every_part {
        return;
    }
    let mut comparison = Comparison::new(look.unit);
    let mut found = Vec::new();
    block(look, look.unit.block, &mut Taken::new(look.unit), &mut comparison, &mut found);
    for (test, earlier) in found {
        let label =
            Phrase { en: "this takes the same messages, and more, before", fr: "ceci prend les mêmes messages, et d'autres, avant" };
        look.report(Diagnostic::new(Code::ShadowedRule, test).label(earlier, label));
    }
}

/// `taken` holds the tests of rules that ended the script for their messages.
fn block<'p>(look: &Look<'p>, block_: Block, taken: &mut Taken<'p>, comparison: &mut Comparison<'p>, found: &mut Vec<(Range, Range)>) {
    let depth = taken.len();
    for command in look.unit.commands(block_) {
        let Op::If(branches) = &command.op else { continue };
        let before = taken.len();
        let last = branches.others.last().unwrap_or(&branches.first);
        for branch in branches.branches() {
            let test = look.unit.test(branch.test);
            if matches!(test.kind, TestKind::Constant(_)) || !is_pure(look.unit, test) {
                block(look, branch.block, taken, comparison, found);
                continue;
            }
            match taken.first(test, |earlier| comparison.implies(test, earlier)) {
                Some(earlier) => found.push((test.range, earlier.range)),
                None => block(look, branch.block, taken, comparison, found),
            }
            // In the next branches it is known that this test failed.
            let (ends, is_last) = (always_ends(look.unit, branch.block), std::ptr::eq(branch, last) && branches.otherwise.is_none());
            if ends || !is_last {
                taken.push(test, ends);
            }
        }
        if let Some(otherwise) = branches.otherwise {
            block(look, otherwise, taken, comparison, found);
        }
        taken.keep_ending(before);
    }
    taken.truncate(depth);
}

/// `allof` of tests that exclude each other, `anyof` of a test and its opposite.
pub(super) fn contradictions(look: &mut Look<'_>) {
    let unit = look.unit;
    let mut comparison = Comparison::new(unit);
    for test in unit.tests.iter().filter(|test| !test.range.is_empty()) {
        let (TestKind::AllOf(row) | TestKind::AnyOf(row)) = &test.kind else { continue };
        let all = matches!(test.kind, TestKind::AllOf(_));
        let tests = unit.tests(*row);
        if tests.len() > 64 {
            continue;
        }
        'pairs: for (number, a) in tests.iter().enumerate() {
            for b in tests.get(number + 1..).unwrap_or(&[]) {
                if !may_meet(unit, a, b, all) || !is_pure(unit, a) || !is_pure(unit, b) {
                    continue;
                }
                if all && comparison.excludes(a, b) {
                    let label = Phrase { en: "this never holds with it", fr: "ceci n'est jamais vrai en même temps" };
                    look.report(Diagnostic::new(Code::Contradiction, b.range).label(a.range, label));
                    break 'pairs;
                }
                if !all && is_opposite(look, a, b, &mut comparison) {
                    look.report(Diagnostic::new(Code::ConstantTest, test.range).with("value", "true"));
                    break 'pairs;
                }
            }
        }
    }
}

/// False for tests of such kinds, or of such fields, that neither excludes the other, or is its opposite.
fn may_meet(unit: &Unit, a: &Test, b: &Test, exclude: bool) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Not(_), TestKind::Not(_)) => true,
        (TestKind::Not(inside), other) | (other, TestKind::Not(inside)) => match (&unit.test(*inside).kind, other) {
            // Fields that are not the same have nothing to do with each other.
            (TestKind::Header { names: a, .. }, TestKind::Header { names: b, .. }) => share_a_name(a, b),
            _ => true,
        },
        (TestKind::AnyOf(_), _) | (_, TestKind::AnyOf(_)) => exclude,
        (TestKind::Size { .. }, TestKind::Size { .. }) | (TestKind::Header { .. }, TestKind::Header { .. }) => exclude,
        _ => false,
    }
}

/// True if a name stands in both lists. Names that are not known count as any.
fn share_a_name(a: &Texts, b: &Texts) -> bool {
    let same = |a: &Text, b: &Text| match (a.literal(), b.literal()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => true,
    };
    a.items.iter().any(|a| b.items.iter().any(|b| same(a, b)))
}

/// True if one is `not` of what the other implies, so that one of them always holds.
fn is_opposite(look: &Look<'_>, a: &Test, b: &Test, comparison: &mut Comparison<'_>) -> bool {
    match (&a.kind, &b.kind) {
        (TestKind::Not(x), _) if comparison.implies(look.unit.test(*x), b) => true,
        (_, TestKind::Not(y)) => comparison.implies(look.unit.test(*y), a),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sieve::check::Options;
    use crate::sieve::dialect::Dialect;
    use crate::sieve::{Script, Scripts, compile};

    /// A small generator of numbers (xorshift, Marsaglia).
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % end as u64).unwrap()
        }

        fn of(&mut self, choices: &[&'static str]) -> &'static str {
            choices[self.below(choices.len())]
        }

        fn list(&mut self, choices: &[&'static str]) -> String {
            let strings: Vec<String> = (0..=self.below(3) / 2).map(|_| format!("\"{}\"", self.of(choices))).collect();
            format!("[{}]", strings.join(", "))
        }
    }

    /// A test of few words, so that many imply others.
    fn test(random: &mut Random, depth: usize) -> String {
        let (names, keys) = (["Subject", "subject", "From", "X-A"], ["foo", "FOObar", "xfoo", "bar", "ba", "", "[foo] bar", "a"]);
        let how = [":is", ":contains", ":contains", ":matches", ":contains :comparator \"i;octet\""];
        match random.below(if depth < 2 { 13 } else { 8 }) {
            0..4 => format!("header {} {} {}", random.of(&how), random.list(&names), random.list(&keys)),
            4 => format!(
                "address {} {} {} \"{}\"",
                random.of(&[":all", ":domain"]),
                random.of(&how),
                random.list(&["from", "to"]),
                random.of(&keys)
            ),
            5 => format!("envelope {} \"from\" {}", random.of(&how), random.list(&keys)),
            6 => format!("exists {}", random.list(&names)),
            7 => random
                .of(&["size :over 1K", "size :over 2K", "size :under 1K", "body :contains \"foo\"", "body :contains \"foobar\"", "true"])
                .into(),
            8 | 9 => format!("not {}", test(random, depth + 1)),
            _ => {
                let tests: Vec<String> = (0..=random.below(3)).map(|_| test(random, depth + 1)).collect();
                format!("{} ({})", random.of(&["allof", "anyof"]), tests.join(", "))
            }
        }
    }

    fn rules_of(random: &mut Random, count: usize, depth: usize) -> String {
        let mut out = String::new();
        for _ in 0..count {
            for word in ["if", "elsif"].iter().take(1 + random.below(4) / 3) {
                let inside = if depth < 2 && random.below(5) == 0 { rules_of(random, 2, depth + 1) } else { String::new() };
                out += &format!("{word} {} {{ {inside} {} }}\n", test(random, 0), random.of(&["stop;", "stop;", "keep;"]));
            }
        }
        out
    }

    /// Each rule compared with each near one, first come, first told.
    fn plainly<'p>(look: &Look<'p>, block: Block, taken: &mut Vec<&'p Test>, found: &mut Vec<(Range, Range)>) {
        let depth = taken.len();
        for command in look.unit.commands(block) {
            let Op::If(branches) = &command.op else { continue };
            let before = taken.len();
            let mut ending = Vec::new();
            for branch in branches.branches() {
                let test = look.unit.test(branch.test);
                if !is_pure(look.unit, test) || matches!(test.kind, TestKind::Constant(_)) {
                    plainly(look, branch.block, taken, found);
                    continue;
                }
                let near = &taken[taken.len().saturating_sub(400)..];
                match near.iter().find(|earlier| Comparison::new(look.unit).implies(test, earlier)) {
                    Some(earlier) => found.push((test.range, earlier.range)),
                    None => plainly(look, branch.block, taken, found),
                }
                taken.push(test);
                if always_ends(look.unit, branch.block) {
                    ending.push(test);
                }
            }
            if let Some(otherwise) = branches.otherwise {
                plainly(look, otherwise, taken, found);
            }
            taken.truncate(before);
            taken.extend(ending);
        }
        taken.truncate(depth);
    }

    #[test]
    fn what_is_found_by_marks_is_what_comparing_all_finds() {
        let (dialect, options) = (Dialect::named("pigeonhole-2.4").unwrap(), Options::default());
        let mut random = Random(0x5eed_0010);
        let (mut all, mut scripts) = (0, 0);
        while scripts < 400 {
            let count = if scripts % 50 == 0 { 30 } else { 1 + random.below(12) };
            let text = format!("require [\"body\", \"envelope\"];\n{}", rules_of(&mut random, count, 0));
            let script = Script::parse(text.as_str());
            let program = compile(&script, &Scripts::default(), &dialect).program.expect(&text);
            let look = Look::new(&script, &program, &options);
            let (mut by_marks, mut plain) = (Vec::new(), Vec::new());
            block(&look, look.unit.block, &mut Taken::new(look.unit), &mut Comparison::new(look.unit), &mut by_marks);
            plainly(&look, look.unit.block, &mut Vec::new(), &mut plain);
            assert_eq!(by_marks, plain, "{text}");
            (all, scripts) = (all + plain.len(), scripts + 1);
        }
        assert!(all > 300, "only {all} rules get no mail");
    }
}
