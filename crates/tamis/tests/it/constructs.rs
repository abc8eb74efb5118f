//! Every capability of the spec, by count: a script made of the spec's data for each command, test and tag binds on every server that has
//! it, runs there, and its documentation is written in both languages.

use std::collections::{BTreeMap, BTreeSet};

use tamis::mail::{self, Charsets, Message};
use tamis::sieve::dialect::{Support, servers};
use tamis::sieve::run::{Account, Delivery, Event, Keep, Limits, Outcome, Timestamp, Tracer, run};
use tamis::sieve::spec::{self, Arg, ArgKind, Command, Extension, On, Role, Tag, Tests};
use tamis::sieve::{Dialect, Script, Scripts, Store, Verdict, compile};

const MESSAGE: &[u8] = b"From: <a@example.org>\nTo: b@example.com\nSubject: x\nMessage-ID: <1@example.org>\n\
    Date: Mon, 23 Nov 2026 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: text/plain\n\nbody\n";

/// A command, a test, a tag on a command, or an extension that has none of them.
struct Construct {
    name: String,
    role: Role,
    script: String,
}

/// Every server with all that its administrator may switch on, then as an administrator's script.
fn dialects() -> Vec<Dialect> {
    let mut all = Vec::new();
    for server in servers() {
        let mut dialect = server.dialect();
        dialect.settings.has_global_scripts = true;
        all.push(dialect.clone());
        if dialect.engine.is_pigeonhole() {
            let optional = spec::extensions().iter().copied().filter(|extension| dialect.support(extension) == Support::Optional);
            let optional: Vec<_> = optional.collect();
            dialect.extensions.extend(optional);
            dialect.name += " with everything";
            all.push(dialect);
        }
    }
    all
}

fn offers(dialect: &Dialect, extension: &Extension) -> bool {
    dialect.support(extension) == Support::Offered
}

/// The value of an argument: what the spec calls it says what it must look like.
fn argument(command: &str, name: &str, kind: ArgKind) -> String {
    let value = match name {
        "address" | "addresses" => "a@example.org",
        "header-names" if command == "address" => "From",
        "header-names" | "header-name" => "Date",
        "envelope-parts" => "from",
        "date-part" => "year",
        "item" => "name",
        "method" | "uris" | "uri" => "mailto:a@example.org",
        "flags" => "\\\\Seen",
        "special-use-attrs" => "\\\\Junk",
        "annotation" | "annotations" => "/private/comment",
        "ext-list-names" => ":addrbook:default",
        "capabilities" => "fileinto",
        "feedback-type" => "abuse",
        "times" => "12:00",
        "unit" => "day",
        "variable" | "variables" => "v",
        "value" if command == "addheader" => "1",
        "name" if command == "addheader" || command == "deleteheader" => "X-A",
        "name" if command == "set" || command == "let" => "v",
        "script" => "other",
        "transcoding-params" => "pix-x=320",
        "expression" => "1",
        _ => "1",
    };
    match kind {
        ArgKind::String => format!(" \"{value}\""),
        ArgKind::Strings => format!(" [\"{value}\"]"),
        ArgKind::Number => " 1".into(),
    }
}

/// The parameter of a tag.
fn parameter(extension: &Extension, command: &str, tag: &Tag) -> String {
    let Some(kind) = tag.value else { return String::new() };
    let value = match tag.name {
        "comparator" => "i;octet",
        "count" | "value" if command != "duplicate" => "eq",
        "from" | "addresses" => "b@example.com",
        "options" if extension.name == "enotify" => "a=b",
        "options" => "a@example.org",
        "importance" => "1",
        "zone" => "+0100",
        "flags" | "addflags" | "removeflags" => "\\\\Seen",
        "specialuse" => "\\\\Junk",
        "content" => "text",
        "header" => "Message-ID",
        "headers" => "Subject",
        "param" => "charset",
        "method" => "mailto",
        "bymode" => "notify",
        "bytimeabsolute" => "2026-11-24T00:00:00Z",
        "notify" => "NEVER",
        "ret" => "FULL",
        "outcome" | "reason" | "errstr" | "output" => "v",
        "organizers" => ":addrbook:default",
        "weekdays" => "1",
        "tzid" => "UTC",
        _ => "x",
    };
    match kind {
        ArgKind::String => format!(" \"{value}\""),
        ArgKind::Strings => format!(" [\"{value}\"]"),
        ArgKind::Number => " 1".into(),
    }
}

