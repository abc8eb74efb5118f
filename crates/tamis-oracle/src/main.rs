//! Runs a campaign and prints what it found. `cargo xtask campaign` builds it for speed and passes its words on.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use tamis_oracle::Profile;
use tamis_oracle::campaign::{Kind, campaign};
use tamis_oracle::rspamd::rules::Found;
use tamis_oracle::rspamd::{Compared, Rspamd};

const USAGE: &str = "\
Usage: campaign KIND [--cases N] [--seed N] [--jobs N] [--server pigeonhole-0.5|pigeonhole-0.5-full|mailcow-global]

  sieve        scripts on messages, against sieve-filter
  deliveries   the same with mailboxes, flags and whole mails, against sieve-test -e
  chains       several scripts one after another, against sieve-test -e -s
  mailcow      three messages to a user with mailcow's five scripts, against a private Dovecot that delivers them
  verdicts     scripts accepted or refused, against sievec
  uploads      the same for a user's upload to mailcow, against CHECKSCRIPT
  reach        scripts searched for a message to every branch; --messages N against what is out of reach,
               one case is shown
  rspamd       symbols under configurations of scores, against a private rspamd; --sets N for each configuration
  rspamd-records  what a private rspamd leaves behind (JSON, header fields, log), read and counted again; --sets N for each configuration
  rspamd-milter  header fields that milter_headers adds and removes, against a private rspamd; --sets N for each configuration
  rspamd-layers  local files over the installed configuration, against rspamadm configdump
  rspamd-ucl   documents in UCL, against libucl in rspamadm
  rspamd-rules --mail DIR [--messages N] [--seed N]   stock rules and multimaps on messages, against a private rspamd
  rspamd-libucl --path DIR   libucl's own basic cases, in a checkout of its source

--pairs and --scripts are other names of --cases.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.first().is_some_and(|kind| kind == "reach") {
        return match reach(&words) {
            Ok(found) => {
                println!("{found}");
                ExitCode::from(u8::from(!found.wrong.is_empty()))
            }
            Err(why) => {
                eprintln!("campaign: {why}");
                ExitCode::from(2)
            }
        };
    }
    if words.first().is_some_and(|kind| kind == "rspamd-rules") {
        return match rules(&words) {
            Ok(found) => {
                println!("{found}");
                let is_good = found.precision() >= 0.995 && found.recall() >= 0.995 && found.other_scores() == 0;
                ExitCode::from(u8::from(!is_good))
            }
            Err(why) => {
                eprintln!("campaign: {why}");
                ExitCode::from(2)
            }
        };
    }
    if words.first().is_some_and(|kind| kind.starts_with("rspamd")) {
        return match rspamd(&words) {
            Ok(compared) => {
                println!("{compared}");
                ExitCode::from(u8::from(!compared.different.is_empty()))
            }
            Err(why) => {
                eprintln!("campaign: {why}");
                ExitCode::from(2)
            }
        };
    }
    let answer = parse(std::env::args().skip(1)).and_then(|(kind, cases, seed, jobs)| {
        let bar = |done: usize| {
            if std::io::stderr().is_terminal() {
                eprint!("\r{done}/{cases}");
                let _ = std::io::stderr().flush();
            }
        };
        campaign(kind, cases, seed, jobs, &bar).map_err(|error| error.to_string())
    });
    match answer {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::from(u8::from(summary.disagreed() > 0))
        }
        Err(why) => {
            eprintln!("campaign: {why}");
            ExitCode::from(2)
        }
    }
}

