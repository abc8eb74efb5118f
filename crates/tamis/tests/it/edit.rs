//! What an editor asks at a place: `‸` marks it. Text in, text out.

use std::path::Path;

use tamis::diagnostic::{Code, Language};
use tamis::sieve::complete::{Around, Completion, complete};
use tamis::sieve::hover::describe;
use tamis::sieve::occurrences::{Use, occurrences};
use tamis::sieve::rename::definition;
use tamis::sieve::symbols::Entry;
use tamis::sieve::tokens::{Class, semantic_tokens};
use tamis::sieve::{
    Dialect, Scope, Script, Scripts, Store, folding, hints, hover, prepare_rename, references, rename, signature, symbols, tokens,
};
use tamis::text::{Edit, Range, apply, offset};

const MARK: char = '‸';

fn place(marked: &str) -> (Script, u32) {
    let at = marked.find(MARK).expect("the script has no mark");
    (Script::parse(marked.replace(MARK, "")), offset(at))
}

fn server(name: &str) -> Dialect {
    Dialect::named(name).unwrap()
}

fn completions_on(name: &str, marked: &str) -> Vec<Completion> {
    let (script, at) = place(marked);
    let mut scripts = Scripts::default();
    scripts.texts.insert((Store::Personal, "holidays".into()), Some(String::new()));
    scripts.texts.insert((Store::Global, "spam".into()), Some(String::new()));
    let (mailboxes, addresses) = (["Factures".to_owned(), "a \"b\"".to_owned()], ["me@example.org".to_owned()]);
    let around = Around { mailboxes: &mailboxes, addresses: &addresses, scripts: Some(&scripts) };
    complete(&script, at, &server(name), &around)
}

fn completions(marked: &str) -> Vec<Completion> {
    completions_on("pigeonhole-2.4", marked)
}

#[track_caller]
fn offers(marked: &str, wanted: &[&str], unwanted: &[&str]) {
    let labels: Vec<String> = completions(marked).into_iter().map(|one| one.label).collect();
    for label in wanted {
        assert!(labels.iter().any(|known| known == label), "{marked}: no {label} in {labels:?}");
    }
    for label in unwanted {
        assert!(!labels.iter().any(|known| known == label), "{marked}: {label} in {labels:?}");
    }
}

/// The whole script after a completion, its parts to be filled in shown as `‹…›`.
#[track_caller]
fn takes(marked: &str, label: &str, expected: &str) {
    let (script, _) = place(marked);
    let all = completions(marked);
    let one = all.iter().find(|one| one.label == label).unwrap_or_else(|| {
        panic!("{marked}: no {label} in {:?}", all.iter().map(|one| &one.label).collect::<Vec<_>>());
    });
    let mut insert = one.insert.clone();
    for range in one.placeholders.iter().rev() {
        insert.insert(range.end as usize, '›');
        insert.insert(range.start as usize, '‹');
    }
    let edits: Vec<Edit> = std::iter::once(Edit { range: one.replace, text: insert }).chain(one.edits.iter().cloned()).collect();
    let (text, applied) = apply(script.text(), &edits);
    assert_eq!((text.as_str(), applied), (expected, edits.len()));
}

#[test]
fn commands_where_a_command_belongs() {
    offers("‸", &["require", "if", "keep", "fileinto", "vacation"], &["else", "elsif", "header", "break", "filter", "pipe"]);
    offers("keep; ‸", &["if", "stop"], &["require", "else"]);
    offers("if true { ‸ }", &["fileinto"], &["require", "else", "not"]);
    offers("if true { keep; } ‸", &["else", "elsif", "stop"], &[]);
    offers("if true { keep; } else { stop; } ‸", &["stop"], &["else"]);
    offers("require \"foreverypart\"; foreverypart { if true { ‸ } }", &["break"], &["continue"]);
    // After a forgotten semicolon.
    offers("if true {\n  keep\n  fi‸\n}", &["fileinto"], &["header"]);
    offers("redirect \"a@example.org\"\n‸\nkeep;", &["stop", "if"], &["header"]);
    offers("# kee‸", &[], &["keep"]);
    offers("/* kee‸ */", &[], &["keep"]);
}

