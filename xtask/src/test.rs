//! `cargo xtask test`: every check of this repository, one after the other, and a summary.

use crate::serve::Site;
use crate::tools::{self, Result, root};
use crate::{oracles, wasm, web};
use std::time::Instant;

/// cargo-deny's version: installed below .tools, once.
const DENY: &str = "0.20.2";

/// The stack of every thread of the tests' second run: musl's default, the smallest that a host may give us.
const SMALL_STACK: &str = "131072";

/// That of rules on messages: they call an interpreter of Lua and parsers of patterns that are not ours, which recurse.
const RULES_STACK: &str = "524288";

/// The crates of such rules.
const RULES: [&str; 2] = ["tamis-lua", "tamis-rules"];

/// How a step ended; a failure is an error.
enum Outcome {
    Passed,
    /// Not done, and why.
    Skipped(String),
}

/// A step: its name on the command line, what its header says, and what it does.
struct Step {
    name: &'static str,
    title: &'static str,
    work: fn() -> Result<Outcome>,
}

/// In this order: what is quick or what the next step needs comes first.
const STEPS: &[Step] = &[
    Step { name: "programs", title: "programs from outside", work: programs },
    Step { name: "format", title: "formatting (cargo fmt)", work: format },
    Step { name: "clippy", title: "lints (cargo clippy)", work: clippy },
    Step { name: "peers", title: "programs that tamis is held against (peers/)", work: peers },
    Step { name: "rust", title: "Rust tests", work: rust },
    Step { name: "stack", title: "Rust tests again, in threads with a stack of 128 KiB", work: stack },
    Step { name: "doc", title: "documentation without warnings (cargo doc)", work: doc },
    Step { name: "deny", title: "licences, sources and banned crates (cargo deny)", work: deny },
    Step { name: "npm", title: "Node and npm packages", work: npm },
    Step { name: "wasm", title: "WASM modules", work: build_wasm },
    Step { name: "types", title: "TypeScript types (tsc)", work: types },
    Step { name: "unit", title: "unit tests of the page (vitest)", work: unit },
    Step { name: "editors", title: "VS Code extension (node --test)", work: editors },
    Step { name: "page", title: "page (vite)", work: page },
    Step { name: "sizes", title: "sizes of the WASM and of the page", work: sizes },
    Step { name: "browser", title: "browser test (Chromium)", work: browser },
    Step { name: "benches", title: "benchmarks build", work: benches },
    Step { name: "fuzz", title: "fuzz targets on their seeds", work: fuzz },
];

/// Runs the steps whose name contains one of `chosen`, or all; true if none failed.
pub(crate) fn test(chosen: &[String]) -> Result<bool> {
    let steps: Vec<&Step> =
        STEPS.iter().filter(|step| chosen.is_empty() || chosen.iter().any(|part| step.name.contains(part.as_str()))).collect();
    if steps.is_empty() {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(format!("no such step; there are: {}", names.join(", ")));
    }
    let (mut passed, mut failed, mut skipped) = (0, Vec::new(), Vec::new());
    for (number, step) in steps.iter().enumerate() {
        println!("\n=== {}/{} {}: {}", number + 1, steps.len(), step.name, step.title);
        let start = Instant::now();
        match (step.work)() {
            Ok(Outcome::Passed) => {
                passed += 1;
                println!("--- {} passed ({:.0?})", step.name, start.elapsed());
            }
            Ok(Outcome::Skipped(why)) => {
                println!("--- {} skipped: {why}", step.name);
                skipped.push(format!("{}: {why}", step.name));
            }
            Err(why) => {
                println!("--- {} FAILED: {why}", step.name);
                failed.push(format!("{}: {why}", step.name));
            }
        }
    }
    println!();
    skipped.iter().for_each(|line| println!("skipped  {line}"));
    failed.iter().for_each(|line| println!("FAILED   {line}"));
    println!("{passed} steps passed, {} failed, {} skipped", failed.len(), skipped.len());
    Ok(failed.is_empty())
}

fn programs() -> Result<Outcome> {
    let missing = oracles::missing();
    missing.iter().for_each(|line| println!("{line}"));
    if missing.is_empty() {
        return Ok(Outcome::Passed);
    }
    let why = missing.join("\n         ");
    if oracles::required() { Err(why) } else { Ok(Outcome::Skipped(why)) }
}

fn format() -> Result<Outcome> {
    cargo(&["fmt", "--all", "--check"])
}

fn clippy() -> Result<Outcome> {
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])
}

/// Built before the Rust tests, which ask it; its own tests are few.
fn peers() -> Result<Outcome> {
    separate("peers/stalwart", &["build"])?;
    separate("peers/stalwart", &["test"])
}

fn rust() -> Result<Outcome> {
    cargo(&["test", "--workspace", "--locked", "--no-fail-fast"])
}

