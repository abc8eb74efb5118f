//! The same name everywhere: where it is defined and used, and another name for it.

use lsp_server::ErrorCode;
use lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse, Location,
    PrepareRenameResponse, ReferenceParams, RenameParams, TextDocumentPositionParams, WorkspaceEdit,
};
use tamis::sieve::hover::{Topic, topic};
use tamis::sieve::occurrences::Use;
use tamis::sieve::rename::definition as defined;
use tamis::sieve::spec::Meaning;
use tamis::sieve::{self, Scope};

use crate::convert::{self, Map};
use crate::language::place;
use crate::problems;
use crate::server::{Answer, Session};

/// `textDocument/prepareRename`.
pub fn prepare_rename(session: &mut Session<'_>, params: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
    let Some((document, offset)) = place(session, &params) else { return Ok(None) };
    let range = sieve::prepare_rename(&document.script, offset, &session.settings.dialect);
    let map = Map::new(&document.script, session.encoding);
    Ok(range.map(|range| PrepareRenameResponse::Range(map.range(range))))
}

/// `textDocument/rename`.
pub fn rename(session: &mut Session<'_>, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
    let at = params.text_document_position;
    let Some((document, offset)) = place(session, &at) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    match sieve::rename(&document.script, offset, &params.new_name, &session.settings.dialect) {
        Ok(edits) => Ok(Some(problems::change(&at.text_document.uri, edits.iter().map(|edit| map.edit(edit)).collect()))),
        Err(refusal) => Err((ErrorCode::RequestFailed, refusal.message(session.settings.language))),
    }
}

/// `textDocument/definition`: where a variable gets its value, or the script that is included.
pub fn definition(session: &mut Session<'_>, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
    let at = params.text_document_position_params;
    let Some((document, offset)) = place(session, &at) else { return Ok(None) };
    let dialect = &session.settings.dialect;
    if let Some(found) = defined(&document.script, offset, dialect) {
        let range = Map::new(&document.script, session.encoding).range(found.range);
        return Ok(Some(GotoDefinitionResponse::Scalar(Location { uri: at.text_document.uri, range })));
    }
    let Some((Topic::Plain(name, Meaning::Script), _)) = topic(&Scope::new(&document.script, dialect), offset) else { return Ok(None) };
    let path = session.documents.script_path(document, &name, &session.settings);
    let location = path.and_then(|path| convert::uri(&path)).map(|uri| Location { uri, range: lsp_types::Range::default() });
    Ok(location.map(GotoDefinitionResponse::Scalar))
}

/// `textDocument/references`.
pub fn references(session: &mut Session<'_>, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
    let at = params.text_document_position;
    let Some((document, offset)) = place(session, &at) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let all = sieve::references(&document.script, offset, &session.settings.dialect);
    let wanted = all.iter().filter(|one| params.context.include_declaration || one.usage == Use::Read);
    Ok(Some(wanted.map(|one| Location { uri: at.text_document.uri.clone(), range: map.range(one.range) }).collect()))
}

/// `textDocument/documentHighlight`.
pub fn highlight(session: &mut Session<'_>, params: DocumentHighlightParams) -> Answer<Option<Vec<DocumentHighlight>>> {
    let Some((document, offset)) = place(session, &params.text_document_position_params) else { return Ok(None) };
    let map = Map::new(&document.script, session.encoding);
    let all = sieve::references(&document.script, offset, &session.settings.dialect);
    let shown = all.iter().map(|one| DocumentHighlight {
        range: map.range(one.range),
        kind: Some(if one.usage == Use::Read { DocumentHighlightKind::READ } else { DocumentHighlightKind::WRITE }),
    });
    Ok(Some(shown.collect()))
}
