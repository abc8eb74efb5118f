//! What an editor asks about a place or a script.

use lsp_types::{
    CodeLens, CodeLensParams, Command, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, FoldingRange, FoldingRangeKind,
    FoldingRangeParams, Hover, HoverContents, HoverParams, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams, MarkupContent,
    MarkupKind, SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend, SemanticTokensParams,
    SemanticTokensRangeParams, SemanticTokensRangeResult, SemanticTokensResult, SymbolKind, TextDocumentPositionParams, TextEdit,
};
use serde_json::json;
use tamis::sieve;
use tamis::sieve::dialect::Support;
use tamis::sieve::folding::{Fold, FoldKind};
use tamis::sieve::hints::{Hint, HintKind};
use tamis::sieve::symbols::{Entry, EntryKind};
use tamis::sieve::tokens::{Class, semantic_tokens};
use tamis::text::Range;

use crate::convert::Map;
use crate::documents::Document;
use crate::sample;
use crate::server::{Answer, Session};
use crate::words::{self, say};

/// The document and offset of a place.
pub fn place<'s>(session: &'s Session<'_>, at: &TextDocumentPositionParams) -> Option<(&'s Document, u32)> {
    let document = session.documents.get(&at.text_document.uri)?;
    Some((document, Map::new(&document.script, session.encoding).offset(at.position)))
}

/// `textDocument/hover`.
pub fn hover(session: &mut Session<'_>, params: HoverParams) -> Answer<Option<Hover>> {
    let Some((document, offset)) = place(session, &params.text_document_position_params) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let found = sieve::hover(&document.script, offset, &session.settings.dialect, session.settings.language);
    Ok(found.map(|hover| Hover { range: Some(map.range(hover.range)), contents: HoverContents::Markup(markup(session, &hover)) }))
}

