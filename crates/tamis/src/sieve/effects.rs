//! What a program could ever do, told without running it: every place it may file to, everyone it may write to, and what it reads of
//! a message that costs or reveals. What `vet` judges.
//!
//! Sound, not exact: whatever a run can do stands here; not everything that stands here can happen. What the server itself does, the
//! implicit keep above all, is no effect of the script.

use super::program::{
    Block, BodyTransform, Command, External, FlagChange, If, MatchKind, Matching, Named, Op, Parameter, Piece, Program, Test, TestKind,
    Text, Unit,
};
use super::spec::{Extension, OpId};
use super::values::{parse_mailto, scheme};
use crate::mail::parse_address;
use crate::text::Range;

/// Everything that a program could ever do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Every command but `if`, by the name that the RFCs give it, in the order of the units and in each of the text.
    pub commands: Vec<(&'static str, At)>,
    /// The extensions that are in force: `require` and `ihave`.
    pub extensions: Vec<(&'static Extension, At)>,
    /// Where `fileinto` files.
    pub mailboxes: Vec<Filing>,
    /// Where `redirect` sends.
    pub redirects: Vec<Redirection>,
    /// Whom `notify` tells.
    pub notifications: Vec<Notification>,
    /// What `vacation` answers.
    pub vacations: Vec<Reply>,
    /// Which header fields are added and deleted.
    pub headers: Vec<HeaderEdit>,
    /// Which scripts are included.
    pub includes: Vec<Inclusion>,
    /// Whom `report` writes to.
    pub reports: Vec<(Known, At)>,
    /// Which programs are run: by `pipe`, `filter` and `execute`.
    pub programs: Vec<(Known, At)>,
    /// Tests and commands that match by regular expressions.
    pub regexes: Vec<At>,
    /// Tests that read the body, and `extracttext`.
    pub bodies: Vec<At>,
}

/// Where something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Which unit of the program; 0 is the script itself.
    pub unit: u32,
    /// Where in that unit's text.
    pub range: Range,
}

/// A string as far as it is known before a message comes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Where it stands.
    pub at: At,
    /// Its parts in order: bytes, or `None` for any bytes that a variable or a match value brings.
    pub parts: Vec<Option<Vec<u8>>>,
}

impl Known {
    /// The bytes, if all of them are known.
    #[must_use]
    pub fn literal(&self) -> Option<&[u8]> {
        match self.parts.as_slice() {
            [] => Some(&[]),
            [Some(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// For a sentence: what is not known shows as `${…}`.
    #[must_use]
    pub fn shown(&self) -> Vec<u8> {
        self.parts.iter().flat_map(|part| part.as_deref().unwrap_or("${…}".as_bytes())).copied().collect()
    }
}

/// A `fileinto` (RFC 5228, 4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filing {
    /// The command.
    pub at: At,
    /// The mailbox.
    pub mailbox: Known,
    /// `:copy`.
    pub copy: bool,
    /// `:create`.
    pub create: bool,
}

/// A `redirect` (RFC 5228, 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirection {
    /// The command.
    pub at: At,
    /// The address, without display name.
    pub to: Known,
    /// `:copy`.
    pub copy: bool,
}

/// A `notify`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The command.
    pub at: At,
    /// The method: a URI (RFC 5435), or the addresses of the older draft.
    pub method: Known,
    /// The addresses that it writes to, as far as they are known.
    pub to: Vec<Known>,
}

/// A `vacation` (RFC 5230).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The command.
    pub at: At,
    /// Seconds between two replies to one sender, after the server's limits.
    pub period: u64,
    /// `:from`.
    pub from: Option<Known>,
    /// `:mime`.
    pub mime: bool,
}

/// An `addheader` or a `deleteheader` (RFC 5293).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderEdit {
    /// The command.
    pub at: At,
    /// True for added.
    pub added: bool,
    /// Field name.
    pub name: Known,
}

/// An `include` (RFC 6609).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// The command.
    pub at: At,
    /// The unit that it runs; none if there is no such script, or its text was not supplied.
    pub unit: Option<u32>,
}

impl Program {
    /// Everything that this program could ever do. Costs one walk over it.
    #[must_use]
    pub fn effects(&self) -> Effects {
        let mut effects = Effects::default();
        for (index, unit) in self.units.iter().enumerate() {
            let mut walk = Walk { unit: crate::text::offset(index), scope: unit, effects: &mut effects };
            for (extension, range) in &unit.required {
                let at = walk.at(*range);
                walk.effects.extensions.push((extension, at));
            }
            walk.block(unit.block);
        }
        effects
    }
}

impl Effects {
    /// How many commands of this name there are.
    #[must_use]
    pub fn count(&self, name: &str) -> usize {
        self.commands.iter().filter(|(known, _)| *known == name).count()
    }
}

