//! Random configurations and random symbols: the score, the action, every symbol with its score and options, by tamis and by a real
//! Rspamd.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use serde_json::Value;
use tamis::rspamd::scan::rewritten_subject;
use tamis::rspamd::settings::Headers;
use tamis::rspamd::{Config, Hit, Loaded, Request, Version, load, scan_request};
use tamis::ucl::{Files, Wanted};

use super::server::{Server, prepare, variables};
use super::settings;
use super::{Compared, Rspamd};
use crate::generate::Random;
use crate::programs::Sandbox;

/// Symbols that rules register. `NOWHERE` is none of them.
pub(super) const NAMES: &[&str] = &["A", "B", "CC", "DD", "E", "F_ONE", "N1", "N2", "UNKNOWN"];

/// Compares `cases` configurations, each on `sets` sets of symbols.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, cases: usize, sets: usize, seed: u64) -> io::Result<Compared> {
    let mut compared = Compared::default();
    for case in 0..cases {
        let mut random = Random::part(seed, case as u64);
        let sandbox = Sandbox::new()?;
        let port = prepare(&sandbox, NAMES, false)?;
        let texts = configuration(&mut random, true);
        for (name, text) in &texts {
            sandbox.file(name, text.as_bytes())?;
        }
        let written: String = texts.iter().map(|(name, text)| format!("## {name}\n{text}\n")).collect();
        let Loaded { mut config, diagnostics, refused, .. } = read(&sandbox);
        config.registered = NAMES.iter().map(|name| (*name).to_owned()).collect();
        config.parents = NAMES.iter().chain(&["NOWHERE"]).map(|name| ((*name).to_owned(), "TEST_CALLBACK".to_owned())).collect();
        let why: Vec<&str> = diagnostics.iter().map(|finding| finding.code.facts().id).collect();
        let server = match Server::start(rspamd, &sandbox, port)? {
            Ok(server) => server,
            Err(_) if refused => {
                compared.same += 1;
                compared.refused += 1;
                continue;
            }
            Err(said) => {
                compared.different.push([written, format!("accepts {why:?}"), said]);
                continue;
            }
        };
        if refused {
            compared.different.push([written, format!("refuses {why:?}"), "accepts".to_owned()]);
            continue;
        }
        for _ in 0..sets {
            let hits = symbols(&mut random);
            let asked = settings::asked(&mut random);
            let message = message(&hits, &asked.fields);
            let ours = ours(&config, &hits, &asked.request);
            let theirs = match server.check(message.as_bytes(), &asked.headers) {
                Ok(answer) => theirs(&answer)?,
                Err(why) => {
                    // A worker that ends in the middle of a scan is started again.
                    eprintln!("--- no answer: {why}\n{written}## request\n{}{message}", asked.headers);
                    compared.crashed += 1;
                    continue;
                }
            };
            if same(&ours, &theirs) {
                compared.same += 1;
            } else if ours.is_edge && (ours.score - theirs.score).abs() <= 1.1e-6 {
                compared.rounded += 1;
            } else {
                compared.different.push([format!("{written}## request\n{}{message}", asked.headers), show(&ours), show(&theirs)]);
            }
        }
    }
    Ok(compared)
}

/// A scan's result, comparable.
#[derive(Debug)]
struct Said {
    score: f64,
    required: Option<f64>,
    action: String,
    skipped: bool,
    subject: Option<String>,
    /// The score is all but equal to a threshold, and was not given as such.
    is_edge: bool,
    /// Score, configured score, options.
    symbols: BTreeMap<String, (f64, f64, Vec<String>)>,
}

fn show(said: &Said) -> String {
    format!("{said:#?}")
}

