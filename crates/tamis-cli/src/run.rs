//! `tamis run`.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::Path;

use clap::{Args, ValueEnum};
use tamis::diagnostic::{Language, printable};
use tamis::mail::Charsets;
use tamis::sieve::run::{Account, Outcome, Timestamp};
use tamis::sieve::{Dialect, Script, Scripts};
use tamis::text::Encoding;
use tamis_wire::{Beside, Happened, RunResponse, SavedStep, Simulation, format_rfc3339};

use crate::common::{ServerArgs, colon};
use crate::config::Configs;
use crate::corpus::{Corpus, CorpusArgs, Mail, Pass};
use crate::coverage::{CoverageArgs, Reached};
use crate::delivery::{DeliveryArgs, beside, global, now};
use crate::exec::{ExecArgs, Programs};
use crate::out::{Output, Trouble};
use crate::save::{Asked, SaveArgs, Saver};
use crate::{Exit, draw, engine, files};

/// Run a script on messages and show what would happen, and why.
#[derive(Args)]
pub struct RunArgs {
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    delivery: DeliveryArgs,
    /// A script of the administrator's that runs before the user's own, as Dovecot's sieve_before (repeatable, in this order).
    #[arg(long, value_name = "SCRIPT", conflicts_with = "engine")]
    before: Vec<String>,
    /// A script of the administrator's that runs after the user's own if that leaves the message, as Dovecot's sieve_after (repeatable).
    #[arg(long, value_name = "SCRIPT", conflicts_with = "engine")]
    after: Vec<String>,
    #[command(flatten)]
    exec: ExecArgs,
    /// Another program that answers in place of tamis, such as peers/stalwart: a request on its standard input, the JSON of
    /// `tamis run` on its standard output.
    #[arg(long, value_name = "PROGRAM", conflicts_with = "folders")]
    engine: Option<String>,
    #[command(flatten)]
    corpus: CorpusArgs,
    #[command(flatten)]
    coverage: CoverageArgs,
    #[command(flatten)]
    save: SaveArgs,
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
    before: Vec<Beside>,
    after: Vec<Beside>,
    dialect: Dialect,
    account: Account,
    /// None is known before a message asks.
    charsets: Charsets,
    now: Timestamp,
    language: Language,
}

