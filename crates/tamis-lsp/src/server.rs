//! The life of a session: greeting, messages one by one, goodbye.

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions, CompletionOptionsCompletionItem,
    ConfigurationItem, ConfigurationParams, DiagnosticOptions, DiagnosticServerCapabilities, ExecuteCommandOptions,
    FoldingRangeProviderCapability, HoverProviderCapability, InitializeParams, MessageType, OneOf, PositionEncodingKind, RenameOptions,
    SemanticTokensFullOptions, SemanticTokensOptions, ServerCapabilities, ShowMessageParams, SignatureHelpOptions,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
};
use serde_json::{Value, json};
use tamis::text::Encoding;

use crate::completion::{self, Kept};
use crate::documents::Documents;
use crate::settings::Settings;
use crate::words::{self, say_with};
use crate::{language, names, problems, sample};

/// What the editor said it can do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client {
    pub snippets: bool,
    pub markdown: bool,
    /// It asks for diagnostics itself.
    pub pulls: bool,
    /// It answers `workspace/configuration`.
    pub configuration: bool,
    pub folds_lines_only: bool,
    /// It asks anew for diagnostics, hints and lenses when told to.
    refreshes: [bool; 3],
}

/// One session.
pub struct Session<'c> {
    connection: &'c Connection,
    pub client: Client,
    pub encoding: Encoding,
    pub settings: Settings,
    pub documents: Documents,
    /// What the last completion gave, for the details that are asked for later.
    pub kept: Kept,
    /// How many requests were sent to the editor.
    asked: i32,
    is_shut_down: bool,
}

/// An answer to a request.
pub type Answer<T> = Result<T, (ErrorCode, String)>;

/// Serves one editor until it leaves. Gives the exit status.
pub fn serve(connection: &Connection, settings: Settings) -> Result<u8, String> {
    let Ok((id, params)) = connection.initialize_start() else { return Ok(1) };
    let mut session = Session {
        connection,
        client: Client::default(),
        encoding: Encoding::Utf16,
        settings,
        documents: Documents::default(),
        kept: Kept::default(),
        asked: 0,
        is_shut_down: false,
    };
    let params: InitializeParams = serde_json::from_value(params).unwrap_or_default();
    let wrong = session.greet(&params);
    let result = json!({
        "capabilities": session.capabilities(),
        "serverInfo": {"name": "tamis", "version": env!("CARGO_PKG_VERSION")},
    });
    if connection.initialize_finish(id, result).is_err() {
        return Ok(1);
    }
    if let Some(error) = wrong {
        session.complain(&error);
    }
    session.ask_configuration();
    session.run()
}