/// Tags without which another cannot stand, or without which a command says nothing.
fn companions(extension: &Extension, command: &Command, tag: Option<&Tag>) -> &'static str {
    let name = tag.map_or("", |tag| tag.name);
    match (command.name, name) {
        ("size", "over" | "under") => "",
        ("size", _) => " :over",
        (_, "anychild" | "type" | "subtype" | "contenttype" | "param") => " :mime",
        ("header" | "address" | "date" | "deleteheader", "last") => " :index 1",
        ("vacation", "create" | "flags" | "specialuse" | "mailboxid") => " :fcc \"Sent\"",
        ("notify", "create" | "flags" | "specialuse" | "mailboxid") => " :fcc \"Sent\"",
        ("notify", _) if extension.name == "notify" => "",
        _ => "",
    }
}

/// Capabilities that a construct needs beside its own.
fn needs(extension: &Extension, command: &Command, tag: Option<&Tag>) -> Vec<&'static str> {
    let mut needed = match (extension.name, command.name) {
        (_, "set" | "extracttext" | "global" | "import" | "export") | ("vnd.stalwart.expressions", "let") => vec!["variables"],
        _ => vec![],
    };
    if matches!(command.name, "extracttext") {
        needed.push("foreverypart");
    }
    if matches!(tag.map(|tag| tag.name), Some("outcome" | "reason" | "errstr" | "output")) {
        needed.push("variables");
    }
    if tag.is_some_and(|tag| tag.name == "organizers") {
        needed.push("extlists");
    }
    needed
}

/// A script with one call, where such a call may stand.
fn script(extension: &Extension, owner: &Extension, command: &Command, tag: Option<&Tag>) -> String {
    let mut required: Vec<&str> = [extension.name, owner.name].into_iter().chain(needs(extension, command, tag)).collect();
    required.retain(|name| !name.is_empty());
    required.sort_unstable();
    required.dedup();
    let mut call = command.name.to_owned() + companions(extension, command, tag);
    if let Some(tag) = tag {
        call += &format!(" :{}{}", tag.name, parameter(extension, command.name, tag));
    }
    let list = tag.is_some_and(|tag| tag.name == "list");
    for Arg { name, kind, optional } in command.args {
        // Naming a variable where none must be named needs `variables`.
        if !optional || command.name == "deleteheader" {
            call += &if list && command.name != "redirect" && *name == "keys" || list && command.name == "redirect" {
                argument("", "ext-list-names", *kind)
            } else {
                argument(command.name, name, *kind)
            };
        }
    }
    call += match command.tests {
        Tests::None => "",
        Tests::One => " true",
        Tests::List => " (true, true)",
    };
    let body = match (command.role, command.name) {
        (_, "require") => "require \"fileinto\";".into(),
        (_, "elsif" | "else") => format!("if false {{ stop; }} {call} {{ keep; }}"),
        (Role::Test, _) => format!("if {call} {{ keep; }}"),
        (_, "extracttext") => format!("foreverypart {{ {call}; }}"),
        (_, "break") if owner.name == "foreverypart" && tag.is_some() => format!("foreverypart :name \"x\" {{ {call}; }}"),
        (_, "break") if owner.name == "foreverypart" => format!("foreverypart {{ {call}; }}"),
        (_, "break") => format!("while \"1\" {{ {call}; }}"),
        // Loops without end are stopped.
        (_, "continue") => format!("while \"0\" {{ {call}; }}"),
        (_, "while") => format!("{call} {{ keep; break; }}"),
        _ if command.block => format!("{call} {{ keep; }}"),
        _ => format!("{call};"),
    };
    let required: Vec<String> = required.iter().map(|name| format!("\"{name}\"")).collect();
    let require = if required.is_empty() { String::new() } else { format!("require [{}];\n", required.join(", ")) };
    format!("{require}{body}\n")
}

