// The JSON that tamis takes and gives. Written by `cargo run -p tamis-wire --example shapes`: change crates/tamis-wire/src/shape.rs instead.

/** A language that tamis speaks. */
export type Language = 'en' | 'fr';

/** What is asked, of check, run and what an editor asks alike; the message's bytes travel beside it. */
export interface Request {
  /** The version of the JSON. */
  version?: 1;
  /** The script's text. */
  script: string;
  /** How the script, or for run the message, is called in the answer. */
  file?: string | null;
  /** The server by name; `pigeonhole-2.4` if left out. */
  server?: string | null;
  /** Settings of the server to override. */
  set?: Record<string, string>;
  /** The language of sentences; English if left out. */
  lang?: Language;
  /** The unit of offsets; `utf8` if left out. */
  positions?: 'utf8' | 'utf16';
  /** Envelope sender, empty for the null sender; read from the message if left out. */
  from?: string | null;
  /** Envelope recipient; the first address of the account, or read from the message, if left out. */
  to?: string | null;
  /** When the message is delivered (RFC 3339). */
  now?: string | null;
  /** What is known of the user. */
  account?: Account;
  /** How loud findings of check are, by code, where not as they are by themselves. Errors have no level. */
  levels?: Record<string, 'off' | 'hint' | 'warning'>;
  /** Whether the answer has a trace. */
  trace?: boolean;
  /** Answers to wanted charset conversions. */
  charsets?: Charset[];
  /** Answers to wanted scripts. */
  scripts?: Script[];
  /** Saved tests: those that test runs, and that are written to a file. */
  tests?: SavedTest[];
  /** The place that is asked about, for complete, hover, signature and rename. */
  offset?: number;
  /** Another name for what stands there, for rename. */
  name?: string | null;
}

/** What is known of the user. */
export interface Account {
  /** The user's own addresses. */
  addresses?: string[];
  /** The mailboxes that exist; null if that is not known. */
  mailboxes?: string[] | null;
  /** What mailboxes are for: special uses by mailbox; null if that is not known. */
  special_uses?: Record<string, string | string[]> | null;
  /** The ids of mailboxes, by mailbox; null if they are not known. */
  mailbox_ids?: Record<string, string | string[]> | null;
  /** Annotations; null if they are not known. */
  metadata?: Annotation[] | null;
  /** Who is on lists kept outside, by the list's name. */
  lists?: Record<string, string | string[]> | null;
  /** What programs and other things outside answer; the first that fits counts. */
  answers?: Answer[] | null;
  /** Further items of the environment, by name. */
  environment?: Record<string, string | string[]> | null;
  /** What the server remembers, as the answers to earlier runs tell it. */
  remembered?: Remembered[] | null;
}

/** An annotation of a mailbox, or of the server. */
export interface Annotation {
  /** The mailbox; the server's own if left out. */
  mailbox?: string;
  /** Its name, such as `/private/comment`. */
  name: string;
  /** Its value. */
  value?: string;
}

/** What something outside answers. */
export interface Answer {
  /** The command or test that asks: `execute`, `filter`, `pipe`, `convert`, ... */
  command: string;
  /** Its first argument, the program's name for one; any if left out. */
  about?: string;
  /** It succeeds or holds; it says no; it cannot be asked. `yes` if left out. */
  reply?: 'yes' | 'no' | 'broken';
  /** What it writes: the value of `:output`, or of the test; for `filter` the new message. */
  output?: string;
}

/** Something that the server remembers for a time. */
export interface Remembered {
  /** That an id was seen, or that a sender was answered. */
  question: 'seen-before' | 'answered-before';
  /** The handle: what `:handle` says, or what the server takes instead. */
  handle?: string;
  /** The id, or the sender. */
  id: string;
  /** The second since 1970 at which the memory ends, or that time (RFC 3339). */
  until: number | string;
}

