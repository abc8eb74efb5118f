//! Calls that lack something: every command and test of the spec with each of its tags, the parameter missing, of a wrong type, or in a wrong
//! place. The real compiler must say of each what tamis says; where it crashes, tamis says that.
#![allow(clippy::tests_outside_test_module, missing_docs)]

use std::sync::Mutex;

use tamis::sieve::Verdict;
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

/// Compares the verdicts on forms, and whether the compiler crashes with whether tamis says so.
fn compare(forms: &[String], profile: Profile) -> Vec<String> {
    let Some(oracle) = require_or_skip(Oracle::find()) else { return Vec::new() };
    let dialect = profile.dialect();
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for part in 0..2 {
            let (dialect, wrong, oracle) = (&dialect, &wrong, &oracle);
            scope.spawn(move || {
                let tools = Tools::new(oracle, profile).unwrap();
                for form in forms.iter().skip(part).step_by(2) {
                    let theirs = tools.compile(form.as_bytes()).unwrap();
                    let ours = judge(form, dialect);
                    let crashes = ours.messages.contains("sieve/crashes-compiler");
                    let same = match theirs.says {
                        Says::Accepted => ours.verdict == Verdict::Accepted,
                        Says::Refused => ours.verdict == Verdict::Refused && !crashes,
                        Says::Crashed(_) => ours.verdict == Verdict::Refused && crashes,
                    };
                    if !same {
                        let said = format!("tamis {} {}", ours.verdict.name(), ours.messages.trim());
                        wrong.lock().unwrap().push(format!("{form}\n  {said}\n  real {:?} {}\n", theirs.says, theirs.messages.trim()));
                    }
                }
            });
        }
    });
    let mut wrong = wrong.into_inner().unwrap();
    wrong.sort();
    wrong
}

#[test]
fn calls_that_lack_something_are_judged_as_the_real_compiler_judges_them() {
    // Every eleventh, and all at which tamis says that the compiler crashes; with TAMIS_ALL_FORMS set, a campaign of all.
    let nth = if std::env::var_os("TAMIS_ALL_FORMS").is_some() { 1 } else { 11 };
    let dialect = Profile::Full.dialect();
    let all = forms(&dialect);
    assert!(all.len() > 5_000, "{}", all.len());
    let says = |form: &str| judge(form, &dialect).messages.contains("sieve/crashes-compiler");
    let some: Vec<String> =
        all.into_iter().enumerate().filter(|(number, form)| number % nth == 0 || says(form)).map(|(_, form)| form).collect();
    let wrong = compare(&some, Profile::Full);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), some.len(), wrong.concat());
}

/// The neighbours of the forms that crash: which of them do is exact, both ways.
#[test]
fn the_compiler_crashes_where_tamis_says_so_and_nowhere_else() {
    let notify = [
        "notify :importance;",
        "notify :importance {}",
        "notify :importance true;",
        "notify :message \"x\" :importance;",
        "notify :options \"x\" :importance;",
        "notify :from \"bad\" :importance;",
        "nosuch; notify :importance;",
        "stop; notify :importance;",
        "if true { notify :importance; }",
        "if false { notify :importance; }",
        "if ihave \"nosuch\" { notify :importance; }",
        "if not ihave \"nosuch\" { notify :importance; }",
        "notify :importance",
        "notify :importance; }",
        "notify :importance 1;",
        "notify :importance \"1\";",
        "notify :importance \"9\";",
        "notify :importance :message;",
        "notify :importance :message \"x\";",
        "notify :importance :importance;",
        "notify :importance \"1\" :importance;",
        "notify :importance :nosuch \"x\";",
        "notify :nosuch \"x\" :importance;",
        "notify :message :importance;",
        "notify :message 1 :importance;",
        "notify \"mailto:a@example.org\" :importance;",
        "notify 1 :importance;",
        "notify :message;",
        "notify :options;",
        "notify :from;",
        "if notify_method_capability :importance { }",
        "if valid_notify_method { }",
    ];
    let hasflag = [
        "if hasflag { }",
        "if not hasflag { }",
        "if allof (hasflag) { }",
        "if anyof (true, hasflag) { }",
        "if allof (false, hasflag) { }",
        "if hasflag :is { }",
        "if hasflag :contains :comparator \"i;octet\" { }",
        "if hasflag :comparator \"i;nosuch\" { }",
        "if hasflag :comparator { }",
        "if hasflag :count \"eq\" { }",
        "if hasflag :count \"xx\" { }",
        "if hasflag :value \"gt\" :comparator \"i;ascii-numeric\" { }",
        "if hasflag :count { }",
        "if hasflag :nosuch { }",
        "if hasflag :is :contains { }",
        "if hasflag 1 { }",
        "if hasflag [] { }",
        "if false { if hasflag { } }",
        "if hasflag ;",
        "hasflag;",
        "if hasflag true { }",
        "if true { } elsif hasflag { }",
        "nosuch; if hasflag { }",
        "setflag;",
        "addflag :is;",
        "removeflag;",
        "keep :flags;",
    ];
    let duplicate = [
        ":uniqueid \"x\"",
        ":value \"x\"",
        ":header \"X-A\"",
        ":header \"X-A\" :uniqueid \"x\"",
        ":header \"X-A\" :value \"x\"",
        ":uniqueid",
        ":handle \"x\" :uniqueid \"y\"",
        ":uniqueid 1",
        "",
    ];
    let mut forms: Vec<String> = notify.iter().map(|call| format!("require [\"enotify\", \"ihave\"]; {call}")).collect();
    forms.extend(["enotify\", \"notify", "notify\", \"enotify"].map(|both| format!("require [\"{both}\"]; notify :importance;")));
    let require = "require [\"imap4flags\", \"relational\", \"comparator-i;ascii-numeric\"];";
    forms.extend(hasflag.iter().map(|call| format!("{require} {call}")));
    for extensions in [
        "\"duplicate\", \"vnd.dovecot.duplicate\"",
        "\"vnd.dovecot.duplicate\", \"duplicate\"",
        "\"duplicate\"",
        "\"vnd.dovecot.duplicate\"",
    ] {
        forms.extend(duplicate.iter().map(|tags| format!("require [{extensions}]; if duplicate {tags} {{ }}")));
    }
    let wrong = compare(&forms, Profile::Full);
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), forms.len(), wrong.concat());
    let dialect = Profile::Full.dialect();
    let said = forms.iter().filter(|form| judge(form, &dialect).messages.contains("sieve/crashes-compiler")).count();
    assert!(said >= 20, "{said}");
}