/// Runs the script on every message, whatever the others are like.
pub fn run(args: &RunArgs) -> Result<Exit, Trouble> {
    let config = args.server.configured(&mut Configs::default(), &args.script)?;
    let language = args.server.language(&config);
    args.coverage.checked(args.format == Format::Text, language)?;
    let dialect = args.server.dialect(&config)?;
    let script = files::script(&args.script, language)?;
    let included = files::included(&script, &dialect, args.server.include(&config).as_deref());
    let programs = args.exec.programs(language)?;
    let setting = Setting {
        included,
        before: beside(&args.before, args.server.include.as_deref(), &dialect, language)?,
        after: beside(&args.after, args.server.include.as_deref(), &dialect, language)?,
        account: args.delivery.account(&config, language)?,
        now: now(args.delivery.now.as_deref(), language)?,
        charsets: Charsets::new(),
        language,
        script,
        dialect,
    };
    let mut out = Output::new(language);
    if args.format == Format::Text && args.engine.is_none() {
        let global = global(&setting.dialect);
        let mut scripts: Vec<_> = vec![(&args.script, &setting.script, &setting.included, &setting.dialect)];
        let before = setting.before.iter().map(|beside| (&beside.name, &beside.script, &beside.included, &global));
        scripts.splice(0..0, before);
        scripts.extend(setting.after.iter().map(|beside| (&beside.name, &beside.script, &beside.included, &global)));
        for (name, script, included, dialect) in scripts {
            let compiled = tamis::sieve::compile(script, included, dialect);
            for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.unit == 0) {
                out.line(&format!("{}\n", draw::finding(diagnostic, name, script.text(), setting.language)))?;
            }
            if compiled.program.is_none() {
                out.flush()?;
                return Ok(Exit::Findings);
            }
        }
    }
    let corpus = Corpus::new(&args.messages, language);
    let mut exit = Exit::Clean;
    let mut summary: BTreeMap<String, usize> = BTreeMap::new();
    let mut reached = Reached::default();
    let asked = asked(args, &setting);
    let saver = args.save.save_test.as_deref().map(|path| Saver::open(path, setting.language)).transpose()?;
    let mut saved = Vec::new();
    // Programs run one after the other: they may share files.
    let alone = programs.is_some() || args.engine.is_some();
    let jobs = if alone { 1 } else { args.corpus.jobs() };
    let pass = Pass { jobs, bar: !std::io::stdout().is_terminal(), skip: None, language: setting.language };
    let one = |mail: &Mail| {
        let simulation = simulation(args, &setting, mail);
        match &args.engine {
            None => ours(args, &simulation, programs.as_ref(), saver.as_ref().map(|saver| (saver, &asked, mail))),
            Some(program) => engine::ask(program, &simulation).map(|answer| Told {
                is_ok: answer.is_ok(),
                destination: answer.destination(),
                shown: if args.format == Format::Json { answer.json } else { answer.text(&args.script, &simulation) },
                reached: Reached::default(),
                saved: None,
            }),
        }
    };
    let done = corpus.each(&pass, one, |_, told| {
        let told = told.unwrap_or_else(|error| {
            anstream::eprintln!("tamis: {error}");
            exit = Exit::Trouble;
            Told { is_ok: true, destination: "(no answer)".to_owned(), shown: String::new(), reached: Reached::default(), saved: None }
        });
        *summary.entry(told.destination).or_default() += 1;
        reached.merge(told.reached);
        saved.extend(told.saved);
        if !told.is_ok && exit == Exit::Clean {
            exit = Exit::Findings;
        }
        if told.shown.is_empty() { Ok(()) } else { out.line(&told.shown) }
    })?;
    if args.format == Format::Text {
        out.text(&draw::summary(&summary, language))?;
    }
    out.flush()?;
    done.tell(setting.language);
    if let Some(saver) = saver {
        anstream::eprintln!("tamis: {}", saver.write(saved, args.save.name.as_deref(), &asked, setting.language)?);
    }
    args.coverage.write(&reached, setting.language)?;
    done.of_messages(exit, setting.language)
}

/// The answer for one message, ours or that of another program.
struct Told {
    /// The script took it and did not fail.
    is_ok: bool,
    /// Where the message went, for the summary.
    destination: String,
    /// What is printed.
    shown: String,
    /// What was reached of the scripts, if that is asked for.
    reached: Reached,
    /// The message as a test keeps it with its result, and its name, if that is asked for.
    saved: Option<(String, SavedStep)>,
}

/// Runs, with charsets converted and, if there are any, the programs that are asked for.
pub fn answered(simulation: &Simulation<'_>, programs: Option<&Programs>) -> Result<RunResponse, String> {
    let language = simulation.language;
    let mut ran = Vec::new();
    loop {
        let mut response = tamis_wire::native::answered(&Simulation { programs: programs.map(|_| ran.as_slice()), ..*simulation });
        match (response.program.take(), programs) {
            (Some(call), Some(programs)) => {
                programs.run(*call, &mut ran, language).map_err(|error| format!("{}{}{error}", simulation.name, colon(language)))?
            }
            _ => return Ok(response),
        }
    }
}

