//! The account of a score as JSON.

use tamis::diagnostic::Language;
use tamis::rspamd::ledger::{Ledger, Line, Place, ledger, title};
use tamis::rspamd::narrate;
use tamis::rspamd::record::{Recorded, Replay};
use tamis::rspamd::{Config, Loaded, ScanResult};

use crate::VERSION;
use crate::write::Writer;

/// A result with what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Explained<'e> {
    /// The configuration as it was read.
    pub loaded: &'e Loaded,
    /// The configuration that was counted with: that one, or one with changes.
    pub config: &'e Config,
    /// What came of it.
    pub result: &'e ScanResult,
    /// The verdict that the symbols are from.
    pub recorded: Option<(&'e Recorded, &'e Replay)>,
    /// Symbols whose score was changed.
    pub changed: &'e [&'e str],
}

impl Explained<'_> {
    /// The account.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        ledger(self.result, self.config, self.loaded)
    }

    /// Whether this is what the real program would have given; always for symbols that were named, not recorded.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.recorded.is_none_or(|(_, replay)| replay.is_exact(self.changed, self.result, self.config))
    }

    /// One JSON object.
    #[must_use]
    pub fn json(&self, language: Language) -> String {
        let ledger = self.ledger();
        let mut out = Writer::default();
        out.open('{');
        out.count("version", VERSION.into());
        out.text("title", &title(&ledger, language));
        out.float("score", self.result.score);
        out.float("required_score", self.result.required);
        out.text("action", &self.result.action);
        match &ledger.forced {
            Some(rule) => out.text("forced", rule),
            None => out.null("forced"),
        }
        out.begin("lines", '[');
        ledger.lines.iter().for_each(|line| write_line(&mut out, line, language));
        out.close(']');
        out.begin("groups", '[');
        for group in &ledger.groups {
            out.open('{');
            out.text("name", &group.name);
            out.float("score", group.sum);
            out.float("max_score", if group.max > 0.0 { group.max } else { f64::NAN });
            out.float("min_score", if group.min < 0.0 { group.min } else { f64::NAN });
            out.close('}');
        }
        out.close(']');
        out.begin("thresholds", '[');
        for threshold in &ledger.thresholds {
            out.open('{');
            out.text("action", &threshold.action);
            out.float("from", threshold.from);
            out.float("missing", threshold.missing);
            write_place(&mut out, threshold.place.as_ref());
            out.close('}');
        }
        out.close(']');
        out.name("disabled");
        out.list(&ledger.disabled.iter().map(|name| name.clone().into_bytes()).collect::<Vec<_>>());
        match self.recorded {
            Some((recorded, replay)) => self.record(&mut out, recorded, replay, language),
            None => out.null("record"),
        }
        out.close('}');
        out.finish()
    }

    fn record(&self, out: &mut Writer, recorded: &Recorded, replay: &Replay, language: Language) {
        out.begin("record", '{');
        out.text("form", recorded.form.name());
        out.float("score", recorded.score.unwrap_or(f64::NAN));
        out.float("required_score", recorded.required.unwrap_or(f64::NAN));
        match &recorded.action {
            Some(action) => out.text("action", action),
            None => out.null("action"),
        }
        out.count("verdicts", recorded.verdicts as u64);
        out.name("exact");
        out.flag(Some(self.is_exact()));
        out.begin("doubts", '[');
        for doubt in &replay.doubts {
            out.open('{');
            out.text("kind", doubt.name());
            out.text("message", &narrate::doubt(doubt, language));
            out.name("always");
            out.flag(Some(doubt.concerns(None)));
            out.close('}');
        }
        out.close(']');
        out.close('}');
    }
}

fn write_line(out: &mut Writer, line: &Line, language: Language) {
    out.open('{');
    out.text("kind", line.kind.name());
    out.text("symbol", &line.name);
    out.text("points", &line.amount.text());
    out.float("score", line.score.unwrap_or(f64::NAN));
    out.float("multiplier", line.multiplier);
    out.count("found", line.found as u64);
    out.begin("notes", '[');
    line.notes(language).iter().for_each(|note| out.string(note));
    out.close(']');
    out.begin("options", '[');
    line.options.iter().for_each(|option| out.string(option));
    out.close(']');
    match &line.description {
        Some(description) => out.text("description", description),
        None => out.null("description"),
    }
    write_place(out, line.place.as_ref());
    out.close('}');
}

pub(crate) fn write_place(out: &mut Writer, place: Option<&Place>) {
    let Some(place) = place else {
        out.null("place");
        return;
    };
    out.begin("place", '{');
    out.text("file", &place.file);
    out.count("line", place.line.into());
    out.count("column", place.column.into());
    out.text("layer", place.layer.name());
    out.close('}');
}
