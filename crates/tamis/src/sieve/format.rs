//! The layout of a script. Only what stands between tokens is replaced, and capitals in the names of commands, tests and tags, which
//! mean nothing (RFC 5228, 2.4.2.1 and 8.1): strings, numbers, comments and `text:` blocks cannot be lost or changed.
//!
//! The style: two blanks for each block, a command on each line, a list on one line if it fits and else an item on each line, at most
//! one empty line between commands. Comments stay on the line and before the command where they were written: other programs find
//! their rules by them.

mod layout;
mod pieces;

use super::Script;
use crate::diagnostic::Severity;
use crate::text::Edit;

/// The longest line, in characters, if lists can be broken to get there.
const WIDTH: usize = 100;

/// How much further a block or a broken list stands, in blanks.
const STEP: usize = 2;

/// True if a script can be laid out: one that has no errors of syntax, and is not longer than what is read at all.
#[must_use]
pub fn can_format(script: &Script) -> bool {
    let end = script.tree().tokens().last().map_or(0, |token| token.end as usize);
    end == script.text().len() && script.errors().iter().all(|error| error.severity != Severity::Error)
}

/// The edits that give a script its layout; none if it has that already, or cannot be laid out ([`can_format`]).
///
/// Laying out twice changes nothing more. The server's verdict and what the script does stay as they were.
#[must_use]
pub fn format(script: &Script) -> Vec<Edit> {
    if !can_format(script) {
        return Vec::new();
    }
    layout::edits(script.text(), &pieces::Pieces::new(script))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply;

    fn formatted(text: &str) -> String {
        let script = Script::parse(text);
        assert!(can_format(&script), "{:?}", script.errors());
        apply(text, &format(&script)).0
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let once = formatted(text);
        assert_eq!(once, expected);
        assert_eq!(formatted(&once), once, "the second time changes nothing");
    }

    #[test]
    fn commands_and_blocks() {
        check(
            "require[\"fileinto\",\"copy\"] ;IF Header:IS\"a\" \"b\"{keep  ;stop;}\nelsif  not true\n{\n\n  discard;\n\n}\nELSE{}",
            "require [\"fileinto\", \"copy\"];\nif header :is \"a\" \"b\" {\n  keep;\n  stop;\n} elsif not true {\n  discard;\n} else {}\n",
        );
        check("\n\n\nkeep;\n\n\n\nstop;\t\nstop;", "keep;\n\nstop;\nstop;\n");
        check(
            "foreverypart{if true{if allof(true,true){keep;}}}",
            "foreverypart {\n  if true {\n    if allof (true, true) {\n      keep;\n    }\n  }\n}\n",
        );
        check("", "");
        check(" \n\r\n", "");
    }

    #[test]
    fn comments_stay_on_their_line() {
        check(
            "# rule:[Lists]\nif true # why\n{ # inside\n\n\n# first\nkeep; /* a */ stop; /* b */\n# last\n\n}  # end\n\n# next\nelse { /* c */ }\n/* d */ keep; /* e */",
            "# rule:[Lists]\nif true # why\n{ # inside\n\n  # first\n  keep;\n  /* a */ stop; /* b */\n  # last\n} # end\n\n# next\nelse {\n  /* c */\n}\n/* d */ keep; /* e */\n",
        );
        check("/*\n * head\n   */\n\n\n\n   keep;   # x\n", "/*\n * head\n   */\n\nkeep; # x\n");
        check("keep  ; # no end", "keep; # no end\n");
        check("# only\n\n", "# only\n");
        check("/* only */", "/* only */\n");
    }

    #[test]
    fn comments_inside_of_a_command() {
        check(
            "require [ # all\n\"a\", # first\n\n\n\"b\" /* second */ , /* third */\n\"c\"\n# last\n];",
            "require [ # all\n  \"a\", # first\n\n  \"b\" /* second */, /* third */\n  \"c\"\n  # last\n];\n",
        );
        check("redirect/*a*/:copy/*b*/\"c\"/*d*/;", "redirect /*a*/ :copy /*b*/ \"c\" /*d*/;\n");
        check("require[/*a*/\"b\"/*c*/,/*d*/\"e\"/*f*/];", "require [/*a*/ \"b\" /*c*/, /*d*/ \"e\" /*f*/];\n");
        check("if anyof(\n# one\ntrue,\n/* two */\nfalse){keep;}", "if anyof (\n  # one\n  true,\n  /* two */\n  false\n) {\n  keep;\n}\n");
    }

    #[test]
    fn lists_are_broken_where_lines_would_be_too_long() {
        let long = "a".repeat(50);
        check(&format!("require [\"{long}\",\n\"b\"];"), &format!("require [\"{long}\", \"b\"];\n"));
        check(&format!("require [\"{long}\", \"{long}\"];"), &format!("require [\n  \"{long}\",\n  \"{long}\"\n];\n"));
        check(
            &format!("if anyof (header \"x\" [\"{long}\", \"b\"], not exists [\"{long}\", \"{long}\"]) {{ keep; }}"),
            &format!(
                "if anyof (\n  header \"x\" [\"{long}\", \"b\"],\n  not exists [\n    \"{long}\",\n    \"{long}\"\n  ]\n) {{\n  keep;\n}}\n"
            ),
        );
        // The first list fits beside the second one's bracket.
        check(
            &format!("if header [\"a\", \"b\"] [\"{long}\", \"{long}\"] {{ keep; }}"),
            &format!("if header [\"a\", \"b\"] [\n  \"{long}\",\n  \"{long}\"\n] {{\n  keep;\n}}\n"),
        );
        // A hundred columns fit, a hundred and one do not. A trailing comment does not count.
        let exact = "a".repeat(100 - "require [\"\", \"b\"];".len());
        check(&format!("require [\"{exact}\", \"b\"]; # why\n"), &format!("require [\"{exact}\", \"b\"]; # why\n"));
        check(&format!("require [\"{exact}a\", \"b\"];\n"), &format!("require [\n  \"{exact}a\",\n  \"b\"\n];\n"));
        let wide = "é".repeat(exact.len());
        check(&format!("require [\"{wide}\", \"b\"];\n"), &format!("require [\"{wide}\", \"b\"];\n"));
    }

    #[test]
    fn arguments_stay_on_lines_of_their_own_if_one_is_not_enough() {
        let long = "a".repeat(90);
        check("vacation\n:days 7\n\"text\";", "vacation :days 7 \"text\";\n");
        check(
            &format!("vacation\n:days 7\n\n:addresses\n[\"a\", \"b\"]\n\"{long}\"\n;"),
            &format!("vacation\n  :days 7\n  :addresses [\"a\", \"b\"]\n  \"{long}\";\n"),
        );
        check(
            &format!("if header :is\n\"{long}\"\n\"b\" {{ keep; }}"),
            &format!("if header :is\n    \"{long}\"\n    \"b\" {{\n  keep;\n}}\n"),
        );
        check("vacation :days 7 # a week\n:subject \"x\" \"y\";", "vacation :days 7 # a week\n  :subject \"x\" \"y\";\n");
    }

    #[test]
    fn blocks_of_text_are_kept_as_they_are() {
        check(
            "if true{vacation   text:  # c\n  Hi,\r\n\n..\n.\n   ;keep;}",
            "if true {\n  vacation text:  # c\n  Hi,\r\n\n..\n.\n  ;\n  keep;\n}\n",
        );
        check("keep ;\nredirect \"a\n   b\"  ;", "keep;\nredirect \"a\n   b\";\n");
        check("notify [text:\na\n.\n,\"b\"];", "notify [\n  text:\na\n.\n  ,\n  \"b\"\n];\n");
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        check("keep;\r\nif true {stop;}\r\n", "keep;\r\nif true {\r\n  stop;\r\n}\r\n");
        check("# a\r\nkeep;", "# a\r\nkeep;\r\n");
        check("keep; # a\r\nkeep;\nstop;\nstop;", "keep; # a\r\nkeep;\nstop;\nstop;\n");
    }

    #[test]
    fn errors_of_syntax_leave_a_script_alone() {
        for text in ["if true { keep;", "keep\n;;", "\u{feff}keep  ;", "'a'"] {
            let script = Script::parse(text);
            assert!(!can_format(&script) && format(&script).is_empty(), "{text}");
        }
    }
}
