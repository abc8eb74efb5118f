//! `tamis lsp`.

use clap::Args;
use tamis_lsp::Settings;

use crate::Exit;
use crate::common::ServerArgs;

/// Serve an editor over standard input and output (Language Server Protocol). What the editor sets counts over what stands here.
#[derive(Args)]
pub struct LspArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// Over standard input and output, which is the only way; some editors say so.
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Serves one editor until it leaves.
pub fn lsp(args: &LspArgs) -> Result<Exit, String> {
    let _ = args.stdio;
    let settings = Settings {
        dialect: args.server.dialect()?,
        language: args.server.language(),
        include: args.server.include.clone(),
        ..Settings::default()
    };
    // The protocol's statuses are 0 after a proper goodbye and 1 without one.
    Ok(if tamis_lsp::serve(settings)? == 0 { Exit::Clean } else { Exit::Findings })
}
