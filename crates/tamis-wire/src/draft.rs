//! A script that is asked about again and again while it is written.

use crate::Request;
use crate::check::told;
use crate::run::{RunResponse, answer};

/// Answers as `check_json` and `run_json` do, in a time that depends on what was written since, not on all of it. The text stands beside the
/// request: to put it into JSON and to take it out again would take longer.
pub struct Draft(
    // Behind a pointer to what is made here: the code that frees a program is long, and would stand in the WASM a second time.
    Box<dyn Answers>,
);

trait Answers {
    fn check(&mut self, request: &str, text: &str) -> Result<String, String>;
    fn run(&mut self, request: &str, message: &[u8]) -> Result<String, String>;
}

impl Answers for tamis::sieve::Draft {
    fn check(&mut self, request: &str, text: &str) -> Result<String, String> {
        let request = Request::parse(request)?;
        let dialect = request.dialect()?;
        let (checked, script) = self.check(text, &request.scripts, &dialect, &request.options());
        Ok(told(&request, &dialect, script, checked))
    }

    fn run(&mut self, request: &str, message: &[u8]) -> Result<String, String> {
        let request = Request::parse(request)?;
        let dialect = request.dialect()?;
        let text = self.text().to_owned();
        let compiled = self.compile(&text, &request.scripts, &dialect);
        answer(&request, &dialect, compiled.script, message, |simulation| {
            RunResponse::new(compiled.verdict, compiled.diagnostics.to_vec(), compiled.wanted.to_vec()).with(compiled.program, simulation)
        })
    }
}

impl Default for Draft {
    fn default() -> Self {
        Self(Box::new(tamis::sieve::Draft::default()))
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Draft").finish_non_exhaustive()
    }
}

impl Draft {
    /// Checks `text`, which stands for the request's script.
    pub fn check_json(&mut self, request: &str, text: &str) -> String {
        self.0.check(request, text).unwrap_or_else(|failed| failed)
    }

    /// Runs the text that was checked last on a message; it stands for the request's script.
    pub fn run_json(&mut self, request: &str, message: &[u8]) -> String {
        self.0.run(request, message).unwrap_or_else(|failed| failed)
    }
}
