//! `tamis scan`: the configuration is read inside one folder, and nothing outside it.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::rspamd::headers::{Recorded, RecordedSymbol, x_spamd_result};
use tamis::rspamd::scan::{Reason, Scored};
use tamis::rspamd::{Config, Hit, Loaded, ScanResult, Version, load, scan as count};
use tamis::text::{Encoding, LineIndex};
use tamis::ucl::{File, Files, Origin, Wanted};

use crate::{Exit, common, files};

/// Count what an Rspamd configuration makes of symbols or of a recorded verdict.
#[derive(Args)]
pub struct ScanArgs {
    /// The folder with rspamd.conf, local.d and the rest. Nothing outside it is read.
    #[arg(long, value_name = "DIR")]
    config: PathBuf,
    /// Whose configuration it is.
    #[arg(long, value_name = "VERSION", default_value = "3.4")]
    rspamd: String,
    /// Symbols that were found: NAME, NAME*0.5 with a part of its score, NAME=option,option.
    #[arg(long, value_name = "NAME[*WEIGHT][=OPTION,...]", num_args = 1.., required_unless_present = "result", conflicts_with = "result")]
    symbols: Vec<String>,
    /// A recorded verdict: a message with X-Spamd-Result, the header field alone, or JSON of rspamc or /checkv2. - is standard input.
    #[arg(long, value_name = "FILE")]
    result: Option<String>,
    /// What if a symbol had this score?
    #[arg(long = "set-score", value_name = "SYMBOL=N")]
    scores: Vec<String>,
    /// What if an action had this threshold?
    #[arg(long = "set-action", value_name = "ACTION=N")]
    actions: Vec<String>,
    /// A variable of the configuration, such as CONFDIR.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How the result is shown.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A ledger.
    Text,
    /// One JSON object.
    Json,
}

/// Scans once with the configuration as it is, and once more if something is to be other than it is.
pub fn scan(args: &ScanArgs) -> Result<Exit, String> {
    let language = common::language(args.lang.as_deref());
    let loaded = configuration(args)?;
    for finding in &loaded.diagnostics {
        let place = place(&loaded, finding.unit, finding.range.start);
        anstream::eprintln!("{place}: {}[{}]: {}", finding.severity.name(), finding.code.facts().id, finding.message(language));
    }
    if loaded.refused {
        return Ok(Exit::Findings);
    }
    let (hits, recorded, unknown) = hits(args, &loaded.config)?;
    let before = count(&loaded.config, &hits);
    let mut config = loaded.config.clone();
    for change in &args.scores {
        let (name, score) = number(change, "--set-score")?;
        if !config.set_score(name, score) {
            return Err(format!("the configuration has no symbol `{name}`"));
        }
    }
    for change in &args.actions {
        let (name, threshold) = number(change, "--set-action")?;
        config.set_threshold(name, threshold);
    }
    let is_changed = !args.scores.is_empty() || !args.actions.is_empty();
    let after = is_changed.then(|| count(&config, &hits));
    let report = Report { loaded: &loaded, recorded: recorded.as_ref(), unknown: &unknown, before: &before, after: after.as_ref() };
    let mut out = anstream::stdout();
    let written = match args.format {
        Format::Json => writeln!(out, "{}", report.json()),
        Format::Text => out.write_all(report.text(language).as_bytes()),
    };
    written.map_err(|error| error.to_string())?;
    Ok(Exit::Clean)
}

/// `NAME=NUMBER`.
fn number<'a>(change: &'a str, option: &str) -> Result<(&'a str, f64), String> {
    let parts = change.rsplit_once('=').and_then(|(name, number)| number.parse().ok().map(|number: f64| (name, number)));
    parts.filter(|(_, number)| number.is_finite()).ok_or_else(|| format!("{option} takes NAME=NUMBER, not `{change}`"))
}

fn version(text: &str) -> Result<Version, String> {
    let mut parts = text.split('.').map(str::parse);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Version { major, minor }),
        _ => Err(format!("--rspamd takes a version such as 3.4, not `{text}`")),
    }
}

// The configuration.