/// The same binaries, started by `env`: the variable must not reach rustc, which reads it too.
fn stack() -> Result<Outcome> {
    if cfg!(windows) {
        return Ok(Outcome::Skipped("needs the program `env`".to_owned()));
    }
    let run = |stack: &str, packages: &[&str]| {
        let runner = format!(r#"target."cfg(all())".runner = ["env", "RUST_MIN_STACK={stack}"]"#);
        let all = ["--config", &runner, "test", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"];
        cargo(&[&all[..], packages].concat())
    };
    let others: Vec<&str> = RULES.iter().flat_map(|name| ["--exclude", name]).collect();
    let rules: Vec<&str> = RULES.iter().flat_map(|name| ["--package", name]).collect();
    run(SMALL_STACK, &[&["--workspace"], &others[..]].concat())?;
    run(RULES_STACK, &rules)
}

fn doc() -> Result<Outcome> {
    let mut command = tools::cargo(&["doc", "--workspace", "--no-deps", "--locked"]);
    tools::run(command.env("RUSTDOCFLAGS", "-D warnings")).map(|()| Outcome::Passed)
}

/// The whole tree by deny.toml; then the core and the WASM each by the stricter list of what may never get into them.
fn deny() -> Result<Outcome> {
    let folder = root().join(".tools");
    let program = folder.join("bin").join(format!("cargo-deny{}", std::env::consts::EXE_SUFFIX));
    let installed = tools::program(&program, &["--version"]).output();
    if !installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(DENY)) {
        println!("installing cargo-deny {DENY} into .tools (some minutes, once)");
        let mut install = tools::cargo(&["install", "cargo-deny", "--version", DENY, "--locked", "--force", "--root"]);
        tools::run(install.arg(&folder).env("CARGO_TARGET_DIR", folder.join("target")))?;
        // The intermediate files are many times the program's size, and of no more use.
        let _ = std::fs::remove_dir_all(folder.join("target"));
    }
    let check = |arguments: &[&str], what: &[&str]| {
        tools::run(tools::program(&program, &["--locked", "--log-level", "warn"]).args(arguments).arg("check").args(what))
    };
    check(&["--workspace"], &["licenses", "sources", "bans"])?;
    for name in ["tamis", "tamis-wasm"] {
        let manifest = format!("crates/{name}/Cargo.toml");
        let config = format!("xtask/deny/{name}.toml");
        check(&["--manifest-path", &manifest, "--config", &config, "--exclude-dev"], &["bans"])?;
    }
    Ok(Outcome::Passed)
}

fn npm() -> Result<Outcome> {
    web::prepare().map(|()| Outcome::Passed)
}

fn build_wasm() -> Result<Outcome> {
    wasm::Module::ALL.into_iter().try_for_each(wasm::build).map(|()| Outcome::Passed)
}

fn types() -> Result<Outcome> {
    script("types")
}

/// The page's own tests, and one that compares the WASM with what a native program answers.
fn unit() -> Result<Outcome> {
    tools::run(&mut tools::cargo(&["build", "--locked", "--quiet", "--package", "tamis-oracle", "--example", "answers"]))?;
    let answers = tools::target_folder().join("debug/examples").join(format!("answers{}", std::env::consts::EXE_SUFFIX));
    tools::run(web::npm(&["run", "--silent", "test"]).env("TAMIS_ANSWERS", answers)).map(|()| Outcome::Passed)
}

/// What of the extension can be tested without an editor.
fn editors() -> Result<Outcome> {
    tools::run(&mut tools::program("node", &["--test", "editors/vscode/extension.test.js"])).map(|()| Outcome::Passed)
}

fn page() -> Result<Outcome> {
    web::build().map(|()| Outcome::Passed)
}

fn sizes() -> Result<Outcome> {
    script("sizes")
}

/// Serves the page as `cargo xtask studio` does, with its policy, and drives a browser through it.
fn browser() -> Result<Outcome> {
    let Some(browser) = oracles::browser() else {
        let why = "no browser; install one with: apt-get install chromium";
        return if oracles::required() { Err(why.to_owned()) } else { Ok(Outcome::Skipped(why.to_owned())) };
    };
    let site = Site::open(&root().join("web/dist"), Some(0))?;
    let url = site.url();
    std::thread::spawn(move || site.serve());
    tools::run(tools::program("node", &["web/test/browser.mjs", &url]).arg(browser)).map(|()| Outcome::Passed)
}

fn benches() -> Result<Outcome> {
    separate("benches", &["bench", "--no-run"])
}

fn fuzz() -> Result<Outcome> {
    // The package at its root has nothing but what libFuzzer starts.
    separate("fuzz", &["test", "--package", "tamis-fuzz-targets"])
}

/// A cargo command in a workspace of its own.
fn separate(folder: &str, arguments: &[&str]) -> Result<Outcome> {
    let manifest = root().join(folder).join("Cargo.toml");
    if !manifest.is_file() {
        return Ok(Outcome::Skipped(format!("{folder}/ is not there yet")));
    }
    tools::run(tools::cargo(arguments).args(["--locked", "--manifest-path"]).arg(manifest)).map(|()| Outcome::Passed)
}

fn cargo(arguments: &[&str]) -> Result<Outcome> {
    tools::run(&mut tools::cargo(arguments)).map(|()| Outcome::Passed)
}

/// A script of web/package.json.
fn script(name: &str) -> Result<Outcome> {
    tools::run(&mut web::npm(&["run", "--silent", name])).map(|()| Outcome::Passed)
}
