//! What a real Rspamd leaves behind of a message: its answer in JSON, the header fields that it adds, a line of its log. Each is read and
//! counted again; where tamis calls that exact, another score and another threshold must change it as they change the symbols that were
//! really found.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::io;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tamis::rspamd::record::{Form, Recorded, Replay, from_line, from_message, replay};
use tamis::rspamd::whatif::{Corpus, Names, Rules};
use tamis::rspamd::{Config, Hit, Loaded, ScanResult, scan};

use super::scans::{NAMES, configuration, read, symbols};
use super::server::{Server, prepare};
use super::{Compared, Rspamd};
use crate::generate::Random;
use crate::programs::Sandbox;

/// What a campaign found.
#[derive(Debug, Default)]
pub struct Told {
    /// As of every campaign.
    pub compared: Compared,
    /// By form.
    pub forms: BTreeMap<Form, Count>,
}

/// Records of one form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Those that were read.
    pub read: usize,
    /// Those whose symbols come to the recorded score and action again.
    pub again: usize,
    /// Those whose recount is called exact.
    pub exact: usize,
    /// Changes of a score and a threshold that are called exact; all of them are.
    pub changes: usize,
    /// Changes that are called approximate.
    pub approximate: usize,
    /// Of those, how many give the true action and the true score to a hundredth.
    pub near: usize,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (form, count) in &self.forms {
            writeln!(
                f,
                "{:>7} {}: {} come to the same again, {} exactly; of {} changes {} are exact, and of the others {} nearly so",
                count.read,
                form.name(),
                count.again,
                count.exact,
                count.changes + count.approximate,
                count.changes,
                count.near
            )?;
        }
        Ok(())
    }
}

/// Scans `sets` sets of symbols under each of `cases` configurations, and counts what is left of them again.
///
/// # Errors
/// The real program cannot be run.
pub fn compare(rspamd: &Rspamd, cases: usize, sets: usize, seed: u64) -> io::Result<Told> {
    let mut told = Told::default();
    for case in 0..cases {
        let mut random = Random::part(seed, case as u64);
        let sandbox = Sandbox::new()?;
        let port = prepare(&sandbox, NAMES, true)?;
        // A record does not say which settings its message had.
        let texts = configuration(&mut random, false);
        for (name, text) in &texts {
            sandbox.file(name, text.as_bytes())?;
        }
        let Loaded { mut config, refused, .. } = read(&sandbox);
        config.registered = NAMES.iter().map(|name| (*name).to_owned()).collect();
        let Ok(server) = Server::start(rspamd, &sandbox, port)? else { continue };
        if refused {
            continue;
        }
        let written: String = texts.iter().map(|(name, text)| format!("## {name}\n{text}\n")).collect();
        let mut found = Vec::new();
        for set in 0..sets {
            let hits = symbols(&mut random);
            let answer = server.check(message(&hits, set).as_bytes(), "")?;
            found.push((hits, answer));
        }
        let lines = log(&server, sets)?;
        for (set, (hits, answer)) in found.iter().enumerate() {
            let line = lines.iter().find(|line| line.contains(&id(set))).map_or("", String::as_str);
            if let Err(why) = record(&mut told, &config, hits, answer, line, &mut random) {
                told.compared.different.push([format!("{written}## symbols\n{}", message(hits, set)), why, format!("{answer}\n{line}")]);
            } else {
                told.compared.same += 1;
            }
        }
    }
    Ok(told)
}

fn id(set: usize) -> String {
    format!("<set{set}@example.org>")
}

fn message(hits: &[Hit], set: usize) -> String {
    let mut text = format!("From: a@example.org\r\nTo: b@example.org\r\nSubject: test\r\nMessage-ID: {}\r\n", id(set));
    for hit in hits {
        let _ = write!(text, "X-Test-Sym: {} {} {}\r\n", hit.name, hit.weight, hit.options.join("|"));
    }
    text.push_str("\r\nText\r\n");
    text
}

/// The log is written after the answer.
fn log(server: &Server, sets: usize) -> io::Result<Vec<String>> {
    for _ in 0..100 {
        let lines = server.log()?;
        if lines.len() >= sets {
            return Ok(lines);
        }
        thread::sleep(Duration::from_millis(50));
    }
    server.log()
}

/// The three records of one scan.
fn record(told: &mut Told, config: &Config, hits: &[Hit], answer: &str, line: &str, random: &mut Random) -> Result<(), String> {
    let json = tamis_wire::records(answer)?.into_iter().next().ok_or("no verdict in the JSON")?;
    let parsed: Value = serde_json::from_str(answer).map_err(|error| error.to_string())?;
    let mut field = String::new();
    for (name, value) in parsed["milter"]["add_headers"].as_object().into_iter().flatten() {
        let _ = write!(field, "{name}: {}\r\n", value["value"].as_str().unwrap_or("").replace('\n', "\r\n"));
    }
    let field = from_message(format!("{field}\r\nText\r\n").as_bytes()).ok_or("no verdict in the header fields")?;
    let line = from_line(line).ok_or("no verdict in the log")?;
    let truth = scan(config, hits);
    let change = changed(config, random);
    for recorded in [&json, &field, &line] {
        told.forms.entry(recorded.form).or_default().read += 1;
        same_symbols(&json, recorded)?;
        again(told, config, hits, recorded, &truth, &change).map_err(|why| format!("{}: {why}", recorded.form.name()))?;
    }
    Ok(())
}

