//! Two Sieve scripts, each with the administrator's around it.

use tamis::diagnostic::Language;
use tamis_wire::{Beside, Differ, Side};

use super::{DiffArgs, Format, compare};
use crate::Exit;
use crate::common::{ServerArgs, says};
use crate::config::{Config, Configs};
use crate::delivery::{beside, now};
use crate::diff::journal::Journal;
use crate::out::Trouble;
use crate::reach::{against, searched};
use crate::{draw, files};

/// Compares two scripts on messages.
pub fn diff(args: &DiffArgs) -> Result<Exit, Trouble> {
    let mut configs = Configs::default();
    let mut configured = Vec::new();
    for script in [&args.old, &args.new] {
        configured.push(args.server.configured(&mut configs, script)?);
    }
    let [old, new] = configured.as_slice() else { return Ok(Exit::Trouble) };
    let language = args.server.language(new);
    if [&args.old, &args.new].into_iter().chain(&args.mail).filter(|path| *path == "-").count() > 1 {
        let (en, fr) =
            ("only one of OLD, NEW and --mail can be standard input", "un seul de OLD, NEW et --mail peut être l'entrée standard");
        return Err(says(language, en, fr).to_owned().into());
    }
    if args.mail.is_empty() {
        return without_mail(args, [old, new], language);
    }
    let mut known: Vec<String> = Vec::new();
    let before = load(args, &args.old, old, (&args.old_server, &args.old_include), &mut known, language)?;
    let after = load(args, &args.new, new, (&args.new_server, &args.new_include), &mut known, language)?;
    let (Some(before), Some(after)) = (before, after) else { return Ok(Exit::Findings) };
    let account = args.delivery.account(new, language)?;
    let mut journal = args.resume.as_ref().map(|path| Journal::open(path, language)).transpose()?;
    // Without a time of its own, a run that goes on has the time at which it began.
    let asked = args.delivery.now.clone().or_else(|| journal.as_ref().and_then(|journal| journal.now.clone()));
    let now = now(asked.as_deref(), language)?;
    if let Some(journal) = &mut journal {
        journal.now = asked.or_else(|| Some(tamis_wire::format_rfc3339(now.seconds)));
    }
    let delivery = &args.delivery;
    known.push(format!(
        "{account:?} {:?} {:?} {:?} {now:?} {language:?} {:?}",
        delivery.from,
        delivery.to,
        (&delivery.user, &delivery.hostname),
        args.format == Format::Json
    ));
    let differ = Differ {
        before: &before,
        after: &after,
        account: &account,
        from: delivery.from.as_deref(),
        to: delivery.to.as_deref(),
        user: delivery.user.as_deref(),
        hostname: delivery.hostname.as_deref(),
        now,
        language,
        json: args.format == Format::Json,
    };
    let known: Vec<&[u8]> = known.iter().map(String::as_bytes).collect();
    compare(args, &args.mail, &known, journal, language, |mail, explain| vec![differ.compare(&mail.name, &mail.bytes, explain)])
}

/// Without mail, a message is searched that the two scripts treat differently (docs/reach.md).
fn without_mail(args: &DiffArgs, configs: [&Config; 2], language: Language) -> Result<Exit, Trouble> {
    if !args.before.is_empty() || !args.after.is_empty() {
        return Err(says(
            language,
            "a message is searched for two scripts alone: with --before and --after, name messages with --mail PATH",
            "un message n'est cherché que pour deux scripts seuls : avec --before et --after, nommez des messages avec --mail CHEMIN",
        )
        .to_owned()
        .into());
    }
    let mut subjects = Vec::new();
    let sides = [(&args.old, &args.old_server, &args.old_include), (&args.new, &args.new_server, &args.new_include)];
    for ((path, server, include), config) in sides.into_iter().zip(configs) {
        let (dialect, include) = server_of(args, config, server, include)?;
        let Some(subject) = searched(path, &dialect, include.as_deref(), language)? else { return Ok(Exit::Findings) };
        subjects.push(subject);
    }
    let [old, new] = subjects.as_slice() else { return Ok(Exit::Trouble) };
    against(old, new, args.format == Format::Json, &tamis::sieve::reach::Limits::default(), language)
}

/// The server of one side, and where its included scripts are.
fn server_of(
    args: &DiffArgs,
    config: &Config,
    server: &Option<String>,
    include: &Option<std::path::PathBuf>,
) -> Result<(tamis::sieve::Dialect, Option<std::path::PathBuf>), Trouble> {
    let asked = ServerArgs {
        server: server.clone().or_else(|| args.server.server.clone()),
        capabilities: if server.is_some() { None } else { args.server.capabilities.clone() },
        ..args.server.clone()
    };
    let dialect = asked.dialect(config)?;
    let include = include.clone().or_else(|| asked.include(config));
    Ok((dialect, include))
}

/// Reads and compiles one side; nothing if its server refuses it, which is shown. What it depends on is added to `known`.
fn load(
    args: &DiffArgs,
    path: &str,
    config: &Config,
    (server, include): (&Option<String>, &Option<std::path::PathBuf>),
    known: &mut Vec<String>,
    language: Language,
) -> Result<Option<Side>, Trouble> {
    let (dialect, include) = server_of(args, config, server, include)?;
    let script = files::script(path, language)?;
    let included = files::included(&script, &dialect, include.as_deref());
    let own = Beside { name: path.to_owned(), script, included };
    let before = beside(&args.before, include.as_deref(), &dialect, language)?;
    let after = beside(&args.after, include.as_deref(), &dialect, language)?;
    known.push(format!("{dialect:?}"));
    for link in before.iter().chain([&own]).chain(&after) {
        known.push(format!("{} {} {:?}", link.name, link.script.text(), link.included));
    }
    match Side::new(&before, &own, &after, &dialect) {
        Ok(side) => Ok(Some(side)),
        Err(refused) => {
            let link = before.iter().chain([&own]).chain(&after).nth(refused.at).unwrap_or(&own);
            // As without mail, and beside a report for programs.
            for finding in refused.diagnostics.iter().filter(|finding| finding.unit == 0) {
                anstream::eprintln!("{}\n", draw::finding(finding, &link.name, link.script.text(), language));
            }
            let said = match refused.verdict {
                tamis::sieve::Verdict::Declined => says(language, "is beyond the limits of tamis", "dépasse les limites de tamis"),
                _ => {
                    says(language, "is refused by its server: there is nothing to compare", "est refusé par son serveur : rien à comparer")
                }
            };
            anstream::eprintln!("tamis: {} {said}", link.name);
            Ok(None)
        }
    }
}
