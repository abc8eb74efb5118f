//! A draft says what a check of the whole text says, whatever was edited before: for many edits of many scripts, findings and program are compared.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use tamis::diagnostic::Diagnostic;
use tamis::sieve::dialect::servers;
use tamis::sieve::program::{Block, Op, Test, TestKind, Tests, Unit};
use tamis::sieve::{Dialect, Draft, Options, Program, Script, Scripts, check, compile};

/// What people write, whole and in part, and what they should not.
const PIECES: &[&str] = &[
    "a",
    "f",
    "fil",
    "\"",
    "\"",
    "\n",
    " ",
    ";",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    "'",
    "\\",
    "é",
    "9K",
    "#",
    "/*",
    "*/",
    "text:\n",
    ".\n",
    "\0",
    "keep;",
    "if ",
    "elsif true {",
    "else {",
    "}\n",
    "stop;\n",
    "require \"fileinto\";\n",
    "require [\"variables\", \"imap4flags\"];\n",
    "\"variables\",",
    "# note\n",
    "\nif header :contains \"Subject\" \"x\" {\n    fileinto \"X\";\n}\n",
    "set \"v\" \"1\";\n",
    "\"${v}\"",
    "global \"v\";\n",
    "foo;\n",
    "include \"a\";\n",
    "if ihave \"vacation\" { stop; }\n",
    "keep keep keep;\n",
    "if false { foo; }\n",
    "if true { stop; }\n",
    "duplicate",
    ":regex",
    "require \"spamtest\"; require \"spamtestplus\";\n",
    "require \"nothing\";\n",
    "allof (",
    "\"a\", \"b\"",
    "addflag \"\\\\Seen\";\n",
    "# tamis: ignore[sieve/unused-require]\n",
    "foreverypart { break; }\n",
    "vacation \"weg\";\n",
    "redirect \"a@example.org\";\n",
    ":copy ",
];

/// A sequence that never changes (Marsaglia, Xorshift RNGs).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn scripts() -> Vec<String> {
    fn visit(folder: &Path, out: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                visit(&entry, out);
            } else if entry.extension().is_some_and(|extension| extension == "sieve") {
                out.push(entry);
            }
        }
    }
    let mut paths = Vec::new();
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus"), &mut paths);
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()).filter(|text| text.len() < 4000).collect()
}

/// The nearest place between two characters at or before this one.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn edited(text: &str, scripts: &[String], random: &mut Random) -> String {
    let at = boundary(text, random.below(text.len() + 1));
    let end = boundary(text, at + [0, 0, 0, 1, 2, 9, 40, 200][random.below(8)]).max(at);
    let other = &scripts[random.below(scripts.len())];
    let from = boundary(other, random.below(other.len() + 1));
    let piece = match random.below(8) {
        0 => "",
        1 => &other[from..boundary(other, from + random.below(80)).max(from)],
        _ => PIECES[random.below(PIECES.len())],
    };
    [&text[..at], piece, &text[end..]].concat()
}

/// A block with all that is inside, wherever its commands and tests stand in their rows.
fn show(unit: &Unit, block: Block, out: &mut String) {
    for command in unit.commands(block) {
        let mut inside = Vec::new();
        let mut tests = Vec::new();
        let mut alone = command.clone();
        match &mut alone.op {
            Op::If(branches) => {
                for branch in std::iter::once(&mut branches.first).chain(&mut branches.others) {
                    inside.push(std::mem::take(&mut branch.block));
                    tests.push(std::mem::take(&mut branch.test));
                }
                inside.extend(branches.otherwise.iter_mut().map(std::mem::take));
            }
            Op::ForEveryPart(block) => inside.push(std::mem::take(block)),
            #[cfg(feature = "expressions")]
            Op::While { block, .. } => inside.push(std::mem::take(block)),
            _ => {}
        }
        writeln!(out, "{alone:?}").unwrap();
        tests.iter().for_each(|test| show_test(unit, unit.test(*test), out));
        inside.iter().for_each(|block| show(unit, *block, out));
        out.push_str("end\n");
    }
}

