//! Two configurations of Rspamd: actions and scores that change. Messages are evaluated as `tamis scan` does it, by each side's own rules;
//! recorded verdicts are counted again.

use std::path::PathBuf;

use clap::Args;
use tamis::diagnostic::Language;
use tamis::rspamd::record::replay;
use tamis_wire::{Entry, differ_verdicts};

use super::journal::Journal;
use super::{DiffArgs, Format, compare};
use crate::Exit;
use crate::common::{colon, language, number, says};
use crate::corpus::Mail;
use crate::evaluate::{EvaluateArgs, Installation};
use crate::out::Trouble;
use crate::scan::configuration::{Read, read};
use crate::scan::records::records;
use crate::scan::{ConfigurationArgs, messages};

/// What only configurations of Rspamd have.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Rspamd")]
pub struct RspamdArgs {
    /// Recorded verdicts, counted again, in place of messages: files, folders, Maildirs, mboxes, lines of JSON, logs (repeatable).
    #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with = "mail")]
    records: Vec<String>,
    /// Whose configurations they are.
    #[arg(long, value_name = "VERSION", default_value = "3.4")]
    rspamd: String,
    /// A variable of the configurations, such as CONFDIR.
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// What templates find in Rspamd's environment: FOO for RSPAMD_FOO.
    #[arg(long = "env", value_name = "NAME=VALUE")]
    environment: Vec<String>,
    /// The folder with the installation's rspamd.lua.
    #[arg(long, value_name = "DIR", default_value = "/usr/share/rspamd/rules")]
    rules: PathBuf,
}

/// Compares two configurations on messages or on recorded verdicts.
pub fn diff(args: &DiffArgs) -> Result<Exit, Trouble> {
    let language = language(args.server.lang.as_deref());
    let of = &args.rspamd;
    let side = |folder: &str| {
        let asked = ConfigurationArgs {
            config: PathBuf::from(folder),
            rspamd: of.rspamd.clone(),
            variables: of.variables.clone(),
            environment: of.environment.clone(),
        };
        read(&asked, language)
    };
    let (old, new) = (side(&args.old)?, side(&args.new)?);
    for side in [&old, &new] {
        if side.loaded.refused {
            crate::scan::findings(&side.loaded, language);
            return Ok(Exit::Findings);
        }
    }
    let journal = args.resume.as_ref().map(|path| Journal::open(path, language)).transpose()?;
    let mut known = vec![format!(
        "{of:?} {:?} {:?} {:?} {language:?} {:?}",
        args.client,
        args.delivery.from,
        (&args.delivery.to, &args.delivery.user),
        args.format == Format::Json
    )];
    known.extend([&old, &new].map(|side| format!("{:?}", side.loaded.dump())));
    let known: Vec<&[u8]> = known.iter().map(String::as_bytes).collect();
    if !of.records.is_empty() {
        return recorded(args, (&old, &new), &known, journal, language);
    }
    if args.mail.is_empty() {
        let said = says(
            language,
            "diff compares what becomes of messages: name some with --mail PATH, or recorded verdicts with --records PATH",
            "diff compare ce que deviennent des messages : nommez-en avec --mail CHEMIN, ou des verdicts enregistrés avec --records CHEMIN",
        );
        return Err(said.to_owned().into());
    }
    let before = Installation::new(&old.loaded, args.old.as_ref(), &of.rules, language)?;
    let after = Installation::new(&new.loaded, args.new.as_ref(), &of.rules, language)?;
    let envelope = EvaluateArgs {
        rules: of.rules.clone(),
        from: args.delivery.from.clone(),
        rcpt: args.delivery.to.iter().cloned().collect(),
        ip: args.client.ip,
        helo: args.client.helo.clone(),
        hostname: args.client.client_name.clone(),
        user: args.delivery.user.clone(),
    }
    .envelope();
    let json = args.format == Format::Json;
    let one = |mail: &Mail, _: &dyn Fn(&str) -> bool| {
        let [before, after] = [&before, &after].map(|side| {
            let (config, hits) = side.evaluate(&mail.bytes, &envelope);
            messages::count(&hits, &config)
        });
        vec![differ_verdicts(&mail.name, &before, &after, language, json)]
    };
    compare(args, &args.mail, &known, journal, language, one)
}

/// Recorded verdicts, made under the old configuration.
fn recorded(
    args: &DiffArgs,
    (old, new): (&Read, &Read),
    known: &[&[u8]],
    journal: Option<Journal>,
    language: Language,
) -> Result<Exit, Trouble> {
    let json = args.format == Format::Json;
    // What a record does not tell makes a count approximate; that is told once, for all.
    let doubtful = std::sync::atomic::AtomicUsize::new(0);
    let broken = std::sync::atomic::AtomicUsize::new(0);
    let one = |mail: &Mail, _: &dyn Fn(&str) -> bool| -> Vec<Option<Entry>> {
        let found = records(&mail.bytes).unwrap_or_else(|error| {
            anstream::eprintln!("tamis: {}{}{error}", mail.name, colon(language));
            broken.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Vec::new()
        });
        let many = found.len() > 1;
        found
            .iter()
            .enumerate()
            .map(|(at, recorded)| {
                let replay = replay(recorded, &old.loaded.config);
                if replay.doubts.iter().any(|doubt| doubt.concerns(None)) {
                    doubtful.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
                let name = if many { format!("{}#{}", mail.name, at + 1) } else { mail.name.clone() };
                let (before, after) = (replay.scan(&old.loaded.config), replay.scan(&new.loaded.config));
                differ_verdicts(&name, &before, &after, language, json)
            })
            .collect()
    };
    let exit = compare(args, &args.rspamd.records, known, journal, language, one)?;
    let doubtful = doubtful.into_inner();
    if doubtful > 0 {
        let count = number(language, doubtful, ["verdict is", "verdicts are"], ["verdict est recompté", "verdicts sont recomptés"]);
        let said =
            says(language, "counted again nearly, not exactly: see one with explain-score", "à peu près : voyez-en un avec explain-score");
        anstream::eprintln!("tamis: {count} {said}");
    }
    Ok(if broken.into_inner() > 0 { Exit::Trouble } else { exit })
}
