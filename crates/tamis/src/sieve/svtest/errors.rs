//! What Pigeonhole prints for our findings. Tests compare its words, and count its lines: so the findings of a script are told again in the
//! order in which its validator walks, and what it passes over is left out (sieve_validate_command in sieve-validator.c).

use crate::diagnostic::{Code, Diagnostic, Language, Severity};
use crate::sieve::Script;
use crate::sieve::dialect::Dialect;
use crate::sieve::spec::{self, Role, Tests};
use crate::sieve::syntax::{Call, Kind};

/// Findings with which it accepts the script, but calls them errors.
const ACCEPTED: &[Code] = &[Code::UnknownNamespaceIgnored, Code::MatchValueRange, Code::TagNeedsTag, Code::InvalidSpecialUse];

/// Whether it calls a finding an error.
pub(super) fn is_error(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error || (finding.severity == Severity::Warning && ACCEPTED.contains(&finding.code))
}

/// Its 0.5 opens quotes with a backquote in messages that name a value of the user's.
const BACKQUOTED: &[&str] = &["capability '", "field name '", "folder name '", "mailbox '", "specified value '", "require command: '"];

/// The line as the version of the server quotes.
fn quoted(line: String, dialect: &Dialect) -> String {
    if !dialect.engine.is_05() {
        return line;
    }
    BACKQUOTED.iter().fold(line, |line, before| line.replace(before, &before.replace('\'', "`")))
}

/// The lines that it prints for a script: the findings of the script itself, then those of the scripts that it includes.
pub(super) fn compiling(script: &Script, findings: &[Diagnostic], refused: bool, dialect: &Dialect) -> Vec<String> {
    let lines = compiled(script, findings, refused, dialect);
    lines.into_iter().map(|line| quoted(line, dialect)).collect()
}

fn compiled(script: &Script, findings: &[Diagnostic], refused: bool, dialect: &Dialect) -> Vec<String> {
    let errors: Vec<&Diagnostic> = findings.iter().filter(|finding| is_error(finding)).collect();
    let own: Vec<&Diagnostic> = errors.iter().copied().filter(|error| error.unit == 0).collect();
    let conflict = own.iter().any(|error| error.code == Code::ExtensionConflict && param(error, "name") == "notify");
    let mut walk = Walk { text: script.text(), errors: own, unknown: Vec::new(), lines: Vec::new(), dialect, full: false, conflict };
    if let Some(error) = walk.errors.iter().find(|error| error.code == Code::ScriptTooLarge) {
        return vec![line(error)];
    }
    let syntax = script.errors().iter().filter(|error| error.severity == Severity::Error);
    let mut syntax: Vec<String> = syntax.flat_map(unparsed).collect();
    if !syntax.is_empty() {
        // Nothing is validated then.
        syntax.push("parse failed".into());
        return syntax;
    }
    let (graph, own) = std::mem::take(&mut walk.errors).into_iter().partition(|error| is_of_graph(error.code));
    walk.errors = own;
    for call in script.calls().top() {
        walk.command(call);
    }
    let included: Vec<&Diagnostic> = errors.into_iter().filter(|error| error.unit > 0).collect();
    walk.included(&included, graph);
    if refused {
        walk.lines.push("validation failed".into());
    }
    walk.lines
}

/// The lines that it prints when a script runs: why it failed, or what it complained about all the same.
pub(super) fn running(finding: &Diagnostic, dialect: &Dialect) -> Vec<String> {
    if finding.code == Code::ProgramFailed {
        return program_failed(param(finding, "name"), param(finding, "about"), param(finding, "reason"));
    }
    let said = finding.severity == Severity::Error || matches!(finding.code, Code::RunInvalidRegex | Code::RunInvalidNotify);
    if said && finding.code != Code::DuplicateTwice { vec![quoted(line(finding), dialect)] } else { Vec::new() }
}