/// A walk over one unit. Blocks and tests nest at most 32 deep each (sieve-limits.h), which the parser saw to.
struct Walk<'e> {
    unit: u32,
    scope: &'e Unit,
    effects: &'e mut Effects,
}

impl Walk<'_> {
    fn at(&self, range: Range) -> At {
        At { unit: self.unit, range }
    }

    fn known(&self, text: &Text) -> Known {
        let mut parts: Vec<Option<Vec<u8>>> = Vec::new();
        for piece in &text.pieces {
            match (piece, parts.last_mut()) {
                (Piece::Literal(bytes), Some(Some(before))) => before.extend_from_slice(bytes),
                (Piece::Literal(bytes), _) => parts.push(Some(bytes.to_vec())),
                (Piece::Variable(_) | Piece::Match(_) | Piece::Environment(_), Some(None)) | (Piece::Dropped, _) => {}
                (Piece::Variable(_) | Piece::Match(_) | Piece::Environment(_), _) => parts.push(None),
                #[cfg(feature = "svtest")]
                (Piece::SuitePath, _) => parts.push(None),
                #[cfg(feature = "expressions")]
                (Piece::Access(_), _) => parts.push(None),
            }
        }
        Known { at: self.at(text.range), parts }
    }

    /// An address as mail is sent to it: a literal without its display name.
    fn address(&self, text: &Text) -> Known {
        let known = self.known(text);
        match known.literal().map(parse_address) {
            Some(Ok(address)) => Known { at: known.at, parts: vec![Some(address.to_bytes())] },
            _ => known,
        }
    }

    fn block(&mut self, block: Block) {
        for command in self.scope.commands(block) {
            self.command(command);
        }
    }

    fn command(&mut self, command: &Command) {
        let at = self.at(command.range);
        let name = match &command.op {
            Op::If(branches) => {
                self.branches(branches);
                return;
            }
            Op::Stop => "stop",
            Op::Keep { .. } => "keep",
            Op::Discard => "discard",
            Op::Redirect { addresses, list, copy, .. } => {
                for address in &addresses.items {
                    // Who is on a list is not known here.
                    let to = if *list { Known { at: self.at(address.range), parts: vec![None] } } else { self.address(address) };
                    self.effects.redirects.push(Redirection { at, to, copy: *copy });
                }
                "redirect"
            }
            Op::FileInto { mailbox, copy, create, preferred, .. } => {
                let mailbox = self.known(mailbox);
                self.effects.mailboxes.push(Filing { at, mailbox, copy: *copy, create: *create });
                self.preferred(at, preferred.is_some());
                "fileinto"
            }
            Op::ImplicitKeepTarget { mailbox, preferred } => {
                let mailbox = self.known(mailbox);
                self.effects.mailboxes.push(Filing { at, mailbox, copy: false, create: false });
                self.preferred(at, preferred.is_some());
                "implicit_keep_target"
            }
            Op::Reject { early: false, .. } => "reject",
            Op::Reject { early: true, .. } => "ereject",
            Op::Report(report) => {
                let to = self.address(&report.address);
                self.effects.reports.push((to, at));
                "report"
            }
            Op::External(external) => {
                self.external(external, at);
                external.name
            }
            Op::Vacation(vacation) => {
                let from = vacation.from.as_ref().map(|from| self.known(from));
                self.effects.vacations.push(Reply { at, period: vacation.period, from, mime: vacation.mime });
                self.copied(&vacation.others, at);
                "vacation"
            }
            Op::Set { .. } => "set",
            Op::Flag { change: FlagChange::Set, .. } => "setflag",
            Op::Flag { change: FlagChange::Add, .. } => "addflag",
            Op::Flag { change: FlagChange::Remove, .. } => "removeflag",
            Op::AddHeader { name, .. } => {
                let name = self.known(name);
                self.effects.headers.push(HeaderEdit { at, added: true, name });
                "addheader"
            }
            Op::DeleteHeader { name, matching, .. } => {
                let name = self.known(name);
                self.effects.headers.push(HeaderEdit { at, added: false, name });
                self.matching(matching, at);
                "deleteheader"
            }
            Op::Notify(notify) => {
                let method = self.known(&notify.method);
                let to = recipients(&method);
                self.effects.notifications.push(Notification { at, method, to });
                self.copied(&notify.others, at);
                "notify"
            }
            Op::NotifyOld(notify) => {
                let to: Vec<Known> = notify.options.iter().flat_map(|options| &options.items).map(|option| self.address(option)).collect();
                let method = notify.method.as_ref().map(|method| self.known(method)).unwrap_or_default();
                self.effects.notifications.push(Notification { at, method, to });
                "notify"
            }
            Op::Denotify { .. } => "denotify",
            Op::Error { .. } => "error",
            Op::ForEveryPart(block) => {
                self.effects.commands.push(("foreverypart", at));
                self.block(*block);
                return;
            }
            #[cfg(feature = "expressions")]
            Op::While { block, .. } => {
                self.effects.commands.push(("while", at));
                self.block(*block);
                return;
            }
            #[cfg(feature = "expressions")]
            Op::Continue => "continue",
            #[cfg(feature = "expressions")]
            Op::Let { .. } => "let",
            #[cfg(feature = "expressions")]
            Op::Eval(_) => "eval",
            Op::Break(_) => "break",
            Op::ExtractText { .. } => {
                self.effects.bodies.push(at);
                "extracttext"
            }
            Op::Include { unit, .. } => {
                self.effects.includes.push(Inclusion { at, unit: *unit });
                "include"
            }
            Op::Return => "return",
            Op::DebugLog(_) => "debug_log",
            #[cfg(feature = "svtest")]
            Op::Suite(act) => {
                if let crate::sieve::program::suite::Act::Test { block, .. } = &**act {
                    self.block(*block);
                }
                "test"
            }
        };
        self.effects.commands.push((name, at));
    }

    /// Where the copy of what is sent goes (RFC 8580).
    fn copied(&mut self, others: &[Named], at: At) {
        let has = |name: &str| others.iter().any(|tag| tag.name == name);
        for tag in others.iter().filter(|tag| tag.name == "fcc") {
            if let Some(Parameter::String(mailbox)) = &tag.value {
                let mailbox = self.known(mailbox);
                self.effects.mailboxes.push(Filing { at, mailbox, copy: true, create: has("create") });
                self.preferred(at, has("specialuse") || has("mailboxid"));
            }
        }
    }

    /// Where a mailbox is preferred by its use or id, the message may go to any.
    fn preferred(&mut self, at: At, preferred: bool) {
        if preferred {
            self.effects.mailboxes.push(Filing { at, mailbox: Known { at, parts: vec![None] }, copy: false, create: false });
        }
    }

    /// A program that is run, with its name as far as it is known.
    fn external(&mut self, external: &External, at: At) {
        if !matches!(external.op, OpId::Pipe | OpId::Filter | OpId::Execute) {
            return;
        }
        if let Some(Parameter::String(name)) = external.args.first() {
            let name = self.known(name);
            self.effects.programs.push((name, at));
        }
    }

    fn branches(&mut self, branches: &If) {
        for branch in branches.branches() {
            self.test(self.scope.test(branch.test));
            self.block(branch.block);
        }
        if let Some(block) = branches.otherwise {
            self.block(block);
        }
    }

    fn matching(&mut self, matching: &Matching, at: At) {
        if matches!(matching.kind, MatchKind::Regex(_)) {
            self.effects.regexes.push(at);
        }
    }

    fn test(&mut self, test: &Test) {
        let at = self.at(test.range);
        match &test.kind {
            TestKind::Not(inside) => self.test(self.scope.test(*inside)),
            TestKind::AnyOf(tests) | TestKind::AllOf(tests) => self.scope.tests(*tests).iter().for_each(|test| self.test(test)),
            TestKind::Body { transform: BodyTransform::Raw | BodyTransform::Content(_) | BodyTransform::Text, matching, .. } => {
                self.effects.bodies.push(at);
                self.matching(matching, at);
            }
            TestKind::Header { matching, .. }
            | TestKind::Address { matching, .. }
            | TestKind::Envelope { matching, .. }
            | TestKind::String { matching, .. }
            | TestKind::HasFlag { matching, .. }
            | TestKind::Date { matching, .. }
            | TestKind::CurrentDate { matching, .. }
            | TestKind::Environment { matching, .. }
            | TestKind::NotifyMethodCapability { matching, .. }
            | TestKind::Score { matching, .. }
            | TestKind::Metadata { matching, .. } => self.matching(matching, at),
            TestKind::External(external, _) => {
                self.external(external, at);
                self.effects.commands.push((external.name, at));
            }
            TestKind::Constant(_)
            | TestKind::Exists { .. }
            | TestKind::Size { .. }
            | TestKind::MailboxExists { .. }
            | TestKind::Duplicate(_)
            | TestKind::ValidNotifyMethod { .. }
            | TestKind::MetadataExists { .. }
            | TestKind::SpecialUseExists { .. }
            | TestKind::MailboxIdExists { .. }
            | TestKind::ValidExtList { .. } => {}
            #[cfg(feature = "expressions")]
            TestKind::Eval(_) => {}
            #[cfg(feature = "svtest")]
            TestKind::Suite(_) => {}
        }
    }
}