#[test]
fn a_command_brings_its_arguments_and_what_it_requires() {
    takes("fi‸", "fileinto", "require \"fileinto\";\nfileinto \"‹mailbox›\";");
    takes("# mine\n\nif true {\n  fi‸\n}\n", "fileinto", "# mine\nrequire \"fileinto\";\n\nif true {\n  fileinto \"‹mailbox›\";\n}\n");
    takes("require \"copy\";\nfi‸", "fileinto", "require [\"copy\", \"fileinto\"];\nfileinto \"‹mailbox›\";");
    takes("require [\"copy\", \"fileinto\"];\nfi‸ \"x\";", "fileinto", "require [\"copy\", \"fileinto\"];\nfileinto \"x\";");
    takes("‸", "if", "if ‹test› {\n  ‹›\n}");
    takes("if ‸ { keep; }", "header", "if header \"‹header-names›\" \"‹keys›\" { keep; }");
    takes("if head‸ :is \"a\" \"b\" { keep; }", "header", "if header :is \"a\" \"b\" { keep; }");
    takes("if ‸", "header", "if header \"‹header-names›\" \"‹keys›\"");
    takes("if ‸", "size", "if size ‹:over› ‹100K›");
    takes("if ‸", "anyof", "if anyof (‹test›, ‹test›)");
    takes("if anyof ‸", "true", "if anyof (true)");
    takes("keep; ‸", "setflag", "require \"imap4flags\";\nkeep; setflag \"‹flags›\";");
}

#[test]
fn tests_where_a_test_belongs() {
    offers("if ‸", &["header", "not", "anyof", "exists", "date"], &["keep", "if", ":is"]);
    offers("if not ‸", &["header"], &["keep"]);
    offers("if anyof (true, ‸", &["header"], &["keep"]);
    offers("if anyof (true, head‸) { keep; }", &["header"], &["keep"]);
    offers("if anyof (header \"a\" \"b\",\n  ‸", &["address"], &["keep"]);
}

#[test]
fn tags_that_still_fit() {
    offers("fileinto ‸", &[":copy", ":create", ":flags", "Factures"], &[":is", ":days", "keep"]);
    offers("fileinto ‸ \"x\";", &[":copy"], &["Factures"]);
    offers("fileinto :c‸", &[":copy", ":create"], &["Factures"]);
    offers("fileinto :‸ \"x\";", &[":copy"], &["Factures"]);
    offers("fileinto :copy :‸ \"x\";", &[":create"], &[":copy"]);
    offers("fileinto :‸ :copy \"x\";", &[":create"], &[":copy"]);
    offers("if header :‸", &[":is", ":contains", ":comparator", ":regex", ":count", ":index"], &[":all", ":localpart", ":copy"]);
    offers("if header :is :‸", &[":comparator"], &[":is", ":contains", ":regex", ":count"]);
    offers("if address :all :‸", &[":is"], &[":localpart", ":domain", ":user", ":detail"]);
    offers("if size :over ‸", &[], &[":under", ":over"]);
    offers("vacation :days 3 :‸", &[":subject", ":addresses"], &[":days", ":seconds"]);
    // The positional arguments have begun: no tag comes after them.
    offers("if header \"Subject\" ‸", &[], &[":is"]);
    takes("if header :co‸ \"a\" \"b\" {}", ":contains", "if header :contains \"a\" \"b\" {}");
    takes("if header ‸", ":comparator", "if header :comparator \"‹i;ascii-casemap›\"");
    takes("require \"fileinto\"; fileinto :fl‸", ":flags", "require [\"fileinto\", \"imap4flags\"]; fileinto :flags \"‹Seen›\"");
    takes("if header :val‸ \"a\" \"1\" {}", ":value", "require \"relational\";\nif header :value \"a\" \"1\" {}");
}

