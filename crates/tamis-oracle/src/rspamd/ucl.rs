//! Random documents in UCL, read by tamis and by libucl in `rspamadm`.

use std::io;

use tamis::ucl::{File, Files, Release, Settings, Wanted, compact, load};

use super::{Compared, Rspamd};
use crate::generate::Random;
use crate::programs::Sandbox;

/// Reads documents and prints what libucl makes of each, one line for each.
const SCRIPT: &str = r#"
local ucl = require "ucl"
local input = io.open(arg[1], "rb")
local output = io.open(arg[2], "wb")
while true do
  local length = input:read("*n")
  if not length then break end
  input:read(1)
  local text = input:read(length) or ""
  local parser = ucl.parser()
  for _, pair in ipairs({{"FILENAME", arg[3] .. "/doc"}, {"CURDIR", arg[3]}, {"VERSION", "3.4"}, {"VERSION_MAJOR", "3"}, {"DIR", arg[3]}}) do
    parser:register_variable(pair[1], pair[2])
  end
  output:write("?")
  output:flush()
  local ok, why = parser:parse_string(text)
  if ok then
    local object = parser:get_object_wrapped()
    output:write(" ok ", object and object:tostring("json-compact") or "nothing", "\n")
  else
    output:write(" no ", (tostring(why):gsub("[\r\n]", " ")), "\n")
  end
  output:flush()
end
"#;

/// Compares `cases` documents, starting with `seed`.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, cases: usize, seed: u64) -> io::Result<Compared> {
    let sandbox = Sandbox::new()?;
    let folder = sandbox.folder("ucl")?;
    let folder = folder.to_string_lossy().into_owned();
    let mut compared = Compared::default();
    let mut files = Files::new();
    let mut random = Random::new(seed ^ 0x5eed);
    for number in 0..6 {
        let mut text = String::new();
        Writer { random: &mut random, out: &mut text, depth: 2, included: true }.entries();
        if number == 5 {
            text = format!("{{ {text}\n}}\n");
        }
        let name = format!("{folder}/f{number}.conf");
        sandbox.file(&format!("ucl/f{number}.conf"), text.as_bytes())?;
        files.insert(name.clone(), Some(File { path: name, text }));
    }
    let names: Vec<String> = (0..6).map(|number| format!("{folder}/f{number}.conf")).collect();
    files.insert_glob(format!("{folder}/*.conf"), names);
    files.insert_glob(format!("{folder}/n*.conf"), Vec::new());
    let settings = Settings {
        release: Release::Rspamd34,
        variables: [("FILENAME", format!("{folder}/doc")), ("CURDIR", folder.clone()), ("VERSION", "3.4".to_owned())]
            .into_iter()
            .chain([("VERSION_MAJOR", "3".to_owned()), ("DIR", folder.clone())])
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        ..Settings::default()
    };
    let documents: Vec<String> = (0..cases).map(|case| document(&mut Random::part(seed, case as u64))).collect();
    let mut at = 0;
    while at < documents.len() {
        let mut input = Vec::new();
        for text in documents.iter().skip(at) {
            input.extend_from_slice(format!("{}\n", text.len()).as_bytes());
            input.extend_from_slice(text.as_bytes());
        }
        let input = sandbox.file("input", &input)?;
        let output = sandbox.file("output", b"")?;
        let (input, output_name) = (input.to_string_lossy().into_owned(), output.to_string_lossy().into_owned());
        let (end, said) = rspamd.lua(&sandbox, SCRIPT, &[&input, &output_name, &folder])?;
        let answers = String::from_utf8_lossy(&std::fs::read(&output)?).into_owned();
        let mut read = 0;
        for answer in answers.split_inclusive('\n') {
            let Some(text) = documents.get(at + read) else { break };
            read += 1;
            let Some(answer) = answer.strip_suffix('\n') else {
                compared.crashed += 1;
                continue;
            };
            judge(text, &folder, &files, &settings, answer.trim_start_matches('?'), &mut compared);
        }
        if read == 0 {
            return Err(io::Error::other(format!("rspamadm ended with {end:?}: {said}")));
        }
        at += read;
    }
    Ok(compared)
}

