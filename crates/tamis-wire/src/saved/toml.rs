//! Saved tests as TOML, in the layout of docs/tests.md: what the command line appends and the studio exports.

use super::{Expected, ExpectedCopy, ExpectedMail, SavedStep, SavedTest, is_inline};
use crate::read::{Reader, read};

/// A test as TOML: a table `[[test]]` and those below it.
#[must_use]
pub fn toml_test(test: &SavedTest) -> String {
    let mut out = String::from("[[test]]\n");
    line(&mut out, "name", &toml_string(&test.name));
    let texts = [
        ("script", &test.script),
        ("server", &test.server),
        ("include", &test.include),
        ("chain", &test.chain),
        ("hostname", &test.hostname),
    ];
    for (name, value) in texts {
        text(&mut out, name, value.as_deref());
    }
    for (name, list) in [("before", &test.before), ("after", &test.after)] {
        if !list.is_empty() {
            line(&mut out, name, &strings(list));
        }
    }
    if !test.settings.is_empty() {
        let all = test.settings.iter().map(|(name, value)| format!("{} = {}", key(name), toml_string(value)));
        line(&mut out, "settings", &braces(all.collect()));
    }
    if let Some(account) = test.account.as_deref().and_then(inline) {
        line(&mut out, "account", &account);
    }
    match test.steps.as_slice() {
        [only] => step(&mut out, only, "test"),
        steps => {
            for one in steps {
                out.push_str("\n[[test.step]]\n");
                step(&mut out, one, "test.step");
            }
        }
    }
    out
}

fn step(out: &mut String, step: &SavedStep, table: &str) {
    text(out, "message", step.message.as_deref());
    text(out, "message_base64", step.base64.as_deref());
    text(out, "from", step.from.as_deref());
    text(out, "to", step.to.as_deref());
    text(out, "user", step.user.as_deref());
    text(out, "now", step.now.as_deref());
    if let Some(score) = &step.score {
        line(out, "score", score);
    }
    if !step.symbols.is_empty() {
        line(out, "symbols", &strings(&step.symbols));
    }
    let entries = toml_expected(&step.expect);
    if !entries.is_empty() {
        out.push_str(&format!("\n[{table}.expect]\n"));
    }
    for (name, value) in entries {
        line(out, name, &value);
    }
}

/// What is expected, as names and values in TOML.
#[must_use]
pub fn toml_expected(expected: &Expected) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    if let Some(copies) = &expected.stored {
        out.push(("stored", array(copies.iter().map(copy).collect())));
    }
    if let Some(mails) = &expected.sent {
        out.push(("sent", array(mails.iter().map(mail).collect())));
    }
    if let Some(discarded) = expected.discarded {
        out.push(("discarded", discarded.to_string()));
    }
    let texts = [("failure", &expected.failure), ("rule", &expected.rule)];
    out.extend(texts.into_iter().filter_map(|(name, value)| Some((name, toml_string(value.as_deref()?)))));
    out
}

/// A copy of which only the mailbox matters is that mailbox's name.
fn copy(copy: &ExpectedCopy) -> String {
    let mailbox = toml_string(&copy.mailbox);
    if copy.flags.is_none() && copy.created.is_none() {
        return mailbox;
    }
    let mut all = vec![format!("mailbox = {mailbox}")];
    all.extend(copy.flags.as_ref().map(|flags| format!("flags = {}", strings(flags))));
    all.extend(copy.created.map(|created| format!("created = {created}")));
    braces(all)
}

fn mail(mail: &ExpectedMail) -> String {
    let mut all = Vec::new();
    all.extend(mail.kind.as_ref().map(|kind| format!("kind = {}", toml_string(kind))));
    all.extend(mail.to.as_ref().map(|to| format!("to = {}", strings(to))));
    if !mail.contains.is_empty() {
        all.push(format!("contains = {}", strings(&mail.contains)));
    }
    braces(all)
}

fn line(out: &mut String, name: &str, value: &str) {
    out.push_str(&format!("{name} = {value}\n"));
}

fn text(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        toml_text(out, name, value);
    }
}

/// Writes a text by the name of its key, over several lines if it has any: a message or script is to be read there.
pub fn toml_text(out: &mut String, name: &str, value: &str) {
    if is_inline(value) { line(out, name, &lines(value)) } else { line(out, name, &toml_string(value)) }
}