/// What an extension brings on a server, each as a script.
fn constructs(dialect: &Dialect, extension: &'static Extension) -> Vec<Construct> {
    let without = dialect.engine.rules().without;
    let mut all = Vec::new();
    for command in extension.commands.iter().filter(|command| !without.contains(&command.name)) {
        all.push(Construct { name: command.name.into(), role: command.role, script: script(extension, extension, command, None) });
    }
    for tag in extension.tags.iter().filter(|tag| !without.contains(&format!(":{}", tag.name).as_str())) {
        let owners = spec::extensions().iter().copied().filter(|owner| offers(dialect, owner) && !clash(extension, owner));
        for (owner, command) in owners.flat_map(|owner| owner.commands.iter().map(move |command| (owner, command))) {
            let stands = match tag.on {
                On::Commands(names) => names.contains(&command.name) && (extension.name == owner.name || !own(extension, command)),
                On::Family(family) => command.families.contains(&family),
            };
            // Of two tests of one name, the later one stands for it.
            let shadowed = owner.name == "spamtest" && extension.name == "spamtestplus";
            if stands && !shadowed && !without.contains(&command.name) && able(dialect, extension, command, tag) {
                all.push(Construct {
                    name: format!("{} :{}", command.name, tag.name),
                    role: command.role,
                    script: script(extension, owner, command, Some(tag)),
                });
            }
        }
    }
    if extension.commands.is_empty() && extension.tags.is_empty() {
        let script = match extension.name.strip_prefix("comparator-") {
            Some(comparator) => {
                format!("require \"{}\"; if header :comparator \"{comparator}\" \"Subject\" \"x\" {{ keep; }}\n", extension.name)
            }
            None => match extension.name {
                "encoded-character" => "require \"encoded-character\"; if header \"Subject\" \"${hex:78}\" { keep; }\n".into(),
                "envelope-dsn" => "require [\"envelope\", \"envelope-dsn\"]; if envelope \"ret\" \"FULL\" { keep; }\n".into(),
                "envelope-deliverby" => {
                    "require [\"envelope\", \"envelope-deliverby\"]; if envelope \"bymode\" \"notify\" { keep; }\n".into()
                }
                "imapsieve" => "require [\"environment\", \"imapsieve\"]; if environment \"imap.cause\" \"COPY\" { keep; }\n".into(),
                name => format!("require [\"environment\", \"{name}\"]; if environment \"vnd.dovecot.username\" \"x\" {{ keep; }}\n"),
            },
        };
        all.push(Construct { name: extension.name.into(), role: Role::Test, script });
    }
    all
}

/// All that a server offers, each as a script.
pub(crate) fn scripts(dialect: &Dialect) -> Vec<String> {
    let extensions = spec::extensions().iter().copied().filter(|extension| offers(dialect, extension));
    extensions.flat_map(|extension| constructs(dialect, extension)).map(|construct| construct.script).collect()
}

/// True if the extension has a command of this name itself.
fn own(extension: &Extension, command: &Command) -> bool {
    extension.commands.iter().any(|other| other.name == command.name && (other.role == Role::Test) == (command.role == Role::Test))
}

fn clash(one: &Extension, other: &Extension) -> bool {
    one.conflicts.contains(&other.name) || other.conflicts.contains(&one.name)
}

/// False for what one of the two does not take of the other, by its own rules.
fn able(dialect: &Dialect, extension: &Extension, command: &Command, tag: &Tag) -> bool {
    match (tag.name, command.name) {
        // These commands say themselves what they list, and `notify` of the old draft knows nothing of `:fcc`.
        ("create" | "flags" | "specialuse" | "mailboxid" | "fcc", "notify") if extension.name == "fcc" => {
            command.op == spec::OpId::NotifyMethod
        }
        // It compares numbers unless it is told otherwise, and numbers have no substrings.
        ("contains" | "matches" | "regex", "expiration") => false,
        ("list", "redirect") => !dialect.engine.is_pigeonhole(),
        _ => true,
    }
}

/// Counts what the script does: commands begun, tests asked, and whatever else is told of a run.
#[derive(Default)]
struct Seen {
    commands: usize,
    tests: usize,
    others: usize,
}

impl Tracer for Seen {
    fn event(&mut self, _: u32, _: u32, event: &Event<'_>) {
        *match event {
            Event::Command { .. } => &mut self.commands,
            Event::Test { .. } => &mut self.tests,
            _ => &mut self.others,
        } += 1;
    }
}