fn ours(
    args: &RunArgs,
    simulation: &Simulation<'_>,
    programs: Option<&Programs>,
    keep: Option<(&Saver, &Asked<'_>, &Mail)>,
) -> Result<Told, String> {
    let response = answered(simulation, programs)?;
    let shown = match args.format {
        Format::Json => response.json(simulation),
        Format::Text => text(args, simulation, &response).trim_end().to_owned(),
    };
    let destination = destination(response.outcome_name(), response.outcome.as_ref());
    let mut reached = Reached::default();
    reached.add(&response, simulation, (&args.script, args.script != "-"), &|name| script_file(name, args.server.include.as_deref()));
    let saved = keep.map(|(saver, asked, mail)| saver.step(mail, asked, Happened::of(&response, simulation).snapshot()));
    Ok(Told { is_ok: response.outcome_name() == "ok", destination, shown, reached, saved })
}

/// The file of a script beside the one that is run: one of the administrator's is called by its path, an included one by its name.
pub fn script_file(name: &str, include: Option<&Path>) -> Option<String> {
    let included = include.map(|folder| folder.join(format!("{name}.sieve")));
    let paths = included.into_iter().chain([Path::new(name).to_owned()]);
    paths.into_iter().find(|path| path.is_file()).map(|path| path.to_string_lossy().into_owned())
}

/// The run as a saved test tells it.
fn asked<'a>(args: &'a RunArgs, setting: &'a Setting) -> Asked<'a> {
    Asked {
        script: &args.script,
        text: setting.script.text(),
        dialect: &setting.dialect,
        settings: &args.server.settings,
        before: &args.before,
        after: &args.after,
        include: args.server.include.as_deref(),
        account: args.delivery.account.as_deref(),
        mailboxes: &args.delivery.mailboxes,
        from: args.delivery.from.as_deref(),
        to: args.delivery.to.as_deref(),
        user: args.delivery.user.as_deref(),
        hostname: args.delivery.hostname.as_deref(),
        now: args.delivery.now.clone().unwrap_or_else(|| format_rfc3339(setting.now.seconds)),
    }
}

fn simulation<'s>(args: &'s RunArgs, setting: &'s Setting, mail: &'s Mail) -> Simulation<'s> {
    Simulation {
        script: &setting.script,
        included: &setting.included,
        dialect: &setting.dialect,
        account: &setting.account,
        message: &mail.bytes,
        charsets: &setting.charsets,
        from: args.delivery.from.as_deref(),
        to: args.delivery.to.as_deref(),
        user: args.delivery.user.as_deref(),
        hostname: args.delivery.hostname.as_deref(),
        now: setting.now,
        name: &mail.name,
        language: setting.language,
        encoding: Encoding::Utf8,
        trace: args.trace,
        coverage: args.coverage.coverage.is_some(),
        before: &setting.before,
        after: &setting.after,
        programs: None,
    }
}

/// Where a message went, for the summary.
pub fn destination(name: &str, outcome: Option<&Outcome>) -> String {
    let Some(outcome) = outcome.filter(|outcome| outcome.failure.is_none()) else {
        return format!("({name})");
    };
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    let mut places: Vec<String> =
        outcome.stored.iter().filter(|stored| stored.sent.is_none()).map(|stored| text(&stored.mailbox)).collect();
    for sent in outcome.sent.iter().filter(|sent| sent.suppressed.is_none()) {
        places.push(match sent.kind {
            "redirect" => format!("→ {}", sent.to.iter().map(text).collect::<Vec<_>>().join(", ")),
            kind => format!("({kind})"),
        });
    }
    if places.is_empty() { "(discard)".into() } else { places.join(" + ") }
}

fn text(args: &RunArgs, simulation: &Simulation<'_>, response: &RunResponse) -> String {
    let (bold, dim, reset) = ("\x1b[1m", "\x1b[2m", "\x1b[0m");
    let language = simulation.language;
    let mut out = format!("{dim}{}{reset}\n  {bold}{}{reset}\n", printable(simulation.name.as_bytes()), response.sentence(language));
    let outcome = response.outcome.as_ref();
    for script in outcome.iter().flat_map(|_| &response.scripts) {
        let name = if script.name.is_empty() { &args.script } else { &script.name };
        let actions = outcome.into_iter().flat_map(|outcome| script.actions(outcome)).map(|(_, action)| action);
        out += &draw::stage(name, (script.ran, true, script.decides), actions, language);
    }
    out + &draw::outcome(outcome, response.trace.as_deref(), &response.units(simulation), &args.script, language)
}