fn same(a: &Said, b: &Said) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1.1e-6;
    near(a.score, b.score)
        && a.action == b.action
        && a.skipped == b.skipped
        && a.subject == b.subject
        && match (a.required, b.required) {
            (Some(a), Some(b)) => near(a, b),
            (None, None) => true,
            _ => false,
        }
        && a.symbols.len() == b.symbols.len()
        && a.symbols.iter().zip(&b.symbols).all(|((name, a), (other, b))| name == other && near(a.0, b.0) && near(a.1, b.1) && a.2 == b.2)
}

fn ours(config: &Config, hits: &[Hit], request: &Request) -> Said {
    let result = scan_request(config, hits, request);
    let changed = result.settings.apply.iter().flat_map(|apply| &apply.actions).filter_map(|(_, threshold)| *threshold);
    let mut thresholds = config.actions.iter().map(|action| action.threshold).chain(changed);
    // Rounding leaves no trace but in the last digits.
    let is_edge = thresholds.any(|threshold| (result.score - threshold).abs() < 1e-12);
    let shown = result.symbols.into_iter().filter(|symbol| !symbol.removed);
    Said {
        score: result.score,
        required: (!result.required.is_nan()).then_some(result.required),
        action: result.action,
        skipped: result.skipped,
        is_edge,
        subject: result.subject.map(|template| rewritten_subject(&template, SUBJECT, result.score)),
        symbols: shown.map(|symbol| (symbol.name, (symbol.score, symbol.metric_score, symbol.options))).collect(),
    }
}

fn theirs(body: &str) -> io::Result<Said> {
    let answer: Value = serde_json::from_str(body).map_err(|error| io::Error::other(format!("{error}: {body}")))?;
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let symbols = answer["symbols"].as_object().into_iter().flatten().map(|(name, symbol)| {
        let options = symbol["options"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        (name.clone(), (number(&symbol["score"]), number(&symbol["metric_score"]), options))
    });
    Ok(Said {
        score: number(&answer["score"]),
        required: answer["required_score"].as_f64(),
        action: answer["action"].as_str().unwrap_or("").to_owned(),
        skipped: answer["is_skipped"].as_bool().unwrap_or(false),
        is_edge: false,
        subject: answer["subject"].as_str().map(str::to_owned),
        symbols: symbols.collect(),
    })
}

/// Reads a sandboxed configuration as a face does.
pub(super) fn read(sandbox: &Sandbox) -> Loaded {
    let name = format!("{}/etc/rspamd.conf", sandbox.path().display());
    let variables = variables(sandbox);
    let mut files = Files::new();
    loop {
        let loaded = load(&name, &files, &variables, Version::DEBIAN_12);
        if loaded.wanted.is_empty() {
            return loaded;
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => match std::fs::read_to_string(&name) {
                    Ok(text) => files.add(&name, text),
                    Err(_) => files.insert(name, None),
                },
                Wanted::Glob(pattern) => files.insert_glob(pattern, Vec::new()),
            }
        }
    }
}

/// The subject of all messages.
const SUBJECT: &str = "test";

/// What settings may ask of a message: its fields, beside those that bring symbols.
pub(super) fn headers(fields: &[(String, String)]) -> Headers {
    let mut all = vec![("Subject".to_owned(), SUBJECT.to_owned())];
    all.extend_from_slice(fields);
    Headers { fields: all, from: vec!["a@example.org".to_owned()], recipients: vec!["b@example.org".to_owned()] }
}

