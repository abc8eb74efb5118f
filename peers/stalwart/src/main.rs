//! Answers one request of tamis with sieve-rs: JSON on standard input, the JSON of `tamis check` or `tamis run` on standard output. What
//! sieve-rs cannot know is left out; README.md says what that is.

mod answer;
mod request;
mod run;

use std::io::Read;

fn main() {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string());
    let answer = read.and_then(|_| request::Request::parse(&text)).map(|request| match &request.message {
        Some(message) => run::run(&request, message),
        None => answer::check(&request),
    });
    let answer = answer.unwrap_or_else(|error| serde_json::json!({"version": answer::VERSION, "error": error}));
    println!("{answer}");
}
