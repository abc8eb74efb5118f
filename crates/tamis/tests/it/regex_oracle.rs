//! Generated patterns and texts, compared with the C libraries themselves: accepted or refused (with which message), matched or not, and every group.
//! No difference is allowed, except a few in glibc's back references to empty groups.
//! The libraries are asked through `tests/oracles/regcomp.c`. `TAMIS_REGEX_PAIRS` and `TAMIS_REGEX_SEED` make the run longer or different.

#![expect(clippy::disallowed_methods, reason = "the walls are for the core; this test runs a program beside itself")]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use tamis::regex::{Flavour, Regex};

/// Pairs compared for each library in an ordinary run.
const PAIRS: u64 = 6000;

#[test]
fn glibc_agrees() {
    compare(Flavour::Glibc, "cc", "-O2");
}

#[test]
fn musl_agrees() {
    compare(Flavour::Musl, "musl-gcc", "-static");
}

#[test]
fn deep_patterns_need_little_stack() {
    let nest = |depth: usize, open: &str, close: &str| open.repeat(depth) + "a" + &close.repeat(depth);
    let patterns = [
        nest(90, "(", ")"),
        nest(40, "(b|", ")*"),
        nest(45, "(?=", ")") + "a",
        nest(45, "(", "){1,2}"),
        nest(8000, "(", ")"),
        nest(1, "", &"*".repeat(8000)),
    ];
    let work = move || {
        for flavour in [Flavour::Glibc, Flavour::Musl, Flavour::Pcre] {
            for regex in patterns.iter().filter_map(|pattern| Regex::new(pattern.as_bytes(), flavour, true).ok()) {
                // PCRE's frames may run out, which is given up.
                assert_ne!(regex.captures(b"xxa", &mut 1_000_000), Ok(None));
            }
        }
    };
    std::thread::Builder::new().stack_size(128 * 1024).spawn(work).unwrap().join().unwrap();
}

fn compare(flavour: Flavour, compiler: &str, option: &str) {
    let Some(oracle) = build(compiler, option) else { return };
    let pairs = variable("TAMIS_REGEX_PAIRS").unwrap_or(PAIRS);
    let mut random = Random(variable("TAMIS_REGEX_SEED").unwrap_or(1));
    let cases: Vec<Case> = (0..pairs).map(|_| random.case(flavour)).collect();
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = cases.iter().map(Case::line).collect();
    let writer = std::thread::spawn(move || lines.iter().for_each(|line| input.write_all(line.as_bytes()).unwrap_or_default()));
    let answers: Vec<String> = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap).collect();
    writer.join().unwrap();
    child.wait().unwrap();
    let (mut lost, mut own_limits, mut gave_up, mut wrong, mut referring, mut wrong_referring) = (0u64, 0u64, 0u64, vec![], 0u64, 0u64);
    for (case, theirs) in cases.iter().zip(&answers) {
        let refers = flavour == Flavour::Glibc && case.refers();
        referring += u64::from(refers);
        match case.ours(flavour) {
            _ if theirs == "lost" => lost += 1,
            Ours::OwnLimit => own_limits += 1,
            Ours::GaveUp => gave_up += 1,
            Ours::Answer(ours) if refers && ours != *theirs => wrong_referring += 1,
            Ours::Answer(ours) if ours != *theirs => wrong.push(format!("{case:?}\n  ours   {ours}\n  theirs {theirs}")),
            Ours::Answer(_) => {}
        }
    }
    println!(
        "{flavour:?}: {} pairs, {} differ, {own_limits} over our limits, {gave_up} given up, {lost} lost by the library",
        answers.len(),
        wrong.len()
    );
    println!("{flavour:?}: of {referring} with back references {wrong_referring} differ");
    wrong.sort_by_key(|text| text.len());
    wrong.iter().take(40).for_each(|text| println!("{text}"));
    assert_eq!(answers.len(), cases.len(), "the oracle stopped at {:?}", cases.get(answers.len()));
    assert!((own_limits + gave_up + lost) * 50 <= pairs, "too much is not compared");
    assert!(wrong_referring * 40 <= referring, "too many back references differ");
    assert!(wrong.is_empty(), "{} of {} differ", wrong.len(), answers.len());
}

