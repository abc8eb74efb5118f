//! The WASM module of the page: compiled, given its JavaScript by wasm-bindgen's library, made small by wasm-opt.

use crate::tools::{self, Result, root};
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

/// The memory that one instance may ever take. Hostile input then ends in a trap, which the worker survives, not in a dead tab.
const MAX_MEMORY: u32 = 256 << 20;

/// What rustc's modules use. Named one by one: with all features wasm-opt emits instructions that browsers refuse.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What wasm-opt does: 3 kB less after brotli than `-O3` alone, and not slower. In this order:
const PASSES: [&str; 12] = [
    // Nothing is kept below address 1024: memory begins with the stack, which grows down and would trap there. So additions of small
    // constants may move into loads and stores.
    "--low-memory-unused",
    // rustc's control flow, untangled and made anew, then optimised twice.
    "--flatten",
    "--rereloop",
    "-O3",
    "-O3",
    // Nothing is inlined that LLVM left apart: three limits on the size of what is.
    "--one-caller-inline-max-function-size=0",
    "--always-inline-max-function-size=0",
    "--flexible-inline-max-function-size=0",
    // Hints that engines ignore.
    "--dealign",
    // Sections that a browser has no use for.
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
];

/// The modules that are built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Module {
    /// Everything: the studio's.
    Studio,
    /// Check and run, for a webmail that wants no more.
    Sieve,
    /// Rspamd's scores: loaded when its page is opened.
    Rspamd,
    /// What an editor asks at a place: the page loads it at the first such question.
    Editor,
}

impl Module {
    pub(crate) const ALL: [Self; 4] = [Self::Sieve, Self::Editor, Self::Rspamd, Self::Studio];

    /// How it is called on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Studio => "studio",
            Self::Sieve => "sieve",
            Self::Editor => "editor",
            Self::Rspamd => "rspamd",
        }
    }

    /// Where the module and its JavaScript go; the page imports its own from there.
    pub(crate) fn folder(self) -> PathBuf {
        root().join(match self {
            Self::Studio => "web/src/generated",
            Self::Sieve => "web/generated-sieve",
            Self::Rspamd => "web/src/generated-rspamd",
            Self::Editor => "web/src/generated-edit",
        })
    }

    /// How it is compiled: the studio's for speed, since it answers every keystroke; the others for their size.
    const fn opt_level(self) -> &'static str {
        match self {
            Self::Studio => "3",
            Self::Sieve | Self::Editor | Self::Rspamd => "z",
        }
    }

    /// What its files are called.
    const fn file(self) -> &'static str {
        match self {
            Self::Studio | Self::Sieve | Self::Editor => "tamis",
            Self::Rspamd => "rspamd",
        }
    }

    const fn features(self) -> &'static [&'static str] {
        match self {
            Self::Studio => &[],
            Self::Sieve => &["--no-default-features"],
            Self::Rspamd => &["--no-default-features", "--features", "rspamd"],
            Self::Editor => &["--no-default-features", "--features", "full,edit"],
        }
    }
}

/// The modules of these names; without any, those of the page.
pub(crate) fn named(names: &[String]) -> Result<Vec<Module>> {
    if names.is_empty() {
        return Ok(vec![Module::Studio, Module::Editor, Module::Rspamd]);
    }
    let known = |name: &String| Module::ALL.into_iter().find(|module| module.name() == name);
    names.iter().map(|name| known(name).ok_or_else(|| format!("no such module: {name}"))).collect()
}

/// Builds a module into its folder. wasm-opt comes from npm: `web::prepare` must have run.
pub(crate) fn build(module: Module) -> Result {
    let memory = format!("link-arg=--max-memory={MAX_MEMORY}");
    let target = "wasm32-unknown-unknown";
    let mut cargo = tools::cargo(&["rustc"]);
    cargo.env("CARGO_PROFILE_WASM_OPT_LEVEL", module.opt_level());
    tools::run(cargo.args(module.features()).args([
        "--locked",
        "--package",
        "tamis-wasm",
        "--lib",
        "--crate-type",
        "cdylib",
        "--profile",
        "wasm",
        "--target",
        target,
        "--",
        "-C",
        &memory,
    ]))?;
    let compiled = tools::target_folder().join(target).join("wasm/tamis_wasm.wasm");
    let into = module.folder();
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).out_name(module.file()).typescript(true).remove_name_section(true).remove_producers_section(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(&into)).map_err(|error| format!("wasm-bindgen: {error:#}"))?;

    let file = into.join(format!("{}_bg.wasm", module.file()));
    let optimiser = root().join("web/node_modules/binaryen/bin/wasm-opt");
    tools::run(tools::program("node", &[]).arg(optimiser).args(FEATURES).args(PASSES).arg(&file).arg("-o").arg(&file))
}