/** A conversion that the face did: what was wanted, with a text. */
export interface Charset {
  /** The charset's label as it was wanted. */
  charset: string;
  /** The bytes as they were wanted, in base64. */
  bytes: string;
  /** Their text; null if the face does not know the charset. */
  text: string | null;
}

/** A script that may be included: what was wanted, with a text. */
export interface Script {
  /** Where it is. */
  store: 'personal' | 'global';
  /** Its name. */
  name: string;
  /** Its text; null if there is none. */
  text: string | null;
}

/** The answer of check: one entry for each file and server. */
export interface CheckResponse {
  /** The version of the JSON. */
  version: 1;
  /** The files. */
  files: FileReport[];
}

/** What one server says to one file. */
export interface FileReport {
  /** Its name. */
  file: string;
  /** The server. */
  server: string;
  /** What the server does with it. */
  verdict: Verdict;
  /** Every finding, by place. */
  diagnostics: Diagnostic[];
  /** Included scripts whose text would make the answer better. */
  wanted?: WantedScript[];
}

/** What the server does with a script; one that is declined, tamis does not judge. */
export type Verdict = 'accepted' | 'refused' | 'declined';

/** A place in a script. */
export interface Place {
  /** The line, from 1. */
  line: number;
  /** The column, from 1, in characters. */
  column: number;
  /** The offset, from 0, in the unit that the request names. */
  offset: number;
}

/** A finding. */
export interface Diagnostic {
  /** Its stable name. */
  code: string;
  /** How bad it is. */
  severity: 'error' | 'warning' | 'hint';
  /** The sentence. */
  message: string;
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** The included script that it is in; left out for the script itself. */
  script?: string;
  /** Other places. */
  labels: Label[];
  /** Cures. */
  fixes: Fix[];
}

/** A second place. */
export interface Label {
  /** What is there. */
  message: string;
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
}

/** A cure. */
export interface Fix {
  /** What it does. */
  title: string;
  /** How sure it is. */
  applicability: 'safe' | 'unsafe' | 'display';
  /** The change. */
  edits: Edit[];
}

/** A replacement, offsets in the unit that the request names. */
export interface Edit {
  /** Offset of the first unit replaced. */
  start: number;
  /** Offset after the last. */
  end: number;
  /** What stands there afterwards. */
  text: string;
}

/** A part of a text, offsets in the unit that the request names. */
export interface Span {
  /** Offset of the first unit. */
  start: number;
  /** Offset after the last. */
  end: number;
}

/** The answer of complete: what can be written at a place, the best first. */
export interface CompleteResponse {
  /** The version of the JSON. */
  version: 1;
  /** What there is. */
  completions: Completion[];
}

/** Something that can be written. */
export interface Completion {
  /** How it is called in a list. */
  label: string;
  /** What kind of thing it is. */
  kind: 'control' | 'action' | 'test' | 'tag' | 'extension' | 'mailbox' | 'variable' | 'script' | 'value';
  /** How it is written with its arguments; empty if that says nothing more. */
  detail: string;
  /** What it does or means. */
  doc: string;
  /** Offset of the first unit replaced. */
  start: number;
  /** Offset after the last. */
  end: number;
  /** What stands there afterwards. */
  insert: string;
  /** The parts of `insert` to be filled in, in order; an empty one is for the cursor. */
  placeholders: Span[];
  /** What else changes; none of it touches what is replaced. */
  edits: Edit[];
  /** The extension that is added to `require`; empty if none. */
  requires: string;
}

/** The answer of hover. */
export interface HoverResponse {
  /** The version of the JSON. */
  version: 1;
  /** What stands there. */
  hover: Hover | null;
}

/** What is known of something. */
export interface Hover {
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** How it is called. */
  title: string;
  /** What kind of thing it is, in words. */
  kind: string;
  /** How it is written with its arguments; empty if that says nothing more. */
  usage: string;
  /** What it does or means. */
  doc: string;
  /** What else there is to say here, a sentence each. */
  notes: string[];
  /** What may stand on it. */
  tags: TagDoc[];
  /** Where it is defined; empty if nowhere. */
  source: string;
  /** The extension that it needs; empty if none. */
  extension: string;
  /** Which servers have it: `global` for the administrator's scripts only, `option` if switched on. */
  servers: Record<string, 'yes' | 'global' | 'option' | 'no'>;
}