/// Compares every pattern on every text, in one process of the oracle for each pattern: how many pairs; `None` without the compiler.
pub(super) fn every(flavour: Flavour, compiler: &str, option: &str, patterns: &[String], texts: &[String]) -> Option<usize> {
    let oracle = build(compiler, option)?;
    let mut child = Command::new(oracle).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let rest: String = texts.iter().skip(1).map(|text| format!(" .{}", hex(text.as_bytes()))).collect();
    let case = |pattern: &String, text: &String| Case { ignore_case: false, pattern: pattern.clone().into(), text: text.clone().into() };
    let lines: Vec<String> = patterns.iter().map(|pattern| case(pattern, &texts[0]).line().replace('\n', &format!("{rest}\n"))).collect();
    let writer = std::thread::spawn(move || lines.iter().for_each(|line| input.write_all(line.as_bytes()).unwrap_or_default()));
    let mut answers = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut wrong = Vec::new();
    for case in patterns.iter().flat_map(|pattern| texts.iter().map(move |text| case(pattern, text))) {
        let theirs = answers.next().unwrap_or_default();
        match case.ours(flavour) {
            Ours::Answer(ours) if ours == theirs => {}
            Ours::Answer(ours) => wrong.push(format!("{case:?}\n  ours   {ours}\n  theirs {theirs}")),
            Ours::OwnLimit | Ours::GaveUp => wrong.push(format!("{case:?} is given up")),
        }
    }
    assert_eq!(answers.next(), None);
    writer.join().unwrap();
    child.wait().unwrap();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    Some(patterns.len() * texts.len())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn variable(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Compiles the oracle; without the compiler the test is skipped, or fails if `TAMIS_REQUIRE_ORACLES` is 1.
fn build(compiler: &str, option: &str) -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracles/regcomp.c");
    // Several tests ask it at the same time: one compiles it, the others find it.
    static BUILT: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut ready = BUILT.lock().unwrap();
    let program = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("regcomp-{compiler}"));
    if ready.iter().any(|ready| ready == compiler) {
        return Some(program);
    }
    let built = Command::new(compiler).args([option, "-o"]).arg(&program).arg(source).status();
    if built.is_ok_and(|status| status.success()) {
        ready.push(compiler.to_owned());
        return Some(program);
    }
    assert!(variable("TAMIS_REQUIRE_ORACLES") != Some(1), "{compiler} cannot compile {source}");
    println!("skipped: {compiler} cannot compile {source}");
    None
}

struct Case {
    ignore_case: bool,
    pattern: Vec<u8>,
    text: Vec<u8>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let case = if self.ignore_case { "i" } else { "-" };
        write!(out, "{case} {} against {}", self.pattern.escape_ascii(), self.text.escape_ascii())
    }
}

enum Ours {
    Answer(String),
    OwnLimit,
    GaveUp,
}

impl Case {
    fn line(&self) -> String {
        format!("{} .{} .{}\n", if self.ignore_case { "i" } else { "-" }, hex(&self.pattern), hex(&self.text))
    }

    fn refers(&self) -> bool {
        self.pattern.windows(2).any(|pair| pair[0] == b'\\' && matches!(pair[1], b'1'..=b'9'))
    }

    fn ours(&self, flavour: Flavour) -> Ours {
        let regex = match Regex::new(&self.pattern, flavour, self.ignore_case) {
            Ok(regex) => regex,
            Err(error) => {
                assert!(error.at.start <= error.at.end && error.at.end <= self.pattern.len(), "{self:?} {error:?}");
                return error.kind.message(flavour).map_or(Ours::OwnLimit, |text| Ours::Answer(format!("error {text}")));
            }
        };
        let (Ok(alone), Ok(groups)) = (regex.is_match(&self.text, &mut 3_000_000), regex.captures(&self.text, &mut 3_000_000)) else {
            return Ours::GaveUp;
        };
        let mut answer = format!("{} {}", if groups.is_some() { "match" } else { "none" }, u8::from(alone));
        for group in groups.iter().flatten() {
            answer += &group.map_or(" -1:-1".to_owned(), |(from, to)| format!(" {from}:{to}"));
        }
        Ours::Answer(answer)
    }
}