/// What is known of something, as text with or without marks.
pub fn markup(session: &Session<'_>, hover: &sieve::Hover) -> MarkupContent {
    let (marks, language) = (session.client.markdown, session.settings.language);
    let code = |text: &str| if marks { format!("```sieve\n{text}\n```") } else { text.to_owned() };
    let small = |text: &str| if marks { format!("`{text}`") } else { text.to_owned() };
    let head = if hover.usage.is_empty() { &hover.title } else { &hover.usage };
    let mut paragraphs = vec![code(head)];
    let mut about = hover.kind.clone();
    if !hover.extension.is_empty() {
        about.push_str(&format!(" ({})", small(hover.extension)));
    }
    paragraphs.push(if marks { format!("*{about}*") } else { about });
    if !hover.doc.is_empty() {
        paragraphs.push(hover.doc.clone());
    }
    paragraphs.extend(hover.notes.iter().cloned());
    if !hover.tags.is_empty() {
        let lines: Vec<String> = hover.tags.iter().map(|(usage, doc)| format!("- {}: {doc}", small(usage))).collect();
        paragraphs.push(lines.join("\n"));
    }
    let names = |wanted: Support| {
        hover.servers.iter().filter(|(_, support)| *support == wanted).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    let mut foot = Vec::new();
    for (support, title) in
        [(Support::Offered, words::SERVERS), (Support::Restricted, words::GLOBAL_ONLY), (Support::Optional, words::IF_SWITCHED_ON)]
    {
        let names = names(support);
        if !names.is_empty() {
            foot.push(format!("{}: {names}", say(title, language)));
        }
    }
    if !hover.source.is_empty() {
        foot.push(hover.source.clone());
    }
    if !foot.is_empty() {
        paragraphs.push(foot.join(" · "));
    }
    MarkupContent { kind: if marks { MarkupKind::Markdown } else { MarkupKind::PlainText }, value: paragraphs.join("\n\n") }
}

/// `textDocument/documentSymbol`.
pub fn symbols(session: &mut Session<'_>, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
    let Some(document) = session.documents.get(&params.text_document.uri) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let found = sieve::symbols(&document.script).into_iter().map(|entry| symbol(map, entry)).collect();
    Ok(Some(DocumentSymbolResponse::Nested(found)))
}

#[allow(deprecated, reason = "the protocol's struct has a field that nobody may use and everybody must name")]
fn symbol(map: Map<'_>, entry: Entry) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = entry.children.into_iter().map(|entry| symbol(map, entry)).collect();
    DocumentSymbol {
        name: entry.name,
        detail: Some(entry.detail).filter(|detail| !detail.is_empty()),
        kind: match entry.kind {
            EntryKind::Branch => SymbolKind::EVENT,
            EntryKind::Block => SymbolKind::NAMESPACE,
            EntryKind::Word | EntryKind::Command => SymbolKind::FUNCTION,
        },
        tags: None,
        deprecated: None,
        range: map.range(entry.range),
        selection_range: map.range(entry.selection),
        children: (!children.is_empty()).then_some(children),
    }
}

/// `textDocument/foldingRange`.
pub fn folding(session: &mut Session<'_>, params: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
    let Some(document) = session.documents.get(&params.text_document.uri) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let lines_only = session.client.folds_lines_only;
    let fold = |fold: &Fold| {
        let range = map.range(fold.range);
        // Of whole lines, the one with the closing bracket stays in sight.
        let is_closed = fold.kind == FoldKind::Region && fold.range.of(map.text).ends_with(['}', ']', ')']);
        FoldingRange {
            start_line: range.start.line,
            start_character: (!lines_only).then_some(range.start.character),
            end_line: range.end.line.saturating_sub(u32::from(lines_only && is_closed)),
            end_character: (!lines_only).then_some(range.end.character),
            kind: Some(match fold.kind {
                FoldKind::Region => FoldingRangeKind::Region,
                FoldKind::Comment => FoldingRangeKind::Comment,
                FoldKind::Requires => FoldingRangeKind::Imports,
            }),
            collapsed_text: None,
        }
    };
    let folds = sieve::folding(&document.script);
    Ok(Some(folds.iter().map(fold).filter(|fold| fold.end_line > fold.start_line).collect()))
}

/// `textDocument/inlayHint`.
pub fn hints(session: &mut Session<'_>, params: InlayHintParams) -> Answer<Option<Vec<InlayHint>>> {
    let Some(document) = session.documents.get(&params.text_document.uri).filter(|_| session.settings.hints.0) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let (dialect, language) = (&session.settings.dialect, session.settings.language);
    let hint = |hint: &Hint| InlayHint {
        position: map.position(hint.at),
        label: InlayHintLabel::String(hint.text.clone()),
        kind: Some(if hint.kind == HintKind::Implied { InlayHintKind::PARAMETER } else { InlayHintKind::TYPE }),
        // What is implied can be written out.
        text_edits: (hint.kind == HintKind::Implied)
            .then(|| vec![TextEdit { range: map.range(Range::at(hint.at)), new_text: format!(" {}", hint.text) }]),
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    };
    Ok(Some(sieve::hints(&document.script, map.bytes(params.range), dialect, language).iter().map(hint).collect()))
}

/// `textDocument/codeLens`: over the first line, the script can be tried.
pub fn lenses(session: &mut Session<'_>, params: CodeLensParams) -> Answer<Option<Vec<CodeLens>>> {
    let uri = params.text_document.uri;
    if session.documents.get(&uri).is_none() || !session.settings.lens.0 {
        return Ok(None);
    }
    let command = Command {
        title: format!("▶ {}", say(words::RUN, session.settings.language)),
        command: sample::COMMAND.to_owned(),
        arguments: Some(vec![json!(uri.as_str())]),
    };
    Ok(Some(vec![CodeLens { range: lsp_types::Range::default(), command: Some(command), data: None }]))
}

/// `textDocument/semanticTokens/full`.
pub fn tokens(session: &mut Session<'_>, params: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
    let Some(document) = session.documents.get(&params.text_document.uri) else { return Ok(None) };
    Ok(Some(SemanticTokensResult::Tokens(encoded(session, document, None))))
}

/// `textDocument/semanticTokens/range`.
pub fn tokens_in_range(session: &mut Session<'_>, params: SemanticTokensRangeParams) -> Answer<Option<SemanticTokensRangeResult>> {
    let Some(document) = session.documents.get(&params.text_document.uri) else { return Ok(None) };
    Ok(Some(SemanticTokensRangeResult::Tokens(encoded(session, document, Some(params.range)))))
}

/// Each token relative to the one before it. One over several lines is several: few editors take it otherwise.
fn encoded(session: &Session<'_>, document: &Document, range: Option<lsp_types::Range>) -> SemanticTokens {
    let map = Map::new(&document.script, session.encoding);
    let within = range.map(|range| map.bytes(range));
    let mut data = Vec::new();
    let (mut line, mut character) = (0, 0);
    for (range, class) in semantic_tokens(&document.script, &session.settings.dialect) {
        let Some(token_type) = token_type(class) else { continue };
        if within.is_some_and(|within| range.end < within.start || within.end < range.start) {
            continue;
        }
        let mut start = range.start;
        for piece in range.of(map.text).split_inclusive('\n') {
            let count = |text: &str| u32::try_from(text.len()).unwrap_or(0);
            let (from, to) = (map.position(start), map.position(start + count(piece.trim_end_matches(['\n', '\r']))));
            start += count(piece);
            if to.character <= from.character {
                continue;
            }
            let delta_line = from.line - line;
            let delta_start = if delta_line == 0 { from.character - character } else { from.character };
            let length = to.character - from.character;
            data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset: 0 });
            (line, character) = (from.line, from.character);
        }
    }
    SemanticTokens { result_id: None, data }
}

/// The place of a class in the legend; punctuation and what has no meaning stay as they are.
const fn token_type(class: Class) -> Option<u32> {
    Some(match class {
        Class::Comment => 0,
        Class::Command => 1,
        Class::Test => 2,
        Class::Tag => 3,
        Class::Number => 4,
        Class::String => 5,
        Class::Variable => 6,
        Class::Punctuation | Class::Garbage => return None,
    })
}

/// The names of token kinds, in the order of [`token_type`].
pub fn legend() -> SemanticTokensLegend {
    let token_types = vec![
        SemanticTokenType::COMMENT,
        SemanticTokenType::KEYWORD,
        SemanticTokenType::FUNCTION,
        SemanticTokenType::PARAMETER,
        SemanticTokenType::NUMBER,
        SemanticTokenType::STRING,
        SemanticTokenType::VARIABLE,
    ];
    SemanticTokensLegend { token_types, token_modifiers: Vec::<SemanticTokenModifier>::new() }
}
