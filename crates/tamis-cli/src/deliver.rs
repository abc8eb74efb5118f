//! `tamis deliver`.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Language, printable};
use tamis::pipeline::{Delivered, Scanned};
use tamis::rspamd::ScanResult;
use tamis::rspamd::milter::Change;
use tamis::rspamd::record::{from_message, replay};
use tamis::rspamd::{Hit, Request, scan_request};
use tamis::sieve::run::Account;
use tamis::text::Encoding;
use tamis_wire::{CompiledChain, CompiledStage, DeliverResponse, Path, Surroundings};

use crate::chain::{Chain, ChainArgs};
use crate::common::{self, colon, says};
use crate::corpus::{Corpus, CorpusArgs, Mail, Pass};
use crate::delivery::{DeliveryArgs, now};
use crate::out::{Output, Trouble};
use crate::run::destination;
use crate::scan::{messages, symbols};
use crate::{Exit, config, draw};

/// Take messages the whole way through a server: Rspamd's verdict, the header fields that come and go, every script in order.
#[derive(Args)]
pub struct DeliverArgs {
    /// The server: mailcow, or a file that describes a chain (docs/deliver.md).
    #[arg(long, value_name = "CHAIN.toml|mailcow")]
    chain: String,
    #[command(flatten)]
    scripts: ChainArgs,
    #[command(flatten)]
    delivery: DeliveryArgs,
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    verdict: VerdictArgs,
    /// What one message leaves behind holds for the next: ids seen, who was answered, mailboxes that were made.
    #[arg(long)]
    remember: bool,
    #[command(flatten)]
    corpus: CorpusArgs,
    /// Show every step of the scripts.
    #[arg(long)]
    trace: bool,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// How results are shown; json is one object per message and line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Messages: files, folders, Maildirs, mboxes; - is standard input.
    #[arg(required_unless_present = "symbols", value_name = "MESSAGE")]
    messages: Vec<String>,
}

/// Who sends.
#[derive(Args, Clone, Debug, Default)]
pub struct ClientArgs {
    /// The sending client's address.
    #[arg(long, value_name = "IP")]
    pub ip: Option<std::net::IpAddr>,
    /// That address is one of the server's own networks.
    #[arg(long)]
    local: bool,
    /// What the client calls itself.
    #[arg(long, value_name = "NAME")]
    pub helo: Option<String>,
    /// The client's name by DNS.
    #[arg(long, value_name = "NAME")]
    pub client_name: Option<String>,
}

/// What Rspamd says. Without any of these a configuration that has rules is evaluated; else messages are taken with the marks that they have.
#[derive(Args, Clone, Debug, Default)]
pub struct VerdictArgs {
    /// Symbols that were found: NAME, NAME*0.5 with a part of its score, NAME=option,option.
    #[arg(long, value_name = "NAME[*WEIGHT][=OPTION,...]", num_args = 1.., conflicts_with_all = ["score", "result", "replay"])]
    pub symbols: Vec<String>,
    /// The score of all messages.
    #[arg(long, value_name = "N", conflicts_with_all = ["result", "replay"], allow_negative_numbers = true)]
    pub score: Option<f64>,
    /// A recorded verdict: a message with X-Spamd-Result, JSON of rspamc or /checkv2, a line of the log.
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub result: Option<String>,
    /// The verdict that each message has in its own header, counted again under the chain's configuration.
    #[arg(long)]
    pub replay: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A sentence, and how it came to that.
    Text,
    /// The JSON of every face.
    Json,
}

/// The symbol of a score that was given.
const GIVEN: &str = "GIVEN_SCORE";

/// What is told of Rspamd's verdict, for all messages.
pub struct Verdicts {
    hits: Vec<Hit>,
    given: Option<f64>,
    recorded: Option<tamis::rspamd::record::Recorded>,
    replay: bool,
}

impl Verdicts {
    /// Reads what is told.
    pub fn new(args: &VerdictArgs, chain: &Chain, language: Language) -> Result<Self, String> {
        let told = !args.symbols.is_empty() || args.score.is_some() || args.result.is_some() || args.replay;
        if told && chain.rspamd.is_none() {
            let (en, fr) =
                ("the chain has no Rspamd whose verdict could be told", "la chaîne n'a pas de Rspamd dont on pourrait dire le verdict");
            return Err(format!("{}{}{}", chain.name, colon(language), says(language, en, fr)));
        }
        if args.score.is_some_and(|score| !score.is_finite()) {
            return Err(says(language, "--score takes a number", "--score attend un nombre").to_owned());
        }
        Ok(Self {
            hits: args.symbols.iter().map(|text| symbols::hit(text, language)).collect::<Result<_, _>>()?,
            given: args.score,
            recorded: args.result.as_deref().map(|path| symbols::recorded(path, language)).transpose()?,
            replay: args.replay,
        })
    }