/// What it says of a program (cmd-pipe.c, cmd-filter.c, cmd-execute.c).
fn program_failed(command: &str, program: &str, reason: &str) -> Vec<String> {
    let log = "refer to server log for more information.";
    let line = match (command, reason) {
        ("pipe", "status") => format!("failed to execute to program `{program}': {log}"),
        // That there is none has been forgotten when it is told.
        ("pipe", _) => format!("failed to pipe message to program `{program}': {log}"),
        (_, "missing") => format!("{command} action: program `{program}' not found"),
        _ => format!("{command} action: failed to execute to program `{program}': {log}"),
    };
    // What the library that runs it says before.
    let why = match reason {
        "timed-out" => Some(format!("program exec:{program}: Execution timed out")),
        "broken" => Some(format!("program exec:{program}: Terminated abnormally")),
        _ => None,
    };
    why.into_iter().chain([line]).collect()
}

/// One script, call by call.
struct Walk<'s> {
    text: &'s str,
    /// What is not told yet.
    errors: Vec<&'s Diagnostic>,
    /// Commands and tests that it does not know: told once each.
    unknown: Vec<String>,
    lines: Vec<String>,
    dialect: &'s Dialect,
    /// The limit on variables was told: it is told once.
    full: bool,
    /// The older `notify` is required beside the newer.
    conflict: bool,
}

/// What comes first in a call hides the rest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// The call is not what it could be: nothing in it is looked at.
    Name,
    /// A tag that the command does not have.
    UnknownTag,
    /// Tags, and their parameters.
    Tag,
    /// A tag where none may stand.
    Misplaced,
    /// How many arguments there are.
    Count,
    /// Tests where none may stand, or the other way round.
    Subtests,
    /// A block where none may stand, or the other way round.
    Block,
    /// The arguments themselves.
    Values,
}

impl<'s> Walk<'s> {
    /// Takes the errors that begin inside `call` and in none of `inner`; those about its tests are its own.
    fn take(&mut self, call: Call<'_>, inner: &[crate::text::Range]) -> Vec<(Phase, &'s Diagnostic)> {
        let range = call.range();
        let mut own = Vec::new();
        self.errors.retain(|error| {
            let at = error.range.start;
            let phase = phase(error, self.text);
            let inside = at >= range.start && (at < range.end || (at == range.end && phase == Phase::Subtests));
            let nested = inner.iter().any(|inner| at >= inner.start && at < inner.end);
            let is_own = inside && (!nested || (phase == Phase::Subtests && call.tests().any(|test| test.name.start == at)));
            if is_own {
                own.push((phase, *error));
            }
            !is_own
        });
        own.sort_by_key(|(phase, error)| (*phase, error.range.start));
        own
    }

    /// Forgets the errors inside a range.
    fn skip(&mut self, range: crate::text::Range) {
        self.errors.retain(|error| error.range.start < range.start || error.range.start >= range.end);
    }

    fn command(&mut self, call: Call<'_>) {
        let mut inner: Vec<_> = call.tests().map(Call::range).collect();
        inner.extend(call.block().map(|block| crate::text::Range::new(block.brace.end, call.range().end)));
        let name = call.name.of(self.text).to_ascii_lowercase();
        let own = self.take(call, &inner);
        let known = spec::owners(&name).next().is_some();
        if let Some((_, error)) = own.iter().find(|(phase, _)| *phase == Phase::Name) {
            self.lines.push(line(error));
            if matches!(error.code, Code::MissingRequire | Code::ExtensionUnavailable) {
                self.unknown.push(name.clone());
            }
        }
        if !known || self.unknown.contains(&name) || own.iter().any(|(phase, _)| *phase == Phase::Name) {
            self.skip(call.range());
            return;
        }
        self.tell(call, &name, &own);
        let takes_tests = spec::owners(&name).any(|(_, command)| command.tests != Tests::None);
        let takes_block = spec::owners(&name).any(|(_, command)| command.block);
        for test in call.tests() {
            if takes_tests { self.command(test) } else { self.skip(test.range()) }
        }
        if let Some(block) = call.block() {
            if takes_block {
                block.commands.for_each(|command| self.command(command));
            } else {
                self.skip(call.range());
            }
        }
    }