fn message(hits: &[Hit], fields: &[(String, String)]) -> String {
    let mut text = format!("From: a@example.org\r\nTo: b@example.org\r\nSubject: {SUBJECT}\r\nMessage-ID: <a@example.org>\r\n");
    for (name, value) in fields {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    for hit in hits {
        let _ = write!(text, "X-Test-Sym: {} {} {}\r\n", hit.name, hit.weight, hit.options.join("|"));
    }
    text.push_str("\r\nText\r\n");
    text
}

pub(super) fn symbols(random: &mut Random) -> Vec<Hit> {
    (0..random.below(9))
        .map(|_| {
            let name = if random.chance(4) { "NOWHERE" } else { *random.pick(NAMES) };
            let weight = *random.weighted(&[(60, 1.0), (10, 0.5), (10, 2.0), (5, 0.0), (5, -1.0), (5, 0.3), (5, 3.25)]);
            let options = (0..random.below(3)).map(|_| (*random.pick(&["x", "y", "10%", "a.example.org", "X"])).to_owned()).collect();
            Hit { name: name.to_owned(), weight, options }
        })
        .collect()
}

/// A configuration: names of files, and their texts; with rules of `settings` or without.
#[must_use]
pub fn configuration(random: &mut Random, with_settings: bool) -> Vec<(String, String)> {
    let mut main = String::from(".include \"$CONFDIR/frame.conf\"\n");
    let mut files = Vec::new();
    actions(random, &mut main);
    groups(random, &mut main, &mut files);
    composites(random, &mut main, &mut files);
    force_actions(random, &mut main);
    if with_settings {
        settings::write(random, &mut main);
    }
    if random.chance(5) {
        files.push(("options.inc".to_owned(), "one_shot = true;\n".to_owned()));
    } else if random.chance(5) {
        files.push(("options.inc".to_owned(), "max_shots = 2;\n".to_owned()));
    }
    files.push(("rspamd.conf".to_owned(), main));
    let mut files: Vec<(String, String)> = files.into_iter().map(|(name, text)| (format!("etc/{name}"), text)).collect();
    if random.chance(15) {
        files.push(("db/rspamd_dynamic".to_owned(), dynamic(random)));
    }
    files
}

/// What the web interface saves.
fn dynamic(random: &mut Random) -> String {
    let metric = if random.chance(90) { "\"metric\": \"default\", " } else { "" };
    let mut symbols: Vec<String> = Vec::new();
    for name in NAMES.iter().chain(&["CMP0", "SET1"]) {
        if random.chance(20) {
            symbols.push(format!("{{\"name\": \"{name}\", \"value\": {}}}", random.pick(&["5.5", "-1", "0", "\"3\"", "2"])));
        }
    }
    let mut actions: Vec<String> = Vec::new();
    for name in ["reject", "add header", "greylist", "rewrite subject", "no such"] {
        if random.chance(25) {
            actions.push(format!("{{\"name\": \"{name}\", \"value\": {}}}", random.pick(&["9", "2.5", "null", "18", "0"])));
        }
    }
    if random.chance(5) {
        return "{}".to_owned();
    }
    format!("[{{{metric}\"symbols\": [{}], \"actions\": [{}]}}]", symbols.join(", "), actions.join(", "))
}

fn actions(random: &mut Random, main: &mut String) {
    main.push_str("actions {\n");
    let mut thresholds = vec!["4", "6", "8.5", "15", "3", "20", "-2", "0", "12"];
    random.shuffle(&mut thresholds);
    for name in ["reject", "add_header", "greylist", "rewrite_subject", "\"soft reject\"", "quarantine", "own", "\"no action\"", "discard"]
    {
        let usual = matches!(name, "reject" | "add_header" | "greylist");
        if !random.chance(if usual { 85 } else { 12 }) {
            continue;
        }
        let threshold = thresholds.pop().unwrap_or("7");
        let _ = match random.below(12) {
            0 => writeln!(main, "  {name} = null;"),
            1 => writeln!(main, "  {name} {{ score = {threshold}; }}"),
            2 => writeln!(main, "  {name} {{ threshold = {threshold}; flags = [ham]; }}"),
            3 => writeln!(main, "  {name} {{ flags = [no_threshold]; }}"),
            _ => writeln!(main, "  {name} = {threshold};"),
        };
    }
    if random.chance(20) {
        let _ = writeln!(main, "  unknown_weight = {};", random.pick(&["1.5", "-1", "0.25"]));
    }
    if random.chance(15) {
        let _ = writeln!(main, "  grow_factor = {};", random.pick(&["1.1", "1.5", "2"]));
    }
    main.push_str("}\n");
}

fn groups(random: &mut Random, main: &mut String, files: &mut Vec<(String, String)>) {
    let names = ["one", "two", "three"];
    let mut bodies: Vec<String> = vec![String::new(); names.len()];
    let mut local = String::new();
    for name in NAMES.iter().filter(|name| **name != "UNKNOWN").chain(&["SET1"]) {
        if random.chance(8) {
            continue;
        }
        let group = random.below(names.len());
        let weight = if name.starts_with('N') {
            random.pick(&["-2", "-0.5", "-3.25"])
        } else {
            random.pick(&["1", "2.5", "3", "0.1", "4", "0", "7.77"])
        };
        let mut body = format!("{} = {weight}; ", random.pick(&["weight", "score", "weight"]));
        if random.chance(12) {
            body.push_str("one_shot = true; ");
        } else if random.chance(10) {
            let _ = write!(body, "nshots = {}; ", random.pick(&["2", "3"]));
        }
        if random.chance(10) {
            body.push_str("one_param = true; ");
        }
        if random.chance(3) {
            body.push_str("enabled = false; ");
        }
        if random.chance(15) {
            let _ = write!(body, "groups = [\"{}\"]; ", random.pick(&names));
        }
        if random.chance(5) {
            body.push_str("description = \"text\"; ");
        }
        let _ = writeln!(bodies[group], "    {name} {{ {body}}}");
        if random.chance(12) && group == 0 {
            let _ = writeln!(local, "  {name} {{ {} = {}; }}", random.pick(&["weight", "score"]), random.pick(&["1.25", "-1", "6"]));
        }
    }
    // After several sections, Lua's order of composites is not determined, and `grow_factor` makes it matter.
    let several = random.chance(40) && !main.contains("grow_factor");
    if !several {
        main.push_str("group {\n");
    }
    for (name, body) in names.iter().zip(&bodies) {
        let limit = if random.chance(45) { format!("  max_score = {};\n", random.pick(&["3", "5", "0.5", "10"])) } else { String::new() };
        let _ = writeln!(main, "{} \"{name}\" {{\n{limit}  symbols {{\n{body}  }}", if several { "group" } else { " " });
        if *name == "one" {
            main.push_str("  .include(try=true; priority=1; duplicate=merge) \"$LOCAL_CONFDIR/local.d/one_group.conf\"\n");
        }
        main.push_str("}\n");
    }
    if !several {
        main.push_str("}\n");
    }
    if !local.is_empty() {
        files.push(("local.d/one_group.conf".to_owned(), format!("symbols {{\n{local}}}\n")));
    }
}

fn composites(random: &mut Random, main: &mut String, files: &mut Vec<(String, String)>) {
    let count = random.below(5);
    let (mut body, mut local) = (String::new(), String::new());
    for number in 0..count {
        let mut expression = String::new();
        write_expression(random, &mut expression, number, 0);
        let mut rest = String::new();
        if random.chance(85) {
            let _ = write!(rest, "score = {}; ", random.pick(&["5", "7.5", "-3", "0", "0.5"]));
        }
        if random.chance(40) {
            let _ = write!(
                rest,
                "policy = {}; ",
                random.pick(&["leave", "remove_symbol", "remove_weight", "remove_all", "default", "remove_none"])
            );
        }
        if random.chance(8) && !main.contains("group \"one\"") {
            let _ = write!(rest, "group = {}; ", random.pick(&["one", "two"]));
        }
        if random.chance(4) {
            rest.push_str("enabled = false; ");
        }
        let text = format!("  CMP{number} {{ expression = \"{expression}\"; {rest}}}\n");
        if random.chance(20) { &mut local } else { &mut body }.push_str(&text);
    }
    // Of a group with composites in it, which of them an expression over the group looks at hangs on the order of a hash.
    if ["g:", "g+:", "g-:"].iter().any(|group| body.contains(group) || local.contains(group)) {
        for text in [&mut body, &mut local] {
            *text = text.replace("group = one; ", "").replace("group = two; ", "");
        }
    }
    let _ = write!(main, "composites {{\n{body}");
    main.push_str("  .include(try=true; priority=1; duplicate=merge) \"$LOCAL_CONFDIR/local.d/composites.conf\"\n}\n");
    if !local.is_empty() {
        files.push(("local.d/composites.conf".to_owned(), local));
    }
}

/// An expression over symbols, groups and composites with a higher number, so that there are no circles.
fn write_expression(random: &mut Random, out: &mut String, number: usize, depth: usize) {
    if depth >= 3 || random.chance(35) {
        if random.chance(20) {
            out.push_str(random.pick(&["~", "-", "^", "~^"]));
        }
        match random.below(10) {
            0 => {
                let _ = write!(out, "{}{}", random.pick(&["g:", "g+:", "g-:"]), random.pick(&["one", "two", "none"]));
            }
            1 if number < 4 => {
                let _ = write!(out, "CMP{}", number + 1 + random.below(4 - number));
            }
            2 => {
                let _ = write!(out, "{}[{}]", random.pick(NAMES), random.pick(&["x", "x,y", "/exam.le/", "/^X$/i", "10%"]));
            }
            _ => out.push_str(random.pick(NAMES)),
        }
        return;
    }
    match random.below(10) {
        0 => {
            out.push('!');
            write_expression(random, out, number, depth + 1);
        }
        1 => {
            out.push_str("!(");
            write_expression(random, out, number, depth + 1);
            out.push(')');
        }
        2 => {
            write_expression(random, out, number, depth + 1);
            let _ = write!(out, " {} {}", random.pick(&[">", ">=", "<", "<=", "=="]), random.pick(&["2", "0.5", "5", "0", "3.0"]));
        }
        3 => {
            out.push('(');
            write_expression(random, out, number, depth + 1);
            out.push_str(random.pick(&[" + ", " - ", " * "]));
            write_expression(random, out, number, depth + 1);
            let _ = write!(out, ") {} {}", random.pick(&[">", ">="]), random.pick(&["2", "4.5"]));
        }
        _ => {
            let brackets = random.chance(40);
            if brackets {
                out.push('(');
            }
            write_expression(random, out, number, depth + 1);
            for _ in 0..=random.below(2) {
                out.push_str(random.pick(&[" & ", " | ", " && ", " || ", " and ", " or ", " - ", " + "]));
                write_expression(random, out, number, depth + 1);
            }
            if brackets {
                out.push(')');
            }
        }
    }
}

fn force_actions(random: &mut Random, main: &mut String) {
    if !random.chance(25) {
        return;
    }
    main.push_str("force_actions {\n rules {\n");
    // Of two rules of one kind, which one comes first is not determined.
    let first = random.chance(50);
    let count = 1 + usize::from(random.chance(20));
    for number in 0..count {
        let conditional = first != (number > 0);
        let mut expression = String::new();
        for place in 0..=random.below(2) {
            if place > 0 {
                expression.push_str(random.pick(&[" & ", " | ", " & !"]));
            }
            expression.push_str(random.pick(&["A", "B", "CC", "E", "N1"]));
        }
        if conditional && random.chance(30) {
            expression.push_str(" | CMP0");
        }
        let _ = write!(
            main,
            "  R{number} {{ action = \"{}\"; expression = \"{expression}\"; ",
            random.pick(&["reject", "add header", "add_header", "soft reject", "no action", "greylist"])
        );
        if conditional {
            let _ = write!(
                main,
                "{} = [\"{}\"]; ",
                random.pick(&["require_action", "honor_action"]),
                random.pick(&["no action", "reject", "add header"])
            );
        }
        if random.chance(40) {
            main.push_str("least = true; ");
        } else if random.chance(20) {
            main.push_str("process_all = true; ");
        }
        main.push_str("}\n");
    }
    main.push_str(" }\n}\n");
}
