//! Verdicts that a real Rspamd left behind, in a message, in its log or as an answer: read here, counted again in `replay`. The faces
//! read JSON, since the core knows none.

mod field;
mod log;
mod replay;

pub use replay::{Doubt, REST, Replay, replay};

use crate::mail::{Charsets, Field, Limits, Message};

/// What a verdict was read from. It says how much is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// JSON of `/checkv2`, of `rspamc --json` or of the history in Redis: configured scores too.
    #[default]
    Json,
    /// The field `X-Spamd-Result`: two digits, rounded.
    Field,
    /// A line of the log: two digits, cut off.
    Log,
    /// Names of symbols alone: the controller's own history, `rspamc --mime`, a log without scores.
    Names,
    /// No symbols, only what they come to: `X-Spam-Score`, `X-Spam-Status`, `X-Spam-Level`, `X-Spamd-Bar`.
    Marks,
    /// SpamAssassin's `X-Spam-Status`: no verdict of Rspamd's.
    SpamAssassin,
}

impl Form {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Field => "header",
            Self::Log => "log",
            Self::Names => "names",
            Self::Marks => "marks",
            Self::SpamAssassin => "spamassassin",
        }
    }
}

/// A recorded verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// What it was read from.
    pub form: Form,
    /// How far a number may be from the one that Rspamd counted with, in points.
    pub step: f64,
    /// The score.
    pub score: Option<f64>,
    /// The highest threshold.
    pub required: Option<f64>,
    /// The action, where it is recorded.
    pub action: Option<String>,
    /// The symbols that were shown.
    pub symbols: Vec<RecordedSymbol>,
    /// The symbols have numbers, so that they can be added up.
    pub scored: bool,
    /// A rule that ended the scan early, or set its action.
    pub pre_result: Option<PreResult>,
    /// The machine that scanned.
    pub server: Option<String>,
    /// What the mail server called the message.
    pub queue_id: Option<String>,
    /// The id of the message, where the record has it and not the message.
    pub message_id: Option<String>,
    /// Rspamd left out options or symbols for want of room.
    pub cut: bool,
    /// Rspamd skipped the message.
    pub skipped: bool,
    /// How many verdicts the message has: each server that it passed left its own. This is the newest, the topmost.
    pub verdicts: usize,
}

/// A symbol of a recorded verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordedSymbol {
    /// Its name.
    pub name: String,
    /// What it counted; 0 where only names are recorded.
    pub score: f64,
    /// Its configured score, where it is recorded.
    pub metric_score: Option<f64>,
    /// What rules said about it.
    pub options: Vec<String>,
}

/// `X-Rspamd-Pre-Result`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PreResult {
    /// The action that was set.
    pub action: String,
    /// The module that set it.
    pub module: String,
    /// What the sender is told.
    pub message: String,
}

/// How far a number of six digits may be from what was counted: Rspamd cuts the rest off.
pub const STEP_JSON: f64 = 1.1e-6;

/// The same for two digits, rounded.
pub const STEP_FIELD: f64 = 0.005_000_1;

/// The same for two digits, cut off.
pub const STEP_LOG: f64 = 0.010_000_1;

/// The names under which `X-Spamd-Result` is found in the wild. Its name is a setting, so any field with such a value counts as well.
const RESULT: [&[u8]; 3] = [b"X-Spamd-Result", b"X-Rspamd-Result", b"X-Rspamd-Status"];

/// The verdict in the header of a message, or in a part of one. `None` if there is none.
#[must_use]
pub fn from_message(raw: &[u8]) -> Option<Recorded> {
    let message = Message::parse(raw, &Limits::default(), Charsets::new());
    let fields = message.fields();
    let value = |field: &Field<'_>| String::from_utf8_lossy(&field.decoded(message.converter())).into_owned();
    let first = |name: &[u8]| fields.iter().find(|field| field.is(name)).map(value);
    let named = |field: &&Field<'_>| RESULT.iter().any(|name| field.is(name));
    let mut results = fields.iter().filter(named).filter_map(|field| field::result(&value(field)));
    let mut recorded = results.next();
    let mut verdicts = 1 + results.count();
    if recorded.is_none() {
        let mut others = fields.iter().filter(|field| field::begins_result(&field.value)).filter_map(|field| field::result(&value(field)));
        recorded = others.next();
        verdicts = 1 + others.count();
    }
    let mut recorded = match recorded {
        Some(recorded) => Recorded { verdicts, ..recorded },
        None => marks(&first)?,
    };
    if recorded.form != Form::SpamAssassin {
        let action = first(b"X-Rspamd-Action").or_else(|| first(b"X-Spam-Action"));
        recorded.action = action.filter(|action| !action.is_empty()).or(recorded.action);
        recorded.pre_result = first(b"X-Rspamd-Pre-Result").map(|value| field::pre_result(&value));
        recorded.server = first(b"X-Rspamd-Server");
        recorded.queue_id = first(b"X-Rspamd-Queue-Id");
    }
    Some(recorded)
}