#[test]
fn extensions_inside_require() {
    offers("require \"‸\";", &["fileinto", "vacation", "comparator-i;ascii-numeric"], &["vnd.dovecot.pipe", "imapflags", "x"]);
    offers("require [\"fileinto\", \"‸\"];", &["vacation"], &["fileinto"]);
    offers("require \"file‸into\";", &["fileinto"], &[]);
    offers("require ‸", &["fileinto"], &[]);
    offers("require [‸", &["fileinto"], &[]);
    offers("require [\"fileinto\", \"‸\nif true { keep; }", &["vacation"], &[]);
    offers("if ihave \"‸\" {}", &["fileinto"], &["vnd.dovecot.pipe"]);
    takes("require [\"fileinto\", \"va‸\"];", "vacation", "require [\"fileinto\", \"vacation\"];");
    takes("require ‸", "copy", "require \"copy\"");
    takes("require \"vac‸", "vacation", "require \"vacation\"");
    let on_mailcow: Vec<String> = completions_on("mailcow", "require \"‸\";").into_iter().map(|one| one.label).collect();
    assert!(on_mailcow.contains(&"editheader".to_owned()) || !on_mailcow.contains(&"imapflags".to_owned()));
}

#[test]
fn strings_by_what_they_mean() {
    offers("if header \"‸\" \"x\" {}", &["Subject", "List-Id", "X-Spam-Flag"], &["Factures"]);
    offers("if address [\"From\", \"‸\"] \"x\" {}", &["To", "Cc", "Reply-To"], &["Subject", "List-Id"]);
    offers("if address :is \"‸", &["From"], &["Subject"]);
    offers("if exists \"‸\" {}", &["List-Id"], &[]);
    offers("if envelope \"‸\" \"x\" {}", &["from", "to", "auth"], &["notify"]);
    offers("fileinto \"‸\";", &["Factures", "a \"b\""], &["Subject"]);
    offers("fileinto :copy \"‸", &["Factures"], &[]);
    offers("if true {\n  fileinto \"Fac ‸\n  stop;\n}", &["Factures"], &["stop", ":copy"]);
    offers("keep :flags [\"\\\\Seen\", \"(a)‸", &["$Junk"], &[":flags"]);
    offers("fileinto :flags \"‸\" \"x\";", &["\\Seen", "$Junk"], &["Factures"]);
    offers("fileinto :flags [\"\\\\Seen\", \"‸\"] \"x\";", &["\\Flagged"], &["Factures"]);
    offers("addflag \"‸\";", &["\\Seen"], &[]);
    offers("if mailboxexists [\"‸\"] {}", &["Factures"], &[]);
    offers("if date \"‸\" \"hour\" \"1\" {}", &["Date", "Received"], &["Subject"]);
    offers("if date :zone \"‸\" \"Date\" \"hour\" \"1\" {}", &["+0100"], &["hour"]);
    offers("if date \"Date\" \"‸\" \"1\" {}", &["hour", "weekday"], &["Date"]);
    offers("if currentdate \"weekday\" \"‸\" {}", &["0", "6"], &["hour"]);
    offers("if currentdate :value \"‸\" \"hour\" \"8\" {}", &["ge", "lt"], &["hour"]);
    offers("if header :comparator \"‸\" \"a\" \"b\" {}", &["i;octet", "i;ascii-numeric"], &["Subject", "comparator-i;octet"]);
    offers("if environment \"‸\" \"x\" {}", &["domain", "location"], &[]);
    offers("if environment \"location\" \"‸\" {}", &["MDA", "MS"], &["domain"]);
    offers("include \"‸\";", &["holidays"], &["spam"]);
    offers("include :global \"‸\";", &["spam"], &["holidays"]);
    offers("notify :importance \"‸\" \"mailto:a@example.org\";", &["1", "3"], &[]);
    offers("notify \"‸\";", &["mailto:"], &[]);
    offers("redirect \"‸\";", &["me@example.org"], &[]);
    offers("vacation :addresses [\"‸\"] \"away\";", &["me@example.org"], &[]);
    offers("if body :content \"‸\" \"x\" {}", &["text", "text/html"], &[]);
    offers("vacation \"‸\";", &[], &["Factures", "me@example.org"]);
    takes("fileinto \"‸\";", "a \"b\"", "fileinto \"a \\\"b\\\"\";");
    takes("keep :flags \"‸\";", "\\Seen", "keep :flags \"\\\\Seen\";");
    takes("require \"fileinto\"; fileinto ‸", "Factures", "require \"fileinto\"; fileinto \"Factures\"");
    takes(
        "if header :comparator \"‸\" \"a\" \"b\" {}",
        "i;ascii-numeric",
        "require \"comparator-i;ascii-numeric\";\nif header :comparator \"i;ascii-numeric\" \"a\" \"b\" {}",
    );
    let cyrus: Vec<String> = completions_on("cyrus", "if address \"‸\" \"x\" {}").into_iter().map(|one| one.label).collect();
    assert!(cyrus.contains(&"approved".to_owned()) && !cyrus.contains(&"Subject".to_owned()));
    let stalwart: Vec<String> = completions_on("stalwart", "if envelope \"‸\" \"x\" {}").into_iter().map(|one| one.label).collect();
    assert!(!stalwart.contains(&"auth".to_owned()), "{stalwart:?}");
}

