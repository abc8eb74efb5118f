//! Scripts made of whole words, so that most bytes get past the lexer: each byte picks a word.

/// Words of the language, whole beginnings of commands, and what goes wrong often.
const WORDS: [&str; 128] = [
    "if ", "elsif ", "else ", "not ", "anyof (", "allof (", "true", "false", "{ ", "} ", "; ", ", ", ") ", "( ", "[ ", "] ", "keep; ",
    "discard; ", "stop; ", "\n", " ", "# c\n", "/* c */", "\"", "\\", "\"a\" ", "\"b\" ", "\"\" ", "\"*\" ", "\"Subject\" ", "\"From\" ",
    "[\"a\", \"b\"] ", "text:\na\n.\n", "text: # c\n..\n.\n", "1 ", "10K ", "99999999999999999999 ", "7G", ":is ", ":contains ", ":matches ",
    ":regex ", ":count \"ge\" ", ":value \"lt\" ", ":comparator \"i;octet\" ", ":comparator \"i;ascii-numeric\" ", ":all ", ":localpart ",
    ":domain ", ":user ", ":detail ", ":over ", ":under ", ":copy ", ":create ", ":flags \"\\\\Seen\" ", ":raw ", ":content \"text\" ",
    ":text ", ":lower ", ":upperfirst ", ":length ", ":quotewildcard ", ":days 1 ", ":seconds 1 ", ":subject \"s\" ", ":from \"a@example.org\" ",
    ":addresses [\"a@example.org\"] ", ":mime ", ":handle \"h\" ", ":index 1 ", ":last ", ":zone \"+0100\" ", ":originalzone ",
    ":anychild ", ":name \"n\" ", ":first 5 ", ":once ", ":optional ", ":personal ", ":global ", ":header \"h\" ", ":uniqueid \"u\" ",
    ":importance \"1\" ", ":message \"m\" ", ":unknown ", "header ", "address ", "envelope ", "exists ", "size ", "body ", "string ",
    "hasflag ", "date ", "currentdate ", "environment ", "duplicate ", "ihave ", "mailboxexists ", "fileinto ", "redirect ", "reject ",
    "vacation ", "set ", "addflag ", "addheader ", "deleteheader ", "notify ", "foreverypart ", "break; ", "extracttext ", "include ",
    "return; ", "global ", "error ", "denotify; ", "\"${a}\" ", "\"${1}\" ", "\"${unicode:e9}\" ", "\"${hex:40\" ", "\"a@example.org\" ",
    "\"mailto:a@example.org\" ", "\"(a|b)*\" ", "\"é\" ", "\u{1d11e}", "\0", "\r",
];

/// A `require` of all that Pigeonhole offers to everybody.
const ALL: &str = "require [\"fileinto\", \"reject\", \"envelope\", \"encoded-character\", \"vacation\", \"subaddress\", \
\"comparator-i;ascii-numeric\", \"relational\", \"regex\", \"imap4flags\", \"copy\", \"include\", \"variables\", \"body\", \"enotify\", \
\"environment\", \"mailbox\", \"date\", \"index\", \"ihave\", \"duplicate\", \"mime\", \"foreverypart\", \"extracttext\"];\n";

/// Makes a script: an odd first byte begins it with `require`, each other byte is a word.
pub fn run(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let mut text = if first % 2 == 1 { ALL.to_owned() } else { String::new() };
    for byte in rest {
        text.push_str(WORDS[usize::from(byte % 128)]);
    }
    crate::sieve_bytes::check(&text);
}
