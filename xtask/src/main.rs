//! `cargo xtask`: all set-up and orchestration. One module for each command, and one for each thing that commands share.
// The walls of clippy.toml are for the core: this program reads files and starts others.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

mod oracles;
mod serve;
mod studio;
mod svtest;
mod test;
mod tools;
mod wasm;
mod web;

use lexopt::prelude::{Long, Short, Value};
use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  studio [--port N] [--no-open]   build the studio and serve it on 127.0.0.1 (default: the first free port from 7770)
  test [STEP]...                  every check of this repository, or only the steps whose name contains a STEP
  campaign KIND [--pairs N]...    ask the real programs about N generated cases; without KIND it says which there are
  svtest PATH [--server NAME]     Pigeonhole's own tests, in the folder `tests` of a checkout of its source; with --exec the
                                  programs are run that come with them
  bench                           the ratios of benches/README.md, measured in one run
  fuzz TARGET [SECONDS]           cargo-fuzz on one target (needs cargo-fuzz)
  wasm [NAME]...                  only the page's WASM modules and their JavaScript, or those that are named: studio, editor, rspamd, sieve

Nothing is written outside this folder but temporary files.
";

fn main() -> ExitCode {
    match command() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::from(2)
        }
    }
}

/// Reads the command line and does what it says; false when the work itself found something wrong.
fn command() -> tools::Result<bool> {
    // A campaign reads its own words.
    let mut words = std::env::args().skip(1);
    if words.next().as_deref() == Some("campaign") {
        return campaign(&words.collect::<Vec<_>>());
    }
    let mut arguments = lexopt::Parser::from_env();
    let words = |error: lexopt::Error| error.to_string();
    let (mut command, mut rest, mut port, mut open, mut server, mut exec) = (None, Vec::new(), None, true, None, false);
    while let Some(argument) = arguments.next().map_err(words)? {
        match argument {
            Value(word) if command.is_none() => command = Some(word.to_string_lossy().into_owned()),
            Value(word) => rest.push(word.to_string_lossy().into_owned()),
            Long("port") => port = Some(arguments.value().and_then(|text| lexopt::ValueExt::parse::<u16>(&text)).map_err(words)?),
            Long("no-open") => open = false,
            Long("server") => server = Some(arguments.value().map_err(words)?.to_string_lossy().into_owned()),
            Long("exec") => exec = true,
            Long("help") | Short('h') => {
                print!("{USAGE}");
                return Ok(true);
            }
            other => return Err(words(other.unexpected())),
        }
    }
    match command.as_deref() {
        Some("studio") if rest.is_empty() => studio::studio(port, open).map(|()| true),
        Some("test") => test::test(&rest),
        Some("svtest") if rest.len() == 1 => svtest::svtest(rest.first().map_or("", String::as_str), server.as_deref(), exec),
        Some("bench") if rest.is_empty() => {
            tools::run(
                tools::cargo(&["run", "--release", "--locked", "--manifest-path"])
                    .arg(tools::root().join("benches/Cargo.toml"))
                    .args(["--bin", "ratios"]),
            )?;
            Ok(true)
        }
        Some("fuzz") if matches!(rest.len(), 1 | 2) => {
            let seconds = rest.get(1).map_or("60", String::as_str);
            let limit = format!("-max_total_time={seconds}");
            let target = rest.first().map_or("", String::as_str);
            let mut fuzz = tools::cargo(&["fuzz", "run", "-s", "none", target, "--", limit.as_str(), "-max_len=8192", "-timeout=20"]);
            tools::run(fuzz.current_dir(tools::root().join("fuzz")))?;
            Ok(true)
        }
        Some("wasm") => {
            web::prepare()?;
            wasm::named(&rest)?.into_iter().try_for_each(wasm::build).map(|()| true)
        }
        _ => Err(format!("what should I do?\n\n{USAGE}")),
    }
}

/// Builds the campaigns for speed and runs one; false if the real program disagrees.
fn campaign(words: &[String]) -> tools::Result<bool> {
    let mut command = tools::cargo(&["run", "--release", "--quiet", "--locked", "--package", "tamis-oracle", "--"]);
    let status = command.args(words).status().map_err(|error| format!("cargo: {error}"))?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err("the campaign could not run".to_owned()),
    }
}