impl Session<'_> {
    /// Reads what the editor can do and wants. Gives what is wrong with its settings.
    fn greet(&mut self, params: &InitializeParams) -> Option<String> {
        let capabilities = &params.capabilities;
        let (text, workspace) = (capabilities.text_document.as_ref(), capabilities.workspace.as_ref());
        let item = text.and_then(|text| text.completion.as_ref()?.completion_item.as_ref());
        let formats = text.and_then(|text| text.hover.as_ref()?.content_format.as_ref());
        self.client = Client {
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            markdown: formats.is_some_and(|formats| formats.contains(&lsp_types::MarkupKind::Markdown)),
            pulls: text.is_some_and(|text| text.diagnostic.is_some()),
            configuration: workspace.and_then(|workspace| workspace.configuration).unwrap_or(false),
            folds_lines_only: text.and_then(|text| text.folding_range.as_ref()?.line_folding_only).unwrap_or(false),
            refreshes: [
                workspace.and_then(|all| all.diagnostic.as_ref()?.refresh_support).unwrap_or(false),
                workspace.and_then(|all| all.inlay_hint.as_ref()?.refresh_support).unwrap_or(false),
                workspace.and_then(|all| all.code_lens.as_ref()?.refresh_support).unwrap_or(false),
            ],
        };
        let encodings = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        if encodings.is_some_and(|encodings| encodings.contains(&PositionEncodingKind::UTF8)) {
            self.encoding = Encoding::Utf8;
        }
        if let Some(locale) = &params.locale {
            self.settings.language = tamis::diagnostic::Language::from_tag(locale);
        }
        params.initialization_options.as_ref().and_then(|options| self.settings.take(options).err())
    }

    fn capabilities(&self) -> ServerCapabilities {
        let trigger = |chars: &[&str]| Some(chars.iter().map(|char| (*char).to_owned()).collect());
        ServerCapabilities {
            position_encoding: Some(match self.encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
            }),
            text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            })),
            diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("tamis".into()),
                inter_file_dependencies: true,
                ..DiagnosticOptions::default()
            })),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
                ..CodeActionOptions::default()
            })),
            completion_provider: Some(CompletionOptions {
                trigger_characters: trigger(&[":", "\"", "{", "\\"]),
                resolve_provider: Some(true),
                completion_item: Some(CompletionOptionsCompletionItem { label_details_support: Some(false) }),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: trigger(&[" ", "\"", ":"]),
                retrigger_characters: trigger(&[","]),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            document_symbol_provider: Some(OneOf::Left(true)),
            folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
            document_formatting_provider: Some(OneOf::Left(true)),
            semantic_tokens_provider: Some(
                SemanticTokensOptions {
                    legend: language::legend(),
                    full: Some(SemanticTokensFullOptions::Bool(true)),
                    range: Some(true),
                    ..SemanticTokensOptions::default()
                }
                .into(),
            ),
            rename_provider: Some(OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            definition_provider: Some(OneOf::Left(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
            inlay_hint_provider: Some(OneOf::Left(true)),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: vec![sample::COMMAND.to_owned()],
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            ..ServerCapabilities::default()
        }
    }

    fn run(mut self) -> Result<u8, String> {
        let connection = self.connection;
        while let Ok(message) = connection.receiver.recv() {
            match message {
                Message::Request(request) => {
                    let response = self.answer(request);
                    connection.sender.send(response.into()).map_err(|error| error.to_string())?;
                }
                Message::Notification(note) if note.method == notification::Exit::METHOD => {
                    return Ok(u8::from(!self.is_shut_down));
                }
                Message::Notification(note) => self.notice(note),
                Message::Response(response) => self.configured(&response),
            }
            // While more is waiting, someone types: what is published now would be old.
            if connection.receiver.is_empty() && !self.client.pulls {
                problems::publish(&mut self);
            }
        }
        Ok(1)
    }

    fn answer(&mut self, request: Request) -> Response {
        let Request { id, method, params, .. } = request;
        if self.is_shut_down {
            return Response::new_err(id, ErrorCode::InvalidRequest as i32, "the server is shut down".to_owned());
        }
        match method.as_str() {
            request::Shutdown::METHOD => {
                self.is_shut_down = true;
                Response::new_ok(id, Value::Null)
            }
            request::HoverRequest::METHOD => self.reply::<request::HoverRequest>(id, params, language::hover),
            request::Completion::METHOD => self.reply::<request::Completion>(id, params, completion::completion),
            request::ResolveCompletionItem::METHOD => self.reply::<request::ResolveCompletionItem>(id, params, completion::resolve),
            request::SignatureHelpRequest::METHOD => self.reply::<request::SignatureHelpRequest>(id, params, completion::signature_help),
            request::DocumentSymbolRequest::METHOD => self.reply::<request::DocumentSymbolRequest>(id, params, language::symbols),
            request::FoldingRangeRequest::METHOD => self.reply::<request::FoldingRangeRequest>(id, params, language::folding),
            request::PrepareRenameRequest::METHOD => self.reply::<request::PrepareRenameRequest>(id, params, names::prepare_rename),
            request::Rename::METHOD => self.reply::<request::Rename>(id, params, names::rename),
            request::GotoDefinition::METHOD => self.reply::<request::GotoDefinition>(id, params, names::definition),
            request::References::METHOD => self.reply::<request::References>(id, params, names::references),
            request::DocumentHighlightRequest::METHOD => self.reply::<request::DocumentHighlightRequest>(id, params, names::highlight),
            request::InlayHintRequest::METHOD => self.reply::<request::InlayHintRequest>(id, params, language::hints),
            request::CodeLensRequest::METHOD => self.reply::<request::CodeLensRequest>(id, params, language::lenses),
            request::SemanticTokensFullRequest::METHOD => self.reply::<request::SemanticTokensFullRequest>(id, params, language::tokens),
            request::SemanticTokensRangeRequest::METHOD => {
                self.reply::<request::SemanticTokensRangeRequest>(id, params, language::tokens_in_range)
            }
            request::Formatting::METHOD => self.reply::<request::Formatting>(id, params, problems::formatting),
            request::ExecuteCommand::METHOD => self.reply::<request::ExecuteCommand>(id, params, sample::execute),
            request::DocumentDiagnosticRequest::METHOD => self.reply::<request::DocumentDiagnosticRequest>(id, params, problems::pull),
            request::CodeActionRequest::METHOD => self.reply::<request::CodeActionRequest>(id, params, problems::actions),
            _ => Response::new_err(id, ErrorCode::MethodNotFound as i32, format!("there is no method `{method}`")),
        }
    }

    /// Reads the parameters, asks, writes the answer.
    fn reply<R: request::Request>(
        &mut self,
        id: RequestId,
        params: Value,
        handler: impl FnOnce(&mut Self, R::Params) -> Answer<R::Result>,
    ) -> Response {
        match serde_json::from_value(params) {
            Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
            Ok(params) => match handler(self, params) {
                Ok(result) => Response::new_ok(id, result),
                Err((code, message)) => Response::new_err(id, code as i32, message),
            },
        }
    }

    fn notice(&mut self, note: Notification) {
        let Notification { method, params, .. } = note;
        // One that cannot be read is passed over: the protocol has no answer to it.
        match method.as_str() {
            notification::DidOpenTextDocument::METHOD => {
                if let Ok(opened) = serde_json::from_value::<lsp_types::DidOpenTextDocumentParams>(params) {
                    let document = opened.text_document;
                    self.documents.open(document.uri, document.version, document.text);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Ok(changed) = serde_json::from_value::<lsp_types::DidChangeTextDocumentParams>(params) {
                    let document = changed.text_document;
                    self.documents.change(&document.uri, document.version, changed.content_changes, self.encoding);
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Ok(closed) = serde_json::from_value::<lsp_types::DidCloseTextDocumentParams>(params) {
                    self.documents.close(&closed.text_document.uri);
                    if !self.client.pulls {
                        problems::clear(self, closed.text_document.uri);
                    }
                }
            }
            // What is beside the documents may have changed.
            notification::DidSaveTextDocument::METHOD | notification::DidChangeWatchedFiles::METHOD => self.renew(),
            notification::DidChangeConfiguration::METHOD => {
                let settings = params.get("settings").cloned().unwrap_or_default();
                if settings.is_null() {
                    self.ask_configuration();
                } else {
                    self.configure(&settings);
                }
            }
            _ => {}
        }
    }

    fn configure(&mut self, settings: &Value) {
        if let Err(error) = self.settings.take(settings) {
            self.complain(&error);
        }
        self.renew();
    }

    /// Everything that was said of the documents may be old.
    fn renew(&mut self) {
        self.documents.all_dirty();
        let methods =
            [request::WorkspaceDiagnosticRefresh::METHOD, request::InlayHintRefreshRequest::METHOD, request::CodeLensRefresh::METHOD];
        for (method, _) in methods.into_iter().zip(self.client.refreshes).filter(|(_, refreshes)| *refreshes) {
            self.ask(method, Value::Null);
        }
    }

    fn ask(&mut self, method: &str, params: impl serde::Serialize) {
        self.asked += 1;
        let request = Request::new(self.asked.into(), method.to_owned(), params);
        let _ = self.connection.sender.send(request.into());
    }

    /// Asks the editor for its settings, if it answers such questions.
    fn ask_configuration(&mut self) {
        if !self.client.configuration {
            return;
        }
        let params = ConfigurationParams { items: vec![ConfigurationItem { scope_uri: None, section: Some("tamis".to_owned()) }] };
        self.ask(request::WorkspaceConfiguration::METHOD, params);
    }

    /// The answer to the only question that has one.
    fn configured(&mut self, response: &Response) {
        let value = serde_json::to_value(response).unwrap_or_default();
        if let Some(settings) = value.pointer("/result/0") {
            self.configure(settings);
        }
    }

    pub fn notify<N: notification::Notification>(&self, params: N::Params) {
        let _ = self.connection.sender.send(Notification::new(N::METHOD.to_owned(), params).into());
    }

    pub fn show(&self, typ: MessageType, message: String) {
        self.notify::<notification::ShowMessage>(ShowMessageParams { typ, message });
    }

    fn complain(&self, error: &str) {
        self.show(MessageType::ERROR, say_with(words::SETTINGS, self.settings.language, "error", error));
    }
}
