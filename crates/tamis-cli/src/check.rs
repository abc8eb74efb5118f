//! `tamis check`.

use std::io::Write;
use std::path::Path;

use clap::Args;
use similar::TextDiff;
use tamis::diagnostic::{Code, Diagnostic, Language};
use tamis::rspamd;
use tamis::sieve::check::fix_of;
use tamis::sieve::{Cured, Dialect, Options, Script, Verdict, check as check_script, cure};
use tamis::text::Encoding;

use crate::common::{ServerArgs, number, says};
use crate::config::{self, Configs};
use crate::out;
use crate::report::{self, Answer, Format, Kind, Report, Source};
use crate::scan::{self, ConfigurationArgs};
use crate::{Exit, files};

/// Say what is wrong with Sieve scripts, as the chosen server would, or with an Rspamd configuration.
#[derive(Args)]
pub struct CheckArgs {
    #[command(flatten)]
    server: ServerArgs,
    /// How findings are shown.
    #[arg(long, value_enum, default_value_t = Format::Full)]
    format: Format,
    /// Apply safe fixes: those after which no message is handled differently, except that the script is accepted. The script of standard
    /// input goes to standard output, what remains to be said to standard error.
    #[arg(long, group = "mend")]
    fix: bool,
    /// Show what --fix would change as a unified diff, and change nothing; exit with 1 if there is anything.
    #[arg(long, group = "mend")]
    diff: bool,
    /// With --fix or --diff: also the fixes that are only probably meant.
    #[arg(long, requires = "mend")]
    unsafe_fixes: bool,
    /// How loud a finding is: off, hint or warning, such as unused-require=off (repeatable).
    #[arg(long = "level", value_name = "CODE=LEVEL")]
    levels: Vec<String>,
    /// An address of the user's own (repeatable).
    #[arg(long = "address", value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// A mailbox that exists (repeatable). Without any, it is not known which there are.
    #[arg(long = "mailbox", value_name = "NAME")]
    mailboxes: Vec<String>,
    /// Of an Rspamd configuration: whose it is.
    #[arg(long, value_name = "VERSION", default_value = "3.4")]
    rspamd: String,
    /// Of an Rspamd configuration: a variable, such as CONFDIR (repeatable).
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// Of an Rspamd configuration: what templates find in Rspamd's environment, FOO for RSPAMD_FOO (repeatable).
    #[arg(long = "env", value_name = "NAME=VALUE")]
    environment: Vec<String>,
    /// The scripts; - is standard input. A folder with rspamd.conf in it is an Rspamd configuration: nothing outside it is read.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// Checks every file, whatever the others are like.
pub fn check(args: &CheckArgs) -> Result<Exit, out::Trouble> {
    if args.server.is_all() && (args.fix || args.diff) {
        let said: String = says(
            crate::common::language(args.server.lang.as_deref()),
            "--fix and --diff are for one server: what one does not need, another may".into(),
            "--fix et --diff valent pour un seul serveur : ce dont l'un se passe, un autre peut l'exiger".into(),
        );
        return Err(said.into());
    }
    let mut configs = Configs::default();
    let mut exit = Exit::Clean;
    let mut reports = Vec::new();
    let mut troubles = Vec::new();
    let mut mended = Mended::default();
    for file in &args.files {
        let one = match Path::new(file).join("rspamd.conf").is_file() {
            true => configuration(args, Path::new(file), &mut configs),
            false => look(args, file, &mut configs, &mut mended).map(|report| vec![report]),
        };
        match one {
            Ok(more) => {
                if exit == Exit::Clean && more.iter().flat_map(|report| &report.servers).any(Answer::says_anything) {
                    exit = Exit::Findings;
                }
                reports.extend(more);
            }
            Err(Trouble::Drawn(text)) => {
                anstream::eprintln!("{text}");
                return Ok(Exit::Trouble);
            }
            Err(Trouble::Said(text)) => {
                anstream::eprintln!("tamis: {text}");
                troubles.push(text);
                exit = Exit::Trouble;
            }
        }
    }
    let language = reports.first().map_or_else(|| crate::common::language(args.server.lang.as_deref()), |report| report.language);
    if args.diff {
        let summary = mended.summary(&reports, true, args.unsafe_fixes, language);
        anstream::eprintln!("{summary}");
        return Ok(match exit {
            Exit::Trouble => exit,
            _ if mended.files > 0 => Exit::Findings,
            _ => Exit::Clean,
        });
    }
    let mut shown = report::render(args.format, &reports, &troubles, args.fix, language);
    let summary =
        if args.fix { format!("{}{}", mended.told, mended.summary(&reports, false, args.unsafe_fixes, language)) } else { String::new() };
    if args.fix && args.format == Format::Full {
        shown.push_str(&format!("{summary}\n"));
    }
    // The fixed script has standard output for itself.
    if args.fix && args.files.iter().any(|file| file == "-") {
        anstream::eprint!("{shown}");
    } else {
        match out::print(&shown, language) {
            Err(out::Trouble::Closed) => return Ok(exit),
            written => written?,
        }
    }
    // Another program reads the other formats.
    if args.fix && args.format != Format::Full {
        anstream::eprintln!("{summary}");
    }
    Ok(exit)
}

/// Checks a configuration of Rspamd: a report for each file that something is said of, the main one first.
fn configuration(args: &CheckArgs, folder: &Path, configs: &mut Configs) -> Result<Vec<Report>, Trouble> {
    let config = args
        .server
        .configured(configs, &folder.join("rspamd.conf").to_string_lossy())
        .map_err(|trouble| Trouble::Drawn(trouble.shown()))?;
    let language = args.server.language(&config);
    let levels = config::levels(&config, &args.levels, language).map_err(|text| Trouble::Drawn(format!("tamis: {text}")))?;
    let asked = ConfigurationArgs {
        config: folder.to_owned(),
        rspamd: args.rspamd.clone(),
        variables: args.variables.clone(),
        environment: args.environment.clone(),
    };
    let (loaded, checked) = scan::checked(&asked, language)?;
    let verdict = match checked.verdict {
        rspamd::check::Verdict::Accepted => Verdict::Accepted,
        rspamd::check::Verdict::Refused => Verdict::Refused,
        rspamd::check::Verdict::Declined => Verdict::Declined,
    };
    let mut found = checked.diagnostics;
    levels.apply(&mut found);
    let mut reports: Vec<Report> = Vec::new();
    for (index, source) in loaded.sources.iter().enumerate() {
        let own: Vec<Diagnostic> = found.iter().filter(|finding| finding.unit as usize == index).cloned().collect();
        if own.is_empty() && index > 0 {
            continue;
        }
        let file = scan::shown_path(&loaded, &source.path, folder);
        // A file may be included more than once.
        match reports.iter_mut().find(|report| report.file == file) {
            Some(report) => {
                for answer in &mut report.servers {
                    answer.found.extend(
                        own.iter().filter(|finding| !answer.found.iter().any(|known| same(known, finding))).cloned().collect::<Vec<_>>(),
                    );
                }
            }
            None => reports.push(Report {
                file,
                source: Source::new(Kind::Configuration, &source.text),
                servers: vec![Answer { server: format!("rspamd-{}", args.rspamd), verdict, found: own, elsewhere: Vec::new() }],
                language,
            }),
        }
    }
    Ok(reports)
}

/// The same finding, whichever time the file was included.
fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.range == b.range && a.params == b.params
}

