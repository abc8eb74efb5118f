//! `tamis run`.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, ValueEnum};
use tamis::diagnostic::Language;
use tamis::mail::Charsets;
use tamis::sieve::run::{Account, Timestamp};
use tamis::sieve::{Dialect, Script, Scripts};
use tamis::text::Encoding;
use tamis_wire::{AccountJson, RunResponse, Simulation};

use crate::common::ServerArgs;
use crate::mail::{Mail, Source};
use crate::{Exit, draw, files};

/// Run a script on messages and show what would happen, and why.
#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// The envelope sender; empty for the null sender. By default read from the message.
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// The envelope recipient. By default the account's first address, or read from the message.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// A mailbox that exists (repeatable). Without any, every mailbox is assumed to exist, and the answer says so.
    #[arg(long = "mailbox", value_name = "NAME")]
    mailboxes: Vec<String>,
    /// When the message arrives, such as 2026-11-23T09:14:00+01:00. By default now.
    #[arg(long, value_name = "RFC3339")]
    now: Option<String>,
    /// What is known of the user, as JSON: {"addresses": […], "mailboxes": […]}.
    #[arg(long, value_name = "FILE")]
    account: Option<String>,
    /// Show every step.
    #[arg(long)]
    trace: bool,
    /// How results are shown; json is one object per message and line.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The script; - is standard input.
    #[arg(value_name = "SCRIPT")]
    script: String,
    /// Messages: files, folders, Maildirs, mboxes; - is standard input.
    #[arg(required = true, value_name = "MESSAGE")]
    messages: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A sentence, and what follows from it.
    Text,
    /// The JSON of every face.
    Json,
}

/// Everything that stays the same from message to message.
struct Setting {
    script: Script,
    included: Scripts,
    dialect: Dialect,
    account: Account,
    now: Timestamp,
    language: Language,
}

/// Runs the script on every message, whatever the others are like.
pub fn run(args: &RunArgs) -> Result<Exit, String> {
    let dialect = args.server.dialect()?;
    let script = files::script(&args.script)?;
    let included = files::included(&script, &dialect, args.server.include.as_deref());
    let setting =
        Setting { included, account: account(args)?, now: now(args.now.as_deref())?, language: args.server.language(), script, dialect };
    let mut out = anstream::stdout();
    let compiled = tamis::sieve::compile(&setting.script, &setting.included, &setting.dialect);
    if args.format == Format::Text {
        for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.unit == 0) {
            let _ = writeln!(out, "{}\n", draw::finding(diagnostic, &args.script, setting.script.text(), setting.language));
        }
        if compiled.program.is_none() {
            return Ok(Exit::Findings);
        }
    }
    let source = Source::new(&args.messages)?;
    let bar = (source.files() > 20 && std::io::stderr().is_terminal() && !std::io::stdout().is_terminal())
        .then(|| indicatif::ProgressBar::new(source.files() as u64));
    let mut exit = Exit::Clean;
    let mut summary: BTreeMap<String, usize> = BTreeMap::new();
    let mut count = 0usize;
    source.each(|mail| {
        if let Some(bar) = &bar {
            bar.inc(1);
        }
        let mail = match mail {
            Ok(mail) => mail,
            Err(error) => {
                anstream::eprintln!("tamis: {error}");
                exit = Exit::Trouble;
                return;
            }
        };
        let response = simulate(args, &setting, &mail);
        count += 1;
        *summary.entry(destination(&response)).or_default() += 1;
        if response.outcome != "ok" && exit == Exit::Clean {
            exit = Exit::Findings;
        }
        let _ = match args.format {
            Format::Json => writeln!(out, "{}", serde_json::to_string(&response).unwrap_or_default()),
            Format::Text => text(&mut out, args, &response),
        };
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if args.format == Format::Text && count > 1 {
        let _ = writeln!(out, "\n{count} messages:");
        for (place, number) in &summary {
            let _ = writeln!(out, "{number:>7}  {place}");
        }
    }
    Ok(exit)
}

fn simulate(args: &RunArgs, setting: &Setting, mail: &Mail) -> RunResponse {
    tamis_wire::native::answered(&Simulation {
        script: &setting.script,
        included: &setting.included,
        dialect: &setting.dialect,
        account: &setting.account,
        message: &mail.bytes,
        charsets: Charsets::new(),
        from: args.from.as_deref(),
        to: args.to.as_deref(),
        now: setting.now,
        name: &mail.name,
        language: setting.language,
        encoding: Encoding::Utf8,
        trace: args.trace,
    })
}

fn account(args: &RunArgs) -> Result<Account, String> {
    let mut account = Account::default();
    if let Some(path) = &args.account {
        let text = String::from_utf8(files::read(path)?).map_err(|_| format!("{path}: not UTF-8 text"))?;
        let json: AccountJson = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
        account.addresses = json.addresses;
        account.mailboxes = json.mailboxes;
    }
    if !args.mailboxes.is_empty() {
        account.mailboxes.get_or_insert_default().extend(args.mailboxes.iter().cloned());
    }
    Ok(account)
}

/// The time that is asked for, or now.
pub fn now(asked: Option<&str>) -> Result<Timestamp, String> {
    match asked {
        Some(text) => tamis_wire::parse_rfc3339(text).ok_or_else(|| format!("`{text}` is no time such as 2026-11-23T09:14:00+01:00")),
        None => {
            let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
            Ok(Timestamp { seconds: i64::try_from(seconds).unwrap_or(0), zone_minutes: 0 })
        }
    }
}

/// Where a message went, for the summary.
fn destination(response: &RunResponse) -> String {
    if response.outcome != "ok" {
        return format!("({})", response.outcome);
    }
    let mut places: Vec<String> = response.stored.iter().map(|stored| stored.mailbox.clone()).collect();
    for sent in response.sent.iter().filter(|sent| sent.suppressed.is_none()) {
        places.push(match sent.kind {
            "redirect" => format!("→ {}", sent.to.join(", ")),
            kind => format!("({kind})"),
        });
    }
    if places.is_empty() { "(discard)".into() } else { places.join(" + ") }
}

fn text(out: &mut impl Write, args: &RunArgs, response: &RunResponse) -> std::io::Result<()> {
    let (bold, dim, red, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m");
    writeln!(out, "{dim}{}{reset}", tamis::diagnostic::printable(response.message.as_bytes()))?;
    writeln!(out, "  {bold}{}{reset}", response.sentence)?;
    if let Some(failure) = &response.failure {
        writeln!(out, "  {red}{}:{}: {} [{}]{reset}", args.script, failure.start.line, failure.message, failure.code)?;
    }
    for hazard in &response.diagnostics {
        if response.hazards.contains(&hazard.code) {
            writeln!(out, "  {red}⚠ {} [{}]{reset}", hazard.message, hazard.code)?;
        }
    }
    for assumption in &response.assumed {
        writeln!(out, "  {dim}{}{reset}", assumption.message)?;
    }
    for step in response.trace.iter().flatten() {
        let indent = "  ".repeat(step.depth.min(20) as usize);
        let mark = match step.result {
            Some(true) => "✔ ",
            Some(false) => "✘ ",
            None => "",
        };
        let place = match &step.script {
            Some(script) => format!("{script}:{}", step.start.line),
            None => step.start.line.to_string(),
        };
        writeln!(out, "  {dim}{place:>4}{reset}  {indent}{mark}{}", step.text)?;
    }
    Ok(())
}