fn judge(text: &str, folder: &str, files: &Files, settings: &Settings, answer: &str, compared: &mut Compared) {
    let mut files = files.clone();
    let name = format!("{folder}/doc");
    files.insert(name.clone(), Some(File { path: name.clone(), text: text.to_owned() }));
    let mut loaded = load(&name, &files, settings);
    // Every file that there is was given.
    while !loaded.wanted.is_empty() {
        for wanted in &loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    // A known file under another name, such as one with two slashes.
                    let path = std::fs::canonicalize(name).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
                    let file = files.get(&path).flatten().cloned();
                    files.insert(name.clone(), file);
                }
                Wanted::Glob(pattern) => files.insert_glob(pattern.clone(), Vec::new()),
            }
        }
        loaded = load(&name, &files, settings);
    }
    let ours = if loaded.refused { "no".to_owned() } else { format!("ok {}", compact(&loaded.document)) };
    let theirs = answer.trim_start();
    let same = match (loaded.refused, theirs.strip_prefix("ok ")) {
        (true, None) => {
            compared.refused += 1;
            let code = loaded.diagnostics.iter().find(|finding| finding.severity == tamis::diagnostic::Severity::Error);
            *compared.refusals.entry(code.map_or("", |finding| finding.code.facts().id)).or_default() += 1;
            true
        }
        (false, Some(theirs)) => same(&ours[3..], theirs),
        _ => false,
    };
    if same {
        compared.same += 1;
    } else if loaded.diagnostics.iter().any(|finding| finding.code == tamis::diagnostic::Code::UclIncludedBraces) {
        // libucl closes the wrong container, and what follows has no meaning; tamis says so.
        compared.declined += 1;
    } else {
        let why: Vec<&str> = loaded.diagnostics.iter().map(|finding| finding.code.facts().id).collect();
        compared.different.push([text.to_owned(), format!("{ours} {why:?}"), theirs.to_owned()]);
    }
}

/// The same JSON, but for how far numbers are written out and for what is not finite.
#[must_use]
pub fn same(ours: &str, theirs: &str) -> bool {
    if ours == theirs {
        return true;
    }
    let (mut a, mut b) = (ours.as_bytes(), theirs.as_bytes());
    loop {
        match (a, b) {
            ([], []) => return true,
            ([first, rest_a @ ..], [second, rest_b @ ..]) if first == second && !first.is_ascii_digit() && !b"ni".contains(first) => {
                (a, b) = (rest_a, rest_b);
            }
            _ => {
                let number = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit() || b".e+-".contains(byte)).count();
                let (length_a, length_b) = (number(a), number(b));
                let word = |text: &[u8]| {
                    [&b"null"[..], b"inf", b"-inf", b"nan", b"-nan"].into_iter().find(|word| text.starts_with(word)).map(<[u8]>::len)
                };
                if length_a > 0 && length_b > 0 {
                    let value = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.parse::<f64>().ok()).unwrap_or(f64::NAN);
                    let (x, y) = (value(&a[..length_a]), value(&b[..length_b]));
                    if a[..length_a] != b[..length_b] && ((x - y).abs() > 1e-6 * x.abs().max(1.0) || x.is_nan() || y.is_nan()) {
                        return false;
                    }
                    (a, b) = (&a[length_a..], &b[length_b..]);
                } else if let (Some(length_a), Some(length_b)) = (word(a), word(b)) {
                    (a, b) = (&a[length_a..], &b[length_b..]);
                } else if a.first() == b.first() && a.first().is_some_and(|byte| b"ni".contains(byte)) {
                    (a, b) = (&a[1..], &b[1..]);
                } else {
                    return false;
                }
            }
        }
    }
}

/// A document; some are broken.
#[must_use]
pub fn document(random: &mut Random) -> String {
    let mut out = String::new();
    let braces = random.chance(8);
    if braces {
        out.push('{');
    }
    Writer { random, out: &mut out, depth: 0, included: false }.entries();
    if braces {
        out.push('}');
    }
    if random.chance(15) {
        for _ in 0..=random.below(3) {
            let places: Vec<usize> = out.char_indices().map(|(at, _)| at).chain([out.len()]).collect();
            let at = *random.pick(&places);
            if random.chance(50) {
                out.insert_str(at, random.pick(PIECES));
            } else if at < out.len() {
                out.remove(at);
            }
        }
    }
    out
}

/// What breaks, or seems to break, a document.
const PIECES: &[&str] = &[
    "{", "}", "[", "]", "\"", "'", ",", ";", "=", ":", " ", "\n", "#", "/*", "*/", "*", "\\", "$", "${", "(", ")", ".", "0x", "-", "e",
    "kb", "m", "min", "<<E\n", "E", "\t", "\r\n", "null", "5", "\u{1}", "é", "/", "**/", "\\u00",
];