/// Witnesses, against messages.
fn reach(words: &[String]) -> Result<tamis_oracle::reach::Found, String> {
    let (mut cases, mut seed, mut jobs, mut messages, mut profile) = (1000usize, 1u64, 2usize, 20usize, Profile::Pigeonhole05);
    for pair in words.get(1..).unwrap_or(&[]).chunks(2) {
        match pair {
            [word, value] if word == "--cases" => cases = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--seed" => seed = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--jobs" => jobs = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--messages" => messages = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--server" => {
                profile = match value.as_str() {
                    "pigeonhole-0.5" => Profile::Pigeonhole05,
                    "pigeonhole-0.5-full" => Profile::Full,
                    "mailcow-global" => Profile::MailcowGlobal,
                    _ => return Err(USAGE.to_owned()),
                };
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    if cases == 1 {
        println!("{}", tamis_oracle::reach::generated(&profile.dialect(), seed));
    }
    let bar = |done: usize| {
        if std::io::stderr().is_terminal() {
            eprint!("\r{done}/{cases}");
            let _ = std::io::stderr().flush();
        }
    };
    Ok(tamis_oracle::reach::campaign(&profile.dialect(), cases, seed, jobs.max(1), messages, &bar))
}

/// Rules on messages.
fn rules(words: &[String]) -> Result<Found, String> {
    let (mut folders, mut messages, mut seed) = (Vec::new(), 2000usize, 1u64);
    for pair in words.get(1..).unwrap_or(&[]).chunks(2) {
        match pair {
            [word, value] if word == "--mail" => folders.push(PathBuf::from(value)),
            [word, value] if word == "--messages" => messages = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--seed" => seed = value.parse().map_err(|_| USAGE)?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    if folders.is_empty() {
        return Err(format!("--mail names no folder\n\n{USAGE}"));
    }
    let rspamd = Rspamd::find().map_err(|missing| missing.to_string())?;
    tamis_oracle::rspamd::rules::compare(&rspamd, &folders, messages, seed).map_err(|error| error.to_string())
}

/// A campaign against Rspamd.
fn rspamd(words: &[String]) -> Result<Compared, String> {
    let (mut cases, mut seed, mut sets) = (1000usize, 1u64, 10usize);
    if let [kind, word, path] = words
        && (kind == "rspamd-libucl", word.as_str()) == (true, "--path")
    {
        return tamis_oracle::rspamd::libucl::compare(std::path::Path::new(path)).map_err(|error| format!("{path}: {error}"));
    }
    for pair in words.get(1..).unwrap_or(&[]).chunks(2) {
        match pair {
            [word, value] if word == "--cases" => cases = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--sets" => sets = value.parse().map_err(|_| USAGE)?,
            [word, value] if word == "--seed" => seed = value.parse().map_err(|_| USAGE)?,
            _ => return Err(USAGE.to_owned()),
        }
    }
    let rspamd = Rspamd::find().map_err(|missing| missing.to_string())?;
    if words.first().is_some_and(|kind| kind == "rspamd-records") {
        let told = tamis_oracle::rspamd::records::compare(&rspamd, cases, sets, seed).map_err(|error| error.to_string())?;
        print!("{told}");
        return Ok(told.compared);
    }
    let compared = match words.first().map_or("", String::as_str) {
        "rspamd" => tamis_oracle::rspamd::scans::compare(&rspamd, cases, sets, seed),
        "rspamd-milter" => tamis_oracle::rspamd::milter::compare(&rspamd, cases, sets, seed),
        "rspamd-layers" => tamis_oracle::rspamd::layers::compare(&rspamd, cases, seed),
        "rspamd-ucl" => tamis_oracle::rspamd::ucl::compare(&rspamd, cases, seed),
        _ => return Err(USAGE.to_owned()),
    };
    compared.map_err(|error| error.to_string())
}

/// Kind, cases, seed, jobs.
fn parse(mut words: impl Iterator<Item = String>) -> Result<(Kind, usize, u64, usize), String> {
    let kind = words.next().ok_or(USAGE)?;
    let (mut cases, mut seed, mut jobs, mut profile) = (1000usize, 1u64, 2usize, Profile::Pigeonhole05);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value\n\n{USAGE}"))?;
        let number = || value.parse::<usize>().map_err(|_| format!("{word} takes a number, not `{value}`"));
        match word.as_str() {
            "--cases" | "--pairs" | "--scripts" => cases = number()?,
            "--seed" => seed = number()? as u64,
            "--jobs" => jobs = number()?.max(1),
            "--server" => {
                profile = match value.as_str() {
                    "pigeonhole-0.5" => Profile::Pigeonhole05,
                    "pigeonhole-0.5-full" => Profile::Full,
                    "mailcow-global" => Profile::MailcowGlobal,
                    _ => return Err(format!("no real program here stands for `{value}`\n\n{USAGE}")),
                };
            }
            _ => return Err(format!("what is {word}?\n\n{USAGE}")),
        }
    }
    let kind = match kind.as_str() {
        "sieve" => Kind::Pairs(profile),
        "deliveries" => Kind::Deliveries(profile),
        "chains" => Kind::Chains(profile),
        "verdicts" => Kind::Verdicts(profile),
        "uploads" => Kind::Uploads,
        "mailcow" => Kind::Mailcow,
        _ => return Err(USAGE.to_owned()),
    };
    Ok((kind, cases, seed, jobs))
}