    /// Tells the errors of one call.
    fn tell(&mut self, call: Call<'_>, name: &str, own: &[(Phase, &Diagnostic)]) {
        let of = |phases: &[Phase]| own.iter().find(|(phase, _)| phases.contains(phase)).map(|(_, error)| *error);
        let argument = of(&[Phase::UnknownTag, Phase::Tag, Phase::Misplaced, Phase::Count]);
        let subtests = of(&[Phase::Subtests]);
        let line = |error: &Diagnostic| match error.code {
            Code::MissingColon => format!("missing colon ':' before ':{}' tag in {}", param(error, "tag"), command(name)),
            Code::MisplacedTag => {
                let tag = param(error, "tag");
                format!(
                    "encountered an unexpected tagged argument ':{tag}' while validating positional arguments for the {}",
                    command(name)
                )
            }
            Code::InvalidHeaderValue => {
                format!("addheader command: specified value '{}' is invalid", error.range.of(self.text).trim_matches('"'))
            }
            _ => line(error),
        };
        let miscounted = if argument.is_none() && subtests.is_some() { self.miscounted(call, name) } else { None };
        if argument.is_some() || miscounted.is_some() {
            let told: Vec<String> = argument.map(line).or(miscounted).into_iter().chain(subtests.map(line)).collect();
            self.lines.extend(told);
        } else if let Some(error) = subtests.or_else(|| of(&[Phase::Block])) {
            let line = line(error);
            self.lines.push(line);
        } else {
            let mut wrong = false;
            for (_, error) in own {
                // After a wrong argument nothing is said of the next.
                if std::mem::replace(&mut wrong, error.code == Code::WrongArgument) {
                    break;
                }
                if error.code == Code::TooManyVariables && std::mem::replace(&mut self.full, true) {
                    continue;
                }
                let line = line(error);
                self.lines.push(line);
            }
            if own.is_empty() && self.conflict && name == "notify" {
                // The older `notify` is not there when it conflicts.
                self.lines.extend(self.miscounted(call, name));
            }
        }
    }

    /// The number of arguments, where our own check did not come to it.
    fn miscounted(&self, call: Call<'_>, name: &str) -> Option<String> {
        let (_, command) = spec::owners(name).next()?;
        let mut count = 0;
        let mut tagged = false;
        for argument in call.arguments() {
            if argument.kind == Kind::Tag {
                let written = argument.range.of(self.text).get(1..).unwrap_or("");
                let tags = spec::extensions().iter().flat_map(|extension| extension.tags);
                tagged = tags.into_iter().any(|tag| tag.name.eq_ignore_ascii_case(written) && tag.value.is_some());
            } else if !std::mem::take(&mut tagged) {
                count += 1;
            }
        }
        let least = command.args.iter().filter(|arg| !arg.optional).count();
        let fits = count >= least && count <= command.args.len();
        (!fits).then(|| requires(command.name, command.role, least, count))
    }

    /// Errors of included scripts, with one more line for every script around (ext-include-common.c).
    fn included(&mut self, errors: &[&Diagnostic], graph: Vec<&Diagnostic>) {
        self.lines.extend(errors.iter().map(|error| line(error)));
        let mut around = 0;
        if let Some(last) = errors.last() {
            self.lines.push("failed to validate included script".into());
            // Scripts that include each other stand one in the other.
            around = u64::from(last.unit) - 1;
        }
        for error in graph {
            match error.code {
                Code::IncludeCycle => around = 1,
                Code::IncludeTooDeep => around = self.dialect.settings.include_max_nesting_depth,
                _ => {}
            }
            if error.code != Code::IncludedHasErrors {
                self.lines.push(line(error));
            }
        }
        self.lines.extend((0..around).map(|_| "failed to generate code for included script".to_owned()));
    }
}

