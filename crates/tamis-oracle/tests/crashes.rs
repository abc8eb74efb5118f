//! Calls that lack something: every command and test of the spec with each of its tags, the parameter missing, of a wrong type, or in a wrong
//! place. The real compiler must say of each what tamis says; where it crashes, tamis says that.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use tamis::sieve::dialect::Dialect;
use tamis::sieve::spec::{ArgKind, BASE, Command, Extension, On, Role, Tag, Tests};
use tamis_oracle::ours::judge;
use tamis_oracle::{Oracle, Profile, Says, Tools, require_or_skip};

/// A value of each type.
const VALUES: &[&str] = &["1", "\"x\"", "[\"x\", \"y\"]"];

fn value(kind: ArgKind) -> &'static str {
    match kind {
        ArgKind::Number => "1",
        ArgKind::String => "\"x\"",
        ArgKind::Strings => "[\"x\", \"y\"]",
    }
}

/// The tags that may stand on a command, with the extension that brings each.
fn tags<'e>(extensions: &[&'e Extension], command: &Command) -> Vec<(&'e Extension, &'e Tag)> {
    let stands = |tag: &Tag| match tag.on {
        On::Commands(names) => names.contains(&command.name),
        On::Family(family) => command.families.contains(&family),
    };
    extensions.iter().flat_map(|extension| extension.tags.iter().filter(|tag| stands(tag)).map(|tag| (*extension, tag))).collect()
}

/// Every form of a command with its extension's other commands at hand.
fn forms(dialect: &Dialect) -> Vec<String> {
    let mut extensions: Vec<&Extension> = vec![BASE];
    extensions.extend(dialect.extensions.iter().chain(&dialect.global_extensions).copied());
    let mut out = Vec::new();
    for extension in &extensions {
        for command in extension.commands {
            let mut calls: Vec<(Vec<&str>, String)> = Vec::new();
            let positional: Vec<&str> = command.args.iter().map(|arg| value(arg.kind)).collect();
            let row = |parts: &[&str]| parts.join(" ");
            // Too few, too many, of a wrong type.
            for end in 0..=positional.len() {
                calls.push((vec![], row(&positional[..end])));
            }
            for wrong in VALUES {
                calls.push((vec![], format!("{} {wrong}", row(&positional))));
                for place in 0..positional.len() {
                    let mut parts = positional.clone();
                    parts[place] = wrong;
                    calls.push((vec![], row(&parts)));
                }
            }
            for (owner, tag) in tags(&extensions, command) {
                let needs = vec![owner.name];
                let name = format!(":{}", tag.name);
                let mut add = |text: String| calls.push((needs.clone(), text));
                add(name.clone());
                add(format!("{name} {}", row(&positional)));
                add(format!("{} {name}", row(&positional)));
                add(format!("{name} {name} {}", row(&positional)));
                add(format!("{name} :nosuch {}", row(&positional)));
                for wrong in VALUES {
                    add(format!("{name} {wrong}"));
                    add(format!("{name} {wrong} {}", row(&positional)));
                    add(format!("{} {name} {wrong}", row(&positional)));
                }
                for (other, second) in tags(&extensions, command) {
                    let both = vec![owner.name, other.name];
                    calls.push((both, format!("{name} :{} {}", second.name, row(&positional))));
                }
            }
            for (mut needs, arguments) in calls {
                needs.push(extension.name);
                needs.retain(|name| !name.is_empty());
                needs.sort_unstable();
                needs.dedup();
                let mut require = String::new();
                if !needs.is_empty() && command.name != "require" {
                    let names: Vec<String> = needs.iter().map(|name| format!("\"{name}\"")).collect();
                    require = format!("require [{}]; ", names.join(", "));
                }
                let tests = match command.tests {
                    Tests::None => "",
                    Tests::One => " true",
                    Tests::List => " (true, false)",
                };
                let call = format!("{} {arguments}{tests}", command.name);
                out.push(match (command.role, command.block) {
                    (Role::Test, _) => format!("{require}if {call} {{ }}"),
                    (_, true) => format!("{require}{call} {{ }}"),
                    _ => format!("{require}{call};"),
                });
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

#[test]
#[ignore = "a campaign: minutes"]
fn every_call_that_lacks_something_is_judged_as_the_real_compiler_judges_it() {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return };
    for profile in [Profile::Full] {
        let dialect = profile.dialect();
        let forms = forms(&dialect);
        println!("{} forms", forms.len());
        let wrong = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for part in 0..2 {
                let (forms, dialect, wrong, oracle) = (&forms, &dialect, &wrong, &oracle);
                scope.spawn(move || {
                    let tools = Tools::new(oracle, profile).unwrap();
                    for form in forms.iter().skip(part).step_by(2) {
                        let theirs = tools.compile(form.as_bytes()).unwrap();
                        let ours = judge(form, dialect);
                        let same = matches!((ours.verdict.name(), theirs.says), ("accepted", Says::Accepted) | ("refused", Says::Refused));
                        if !same {
                            wrong.lock().unwrap().push(format!("{form}\n  tamis {} {}\n  real {:?} {}", ours.verdict.name(), ours.messages.trim(), theirs.says, theirs.messages.trim()));
                        }
                    }
                });
            }
        });
        let mut wrong = wrong.into_inner().unwrap();
        wrong.sort();
        for wrong in &wrong { println!("{wrong}"); }
    }
}
