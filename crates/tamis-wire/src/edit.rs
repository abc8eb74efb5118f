//! What an editor asks about a place or a script: completion, hover and the like, as JSON.

use tamis::sieve::complete::{Around, Completion};
use tamis::sieve::hover::describe;
use tamis::sieve::symbols::Entry;
use tamis::sieve::tokens::semantic_tokens;
use tamis::sieve::{self, Dialect, Hover, Scope, Script};
use tamis::text::{Edit, Encoding, LineIndex, Range, offset};

use crate::write::Writer;
use crate::{Places, Request, VERSION};

/// A request that was read, with its script and server.
struct Question {
    request: Request,
    script: Script,
    dialect: Dialect,
}

impl Question {
    /// Reads a request and answers it. A bad one is answered with `{"version":1,"error":"…"}`.
    fn answer(request: &str, write: impl FnOnce(&Self, &mut Writer)) -> String {
        let answer = Request::parse(request).and_then(|request| {
            let dialect = request.dialect()?;
            let script = Script::parse(request.script.as_str());
            let question = Self { request, script, dialect };
            let mut writer = Writer::default();
            writer.open('{');
            writer.count("version", VERSION.into());
            write(&question, &mut writer);
            writer.close('}');
            Ok(writer.finish())
        });
        answer.unwrap_or_else(|failed| failed)
    }

    /// The offset that is asked about, in bytes.
    fn offset(&self) -> u32 {
        self.script.lines().byte_offset(self.script.text(), self.request.offset, self.request.encoding())
    }

    fn places(&self) -> Places<'_> {
        Places { name: "", text: self.script.text(), lines: self.script.lines(), encoding: self.request.encoding() }
    }

    /// Start and end as offsets alone.
    fn range(&self, writer: &mut Writer, range: Range) {
        let places = self.places();
        writer.count("start", places.offset(range.start));
        writer.count("end", places.offset(range.end));
    }

    fn edits(&self, writer: &mut Writer, name: &str, edits: &[Edit]) {
        writer.begin(name, '[');
        for edit in edits {
            writer.open('{');
            self.range(writer, edit.range);
            writer.text("text", &edit.text);
            writer.close('}');
        }
        writer.close(']');
    }

    fn hover(&self, writer: &mut Writer, hover: &Hover) {
        writer.text("title", &hover.title);
        writer.text("kind", &hover.kind);
        writer.text("usage", &hover.usage);
        writer.text("doc", &hover.doc);
        writer.begin("notes", '[');
        hover.notes.iter().for_each(|note| writer.string(note));
        writer.close(']');
        writer.begin("tags", '[');
        for (usage, doc) in &hover.tags {
            writer.open('{');
            writer.text("usage", usage);
            writer.text("doc", doc);
            writer.close('}');
        }
        writer.close(']');
        writer.text("source", &hover.source);
        writer.text("extension", hover.extension);
        writer.begin("servers", '{');
        hover.servers.iter().for_each(|(name, support)| writer.text(name, support.name()));
        writer.close('}');
    }

    fn completion(&self, writer: &mut Writer, one: &Completion, scope: &Scope<'_>) {
        writer.open('{');
        writer.text("label", &one.label);
        writer.text("kind", one.kind.name());
        writer.text("detail", &one.detail);
        writer.text("doc", &describe(&one.topic, scope, self.request.language()).doc);
        self.range(writer, one.replace);
        writer.text("insert", &one.insert);
        writer.begin("placeholders", '[');
        spans(writer, &one.insert, &one.placeholders, self.request.encoding());
        writer.close(']');
        self.edits(writer, "edits", &one.edits);
        writer.text("requires", one.requires);
        writer.close('}');
    }

    fn entry(&self, writer: &mut Writer, entry: &Entry) {
        writer.open('{');
        writer.text("name", &entry.name);
        writer.text("detail", &entry.detail);
        writer.text("kind", entry.kind.name());
        self.places().range(writer, entry.range);
        writer.begin("head", '{');
        self.places().range(writer, entry.selection);
        writer.close('}');
        writer.begin("children", '[');
        entry.children.iter().for_each(|child| self.entry(writer, child));
        writer.close(']');
        writer.close('}');
    }
}

/// Parts of a text that is none of the script's, as offsets in it.
fn spans(writer: &mut Writer, text: &str, ranges: &[Range], encoding: Encoding) {
    let lines = LineIndex::new(text);
    for range in ranges {
        writer.open('{');
        writer.count("start", lines.position(text, range.start, encoding).offset.into());
        writer.count("end", lines.position(text, range.end, encoding).offset.into());
        writer.close('}');
    }
}

/// What can be written at the request's `offset`, the best first.
#[must_use]
pub fn complete_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        let account = &question.request.account;
        let mailboxes: Vec<String> = account.mailboxes.iter().flatten().cloned().collect();
        let around = Around { mailboxes: &mailboxes, addresses: &account.addresses, scripts: Some(&question.request.scripts) };
        let scope = Scope::new(&question.script, &question.dialect);
        writer.begin("completions", '[');
        for one in sieve::complete(&question.script, question.offset(), &question.dialect, &around) {
            question.completion(writer, &one, &scope);
        }
        writer.close(']');
    })
}

/// What is known of the thing at the request's `offset`.
#[must_use]
pub fn hover_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        let Some(hover) = sieve::hover(&question.script, question.offset(), &question.dialect, question.request.language()) else {
            writer.null("hover");
            return;
        };
        writer.begin("hover", '{');
        question.places().range(writer, hover.range);
        question.hover(writer, &hover);
        writer.close('}');
    })
}