    /// The verdict on one message; none if nobody tells.
    pub fn of(&self, chain: &Chain, mail: &Mail, around: &Surroundings, to: &str) -> Option<ScanResult> {
        let rspamd = chain.rspamd.as_ref()?;
        let request = Request {
            from: around.from.clone(),
            recipients: vec![to.to_owned()],
            user: around.user.clone(),
            ip: around.ip,
            is_local: Some(around.is_local),
            hostname: around.client_name.clone(),
            ..Request::default()
        };
        if let Some(score) = self.given {
            let mut config = rspamd.loaded.config.clone();
            config.define(GIVEN, score);
            return Some(scan_request(&config, &[Hit::new(GIVEN)], &request));
        }
        if !self.hits.is_empty() {
            return Some(scan_request(&rspamd.loaded.config, &self.hits, &request));
        }
        let recorded = self.recorded.clone().or_else(|| if self.replay { from_message(&mail.bytes) } else { None });
        if let Some(recorded) = recorded {
            return Some(replay(&recorded, &rspamd.loaded.config).scan(&rspamd.loaded.config));
        }
        if self.replay {
            return None;
        }
        let installation = rspamd.installation.as_ref()?;
        let envelope = tamis_rules::Envelope {
            from: around.from.clone(),
            rcpt: vec![to.to_owned()],
            ip: around.ip,
            helo: around.helo.clone(),
            hostname: around.client_name.clone(),
            user: around.user.clone(),
        };
        let (config, hits) = installation.evaluate(&mail.bytes, &envelope);
        Some(messages::count(&hits, &config))
    }
}

/// Who sends, and when.
pub fn surroundings(delivery: &DeliveryArgs, client: &ClientArgs, language: Language) -> Result<Surroundings, String> {
    Ok(Surroundings {
        from: delivery.from.clone(),
        to: delivery.to.clone(),
        user: delivery.user.clone(),
        ip: client.ip,
        is_local: client.local,
        helo: client.helo.clone(),
        client_name: client.client_name.clone(),
        now: now(delivery.now.as_deref(), language)?,
    })
}

/// Takes every message through, whatever the others are like.
pub fn deliver(args: &DeliverArgs) -> Result<Exit, Trouble> {
    let language = common::language(args.lang.as_deref());
    if args.messages.is_empty() {
        let (en, fr) = (
            "there is no message: what follows --symbols is taken for symbols. Name messages before it",
            "il n'y a aucun message : ce qui suit --symbols est pris pour des symboles. Nommez les messages avant",
        );
        return Err(says(language, en, fr).to_owned().into());
    }
    let chain = Chain::load(&args.chain, &args.scripts, language)?;
    let compiled = chain.compiled();
    let mut account = args.delivery.account(&config::Config::default(), language)?;
    let around = surroundings(&args.delivery, &args.client, language)?;
    let verdicts = Verdicts::new(&args.verdict, &chain, language)?;
    let path = Path {
        chain: &compiled,
        filter: chain.rspamd.as_ref().map(crate::chain::Rspamd::filter),
        adds_trace: chain.adds_trace,
        hostname: args.delivery.hostname.as_deref().unwrap_or(&chain.hostname),
        language,
        trace: args.trace,
    };
    let mut out = Output::new(language);
    if args.format == Format::Text {
        findings(&mut out, &compiled, language)?;
    }
    let corpus = Corpus::new(&args.messages, language);
    // What is remembered passes from message to message, so that one comes after the other.
    let jobs = if args.remember { 1 } else { args.corpus.jobs() };
    let mut exit = Exit::Clean;
    let mut summary: BTreeMap<String, usize> = BTreeMap::new();
    let mut show = |out: &mut Output, told: Told| -> Result<(), Trouble> {
        *summary.entry(told.destination).or_default() += 1;
        if !told.is_ok {
            exit = Exit::Findings;
        }
        out.line(&told.shown)
    };
    let pass = Pass { jobs, bar: !std::io::stdout().is_terminal(), skip: None, language };
    let one = |mail: &Mail, account: &Account| {
        let to = around.to.clone().or_else(|| account.addresses.first().cloned()).unwrap_or_default();
        let result = verdicts.of(&chain, mail, &around, &to);
        let scanned = result.as_ref().map_or(Scanned::Unknown, Scanned::Result);
        path.deliver(&mail.bytes, &around, scanned, account)
    };
    let told = |mail: &Mail, response: &DeliverResponse<'_>| Told {
        is_ok: response.outcome_name() != "failed",
        destination: response
            .delivered
            .outcome
            .as_ref()
            .map_or_else(|| format!("({})", response.outcome_name()), |outcome| destination(response.outcome_name(), Some(outcome))),
        shown: match args.format {
            Format::Json => response.json(&mail.name, Encoding::Utf8),
            Format::Text => text(&mail.name, response, &compiled, language),
        },
    };
    let done = if args.remember {
        let state = std::sync::Mutex::new(std::mem::take(&mut account));
        let work = |mail: &Mail| {
            let mut account = state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let response = one(mail, &account);
            let next = response.delivered.after(&account);
            let told = told(mail, &response);
            *account = next;
            told
        };
        corpus.each(&pass, work, |_, told| show(&mut out, told))?
    } else {
        corpus.each(&pass, |mail| told(mail, &one(mail, &account)), |_, told| show(&mut out, told))?
    };
    if args.format == Format::Text {
        out.text(&draw::summary(&summary, language))?;
    }
    out.flush()?;
    done.tell(language);
    done.of_messages(exit, language)
}

