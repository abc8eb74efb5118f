//! What can be written at a place, and how.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionParams, CompletionResponse, CompletionTextEdit, Documentation,
    InsertTextFormat, ParameterInformation, ParameterLabel, SignatureHelp, SignatureHelpParams, SignatureInformation, TextEdit, Uri,
};
use serde_json::{Value, json};
use tamis::sieve::complete::{Around, Completion, CompletionKind};
use tamis::sieve::context::Place;
use tamis::sieve::hover::describe;
use tamis::sieve::{self, Scope};
use tamis::text::Range;

use crate::convert::Map;
use crate::language::{markup, place};
use crate::server::{Answer, Session};

/// What the last completion gave, for the details that are asked for later.
#[derive(Debug, Default)]
pub struct Kept {
    /// Which completion of the session it was.
    number: u64,
    uri: Option<Uri>,
    completions: Vec<Completion>,
}

/// `textDocument/completion`.
pub fn completion(session: &mut Session<'_>, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
    let at = params.text_document_position;
    let Some((document, offset)) = place(session, &at) else { return Ok(None) };
    // A quote or brace that ends or opens something else than a string asks for nothing.
    let trigger = params.context.as_ref().and_then(|context| context.trigger_character.as_deref());
    let is_inside = || matches!(Scope::new(&document.script, &session.settings.dialect).at(offset).place, Place::String(_));
    if trigger.is_some_and(|trigger| trigger != ":") && !is_inside() {
        return Ok(None);
    }
    let map = Map::new(&document.script, session.encoding);
    let scripts = session.documents.neighbours(document, &session.settings);
    let around = Around {
        mailboxes: session.settings.mailboxes.as_deref().unwrap_or(&[]),
        addresses: &session.settings.addresses,
        scripts: Some(&scripts),
    };
    let found = sieve::complete(&document.script, offset, &session.settings.dialect, &around);
    let number = session.kept.number + 1;
    let items = found.iter().enumerate().map(|(index, one)| item(session, map, json!([number, index]), index, one)).collect();
    session.kept = Kept { number, uri: Some(at.text_document.uri), completions: found };
    Ok(Some(CompletionResponse::List(CompletionList { is_incomplete: false, items })))
}

fn item(session: &Session<'_>, map: Map<'_>, data: Value, index: usize, one: &Completion) -> CompletionItem {
    let is_snippet = session.client.snippets && !one.placeholders.is_empty();
    let new_text = match (is_snippet, one.placeholders.is_empty()) {
        (true, _) => snippet(one),
        (false, true) => one.insert.clone(),
        // An editor that fills nothing in gets the construct alone.
        (false, false) => without_placeholders(one),
    };
    let edits: Vec<TextEdit> = one.edits.iter().map(|edit| map.edit(edit)).collect();
    let detail = match (one.detail.as_str(), one.requires) {
        ("", "") => None,
        (detail, "") => Some(detail.to_owned()),
        ("", requires) => Some(format!("+ {requires}")),
        (detail, requires) => Some(format!("{detail}  + {requires}")),
    };
    // What the editor compares with the text that is replaced: with its quote, if that is part of it.
    let quote = if one.replace.of(map.text).starts_with('"') { "\"" } else { "" };
    CompletionItem {
        label: one.label.clone(),
        kind: Some(match one.kind {
            CompletionKind::Control => CompletionItemKind::KEYWORD,
            CompletionKind::Action | CompletionKind::Test => CompletionItemKind::FUNCTION,
            CompletionKind::Tag => CompletionItemKind::PROPERTY,
            CompletionKind::Extension => CompletionItemKind::MODULE,
            CompletionKind::Mailbox => CompletionItemKind::FOLDER,
            CompletionKind::Variable => CompletionItemKind::VARIABLE,
            CompletionKind::Script => CompletionItemKind::FILE,
            CompletionKind::Value => CompletionItemKind::VALUE,
        }),
        detail,
        sort_text: Some(format!("{index:05}")),
        filter_text: Some(format!("{quote}{}", one.label)),
        insert_text_format: Some(if is_snippet { InsertTextFormat::SNIPPET } else { InsertTextFormat::PLAIN_TEXT }),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: map.range(one.replace), new_text })),
        additional_text_edits: (!edits.is_empty()).then_some(edits),
        data: Some(data),
        ..CompletionItem::default()
    }
}

/// The protocol's form of text with parts to be filled in.
fn snippet(one: &Completion) -> String {
    let escaped = |range: Range| range.of(&one.insert).replace('\\', "\\\\").replace('$', "\\$").replace('}', "\\}");
    let (mut out, mut at) = (String::new(), 0);
    for (index, range) in one.placeholders.iter().enumerate() {
        out.push_str(&escaped(Range::new(at, range.start)));
        // The empty one is where the cursor stays.
        match escaped(*range) {
            shown if shown.is_empty() => out.push_str("$0"),
            shown => out.push_str(&format!("${{{}:{shown}}}", index + 1)),
        }
        at = range.end;
    }
    out.push_str(&escaped(Range::new(at, u32::try_from(one.insert.len()).unwrap_or(at))));
    out
}

/// The text up to what would have to be filled in.
fn without_placeholders(one: &Completion) -> String {
    let before = one.placeholders.first().map_or(one.insert.as_str(), |first| Range::new(0, first.start).of(&one.insert));
    before.trim_end_matches(['"', '(', '{', '[', ' ', '\n']).to_owned()
}

/// `completionItem/resolve`.
pub fn resolve(session: &mut Session<'_>, mut item: CompletionItem) -> Answer<CompletionItem> {
    let kept = &session.kept;
    let number = |at: usize| item.data.as_ref().and_then(|data| data.get(at)).and_then(Value::as_u64);
    let index = number(1).and_then(|index| usize::try_from(index).ok()).filter(|_| number(0) == Some(kept.number));
    let one = index.and_then(|index| kept.completions.get(index));
    let document = kept.uri.as_ref().and_then(|uri| session.documents.get(uri));
    if let (Some(one), Some(document)) = (one, document) {
        let told = describe(&one.topic, &Scope::new(&document.script, &session.settings.dialect), session.settings.language);
        item.documentation = Some(Documentation::MarkupContent(markup(session, &told)));
    }
    Ok(item)
}

/// `textDocument/signatureHelp`.
pub fn signature_help(session: &mut Session<'_>, params: SignatureHelpParams) -> Answer<Option<SignatureHelp>> {
    let Some((document, offset)) = place(session, &params.text_document_position_params) else { return Ok(None) };
    let Some(found) = sieve::signature(&document.script, offset, &session.settings.dialect) else { return Ok(None) };
    let told = describe(&found.topic, &Scope::new(&document.script, &session.settings.dialect), session.settings.language);
    let active = found.active.and_then(|active| u32::try_from(active).ok());
    let parameters = found
        .parameters
        .iter()
        .map(|range| ParameterInformation { label: ParameterLabel::Simple(range.of(&found.label).to_owned()), documentation: None });
    let information = SignatureInformation {
        parameters: Some(parameters.collect()),
        documentation: Some(Documentation::String(told.doc)),
        active_parameter: active,
        label: found.label.clone(),
    };
    Ok(Some(SignatureHelp { signatures: vec![information], active_signature: Some(0), active_parameter: active }))
}
