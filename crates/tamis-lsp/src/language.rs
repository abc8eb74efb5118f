//! What an editor asks about a place or a script.

use lsp_types::{
    Hover, HoverContents, HoverParams, MarkupContent, MarkupKind, SemanticTokenModifier, SemanticTokenType, SemanticTokensLegend,
};
use tamis::sieve;

use tamis::sieve::dialect::Support;

use crate::convert::Map;
use crate::server::{Answer, Session};
use crate::words::{self, say};

/// What the last completion gave.
#[derive(Debug, Default)]
pub struct Kept {
    pub number: u64,
}

/// `textDocument/hover`.
pub fn hover(session: &mut Session<'_>, params: HoverParams) -> Answer<Option<Hover>> {
    let place = params.text_document_position_params;
    let Some(document) = session.documents.get(&place.text_document.uri) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let found = sieve::hover(&document.script, map.offset(place.position), &session.settings.dialect, session.settings.language);
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

/// The names of token kinds, by the core's class.
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