fn show_test(unit: &Unit, test: &Test, out: &mut String) {
    writeln!(out, "{:?}", test.range).unwrap();
    let row = |tests: &Tests, out: &mut String| unit.tests(*tests).iter().for_each(|test| show_test(unit, test, out));
    match &test.kind {
        TestKind::Not(inside) => show_test(unit, unit.test(*inside), out),
        TestKind::AllOf(tests) | TestKind::AnyOf(tests) => row(tests, out),
        kind => writeln!(out, "{kind:?}").unwrap(),
    }
    out.push_str("end\n");
}

fn shown(unit: &Unit) -> String {
    let mut out = format!("{:?} {:?} {} {}\n", unit.variables, unit.required, unit.captures, unit.flags);
    show(unit, unit.block, &mut out);
    out
}

#[track_caller]
fn same(found: &[Diagnostic], expected: &[Diagnostic], text: impl Fn() -> String) {
    let differs = found.iter().zip(expected).find(|(one, other)| one != other);
    assert!(found == expected, "{}\n{differs:#?}\n{} {}", text(), found.len(), expected.len());
}

/// How many edits were compared.
fn compare(dialect: &Dialect, scripts: &[String], rounds: usize, random: &mut Random) -> usize {
    let (included, options) = (Scripts::default(), Options::default());
    let mut accepted = 0;
    for _ in 0..rounds {
        let mut draft = Draft::default();
        let mut text: String = (0..1 + random.below(3)).map(|_| scripts[random.below(scripts.len())].as_str()).collect();
        let mut before = String::new();
        for _ in 0..40 {
            let (found, script) = draft.check(&text, &included, dialect, &options);
            let whole = Script::parse(text.as_str());
            let expected = check(&whole, &included, dialect, &options);
            let at = || format!("{}\n{before:?}\n{text:?}", dialect.name);
            assert_eq!(script.text(), text);
            assert_eq!(found.verdict, expected.verdict, "{}", at());
            same(&found.diagnostics, &expected.diagnostics, at);
            assert_eq!(found.wanted, expected.wanted, "{}", at());
            let program = compile(&whole, &included, dialect).program;
            let own = draft.compile(&text, &included, dialect).program;
            assert_eq!(own.is_some(), program.is_some(), "{}", at());
            if let Some((own, program)) = own.zip(program) {
                accepted += 1;
                assert_eq!(own.globals, program.globals, "{}", at());
                let lines =
                    |program: &Program| program.units.iter().map(shown).collect::<String>().lines().map(str::to_owned).collect::<Vec<_>>();
                let (own, program) = (lines(own), lines(&program));
                let differs = own.iter().zip(&program).find(|(one, other)| one != other);
                assert!(own == program, "{}\n{differs:#?}", at());
            }
            before.clone_from(&text);
            // Mistakes are often taken back, so that good scripts are not rare.
            text = edited(&text, scripts, random);
            if random.below(3) == 0 {
                let (found, _) = draft.check(&text, &included, dialect, &options);
                same(&found.diagnostics, &check(&Script::parse(text.as_str()), &included, dialect, &options).diagnostics, || {
                    format!("{before:?}\n{text:?}")
                });
                text.clone_from(&before);
            }
        }
    }
    accepted
}