/** A tag, or a command of an extension. */
export interface TagDoc {
  /** How it is written. */
  usage: string;
  /** What it does. */
  doc: string;
}

/** The answer of signature. */
export interface SignatureResponse {
  /** The version of the JSON. */
  version: 1;
  /** The call around the place. */
  signature: {
    /** How the call is written. */
    label: string;
    /** Where its arguments stand in the label. */
    parameters: Span[];
    /** Which of them the place is in. */
    active: number | null;
    /** What the call does. */
    doc: string;
  } | null;
}

/** The answer of outline. */
export interface OutlineResponse {
  /** The version of the JSON. */
  version: 1;
  /** The commands of the script. */
  symbols: OutlineEntry[];
  /** What can be folded away. */
  folds: Fold[];
}

/** A command. */
export interface OutlineEntry {
  /** What the comment before it says, or else the command itself. */
  name: string;
  /** The command, if a comment names it. */
  detail: string;
  /** Whether it has a block, a test and a block, no arguments, or some. */
  kind: 'block' | 'branch' | 'word' | 'command';
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** The command without its block. */
  head: {
    /** Where it starts. */
    start: Place;
    /** Where it ends. */
    end: Place;
  };
  /** The commands of its block. */
  children: OutlineEntry[];
}

/** A stretch of several lines. */
export interface Fold {
  /** What it is; `imports` is the head of the script. */
  kind: 'region' | 'comment' | 'imports';
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
}

/** The answer of tokens. */
export interface TokensResponse {
  /** The version of the JSON. */
  version: 1;
  /** Start, end and class of each token: 1 comment, 2 command, 3 test, 4 tag, 5 number, 6 string, 7 punctuation, 8 without a meaning, 9 variable inside a string. */
  tokens: number[];
  /** What is shown between the characters. */
  hints: Hint[];
}

/** What a script says without writing it. */
export interface Hint {
  /** Where it is shown. */
  offset: number;
  /** What is shown. */
  text: string;
  /** A tag that counts although it is not written, or a value in other words. */
  kind: 'implied' | 'value';
}

/** The answer of rename. */
export interface RenameResponse {
  /** The version of the JSON. */
  version: 1;
  /** Every place that names it; none if nothing there can be renamed. */
  places: Named[];
  /** The edits that give it the name that was asked for. */
  edits?: Edit[];
  /** Why it cannot have that name. */
  refused?: string;
}

/** A place that names a variable or a loop. */
export interface Named {
  /** Where the name starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** What is done with it there. */
  use: 'set' | 'declared' | 'read';
}

/** The answer of run, for one message. */
export interface RunResponse {
  /** The version of the JSON. */
  version: 1;
  /** The message's name. */
  message: string;
  /** `failed` at run time, `refused` when it was compiled. */
  outcome: 'ok' | 'failed' | 'refused' | 'declined';
  /** Why it failed. */
  failure: Diagnostic | null;
  /** What the compiler found, and then what was noticed during the run. */
  diagnostics: Diagnostic[];
  /** The actions of the result, in order. */
  actions: Action[];
  /** The scripts that ran one after another, if there was more than one. */
  scripts?: ChainedScript[];
  /** What the user's mailboxes gain. */
  stored: Stored[];
  /** What leaves, or would have left. */
  sent: Sent[];
  /** What became of the implicit keep. */
  keep: 'implicit' | 'explicit' | 'cancelled';
  /** What was assumed because nobody knows. */
  assumed: Assumed[];
  /** What the server will remember: an account takes it as it is. */
  remembered?: Remembered[];
  /** The message that a program made of the one delivered. */
  replaced?: string;
  /** Codes of known faults of the server's engine that this input meets. */
  hazards: string[];
  /** One sentence for a user. */
  sentence: string;
  /** The steps, if they were asked for. */
  trace: TraceStep[] | null;
  /** What would make the answer better. */
  wanted: (WantedCharset | WantedScript)[];
  /** What the run cost. */
  used: {
    /** Steps. */
    steps: number;
  };
}