/// The addresses of a mailto URI (RFC 6068). One that is built at run time may name anyone.
fn recipients(method: &Known) -> Vec<Known> {
    let Some(uri) = method.literal() else { return vec![method.clone()] };
    let mailto = scheme(uri).and_then(|(_, rest)| parse_mailto(rest).ok()).unwrap_or_default();
    mailto.recipients.into_iter().map(|(_, address, _)| Known { at: method.at, parts: vec![Some(address.to_bytes())] }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Script, Scripts, Store, compile};
    use super::*;

    fn effects(script: &str, included: &Scripts) -> Effects {
        let mut dialect = Dialect::named("pigeonhole-0.5").unwrap();
        dialect.set("sieve_extensions", "+editheader").unwrap();
        let compiled = compile(&Script::parse(script), included, &dialect);
        assert_eq!(compiled.verdict, super::super::Verdict::Accepted, "{:?}", compiled.diagnostics);
        compiled.program.unwrap().effects()
    }

    #[test]
    fn everything_that_a_script_could_do() {
        let script = r#"require ["fileinto", "copy", "variables", "regex", "body", "mailbox", "enotify", "editheader", "vacation", "mime", "foreverypart", "reject"];
if anyof (not header :regex "subject" "a(.)b", body :text :contains "x") {
  fileinto :copy :create "Lists/${1}";
  redirect "a@example.org";
} elsif true {
  redirect :copy "${1}@example.org";
} else {
  discard;
}
foreverypart { addheader "X-A" "1"; deleteheader :regex "X-B" "c*"; }
notify "mailto:b@example.org?cc=c@example.net";
notify "mailto:${1}";
vacation :days 3 :from "d@example.org" "away";
reject "no";
"#;
        let effects = effects(script, &Scripts::default());
        let of = |at: At| at.range.of(script);
        assert_eq!(
            effects.commands.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            ["fileinto", "redirect", "redirect", "foreverypart", "addheader", "deleteheader", "notify", "notify", "vacation", "reject"],
            "the branch that never runs does nothing"
        );
        let filing = &effects.mailboxes[0];
        assert_eq!(
            (filing.copy, filing.create, of(filing.at), of(filing.mailbox.at)),
            (true, true, r#"fileinto :copy :create "Lists/${1}""#, r#""Lists/${1}""#)
        );
        assert_eq!(filing.mailbox.parts, [Some(b"Lists/".to_vec()), None]);
        assert_eq!(String::from_utf8(filing.mailbox.shown()).unwrap(), "Lists/${…}");
        assert_eq!(
            effects.redirects.iter().map(|one| (one.to.literal(), one.copy)).collect::<Vec<_>>(),
            [(Some(&b"a@example.org"[..]), false), (None, true)]
        );
        assert_eq!(
            effects.notifications[0].to.iter().filter_map(Known::literal).collect::<Vec<_>>(),
            [&b"b@example.org"[..], b"c@example.net"]
        );
        assert_eq!(effects.notifications[1].to[0].literal(), None);
        assert_eq!(
            effects.regexes.iter().map(|at| of(*at)).collect::<Vec<_>>(),
            [r#"header :regex "subject" "a(.)b""#, r#"deleteheader :regex "X-B" "c*""#]
        );
        assert_eq!(effects.bodies.iter().map(|at| of(*at)).collect::<Vec<_>>(), [r#"body :text :contains "x""#]);
        assert_eq!(
            effects.headers.iter().map(|edit| (edit.added, edit.name.literal().unwrap())).collect::<Vec<_>>(),
            [(true, &b"X-A"[..]), (false, b"X-B")]
        );
        assert_eq!((effects.vacations[0].period, effects.count("redirect")), (3 * 86_400, 2));
        assert_eq!(effects.extensions.len(), 12);
        assert_eq!((effects.extensions[3].0.name, of(effects.extensions[3].1)), ("regex", r#""regex""#));
    }

    #[test]
    fn included_scripts_count_with_their_unit() {
        let key = |name: &str| (Store::Personal, name.to_owned());
        let included = Scripts {
            texts: [(key("a"), Some("require \"fileinto\"; fileinto \"X\";".to_owned())), (key("b"), None)].into_iter().collect(),
        };
        let effects = effects("require \"include\"; include \"a\"; include :optional \"b\"; include \"c\";", &included);
        assert_eq!(effects.mailboxes[0].at.unit, 1);
        assert_eq!(effects.includes.iter().map(|one| one.unit).collect::<Vec<_>>(), [Some(1), None, None]);
        assert_eq!(
            effects.extensions.iter().map(|(extension, at)| (extension.name, at.unit)).collect::<Vec<_>>(),
            [("include", 0), ("fileinto", 1)]
        );
    }

    #[test]
    fn extensions_that_ihave_loads_are_told() {
        let effects = effects("require \"ihave\"; if ihave \"copy\" { redirect :copy \"a@example.org\"; }", &Scripts::default());
        assert_eq!(effects.extensions.iter().map(|(extension, _)| extension.name).collect::<Vec<_>>(), ["ihave", "copy"]);
    }
}
