//! `tamis diff`: what would change? Two scripts, or two configurations of Rspamd, on the same messages.

mod chains;
mod journal;
mod rspamd;
mod scripts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Language, printable};
use tamis_wire::{Entry, Group, Tally};

use crate::Exit;
use crate::common::{ServerArgs, colon, language, number, says};
use crate::corpus::{Corpus, CorpusArgs, Mail, Pass, identity, no_message};
use crate::deliver::ClientArgs;
use crate::delivery::DeliveryArgs;
use crate::out::{Output, Trouble};
use chains::ChainsArgs;
use journal::Journal;
use rspamd::RspamdArgs;

/// Say which messages two scripts, two configurations of Rspamd or two servers treat differently: behaviour, not text.
#[derive(Args)]
pub struct DiffArgs {
    /// The old script, the old folder with rspamd.conf, or the old chain: mailcow, or a file CHAIN.toml (docs/deliver.md).
    #[arg(value_name = "OLD")]
    old: String,
    /// The new one.
    #[arg(value_name = "NEW")]
    new: String,
    /// Messages: files, folders, Maildirs, mboxes; - is standard input (repeatable, and several at once).
    #[arg(long, value_name = "PATH", num_args = 1..)]
    mail: Vec<String>,
    /// How the result is shown; json is one object for each message that changes and one for all, each on a line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Name every message that changes, not only the first of each group.
    #[arg(long)]
    all: bool,
    /// What makes the exit status 1: any change, no change at all (none), or only changes of these kinds.
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', default_value = "any", value_parser = KINDS)]
    fail_on: Vec<String>,
    /// Remember in this file what is done. After Ctrl-C or a crash the same command goes on where it was.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
    #[command(flatten)]
    corpus: CorpusArgs,
    /// The server of the old script, if it is another one than --server.
    #[arg(long, value_name = "NAME", help_heading = "Sieve")]
    old_server: Option<String>,
    /// The server of the new script, if it is another one than --server.
    #[arg(long, value_name = "NAME", help_heading = "Sieve")]
    new_server: Option<String>,
    /// Where scripts included by the old one are found, if not in --include.
    #[arg(long, value_name = "DIR", help_heading = "Sieve")]
    old_include: Option<PathBuf>,
    /// Where scripts included by the new one are found, if not in --include.
    #[arg(long, value_name = "DIR", help_heading = "Sieve")]
    new_include: Option<PathBuf>,
    /// A script of the administrator's that runs before either script, as Dovecot's sieve_before (repeatable, in this order).
    #[arg(long, value_name = "SCRIPT", help_heading = "Sieve")]
    before: Vec<String>,
    /// A script of the administrator's that runs after either script if that leaves the message, as Dovecot's sieve_after (repeatable).
    #[arg(long, value_name = "SCRIPT", help_heading = "Sieve")]
    after: Vec<String>,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    delivery: DeliveryArgs,
    #[command(flatten)]
    rspamd: RspamdArgs,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    chains: ChainsArgs,
}

/// What `--fail-on` takes.
const KINDS: [&str; 13] =
    ["any", "none", "moves", "discards", "flags", "sends", "rejects", "text", "fails", "hazards", "actions", "scores", "lost"];

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A headline, and the messages of each group with what decided.
    Text,
    /// JSON of every face.
    Json,
    /// The headline and the groups alone.
    Summary,
}

/// What the two sides are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sides {
    Scripts,
    Rspamd,
    Chains,
}

/// Compares what the two sides make of every message.
pub fn diff(args: &DiffArgs) -> Result<Exit, Trouble> {
    let language = language(args.server.lang.as_deref());
    match (side(&args.old, language)?, side(&args.new, language)?) {
        (Sides::Scripts, Sides::Scripts) => scripts::diff(args),
        (Sides::Rspamd, Sides::Rspamd) => rspamd::diff(args),
        (Sides::Chains, Sides::Chains) => chains::diff(args),
        _ => {
            let (old, new) = (&args.old, &args.new);
            Err(says(
                language,
                format!("{old} and {new}: a script can only be compared with a script, a folder with a folder, a chain with a chain"),
                format!("{old} et {new} : un script ne se compare qu'à un script, un dossier qu'à un dossier, une chaîne qu'à une chaîne"),
            )
            .into())
        }
    }
}