/// Reads the configuration, asking the core again as long as files are wanted.
fn configuration(args: &ScanArgs) -> Result<Loaded, String> {
    let version = version(&args.rspamd)?;
    let root = std::fs::canonicalize(&args.config).map_err(|error| format!("{}: {error}", args.config.display()))?;
    let path = |name: &str| root.join(name).to_string_lossy().into_owned();
    let mut variables: Vec<(String, String)> =
        [("CONFDIR", ""), ("LOCAL_CONFDIR", ""), ("RUNDIR", "run"), ("DBDIR", "db"), ("LOGDIR", "log")]
            .map(|(name, folder)| (name.to_owned(), path(folder).trim_end_matches('/').to_owned()))
            .to_vec();
    for (name, value) in
        [("PLUGINSDIR", "/usr/share/rspamd/plugins"), ("SHAREDIR", "/usr/share/rspamd"), ("RULESDIR", "/usr/share/rspamd/rules")]
    {
        variables.push((name.to_owned(), value.to_owned()));
    }
    variables.push(("VERSION".to_owned(), args.rspamd.clone()));
    for variable in &args.variables {
        let (name, value) = variable.split_once('=').ok_or_else(|| format!("--var takes NAME=VALUE, not `{variable}`"))?;
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => value.clone_into(known),
            None => variables.push((name.to_owned(), value.to_owned())),
        }
    }
    let main = path("rspamd.conf");
    let mut known = Files::new();
    loop {
        let loaded = load(&main, &known, &variables, version);
        if loaded.wanted.is_empty() {
            return if loaded.sources.is_empty() { Err(format!("{main}: no such file")) } else { Ok(loaded) };
        }
        for wanted in loaded.wanted {
            match wanted {
                Wanted::File(name) => {
                    let file = inside(&root, &name)?;
                    known.insert(name, file);
                }
                Wanted::Glob(pattern) => {
                    let names = glob(&root, &pattern);
                    known.insert_glob(pattern, names);
                }
            }
        }
    }
}