/** A saved test, as docs/tests.md describes it: its own message, or a list of steps. */
export interface SavedTest {
  /** What it is called. */
  name: string;
  /** Its own script: the text; a path (without a line end) is for the command line. */
  script?: string | null;
  /** Its own server. */
  server?: string | null;
  /** Settings of that server to override. */
  settings?: Record<string, string>;
  /** The administrator's scripts before the user's own, for the command line. */
  before?: string | string[];
  /** Those after it, for the command line. */
  after?: string | string[];
  /** Where included scripts are, for the command line. */
  include?: string | null;
  /** The whole path of a message, for the command line. */
  chain?: string | null;
  /** The server's own name. */
  hostname?: string | null;
  /** What is known of the user, in place of the request's account. */
  account?: Account | null;
  /** The messages, if there is more than one; what they leave out the test says. */
  step?: SavedStep[];
  /** The message: the text; a path (without a line end) is for the command line. */
  message?: string | null;
  /** The message's bytes in base64, for those that are no text. */
  message_base64?: string | null;
  /** Envelope sender, empty for the null sender. */
  from?: string | null;
  /** Envelope recipient. */
  to?: string | null;
  /** The authenticated sender. */
  user?: string | null;
  /** When it comes (RFC 3339). */
  now?: string | null;
  /** Of a chain, the score that Rspamd gives: a number. */
  score?: string | null;
  /** Of a chain, the symbols that Rspamd finds. */
  symbols?: string | string[];
  /** What is expected. */
  expect?: Expected;
}

/** A message of a saved test. State is carried from one to the next. */
export interface SavedStep {
  /** The message: the text; a path (without a line end) is for the command line. */
  message?: string | null;
  /** The message's bytes in base64, for those that are no text. */
  message_base64?: string | null;
  /** Envelope sender, empty for the null sender. */
  from?: string | null;
  /** Envelope recipient. */
  to?: string | null;
  /** The authenticated sender. */
  user?: string | null;
  /** When it comes (RFC 3339). */
  now?: string | null;
  /** Of a chain, the score that Rspamd gives: a number. */
  score?: string | null;
  /** Of a chain, the symbols that Rspamd finds. */
  symbols?: string | string[];
  /** What is expected. */
  expect?: Expected;
}

/** The answer of `tamis reach`: for each branch and command of a script a message that comes there, or why there is none. */
export interface ReachResponse {
  /** The version of the JSON. */
  version: 1;
  /** The script's name. */
  script: string;
  /** The server. */
  server: string;
  /** How many branches there are of each kind. */
  branches: {
    /** Those that a message comes to. */
    reached: number;
    /** Those that no message comes to. */
    unreachable: number;
    /** Those of which nobody knows. */
    undecided: number;
  };
  /** The branches and commands, by place. */
  points: ReachPoint[];
  /** The messages. */
  witnesses: Witness[];
  /** How many runs it took. */
  runs: number;
}

/** A branch or a command. Of `witness`, `reason` and `obstacle` it has the one that belongs to its answer. */
export interface ReachPoint {
  /** What it is: `no-branch` if no branch of an `if` is taken, `dead-branch` behind one that is always taken. */
  kind: 'command' | 'loop' | 'loop-skipped' | 'branch' | 'else' | 'no-branch' | 'dead-branch';
  /** Where it is. */
  place: ReachPlace;
  /** Whether a message comes there. */
  answer: 'reached' | 'unreachable' | 'undecided';
  /** The message, by its place in `witnesses`. */
  witness?: number;
  /** Why no message comes there. */
  reason?: {
    /** Its stable name. */
    code: 'always-taken' | 'ends-before' | 'constant-test' | 'contradiction' | 'fails-before' | 'always-entered';
    /** The sentence. */
    message: string;
    /** What it is about. */
    places: ReachPlace[];
  };
  /** What stood in the way of deciding. */
  obstacle?: {
    /** Its stable name. */
    code: 'test' | 'too-large' | 'fails' | 'search';
    /** The sentence. */
    message: string;
    /** What the best attempt did not come past. */
    place: ReachPlace | null;
    /** After how many runs. */
    runs: number;
  };
}