fn strings(texts: &[String]) -> String {
    array(texts.iter().map(|text| toml_string(text)).collect())
}

fn array(items: Vec<String>) -> String {
    format!("[{}]", joined(items))
}

fn braces(items: Vec<String>) -> String {
    if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", joined(items)) }
}

fn joined(items: Vec<String>) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(&item);
    }
    out
}

/// A key: bare if it may be.
pub(super) fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_bare { name.to_owned() } else { toml_string(name) }
}

/// A basic string (TOML 1.0, "String").
#[must_use]
pub fn toml_string(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => escaped(&mut out, other),
        }
    }
    out.push('"');
    out
}

/// A string over several lines: a literal one if backslashes would have to be escaped and nothing else, since scripts are full of them.
fn lines(text: &str) -> String {
    let plain = |char: char| !char.is_control() || matches!(char, '\n' | '\t');
    if text.contains('\\') && text.chars().all(plain) && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    basic_lines(text)
}

/// A basic string over several lines. The line end after the opening quotes is no part of it. A carriage return is escaped: readers may
/// change line ends.
fn basic_lines(text: &str) -> String {
    let mut out = String::from("\"\"\"\n");
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            // Three of them would be the end, and so would one before that.
            '"' if matches!(chars.peek(), Some('"') | None) => out.push_str("\\\""),
            '"' | '\n' => out.push(char),
            other => escaped(&mut out, other),
        }
    }
    out.push_str("\"\"\"");
    out
}

fn escaped(out: &mut String, char: char) {
    match char {
        '\\' => out.push_str("\\\\"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push('\t'),
        '\0'..='\x1f' | '\x7f' => out.push_str(&format!("\\u{:04X}", u32::from(char))),
        other => out.push(other),
    }
}

/// A value of JSON as an inline value of TOML, which has no null: such fields are left out.
fn inline(json: &str) -> Option<String> {
    read(json, |reader| value(reader, 0)).ok().flatten()
}

/// Nothing for null.
fn value(reader: &mut Reader<'_>, depth: u32) -> Result<Option<String>, String> {
    /// No account is deeper.
    const DEEPEST: u32 = 8;
    if depth > DEEPEST {
        return Err(String::new());
    }
    if reader.null() {
        return Ok(None);
    }
    if reader.at_quote() {
        return reader.string("").map(|text| Some(toml_string(&text)));
    }
    let mut items = Vec::new();
    if reader.at_object() {
        reader.object("", &mut |reader, name| {
            items.extend(value(reader, depth + 1)?.map(|value| format!("{} = {value}", key(name))));
            Ok(())
        })?;
        return Ok(Some(braces(items)));
    }
    if reader.at_list() {
        reader.list("", &mut |reader| {
            items.extend(value(reader, depth + 1)?);
            Ok(())
        })?;
        return Ok(Some(array(items)));
    }
    reader.raw().map(|word| Some(word.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_toml_reads_them() {
        for text in ["", "a\"b\\", "a\n\"\"\"\r\n\u{1}é\t\u{7f}\"", "\n", "x\n\"\""] {
            for written in [toml_string(text), basic_lines(text)] {
                assert!(!written.contains('\r') && !written.contains('\u{1}'), "{written}");
            }
        }
        assert_eq!(lines("a\r\nb\"\"\"\n\""), "\"\"\"\na\\r\nb\\\"\\\"\"\n\\\"\"\"\"");
        assert_eq!(lines("\\a'\n"), "'''\n\\a'\n'''");
        assert_eq!(lines("\\\r\n"), "\"\"\"\n\\\\\\r\n\"\"\"");
        assert_eq!(toml_string("a\"\\\n"), "\"a\\\"\\\\\\n\"");
    }

    #[test]
    fn an_account_is_one_line() {
        let json = r#"{"addresses":["a@example.org"],"mailboxes":null,"special_uses":{"My Spam":["\\Junk"]},"answers":[{"reply":"no"}]}"#;
        let toml = "{ addresses = [\"a@example.org\"], special_uses = { \"My Spam\" = [\"\\\\Junk\"] }, answers = [{ reply = \"no\" }] }";
        assert_eq!(inline(json).as_deref(), Some(toml));
        assert_eq!(inline("{\"a\":1,\"b\":true}").as_deref(), Some("{ a = 1, b = true }"));
        assert_eq!(inline("{").as_deref(), None);
    }
}