#[test]
fn variables_inside_strings() {
    let before =
        "require [\"variables\", \"fileinto\"];\nset \"Folder\" \"x\";\nif header :matches \"Subject\" \"*\" { set \"other\" \"1\"; }\n";
    offers(&format!("{before}fileinto \"${{‸\";"), &["Folder", "other", "0", "1", "unicode:"], &["Factures"]);
    offers(&format!("{before}fileinto \"INBOX.${{Fol‸}}\";"), &["Folder"], &[]);
    offers(&format!("{before}fileinto text:\n${{‸\n.\n;"), &["Folder"], &[]);
    offers(&format!("{before}set \"‸\" \"x\";"), &["Folder", "other"], &[]);
    offers("fileinto \"${‸\";", &[], &["Folder", "0"]);
    takes(
        "require \"variables\"; set \"a\" \"b\"; keep :flags \"${‸\";",
        "a",
        "require \"variables\"; set \"a\" \"b\"; keep :flags \"${a}\";",
    );
    takes(
        "require \"variables\"; set \"abc\" \"b\"; keep :flags \"${a‸x}\";",
        "abc",
        "require \"variables\"; set \"abc\" \"b\"; keep :flags \"${abc}\";",
    );
    takes("keep :flags \"${‸\";", "unicode:", "require \"encoded-character\";\nkeep :flags \"${unicode:‹20AC›}\";");
}

#[track_caller]
fn says(marked: &str, title: &str, parts: &[&str]) {
    let (script, at) = place(marked);
    let found = hover(&script, at, &server("mailcow"), Language::En).unwrap_or_else(|| panic!("{marked}: nothing"));
    let all = format!("{} | {} | {} | {} | {}", found.kind, found.usage, found.doc, found.notes.join(" | "), found.source);
    assert_eq!(found.title, title, "{all}");
    for part in parts {
        assert!(all.contains(part), "{marked}: no `{part}` in {all}");
    }
    assert!(found.range.touches(at));
}