/// What a side is: a folder is a configuration of Rspamd, a file in TOML a chain.
fn side(path: &str, language: Language) -> Result<Sides, Trouble> {
    let is_toml = Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"));
    if is_toml || path == "mailcow" && !Path::new(path).exists() {
        return Ok(Sides::Chains);
    }
    let is_folder = path != "-" && Path::new(path).is_dir();
    if is_folder && !Path::new(path).join("rspamd.conf").exists() {
        let (en, fr) = ("a folder without rspamd.conf", "un dossier sans rspamd.conf");
        return Err(format!("{path}{}{}", colon(language), says(language, en, fr)).into());
    }
    Ok(if is_folder { Sides::Rspamd } else { Sides::Scripts })
}

/// So many phrases are known to be told enough.
const MOST_FULL: usize = 10_000;

/// Runs `work` on every message, counts what it gives, and shows it. `known` is all that the result depends on, for journals.
fn compare(
    args: &DiffArgs,
    paths: &[String],
    known: &[&[u8]],
    journal: Option<Journal>,
    language: Language,
    work: impl Fn(&Mail, &dyn Fn(&str) -> bool) -> Vec<Option<Entry>> + Sync,
) -> Result<Exit, Trouble> {
    let mut out = Output::new(language);
    let mut tally = Tally::default();
    // Phrases of which no more messages are named: of those nobody reads why.
    let full: RwLock<BTreeSet<String>> = RwLock::default();
    let explain = |text: &str| args.all || full.read().is_ok_and(|full| !full.contains(text));
    let show = |tally: &mut Tally, out: &mut Output, entry: Option<Entry>| -> Result<(), Trouble> {
        if let Some(entry) = entry.as_ref().filter(|entry| !entry.quiet) {
            match args.format {
                Format::Json => out.line(&entry.json)?,
                Format::Text if args.all => out.text(&told(entry, true, language))?,
                _ => {}
            }
        }
        let text = entry.as_ref().map(|entry| entry.text.clone());
        tally.add(entry);
        if let Some(text) = text.filter(|text| !tally.keeps(text))
            && explain(&text)
            && let Ok(mut full) = full.write()
        {
            // As bounded as the groups are.
            if full.len() < MOST_FULL {
                full.insert(text);
            }
        }
        Ok(())
    };
    let mut journal = journal;
    if let Some(journal) = &mut journal {
        journal.replay(identity(known), |entries| entries.into_iter().try_for_each(|entry| show(&mut tally, &mut out, entry)))?;
    }
    let corpus = Corpus::new(paths, language);
    let before = tally.total;
    let is_done = journal.as_ref().map(Journal::done);
    let skip = is_done.as_ref().map(|is_done| is_done as &(dyn Fn(u64) -> bool + Sync));
    let pass = Pass { jobs: args.corpus.jobs(), bar: !args.all && args.format != Format::Json, skip, language };
    let mut writer = journal.as_ref().map(Journal::writer).transpose()?;
    let passed = corpus.each(
        &pass,
        |mail| work(mail, &explain),
        |id, entries| {
            if let Some(writer) = &mut writer {
                writer.add(id, &entries)?;
            }
            entries.into_iter().try_for_each(|entry| show(&mut tally, &mut out, entry))
        },
    );
    if let Some(writer) = writer {
        writer.end()?;
    }
    let done = passed?;
    match args.format {
        Format::Json => {
            let counts = [("unread", done.unread), ("files_not_done", done.not_done), ("resumed", before)];
            out.line(&tally.json(&counts, language))?;
        }
        // Where nothing was read, that is told below.
        _ if tally.total == 0 => {}
        format => out.text(&text(&tally, format == Format::Text && !args.all, language))?,
    }
    out.flush()?;
    done.tell(language);
    if let Some(journal) = journal.as_ref().filter(|journal| !done.stopped && journal.len() > done.skipped) {
        let gone = number(language, journal.len() - done.skipped, ["message", "messages"], ["message", "messages"]);
        anstream::eprintln!(
            "tamis: {gone} {}",
            says(
                language,
                "of the journal are there no more, and count all the same",
                "du journal n'existent plus, et comptent quand même"
            )
        );
    }
    if tally.total == 0 && done.exit() == Exit::Clean {
        return Err(no_message(language));
    }
    Ok(if done.exit() == Exit::Clean && is_failure(args, &tally) { Exit::Findings } else { done.exit() })
}

