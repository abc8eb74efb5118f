//! Running the script on a message, from the editor.

use std::time::{SystemTime, UNIX_EPOCH};

use lsp_server::ErrorCode;
use lsp_types::{ExecuteCommandParams, MessageType, Uri};
use serde_json::Value;
use tamis::mail::Charsets;
use tamis::sieve::Scripts;
use tamis::sieve::run::{Account, Timestamp};
use tamis::text::Encoding;
use tamis_wire::Simulation;

use crate::server::{Answer, Session};
use crate::words::{self, say, say_with};

/// The command that the code lens carries.
pub const COMMAND: &str = "tamis.runOnSample";

/// The message that there is if nobody names one.
const BUILT_IN: &[u8] = include_bytes!("sample.eml");

/// `workspace/executeCommand`. The answer is that of `tamis run --format json`; its sentence is shown.
pub fn execute(session: &mut Session<'_>, params: ExecuteCommandParams) -> Answer<Option<Value>> {
    let language = session.settings.language;
    if params.command != COMMAND {
        return Err((ErrorCode::InvalidParams, say_with(words::NO_COMMAND, language, "name", &params.command)));
    }
    let uri = params.arguments.first().and_then(Value::as_str).and_then(|text| text.parse::<Uri>().ok());
    let Some(document) = uri.as_ref().and_then(|uri| session.documents.get(uri)) else {
        return Err((ErrorCode::InvalidParams, say(words::NO_DOCUMENT, language)));
    };
    let settings = &session.settings;
    let (message, name) = match &settings.sample {
        None => (BUILT_IN.to_vec(), "sample.eml".to_owned()),
        Some(path) => match std::fs::read(path) {
            Ok(bytes) => (bytes, path.display().to_string()),
            Err(error) => {
                let reason = format!("{}: {error}", path.display());
                return Err((ErrorCode::RequestFailed, say_with(words::NO_SAMPLE, language, "error", &reason)));
            }
        },
    };
    let account = Account { addresses: settings.addresses.clone(), mailboxes: settings.mailboxes.clone(), ..Account::default() };
    let ask = |included: &Scripts| {
        let simulation = Simulation {
            script: &document.script,
            included,
            coverage: false,
            before: &[],
            after: &[],
            programs: None,
            dialect: &settings.dialect,
            account: &account,
            message: &message,
            charsets: &Charsets::new(),
            from: None,
            to: None,
            user: None,
            hostname: None,
            now: now(),
            name: &name,
            language,
            encoding: Encoding::Utf8,
            trace: true,
        };
        let response = tamis_wire::native::answered(&simulation);
        let json = response.json(&simulation);
        (response, json)
    };
    let (response, json) = session.documents.answered(document, settings, ask, |(response, _)| &response.wanted_scripts);
    let is_good = response.outcome_name() == "ok";
    session.show(if is_good { MessageType::INFO } else { MessageType::WARNING }, response.sentence(language));
    Ok(serde_json::from_str(&json).ok())
}

fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Timestamp { seconds: i64::try_from(seconds).unwrap_or(0), zone_minutes: 0 }
}