#[test]
fn hovering() {
    says("file‸into \"x\";", "fileinto", &["action", "RFC 5228, 4.1", "needs `require \"fileinto\"`"]);
    says("if head‸er \"a\" \"b\" {}", "header", &["test", "<keys: string-list>"]);
    says("if header :con‸tains \"a\" \"b\" {}", ":contains", &["tag of `header`", "RFC 5228, 2.7.1"]);
    says("require \"vaca‸tion\";", "vacation", &["extension", "RFC 5230"]);
    says("require \"vnd.dovecot.pi‸pe\";", "vnd.dovecot.pipe", &["`mailcow`"]);
    says("if size :over 100‸K {}", "102400", &["size", "102400 bytes"]);
    says("vacation :seconds 90‸061 \"x\";", "90061", &["1 day 1 hour 1 minute 1 second"]);
    says("vacation :days 1‸ \"x\";", "1", &["1 day"]);
    says("if header :comparator \"i;oc‸tet\" \"a\" \"b\" {}", "i;octet", &["comparator", "compares bytes"]);
    says("if currentdate \"week‸day\" \"0\" {}", "weekday", &["part of a date"]);
    says("if currentdate \"weekday\" [\"1\", \"0‸\"] {}", "0", &["Sunday"]);
    says("keep :flags \"\\\\Se‸en\";", "\\Seen", &["flag", "read"]);
    says("if environment \"loca‸tion\" \"x\" {}", "location", &["RFC 5183, 4.1"]);
    says("if header \"list-i‸d\" \"x\" {}", "List-Id", &["RFC 2919"]);
    says("require \"variables\";\nset \"a\" \"1\";\nkeep :flags \"${A‸}\";", "${a}", &["line 2: `set \"a\" \"1\"`"]);
    says("require \"variables\"; keep :flags \"${b‸}\";", "${b}", &["nothing in this script gives it a value"]);
    says("require \"variables\"; keep :flags \"${1‸}\";", "${1}", &["match value"]);
    says("if header :cou‸nt \"gt\" \"a\" \"1\" {}", ":count", &[":count <string>", "needs `require \"relational\"`"]);
    let (script, at) = place("set \"a\" \"b\"; # no‸te\n");
    assert_eq!(hover(&script, at, &server("mailcow"), Language::En), None);
    let (script, at) = place("fileinto‸ \"x\";");
    let french = hover(&script, at, &server("mailcow"), Language::Fr).unwrap();
    assert_eq!((french.kind.as_str(), french.doc.as_str()), ("action", "range le message dans un dossier"));
    assert!(french.servers.iter().any(|(name, _)| *name == "cyrus"));
    assert!(french.tags.iter().any(|(usage, _)| usage == ":copy"));
}

#[track_caller]
fn signs(marked: &str, label: &str, active: Option<&str>) {
    let (script, at) = place(marked);
    let found = signature(&script, at, &server("pigeonhole-2.4")).unwrap_or_else(|| panic!("{marked}: nothing"));
    let shown = found.active.and_then(|index| found.parameters.get(index)).map(|range| range.of(&found.label));
    assert_eq!((found.label.as_str(), shown), (label, active), "{marked}");
}

#[test]
fn signatures() {
    let header = "header <header-names: string-list> <keys: string-list>";
    signs("if header ‸", header, Some("<header-names: string-list>"));
    signs("if header \"‸", header, Some("<header-names: string-list>"));
    signs("if header [\"a\", \"‸\"] \"b\" {}", header, Some("<header-names: string-list>"));
    signs("if header \"a\" ‸ {}", header, Some("<keys: string-list>"));
    signs("if header \"a\" \"b‸\" {}", header, Some("<keys: string-list>"));
    signs(
        "if header :comparator \"‸\" \"a\" \"b\" {}",
        "header :comparator <string> <header-names: string-list> <keys: string-list>",
        Some("<string>"),
    );
    signs("if size :over 10‸K {}", "size :over <limit: number>", Some("<limit: number>"));
    signs("addflag \"‸\";", "addflag [<variable: string>] <flags: string-list>", Some("<flags: string-list>"));
    signs("addflag \"‸\" \"b\";", "addflag [<variable: string>] <flags: string-list>", Some("<variable: string>"));
    signs("vacation :days ‸", "vacation :days <number> <reason: string>", Some("<number>"));
    signs("if ‸", "if <test> { … }", None);
    let (script, at) = place("keep; ‸");
    assert_eq!(signature(&script, at, &server("pigeonhole-2.4")), None);
}

#[track_caller]
fn renames(marked: &str, name: &str, expected: Result<&str, &str>) {
    let (script, at) = place(marked);
    let dialect = server("pigeonhole-2.4");
    match (rename(&script, at, name, &dialect), expected) {
        (Ok(edits), Ok(expected)) => {
            let (text, applied) = apply(script.text(), &edits);
            assert_eq!((text.as_str(), applied), (expected, edits.len()));
            assert!(prepare_rename(&script, at, &dialect).is_some_and(|range| range.touches(at)));
        }
        (Err(refusal), Err(part)) => {
            let said = refusal.message(Language::En);
            assert!(said.contains(part), "{said}");
        }
        (got, _) => panic!("{marked}: {got:?}"),
    }
}

