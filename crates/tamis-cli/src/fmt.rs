//! `tamis fmt`.

use std::io::Write;

use clap::Args;
use similar::TextDiff;
use tamis::diagnostic::{Language, Severity};
use tamis::sieve::format::{can_format, format};
use tamis::sieve::{MAX_SCRIPT, Script};
use tamis::text::apply;

use crate::config::{ConfigArgs, Configs};
use crate::out::{Trouble, trouble};
use crate::report::{Kind, Source};
use crate::{Exit, check, common, files};

/// Lay out scripts: blocks indented, one command per line, comments kept where they are. What they do stays the same.
#[derive(Args)]
pub struct FmtArgs {
    /// Write nothing; name the scripts that would change, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Write nothing; print what would change as a unified diff, and exit with 1 if anything would.
    #[arg(long)]
    diff: bool,
    /// The language of messages: en or fr. By default that of the environment.
    #[arg(long, value_name = "LANG", value_parser = ["en", "fr"])]
    lang: Option<String>,
    #[command(flatten)]
    config: ConfigArgs,
    /// The scripts, which are written in place; - is standard input, laid out on standard output.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
}

/// Lays out every file, whatever the others are like.
pub fn fmt(args: &FmtArgs) -> Result<Exit, Trouble> {
    let asked = common::language(args.lang.as_deref());
    let mut configs = Configs::default();
    // Scripts go out byte for byte: what draws colours would take escape characters out of them.
    let mut out = std::io::stdout().lock();
    let mut exit = Exit::Clean;
    for file in &args.files {
        let config = configs.of(file, &args.config, asked)?;
        let language = common::chosen_language(args.lang.as_deref(), &config);
        let done = files::script(file, language).map_err(Trouble::from).and_then(|script| one(&mut out, args, file, &script, language));
        match done {
            Ok(Exit::Clean) => {}
            Ok(found) => exit = if exit == Exit::Trouble { exit } else { found },
            Err(Trouble::Closed) => return Err(Trouble::Closed),
            Err(trouble) => {
                trouble.tell();
                exit = Exit::Trouble;
            }
        }
    }
    Ok(exit)
}

fn one(out: &mut impl Write, args: &FmtArgs, file: &str, script: &Script, language: Language) -> Result<Exit, Trouble> {
    if !can_format(script) {
        anstream::eprintln!("{}", left_alone(file, script, language));
        return Ok(Exit::Findings);
    }
    let (laid_out, _) = apply(script.text(), &format(script));
    let is_changed = laid_out != script.text();
    if args.check && is_changed {
        writeln!(out, "{file}").map_err(|error| trouble(error, language))?;
    }
    if args.diff && is_changed {
        let diff = TextDiff::from_lines(script.text(), &laid_out);
        write!(out, "{}", diff.unified_diff().header(file, file)).map_err(|error| trouble(error, language))?;
    }
    if args.check || args.diff {
        return Ok(if is_changed { Exit::Findings } else { Exit::Clean });
    }
    if file == "-" {
        out.write_all(laid_out.as_bytes()).and_then(|()| out.flush()).map_err(|error| trouble(error, language))?;
    } else if is_changed {
        files::write(file, &laid_out, language)?;
    }
    Ok(Exit::Clean)
}

/// Why a script was not laid out: its first error.
fn left_alone(file: &str, script: &Script, language: Language) -> String {
    let mut errors = script.errors().iter().filter(|error| error.severity == Severity::Error);
    let alone = match language {
        Language::En => "the script has errors of syntax, and is left as it is",
        Language::Fr => "le script a des erreurs de syntaxe, et reste tel quel",
    };
    let too_long = match language {
        Language::En => format!("the script is longer than {MAX_SCRIPT} bytes, and is left as it is"),
        Language::Fr => format!("le script dépasse {MAX_SCRIPT} octets, et reste tel quel"),
    };
    match errors.next() {
        Some(error) => format!("{}\n{file}: {alone}", check::concise(error, file, &Source::new(Kind::Script, script.text()), language)),
        None => format!("{file}: {too_long}"),
    }
}