/// What is found on the graph of inclusions, and stands nowhere.
const fn is_of_graph(code: Code) -> bool {
    matches!(code, Code::IncludeCycle | Code::IncludeTooDeep | Code::TooManyIncludes | Code::IncludedHasErrors)
}

/// The lines for an error of the parser.
fn unparsed(error: &Diagnostic) -> Vec<String> {
    // What the validator finds after a command without its semicolon, the parser words otherwise.
    let mut lines = vec![match error.code {
        Code::ExpectedSemicolon | Code::TestListWithoutParentheses | Code::UnexpectedToken => {
            "expected end of command ';' or the beginning of a compound block '{', but found something else".into()
        }
        _ => line(error),
    }];
    // The lexer tells it, and then the parser.
    if error.code == Code::UnexpectedCharacter {
        lines.push("expected end of command ';' or the beginning of a compound block '{', but found unknown characters".into());
    }
    lines
}

fn phase(error: &Diagnostic, text: &str) -> Phase {
    let of_tag = error.range.of(text).starts_with(':');
    match error.code {
        Code::MissingRequire | Code::ExtensionUnavailable if of_tag => Phase::UnknownTag,
        Code::UnknownCommand | Code::UnknownTest | Code::MissingRequire | Code::TestAsCommand | Code::CommandAsTest => Phase::Name,
        Code::LateRequire | Code::MisplacedElse => Phase::Name,
        Code::UnknownTag => Phase::UnknownTag,
        Code::DuplicateTag
        | Code::MissingTagValue
        | Code::WrongTagValue
        | Code::UnknownRelation
        | Code::UnknownComparator
        | Code::ModifierConflict
        | Code::IndexZero
        | Code::InvalidImportance
        | Code::TagNeedsTag => Phase::Tag,
        Code::MisplacedTag => Phase::Misplaced,
        Code::ArgumentCount => Phase::Count,
        Code::MissingTest
        | Code::UnexpectedTest
        | Code::ExpectedSingleTest
        | Code::ExpectedTestList
        | Code::MissingColon
        | Code::ExpectedSemicolon
        | Code::ElseIf => Phase::Subtests,
        Code::MissingBlock | Code::UnexpectedBlock => Phase::Block,
        _ => Phase::Values,
    }
}

fn param<'d>(diagnostic: &'d Diagnostic, name: &str) -> &'d str {
    diagnostic.params.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
}

fn type_name(role: Role) -> &'static str {
    if role == Role::Test { "test" } else { "command" }
}

/// `header test`, `keep command`.
fn command(name: &str) -> String {
    let role = spec::owners(name).next().map_or(Role::Action, |(_, command)| command.role);
    format!("{name} {}", type_name(role))
}

fn requires(name: &str, role: Role, expected: usize, count: usize) -> String {
    format!("the {name} {} requires {expected} positional argument(s), but {count} is/are specified", type_name(role))
}

/// The name that it has for an argument.
fn argument_name(command: &str, what: &str) -> String {
    match (command, what) {
        ("address", "header-names") => "header list".into(),
        (_, "keys") => "key list".into(),
        (_, "header-names") => "header names".into(),
        (_, "mailbox") => "folder".into(),
        (_, what) => what.replace('-', " "),
    }
}