/** A place in a script, as `tamis reach` tells it; offsets are UTF-8 bytes. */
export interface ReachPlace {
  /** The included script that it is in; null for the script itself. */
  script: string | null;
  /** The line, from 1. */
  line: number;
  /** What stands there, in one line, cut if it is long. */
  text: string;
  /** Where it starts. */
  offset: number;
  /** Where it ends. */
  end: number;
}

/** A message with all that a run depends on beside the script. */
export interface Witness {
  /** The message, lines ended by CRLF; null if it is no UTF-8, or longer than 64 KiB. */
  message: string | null;
  /** Its size, in bytes. */
  size: number;
  /** Envelope sender, empty for the null sender. */
  from: string;
  /** Envelope recipient. */
  to: string;
  /** The authenticated sender. */
  auth: string | null;
  /** When it comes (RFC 3339). */
  now: string;
  /** The server's own name. */
  hostname: string;
  /** What is known of the user. */
  account: Account;
  /** What sets it apart from a plain letter; nothing if it is one. */
  traits: string[];
}

/** The answer of `tamis reach --against`, and of `tamis diff` without mail. */
export interface ReachDifference {
  /** The version of the JSON. */
  version: 1;
  /** The old script's name. */
  old: string;
  /** The new one's. */
  new: string;
  /** How many messages were tried. */
  candidates: number;
  /** A message that the two treat differently; null proves nothing. */
  found: {
    /** The message, lines ended by CRLF; null if it is no UTF-8, or longer than 64 KiB. */
    message: string | null;
    /** Its size, in bytes. */
    size: number;
    /** Envelope sender, empty for the null sender. */
    from: string;
    /** Envelope recipient. */
    to: string;
    /** The authenticated sender. */
    auth: string | null;
    /** When it comes (RFC 3339). */
    now: string;
    /** The server's own name. */
    hostname: string;
    /** What is known of the user. */
    account: Account;
    /** What sets it apart from a plain letter; nothing if it is one. */
    traits: string[];
    /** What the old script does with it, in a sentence. */
    old: string;
    /** What the new one does. */
    new: string;
  } | null;
}

/** What is expected of a delivery. Only what is said is compared. */
export interface Expected {
  /** Every copy in the user's mailboxes, in any order. */
  stored?: (string | ExpectedCopy)[];
  /** Every mail that leaves, in any order. */
  sent?: ExpectedMail[];
  /** Whether the message is nowhere stored, not sent on, and its sender not told. */
  discarded?: boolean;
  /** The code of the failure. Without it, a script that is refused or fails is never as expected. */
  failure?: string;
  /** The name of the rule that decided; empty if none did. */
  rule?: string;
}

/** A copy that is expected. */
export interface ExpectedCopy {
  /** In which mailbox. */
  mailbox: string;
  /** Its flags, all of them, in any order. */
  flags?: string | string[];
  /** Whether the mailbox is made by this. */
  created?: boolean;
}

/** A mail that is expected to leave. */
export interface ExpectedMail {
  /** What it is, as in `Sent`. */
  kind?: string;
  /** All of its recipients, in any order. */
  to?: string | string[];
  /** Texts that stand in it. */
  contains?: string | string[];
}

/** The answer of test: what came of each saved test, in order. */
export interface TestResponse {
  /** The version of the JSON. */
  version: 1;
  /** The tests. */
  tests: TestResult[];
  /** What would make the answer better. */
  wanted: WantedCharset[];
}