#[test]
fn a_draft_says_what_a_check_says() {
    let scripts = scripts();
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let rounds = std::env::var("TAMIS_DRAFTS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6);
    let mut accepted = 0;
    for server in servers() {
        accepted += compare(&server.dialect(), &scripts, rounds, &mut random);
    }
    assert!(accepted > 50, "{accepted}");
}

/// Texts one after the other that a draft once had something else to say of.
#[test]
fn edits_that_once_were_told_otherwise() {
    let nested = |word: &str| {
        format!(
            "if true {{\n if exists \"a\" {{\n  keep;\n  stop;\n }}\n {word} exists \"b\" {{\n  keep;\n  stop;\n }}\n if exists \"c\" {{\n  keep;\n }}\n}}\n"
        )
    };
    let sequences = [
        // What is to be required goes behind the comments at the head, which end where the first command begins.
        vec![
            "# a\n# b\nfoo;\nif envelope \"to\" \"x\" { stop; }\n".into(),
            "# a\nbar;\n# b\nfoo;\nif envelope \"to\" \"x\" { stop; }\n".into(),
        ],
        // A cure that takes a line away looks at what stands before the command.
        vec!["keep;\n/* a */ require \"copy\";\n".into(), "keep;\n/* a */\n require \"copy\";\n".into()],
        // A string that is taken to end early ends with a brace that ends nothing.
        vec![
            "keep;\nfoo [\"a\", \" b.\nrequire \"c\";d.e\"] { f \"g\"; }\n# h\n".into(),
            "keep;\nstop;\nfoo [\"a\", \" b.\nrequire \"c\";d.e\"] { f \"g\"; }\n# h\n".into(),
        ],
        // What the last command of a block lacks is told of what stands behind it.
        vec!["keep;\nif true {\n require [\"a\", }\nkeep;\n".into(), "keep;\nstop;\nif true {\n require [\"a\", }\nkeep;\n".into()],
        // The commands inside an unknown one are more than there is room for.
        vec![nested("if"), nested("iff"), nested("if")],
        vec!["if true {\n keep;\n stop;\n}\n".into(), "if true {\n keep\n stop;\n}\n".into(), "if true {\n keep;\n stop;\n}\n".into()],
        // What is told of a command behind its block is told of that command, not of the last one inside.
        vec![
            "if true {\n redirect \"a\" \"b\" { stop; }, x;\n keep;\n}\nkeep;\n".into(),
            "if true {\n redirect \"a\" \"b\" { stop; }, x;\n keep;\n stop;\n}\nkeep;\n".into(),
        ],
    ];
    for (server, texts) in servers().iter().flat_map(|server| sequences.iter().map(move |texts| (server, texts))) {
        let (dialect, mut draft) = (server.dialect(), Draft::default());
        for text in texts {
            let (found, _) = draft.check(text, &Scripts::default(), &dialect, &Options::default());
            let whole = Script::parse(text.as_str());
            same(&found.diagnostics, &check(&whole, &Scripts::default(), &dialect, &Options::default()).diagnostics, || text.clone());
            let shown = |program: &Program| program.units.iter().map(shown).collect::<Vec<_>>();
            let program = compile(&whole, &Scripts::default(), &dialect).program.as_ref().map(shown);
            assert_eq!(draft.compile(text, &Scripts::default(), &dialect).program.map(shown), program, "{} {text}", dialect.name);
        }
    }
}

/// Each thing that a script may have, whole, with an edit before and one behind it.
#[test]
fn every_command_moves() {
    for server in servers() {
        let dialect = server.dialect();
        for script in super::constructs::scripts(&dialect) {
            let (included, options) = (Scripts::default(), Options::default());
            let mut draft = Draft::default();
            let requires = script.rfind("require").map_or(0, |at| at + script[at..].find('\n').unwrap_or(0) + 1);
            let (head, body) = script.split_at(requires);
            for before in
                ["keep;\n", "keep;\nkeep;\n", "if true { keep; }\n\n\nkeep;\n", "keep;\nif not exists \"x\" { keep; keep; }\n\n", "keep;\n"]
            {
                let text = [head, before, "\n", body, "\nkeep;\n"].concat();
                let (found, _) = draft.check(&text, &included, &dialect, &options);
                let whole = Script::parse(text.as_str());
                assert_eq!(found.diagnostics, check(&whole, &included, &dialect, &options).diagnostics, "{} {text}", dialect.name);
                let program = compile(&whole, &included, &dialect).program;
                let shown = |program: &Program| program.units.iter().map(shown).collect::<Vec<_>>();
                assert_eq!(
                    draft.compile(&text, &included, &dialect).program.map(shown),
                    program.as_ref().map(shown),
                    "{} {text}",
                    dialect.name
                );
            }
        }
    }
}