/// The line for one finding, as far as it needs no more than the finding.
fn line(error: &Diagnostic) -> String {
    let name = param(error, "name");
    let tag = param(error, "tag");
    let value = param(error, "value");
    let max = param(error, "max");
    let kind = |name: &str| match param(error, name) {
        "string-list" => "string list".to_owned(),
        kind => kind.to_owned(),
    };
    match error.code {
        Code::UnknownCommand | Code::UnknownTest | Code::MissingRequire => {
            format!("unknown command '{name}' (only reported once at first occurrence)")
        }
        Code::TestAsCommand => format!("attempted to use test '{name}' as command"),
        Code::CommandAsTest => format!("attempted to use command '{name}' as test"),
        Code::UnknownTag => {
            format!("unknown tagged argument ':{tag}' for the {} (reported only once at first occurrence)", command(name))
        }
        Code::ArgumentCount => {
            format!(
                "the {} requires {} positional argument(s), but {} is/are specified",
                command(name),
                kind("expected"),
                param(error, "count")
            )
        }
        Code::WrongArgument => format!(
            "the {} expects a {} as argument {} ({}), but a {} was found",
            command(name),
            kind("expected"),
            param(error, "position"),
            argument_name(name, param(error, "what")),
            kind("found")
        ),
        Code::DuplicateTag => format!("encountered duplicate :{tag} argument"),
        Code::MissingTagValue => format!("the :{tag} tag requires a {} as parameter, but no parameters were found", kind("expected")),
        Code::WrongTagValue => format!("the :{tag} tag requires a {} as parameter, but a {} was found", kind("expected"), kind("found")),
        Code::TagNeedsTag => format!("the :{tag} tag cannot be specified without the :{} tag", param(error, "other")),
        Code::UnexpectedTest => format!("the {} accepts no sub-tests, but tests are specified", command(name)),
        Code::MissingTest => format!("the {} requires one sub-test, but none is specified", command(name)),
        Code::ExpectedSingleTest => format!("the {} requires one sub-test, but a list of tests is specified", command(name)),
        Code::ExpectedTestList => format!("the {} requires a list of sub-tests, but a single test is specified", command(name)),
        Code::ExpectedSemicolon => format!("missing semicolon ';' after {}", command(name)),
        Code::ElseIf => "missing semicolon ';' after else command".into(),
        Code::MissingBlock => format!("the {name} command requires a command block, but it is missing"),
        Code::UnexpectedBlock => format!("the {name} command does not accept a command block, but one is specified anyway"),
        Code::MisplacedElse => format!("the {name} command must follow an if or elseif command"),
        Code::LateRequire => "require commands can only be placed at top level at the beginning of the file".into(),
        Code::UnknownExtension | Code::ExtensionUnavailable => format!("require command: unknown Sieve capability '{name}'"),
        Code::HeaderNotAddress => format!("specified header '{name}' is not allowed for the address test"),
        Code::InvalidHeaderNameError => format!("specified field name '{name}' is invalid"),
        Code::RunInvalidHeaderName => format!("specified field name '{value}' is invalid"),
        Code::InvalidMailbox => format!("invalid folder name '{name}' specified: invalid utf-8"),
        Code::RunInvalidMailbox if std::str::from_utf8(value.as_bytes()).is_ok() && !value.contains('\u{fffd}') => {
            format!("failed to store into mailbox '{value}': Invalid mailbox name")
        }
        Code::RunInvalidMailbox => format!("fileinto action: invalid folder name '{value}' specified: invalid utf-8"),
        Code::MissingMailbox => format!("failed to store into mailbox '{name}': Mailbox doesn't exist: {name}"),
        Code::ActionConflict => {
            let (who, what) = match (name, param(error, "other")) {
                ("vacation", _) => ("vacation", "also sends a response back to the sender"),
                (_, "vacation") => ("reject/ereject", "also sends a response to the sender"),
                _ => ("reject/ereject", "tries to deliver the message"),
            };
            let other =
                if param(error, "other") == "fileinto" || param(error, "other") == "keep" { "store" } else { param(error, "other") };
            format!("{who} action conflicts with other action: the {other} action {what}")
        }
        Code::DuplicateAction => {
            let who = if name == "reject" { "reject/ereject" } else { name };
            format!("duplicate {who} action not allowed")
        }
        Code::RunInvalidAddress | Code::InvalidAddress => format!("specified address '{value}' is invalid"),
        Code::ScriptError => param(error, "message").to_owned(),
        Code::RunInvalidRegex => format!("invalid regular expression '{value}' for regex match"),
        Code::InvalidRegex => format!("invalid regular expression for regex match: {}", param(error, "reason")),
        Code::UnknownNamespace | Code::UnknownNamespaceIgnored => format!("referring to variable in unknown namespace '{name}'"),
        Code::InvalidVariableName => format!("invalid variable name '{name}'"),
        Code::ReadOnlyVariable => "cannot assign to match variable".into(),
        Code::MatchValueRange => format!("match value index out of range (max: {max})"),
        Code::TooManyVariables => format!("(implicit) declaration of new variable exceeds the limit (max variables: {max})"),
        Code::UnknownComparator => format!("unknown comparator '{name}'"),
        Code::ComparatorMismatch => format!("the specified {tag} match type is not supported by the comparator '{name}'"),
        Code::UnknownEnvelopePart => format!("specified envelope part '{name}' is not supported by the envelope test"),
        Code::OutsideLoop => format!("the {name} command is not placed inside a foreverypart loop"),
        Code::LoopsTooDeep => format!("new program loop exceeds the nesting limit (<= {max} levels)"),
        Code::MissingInclude => format!("included script '{name}' does not exist"),
        Code::InvalidScriptName => format!("include: invalid script name '{name}'"),
        Code::NotAnExtension => {
            format!(
                "require command: '{name}' is not known as a Sieve capability, but it is known as a Sieve command that is always available"
            )
        }
        Code::IndexZero => "the :index tag cannot be zero".into(),
        Code::NumberTooLarge => format!("number exceeds integer limits (max {max})"),
        Code::IdentifierTooLong => "encountered impossibly long identifier".into(),
        Code::UnexpectedCharacter => format!("unexpected character(s) starting with '{}'", param(error, "char")),
        Code::UnterminatedString => "end of file before end of quoted string".into(),
        Code::UnterminatedText => "end of file before end of multi-line string".into(),
        Code::UnterminatedComment => "end of file before end of bracket comment ('/* ... */')".into(),
        Code::NulCharacter => "encountered NUL character".into(),
        Code::TooManyArguments => "too many arguments for command".into(),
        Code::TooDeep => "cannot nest deeper than 32 levels".into(),
        Code::ScriptTooLarge => format!("sieve script is too large (max {max} bytes)"),
        Code::ExpectedBlockEnd => "expected end of compound block '}', but found end of file".into(),
        Code::ExpectedListEnd => format!("expecting ',' or end of string list ']', but found {}", param(error, "found")),
        Code::ExpectedString => format!("expecting string in string list, but found {}", param(error, "found")),
        Code::ExpectedTest => format!("expecting test identifier in test list, but found {}", param(error, "found")),
        Code::ExpectedTestListEnd => format!("expecting ',' or end of test list ')', but found {}", param(error, "found")),
        Code::TooManyActions => format!("total number of actions exceeds policy limit ({} > {max})", more(max)),
        Code::TooManyRedirects => format!("number of redirect actions exceeds policy limit ({} > {max})", more(max)),
        Code::TooManyNotifications => format!("number of notify actions exceeds policy limit ({} > {max})", more(max)),
        Code::NotifyForbidden => "local policy prohibits the use of a notify action".into(),
        Code::RedirectForbidden => "local policy prohibits the use of a redirect action".into(),
        Code::IncludeCycle => "circular include".into(),
        Code::IncludeTooDeep => format!("cannot nest includes deeper than {max} levels"),
        _ => error.message(Language::En),
    }
}

/// The number above a limit.
fn more(max: &str) -> String {
    max.parse::<u64>().map_or_else(|_| max.to_owned(), |max| max.saturating_add(1).to_string())
}