/** What came of a saved test. */
export interface TestResult {
  /** What it is called. */
  name: string;
  /** Whether all came as expected. */
  passed: boolean;
  /** Why it could not be run. */
  error?: string;
  /** What came of each message. */
  steps: TestStep[];
}

/** What came of a message of a saved test. */
export interface TestStep {
  /** One sentence for a user. */
  sentence: string;
  /** What is not as expected. */
  differences: Difference[];
  /** The steps of the run that decided, if something is not. */
  why: TestReason[];
  /** What is to be expected if this is right. */
  snapshot: Expected;
}

/** Something that is not as expected. */
export interface Difference {
  /** What it is about: a field of `Expected`. */
  what: 'failure' | 'stored' | 'sent' | 'discarded' | 'rule';
  /** What was expected, in words. */
  expected: string;
  /** What happened, in words. */
  got: string;
  /** Both, as one sentence. */
  sentence: string;
}

/** A step of the run that decided. */
export interface TestReason {
  /** A sentence, or the script's own text. */
  text: string;
  /** For tests and comparisons, the answer. */
  result: boolean | null;
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** The other script that it is in. */
  script?: string;
}

/** Saved tests with their script, as the text of a file for the command line. */
export interface TestsFile {
  /** The version of the JSON. */
  version: 1;
  /** The file. */
  text: string;
}

/** A script of a chain: the administrator's before the user's own, that, and those after. */
export interface ChainedScript {
  /** Its name; empty for the user's own. */
  name: string;
  /** Where it stands. */
  position: 'before' | 'personal' | 'after';
  /** Whether it ran: one before may have settled what becomes of the message. */
  ran: boolean;
  /** What became of the message is its doing: it failed, or took the last action. */
  decides: boolean;
  /** Its actions, as their places in `actions`; the implicit keep is nobody's. */
  actions: number[];
}

/** An action: its name, its tagged arguments, and the others. */
export type Action = [string, Record<string, Value>, Value[]];

/** The value of an argument; true for a tag without a parameter. */
export type Value = true | number | string | string[];

/** A copy in a mailbox. */
export interface Stored {
  /** Which mailbox. */
  mailbox: string;
  /** Its flags. */
  flags: string[];
  /** The mailbox is created by this. */
  created?: true;
  /** Not the message, but a copy of one that leaves: its place in `sent`. */
  sent?: number;
}

/** A mail that leaves, or would have left. */
export interface Sent {
  /** What it is. */
  kind: 'redirect' | 'vacation' | 'reject' | 'notify' | 'report';
  /** Envelope sender; empty for the null sender. */
  from: string;
  /** Envelope recipients. */
  to: string[];
  /** The mail. */
  message: string;
  /** Why the server does not send it after all. */
  suppressed: Reason | null;
}

/** A code with its sentence. */
export interface Reason {
  /** Its stable name. */
  code: string;
  /** The sentence. */
  message: string;
}

/** What the core does not know, and took as given. */
export interface Assumed {
  /** What kind of question. */
  question: 'mailbox-exists' | 'seen-before' | 'answered-before' | 'outside' | 'mailbox-for' | 'annotation' | 'on-list';
  /** About which mailbox, address, id or other thing. */
  about: string;
  /** What was assumed. */
  answer: boolean;
  /** The sentence. */
  message: string;
}

/** A step of the run, in the order in which it happened. */
export interface TraceStep {
  /** How deep inside blocks, tests and includes. */
  depth: number;
  /** What kind of step. */
  kind: 'command' | 'test' | 'compare' | 'capture' | 'assign' | 'action' | 'note';
  /** A sentence, or the script's own text. */
  text: string;
  /** For tests and comparisons, the answer. */
  result: boolean | null;
  /** Where it starts. */
  start: Place;
  /** Where it ends. */
  end: Place;
  /** The included script that it is in; left out for the script itself. */
  script?: string;
}

