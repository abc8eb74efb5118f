//! Why a score is what it is, as an account that adds up: one line for each symbol with what it counts, where its score was written and
//! what happened to it. Amounts are whole numbers of the last digit shown, so that the column comes to the sum, digit by digit.

use super::config::{Config, Loaded};
use super::narrate;
use super::record::REST;
use super::scan::{Reason, ScanResult, Scored};
use crate::diagnostic::{Language, Phrase};
use crate::order::sort;
use crate::text::{Encoding, LineIndex};
use crate::ucl::Origin;

/// The account of one score.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    /// The lines, those that count most first, those that count nothing last. They come to [`Ledger::score`].
    pub lines: Vec<Line>,
    /// The score.
    pub score: Amount,
    /// What happens to the message.
    pub action: String,
    /// Actions with a threshold, the lowest first.
    pub thresholds: Vec<Threshold>,
    /// Groups with a limit that the symbols are in.
    pub groups: Vec<Limited>,
    /// Symbols that were found and are switched off.
    pub disabled: Vec<String>,
    /// Why the action is not the one of the score.
    pub forced: Option<String>,
}

/// Points: a whole number of the last digit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    /// How many.
    pub units: i64,
    /// How many digits stand behind the point.
    pub digits: u32,
}

impl Amount {
    /// With that many digits; what is beyond them is rounded.
    fn new(points: f64, digits: u32) -> Self {
        let units = (points * scale(digits)).round();
        // A number beyond this has no digits behind the point to speak of.
        Self { units: if units.abs() < 9e15 { units as i64 } else { 0 }, digits }
    }

    /// In decimal digits.
    #[must_use]
    pub fn text(self) -> String {
        let (whole, digits) = (self.units.unsigned_abs() / 10u64.pow(self.digits), self.digits as usize);
        let part = self.units.unsigned_abs() % 10u64.pow(self.digits);
        let sign = if self.units < 0 { "-" } else { "" };
        if digits == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:0digits$}") }
    }
}

fn scale(digits: u32) -> f64 {
    f64::from(10u32.pow(digits))
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A symbol.
    Symbol,
    /// A symbol that is not shown, since a composite took it.
    Hidden,
    /// Points that the record has and no symbol of it.
    Rest,
    /// A rule raised the score to the threshold of an action.
    Raised,
    /// What a limit cut from a symbol that was found again is missing in the sum only.
    Limit,
    /// What digits beyond the last one come to.
    Rounding,
}

impl LineKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Symbol => "symbol",
            Self::Hidden => "hidden",
            Self::Rest => "rest",
            Self::Raised => "raised",
            Self::Limit => "limit",
            Self::Rounding => "rounding",
        }
    }
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is about.
    pub kind: LineKind,
    /// The symbol; empty for the other kinds.
    pub name: String,
    /// What it adds to the score.
    pub amount: Amount,
    /// The configured score.
    pub score: Option<f64>,
    /// How much of it a rule gave: shots are added up.
    pub multiplier: f64,
    /// How often the symbol was found.
    pub found: usize,
    /// What happened to it, in the order of what happened.
    pub reasons: Vec<Reason>,
    /// What rules said.
    pub options: Vec<String>,
    /// What the configuration says it means.
    pub description: Option<String>,
    /// Where its score was written.
    pub place: Option<Place>,
}

/// Where a score was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file, from the folder of the configuration on.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// Which part of the configuration the file is.
    pub layer: Layer,
}

/// A part of a configuration: of two definitions, the one of the later part counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// What came with Rspamd.
    Shipped,
    /// What the web interface saved.
    Dynamic,
    /// `local.d`, or `rspamd.conf.local`.
    Local,
    /// `override.d`, or `rspamd.conf.override`.
    Override,
}

impl Layer {
    fn of(path: &str) -> Self {
        let file = path.rsplit('/').next().unwrap_or(path);
        if path.contains("override.d/") || file.ends_with(".override") {
            Self::Override
        } else if path.contains("local.d/") || file.ends_with(".local") {
            Self::Local
        } else if file.starts_with("rspamd_dynamic") {
            Self::Dynamic
        } else {
            Self::Shipped
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shipped => "shipped",
            Self::Dynamic => "dynamic",
            Self::Local => "local",
            Self::Override => "override",
        }
    }
}

/// An action that a score brings about.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The action.
    pub action: String,
    /// From this score on.
    pub from: f64,
    /// What is missing to it; below 0 if the score is above.
    pub missing: f64,
    /// Where it was written.
    pub place: Option<Place>,
}

/// A group and its limits.
#[derive(Clone, Debug, PartialEq)]
pub struct Limited {
    /// The group.
    pub name: String,
    /// What its symbols come to.
    pub sum: f64,
    /// The most that they count; 0 for no limit.
    pub max: f64,
    /// How far below zero they may count; 0 for no limit.
    pub min: f64,
}