#[test]
fn renaming_variables_everywhere() {
    renames(
        "require [\"variables\", \"imap4flags\", \"fileinto\"];\nset \"na‸me\" \"x\";\naddflag \"NAME\" \"y\";\nif hasflag \"name\" \"y\" {}\nfileinto \"a.${Name}.${name}\";\nfileinto text:\n${name}\n..${name}\n.\n;",
        "dossier",
        Ok(
            "require [\"variables\", \"imap4flags\", \"fileinto\"];\nset \"dossier\" \"x\";\naddflag \"dossier\" \"y\";\nif hasflag \"dossier\" \"y\" {}\nfileinto \"a.${dossier}.${dossier}\";\nfileinto text:\n${dossier}\n..${dossier}\n.\n;",
        ),
    );
    renames(
        "require [\"variables\", \"include\"]; global [\"a\", \"b\"]; set \"a\" \"${a‸}${b}${global.a}\";",
        "c",
        Ok("require [\"variables\", \"include\"]; global [\"c\", \"b\"]; set \"c\" \"${c}${b}${global.c}\";"),
    );
    // Escapes are undone before variables are looked for; what stands for no variable stays.
    renames(
        "require \"variables\"; set \"a‸\" \"\\\"\\${a} ${a b} ${ab} $ {a} ${1}\";",
        "z",
        Ok("require \"variables\"; set \"z\" \"\\\"\\${z} ${a b} ${ab} $ {a} ${1}\";"),
    );
    renames(
        "require [\"variables\", \"foreverypart\", \"extracttext\"]; foreverypart :name \"a\" { extracttext \"a‸\"; break :name \"a\"; }",
        "texte",
        Ok(
            "require [\"variables\", \"foreverypart\", \"extracttext\"]; foreverypart :name \"a\" { extracttext \"texte\"; break :name \"a\"; }",
        ),
    );
    renames(
        "require [\"variables\", \"foreverypart\"]; set \"a\" \"\"; foreverypart :name \"a\" { break :name \"a‸\"; }",
        "the parts",
        Ok("require [\"variables\", \"foreverypart\"]; set \"a\" \"\"; foreverypart :name \"the parts\" { break :name \"the parts\"; }"),
    );
    // Without variables in force a dollar is a dollar.
    renames("keep :flags \"${a‸}\";", "b", Err("no variable or loop here"));
}

#[test]
fn names_that_are_refused() {
    let script = "require \"variables\"; set \"a‸\" \"x\"; set \"b\" \"${a}\";";
    renames(script, "1a", Err("begins with a digit"));
    renames(script, "", Err("letters, digits and `_`"));
    renames(script, "a-b", Err("letters, digits and `_`"));
    renames(script, "global.x", Err("letters, digits and `_`"));
    renames(script, &"x".repeat(65), Err("at most 64"));
    renames(script, "B", Err("another one already"));
    renames(script, "A", Ok("require \"variables\"; set \"A\" \"x\"; set \"b\" \"${A}\";"));
    renames("require \"foreverypart\"; foreverypart :name \"a‸\" {}", "a\"b", Err("cannot be the name of a loop"));
    renames("ke‸ep;", "b", Err("no variable or loop here"));
}

#[test]
fn uses_of_a_variable() {
    let (script, at) = place("require \"variables\"; set \"a\" \"1\"; set \"a\" \"2\"; keep :flags \"${a‸}\"; set \"a\" \"3\";");
    let dialect = server("pigeonhole-2.4");
    let uses: Vec<Use> = references(&script, at, &dialect).iter().map(|one| one.usage).collect();
    assert_eq!(uses, [Use::Set, Use::Set, Use::Read, Use::Set]);
    let found = definition(&script, at, &dialect).unwrap();
    assert_eq!(found.call.of(script.text()), "set \"a\" \"2\"");
}

fn outline(entries: &[Entry], depth: usize, out: &mut String) {
    for entry in entries {
        out.push_str(&format!("{}{}: {}", "  ".repeat(depth), entry.kind.name(), entry.name));
        if !entry.detail.is_empty() {
            out.push_str(&format!(" ({})", entry.detail));
        }
        out.push('\n');
        outline(&entry.children, depth + 1, out);
    }
}

