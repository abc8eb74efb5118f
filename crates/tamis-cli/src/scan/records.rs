//! Recorded verdicts in files: messages, header fields alone, JSON of one or of many, lines of a log.

use tamis::rspamd::record::{Recorded, from_line, from_message};

/// All verdicts of a file; a message has one, the newest.
///
/// # Errors
/// What is wrong with JSON. A file without any verdict gives none.
pub fn records(bytes: &[u8]) -> Result<Vec<Recorded>, String> {
    let text = String::from_utf8_lossy(bytes);
    let start = text.trim_start();
    if start.starts_with(['{', '[']) || start.starts_with("Results for file") {
        return json(start);
    }
    if let Some(recorded) = from_message(bytes) {
        return Ok(vec![recorded]);
    }
    Ok(text.lines().filter_map(from_line).collect())
}

/// One value, or one in each line.
fn json(text: &str) -> Result<Vec<Recorded>, String> {
    let whole = tamis_wire::records(text);
    let Err(error) = whole else { return whole };
    let mut out = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| line.contains('{')) {
        match tamis_wire::records(line) {
            Ok(mut records) => out.append(&mut records),
            // What is no JSON in its first line was not meant to be lines of it.
            Err(_) if out.is_empty() => return Err(error),
            Err(error) => return Err(format!("line {}: {error}", number + 1)),
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form() {
        let json = r#"{"score":1.0,"symbols":{"A":{"score":1.0,"metric_score":1.0}}}"#;
        let log = "x (default: F (no action): [1.00/15.00] [A(1.00){}])\n";
        let field = "default: False [1.00 / 15.00]; A(1.00)[]";
        let count = |text: &str| records(text.as_bytes()).map(|records| records.len());
        assert_eq!(count(json), Ok(1));
        assert_eq!(count(&format!("{json}\n{json}\n")), Ok(2));
        assert_eq!(count(&format!("{json}\n{{")).unwrap_err().split(':').next(), Some("line 2"));
        assert_eq!(count(&format!("Results for file: a (0.1 seconds)\n{json}")), Ok(1));
        assert_eq!(count(&log.repeat(3)), Ok(3));
        assert_eq!(count(&format!("X-Spamd-Result: {field}\n\ntext")), Ok(1));
        assert_eq!(count(field), Ok(1));
        assert_eq!(count("Subject: x\n\ntext"), Ok(0));
        assert!(count("{\"a\"").is_err());
    }
}