/// Whether a record shows the same symbols as the JSON, with the same points as far as its digits go, and the same options.
fn same_symbols(json: &Recorded, other: &Recorded) -> Result<(), String> {
    if json.symbols.len() != other.symbols.len() {
        return Err(format!("{} symbols and not {}: {other:?}", other.symbols.len(), json.symbols.len()));
    }
    for symbol in &json.symbols {
        let twin = other.symbols.iter().find(|twin| twin.name == symbol.name).ok_or_else(|| format!("no {}", symbol.name))?;
        if (twin.score - symbol.score).abs() > json.step + other.step || twin.options != symbol.options {
            return Err(format!("{symbol:?} is {twin:?}"));
        }
    }
    Ok(())
}

/// A symbol with another score, and an action with another threshold.
fn changed(config: &Config, random: &mut Random) -> (String, f64, Config) {
    let mut changed = config.clone();
    let names: Vec<String> = config.symbols().iter().map(|symbol| symbol.name.clone()).collect();
    let name = if names.is_empty() { "A".to_owned() } else { random.pick(&names).clone() };
    let score = *random.pick(&[0.0, 1.0, -1.5, 4.25, 9.0, 0.3]);
    changed.set_score(&name, score);
    changed.set_threshold(random.pick(&["reject", "add header", "greylist"]), *random.pick(&[2.0, 5.5, 7.0, 14.0]));
    (name, score, changed)
}

fn again(
    told: &mut Told,
    config: &Config,
    hits: &[Hit],
    recorded: &Recorded,
    truth: &ScanResult,
    (name, score, changed): &(String, f64, Config),
) -> Result<(), String> {
    let replayed = replay(recorded, config);
    let result = replayed.scan(config);
    let count = told.forms.entry(recorded.form).or_default();
    let tolerance = recorded.step * (recorded.symbols.len() as f64 + 2.0);
    // So near to a threshold, the order in which numbers are added decides.
    let edge = config.actions.iter().any(|action| (action.threshold - truth.score).abs() <= recorded.step);
    let near = |a: &ScanResult, b: &ScanResult, tolerance: f64| (a.score - b.score).abs() <= tolerance && (a.action == b.action || edge);
    let is_same = near(&result, truth, tolerance);
    let is_exact = replayed.is_exact(&[], &result, config);
    count.again += usize::from(is_same);
    count.exact += usize::from(is_exact);
    if is_exact && !is_same || !is_same && recorded.form == Form::Json {
        return Err(format!("comes to {} {} and not to {} {}: {replayed:#?}", result.score, result.action, truth.score, truth.action));
    }
    if !is_same && (result.score - truth.score).abs() > tolerance {
        return Err(format!("comes to {} and not to {}: {replayed:#?}", result.score, truth.score));
    }
    let (predicted, truth) = (replayed.scan(changed), scan(changed, hits));
    compiled(&replayed, [config, changed], [&result, &predicted])?;
    if replayed.is_exact(&[name], &predicted, changed) {
        count.changes += 1;
        if !near(&predicted, &truth, 1e-4) {
            return Err(format!(
                "with {name} = {score}: {} {} and not {} {}: {replayed:#?}",
                predicted.score, predicted.action, truth.score, truth.action
            ));
        }
    } else {
        count.approximate += 1;
        count.near += usize::from(near(&predicted, &truth, 0.011));
    }
    Ok(())
}

/// Whether the compiled count says the same, by itself and with what the composites made of the record before.
fn compiled(replayed: &Replay, configs: [&Config; 2], results: [&ScanResult; 2]) -> Result<(), String> {
    let mut names = Names::default();
    let rules = configs.map(|config| Rules::new(config, &mut names));
    let mut corpus = Corpus::new(&[&rules[0], &rules[1]]);
    corpus.push(replayed, &mut names);
    let (plans, first) = rules[0].plan(&corpus, &names);
    let mut again = Vec::new();
    rules[1].again(&corpus, &plans, &names, &mut again);
    for (verdicts, result) in [(first, results[0]), (rules[1].all(&corpus, &names), results[1]), (again, results[1])] {
        match verdicts.as_slice() {
            [verdict] if verdict.score == result.score && names.name(verdict.action) == result.action => {}
            other => return Err(format!("compiled: {other:?} and not {} {}: {replayed:#?}", result.score, result.action)),
        }
    }
    Ok(())
}