#[test]
fn the_outline_of_a_script() {
    let script = Script::parse(
        "require \"fileinto\";\n# rule:[Lists]\nif header :contains \"List-Id\"\n   \"x\" {\n  fileinto \"Lists\"; # here\n  stop;\n}\n## Rest ##\nelse {\n}\nkeep;",
    );
    let mut out = String::new();
    outline(&symbols(&script), 0, &mut out);
    assert_eq!(
        out,
        "command: require \"fileinto\"\nbranch: Lists (if header :contains \"List-Id\" \"x\")\n  command: fileinto \"Lists\"\n  word: stop\nblock: Rest ## (else)\nword: keep\n"
    );
}

#[test]
fn folds() {
    let script = Script::parse(
        "# a\n# b\nrequire \"x\";\nrequire [\n  \"y\"];\nif true {\n  keep; # c\n}\n/* d\n */\nvacation text:\ne\n.\n;\nif true { keep; }\n# f\n",
    );
    let shown: Vec<_> = folding(&script).iter().map(|fold| (fold.kind.name(), fold.range.of(script.text()))).collect();
    assert_eq!(
        shown,
        [
            ("comment", "# a\n# b"),
            ("imports", "require \"x\";\nrequire [\n  \"y\"];"),
            ("region", "[\n  \"y\"]"),
            ("region", "{\n  keep; # c\n}"),
            ("comment", "/* d\n */"),
            ("region", "text:\ne\n."),
        ]
    );
}

#[test]
fn coloured_variables() {
    let script = Script::parse("require \"variables\"; keep :flags \"a${b}c${1}\";");
    let dialect = server("pigeonhole-2.4");
    let variables: Vec<&str> = semantic_tokens(&script, &dialect)
        .into_iter()
        .filter(|(_, class)| *class == Class::Variable)
        .map(|(range, _)| range.of(script.text()))
        .collect();
    assert_eq!(variables, ["${b}", "${1}"]);
    tokens(&script, |_, class| assert_ne!(class, Class::Variable));
}

#[test]
fn hints_between_the_characters() {
    let script = Script::parse(
        "if allof (header \"a\" \"b\", address :contains \"From\" \"x\", size :over 100K, size :under 5) { vacation :seconds 3600 \"x\"; }\nif currentdate \"weekday\" [\"0\", \"9\"] {}\nfileinto \"&AMk-l&AOk-ments\";",
    );
    let shown = |server: &str, language| -> Vec<String> {
        let all = Range::new(0, offset(script.text().len()));
        let mut text = script.text().to_owned();
        for hint in hints(&script, all, &self::server(server), language).iter().rev() {
            text.insert_str(hint.at as usize, &format!("‹{}›", hint.text));
        }
        text.lines().map(str::to_owned).collect()
    };
    assert_eq!(
        shown("pigeonhole-2.4", Language::En),
        [
            "if allof (header‹:is› \"a\" \"b\", address :contains \"From\" \"x\", size :over 100K‹= 102400 bytes›, size :under 5) { vacation :seconds 3600‹= 1 hour› \"x\"; }",
            "if currentdate‹:is› \"weekday\" [\"0\"‹= Sunday›, \"9\"] {}",
            "fileinto \"&AMk-l&AOk-ments\";",
        ]
    );
    assert_eq!(shown("cyrus", Language::Fr).last().unwrap(), "fileinto \"&AMk-l&AOk-ments\"‹= Éléments›;");
}

/// Errors of the lexer: what is inserted must not add one.
fn lexical(script: &Script) -> usize {
    let is_lexical = |code: Code| {
        matches!(
            code,
            Code::UnexpectedCharacter
                | Code::UnterminatedString
                | Code::UnterminatedText
                | Code::UnterminatedComment
                | Code::NumberSuffix
                | Code::SingleQuotes
                | Code::StrayReturn
        )
    };
    script.errors().iter().filter(|error| is_lexical(error.code)).count()
}