/// The account of a result. `config` is what was counted with, `loaded` where it came from.
#[must_use]
pub fn ledger(result: &ScanResult, config: &Config, loaded: &Loaded) -> Ledger {
    let mut sum = 0.0;
    for symbol in &result.symbols {
        sum += symbol.score;
    }
    let rest = result.score - sum;
    let points = result.symbols.iter().map(|symbol| symbol.score);
    let digits = digits(points.chain([result.score]));
    let score = Amount::new(result.score, digits);
    let mut lines: Vec<Line> = result.symbols.iter().map(|symbol| line(symbol, digits, config, loaded)).collect();
    let kind = if result.raised { LineKind::Raised } else { LineKind::Limit };
    if rest.abs() > 0.5 / scale(digits) {
        lines.push(Line::plain(kind, Amount::new(rest, digits)));
    }
    // Order: what counts most, up or down; what is equal stays as it was found.
    sort(&mut lines, |one, other| one.amount.units.unsigned_abs() > other.amount.units.unsigned_abs());
    let counted: i64 = lines.iter().map(|line| line.amount.units).sum();
    if counted != score.units {
        lines.push(Line::plain(LineKind::Rounding, Amount { units: score.units - counted, digits }));
    }
    let thresholds = config.actions.iter().filter(|action| !action.threshold.is_nan() && !action.no_threshold && !action.ham);
    let thresholds = thresholds.map(|action| Threshold {
        action: action.name.clone(),
        from: action.threshold,
        missing: action.threshold - result.score,
        place: action.origin.and_then(|origin| place(loaded, origin)),
    });
    let groups = result.groups.iter().filter_map(|(name, sum)| {
        let group = config.group(name).filter(|group| group.max_score > 0.0 || group.min_score < 0.0)?;
        Some(Limited { name: name.clone(), sum: *sum, max: group.max_score, min: group.min_score })
    });
    Ledger {
        lines,
        score,
        action: result.action.clone(),
        thresholds: thresholds.collect(),
        groups: groups.collect(),
        disabled: result.disabled.clone(),
        forced: result.passthrough.as_ref().map(|rule| rule.rule.clone()),
    }
}

/// The fewest digits that all numbers have, from 2 to 6.
fn digits(numbers: impl Iterator<Item = f64>) -> u32 {
    let mut most = 2;
    for number in numbers {
        while most < 6 && (number * scale(most) - (number * scale(most)).round()).abs() > 1e-6 {
            most += 1;
        }
    }
    most
}

impl Line {
    fn plain(kind: LineKind, amount: Amount) -> Self {
        Self {
            kind,
            name: String::new(),
            amount,
            score: None,
            multiplier: 1.0,
            found: 0,
            reasons: Vec::new(),
            options: Vec::new(),
            description: None,
            place: None,
        }
    }

    /// What the line says of itself, in the order of what happened; nothing for a symbol with its whole score.
    #[must_use]
    pub fn notes(&self, language: Language) -> Vec<String> {
        let say = |en: &'static str, fr: &'static str| vec![Phrase { en, fr }.render(language, &[])];
        match self.kind {
            LineKind::Rest => say("of symbols that the record does not show", "de symboles que l'enregistrement ne montre pas"),
            LineKind::Raised => say("raised to the threshold of the action", "élevé au seuil de l'action"),
            LineKind::Limit => say(
                "cut by the limit of a group from a symbol that was found again",
                "retranché par la limite d'un groupe à un symbole trouvé de nouveau",
            ),
            LineKind::Rounding => say("what further digits come to", "ce que font les chiffres suivants"),
            LineKind::Symbol | LineKind::Hidden => self.reasons.iter().filter_map(|reason| narrate::reason(reason, language)).collect(),
        }
    }
}

fn line(symbol: &Scored, digits: u32, config: &Config, loaded: &Loaded) -> Line {
    let weights = symbol.reasons.iter().filter_map(|reason| match reason {
        Reason::Score { weight, .. } | Reason::Settings { weight, .. } => Some(*weight),
        _ => None,
    });
    let (mut found, mut multiplier) = (0, 0.0);
    for weight in weights {
        found += 1;
        multiplier += weight;
    }
    let known = config.symbol(&symbol.name);
    let kind = match (symbol.name == REST, symbol.removed) {
        (true, _) => LineKind::Rest,
        (false, true) => LineKind::Hidden,
        (false, false) => LineKind::Symbol,
    };
    Line {
        kind,
        name: if kind == LineKind::Rest { String::new() } else { symbol.name.clone() },
        amount: Amount::new(symbol.score, digits),
        score: known.map(|known| known.score),
        multiplier,
        found,
        reasons: symbol.reasons.clone(),
        options: symbol.options.clone(),
        description: known.and_then(|known| known.description.clone()),
        place: symbol.origin.and_then(|origin| place(loaded, origin)),
    }
}

/// The place of a value in the configuration.
#[must_use]
pub fn place(loaded: &Loaded, origin: Origin) -> Option<Place> {
    let source = loaded.sources.get(origin.source as usize)?;
    let range = if origin.value.is_empty() { origin.key } else { origin.value };
    let position = LineIndex::new(&source.text).position(&source.text, range.start, Encoding::Utf8);
    let root = loaded.sources.first().and_then(|first| first.path.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let file = source.path.strip_prefix(root).map_or(source.path.as_str(), |file| file.trim_start_matches('/'));
    Some(Place { file: file.to_owned(), line: position.line, column: position.column, layer: Layer::of(&source.path) })
}

/// What an account is headed by: `9.10 of 15: add header`.
#[must_use]
pub fn title(ledger: &Ledger, language: Language) -> String {
    let most = ledger.thresholds.iter().map(|threshold| threshold.from).fold(f64::NAN, f64::max);
    let score = ledger.score.text();
    if most.is_nan() {
        return format!("{score}: {}", ledger.action);
    }
    let phrase = Phrase { en: "{score} of {most}: {action}", fr: "{score} sur {most} : {action}" };
    phrase.render(language, &[("score", score), ("most", narrate::points(most)), ("action", ledger.action.clone())])
}