/// Why a file was not checked.
enum Trouble {
    /// A configuration has mistakes: nothing is checked.
    Drawn(String),
    /// The file cannot be read or written: the others are checked.
    Said(String),
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Said(text)
    }
}

/// Checks one file and, if asked, mends it.
fn look(args: &CheckArgs, file: &str, configs: &mut Configs, mended: &mut Mended) -> Result<Report, Trouble> {
    let config = args.server.configured(configs, file).map_err(|trouble| Trouble::Drawn(trouble.shown()))?;
    let language = args.server.language(&config);
    let told = |text: String| Trouble::Drawn(format!("tamis: {text}"));
    let dialects = args.server.dialects(&config).map_err(told)?;
    let options = Options {
        levels: config::levels(&config, &args.levels, language).map_err(told)?,
        addresses: if args.addresses.is_empty() { config.addresses.clone() } else { args.addresses.clone() },
        mailboxes: if args.mailboxes.is_empty() { config.mailboxes.clone() } else { Some(args.mailboxes.clone()) },
    };
    let include = args.server.include(&config);
    let mut script = files::script(file, language)?;
    if let (Some(dialect), true) = (dialects.first(), args.fix || args.diff) {
        let included = files::included(&script, dialect, include.as_deref());
        let cured = cure(script.clone(), &included, dialect, &options, args.unsafe_fixes);
        script = mended.mend(args, file, script, cured, language)?;
    }
    let ask = |dialect: &Dialect| {
        let included = files::included(&script, dialect, include.as_deref());
        let checked = check_script(&script, &included, dialect, &options);
        let (own, others): (Vec<Diagnostic>, Vec<Diagnostic>) = checked.diagnostics.into_iter().partition(|found| found.unit == 0);
        Answer { server: dialect.name.clone(), verdict: checked.verdict, found: own, elsewhere: others }
    };
    let servers = dialects.iter().map(ask).collect();
    Ok(Report { file: file.to_owned(), source: Source::new(Kind::Script, script.text()), servers, language })
}

