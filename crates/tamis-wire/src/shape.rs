//! The shapes of the JSON, described once: from here come the JSON Schema (`crates/tamis-wire/wire.schema.json`) and the page's types
//! (`web/src/engine/wire.ts`). Requests are read in `request`, answers written in `check`, `run`, `edit`, `vet` and `lib`; the page's tests hold
//! every answer over the corpus against the schema, which allows no field that is not here.

mod schema;
mod typescript;

pub use schema::schema;
pub use typescript::typescript;

use Kind::{Count, Either, Flag, List, Map, Object, Open, OrNull, Shape as Named, Text, True, Tuple, Version, Word};

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// The number 1: the version of the JSON.
    Version,
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number, not negative.
    Count,
    /// True or false.
    Flag,
    /// Always true: the field is left out otherwise.
    True,
    /// A shape of [`SHAPES`], by name.
    Shape(&'static str),
    /// This, or null.
    OrNull(&'static Kind),
    /// An array.
    List(&'static Kind),
    /// An array of these, in this order.
    Tuple(&'static [Kind]),
    /// An object with any names.
    Map(&'static Kind),
    /// One of these.
    Either(&'static [Kind]),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// An object with these fields, and others that nobody reads.
    Open(&'static [Field]),
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What its value is.
    pub kind: Kind,
    /// Whether it is always there.
    pub required: bool,
    /// What it means.
    pub doc: &'static str,
}

/// A shape with a name.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// The values that have it.
    pub kind: Kind,
}

const fn always(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: true, doc }
}

const fn sometimes(name: &'static str, kind: Kind, doc: &'static str) -> Field {
    Field { name, kind, required: false, doc }
}

const fn shape(name: &'static str, doc: &'static str, kind: Kind) -> Shape {
    Shape { name, doc, kind }
}

/// Some texts, or one.
const TEXTS: Kind = Either(&[Text, List(&Text)]);

/// A message of a saved test.
const SAVED_STEP: [Field; 9] = [
    sometimes("message", OrNull(&Text), "The message: the text; a path (without a line end) is for the command line."),
    sometimes("message_base64", OrNull(&Text), "The message's bytes in base64, for those that are no text."),
    sometimes("from", OrNull(&Text), "Envelope sender, empty for the null sender."),
    sometimes("to", OrNull(&Text), "Envelope recipient."),
    sometimes("user", OrNull(&Text), "The authenticated sender."),
    sometimes("now", OrNull(&Text), "When it comes (RFC 3339)."),
    sometimes("score", OrNull(&Text), "Of a chain, the score that Rspamd gives: a number."),
    sometimes("symbols", TEXTS, "Of a chain, the symbols that Rspamd finds."),
    sometimes("expect", Named("Expected"), "What is expected."),
];

/// A saved test: what it says itself, and of its message if it has one.
const SAVED_TEST: [Field; 20] = joined(
    [
        always("name", Text, "What it is called."),
        sometimes("script", OrNull(&Text), "Its own script: the text; a path (without a line end) is for the command line."),
        sometimes("server", OrNull(&Text), "Its own server."),
        sometimes("settings", Map(&Text), "Settings of that server to override."),
        sometimes("before", TEXTS, "The administrator's scripts before the user's own, for the command line."),
        sometimes("after", TEXTS, "Those after it, for the command line."),
        sometimes("include", OrNull(&Text), "Where included scripts are, for the command line."),
        sometimes("chain", OrNull(&Text), "The whole path of a message, for the command line."),
        sometimes("hostname", OrNull(&Text), "The server's own name."),
        sometimes("account", OrNull(&Named("Account")), "What is known of the user, in place of the request's account."),
        sometimes("step", List(&Named("SavedStep")), "The messages, if there is more than one; what they leave out the test says."),
    ],
    SAVED_STEP,
);

/// A message with what is around it.
const WITNESS: [Field; 9] = [
    always("message", OrNull(&Text), "The message, lines ended by CRLF; null if it is no UTF-8, or longer than 64 KiB."),
    always("size", Count, "Its size, in bytes."),
    always("from", Text, "Envelope sender, empty for the null sender."),
    always("to", Text, "Envelope recipient."),
    always("auth", OrNull(&Text), "The authenticated sender."),
    always("now", Text, "When it comes (RFC 3339)."),
    always("hostname", Text, "The server's own name."),
    always("account", Named("Account"), "What is known of the user."),
    always("traits", List(&Text), "What sets it apart from a plain letter; nothing if it is one."),
];

/// A message that two scripts treat differently.
const DIFFERING: [Field; 11] = joined(
    WITNESS,
    [always("old", Text, "What the old script does with it, in a sentence."), always("new", Text, "What the new one does.")],
);

/// The fields of both.
#[expect(clippy::indexing_slicing, reason = "of constants: out of bounds does not compile")]
const fn joined<const A: usize, const B: usize, const ALL: usize>(first: [Field; A], second: [Field; B]) -> [Field; ALL] {
    assert!(A + B == ALL, "every field of both, and no others");
    let mut out = [first[0]; ALL];
    let mut at = 0;
    while at < ALL {
        out[at] = if at < A { first[at] } else { second[at - A] };
        at += 1;
    }
    out
}

/// All shapes.
pub const SHAPES: &[Shape] = &[
    shape("Language", "A language that tamis speaks.", Word(&["en", "fr"])),
    shape(
        "Request",
        "What is asked, of check, run and what an editor asks alike; the message's bytes travel beside it.",
        Object(&[
            sometimes("version", Version, "The version of the JSON."),
            always("script", Text, "The script's text."),
            sometimes("file", OrNull(&Text), "How the script, or for run the message, is called in the answer."),
            sometimes("server", OrNull(&Text), "The server by name; `pigeonhole-2.4` if left out."),
            sometimes("set", Map(&Text), "Settings of the server to override."),
            sometimes("lang", Named("Language"), "The language of sentences; English if left out."),
            sometimes("positions", Word(&["utf8", "utf16"]), "The unit of offsets; `utf8` if left out."),
            sometimes("from", OrNull(&Text), "Envelope sender, empty for the null sender; read from the message if left out."),
            sometimes("to", OrNull(&Text), "Envelope recipient; the first address of the account, or read from the message, if left out."),
            sometimes("now", OrNull(&Text), "When the message is delivered (RFC 3339)."),
            sometimes("account", Named("Account"), "What is known of the user."),
            sometimes(
                "levels",
                Map(&Word(&["off", "hint", "warning"])),
                "How loud findings of check are, by code, where not as they are by themselves. Errors have no level.",
            ),
            sometimes("trace", Flag, "Whether the answer has a trace."),
            sometimes("charsets", List(&Named("Charset")), "Answers to wanted charset conversions."),
            sometimes("scripts", List(&Named("Script")), "Answers to wanted scripts."),
            sometimes("tests", List(&Named("SavedTest")), "Saved tests: those that test runs, and that are written to a file."),
            sometimes("offset", Count, "The place that is asked about, for complete, hover, signature and rename."),
            sometimes("name", OrNull(&Text), "Another name for what stands there, for rename."),
        ]),
    ),
    shape(
        "Account",
        "What is known of the user.",
        Object(&[
            sometimes("addresses", List(&Text), "The user's own addresses."),
            sometimes("mailboxes", OrNull(&List(&Text)), "The mailboxes that exist; null if that is not known."),
            sometimes("special_uses", OrNull(&Map(&TEXTS)), "What mailboxes are for: special uses by mailbox; null if that is not known."),
            sometimes("mailbox_ids", OrNull(&Map(&TEXTS)), "The ids of mailboxes, by mailbox; null if they are not known."),
            sometimes("metadata", OrNull(&List(&Named("Annotation"))), "Annotations; null if they are not known."),
            sometimes("lists", OrNull(&Map(&TEXTS)), "Who is on lists kept outside, by the list's name."),
            sometimes(
                "answers",
                OrNull(&List(&Named("Answer"))),
                "What programs and other things outside answer; the first that fits counts.",
            ),
            sometimes("environment", OrNull(&Map(&TEXTS)), "Further items of the environment, by name."),
            sometimes(
                "remembered",
                OrNull(&List(&Named("Remembered"))),
                "What the server remembers, as the answers to earlier runs tell it.",
            ),
        ]),
    ),
    shape(
        "Annotation",
        "An annotation of a mailbox, or of the server.",
        Object(&[
            sometimes("mailbox", Text, "The mailbox; the server's own if left out."),
            always("name", Text, "Its name, such as `/private/comment`."),
            sometimes("value", Text, "Its value."),
        ]),
    ),
    shape(
        "Answer",
        "What something outside answers.",
        Object(&[
            always("command", Text, "The command or test that asks: `execute`, `filter`, `pipe`, `convert`, ..."),
            sometimes("about", Text, "Its first argument, the program's name for one; any if left out."),
            sometimes("reply", Word(&["yes", "no", "broken"]), "It succeeds or holds; it says no; it cannot be asked. `yes` if left out."),
            sometimes("output", Text, "What it writes: the value of `:output`, or of the test; for `filter` the new message."),
        ]),
    ),
    shape(
        "Remembered",
        "Something that the server remembers for a time.",
        Object(&[
            always("question", Word(&["seen-before", "answered-before"]), "That an id was seen, or that a sender was answered."),
            sometimes("handle", Text, "The handle: what `:handle` says, or what the server takes instead."),
            always("id", Text, "The id, or the sender."),
            always("until", Either(&[Count, Text]), "The second since 1970 at which the memory ends, or that time (RFC 3339)."),
        ]),
    ),
    shape(
        "Charset",
        "A conversion that the face did: what was wanted, with a text.",
        Open(&[
            always("charset", Text, "The charset's label as it was wanted."),
            always("bytes", Text, "The bytes as they were wanted, in base64."),
            always("text", OrNull(&Text), "Their text; null if the face does not know the charset."),
        ]),
    ),
    shape(
        "Script",
        "A script that may be included: what was wanted, with a text.",
        Open(&[
            always("store", Word(&["personal", "global"]), "Where it is."),
            always("name", Text, "Its name."),
            always("text", OrNull(&Text), "Its text; null if there is none."),
        ]),
    ),
    shape(
        "CheckResponse",
        "The answer of check: one entry for each file and server.",
        Object(&[always("version", Version, "The version of the JSON."), always("files", List(&Named("FileReport")), "The files.")]),
    ),
    shape(
        "FileReport",
        "What one server says to one file.",
        Object(&[
            always("file", Text, "Its name."),
            always("server", Text, "The server."),
            always("verdict", Named("Verdict"), "What the server does with it."),
            always("diagnostics", List(&Named("Diagnostic")), "Every finding, by place."),
            sometimes("wanted", List(&Named("WantedScript")), "Included scripts whose text would make the answer better."),
        ]),
    ),
    shape(
        "Verdict",
        "What the server does with a script; one that is declined, tamis does not judge.",
        Word(&["accepted", "refused", "declined"]),
    ),
    shape(
        "Place",
        "A place in a script.",
        Object(&[
            always("line", Count, "The line, from 1."),
            always("column", Count, "The column, from 1, in characters."),
            always("offset", Count, "The offset, from 0, in the unit that the request names."),
        ]),
    ),
    shape(
        "Diagnostic",
        "A finding.",
        Object(&[
            always("code", Text, "Its stable name."),
            always("severity", Word(&["error", "warning", "hint"]), "How bad it is."),
            always("message", Text, "The sentence."),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
            sometimes("script", Text, "The included script that it is in; left out for the script itself."),
            always("labels", List(&Named("Label")), "Other places."),
            always("fixes", List(&Named("Fix")), "Cures."),
        ]),
    ),
    shape(
        "Label",
        "A second place.",
        Object(&[
            always("message", Text, "What is there."),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
        ]),
    ),
    shape(
        "Fix",
        "A cure.",
        Object(&[
            always("title", Text, "What it does."),
            always("applicability", Word(&["safe", "unsafe", "display"]), "How sure it is."),
            always("edits", List(&Named("Edit")), "The change."),
        ]),
    ),
    shape(
        "Edit",
        "A replacement, offsets in the unit that the request names.",
        Object(&[
            always("start", Count, "Offset of the first unit replaced."),
            always("end", Count, "Offset after the last."),
            always("text", Text, "What stands there afterwards."),
        ]),
    ),
    shape(
        "Span",
        "A part of a text, offsets in the unit that the request names.",
        Object(&[always("start", Count, "Offset of the first unit."), always("end", Count, "Offset after the last.")]),
    ),
    shape(
        "CompleteResponse",
        "The answer of complete: what can be written at a place, the best first.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("completions", List(&Named("Completion")), "What there is."),
        ]),
    ),
    shape(
        "Completion",
        "Something that can be written.",
        Object(&[
            always("label", Text, "How it is called in a list."),
            always(
                "kind",
                Word(&["control", "action", "test", "tag", "extension", "mailbox", "variable", "script", "value"]),
                "What kind of thing it is.",
            ),
            always("detail", Text, "How it is written with its arguments; empty if that says nothing more."),
            always("doc", Text, "What it does or means."),
            always("start", Count, "Offset of the first unit replaced."),
            always("end", Count, "Offset after the last."),
            always("insert", Text, "What stands there afterwards."),
            always(
                "placeholders",
                List(&Named("Span")),
                "The parts of `insert` to be filled in, in order; an empty one is for the cursor.",
            ),
            always("edits", List(&Named("Edit")), "What else changes; none of it touches what is replaced."),
            always("requires", Text, "The extension that is added to `require`; empty if none."),
        ]),
    ),
    shape(
        "HoverResponse",
        "The answer of hover.",
        Object(&[always("version", Version, "The version of the JSON."), always("hover", OrNull(&Named("Hover")), "What stands there.")]),
    ),
    shape(
        "Hover",
        "What is known of something.",
        Object(&[
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
            always("title", Text, "How it is called."),
            always("kind", Text, "What kind of thing it is, in words."),
            always("usage", Text, "How it is written with its arguments; empty if that says nothing more."),
            always("doc", Text, "What it does or means."),
            always("notes", List(&Text), "What else there is to say here, a sentence each."),
            always("tags", List(&Named("TagDoc")), "What may stand on it."),
            always("source", Text, "Where it is defined; empty if nowhere."),
            always("extension", Text, "The extension that it needs; empty if none."),
            always(
                "servers",
                Map(&Word(&["yes", "global", "option", "no"])),
                "Which servers have it: `global` for the administrator's scripts only, `option` if switched on.",
            ),
        ]),
    ),
    shape(
        "TagDoc",
        "A tag, or a command of an extension.",
        Object(&[always("usage", Text, "How it is written."), always("doc", Text, "What it does.")]),
    ),
    shape(
        "SignatureResponse",
        "The answer of signature.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always(
                "signature",
                OrNull(&Object(&[
                    always("label", Text, "How the call is written."),
                    always("parameters", List(&Named("Span")), "Where its arguments stand in the label."),
                    always("active", OrNull(&Count), "Which of them the place is in."),
                    always("doc", Text, "What the call does."),
                ])),
                "The call around the place.",
            ),
        ]),
    ),
    shape(
        "OutlineResponse",
        "The answer of outline.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("symbols", List(&Named("OutlineEntry")), "The commands of the script."),
            always("folds", List(&Named("Fold")), "What can be folded away."),
        ]),
    ),
    shape(
        "OutlineEntry",
        "A command.",
        Object(&[
            always("name", Text, "What the comment before it says, or else the command itself."),
            always("detail", Text, "The command, if a comment names it."),
            always(
                "kind",
                Word(&["block", "branch", "word", "command"]),
                "Whether it has a block, a test and a block, no arguments, or some.",
            ),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
            always(
                "head",
                Object(&[always("start", Named("Place"), "Where it starts."), always("end", Named("Place"), "Where it ends.")]),
                "The command without its block.",
            ),
            always("children", List(&Named("OutlineEntry")), "The commands of its block."),
        ]),
    ),
    shape(
        "Fold",
        "A stretch of several lines.",
        Object(&[
            always("kind", Word(&["region", "comment", "imports"]), "What it is; `imports` is the head of the script."),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
        ]),
    ),
    shape(
        "TokensResponse",
        "The answer of tokens.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always(
                "tokens",
                List(&Count),
                "Start, end and class of each token: 1 comment, 2 command, 3 test, 4 tag, 5 number, 6 string, 7 punctuation, 8 without a \
                 meaning, 9 variable inside a string.",
            ),
            always("hints", List(&Named("Hint")), "What is shown between the characters."),
        ]),
    ),
    shape(
        "Hint",
        "What a script says without writing it.",
        Object(&[
            always("offset", Count, "Where it is shown."),
            always("text", Text, "What is shown."),
            always("kind", Word(&["implied", "value"]), "A tag that counts although it is not written, or a value in other words."),
        ]),
    ),
    shape(
        "RenameResponse",
        "The answer of rename.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("places", List(&Named("Named")), "Every place that names it; none if nothing there can be renamed."),
            sometimes("edits", List(&Named("Edit")), "The edits that give it the name that was asked for."),
            sometimes("refused", Text, "Why it cannot have that name."),
        ]),
    ),
    shape(
        "Named",
        "A place that names a variable or a loop.",
        Object(&[
            always("start", Named("Place"), "Where the name starts."),
            always("end", Named("Place"), "Where it ends."),
            always("use", Word(&["set", "declared", "read"]), "What is done with it there."),
        ]),
    ),
    shape(
        "RunResponse",
        "The answer of run, for one message.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("message", Text, "The message's name."),
            always("outcome", Word(&["ok", "failed", "refused", "declined"]), "`failed` at run time, `refused` when it was compiled."),
            always("failure", OrNull(&Named("Diagnostic")), "Why it failed."),
            always("diagnostics", List(&Named("Diagnostic")), "What the compiler found, and then what was noticed during the run."),
            always("actions", List(&Named("Action")), "The actions of the result, in order."),
            sometimes("scripts", List(&Named("ChainedScript")), "The scripts that ran one after another, if there was more than one."),
            always("stored", List(&Named("Stored")), "What the user's mailboxes gain."),
            always("sent", List(&Named("Sent")), "What leaves, or would have left."),
            always("keep", Word(&["implicit", "explicit", "cancelled"]), "What became of the implicit keep."),
            always("assumed", List(&Named("Assumed")), "What was assumed because nobody knows."),
            sometimes("remembered", List(&Named("Remembered")), "What the server will remember: an account takes it as it is."),
            sometimes("replaced", Text, "The message that a program made of the one delivered."),
            always("hazards", List(&Text), "Codes of known faults of the server's engine that this input meets."),
            always("sentence", Text, "One sentence for a user."),
            always("trace", OrNull(&List(&Named("TraceStep"))), "The steps, if they were asked for."),
            always("wanted", List(&Either(&[Named("WantedCharset"), Named("WantedScript")])), "What would make the answer better."),
            always("used", Object(&[always("steps", Count, "Steps.")]), "What the run cost."),
        ]),
    ),
    shape("SavedTest", "A saved test, as docs/tests.md describes it: its own message, or a list of steps.", Object(&SAVED_TEST)),
    shape("SavedStep", "A message of a saved test. State is carried from one to the next.", Object(&SAVED_STEP)),
    shape(
        "ReachResponse",
        "The answer of `tamis reach`: for each branch and command of a script a message that comes there, or why there is none.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("script", Text, "The script's name."),
            always("server", Text, "The server."),
            always(
                "branches",
                Object(&[
                    always("reached", Count, "Those that a message comes to."),
                    always("unreachable", Count, "Those that no message comes to."),
                    always("undecided", Count, "Those of which nobody knows."),
                ]),
                "How many branches there are of each kind.",
            ),
            always("points", List(&Named("ReachPoint")), "The branches and commands, by place."),
            always("witnesses", List(&Named("Witness")), "The messages."),
            always("runs", Count, "How many runs it took."),
        ]),
    ),
    shape(
        "ReachPoint",
        "A branch or a command. Of `witness`, `reason` and `obstacle` it has the one that belongs to its answer.",
        Object(&[
            always(
                "kind",
                Word(&["command", "loop", "loop-skipped", "branch", "else", "no-branch", "dead-branch"]),
                "What it is: `no-branch` if no branch of an `if` is taken, `dead-branch` behind one that is always taken.",
            ),
            always("place", Named("ReachPlace"), "Where it is."),
            always("answer", Word(&["reached", "unreachable", "undecided"]), "Whether a message comes there."),
            sometimes("witness", Count, "The message, by its place in `witnesses`."),
            sometimes(
                "reason",
                Object(&[
                    always(
                        "code",
                        Word(&["always-taken", "ends-before", "constant-test", "contradiction", "fails-before", "always-entered"]),
                        "Its stable name.",
                    ),
                    always("message", Text, "The sentence."),
                    always("places", List(&Named("ReachPlace")), "What it is about."),
                ]),
                "Why no message comes there.",
            ),
            sometimes(
                "obstacle",
                Object(&[
                    always("code", Word(&["test", "too-large", "fails", "search"]), "Its stable name."),
                    always("message", Text, "The sentence."),
                    always("place", OrNull(&Named("ReachPlace")), "What the best attempt did not come past."),
                    always("runs", Count, "After how many runs."),
                ]),
                "What stood in the way of deciding.",
            ),
        ]),
    ),
    shape(
        "ReachPlace",
        "A place in a script, as `tamis reach` tells it; offsets are UTF-8 bytes.",
        Object(&[
            always("script", OrNull(&Text), "The included script that it is in; null for the script itself."),
            always("line", Count, "The line, from 1."),
            always("text", Text, "What stands there, in one line, cut if it is long."),
            always("offset", Count, "Where it starts."),
            always("end", Count, "Where it ends."),
        ]),
    ),
    shape("Witness", "A message with all that a run depends on beside the script.", Object(&WITNESS)),
    shape(
        "ReachDifference",
        "The answer of `tamis reach --against`, and of `tamis diff` without mail.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("old", Text, "The old script's name."),
            always("new", Text, "The new one's."),
            always("candidates", Count, "How many messages were tried."),
            always("found", OrNull(&Object(&DIFFERING)), "A message that the two treat differently; null proves nothing."),
        ]),
    ),
    shape(
        "Expected",
        "What is expected of a delivery. Only what is said is compared.",
        Object(&[
            sometimes("stored", List(&Either(&[Text, Named("ExpectedCopy")])), "Every copy in the user's mailboxes, in any order."),
            sometimes("sent", List(&Named("ExpectedMail")), "Every mail that leaves, in any order."),
            sometimes("discarded", Flag, "Whether the message is nowhere stored, not sent on, and its sender not told."),
            sometimes("failure", Text, "The code of the failure. Without it, a script that is refused or fails is never as expected."),
            sometimes("rule", Text, "The name of the rule that decided; empty if none did."),
        ]),
    ),
    shape(
        "ExpectedCopy",
        "A copy that is expected.",
        Object(&[
            always("mailbox", Text, "In which mailbox."),
            sometimes("flags", TEXTS, "Its flags, all of them, in any order."),
            sometimes("created", Flag, "Whether the mailbox is made by this."),
        ]),
    ),
    shape(
        "ExpectedMail",
        "A mail that is expected to leave.",
        Object(&[
            sometimes("kind", Text, "What it is, as in `Sent`."),
            sometimes("to", TEXTS, "All of its recipients, in any order."),
            sometimes("contains", TEXTS, "Texts that stand in it."),
        ]),
    ),
    shape(
        "TestResponse",
        "The answer of test: what came of each saved test, in order.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("tests", List(&Named("TestResult")), "The tests."),
            always("wanted", List(&Named("WantedCharset")), "What would make the answer better."),
        ]),
    ),
    shape(
        "TestResult",
        "What came of a saved test.",
        Object(&[
            always("name", Text, "What it is called."),
            always("passed", Flag, "Whether all came as expected."),
            sometimes("error", Text, "Why it could not be run."),
            always("steps", List(&Named("TestStep")), "What came of each message."),
        ]),
    ),
    shape(
        "TestStep",
        "What came of a message of a saved test.",
        Object(&[
            always("sentence", Text, "One sentence for a user."),
            always("differences", List(&Named("Difference")), "What is not as expected."),
            always("why", List(&Named("TestReason")), "The steps of the run that decided, if something is not."),
            always("snapshot", Named("Expected"), "What is to be expected if this is right."),
        ]),
    ),
    shape(
        "Difference",
        "Something that is not as expected.",
        Object(&[
            always("what", Word(&["failure", "stored", "sent", "discarded", "rule"]), "What it is about: a field of `Expected`."),
            always("expected", Text, "What was expected, in words."),
            always("got", Text, "What happened, in words."),
            always("sentence", Text, "Both, as one sentence."),
        ]),
    ),
    shape(
        "TestReason",
        "A step of the run that decided.",
        Object(&[
            always("text", Text, "A sentence, or the script's own text."),
            always("result", OrNull(&Flag), "For tests and comparisons, the answer."),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
            sometimes("script", Text, "The other script that it is in."),
        ]),
    ),
    shape(
        "TestsFile",
        "Saved tests with their script, as the text of a file for the command line.",
        Object(&[always("version", Version, "The version of the JSON."), always("text", Text, "The file.")]),
    ),
    shape(
        "ChainedScript",
        "A script of a chain: the administrator's before the user's own, that, and those after.",
        Object(&[
            always("name", Text, "Its name; empty for the user's own."),
            always("position", Word(&["before", "personal", "after"]), "Where it stands."),
            always("ran", Flag, "Whether it ran: one before may have settled what becomes of the message."),
            always("decides", Flag, "What became of the message is its doing: it failed, or took the last action."),
            always("actions", List(&Count), "Its actions, as their places in `actions`; the implicit keep is nobody's."),
        ]),
    ),
    shape(
        "Action",
        "An action: its name, its tagged arguments, and the others.",
        Tuple(&[Text, Map(&Named("Value")), List(&Named("Value"))]),
    ),
    shape("Value", "The value of an argument; true for a tag without a parameter.", Either(&[True, Count, Text, List(&Text)])),
    shape(
        "Stored",
        "A copy in a mailbox.",
        Object(&[
            always("mailbox", Text, "Which mailbox."),
            always("flags", List(&Text), "Its flags."),
            sometimes("created", True, "The mailbox is created by this."),
            sometimes("sent", Count, "Not the message, but a copy of one that leaves: its place in `sent`."),
        ]),
    ),
    shape(
        "Sent",
        "A mail that leaves, or would have left.",
        Object(&[
            always("kind", Word(&["redirect", "vacation", "reject", "notify", "report"]), "What it is."),
            always("from", Text, "Envelope sender; empty for the null sender."),
            always("to", List(&Text), "Envelope recipients."),
            always("message", Text, "The mail."),
            always("suppressed", OrNull(&Named("Reason")), "Why the server does not send it after all."),
        ]),
    ),
    shape(
        "Reason",
        "A code with its sentence.",
        Object(&[always("code", Text, "Its stable name."), always("message", Text, "The sentence.")]),
    ),
    shape(
        "Assumed",
        "What the core does not know, and took as given.",
        Object(&[
            always(
                "question",
                Word(&["mailbox-exists", "seen-before", "answered-before", "outside", "mailbox-for", "annotation", "on-list"]),
                "What kind of question.",
            ),
            always("about", Text, "About which mailbox, address, id or other thing."),
            always("answer", Flag, "What was assumed."),
            always("message", Text, "The sentence."),
        ]),
    ),
    shape(
        "TraceStep",
        "A step of the run, in the order in which it happened.",
        Object(&[
            always("depth", Count, "How deep inside blocks, tests and includes."),
            always("kind", Word(&["command", "test", "compare", "capture", "assign", "action", "note"]), "What kind of step."),
            always("text", Text, "A sentence, or the script's own text."),
            always("result", OrNull(&Flag), "For tests and comparisons, the answer."),
            always("start", Named("Place"), "Where it starts."),
            always("end", Named("Place"), "Where it ends."),
            sometimes("script", Text, "The included script that it is in; left out for the script itself."),
        ]),
    ),
    shape(
        "WantedCharset",
        "A conversion that the core leaves to the face: it has no table for this charset.",
        Object(&[
            always("kind", Word(&["charset"]), "What is wanted."),
            always("charset", Text, "The charset's label."),
            always("bytes", Text, "The bytes, in base64."),
        ]),
    ),
    shape(
        "WantedScript",
        "A script that is included.",
        Object(&[
            always("kind", Word(&["script"]), "What is wanted."),
            always("store", Word(&["personal", "global"]), "Where to look."),
            always("name", Text, "Its name."),
        ]),
    ),
    shape(
        "VetRequest",
        "What is asked of vet.",
        Object(&[
            sometimes("version", Version, "The version of the JSON."),
            always("script", Text, "The script's text."),
            sometimes("file", OrNull(&Text), "How the script is called in the answer."),
            sometimes("lang", Named("Language"), "The language of sentences; English if left out."),
            sometimes("positions", Word(&["utf8", "utf16"]), "The unit of offsets; `utf8` if left out."),
            sometimes("policy", Named("Policy"), "The rules, and the server that they are for."),
            sometimes("account", Named("Account"), "What is known of the owner: the addresses count as the policy's own."),
            sometimes("scripts", List(&Named("Script")), "The texts of included scripts; one that is not given is a reason to deny."),
        ]),
    ),
    shape(
        "Policy",
        "What an administrator allows.",
        Object(&[
            sometimes("server", OrNull(&Text), "The server by name; `pigeonhole-2.4` if left out."),
            sometimes("settings", Map(&Either(&[Flag, Count, Text])), "Settings of the server to override."),
            sometimes("must_compile_on", List(&Text), "Other servers that must accept the script too."),
            sometimes("max_size", OrNull(&Count), "The largest script, in bytes."),
            sometimes("max_lines", OrNull(&Count), "The most lines."),
            sometimes("forbid_regex", Flag, "No regular expressions."),
            sometimes("forbid_body", Flag, "No tests that read the body."),
            sometimes("own_addresses", List(&Text), "The addresses of the script's owner."),
            sometimes(
                "extensions",
                Object(&[sometimes("allowed", OrNull(&List(&Text)), "The only ones."), sometimes("forbidden", List(&Text), "Not these.")]),
                "Rules about extensions.",
            ),
            sometimes(
                "actions",
                Object(&[sometimes("forbidden", List(&Text), "Not these; an extension stands for all its commands.")]),
                "Rules about actions.",
            ),
            sometimes(
                "redirect",
                Object(&[
                    sometimes("max", OrNull(&Count), "The most commands."),
                    sometimes("only_copies", Flag, "Only with `:copy`."),
                    sometimes("forbid_self", Flag, "Not to the owner."),
                ]),
                "Rules about `redirect`.",
            ),
            sometimes(
                "recipients",
                Object(&[
                    sometimes("allowed_domains", OrNull(&List(&Text)), "Only to these domains."),
                    sometimes("forbidden_domains", List(&Text), "Not to these."),
                    sometimes("forbid_computed", Flag, "No address that depends on the message."),
                ]),
                "Rules about whom `redirect` and `notify` write to.",
            ),
            sometimes(
                "vacation",
                Object(&[sometimes("min_days", OrNull(&Count), "The fewest days between two replies to one sender.")]),
                "Rules about `vacation`.",
            ),
            sometimes("fileinto", Object(&[sometimes("allowed", OrNull(&List(&Text)), "The only mailboxes.")]), "Rules about `fileinto`."),
        ]),
    ),
    shape(
        "VetReport",
        "The answer of vet, for one script.",
        Object(&[
            always("version", Version, "The version of the JSON."),
            always("file", Text, "The script's name."),
            always("server", Text, "The server."),
            always("decision", Word(&["allow", "warn", "deny"]), "What the policy says."),
            always("verdict", Named("Verdict"), "What the server says."),
            always("size", Count, "The script's size, in bytes."),
            always("broken", List(&Named("Diagnostic")), "The rules that it breaks, by place."),
            always("diagnostics", List(&Named("Diagnostic")), "The server's findings, by place."),
            sometimes("wanted", List(&Named("WantedScript")), "Included scripts whose text was not given."),
        ]),
    ),
    shape(
        "Failed",
        "The answer to a request that makes no sense, such as one for a server that does not exist.",
        Object(&[always("version", Version, "The version of the JSON."), always("error", Text, "What is wrong with the request.")]),
    ),
    shape(
        "About",
        "The version of tamis, and the servers it knows.",
        Object(&[always("version", Text, "The version of tamis."), always("servers", List(&Named("Server")), "The servers.")]),
    ),
    shape("Server", "A server.", Object(&[always("name", Text, "Its name in requests."), always("title", Text, "What it is.")])),
];