/// How the call around the request's `offset` is written, and which argument that is in.
#[must_use]
pub fn signature_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        let Some(found) = sieve::signature(&question.script, question.offset(), &question.dialect) else {
            writer.null("signature");
            return;
        };
        let told = describe(&found.topic, &Scope::new(&question.script, &question.dialect), question.request.language());
        writer.begin("signature", '{');
        writer.text("label", &found.label);
        writer.begin("parameters", '[');
        spans(writer, &found.label, &found.parameters, question.request.encoding());
        writer.close(']');
        match found.active {
            Some(active) => writer.count("active", offset(active).into()),
            None => writer.null("active"),
        }
        writer.text("doc", &told.doc);
        writer.close('}');
    })
}

/// The outline of the script, and what can be folded away.
#[must_use]
pub fn outline_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        writer.begin("symbols", '[');
        sieve::symbols(&question.script).iter().for_each(|entry| question.entry(writer, entry));
        writer.close(']');
        writer.begin("folds", '[');
        for fold in sieve::folding(&question.script) {
            writer.open('{');
            writer.text("kind", fold.kind.name());
            question.places().range(writer, fold.range);
            writer.close('}');
        }
        writer.close(']');
    })
}

/// The script's tokens, variables inside strings included, as triples of start, end and class; and the hints between them.
#[must_use]
pub fn tokens_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        let places = question.places();
        writer.begin("tokens", '[');
        for (range, class) in semantic_tokens(&question.script, &question.dialect) {
            [places.offset(range.start), places.offset(range.end), class as u64].into_iter().for_each(|number| writer.number(number));
        }
        writer.close(']');
        let all = Range::new(0, offset(question.script.text().len()));
        writer.begin("hints", '[');
        for hint in sieve::hints(&question.script, all, &question.dialect, question.request.language()) {
            writer.open('{');
            writer.count("offset", places.offset(hint.at));
            writer.text("text", &hint.text);
            writer.text("kind", hint.kind.name());
            writer.close('}');
        }
        writer.close(']');
    })
}

/// The places that name what is named at the request's `offset`; and, if the request has a `name`, the edits that give it that name, or why
/// it cannot have it.
#[must_use]
pub fn rename_json(request: &str) -> String {
    Question::answer(request, |question, writer| {
        let (script, at, dialect) = (&question.script, question.offset(), &question.dialect);
        writer.begin("places", '[');
        for one in sieve::references(script, at, dialect) {
            writer.open('{');
            question.places().range(writer, one.range);
            writer.text("use", one.usage.name());
            writer.close('}');
        }
        writer.close(']');
        let Some(name) = &question.request.name else { return };
        match sieve::rename(script, at, name, dialect) {
            Ok(edits) => question.edits(writer, "edits", &edits),
            Err(refusal) => writer.text("refused", &refusal.message(question.request.language())),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn ask(answer: fn(&str) -> String, mut request: Value, script: &str) -> Value {
        let at = script.find('‸').unwrap_or(0);
        request["offset"] = json!(script.get(..at).unwrap_or("").encode_utf16().count());
        request["script"] = json!(script.replace('‸', ""));
        request["positions"] = json!("utf16");
        serde_json::from_str(&answer(&request.to_string())).unwrap()
    }

    #[test]
    fn completion_counts_in_the_unit_that_was_asked_for() {
        let request = json!({"account": {"mailboxes": ["É𝄞"], "addresses": []}});
        let answer = ask(complete_json, request, "# 𝄞\nfileinto \"𝄞‸\";");
        let one = &answer["completions"][0];
        assert_eq!((&one["label"], &one["start"], &one["end"], &one["insert"]), (&json!("É𝄞"), &json!(15), &json!(17), &json!("É𝄞")));
        let answer = ask(complete_json, json!({"lang": "fr"}), "# 𝄞\n\nfilei‸");
        let found = answer["completions"].as_array().unwrap().iter().find(|one| one["label"] == "fileinto").unwrap();
        assert_eq!(found["edits"], json!([{"start": 5, "end": 5, "text": "require \"fileinto\";\n"}]));
        assert_eq!(found["placeholders"], json!([{"start": 10, "end": 17}]));
        assert_eq!((&found["doc"], &found["requires"]), (&json!("range le message dans un dossier"), &json!("fileinto")));
    }

    #[test]
    fn the_other_questions() {
        let answer = ask(hover_json, json!({}), "# 𝄞\nke‸ep;");
        assert_eq!((&answer["hover"]["title"], &answer["hover"]["start"]["offset"]), (&json!("keep"), &json!(5)));
        assert_eq!(answer["hover"]["servers"]["mailcow"], "yes");
        assert_eq!(ask(hover_json, json!({}), "‸")["hover"], Value::Null);
        let answer = ask(signature_json, json!({}), "redirect \"‸\";");
        assert_eq!((&answer["signature"]["active"], &answer["signature"]["parameters"][0]["start"]), (&json!(0), &json!(9)));
        assert_eq!(ask(signature_json, json!({}), "‸")["signature"], Value::Null);
        let answer = ask(outline_json, json!({}), "# One\nif true {\n keep;\n}\n");
        assert_eq!((&answer["symbols"][0]["name"], &answer["folds"][0]["kind"]), (&json!("One"), &json!("region")));
        let answer = ask(tokens_json, json!({}), "if size :over 1K {}");
        assert_eq!((&answer["tokens"][2], &answer["hints"][0]["text"]), (&json!(2), &json!("= 1024 bytes")));
        let script = "require \"variables\"; set \"‸a\" \"${a}\";";
        let answer = ask(rename_json, json!({"name": "b"}), script);
        assert_eq!((answer["places"].as_array().unwrap().len(), answer["edits"].as_array().unwrap().len()), (2, 2));
        assert!(ask(rename_json, json!({"name": "1"}), script)["refused"].is_string());
        assert!(ask(rename_json, json!({"server": "nobody"}), script)["error"].is_string());
    }
}
