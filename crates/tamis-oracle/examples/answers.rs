//! Asks native tamis about the whole corpus and prints what it answers, so that the WASM can be asked the same (web/test/native.test.ts).
//! One JSON object a line: `ask` (the WASM's function), `request`, for `run` the message's path below the corpus, and `answer`.
//
// The walls of clippy.toml are for the core: this program reads files and prints.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use serde_json::{Value, json};
use tamis::diagnostic::Language;
use tamis::sieve::dialect::servers;
use tamis::sieve::{Dialect, Script, Scripts, compile, reach};
use tamis_oracle::corpus;
use tamis_wire::{ReachScript, reach_difference_json};

/// Languages and units of positions, in turns: every script meets each on some server or message.
const FACES: [(&str, &str); 4] = [("en", "utf8"), ("fr", "utf16"), ("en", "utf16"), ("fr", "utf8")];

/// Conversions for charsets that the core asks for. What a face answers is the face's affair: here the bytes, spelt out.
fn charsets(answer: &str) -> Vec<Value> {
    let answer: Value = serde_json::from_str(answer).unwrap_or_default();
    let wanted = answer["wanted"].as_array().into_iter().flatten().filter(|wanted| wanted["kind"] == "charset");
    let convert = |(at, wanted): (usize, &Value)| {
        let text = if at % 3 == 2 { Value::Null } else { json!(format!("é {}", wanted["bytes"])) };
        json!({"kind": "charset", "charset": wanted["charset"], "bytes": wanted["bytes"], "text": text})
    };
    wanted.enumerate().map(convert).collect()
}

/// At how many places of a script an editor asks.
const PLACES: usize = 12;

struct Asker<W: Write> {
    out: W,
    messages: BTreeMap<String, Vec<u8>>,
}

impl<W: Write> Asker<W> {
    fn tell(&mut self, line: &Value) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    fn check(&mut self, request: &str) -> io::Result<()> {
        self.tell(&json!({"ask": "check", "request": request, "answer": tamis_wire::check_json(request)}))
    }

    /// What an editor asks, at places from the script's start to its end, on servers and in languages in turns.
    fn edit(&mut self, script: &str) -> io::Result<()> {
        for at in 0..=PLACES {
            let (lang, positions) = FACES[at % FACES.len()];
            let request = json!({
                "script": script, "offset": script.len() * at / PLACES, "server": servers()[at % servers().len()].name, "lang": lang,
                "positions": positions, "account": {"addresses": ["marie@example.org"], "mailboxes": ["INBOX", "Reçus \u{1f600}"]},
            });
            let request = request.to_string();
            self.tell(&json!({"ask": "complete", "request": request, "answer": tamis_wire::complete_json(&request)}))?;
            self.tell(&json!({"ask": "hover", "request": request, "answer": tamis_wire::hover_json(&request)}))?;
            self.tell(&json!({"ask": "signature", "request": request, "answer": tamis_wire::signature_json(&request)}))?;
        }
        Ok(())
    }

    /// Vets by a policy that has every rule. The browser does not vet: this is for the shape of the answer.
    fn vet(&mut self, script: &str) -> io::Result<()> {
        let request = json!({
            "version": 1, "script": script, "file": "a.sieve", "lang": "fr", "positions": "utf8",
            "policy": {
                "server": "pigeonhole-0.5", "settings": {"sieve_max_redirects": 3, "sieve_vacation_dont_check_recipient": true},
                "must_compile_on": ["mailcow"], "max_size": 1000, "max_lines": null, "forbid_regex": true, "forbid_body": true,
                "own_addresses": ["marie@example.org"],
                "extensions": {"allowed": null, "forbidden": ["variables"]},
                "actions": {"forbidden": ["discard"]},
                "redirect": {"max": 1, "only_copies": true, "forbid_self": true},
                "recipients": {"allowed_domains": ["example.org"], "forbidden_domains": ["*.example.net"], "forbid_computed": true},
                "vacation": {"min_days": 2},
                "fileinto": {"allowed": ["Archive"]},
            },
            "account": {"addresses": ["marie@example.com"], "mailboxes": null},
            "scripts": [{"store": "global", "name": "b", "text": null}],
        });
        let request = request.to_string();
        self.tell(&json!({"ask": "vet", "request": request, "answer": tamis_wire::vet_json(&request)}))
    }

    /// Searches a message for every branch, on the server where most scripts compile, and one that the script and a shorter one treat
    /// differently. The browser does not search: this is for the shape of the answers.
    fn reach(&mut self, script: &str, language: Language) -> io::Result<()> {
        let dialect = Dialect::default();
        let searched = |text: &str| {
            let script = Script::parse(text);
            let program = compile(&script, &Scripts::default(), &dialect).program?;
            Some(ReachScript::new("a.sieve", script, Scripts::default(), program))
        };
        let (Some(one), Some(other)) = (searched(script), searched("keep;")) else { return Ok(()) };
        // Few runs, so that some is left undecided too.
        let limits = reach::Limits { runs: 20, total: 400, message_bytes: 1 << 20, ..reach::Limits::default() };
        let answer = one.json(&reach::reach(&one.program, &limits), language);
        self.tell(&json!({"ask": "reach", "request": "{}", "answer": answer}))?;
        let found = reach::difference(&other.program, &one.program, &limits);
        let answer = reach_difference_json("b.sieve", "a.sieve", &found, language);
        self.tell(&json!({"ask": "reach_difference", "request": "{}", "answer": answer}))
    }

