//! Two servers: each a chain, from Rspamd's verdict to the last script.

use clap::Args;
use tamis::diagnostic::Language;
use tamis::pipeline::Scanned;
use tamis_wire::{ChainDiffer, CompiledChain, Path};

use super::journal::Journal;
use super::{DiffArgs, Format, compare};
use crate::Exit;
use crate::chain::{Chain, ChainArgs, Rspamd};
use crate::common::{colon, language, says};
use crate::config::Config;
use crate::corpus::Mail;
use crate::deliver::{VerdictArgs, Verdicts, surroundings, uncompiled};
use crate::out::Trouble;

/// What only chains have.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Chains")]
pub struct ChainsArgs {
    /// The script of a stage of the old chain, in place of its own (repeatable).
    #[arg(long = "old-script", value_name = "STAGE=FILE")]
    old_scripts: Vec<String>,
    /// The script of a stage of the new chain, in place of its own (repeatable).
    #[arg(long = "new-script", value_name = "STAGE=FILE")]
    new_scripts: Vec<String>,
    #[command(flatten)]
    verdict: VerdictArgs,
}

/// Compares two chains on messages.
pub fn diff(args: &DiffArgs) -> Result<Exit, Trouble> {
    let language = language(args.server.lang.as_deref());
    if args.mail.is_empty() {
        let said = says(
            language,
            "diff compares what happens to messages: name some with --mail PATH",
            "diff compare ce qui arrive à des messages : nommez-en avec --mail CHEMIN",
        );
        return Err(said.to_owned().into());
    }
    let load = |name: &str, scripts: &[String]| {
        let asked = ChainArgs { scripts: scripts.to_vec(), settings: args.server.settings.clone(), ..ChainArgs::default() };
        Chain::load(name, &asked, language)
    };
    let (old, new) = (load(&args.old, &args.chains.old_scripts)?, load(&args.new, &args.chains.new_scripts)?);
    let (old_scripts, new_scripts) = (old.compiled(), new.compiled());
    told(&old, &old_scripts, language);
    told(&new, &new_scripts, language);
    let account = args.delivery.account(&Config::default(), language)?;
    let verdicts = [Verdicts::new(&args.chains.verdict, &old, language)?, Verdicts::new(&args.chains.verdict, &new, language)?];
    let mut journal = args.resume.as_ref().map(|path| Journal::open(path, language)).transpose()?;
    let asked = args.delivery.now.clone().or_else(|| journal.as_ref().and_then(|journal| journal.now.clone()));
    let mut delivery = args.delivery.clone();
    delivery.now.clone_from(&asked);
    let around = surroundings(&delivery, &args.client, language)?;
    if let Some(journal) = &mut journal {
        journal.now = asked.or_else(|| Some(tamis_wire::format_rfc3339(around.now.seconds)));
    }
    let known = format!(
        "{}\n{}\n{} {} {account:?} {around:?} {:?} {language:?} {:?}",
        old.known,
        new.known,
        old.hostname,
        new.hostname,
        (&args.chains.verdict, &args.delivery.hostname),
        args.format == Format::Json
    );
    let hostname = args.delivery.hostname.as_deref();
    let [before, after] = [(&old, &old_scripts), (&new, &new_scripts)].map(|(chain, compiled)| path(chain, compiled, hostname, language));
    let differ = ChainDiffer { before, after, account: &account, language, json: args.format == Format::Json };
    let one = |mail: &Mail, explain: &dyn Fn(&str) -> bool| {
        let to = around.to.clone().or_else(|| account.addresses.first().cloned()).unwrap_or_default();
        let [first, second] = &verdicts;
        let results = [first.of(&old, mail, &around, &to), second.of(&new, mail, &around, &to)];
        let scanned = results.each_ref().map(|result| result.as_ref().map_or(Scanned::Unknown, Scanned::Result));
        vec![differ.compare(&mail.name, &mail.bytes, &around, scanned, explain)]
    };
    compare(args, &args.mail, &[known.as_bytes()], journal, language, one)
}

fn path<'p>(chain: &'p Chain, compiled: &'p CompiledChain, hostname: Option<&'p str>, language: Language) -> Path<'p> {
    Path {
        chain: compiled,
        filter: chain.rspamd.as_ref().map(Rspamd::filter),
        adds_trace: chain.adds_trace,
        hostname: hostname.unwrap_or(&chain.hostname),
        language,
        trace: false,
    }
}

/// A script that does not compile is no reason not to compare: the server goes on as well. It is told.
fn told(chain: &Chain, compiled: &CompiledChain, language: Language) {
    for stage in compiled.stages() {
        if let Some(said) = uncompiled(stage, language) {
            anstream::eprintln!("tamis: {}{}{said}", chain.name, colon(language));
        }
    }
}
