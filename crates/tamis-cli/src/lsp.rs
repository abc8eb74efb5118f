//! `tamis lsp`.

use clap::Args;
use tamis_lsp::Settings;

use crate::Exit;
use crate::common::ServerArgs;
use crate::config::{self, Config, Configs};

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
    // The tamis.toml of the folder that the editor starts it in. With a mistake in it there is still an editor to be served.
    let config = args.server.configured(&mut Configs::default(), "-").unwrap_or_else(|trouble| {
        trouble.tell();
        Config::default()
    });
    let language = args.server.language(&config);
    let settings = Settings {
        dialect: args.server.dialect(&config)?,
        language,
        mailboxes: config.mailboxes.clone(),
        addresses: config.addresses.clone(),
        levels: config::levels(&config, &[], language)?,
        include: args.server.include(&config),
        ..Settings::default()
    };
    // The protocol's statuses are 0 after a proper goodbye and 1 without one.
    Ok(if tamis_lsp::serve(settings)? == 0 { Exit::Clean } else { Exit::Findings })
}