/// Completing at an offset: nothing panics, edits do not meet, and the text is as readable as before.
fn complete_at(script: &Script, at: u32, dialect: &Dialect, around: &Around<'_>) -> usize {
    let before = lexical(script);
    let found = complete(script, at, dialect, around);
    let scope = Scope::new(script, dialect);
    for (index, one) in found.iter().enumerate() {
        assert!(one.replace.touches(at), "{at}: {one:?}");
        for range in &one.placeholders {
            assert!(one.insert.get(range.start as usize..range.end as usize).is_some(), "{one:?}");
        }
        let edits: Vec<Edit> =
            std::iter::once(Edit { range: one.replace, text: one.insert.clone() }).chain(one.edits.iter().cloned()).collect();
        for edit in &one.edits {
            assert!(edit.range.end < one.replace.start || edit.range.start > one.replace.end, "{one:?}");
        }
        // A list of all extensions is the same from entry to entry.
        if index % 7 == 0 {
            let (text, applied) = apply(script.text(), &edits);
            assert_eq!(applied, edits.len());
            let after = Script::parse(text);
            assert!(lexical(&after) <= before, "{at}: {one:?}\n{}", after.text());
            let _ = describe(&one.topic, &scope, Language::Fr);
        }
    }
    found.len()
}

fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus");
    let mut scripts = Vec::new();
    for folder in ["sieve", "sieve/hard", "sieve/bad", "svtest"] {
        let Ok(entries) = std::fs::read_dir(root.join(folder)) else { continue };
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
        paths.sort();
        scripts.extend(paths.iter().filter_map(|path| std::fs::read_to_string(path).ok()));
    }
    assert!(scripts.len() > 50, "{}", scripts.len());
    scripts
}

#[test]
fn completing_anywhere_in_the_corpus() {
    let (mailboxes, addresses) = (["A \\ \"b\" é".to_owned()], ["me@example.org".to_owned()]);
    let around = Around { mailboxes: &mailboxes, addresses: &addresses, scripts: None };
    let dialects = ["pigeonhole-2.4", "mailcow", "stalwart"].map(server);
    let mut count = 0;
    for (number, text) in corpus().into_iter().enumerate() {
        let dialect = &dialects[number % dialects.len()];
        let script = Script::parse(text.as_str());
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        // A few hundred places of each script, others in the next one.
        let step = (places.len() / 40).max(1);
        for at in places.iter().skip(number % step).step_by(step) {
            count += complete_at(&script, offset(*at), dialect, &around);
            let _ = hover(&script, offset(*at), dialect, Language::En);
            let _ = signature(&script, offset(*at), dialect);
            let _ = rename(&script, offset(*at), "renamed", dialect);
        }
        // As if it were being typed: the text ends at the place.
        for at in places.iter().skip(number % step).step_by(step * 2) {
            let typed = Script::parse(&text[..*at]);
            count += complete_at(&typed, offset(*at), dialect, &around);
            let _ = signature(&typed, offset(*at), dialect);
        }
        let all = Range::new(0, offset(text.len()));
        let _ = (symbols(&script), folding(&script), hints(&script, all, dialect, Language::En));
        assert!(semantic_tokens(&script, dialect).is_sorted_by(|a, b| a.0.end <= b.0.start));
    }
    assert!(count > 10_000, "{count}");
}

#[test]
fn renaming_keeps_every_corpus_script_what_it_is() {
    let dialect = server("pigeonhole-2.4");
    let mut renamed = 0;
    for text in corpus() {
        let script = Script::parse(text.as_str());
        let scope = Scope::new(&script, &dialect);
        for one in occurrences(&scope) {
            let Ok(edits) = rename(&script, one.range.start, "zz_new", &dialect) else { panic!("{one:?}") };
            let (there, _) = apply(&text, &edits);
            let after = Script::parse(there.as_str());
            assert_eq!(lexical(&after), lexical(&script));
            let scope = Scope::new(&after, &dialect);
            assert_eq!(occurrences(&scope).len(), occurrences(&Scope::new(&script, &dialect)).len());
            renamed += 1;
        }
    }
    assert!(renamed > 20, "{renamed}");
}