/// What was mended in all files.
#[derive(Default)]
struct Mended {
    files: usize,
    fixes: usize,
    /// A line for each file: what was fixed in it.
    told: String,
}

impl Mended {
    /// Writes or shows a mended script, and gives the one to speak of from here on.
    fn mend(&mut self, args: &CheckArgs, file: &str, script: Script, cured: Cured, language: Language) -> Result<Script, String> {
        let is_stdin_fixed = args.fix && file == "-";
        // What is put out is a script: what draws colours would take escape characters out of it.
        let put = |text: &str| std::io::stdout().lock().write_all(text.as_bytes()).map_err(|error| out::about(file, &error, language));
        if !cured.is_settled || cured.applied.is_empty() {
            if !cured.is_settled {
                anstream::eprintln!(
                    "{file}: {}",
                    says(
                        language,
                        "fixes undo each other, and the script is left as it is",
                        "des corrections se défont l'une l'autre, et le script reste tel quel"
                    )
                );
            }
            if is_stdin_fixed {
                put(script.text())?;
            }
            return Ok(script);
        }
        self.files += 1;
        self.fixes += cured.applied.len();
        let fixed = says(language, "fixed", "corrigé");
        self.told += &format!("{file}: {fixed}: {}\n", counted(&cured.applied));
        if args.diff {
            let diff = TextDiff::from_lines(script.text(), cured.script.text());
            put(&diff.unified_diff().header(file, file).to_string())?;
        } else if is_stdin_fixed {
            put(cured.script.text())?;
        } else {
            files::write(file, cured.script.text(), language)?;
        }
        Ok(cured.script)
    }

    fn summary(&self, reports: &[Report], would: bool, and_unsafe: bool, language: Language) -> String {
        let Self { files, fixes, .. } = self;
        let found = || reports.iter().flat_map(|report| &report.servers).flat_map(Answer::all);
        let left = found().count();
        let more = if and_unsafe { 0 } else { found().filter(|finding| fix_of(finding, true).is_some()).count() };
        let fixed = number(language, *fixes, ["fix", "fixes"], ["correction", "corrections"]);
        let place = number(language, *files, ["file", "files"], ["fichier", "fichiers"]);
        let left = number(language, left, ["finding", "findings"], ["constat", "constats"]);
        let mut out = match (language, would) {
            (Language::En, false) => format!("{fixed} applied in {place}; {left} left"),
            (Language::En, true) => format!("{fixed} to apply in {place}; {left} would be left"),
            (Language::Fr, false) => format!("{fixed} dans {place} ; reste : {left}"),
            (Language::Fr, true) => format!("{fixed} à faire dans {place} ; resterait : {left}"),
        };
        if more > 0 {
            out += &says(
                language,
                format!(", {more} of them fixable with --unsafe-fixes"),
                format!(", dont {more} à corriger avec --unsafe-fixes"),
            );
        }
        out
    }
}

/// Codes, each with how often.
fn counted(codes: &[Code]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for code in codes {
        let id = code.facts().id;
        match counts.iter_mut().find(|(known, _)| *known == id) {
            Some((_, count)) => *count += 1,
            None => counts.push((id, 1)),
        }
    }
    let told = counts.iter().map(|(id, count)| if *count > 1 { format!("{id} ×{count}") } else { (*id).to_owned() });
    told.collect::<Vec<_>>().join(", ")
}

/// One line for a finding.
pub fn concise(diagnostic: &Diagnostic, file: &str, source: &Source, language: Language) -> String {
    let place = source.lines().position(source.text(), diagnostic.range.start, Encoding::Utf8);
    let (severity, code) = (diagnostic.severity.name(), diagnostic.code.facts().id);
    format!("{file}:{}:{}: {severity}[{code}]: {}", place.line, place.column, diagnostic.message(language))
}

/// The word for a verdict.
pub fn verdict(verdict: Verdict, language: Language) -> &'static str {
    match verdict {
        Verdict::Accepted => says(language, "accepted", "accepté"),
        Verdict::Refused => says(language, "refused", "refusé"),
        Verdict::Declined => says(language, "undecided", "sans avis"),
    }
}
