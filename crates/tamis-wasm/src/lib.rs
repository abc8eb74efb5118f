//! tamis in a browser: JSON and bytes in, JSON out. Only glue belongs here; the answers are made by `tamis-wire`.
//!
//! A trap (stack, memory) poisons the instance; the page's worker then throws it away and starts another.

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Checks a script: one JSON request in, one JSON response out, as `tamis check --format json` prints it.
#[cfg(not(any(feature = "edit", feature = "rspamd")))]
#[wasm_bindgen]
#[must_use]
pub fn check(request: &str) -> String {
    tamis_wire::check_json(request)
}

/// A script that is asked about again and again while it is written: an answer takes as long as what was changed, not as all of it.
#[cfg(all(feature = "full", not(any(feature = "edit", feature = "rspamd"))))]
#[wasm_bindgen]
#[derive(Default)]
pub struct Draft(tamis_wire::Draft);

#[cfg(all(feature = "full", not(any(feature = "edit", feature = "rspamd"))))]
#[wasm_bindgen]
impl Draft {
    /// One of which nothing is known.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Checks `script`, UTF-8, which stands beside the request. Answers as `check`.
    pub fn check(&mut self, request: &str, script: &[u8]) -> String {
        self.0.check_json(request, &String::from_utf8_lossy(script))
    }

    /// Runs the script that was checked last on a message. Answers as `run`.
    pub fn run(&mut self, request: &str, message: &[u8]) -> String {
        self.0.run_json(request, message)
    }
}

/// Runs a script on a message, as `tamis run --format json` prints it.
#[cfg(not(any(feature = "edit", feature = "rspamd")))]
#[wasm_bindgen]
#[must_use]
pub fn run(request: &str, message: &[u8]) -> String {
    tamis_wire::run_json(request, message)
}

/// Runs the request's saved tests, as `tamis test` does.
#[cfg(all(feature = "full", not(any(feature = "edit", feature = "rspamd"))))]
#[wasm_bindgen]
#[must_use]
pub fn test(request: &str) -> String {
    tamis_wire::test_json(request)
}

/// The request's saved tests as a file for the command line.
#[cfg(all(feature = "full", not(any(feature = "edit", feature = "rspamd"))))]
#[wasm_bindgen]
#[must_use]
pub fn tests_file(request: &str) -> String {
    tamis_wire::tests_toml_json(request)
}

/// The script's tokens for highlighting: start, end (UTF-16 units) and class, three numbers each, in the order of the text.
#[cfg(all(feature = "full", not(any(feature = "edit", feature = "rspamd"))))]
#[wasm_bindgen]
#[must_use]
pub fn tokens(script: &str) -> Vec<u32> {
    tamis_wire::tokens(script)
}

/// The version of tamis, and the servers it knows, as JSON; their titles in the language of this tag (`fr`, `en-GB`).
#[cfg(not(any(feature = "edit", feature = "rspamd")))]
#[wasm_bindgen]
#[must_use]
pub fn version(lang: &str) -> String {
    tamis_wire::about_json(tamis::diagnostic::Language::from_tag(lang))
}

/// A configuration of Rspamd, and recorded verdicts that are counted under it. Failures come as `{"error":"…"}`.
#[cfg(feature = "rspamd")]
#[wasm_bindgen]
pub struct Scores(tamis_wire::Scores);

#[cfg(feature = "rspamd")]
#[wasm_bindgen]
impl Scores {
    /// Reads a configuration: its files as JSON.
    ///
    /// # Errors
    /// What is wrong, as text.
    #[wasm_bindgen(constructor)]
    pub fn new(request: &str) -> Result<Scores, String> {
        tamis_wire::Scores::new(request).map(Scores)
    }

    /// What the configuration has, as JSON.
    #[must_use]
    pub fn about(&self, lang: &str) -> String {
        self.0.about(lang)
    }

    /// Takes a recorded verdict; says how many there are.
    ///
    /// # Errors
    /// What is wrong, as text.
    pub fn open(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.0.open(bytes)
    }

    /// The account of the verdict under changes, as JSON.
    #[must_use]
    pub fn explain(&self, request: &str) -> String {
        self.0.explain(request)
    }

    /// The changes as text to deploy, as JSON.
    #[must_use]
    pub fn deploy(&self, request: &str) -> String {
        self.0.deploy(request)
    }

    /// Takes many verdicts; says how many.
    ///
    /// # Errors
    /// What is wrong, as text.
    pub fn corpus(&mut self, bytes: &[u8]) -> Result<usize, String> {
        self.0.corpus(bytes)
    }

    /// What changes do to the many, as JSON.
    #[must_use]
    pub fn recount(&mut self, request: &str) -> String {
        self.0.recount(request)
    }
}

/// What can be written at the request's `offset`, as JSON, the best first.
#[cfg(feature = "edit")]
#[wasm_bindgen]
#[must_use]
pub fn complete(request: &str) -> String {
    tamis_wire::complete_json(request)
}

/// What is known of the thing at the request's `offset`, as JSON.
#[cfg(feature = "edit")]
#[wasm_bindgen]
#[must_use]
pub fn hover(request: &str) -> String {
    tamis_wire::hover_json(request)
}

/// How the call around the request's `offset` is written, and which argument that is in, as JSON.
#[cfg(feature = "edit")]
#[wasm_bindgen]
#[must_use]
pub fn signature(request: &str) -> String {
    tamis_wire::signature_json(request)
}
