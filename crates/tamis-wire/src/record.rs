//! Recorded verdicts of Rspamd as JSON: answers of `/checkv2`, `rspamc --json`, rows of the history, of either kind.

use tamis::rspamd::record::{Form, PreResult, Recorded, RecordedSymbol, STEP_JSON};

use crate::read::{Reader, read_any};

/// Reads one verdict, an array of them, or a history with `rows`. What stands before the first brace or bracket is passed over: `rspamc`
/// prints a line there. Without a verdict in it, JSON gives none.
///
/// # Errors
/// What is wrong with the JSON, and at which byte.
pub fn records(text: &str) -> Result<Vec<Recorded>, String> {
    let start = text.find(['{', '[']).unwrap_or(text.len());
    let json = text.get(start..).unwrap_or("");
    let mut out = Vec::new();
    read_any(json, |reader| value(reader, &mut out, 0))?;
    Ok(out)
}

/// Rows within an array within an object are as deep as verdicts stand.
const DEPTH: u32 = 4;

fn value(reader: &mut Reader<'_>, out: &mut Vec<Recorded>, depth: u32) -> Result<(), String> {
    if depth >= DEPTH {
        return reader.skip(0);
    }
    if reader.at(b'[') {
        return reader.list("verdicts", &mut |reader| value(reader, out, depth + 1));
    }
    if !reader.at(b'{') {
        return reader.skip(0);
    }
    let mut recorded = Recorded { form: Form::Json, step: STEP_JSON, verdicts: 1, ..Recorded::default() };
    let mut symbols = None;
    let mut rows = Vec::new();
    reader.object("verdict", &mut |reader, name| {
        match name {
            "score" => recorded.score = reader.float(),
            "required_score" => recorded.required = reader.float(),
            "action" => recorded.action = reader.text(),
            "is_skipped" => recorded.skipped = reader.truth(),
            "message-id" | "id" => recorded.message_id = reader.text().or(recorded.message_id.take()),
            "passthrough_module" => {
                let module = reader.text();
                recorded.pre_result = module.map(|module| PreResult { module, ..PreResult::default() });
            }
            "symbols" if reader.at(b'{') => {
                let mut list = Vec::new();
                reader.object(name, &mut |reader, name| {
                    list.push(symbol(reader, name)?);
                    Ok(())
                })?;
                symbols = Some(list);
            }
            "symbols" if reader.at(b'"') => {
                let names = reader.text().unwrap_or_default();
                let names = names.split([',', ' ']).filter(|name| !name.is_empty());
                symbols = Some(names.map(|name| (RecordedSymbol { name: name.to_owned(), ..RecordedSymbol::default() }, false)).collect());
            }
            "rows" => value(reader, &mut rows, depth + 1)?,
            _ => {}
        }
        reader.rest()
    })?;
    out.append(&mut rows);
    let Some(symbols) = symbols else { return Ok(()) };
    // The controller's own history has names, and a zero for each.
    recorded.scored = symbols.iter().any(|(symbol, scored)| *scored && (symbol.metric_score.is_some() || symbol.score != 0.0));
    if !recorded.scored && !symbols.is_empty() {
        recorded.form = Form::Names;
    }
    recorded.scored |= symbols.is_empty();
    recorded.symbols = symbols.into_iter().map(|(symbol, _)| symbol).collect();
    out.push(recorded);
    Ok(())
}

/// A symbol, and whether it has a score.
fn symbol(reader: &mut Reader<'_>, name: &str) -> Result<(RecordedSymbol, bool), String> {
    let mut symbol = RecordedSymbol { name: name.to_owned(), ..RecordedSymbol::default() };
    let mut score = None;
    if !reader.at(b'{') {
        reader.skip(0)?;
        return Ok((symbol, false));
    }
    reader.object(name, &mut |reader, name| {
        match name {
            "score" => score = reader.float(),
            "metric_score" => symbol.metric_score = reader.float(),
            "options" if reader.at(b'[') => reader.list(name, &mut |reader| {
                symbol.options.extend(reader.text());
                reader.rest()
            })?,
            _ => {}
        }
        reader.rest()
    })?;
    symbol.score = score.unwrap_or(0.0);
    Ok((symbol, score.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECKED: &str = r#"{"is_skipped":false,"score":2.330999,"required_score":15.0,"action":"no action","symbols":{
        "A":{"name":"A","score":2.0,"metric_score":2.0,"options":["x","a[1]; b"]},"B":{"name":"B","score":-2.331000,"metric_score":-3.0e0},
        "C":{"name":"C","score":0.0,"metric_score":0.0,"description":null}},"messages":{},"message-id":"a@example.org","time_real":0.09,
        "milter":{"add_headers":{"X":{"order":-1,"value":"y"}}}}"#;

    #[test]
    fn an_answer() {
        for text in [CHECKED.to_owned(), format!("Results for file: m1 (0.1 seconds)\n{CHECKED}"), format!("[{CHECKED}]")] {
            let [recorded] = &records(&text).unwrap()[..] else { panic!("{text}") };
            assert_eq!(
                (recorded.form, recorded.score, recorded.required, recorded.scored),
                (Form::Json, Some(2.330_999), Some(15.0), true)
            );
            assert_eq!((recorded.action.as_deref(), recorded.message_id.as_deref()), (Some("no action"), Some("a@example.org")));
            let symbols: Vec<_> = recorded.symbols.iter().map(|s| (s.name.as_str(), s.score, s.metric_score, s.options.len())).collect();
            assert_eq!(symbols, [("A", 2.0, Some(2.0), 2), ("B", -2.331, Some(-3.0), 0), ("C", 0.0, Some(0.0), 0)]);
        }
    }

    #[test]
    fn histories() {
        let rows = records(&format!(r#"{{"version":2,"rows":[{CHECKED},{CHECKED}]}}"#)).unwrap();
        assert_eq!(rows.iter().map(|row| row.symbols.len()).collect::<Vec<_>>(), [3, 3]);
        // As Debian's 3.4 answers `/history` without Redis.
        let names = records(
            r#"[{"time":"2026","unix_time":1,"id":"a","score":2.3,"required_score":15.0,"symbols":{"A":{"score":0.0},"B":{"score":0.0}},"size":3}]"#,
        );
        assert_eq!(names.as_ref().map(|rows| (rows[0].form, rows[0].scored, rows[0].symbols.len())), Ok((Form::Names, false, 2)));
        let older = records(r#"[{"score":2.3,"symbols":"A, B, C"}]"#).unwrap();
        assert_eq!((older[0].form, older[0].symbols.len()), (Form::Names, 3));
    }

    #[test]
    fn other_json() {
        assert_eq!(records("{}"), Ok(Vec::new()));
        assert_eq!(records("no json"), Err("no JSON that a request can be: a value expected at byte 0".to_owned()));
        assert!(records("{\"symbols\":{\"A\":{\"score\":1.0}").is_err());
        assert!(records(&"[".repeat(100_000)).is_err());
        assert_eq!(records(r#"{"symbols":{"A":5,"B":{"score":"x"},"C":{"score":1e999}}}"#).map(|rows| rows[0].symbols.len()), Ok(3));
    }
}