/// A file in the folder. What lies outside, links followed, is not read and counts as missing.
fn inside(root: &Path, name: &str) -> Result<Option<File>, String> {
    let outside = || anstream::eprintln!("tamis: {name} is outside {}: it is not read", root.display());
    // Without links: a path that leaves the folder is not even looked up.
    let mut plain = PathBuf::new();
    for part in root.join(name).components() {
        match part {
            std::path::Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    if !plain.starts_with(root) {
        outside();
        return Ok(None);
    }
    let Ok(real) = std::fs::canonicalize(&plain) else { return Ok(None) };
    if !real.starts_with(root) {
        outside();
        return Ok(None);
    }
    if !real.is_file() {
        return Ok(None);
    }
    let bytes = std::fs::read(&real).map_err(|error| format!("{name}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{name}: not UTF-8 text"))?;
    Ok(Some(File { path: real.to_string_lossy().into_owned(), text }))
}

/// The files of one folder whose names fit a pattern of `*` and `?`.
fn glob(root: &Path, pattern: &str) -> Vec<String> {
    let path = root.join(pattern);
    let (Some(folder), Some(last)) = (path.parent(), path.file_name().and_then(|name| name.to_str())) else { return Vec::new() };
    let is_inside = std::fs::canonicalize(folder).is_ok_and(|folder| folder.starts_with(root));
    if !is_inside {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| fits(name.as_bytes(), last.as_bytes())))
        .map(|entry| entry.path().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// `*` and `?`; a name that begins with a dot is hidden.
fn fits(name: &[u8], pattern: &[u8]) -> bool {
    match (name, pattern) {
        ([], []) => true,
        ([b'.', ..], [b'*' | b'?', ..]) => false,
        _ => fits_rest(name, pattern),
    }
}

fn fits_rest(name: &[u8], pattern: &[u8]) -> bool {
    match (name, pattern) {
        ([], []) => true,
        (_, [b'*', rest @ ..]) => (0..=name.len()).any(|skipped| name.get(skipped..).is_some_and(|name| fits_rest(name, rest))),
        ([_, name @ ..], [b'?', rest @ ..]) => fits_rest(name, rest),
        ([first, name @ ..], [second, rest @ ..]) if first == second => fits_rest(name, rest),
        _ => false,
    }
}

/// `local.d/actions.conf:3:5`.
fn place(loaded: &Loaded, source: u32, offset: u32) -> String {
    let Some(source) = loaded.sources.get(source as usize) else { return String::new() };
    let position = LineIndex::new(&source.text).position(&source.text, offset, Encoding::Utf8);
    let root = loaded.sources.first().and_then(|first| Path::new(&first.path).parent());
    let path = root
        .and_then(|root| Path::new(&source.path).strip_prefix(root).ok())
        .map_or(source.path.as_str(), |path| path.to_str().unwrap_or(""));
    format!("{path}:{}:{}", position.line, position.column)
}

// The symbols.

type Found = (Vec<Hit>, Option<Recorded>, Vec<String>);

fn hits(args: &ScanArgs, config: &Config) -> Result<Found, String> {
    let Some(result) = &args.result else {
        let hits = args.symbols.iter().map(|text| hit(text)).collect::<Result<_, _>>()?;
        return Ok((hits, None, Vec::new()));
    };
    let text = String::from_utf8_lossy(&files::read(result)?).into_owned();
    let recorded = recorded(&text).ok_or_else(|| format!("{result}: neither X-Spamd-Result nor JSON of Rspamd"))?;
    let replayed = recorded.replay(config);
    Ok((replayed.hits, Some(recorded), replayed.unknown))
}

fn hit(text: &str) -> Result<Hit, String> {
    let (name, options) = text.split_once('=').map_or((text, ""), |(name, options)| (name, options));
    let (name, weight) = match name.split_once('*') {
        Some((name, weight)) => (name, weight.parse().map_err(|_| format!("`{weight}` in `{text}` is no number"))?),
        None => (name, 1.0),
    };
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Ok(Hit { name: name.to_owned(), weight, options })
}

fn recorded(text: &str) -> Option<Recorded> {
    // `rspamc` prints words before its JSON.
    if let Some(json) = text.find('{').and_then(|at| text.get(at..)).and_then(|json| serde_json::from_str::<Value>(json).ok())
        && let Some(symbols) = json.get("symbols").and_then(Value::as_object)
    {
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        let options = |value: &Value| {
            let options = value.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            options.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        return Some(Recorded {
            score: number(json.get("score"))?,
            required: number(json.get("required_score")).unwrap_or(f64::NAN),
            action: json.get("action").and_then(Value::as_str).map(str::to_owned),
            symbols: symbols
                .iter()
                .map(|(name, value)| RecordedSymbol {
                    name: name.clone(),
                    score: number(value.get("score")).unwrap_or(0.0),
                    metric_score: number(value.get("metric_score")),
                    options: options(value),
                })
                .collect(),
            rounded: false,
        });
    }
    let mut lines = text.lines();
    let first = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        ["X-Spamd-Result", "X-Rspamd-Result"].iter().any(|known| name.eq_ignore_ascii_case(known)).then(|| value.to_owned())
    });
    match first {
        Some(mut value) => {
            for line in lines.take_while(|line| line.starts_with([' ', '\t'])) {
                value.push(' ');
                value.push_str(line);
            }
            x_spamd_result(&value)
        }
        None => x_spamd_result(text),
    }
}

// What is shown.

struct Report<'r> {
    loaded: &'r Loaded,
    recorded: Option<&'r Recorded>,
    unknown: &'r [String],
    before: &'r ScanResult,
    after: Option<&'r ScanResult>,
}

impl Report<'_> {
    fn text(&self, language: Language) -> String {
        let french = language == Language::Fr;
        let mut out = String::new();
        if let Some(recorded) = self.recorded {
            let (said, exact) = if french { ("enregistré", "approximatif") } else { ("recorded", "approximate") };
            out.push_str(&format!("{said}: {:.2} / {:.2}", recorded.score, recorded.required));
            if recorded.rounded || !self.unknown.is_empty() {
                out.push_str(&format!(" ({exact}"));
                if !self.unknown.is_empty() {
                    out.push_str(&format!(": {}", self.unknown.join(", ")));
                }
                out.push(')');
            }
            out.push('\n');
        }
        self.ledger(self.before, french, &mut out);
        if let Some(after) = self.after {
            out.push_str(if french { "\navec les changements :\n" } else { "\nwith the changes:\n" });
            self.ledger(after, french, &mut out);
        }
        out
    }

    fn ledger(&self, result: &ScanResult, french: bool, out: &mut String) {
        for symbol in &result.symbols {
            let origin = symbol.origin.map(|origin| self.place(origin)).unwrap_or_default();
            let gone = match (symbol.removed, french) {
                (false, _) => "",
                (true, false) => " (not shown)",
                (true, true) => " (non montré)",
            };
            let options = if symbol.options.is_empty() { String::new() } else { format!("[{}]", symbol.options.join(",")) };
            out.push_str(&format!("{:>10.4}  {}{options}{gone}  {origin}\n", symbol.score, symbol.name));
            for reason in symbol.reasons.iter().filter_map(|reason| words(reason, french)) {
                out.push_str(&format!("{:12}{reason}\n", ""));
            }
        }
        for name in &result.disabled {
            out.push_str(&format!("{:>10}  {name}: {}\n", "", if french { "désactivé" } else { "switched off" }));
        }
        let required = if result.required.is_nan() { "-".to_owned() } else { format!("{:.4}", result.required) };
        out.push_str(&format!("{:>10.4}  / {required}: {}\n", result.score, result.action));
        if let Some(rule) = &result.passthrough {
            let said = if french { "imposé par" } else { "forced by" };
            out.push_str(&format!("{:12}{said} {}\n", "", rule.rule));
        }
    }

    fn place(&self, origin: Origin) -> String {
        place(self.loaded, origin.source, origin.value.start)
    }

    fn json(&self) -> Value {
        let mut report = json!({ "version": 1, "result": self.result(self.before) });
        if let Some(fields) = report.as_object_mut() {
            if let Some(recorded) = self.recorded {
                let exact = !recorded.rounded && self.unknown.is_empty();
                fields.insert(
                    "recorded".to_owned(),
                    json!({ "score": recorded.score, "action": recorded.action, "exact": exact, "unknown": self.unknown }),
                );
            }
            if let Some(after) = self.after {
                fields.insert("changed".to_owned(), self.result(after));
            }
        }
        report
    }

    fn result(&self, result: &ScanResult) -> Value {
        let symbol = |symbol: &Scored| {
            json!({
                "name": symbol.name, "score": symbol.score, "metric_score": symbol.metric_score, "options": symbol.options,
                "removed": symbol.removed, "origin": symbol.origin.map(|origin| self.place(origin)),
                "reasons": symbol.reasons.iter().filter_map(|reason| words(reason, false)).collect::<Vec<_>>(),
            })
        };
        json!({
            "score": result.score,
            "required_score": (!result.required.is_nan()).then_some(result.required),
            "action": result.action,
            "symbols": result.symbols.iter().map(symbol).collect::<Vec<_>>(),
            "groups": result.groups.iter().map(|(name, score)| json!({ "name": name, "score": score })).collect::<Vec<_>>(),
            "passthrough": result.passthrough.as_ref().map(|rule| json!({ "rule": rule.rule, "action": rule.action, "least": rule.least })),
            "disabled": result.disabled,
        })
    }
}