/** A conversion that the core leaves to the face: it has no table for this charset. */
export interface WantedCharset {
  /** What is wanted. */
  kind: 'charset';
  /** The charset's label. */
  charset: string;
  /** The bytes, in base64. */
  bytes: string;
}

/** A script that is included. */
export interface WantedScript {
  /** What is wanted. */
  kind: 'script';
  /** Where to look. */
  store: 'personal' | 'global';
  /** Its name. */
  name: string;
}

/** What is asked of vet. */
export interface VetRequest {
  /** The version of the JSON. */
  version?: 1;
  /** The script's text. */
  script: string;
  /** How the script is called in the answer. */
  file?: string | null;
  /** The language of sentences; English if left out. */
  lang?: Language;
  /** The unit of offsets; `utf8` if left out. */
  positions?: 'utf8' | 'utf16';
  /** The rules, and the server that they are for. */
  policy?: Policy;
  /** What is known of the owner: the addresses count as the policy's own. */
  account?: Account;
  /** The texts of included scripts; one that is not given is a reason to deny. */
  scripts?: Script[];
}

/** What an administrator allows. */
export interface Policy {
  /** The server by name; `pigeonhole-2.4` if left out. */
  server?: string | null;
  /** Settings of the server to override. */
  settings?: Record<string, boolean | number | string>;
  /** Other servers that must accept the script too. */
  must_compile_on?: string[];
  /** The largest script, in bytes. */
  max_size?: number | null;
  /** The most lines. */
  max_lines?: number | null;
  /** No regular expressions. */
  forbid_regex?: boolean;
  /** No tests that read the body. */
  forbid_body?: boolean;
  /** The addresses of the script's owner. */
  own_addresses?: string[];
  /** Rules about extensions. */
  extensions?: {
    /** The only ones. */
    allowed?: string[] | null;
    /** Not these. */
    forbidden?: string[];
  };
  /** Rules about actions. */
  actions?: {
    /** Not these; an extension stands for all its commands. */
    forbidden?: string[];
  };
  /** Rules about `redirect`. */
  redirect?: {
    /** The most commands. */
    max?: number | null;
    /** Only with `:copy`. */
    only_copies?: boolean;
    /** Not to the owner. */
    forbid_self?: boolean;
  };
  /** Rules about whom `redirect` and `notify` write to. */
  recipients?: {
    /** Only to these domains. */
    allowed_domains?: string[] | null;
    /** Not to these. */
    forbidden_domains?: string[];
    /** No address that depends on the message. */
    forbid_computed?: boolean;
  };
  /** Rules about `vacation`. */
  vacation?: {
    /** The fewest days between two replies to one sender. */
    min_days?: number | null;
  };
  /** Rules about `fileinto`. */
  fileinto?: {
    /** The only mailboxes. */
    allowed?: string[] | null;
  };
}

/** The answer of vet, for one script. */
export interface VetReport {
  /** The version of the JSON. */
  version: 1;
  /** The script's name. */
  file: string;
  /** The server. */
  server: string;
  /** What the policy says. */
  decision: 'allow' | 'warn' | 'deny';
  /** What the server says. */
  verdict: Verdict;
  /** The script's size, in bytes. */
  size: number;
  /** The rules that it breaks, by place. */
  broken: Diagnostic[];
  /** The server's findings, by place. */
  diagnostics: Diagnostic[];
  /** Included scripts whose text was not given. */
  wanted?: WantedScript[];
}

/** The answer to a request that makes no sense, such as one for a server that does not exist. */
export interface Failed {
  /** The version of the JSON. */
  version: 1;
  /** What is wrong with the request. */
  error: string;
}

/** The version of tamis, and the servers it knows. */
export interface About {
  /** The version of tamis. */
  version: string;
  /** The servers. */
  servers: Server[];
}

/** A server. */
export interface Server {
  /** Its name in requests. */
  name: string;
  /** What it is. */
  title: string;
}
