//! The header fields (plugins/lua/milter_headers.lua, client/rspamc.cxx), their folds undone and their encoded words decoded.

use super::{Form, PreResult, Recorded, RecordedSymbol, STEP_FIELD, name_and_score};

/// Whether the raw value of a field may be one: cheap, for each field of each message.
pub(super) fn begins_result(value: &[u8]) -> bool {
    let value = value.trim_ascii_start();
    value.starts_with(b"default: ") || value.starts_with(b"=?")
}

/// `default: False [3.20 / 15.00]; NAME(1.00)[option,option]; …`. `None` if it is something else.
pub(super) fn result(value: &str) -> Option<Recorded> {
    // A fold stands in the place of a blank.
    let text: String =
        value.chars().filter(|char| !matches!(char, '\r' | '\n')).map(|char| if char == '\t' { ' ' } else { char }).collect();
    let (_, rest) = text.trim().split_once(": ")?;
    let (word, rest) = rest.split_once('[')?;
    let rejected = match word.trim() {
        word if word.eq_ignore_ascii_case("true") => true,
        word if word.eq_ignore_ascii_case("false") => false,
        _ => return None,
    };
    let (numbers, mut rest) = rest.split_once(']')?;
    let (score, required) = numbers.split_once('/')?;
    let mut recorded = Recorded {
        form: Form::Field,
        step: STEP_FIELD,
        score: Some(number(score)?),
        required: number(required),
        // It says true for this action, and for no other.
        action: rejected.then(|| "reject".to_owned()),
        scored: true,
        verdicts: 1,
        ..Recorded::default()
    };
    loop {
        rest = rest.trim_start_matches([';', ' ']);
        if rest.is_empty() {
            return Some(recorded);
        }
        // What is no symbol, at the end of a field that was cut short.
        let Some((name, score, after)) = name_and_score(rest) else {
            recorded.cut = true;
            return Some(recorded);
        };
        let mut symbol = RecordedSymbol { name: name.to_owned(), score, ..RecordedSymbol::default() };
        rest = after;
        if let Some(inside) = after.strip_prefix('[') {
            let (options, behind, whole) = options(inside);
            symbol.options = options.split(',').map(str::trim).filter(|option| !option.is_empty()).map(str::to_owned).collect();
            recorded.cut |= !whole || symbol.options.last().is_some_and(|last| last == "...");
            rest = behind;
        }
        recorded.symbols.push(symbol);
    }
}