/// A reason in words; none for the whole score of a symbol.
fn words(reason: &Reason, french: bool) -> Option<String> {
    let pick = |en: String, fr: String| Some(if french { fr } else { en });
    match reason {
        Reason::Score { weight, .. } if *weight == 1.0 => None,
        Reason::Score { score, weight } => Some(format!("{score} × {weight}")),
        Reason::Settings { score, weight } => {
            pick(format!("settings give it {score} × {weight}"), format!("les réglages lui donnent {score} × {weight}"))
        }
        Reason::Undefined => pick("no score in the configuration".to_owned(), "aucun score dans la configuration".to_owned()),
        Reason::Grown(factor) => Some(format!("grow_factor × {factor:.4}")),
        Reason::GroupLimit { group, wanted, counted } => pick(
            format!("group `{group}` is nearly full: {counted:.4} of {wanted:.4} count"),
            format!("le groupe `{group}` est presque plein : {counted:.4} sur {wanted:.4} comptent"),
        ),
        Reason::GroupFull { group, wanted } => pick(
            format!("group `{group}` is full: {wanted:.4} do not count"),
            format!("le groupe `{group}` est plein : {wanted:.4} ne comptent pas"),
        ),
        Reason::Shots { limit } => {
            pick(format!("found again; it counts {limit} time(s)"), format!("trouvé de nouveau ; il compte {limit} fois"))
        }
        Reason::Removed(removal) => {
            let what = match (removal.weight, removal.symbol) {
                (true, true) => ("symbol and weight", "symbole et poids"),
                (true, false) => ("weight", "poids"),
                _ => ("symbol", "symbole"),
            };
            pick(
                format!("{} taken by {} ({:.4})", what.0, removal.composite, removal.points),
                format!("{} pris par {} ({:.4})", what.1, removal.composite, removal.points),
            )
        }
    }
}