/// What comes of a script: at a delivery, or if it is made for an IMAP event, at one.
fn outcome(program: &tamis::sieve::Program, event: bool, seen: &mut Seen) -> Outcome {
    let environment = if event { vec![("imap.cause".into(), "COPY".into())] } else { Vec::new() };
    let account = Account { environment, ..Account::default() };
    let message = Message::parse(MESSAGE, &mail::Limits::default(), Charsets::new());
    let delivery = Delivery {
        message: &message,
        from: Some("a@example.org".into()),
        to: "b@example.com".into(),
        final_to: None,
        auth: None,
        now: Timestamp { seconds: 1_795_450_297, zone_minutes: 0 },
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.com".into(),
    };
    run(program, &delivery, &account, &Limits::default(), Some(seen))
}

#[test]
fn every_capability_has_its_tests() {
    let mut scripts = Scripts::default();
    for store in [Store::Personal, Store::Global] {
        scripts.texts.insert((store, "other".into()), Some("keep;".into()));
    }
    let (mut bound, mut ran, mut assumed) = (BTreeMap::new(), BTreeMap::new(), 0);
    let mut gaps: Vec<String> = Vec::new();
    let mut calls = BTreeSet::new();
    for dialect in dialects() {
        for extension in spec::extensions().iter().copied().filter(|extension| offers(&dialect, extension)) {
            for construct in constructs(&dialect, extension) {
                let parsed = Script::parse(construct.script.as_str());
                let compiled = compile(&parsed, &scripts, &dialect);
                let Some(program) = compiled.program.filter(|_| compiled.verdict == Verdict::Accepted) else {
                    let reasons: Vec<String> = compiled.diagnostics.iter().map(|finding| finding.message(Default::default())).collect();
                    gaps.push(format!("{}: {}: {}\n    {}", dialect.name, construct.name, reasons.join("; "), construct.script));
                    continue;
                };
                *bound.entry(extension.name).or_insert(0) += 1;
                let mut seen = Seen::default();
                let outcome = outcome(&program, extension.name.ends_with("imapsieve"), &mut seen);
                if let Some(failure) = outcome.failure.filter(|_| construct.name != "error") {
                    gaps.push(format!(
                        "{}: {}: fails: {}\n    {}",
                        dialect.name,
                        construct.name,
                        failure.message(Default::default()),
                        construct.script
                    ));
                    continue;
                }
                assumed += usize::from(!outcome.assumed.is_empty());
                let comes_of_it = match construct.role {
                    Role::Test => seen.tests > 0,
                    Role::Action => seen.others > 0 || !outcome.actions.is_empty() || !outcome.assumed.is_empty(),
                    // `require` and `global` are done when the script is compiled.
                    Role::Control => seen.commands > 0 || outcome.keep == Keep::Implicit,
                };
                if !comes_of_it {
                    gaps.push(format!("{}: {}: nothing comes of it\n    {}", dialect.name, construct.name, construct.script));
                    continue;
                }
                *ran.entry(extension.name).or_insert(0) += 1;
                calls.insert((extension.name, construct.name));
            }
        }
    }
    let mut documented = 0;
    for extension in spec::extensions() {
        for (what, counts) in [("construct", &bound), ("run", &ran)] {
            if counts.get(extension.name).is_none_or(|count| *count == 0) {
                gaps.push(format!("`{}` has no {what} test", extension.name));
            }
        }
        let commands = extension.commands.iter().map(|command| command.doc);
        let docs: Vec<_> = commands.chain(extension.tags.iter().map(|tag| tag.doc)).chain([extension.doc]).collect();
        if docs.iter().any(|doc| doc.en.is_empty() || doc.fr.is_empty() || doc.en == doc.fr) {
            gaps.push(format!("`{}` is not documented in both languages", extension.name));
        }
        documented += docs.len();
    }
    println!(
        "{} capabilities; {} constructs in {} scripts bound, {} run ({assumed} with assumptions); {documented} texts in each language",
        spec::extensions().len(),
        calls.len(),
        bound.values().sum::<usize>(),
        ran.values().sum::<usize>(),
    );
    assert!(gaps.is_empty(), "{} gaps:\n{}", gaps.len(), gaps.join("\n"));
}
