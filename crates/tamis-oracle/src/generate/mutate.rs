//! Mistakes: one or two changes to a script's tokens, or to any bytes.

use super::Random;
use super::tokens::string;

/// Changes a script's tokens in one place.
pub fn mutate_script(random: &mut Random, tokens: &mut Vec<String>) {
    if tokens.is_empty() {
        tokens.push("keep".to_owned());
    }
    let at = random.below(tokens.len());
    // Each change looks for the nearest token that it applies to.
    let near = |wanted: &dyn Fn(&str) -> bool| (at..tokens.len()).chain(0..at).find(|index| wanted(&tokens[*index]));
    let is_string = |token: &str| token.starts_with('"');
    match random.below(22) {
        0 => {
            tokens.remove(at);
        }
        1 => tokens.insert(at, tokens[at].clone()),
        2 => {
            let other = random.below(tokens.len());
            tokens.swap(at, other);
        }
        3 | 4 => {
            if let Some(at) = near(&|token| token.starts_with(':')) {
                let tags = [
                    ":is",
                    ":contains",
                    ":matches",
                    ":regex",
                    ":count",
                    ":value",
                    ":all",
                    ":domain",
                    ":user",
                    ":over",
                    ":copy",
                    ":flags",
                    ":last",
                    ":index",
                    ":mime",
                    ":zone",
                    ":raw",
                    ":nosuch",
                    ":lower",
                    ":create",
                    ":comparator",
                ];
                (*random.pick(&tags)).clone_into(&mut tokens[at]);
            }
        }
        5 => tokens.insert(at, (*random.pick(&[":is", ":copy", ":comparator \"i;octet\"", ":regex", ":index 2", ":nosuch"])).to_owned()),
        6 | 7 => {
            if let Some(at) = near(&is_string) {
                let values =
                    ["1", "\"\"", "[]", "[\"a\" \"b\"]", "[\"a\",]", ":is", "text:\nx\n.\n", "keep", "\"\u{0}\"", "-1", "[\"a\", [\"b\"]]"];
                (*random.pick(&values)).clone_into(&mut tokens[at]);
            }
        }
        // A `require` that lacks an entry, or names what nobody knows.
        8 | 9 => {
            let end = tokens.iter().position(|token| token == ";").unwrap_or(0);
            let entries: Vec<usize> = (0..end).filter(|index| is_string(&tokens[*index])).collect();
            if !entries.is_empty() {
                let entry = *random.pick(&entries);
                let names = [
                    "\"keep\"",
                    "\"nosuch\"",
                    "\"FileInto\"",
                    "\"fileinto\"",
                    "\"variables\"",
                    "\"vnd.dovecot.pipe\"",
                    "\"imapflags\"",
                    "\"\"",
                ];
                (*random.pick(&names)).clone_into(&mut tokens[entry]);
            }
        }
        10 => tokens.insert(
            at,
            (*random.pick(&["{", "}", "(", ")", "[", "]", ",", ";", "\"", "/*", "#x\n", "&", "é", "\\", ":", "/", "."])).to_owned(),
        ),
        11 => {
            if let Some(at) = near(&|token| token.starts_with(|char: char| char.is_ascii_digit())) {
                let numbers = ["1G", "18446744073709551615", "18446744073709551616", "17179869184G", "1B", "01", "1.5", "1e3", "9KK", "0"];
                (*random.pick(&numbers)).clone_into(&mut tokens[at]);
            }
        }
        12 | 13 => {
            if let Some(at) = near(&is_string) {
                let odd = [
                    "${hex:41 42}",
                    "${unicode:e9}",
                    "${hex:4}",
                    "${unicode:110000}",
                    "${unicode: d800}",
                    "${hex:}",
                    "${h:41}",
                    "${hex: 0}",
                    "${a}",
                    "${33}",
                    "${32}",
                    "${foo.bar}",
                    "${global.x}",
                    "${env.x}",
                    "${1x}",
                    "(a",
                    "[a",
                    "a{2",
                    "a{1,300}",
                    "*a",
                    "(?:x)",
                    "\\",
                    "a\\",
                    "not an address",
                    "a@b@c",
                    "<a@example.org>",
                    "A B <a@example.org>",
                    "a@",
                    "@example.org",
                    "a@example.org, b@example.org",
                    "",
                    "i;nosuch",
                    "gt",
                    "xx",
                    "+2500",
                    "CET",
                    "1",
                    "\r\n",
                    "a\r\nb",
                    "\u{1}",
                    "X Y",
                    "X:Y",
                    "mailto:",
                    "http://x",
                    "mailto:a@example.org?%zz",
                    "é@example.org",
                    "INBOX/\u{7f}",
                    "&-&",
                    "a//b",
                ];
                tokens[at] = string(random.pick(&odd));
            }
        }
        14 => {
            if let Some(at) = near(&|token| token.starts_with(|char: char| char.is_ascii_alphabetic())) {
                let names = [
                    "keep",
                    "stop",
                    "discard",
                    "fileinto",
                    "header",
                    "allof",
                    "not",
                    "true",
                    "if",
                    "elsif",
                    "else",
                    "require",
                    "nosuch",
                    "redirect",
                    "set",
                    "addflag",
                    "ereject",
                    "vacation",
                    "mark",
                    "notify",
                    "break",
                    "return",
                    "extracttext",
                    "size",
                    "string",
                    "ihave",
                    "exists",
                    "denotify",
                    "valid_notify_method",
                ];
                (*random.pick(&names)).clone_into(&mut tokens[at]);
            }
        }
        // Blocks that a constant makes dead are not checked by every engine.
        15 | 16 => {
            if let Some(at) = near(&|token| token == "if" || token == "elsif") {
                let constants = [
                    vec!["allof", "(", "false", ",", "true", ")", "{", "nosuch", ";", "}", "if"],
                    vec!["false", "{", "fileinto", "\"X\"", ";", "}", "if"],
                    vec!["true", "{", "}", "elsif", "header", "{", "}", "if"],
                    vec!["ihave", "\"nosuch\"", "{", "nosuch", ":tag", "1", ";", "}", "if"],
                    vec!["not", "ihave", "\"copy\"", "{", "nosuch", ";", "}", "if"],
                    vec!["anyof", "(", "true", ",", "nosuch", ")", "{", "}", "if"],
                    vec!["not", "false", "{", "stop", ";", "}", "else", "{", "nosuch", ";", "}", "if"],
                ];
                let constant = random.pick(&constants);
                tokens.splice(at + 1..=at, constant.iter().map(|token| (*token).to_owned()));
            }
        }
        17 => {
            if let Some(at) = near(&|token| token == ";" || token == "}") {
                let commands = [
                    "require \"fileinto\";",
                    "else { keep; }",
                    "elsif true { keep; }",
                    "keep",
                    "if true keep;",
                    "stop stop;",
                    "if not { }",
                    "keep \"x\";",
                    "keep true;",
                    "keep { }",
                    "if true { if true { if true { if true { keep; } } } }",
                    "if allof() { }",
                    "if anyof(true) { }",
                    "if allof(true, ) { }",
                    "true;",
                    "if keep { }",
                    ";",
                    "{ }",
                    "break;",
                    "redirect \"x@example.org\" ;",
                    "require \"copy\";",
                    "include \"nosuch\";",
                    "include :optional \"nosuch\";",
                    "include :global :personal \"x\";",
                    "include :global \"x\";",
                    "include :once :optional :global \"x\";",
                    "include \"a/b\";",
                    "include :optional \"${x}\";",
                    "set \"a.b\" \"c\";",
                    "set \"1\" \"c\";",
                    "set \"a-b\" \"c\";",
                    "error \"x\";",
                    "foreverypart { foreverypart { foreverypart { foreverypart { foreverypart { } } } } }",
                    "if size 1 { }",
                    "if size :over :under 1 { }",
                    "if header \"a\" { }",
                    "if header \"a\" \"b\" \"c\" { }",
                    "if header \"a:\" \"b\" { }",
                    "if address \"Subject\" \"b\" { }",
                    "if envelope \"size\" \"1\" { }",
                    "if date \"Date\" \"nosuch\" \"1\" { }",
                    "if currentdate :zone \"x\" \"hour\" \"1\" { }",
                    "if exists [] { }",
                    "if hasflag \"a\" \"b\" { }",
                    "fileinto :flags \"\\\\Seen\" :copy \"x\";",
                    "fileinto \"x\" :copy;",
                    "vacation :days 1 :days 2 \"x\";",
                    "vacation :mime \"x\";",
                    "vacation :subject \"\" \"\";",
                    "addheader \"X Y\" \"a\";",
                    "deleteheader \"Received\";",
                    "addheader \"X\" \"a\r\nb\";",
                    "notify :importance \"4\" \"mailto:a@example.org\";",
                    "global \"x\";",
                    "return;",
                    "keep; #",
                    "keep; /*",
                    "debug_log \"x\";",
                    "test;",
                    "mailboxexists \"x\";",
                    "if mailboxexists \"\" { }",
                    "if ihave \"no\" { x; }",
                    "if string :comparator \"i;ascii-numeric\" :contains \"1\" \"1\" { }",
                    "if header :value \"zz\" \"a\" \"b\" { }",
                    "if header :regex \"a\" \"(\" { }",
                    "if true, false { }",
                ];
                tokens.insert(at + 1, (*random.pick(&commands)).to_owned());
            }
        }
        18 => {
            let end = at + 1 + random.below((tokens.len() - at).min(6));
            tokens.drain(at..end.min(tokens.len()));
        }
        19 => {
            let end = (at + 1 + random.below(8)).min(tokens.len());
            let copy = tokens[at..end].to_vec();
            let place = random.below(tokens.len());
            tokens.splice(place..place, copy);
        }
        20 => {
            let mut bytes = tokens[at].clone().into_bytes();
            mutate_bytes(random, &mut bytes);
            tokens[at] = String::from_utf8_lossy(&bytes).into_owned();
        }
        _ => {
            if let Some(at) = near(&is_string) {
                // The quotes get lost.
                tokens[at] = tokens[at].trim_matches('"').to_owned();
            }
        }
    }
}

/// Changes bytes in one place.
pub fn mutate_bytes(random: &mut Random, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        bytes.push(b'x');
    }
    let at = random.below(bytes.len());
    let odd = *random.pick(b"\n\r\t \x00\x01\x7f\x80\xc3\xa9\xff\"\\;:,<>()[]{}=?@_.-%a0");
    match random.below(6) {
        0 => bytes[at] = odd,
        1 => bytes.insert(at, odd),
        2 => {
            bytes.remove(at);
        }
        3 => {
            let end = (at + 1 + random.below(12)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let end = (at + 1 + random.below(30)).min(bytes.len());
            let copy = bytes[at..end].to_vec();
            let place = random.below(bytes.len());
            bytes.splice(place..place, copy);
        }
        _ => bytes.truncate(at),
    }
}