/// What is left where nobody added `X-Spamd-Result`.
fn marks(first: &dyn Fn(&[u8]) -> Option<String>) -> Option<Recorded> {
    let status = first(b"X-Spam-Status");
    if let Some(foreign) = status.as_deref().and_then(field::spamassassin) {
        return Some(foreign);
    }
    let mut recorded = Recorded { form: Form::Marks, step: STEP_FIELD, verdicts: 1, ..Recorded::default() };
    if let Some((score, required)) = first(b"X-Spam-Score").as_deref().and_then(field::score) {
        (recorded.score, recorded.required) = (Some(score), required);
    } else if let Some(score) = status.as_deref().and_then(field::status) {
        recorded.score = Some(score);
    } else {
        let bar = first(b"X-Spamd-Bar").as_deref().and_then(field::bar);
        recorded.score = Some(bar.or_else(|| first(b"X-Spam-Level").as_deref().and_then(field::bar))?);
        recorded.step = 1.0;
    }
    if let Some(names) = first(b"X-Spam-Symbols") {
        recorded.form = Form::Names;
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        recorded.symbols = names.map(|name| RecordedSymbol { name: name.to_owned(), ..RecordedSymbol::default() }).collect();
    }
    Some(recorded)
}

/// The verdict in a line of the log, or in the bare value of a field. `None` if there is none.
#[must_use]
pub fn from_line(line: &str) -> Option<Recorded> {
    log::line(line).or_else(|| field::result(line))
}

/// A name that a symbol may have, and the number in brackets behind it, if a text begins so: their text, what they are, and the rest.
fn name_and_score(text: &str) -> Option<(&str, f64, &str)> {
    let (name, rest) = text.split_once('(')?;
    let (score, rest) = rest.split_once(')')?;
    if !is_name(name) {
        return None;
    }
    let score: f64 = score.parse().ok()?;
    score.is_finite().then_some((name, score, rest))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b';' | b',' | b'[' | b']' | b'{' | b'}' | b'('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_all_fields() {
        let raw = b"X-Spamd-Result: default: False [2.33 / 15.00];\r\n\tB(2.33)[10%];\r\n\tUNKNOWN(0.00)[]\r\nX-Rspamd-Server: mx1\r\n\
            X-Rspamd-Queue-Id: ABC\r\nX-Rspamd-Action: add header\r\nX-Rspamd-Pre-Result: action=add header; module=dmarc; bad; worse\r\n\
            X-Spamd-Result: default: True [20.00 / 15.00]; OLD(20.00)[]\r\n\r\ntext\r\n";
        let recorded = from_message(raw).unwrap();
        assert_eq!((recorded.form, recorded.score, recorded.verdicts), (Form::Field, Some(2.33), 2));
        assert_eq!(recorded.action.as_deref(), Some("add header"));
        assert_eq!((recorded.server.as_deref(), recorded.queue_id.as_deref()), (Some("mx1"), Some("ABC")));
        let pre = recorded.pre_result.unwrap();
        assert_eq!((pre.action.as_str(), pre.module.as_str(), pre.message.as_str()), ("add header", "dmarc", "bad; worse"));
    }

    #[test]
    fn the_field_has_any_name_and_may_be_encoded() {
        let recorded = from_message(b"X-My-Verdict: default: False [1.00 / 15.00]; A(1.00)[x]\r\n\r\n").unwrap();
        assert_eq!(recorded.symbols.len(), 1);
        let encoded = b"X-Rspamd-Result: =?utf-8?Q?default:_False_[1.00_/_15.00];_A(1.00)[=C3=A9]?=\r\n\r\n";
        assert_eq!(from_message(encoded).unwrap().symbols[0].options, ["é"]);
        assert_eq!(from_message(b"Subject: default: what [is] this\r\n\r\n"), None);
    }

    #[test]
    fn less_is_taken_for_less() {
        let read = |text: &str| from_message(format!("{text}\r\n\r\nx").as_bytes());
        let mime =
            read("X-Spam-Action: greylist\r\nX-Spam-Score: 7.50 / 15.00\r\nX-Spam-Level: ********\r\nX-Spam-Symbols: A,\r\n\tB").unwrap();
        assert_eq!((mime.form, mime.score, mime.required, mime.symbols.len()), (Form::Names, Some(7.5), Some(15.0), 2));
        assert_eq!(mime.action.as_deref(), Some("greylist"));
        let status = read("X-Spam-Status: No, score=2.33").unwrap();
        assert_eq!((status.form, status.score, status.step), (Form::Marks, Some(2.33), STEP_FIELD));
        assert_eq!(read("X-Spamd-Bar: ---").unwrap().score, Some(-3.0));
        assert_eq!(read("X-Spamd-Bar: /").unwrap().score, Some(0.0));
        assert_eq!(read("X-Spam-Level: ****").map(|marks| (marks.score, marks.step)), Some((Some(4.0), 1.0)));
        assert_eq!(read("Subject: x"), None);
        let foreign =
            read("X-Spam-Status: Yes, score=6.2 required=5.0 tests=BAYES_99,HTML_MESSAGE\r\n\tautolearn=no version=3.4.6").unwrap();
        assert_eq!((foreign.form, foreign.score, foreign.symbols.len()), (Form::SpamAssassin, Some(6.2), 2));
    }
}