/// The options, what stands behind their bracket, and whether there is one. Nothing in them is escaped: the bracket that ends them is the
/// first behind which the field ends or another symbol begins.
fn options(inside: &str) -> (&str, &str, bool) {
    for (at, _) in inside.match_indices(']') {
        let behind = inside.get(at + 1..).unwrap_or("");
        let next = behind.trim_start().strip_prefix(';').map(str::trim_start);
        let ends = match next {
            None => behind.trim().is_empty(),
            Some(next) => {
                next.is_empty() || name_and_score(next).is_some_and(|(_, _, rest)| rest.is_empty() || rest.starts_with(['[', ';']))
            }
        };
        if ends {
            return (inside.get(..at).unwrap_or(""), behind, true);
        }
    }
    // Cut short: at least the bracket before a semicolon is one.
    match inside.split_once("];") {
        Some((options, behind)) => (options, behind, false),
        None => (inside, "", false),
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// `action=add header; module=dmarc; a message`.
pub(super) fn pre_result(value: &str) -> PreResult {
    let mut found = PreResult::default();
    let mut rest = value.trim();
    loop {
        let (part, more) = rest.split_once(';').unwrap_or((rest, ""));
        if let Some(action) = part.trim().strip_prefix("action=").filter(|_| found.action.is_empty()) {
            action.clone_into(&mut found.action);
        } else if let Some(module) = part.trim().strip_prefix("module=").filter(|_| found.module.is_empty()) {
            module.clone_into(&mut found.module);
        } else {
            rest.trim().clone_into(&mut found.message);
            return found;
        }
        rest = more;
    }
}

/// `2.33 / 15.00`, or `2.33`.
pub(super) fn score(value: &str) -> Option<(f64, Option<f64>)> {
    match value.split_once('/') {
        Some((score, required)) => Some((number(score)?, number(required))),
        None => Some((number(value)?, None)),
    }
}

/// `No, score=2.33`, and nothing more: else it is SpamAssassin's.
pub(super) fn status(value: &str) -> Option<f64> {
    let (word, rest) = value.trim().split_once(',')?;
    let score = rest.trim().strip_prefix("score=")?;
    (word.eq_ignore_ascii_case("yes") || word.eq_ignore_ascii_case("no")).then(|| number(score))?
}

/// `+++`, `--` or `/`; `****`.
pub(super) fn bar(value: &str) -> Option<f64> {
    let value = value.trim();
    let first = value.chars().next()?;
    if value.chars().any(|char| char != first) {
        return None;
    }
    let count = u32::try_from(value.chars().count()).map_or(f64::MAX, f64::from);
    match first {
        '/' => Some(0.0),
        '-' => Some(-count),
        '+' | '*' => Some(count),
        _ => None,
    }
}

/// `Yes, score=6.2 required=5.0 tests=BAYES_99,HTML_MESSAGE autolearn=no version=3.4.6`, and the `tests=[A=1.2, B=0.1]` of amavis.
pub(super) fn spamassassin(value: &str) -> Option<Recorded> {
    let (word, rest) = value.trim().split_once(',')?;
    if !["yes", "no"].iter().any(|known| word.eq_ignore_ascii_case(known)) {
        return None;
    }
    let of = |key: &str| {
        let (_, after) = rest.split_once(key)?;
        Some(after.trim_start())
    };
    let required = of("required=").or_else(|| of("tagged_above="));
    let tests = of("tests=");
    if required.is_none() && tests.is_none() {
        return None;
    }
    let first = |text: &str| text.split([' ', ',']).next().and_then(number);
    let mut recorded = Recorded {
        form: Form::SpamAssassin,
        step: f64::INFINITY,
        score: of("score=").or_else(|| of("hits=")).and_then(first),
        required: of("required=").and_then(first),
        verdicts: 1,
        ..Recorded::default()
    };
    let names = match tests.map(|tests| (tests, tests.strip_prefix('['))) {
        Some((_, Some(inside))) => inside.split(']').next().unwrap_or(""),
        // The list may be folded behind a comma; the next word with `=` ends it.
        Some((plain, None)) => plain.split_once('=').map_or(plain, |(names, _)| names.rsplit_once(' ').map_or(names, |(names, _)| names)),
        None => "",
    };
    for test in names.split(',').map(str::trim).filter(|test| !test.is_empty() && *test != "none") {
        let (name, score) = test.split_once('=').map_or((test, None), |(name, score)| (name, number(score)));
        recorded.scored |= score.is_some();
        let name = name.split_whitespace().collect();
        recorded.symbols.push(RecordedSymbol { name, score: score.unwrap_or(0.0), ..RecordedSymbol::default() });
    }
    Some(recorded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: &str) -> String {
        let recorded = result(value).unwrap();
        let symbols = recorded.symbols.iter().map(|symbol| format!(" {}({}){:?}", symbol.name, symbol.score, symbol.options));
        format!("{:?}{}{}", recorded.score, symbols.collect::<String>(), if recorded.cut { " cut" } else { "" })
    }

    #[test]
    fn folds_of_all_kinds() {
        let tabs =
            "default: False [3.20 / 15.00];\r\n\tBAYES_SPAM(5.10)[99.99%];\r\n\tR_SPF_ALLOW(-0.20)[+ip4:192.0.2.1:c];\r\n\tX(0.00)[]";
        assert_eq!(told(tabs), r#"Some(3.2) BAYES_SPAM(5.1)["99.99%"] R_SPF_ALLOW(-0.2)["+ip4:192.0.2.1:c"] X(0)[]"#);
        assert_eq!(told(&tabs.replace("\r\n\t", " ")), told(tabs));
        assert_eq!(told("default: True [15.00 / 15.00]"), "Some(15.0)");
        assert_eq!(result("default: True [15.00 / 15.00]").unwrap().action.as_deref(), Some("reject"));
    }

    #[test]
    fn options_are_not_escaped() {
        // As the real program wrote it, of the options `x`, `y,z` and `a[1]; b`.
        assert_eq!(
            told("default: False [2.33 / 15.00];\n\tA(2.00)[x,y,z,a[1];\n\tb];\n\tUNKNOWN(0.00)[]"),
            r#"Some(2.33) A(2)["x", "y", "z", "a[1]; b"] UNKNOWN(0)[]"#
        );
        assert_eq!(told("default: False [1.00 / 15.00]; A(1.00)[a]b]; B(0.00)[]"), r#"Some(1.0) A(1)["a]b"] B(0)[]"#);
    }

    #[test]
    fn a_field_that_was_cut_short() {
        assert_eq!(told("default: False [1.00 / 15.00]; A(1.00)[a,b"), r#"Some(1.0) A(1)["a", "b"] cut"#);
        assert_eq!(told("default: False [1.00 / 15.00]; A(1.00)[]; B(0."), "Some(1.0) A(1)[] cut");
    }

    #[test]
    fn other_things() {
        for value in ["Yes, score=5", "default: Maybe [1 / 2]", "default: False [x / 2]", "default: False", "", "default: False [nan / 2]"]
        {
            assert_eq!(result(value), None, "{value}");
        }
        let amavis =
            spamassassin("No, score=-1.899 tagged_above=-999 required=6.2 tests=[BAYES_00=-1.9, HTML_MESSAGE=0.001] autolearn=ham");
        let amavis = amavis.unwrap();
        assert_eq!((amavis.required, amavis.symbols.len(), amavis.symbols[0].score), (Some(6.2), 2, -1.9));
        assert_eq!(spamassassin("No, score=2.33"), None);
    }
}