struct Writer<'w> {
    random: &'w mut Random,
    out: &'w mut String,
    depth: usize,
    included: bool,
}

impl Writer<'_> {
    fn word(&mut self, words: &[&str]) {
        let word = self.random.pick(words);
        self.out.push_str(word);
    }

    /// One of the usual words; rarely one that is mostly a mistake.
    fn word_or(&mut self, words: &[&str], rare: &[&str]) {
        let is_rare = self.random.chance(3);
        self.word(if is_rare { rare } else { words });
    }

    fn entries(&mut self) {
        for _ in 0..=self.random.below(6) {
            self.entry();
        }
    }

    fn blank(&mut self) {
        let words: &[(usize, &str)] = &[
            (70, ""),
            (15, " "),
            (10, "\n"),
            (5, "# note \" \n"),
            (1, "# note { \n"),
            (5, "/* a /* b */ c */"),
            (2, "/* \"*/\" */"),
            (2, "\t"),
            (1, "/* a ** /*x*/ */"),
        ];
        let blank = *self.random.weighted(words);
        self.out.push_str(blank);
    }

    fn key(&mut self) {
        self.word(&["a", "b", "c", "d", "A", "k-1", "x.y", "\"a\"", "\"q k\"", "\"b\\n\"", "/p", "5x", "é", "a", "b"]);
    }

    fn entry(&mut self) {
        if !self.random.chance(40) {
            self.blank();
        }
        if self.random.chance(if self.included { 8 } else { 20 }) {
            self.macro_();
            return;
        }
        self.key();
        if self.depth < 4 && self.random.chance(30) {
            // A section, perhaps with several names.
            let names = self.random.below(3);
            for _ in 0..names {
                self.out.push(' ');
                self.key();
            }
            let glued: &[&str] = &[" ", "  ", "\t"];
            let is_glued = names > 0 && !self.random.chance(2);
            self.word(if is_glued { glued } else { &[" ", " ", " = ", ": ", "  ", " = /* c */"] });
            self.out.push('{');
            self.blank();
            self.depth += 1;
            if !self.random.chance(10) {
                self.entries();
            }
            self.depth -= 1;
            self.blank();
            self.out.push('}');
            self.word(&["", "\n", ";", ",", " ", "\n"]);
            return;
        }
        self.word(&[" = ", "=", ": ", " ", "\t", " : ", "= # c\n", " /* c */ = "]);
        self.value();
        self.word_or(&[";", "\n", ",", ";\n", ";;", " ;", " # c\n", "/* c */\n", "\n\n", " \n", " \n", ";"], &["/* c */"]);
    }

    fn value(&mut self) {
        match self.random.below(12) {
            0..3 => self.number(),
            3 if self.random.chance(15) => self.word(&["x${VERSION}y", "${NONE} $VERSION", "\"${NONE}$DIR\""]),
            3..5 => self.word(&[
                "word",
                "two words",
                "a{b}c",
                "a[1]b",
                "$VERSION",
                "$VERSION_MAJOR",
                "$$x",
                "$NONE",
                "$NONE $VERSION",
                "a\\nb",
                "a\\;b",
                "/re\\/x/i",
                "http://example.org/",
                "127.0.0.1",
                "[::1]",
                "a=b",
                "+5",
                ".5",
                "50%",
                "a'b\"c",
                "NULL",
                "<b>",
                "<<x",
            ]),
            5 => self.word(&["true", "yes", "ON", "false", "No", "off", "null", "True", "nul", "nan", "inf"]),
            6..8 => self.word(&[
                "\"text\"",
                "\"a\\n\\t\\\"b\\\\\"",
                "\"\\u00e9x\"",
                "\"$VERSION x\"",
                "\"\"",
                "\"a;b,{c}\"",
                "\"\\$VERSION\"",
                "\"\\/\"",
                "\"$NONE$DIR\"",
                "\"/\"",
                "\"\\q\"",
            ]),
            8 => self.word_or(&["'text'", "'it\\'s'", "'a\\nb'", "'$VERSION'", "''", "'a\\\nb'"], &["'\\'", "a\\"]),
            9 => self.word_or(
                &["<<EOD\nline\n  two $VERSION\nEOD\n", "<<E\nEx\nE;", "<<E\n\nE\n", "<<E\nxE\nEE\nE;"],
                &["<<E\nE\n", "<<EOD\nno end\n", "<<E\nEx\nE;\nE\n"],
            ),
            _ if self.depth < 4 => {
                self.depth += 1;
                if self.random.chance(60) {
                    self.out.push('[');
                    for place in 0..self.random.below(4) {
                        if place > 0 {
                            self.word(&[", ", ",", "\n", ";", ",\n"]);
                        }
                        self.value();
                    }
                    self.word(&["]", " ]", ",]", "\n]", "# c\n]"]);
                } else {
                    self.out.push('{');
                    self.entries();
                    self.out.push('}');
                }
                self.depth -= 1;
            }
            _ => self.number(),
        }
    }

    fn number(&mut self) {
        self.word_or(
            &["0", "5", "-3", "12", "1.5", "-0.25", "1e3", "0x1f", "1.", "007", "2.50", "123456789012", "12x3", "1e", "-0x10"],
            &["99999999999999999999", "1e999", "-"],
        );
        self.word(&[
            "", "", "", "", "m", "k", "g", "kb", "MB", "ms", "s", "min", "h", "d", "w", "y", "mins", " ", "kb ", "s ", " x", "K", "b",
            "m2", "ks",
        ]);
    }

    fn macro_(&mut self) {
        match self.random.below(10) {
            0..7 => {
                self.word_or(&[".include"], &[".try_include", ".include ", ".includes"]);
                if self.random.chance(85) {
                    self.out.push('(');
                    for place in 0..self.random.below(4) {
                        if place > 0 {
                            self.word(&[",", "; ", ";", ", "]);
                        }
                        self.word(&[
                            "try=true",
                            "try=false",
                            "priority=1",
                            "priority=5",
                            "priority=0",
                            "priority=20",
                            "duplicate=merge",
                            "duplicate=rewrite",
                            "duplicate=append",
                            "duplicate=\"merge\"",
                            "glob=true",
                            "key=\"sec\"",
                            "key=\"a\"",
                            "target=\"array\"",
                            "t=true",
                            "override=true",
                            "prio=3",
                            "try=\"true\"",
                            "priority=2 ",
                            "duplicate=merge",
                            "priority=1",
                        ]);
                    }
                    self.out.push(')');
                }
                self.word_or(&[" \""], &["\""]);
                let name = *self.random.weighted(&[
                    (12, "$DIR/f0.conf"),
                    (12, "${CURDIR}/f1.conf"),
                    (12, "$CURDIR/f2.conf"),
                    (8, "$DIR/f3.conf"),
                    (8, "$DIR/f4.conf"),
                    (1, "$DIR/f5.conf"),
                    (1, "$DIR/none.conf"),
                    (1, "$DIR/n*.conf"),
                ]);
                self.out.push_str(name);
                self.word(&["\"\n", "\";\n", "\" ", "\"\n\n"]);
            }
            7 => self.word_or(
                &[".priority 2\n", ".priority 0;", ".priority(priority=3) \"\"\n", ".priority \"7\"\n", ".priority 17\n"],
                &[".priority x\n", ".priority 3", ".priority 3 ;"],
            ),
            8 => {
                // Mostly of something that there is.
                if self.random.chance(80) && self.depth == 0 {
                    self.out.push_str("a { x = 1; y { z = 2 } }\nd { ");
                    self.word(&[".inherit \"a\"\n", ".inherit \"a\";", ".inherit(replace=true) \"a\"\n"]);
                    self.word(&["", "x = 3", "y { w = 1 }"]);
                    self.out.push_str(" }\n");
                } else if self.random.chance(10) {
                    self.word(&[".inherit \"a\"\n", ".inherit c\n"]);
                }
            }
            _ => self.word_or(
                &[
                    ".load(key=\"l\") \"$DIR/f0.conf\"\n",
                    ".load(key=\"m\", trim=true) \"$DIR/f1.conf\"\n",
                    ".load(key=\"n\", target=\"int\") \"$DIR/f2.conf\"\n",
                    ".load(try=true, key=\"o\") \"$DIR/none.conf\"\n",
                ],
                &[".load \"$DIR/f0.conf\"\n", ".nothing \"x\"\n", ".load(key=\"a\") \"$DIR/f0.conf\"\n"],
            ),
        }
    }
}