/// A small generator of pseudo-random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    fn case(&mut self, flavour: Flavour) -> Case {
        let mut pattern = String::new();
        if self.below(8) == 0 {
            for _ in 0..self.below(9) {
                pattern += self.pick(&[
                    "a", "b", ".", "*", "+", "?", "|", "(", ")", "[", "]", "^", "$", "{", "}", "\\", "1", "2", ",", "-", ":", "=", "[:",
                    ":]", "[.", ".]", "[=", "=]", "alpha", "{1", "\\1", "[^", "x", "\n",
                ]);
            }
        } else {
            self.alternatives(&mut pattern, 3, flavour);
        }
        let mut pattern = pattern.into_bytes();
        if self.below(12) == 0 && !pattern.is_empty() {
            let at = self.below(pattern.len() as u64) as usize;
            match self.below(3) {
                0 => drop(pattern.remove(at)),
                1 => pattern.insert(at, self.pick(b"ab*+?|()[]^${}\\-,1\xe9")),
                _ => pattern[at] = self.pick(b"ab*+?|()[]^${}\\-,1\xe9"),
            }
        }
        let letters: &[u8] =
            self.pick(&[b"ab" as &[u8], b"ab", b"ab", b"aab", b"abAB", b"ab \n", b"ab1_-x", b"a\xe9\xff b\x80K", b"ab,]^[\\{}"]);
        let slow = pattern.contains(&b'\\');
        let length = if self.below(60) == 0 && !slow { 600 + self.below(900) } else { self.below(11) };
        let text = (0..length).map(|_| self.pick(letters)).collect();
        Case { ignore_case: self.below(5) == 0, pattern, text }
    }

    fn alternatives(&mut self, out: &mut String, depth: u64, flavour: Flavour) {
        for branch in 0..self.pick(&[1, 1, 1, 2, 2, 3]) {
            if branch > 0 {
                out.push('|');
            }
            for _ in 0..self.pick(&[0, 1, 1, 1, 2, 2, 3, 4]) {
                self.atom(out, depth, flavour);
                while self.below(3) == 0 {
                    *out += self.pick(&[
                        "*", "*", "*", "+", "+", "?", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{0}", "{1}", "{,2}", "{0,1}", "{1,}", "{2,3}",
                        "{3}", "{2,1}", "{,}",
                    ]);
                }
            }
        }
    }

    fn atom(&mut self, out: &mut String, depth: u64, flavour: Flavour) {
        match self.below(40) {
            0..=15 => out.push(self.pick(&['a', 'a', 'b', 'b', 'A'])),
            16..=18 => out.push('.'),
            19..=28 if depth > 0 => {
                out.push('(');
                self.alternatives(out, depth - 1, flavour);
                out.push(')');
            }
            29 => out.push('^'),
            30 => out.push('$'),
            31..=33 => {
                *out += self.pick(&[
                    "[ab]",
                    "[^a]",
                    "[[:alpha:]]",
                    "[[:upper:]b]",
                    "[a-b]",
                    "[]a]",
                    "[^]a]",
                    "[a-]",
                    "[-a]",
                    "[b-a]",
                    "[[.a.]]",
                    "[[=a=]]",
                    "[[:foo:]]",
                    "[^[:space:]b]",
                    "[A-z]",
                    "[_-a]",
                    "[\\a]",
                    "[[.-.]-a]",
                    "[[:alpha:]-a]",
                    "[a-[:digit:]]",
                    "[^[:lower:]]",
                    "[[.aa.]]",
                    "[ab",
                    "[a-b-c]",
                    "[--b]",
                    "[^\n]",
                    "[$-^]",
                    "[[:punct:][:cntrl:]]",
                    "[[:print:]]",
                    "[[:graph:]]",
                    "[^[:xdigit:]]",
                    "[[:blank:]]",
                ]);
            }
            34 | 35 => *out += self.pick(&["\\<", "\\>", "\\b", "\\B", "\\`", "\\'"]),
            36 => *out += self.pick(&["\\w", "\\W", "\\s", "\\S", "\\d", "\\D"]),
            37 => {
                *out += self.pick(&[
                    "\\a", "\\*", "\\(", "\\)", "\\{", "\\|", "\\\\", "\\n", "\\x41", "\\x{61}", "\\x{e9}", "\\A", "\\.", "a\\{2\\}",
                ])
            }
            38 if self.below(3) == 0 => *out += self.pick(&["\\1", "\\1", "\\2", "\\3"]),
            38 | 39 => *out += self.pick(&["\n", " ", "_", "x", "1", "}", "\u{e9}", "-", ","]),
            _ => out.push('a'),
        }
    }
}
