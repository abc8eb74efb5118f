//! Findings, and the cures that an editor offers for them.

use std::collections::HashMap;

use lsp_types::notification::PublishDiagnostics;
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeActionResponse, Diagnostic, DiagnosticRelatedInformation,
    DiagnosticSeverity, DiagnosticTag, DocumentDiagnosticParams, DocumentDiagnosticReport, DocumentDiagnosticReportResult,
    FullDocumentDiagnosticReport, Location, NumberOrString, PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport, TextEdit, Uri,
    WorkspaceEdit,
};
use tamis::diagnostic::{Applicability, Diagnostic as Finding, Fix, Language, Severity};
use tamis::sieve::format::can_format;
use tamis::sieve::{Options, Scripts, format};
use tamis::text::{Edit, Range};

use crate::convert::Map;
use crate::documents::Document;
use crate::server::{Answer, Session};
use crate::words::{self, say};

/// Publishes the findings of every document that has news.
pub fn publish(session: &mut Session<'_>) {
    let mut dirty = Vec::new();
    for document in session.documents.iter_mut().filter(|document| document.is_dirty) {
        document.is_dirty = false;
        dirty.push(document.uri.clone());
    }
    for uri in dirty {
        if let Some(document) = session.documents.get(&uri) {
            let (diagnostics, version) = (diagnostics(session, document), Some(document.version));
            session.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }
}

/// A document that is closed has no findings.
pub fn clear(session: &Session<'_>, uri: Uri) {
    session.notify::<PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None });
}

/// `textDocument/diagnostic`.
pub fn pull(session: &mut Session<'_>, params: DocumentDiagnosticParams) -> Answer<DocumentDiagnosticReportResult> {
    let items = session.documents.get(&params.text_document.uri).map(|document| diagnostics(session, document)).unwrap_or_default();
    let full = FullDocumentDiagnosticReport { result_id: None, items };
    Ok(DocumentDiagnosticReport::Full(RelatedFullDocumentDiagnosticReport {
        related_documents: None,
        full_document_diagnostic_report: full,
    })
    .into())
}

/// `textDocument/codeAction`.
pub fn actions(session: &mut Session<'_>, params: CodeActionParams) -> Answer<Option<CodeActionResponse>> {
    let uri = params.text_document.uri;
    let Some(document) = session.documents.get(&uri) else { return Ok(None) };
    let (map, language) = (Map::new(&document.script, session.encoding), session.settings.language);
    let wanted = |kind: &CodeActionKind| {
        let only = params.context.only.as_ref();
        only.is_none_or(|only| {
            only.iter().any(|one| kind.as_str() == one.as_str() || kind.as_str().starts_with(&format!("{}.", one.as_str())))
        })
    };
    let asked = map.bytes(params.range);
    let findings = findings(session, document);
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        for finding in findings.iter().filter(|finding| finding.range.start <= asked.end && asked.start <= finding.range.end) {
            let diagnostic = diagnostic(finding, &uri, map, language);
            let fixes: Vec<&Fix> = finding.fixes.iter().filter(|fix| fix.applicability != Applicability::Display).collect();
            for fix in &fixes {
                actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                    title: fix.title.render(language, &fix.params),
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![diagnostic.clone()]),
                    edit: Some(change(&uri, fix.edits.iter().map(|edit| map.edit(edit)).collect())),
                    is_preferred: Some(fixes.len() == 1 && fix.applicability == Applicability::Safe),
                    ..CodeAction::default()
                }));
            }
        }
    }
    // Many editors ask for everything at every move of the cursor: the whole file's fixes are for those who ask for them.
    if params.context.only.is_some() && wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        let edits = safe_edits(&findings);
        if !edits.is_empty() {
            actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: say(words::FIX_ALL, language),
                kind: Some(CodeActionKind::SOURCE_FIX_ALL),
                edit: Some(change(&uri, edits.iter().map(|edit| map.edit(edit)).collect())),
                ..CodeAction::default()
            }));
        }
    }
    Ok(Some(actions))
}

/// `textDocument/formatting`.
pub fn formatting(session: &mut Session<'_>, params: lsp_types::DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
    let Some(document) = session.documents.get(&params.text_document.uri) else { return Ok(None) };
    if !can_format(&document.script) {
        return Err((lsp_server::ErrorCode::RequestFailed, say(words::NO_FORMAT, session.settings.language)));
    }
    let map = Map::new(&document.script, session.encoding);
    Ok(Some(format(&document.script).iter().map(|edit| map.edit(edit)).collect()))
}

/// A change of one document.
#[allow(clippy::mutable_key_type, reason = "the protocol's own type: a URI's lazily found parts do not change its hash")]
pub fn change(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(HashMap::from([(uri.clone(), edits)])), ..WorkspaceEdit::default() }
}

/// The findings in the document itself. The one place that asks for them.
fn findings(session: &Session<'_>, document: &Document) -> Vec<Finding> {
    let settings = &session.settings;
    let options = Options { levels: settings.levels.clone(), addresses: settings.addresses.clone(), mailboxes: settings.mailboxes.clone() };
    let mut draft = document.draft.borrow_mut();
    let ask = |included: &Scripts| draft.check(document.script.text(), included, &settings.dialect, &options).0;
    let mut found = session.documents.answered(document, settings, ask, |checked| &checked.wanted).diagnostics;
    found.retain(|finding| finding.unit == 0);
    found
}

fn diagnostics(session: &Session<'_>, document: &Document) -> Vec<Diagnostic> {
    let map = Map::new(&document.script, session.encoding);
    let findings = findings(session, document);
    findings.iter().map(|finding| diagnostic(finding, &document.uri, map, session.settings.language)).collect()
}

fn diagnostic(finding: &Finding, uri: &Uri, map: Map<'_>, language: Language) -> Diagnostic {
    let code = finding.code.facts().id;
    let related: Vec<DiagnosticRelatedInformation> = finding
        .labels
        .iter()
        .map(|label| DiagnosticRelatedInformation {
            location: Location { uri: uri.clone(), range: map.range(label.range) },
            message: label.message.render(language, &label.params),
        })
        .collect();
    Diagnostic {
        range: map.range(finding.range),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(code.to_owned())),
        source: Some("tamis".to_owned()),
        message: finding.message(language),
        related_information: (!related.is_empty()).then_some(related),
        tags: tags(code),
        ..Diagnostic::default()
    }
}

/// What an editor may grey out or strike through, by the words of a code.
fn tags(code: &str) -> Option<Vec<DiagnosticTag>> {
    let has = |words: &[&str]| code.split(['/', '-']).any(|word| words.contains(&word));
    if has(&["unused", "unreachable", "redundant"]) {
        return Some(vec![DiagnosticTag::UNNECESSARY]);
    }
    has(&["deprecated", "obsolete"]).then(|| vec![DiagnosticTag::DEPRECATED])
}

/// Of all safe fixes, as many as go together: one for each finding, none over another.
fn safe_edits(findings: &[Finding]) -> Vec<Edit> {
    let mut taken: Vec<Edit> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(|fix| fix.applicability == Applicability::Safe) else { continue };
        let meets = |a: Range, b: Range| a.start <= b.end && b.start <= a.end;
        if !fix.edits.iter().any(|edit| taken.iter().any(|other| meets(edit.range, other.range))) {
            taken.extend(fix.edits.iter().cloned());
        }
    }
    taken
}