/// What is told of one message.
struct Told {
    is_ok: bool,
    destination: String,
    shown: String,
}

/// What is wrong with the chain's scripts. A script that does not compile is no reason not to go on: the server goes on as well.
fn findings(out: &mut Output, compiled: &CompiledChain, language: Language) -> Result<(), Trouble> {
    let units = compiled.units(Encoding::Utf8);
    for stage in compiled.stages() {
        for finding in &stage.diagnostics {
            let Some(places) = units.get(finding.unit as usize) else { continue };
            out.line(&format!("{}\n", draw::finding(finding, places.name, places.text, language)))?;
        }
        if let Some(said) = uncompiled(stage, language) {
            out.line(&format!("{said}\n"))?;
        }
    }
    Ok(())
}

/// That a script of the chain does not compile, and what the server does then; nothing if it does.
pub fn uncompiled(stage: &CompiledStage, language: Language) -> Option<String> {
    let said = match stage.verdict {
        _ if stage.program.is_some() => return None,
        tamis::sieve::Verdict::Declined => says(
            language,
            "is beyond the limits of tamis: taken as if the server could not compile it",
            "dépasse les limites de tamis : traité comme si le serveur ne pouvait pas le compiler",
        ),
        _ => says(
            language,
            "does not compile: where it would run, the server stops and keeps the message in the inbox",
            "ne se compile pas : là où il s'exécuterait, le serveur s'arrête et garde le message dans la boîte de réception",
        ),
    };
    Some(format!("{} ({}) {said}", stage.name, stage.file))
}

/// A message's way, in words.
fn text(name: &str, response: &DeliverResponse<'_>, chain: &CompiledChain, language: Language) -> String {
    let (bold, dim, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[0m");
    let delivered = &response.delivered;
    let mut out = format!("{dim}{}{reset}\n  {bold}{}{reset}\n", printable(name.as_bytes()), delivered.sentence(language));
    for line in verdict(delivered, language) {
        out += &format!("  {dim}{line}{reset}\n");
    }
    if let Some(outcome) = &delivered.outcome {
        for (place, stage) in chain.stages().iter().enumerate() {
            let state = (response.ran(place), delivered.broken != Some(place), response.decides() == Some(place));
            out += &draw::stage(&stage.name, state, stage.actions(outcome).map(|(_, action)| action), language);
        }
        out += &draw::outcome(Some(outcome), response.steps.as_deref(), &chain.units(Encoding::Utf8), "", language);
    }
    out.trim_end().to_owned()
}

/// What Rspamd said, and what the mail server was told, a line each.
fn verdict(delivered: &Delivered, language: Language) -> Vec<String> {
    let head = format!("Rspamd{}", colon(language));
    let (Some(result), Some(reply)) = (&delivered.result, &delivered.reply) else {
        let (en, fr) = ("no verdict told, the marks of the message count", "aucun verdict indiqué, les marques du message comptent");
        return vec![head + says(language, en, fr)];
    };
    let required = if result.required.is_nan() { String::new() } else { format!(" / {:.2}", result.required) };
    let mut out = vec![format!("{head}{:.2}{required}, {}", result.score, result.action)];
    for change in &reply.changes {
        out.push(match change {
            Change::Remove { .. } => format!("  - {}", change.name()),
            Change::Insert { value, .. } | Change::Add { value, .. } | Change::Set { value, .. } => {
                let value = value.replace("\n\t", " ");
                let shown: String = value.chars().take(100).collect();
                let more = if shown.len() < value.len() { "…" } else { "" };
                format!("  + {}: {}{more}", change.name(), printable(shown.as_bytes()))
            }
        });
    }
    out.extend(reply.doubts.iter().map(|doubt| format!("  ? {}", doubt.words(language))));
    out
}
