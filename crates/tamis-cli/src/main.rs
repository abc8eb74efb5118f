//! `tamis`: check and simulate mail filters from a terminal. Only reading, drawing and exit statuses belong here.
#![forbid(unsafe_code)]

mod chain;
mod check;
mod common;
mod config;
mod corpus;
mod coverage;
mod deliver;
mod delivery;
mod diff;
mod draw;
mod engine;
mod evaluate;
mod exec;
mod explain;
mod explain_score;
mod files;
mod fmt;
mod lsp;
mod out;
mod pages;
mod reach;
mod report;
mod run;
mod save;
mod scan;
mod spec;
mod tables;
mod test;
mod vet;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use out::Trouble;

/// Check and simulate mail filters, as the real servers do.
#[derive(Parser)]
#[command(name = "tamis", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what is wrong with Sieve scripts, as the chosen server would.
    Check(check::CheckArgs),
    /// Say which messages two scripts, two configurations of Rspamd or two servers treat differently: behaviour, not text.
    Diff(Box<diff::DiffArgs>),
    /// Take messages the whole way through a server: Rspamd's verdict, header fields that come and go, every script in order.
    Deliver(deliver::DeliverArgs),
    /// Say what a finding means and what to do about it, or name all findings.
    Explain(explain::ExplainArgs),
    /// Say why a message has the score that it has: an account that adds up, symbol by symbol.
    ExplainScore(explain_score::ExplainScoreArgs),
    /// Lay out scripts: blocks indented, one command per line, comments kept where they are.
    Fmt(fmt::FmtArgs),
    /// Serve an editor: the language server, over standard input and output.
    Lsp(lsp::LspArgs),
    /// Find a message for every branch of a script, or say why there is none.
    Reach(reach::ReachArgs),
    /// Run a script on messages and show what would happen, and why.
    Run(run::RunArgs),
    /// Count what an Rspamd configuration makes of messages, of symbols or of a recorded verdict, say why, and what other scores would change.
    Scan(scan::ScanArgs),
    /// Say what the language has: every extension and every server, or one command, test, tag or extension.
    Spec(spec::SpecArgs),
    /// Run test files in the language of Pigeonhole's own test suite.
    Test(test::TestArgs),
    /// Decide whether users' scripts may be used: the server's verdict and the rules of a policy.
    Vet(vet::VetArgs),
}

/// What a command came to. The numbers are a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Nothing to say.
    Clean,
    /// Findings, a script refused, a run failed.
    Findings,
    /// Bad usage, an unreadable file, an internal error.
    Trouble,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Trouble => 2,
        })
    }
}

fn main() -> ExitCode {
    let exit = match Cli::parse().command {
        Command::Check(args) => check::check(&args),
        Command::Deliver(args) => deliver::deliver(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::ExplainScore(args) => explain_score::explain_score(&args),
        Command::Fmt(args) => fmt::fmt(&args),
        Command::Lsp(args) => lsp::lsp(&args).map_err(Trouble::from),
        Command::Reach(args) => reach::reach_command(&args),
        Command::Run(args) => run::run(&args),
        Command::Scan(args) => scan::scan(&args),
        Command::Spec(args) => spec::spec(&args),
        Command::Test(args) => test::test(&args),
        Command::Vet(args) => vet::vet(&args),
    };
    exit.unwrap_or_else(|trouble| {
        trouble.tell();
        // Whoever reads has enough, as `head` has.
        if matches!(trouble, Trouble::Closed) { Exit::Clean } else { Exit::Trouble }
    })
    .into()
}