/// Whether there are changes that were not to be.
fn is_failure(args: &DiffArgs, tally: &Tally) -> bool {
    let kinds = args.fail_on.iter().map(|kind| if kind == "lost" { "discards" } else { kind.as_str() });
    kinds.filter(|kind| *kind != "none").any(|kind| tally.count(kind) > 0)
}

/// The headline, the groups, and with `messages` the first messages of each.
fn text(tally: &Tally, messages: bool, language: Language) -> String {
    let (bold, dim, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[0m");
    let mut out = format!("{bold}{}{reset}\n", tally.headline(language));
    let groups = tally.groups();
    if !messages {
        for group in groups {
            out.push_str(&format!("{:>7}  {}{}\n", group.count, group.text, classes(group)));
        }
    } else {
        for group in groups {
            out.push_str(&format!("\n{bold}{} {}{reset}{dim}{}{reset}\n", group.count, group.text, classes(group)));
            group.first.iter().for_each(|entry| out.push_str(&told(entry, false, language)));
            let rest = group.count - group.first.len();
            if rest > 0 {
                let more = says(language, "more (--all names them)", "autres (--all les nomme)");
                out.push_str(&format!("  {dim}… {rest} {more}{reset}\n"));
            }
        }
    }
    if tally.other > 0 {
        let said = number(language, tally.other, ["message changes", "messages change"], ["message change", "messages changent"]);
        out.push_str(&format!("\n{said} {}\n", says(language, "in yet other ways", "d'autres façons encore")));
    }
    if tally.quiet > 0 {
        let said = number(language, tally.quiet, ["message ends", "messages end"], ["message finit", "messages finissent"]);
        let alike = says(
            language,
            "alike, by another kind of keep: only a script that comes later could tell",
            "de même, par une autre conservation : seul un script suivant verrait la différence",
        );
        out.push_str(&format!("\n{said} {alike}\n"));
    }
    if messages && !tally.assumed.is_empty() {
        const SHOWN: usize = 5;
        out.push('\n');
        tally.assumed.iter().take(SHOWN).for_each(|said| out.push_str(&format!("{dim}{said}{reset}\n")));
        if tally.assumed.len() > SHOWN {
            out.push_str(&format!("{dim}… {} {}{reset}\n", tally.assumed.len() - SHOWN, says(language, "more", "autres")));
        }
    }
    out
}

fn classes(group: &Group) -> String {
    if group.classes.is_empty() { String::new() } else { format!(" [{}]", group.classes.join(", ")) }
}

/// A message: its name, how it changes if no group says so, and who decided.
fn told(entry: &Entry, with_change: bool, language: Language) -> String {
    let (dim, reset) = ("\x1b[2m", "\x1b[0m");
    let name = printable(entry.name.as_bytes());
    let mut out = if with_change { format!("{name}: {}\n", entry.text) } else { format!("  {name}\n") };
    let words = [says(language, "before", "avant"), says(language, "after", "après")];
    for (word, why) in words.into_iter().zip(&entry.why) {
        let nothing = [says(language, "no command decides", "aucune commande ne décide").to_owned()];
        let why = if why.is_empty() { &nothing } else { why.as_slice() };
        for why in why {
            out.push_str(&format!("    {dim}{word}{} {why}{reset}\n", says(language, ":", " :")));
        }
    }
    out
}