    /// Saves every case with an expectation that is seldom right, runs that, and writes it as a file.
    fn saved(&mut self, script: &str, file: &corpus::CaseFile, number: usize) -> io::Result<()> {
        let mut steps = Vec::new();
        for case in &file.case {
            let message = corpus::read(&case.message)?;
            let expect = json!({
                "stored": [{"mailbox": "INBOX", "flags": ["\\Seen", "é"]}, "Reçus"], "discarded": true, "rule": "x", "failure": "run/too-many-redirects",
                "sent": [{"kind": "redirect", "to": ["a@example.org"], "contains": ["Subject", "nowhere"]}],
            });
            let base64 = tamis_wire::to_base64(&message);
            steps.push(json!({"message_base64": base64, "from": case.from, "to": case.to, "now": case.now, "expect": expect}));
        }
        let account = json!({"addresses": file.account.addresses, "mailboxes": file.account.mailboxes});
        let one = steps.first().cloned().unwrap_or_default();
        let mut alone = json!({"name": "one", "account": account});
        for (name, value) in one.as_object().into_iter().flatten() {
            alone[name.as_str()] = value.clone();
        }
        let (lang, positions) = FACES[number % FACES.len()];
        let request = json!({
            "version": 1, "script": script, "server": servers()[number % servers().len()].name, "lang": lang, "positions": positions,
            "tests": [{"name": "all \"\u{1f600}\"", "account": account, "step": steps}, alone, {"name": "none", "message": "x.eml"}],
        });
        let request = request.to_string();
        self.tell(&json!({"ask": "test", "request": request, "answer": tamis_wire::test_json(&request)}))?;
        self.tell(&json!({"ask": "tests_file", "request": request, "answer": tamis_wire::tests_toml_json(&request)}))
    }

    /// Runs, and once more with the charsets that were wanted.
    fn run(&mut self, mut request: Value, message: &str) -> io::Result<()> {
        if !self.messages.contains_key(message) {
            self.messages.insert(message.to_owned(), corpus::read(message)?);
        }
        for _ in 0..2 {
            let text = request.to_string();
            let answer = tamis_wire::run_json(&text, self.messages.get(message).map_or(&[], Vec::as_slice));
            self.tell(&json!({"ask": "run", "request": text, "message": message, "answer": answer}))?;
            let known = charsets(&answer);
            if known.is_empty() {
                break;
            }
            request["charsets"] = known.into();
        }
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let mut asker = Asker { out: BufWriter::new(io::stdout().lock()), messages: BTreeMap::new() };
    for (lang, language) in [("en", Language::En), ("fr", Language::Fr)] {
        asker.tell(&json!({"ask": "version", "request": lang, "answer": tamis_wire::about_json(language)}))?;
    }
    let scripts = corpus::scripts()?;
    let cases = corpus::cases()?;
    let mails: Vec<String> = {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(corpus::folder().join("mail"))? {
            names.push(format!("mail/{}", entry?.file_name().to_string_lossy()));
        }
        names.sort();
        names
    };
    for (at, script) in scripts.values().enumerate() {
        asker.reach(script, if at % 2 == 0 { Language::En } else { Language::Fr })?;
        asker.tell(&json!({"ask": "tokens", "request": script, "answer": tamis_wire::tokens(script)}))?;
        asker.vet(script)?;
        asker.edit(script)?;
        for server in servers() {
            for (lang, positions) in FACES {
                asker.check(
                    &json!({"version": 1, "script": script, "server": server.name, "lang": lang, "positions": positions}).to_string(),
                )?;
            }
        }
        for (at, mail) in mails.iter().enumerate() {
            let (lang, positions) = FACES[at % FACES.len()];
            let server = servers()[at % servers().len()].name;
            asker.run(json!({"script": script, "file": mail, "server": server, "lang": lang, "positions": positions}), mail)?;
        }
    }
    for (number, file) in cases.values().enumerate() {
        let script = String::from_utf8_lossy(&corpus::read(&file.script)?).into_owned();
        asker.saved(&script, file, number)?;
        for case in &file.case {
            for server in servers() {
                for (lang, positions) in FACES {
                    let request = json!({
                        "version": 1, "script": script, "server": server.name, "lang": lang, "positions": positions, "trace": true,
                        "from": case.from, "to": case.to, "now": case.now,
                        "account": {"addresses": file.account.addresses, "mailboxes": file.account.mailboxes},
                    });
                    asker.run(request, &case.message)?;
                }
            }
        }
    }
    let included = json!({
        "script": "require [\"include\", \"fileinto\"];\ninclude \"a\";\ninclude :global \"b\";\ninclude \"c\";\n", "trace": true, "positions": "utf16",
        "set": {"sieve_max_redirects": "2"},
        "scripts": [
            {"store": "personal", "name": "a", "text": "require \"fileinto\";\n/* é */ fileinto \"x\"; keep;"},
            {"store": "global", "name": "b", "text": null},
        ],
    });
    asker.check(&included.to_string())?;
    let mail = "mail/plain-ascii.eml";
    asker.run(included, mail)?;
    let refused = [
        json!([]),
        json!({"nothing": 1}),
        json!({"script": 1}),
        json!({"script": "keep;", "server": "nobody"}),
        json!({"script": "keep;", "set": {"nothing": "1"}}),
        json!({"script": "keep;", "now": "today"}),
        json!({"script": "keep;", "account": {"mailboxes": ["INBOX", 1]}}),
        json!({"script": "keep; # \u{1f600} </script> \u{0}\u{7f}\u{2028}", "trace": true, "positions": "utf16"}),
    ];
    for request in refused {
        asker.check(&request.to_string())?;
        asker.run(request, mail)?;
    }
    asker.check("{\"script\":\"\\ud83d\"}")?;
    asker.out.flush()
}
