//! The values that tags and arguments get.

use tamis::sieve::spec::{Arg, ArgKind, Command, OpId, Tag, TagId};

use super::{Writer, list, value_of};
use crate::generate::tokens::{multiline, string};
use crate::generate::words;

impl Writer<'_> {
    /// A tag with its value.
    pub(super) fn tag(&mut self, command: &Command, tag: &Tag) -> Vec<String> {
        let mut out = vec![format!(":{}", tag.name)];
        let text = |writer: &mut Self, values: &[&str]| string(writer.random.pick(values));
        match (tag.id, tag.value) {
            (_, None) => {}
            (TagId::Comparator, _) => {
                let name = if self.numeric {
                    self.used.insert("comparator-i;ascii-numeric");
                    "i;ascii-numeric"
                } else {
                    self.random.pick(&["i;octet", "i;ascii-casemap"])
                };
                out.push(string(name));
            }
            (TagId::Count | TagId::Value, _) => out.push(text(self, &["gt", "ge", "lt", "le", "eq", "ne"])),
            (TagId::Days, _) => out.push((*self.random.pick(&["0", "1", "7", "30", "1000"])).to_owned()),
            (TagId::Seconds, _) => out.push((*self.random.pick(&["0", "5", "60", "86400", "1M", "10K"])).to_owned()),
            (TagId::Index, _) => out.push((*self.random.pick(&["1", "1", "2", "3", "9"])).to_owned()),
            (TagId::First, _) => out.push((*self.random.pick(&["1", "5", "20", "300", "1K"])).to_owned()),
            (TagId::Zone, _) => out.push(text(self, words::ZONES)),
            (TagId::Importance, _) => out.push(text(self, &["1", "2", "3"])),
            (TagId::From, _) => out.push(text(self, words::SENDERS)),
            (TagId::Subject | TagId::Message, _) => {
                let value = value_of(self.random, "Subject");
                out.push(self.text(&value));
            }
            (TagId::Addresses, _) => list(&mut out, vec![text(self, words::ADDRESSES), text(self, words::RECIPIENTS)]),
            (TagId::Handle | TagId::UniqueId | TagId::Id, _) => out.push(text(self, &["h1", "h2", "other handle"])),
            (TagId::Header, _) => out.push(text(self, &["Message-ID", "Subject", "X-Tag"])),
            (TagId::Flags, _) => {
                let count = 1 + self.random.below(3);
                let flags = (0..count).map(|_| text(self, words::FLAGS)).collect();
                list(&mut out, flags);
            }
            (TagId::Content, _) => {
                let count = 1 + self.random.below(2);
                let types = (0..count).map(|_| text(self, words::CONTENT_TYPES)).collect();
                list(&mut out, types);
            }
            (TagId::Param, _) => list(&mut out, vec![text(self, &["charset", "name", "filename", "boundary", "CHARSET"])]),
            (TagId::Name, _) => match self.loops.iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().as_slice() {
                // A `break` outside of any named loop has no name.
                [] => out.clear(),
                names => out.push(string(self.random.pick(names))),
            },
            (TagId::Other, _) if tag.name == "output" => {
                self.used.insert("variables");
                out.push(text(self, words::VARIABLES));
            }
            (TagId::Other, _) if tag.name == "specialuse" => out.push(text(self, words::SPECIAL_USES)),
            (TagId::Method, _) => out.push(string("mailto")),
            (TagId::Options, _) if command.op == OpId::NotifyOld => list(&mut out, vec![text(self, words::SENDERS)]),
            (TagId::Options, _) => list(&mut out, vec![text(self, &["x=y", "foo=bar"])]),
            (_, Some(ArgKind::Number)) => out.push("1".to_owned()),
            (_, Some(_)) => out.push(string("hello")),
        }
        out
    }

    /// The strings, or the number, of an argument.
    pub(super) fn argument(&mut self, command: &Command, arg: &Arg) -> Vec<String> {
        if arg.kind == ArgKind::Number {
            return vec![(*self.random.pick(&["0", "100", "300", "500", "1K", "2K", "10k", "1M", "4G", "700"])).to_owned()];
        }
        let many = 1 + if self.random.chance(35) { self.random.below(3) } else { 0 };
        let pick = |writer: &mut Self, values: &[&str]| string(writer.random.pick(values));
        match (command.op, arg.name) {
            (_, "keys" | "values") => (0..many).map(|_| self.key(command.op)).collect(),
            (OpId::Address, "header-names") => (0..many).map(|_| pick(self, words::ADDRESS_HEADERS)).collect(),
            (OpId::Header | OpId::Exists, "header-names") => (0..many).map(|_| self.field()).collect(),
            (OpId::Envelope, "envelope-parts") => {
                self.subject = "envelope".to_owned();
                (0..many).map(|_| pick(self, &["from", "to", "From", "TO"])).collect()
            }
            (OpId::Date, "header-name") => vec![pick(self, &["Date", "date", "Received", "Resent-Date", "X-Date"])],
            (OpId::Date | OpId::CurrentDate, "date-part") => {
                let (part, _) = *self.random.pick(words::DATE_PARTS);
                part.clone_into(&mut self.subject);
                vec![string(part)]
            }
            (OpId::String, "source") => (0..many).map(|_| self.source()).collect(),
            (OpId::Environment, "item") => {
                let all = [
                    "name",
                    "version",
                    "host",
                    "vnd.dovecot.default-mailbox",
                    "vnd.dovecot.config.color",
                    "vnd.dovecot.config.none",
                    "domain",
                    "remote-ip",
                    "x-unknown",
                    "location",
                    "phase",
                ];
                let item = *self.random.pick(if self.scope.run { &all[..6] } else { &all });
                vec![string(item)]
            }
            (OpId::FileInto, _) => {
                let mailbox = *self.random.pick(words::MAILBOXES);
                vec![if self.variables && self.random.chance(20) { self.source() } else { string(mailbox) }]
            }
            (OpId::Execute | OpId::Filter | OpId::Pipe, "program-name") => {
                let all = if command.op == OpId::Filter { words::FILTERS } else { words::PROGRAMS };
                vec![pick(self, all)]
            }
            (OpId::Report, "feedback-type") => vec![pick(self, words::FEEDBACK)],
            (OpId::Report, "address") => vec![pick(self, words::SENDERS)],
            (OpId::SpamTest | OpId::VirusTest, _) => vec![self.key(command.op)],
            (OpId::SpecialUseExists, "special-use-attrs") => (0..many).map(|_| pick(self, words::SPECIAL_USES)).collect(),
            (_, "mailbox") => vec![pick(self, words::MAILBOXES)],
            (_, "annotation" | "annotations") => (0..many).map(|_| pick(self, words::ANNOTATIONS)).collect(),
            (OpId::MailboxExists, _) => (0..many).map(|_| pick(self, words::MAILBOXES)).collect(),
            (OpId::Redirect, _) => vec![pick(self, words::ADDRESSES)],
            (OpId::SetFlag | OpId::AddFlag | OpId::RemoveFlag | OpId::HasFlag, "variable" | "variables") => {
                self.used.insert("variables");
                vec![pick(self, words::VARIABLES)]
            }
            (_, "flags") => (0..many).map(|_| pick(self, words::FLAGS)).collect(),
            (OpId::Set | OpId::ExtractText, "name" | "variable") => vec![pick(self, words::VARIABLES)],
            (OpId::Include, _) => {
                // One that is missing is an error unless it is optional.
                let optional = self.out.iter().rev().take_while(|token| *token != "include").any(|token| token == ":optional");
                vec![pick(self, if optional { &["one", "two", "none"] } else { &["one", "two"] })]
            }
            (OpId::Global | OpId::Import | OpId::Export, _) => vec![string("g1")],
            (OpId::Set, _) => {
                let value = value_of(self.random, "Subject");
                vec![if self.random.chance(50) { self.source() } else { self.text(&value) }]
            }
            (OpId::Vacation | OpId::Reject, _) => {
                let text = *self.random.pick(words::TEXTS);
                vec![if self.random.chance(20) { multiline(text) } else { self.text(text) }]
            }
            (OpId::AddHeader | OpId::DeleteHeader, "name") => {
                let name = *self.random.pick(&["X-Tag", "X-Added", "x-tag", "X-Spam-Flag", "Subject", "List-Id", "Keywords"]);
                name.clone_into(&mut self.subject);
                vec![string(name)]
            }
            (OpId::AddHeader, _) => {
                let subject = self.subject.clone();
                let value = value_of(self.random, &subject);
                vec![self.text(&value)]
            }
            (OpId::NotifyMethod | OpId::ValidNotifyMethod | OpId::NotifyMethodCapability, "method" | "uris" | "uri") => vec![pick(
                self,
                &[
                    "mailto:alice@example.org",
                    "mailto:alice@example.org?subject=hi%20there&body=x",
                    "mailto:alice@example.org,carol@example.com?cc=dave@example.org",
                    "mailto:alice@example.org?X-Extra=1&to=bob@example.com",
                ],
            )],
            (OpId::NotifyMethodCapability, "capability") => vec![pick(self, &["online", "Online"])],
            (OpId::IHave, _) => (0..many).map(|_| pick(self, &["fileinto", "copy", "no-such", "regex", "envelope", "x"])).collect(),
            _ => vec![pick(self, words::TEXTS)],
        }
    }

    /// A header field that messages have, remembered for the keys.
    fn field(&mut self) -> String {
        let part = words::MIME_VALUES.iter().any(|(name, _)| *name == self.subject);
        if part {
            return string(self.random.pick(&["Content-Type", "Content-Disposition", "content-type"]));
        }
        let name = match self.random.below(10) {
            0 | 1 => *self.random.pick(words::ADDRESS_HEADERS),
            2 => "Date",
            _ => self.random.pick(words::HEADERS).0,
        };
        name.clone_into(&mut self.subject);
        string(if self.random.chance(10) { name.to_lowercase() } else { name.to_owned() }.as_str())
    }

    /// A key for the test's match type and what it looks at.
    fn key(&mut self, op: OpId) -> String {
        if self.matches == "count" {
            return string(&words::key(self.random, "count", ""));
        }
        let mime = words::MIME_VALUES.iter().find(|(name, _)| *name == self.subject);
        let value = match op {
            OpId::Address | OpId::Envelope => match self.random.below(10) {
                0..=1 => *self.random.pick(words::LOCALS),
                2..=3 => *self.random.pick(words::DOMAINS),
                4 => *self.random.pick(words::USERS),
                5 => *self.random.pick(words::DETAILS),
                6 if op == OpId::Envelope => *self.random.pick(words::SENDERS),
                7 if op == OpId::Envelope => *self.random.pick(words::RECIPIENTS),
                _ => *self.random.pick(words::ADDRESSES),
            }
            .to_owned(),
            OpId::Date | OpId::CurrentDate => {
                let values = words::DATE_PARTS.iter().find(|(part, _)| *part == self.subject).map_or(&["0"][..], |(_, values)| values);
                (*self.random.pick(values)).to_owned()
            }
            OpId::HasFlag => (*self.random.pick(words::FLAGS)).to_owned(),
            OpId::Body => (*self.random.pick(words::BODY_WORDS)).to_owned(),
            OpId::SpamTest | OpId::VirusTest => (*self.random.pick(&["0", "1", "4", "5", "8", "10", "73", "100"])).to_owned(),
            OpId::NotifyMethodCapability => (*self.random.pick(&["maybe", "yes", "no"])).to_owned(),
            OpId::Environment => (*self.random.pick(&["Pigeonhole Sieve", "0.5.19", "mx.example.org", "MS", "INBOX", "blue"])).to_owned(),
            OpId::Header if mime.is_some() => (*self.random.pick(mime.map_or(&[""][..], |(_, values)| values))).to_owned(),
            _ => {
                let subject = self.subject.clone();
                value_of(self.random, &subject)
            }
        };
        let matches = if self.numeric { "is" } else { self.matches };
        string(&words::key(self.random, matches, &value))
    }

    /// A text that may name variables.
    fn text(&mut self, value: &str) -> String {
        if self.variables && self.random.chance(15) {
            return string(&(self.reference() + value));
        }
        string(value)
    }

    /// A string that names a variable or a match value, or nearly.
    fn source(&mut self) -> String {
        string(&self.reference())
    }

    fn reference(&mut self) -> String {
        match self.random.below(10) {
            0..=3 => format!("${{{}}}", self.random.pick(words::VARIABLES)),
            4..=6 => format!("${{{}}}", self.random.below(4)),
            7 => format!("${{{}}}-${{{}}}", self.random.pick(words::VARIABLES), self.random.below(3)),
            8 if self.random.chance(50) && self.has("vnd.dovecot.environment") => {
                self.used.insert("vnd.dovecot.environment");
                let item = *self.random.pick(&["name", "vnd.dovecot.default_mailbox", "vnd.dovecot.config.color", "nothing"]);
                format!("${{env.{item}}}")
            }
            8 => format!("<${{{}}}>", self.random.pick(words::VARIABLES).to_uppercase()),
            _ => (*self.random.pick(&["${", "$a", "${a", "${ a}", "$${a}", "${a.b", "}{"])).to_owned(),
        }
    }
}
