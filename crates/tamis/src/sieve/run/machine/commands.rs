//! What each command does.

use std::rc::Rc;

use super::super::result::{Entry, Flags, Kind};
use super::super::{Event, Taken, commit, flags, variables};
use super::{Frame, MAX_LOOPS, Machine, Role, Step, Suspended};
use crate::diagnostic::{Code, Diagnostic};
use crate::mail::PartIter;
use crate::sieve::program::{Command, FlagChange, If, Op, Place, Texts};
use crate::sieve::values::mailbox_from_utf7;
use crate::text::Range;

impl<'p, 'm> Machine<'p, 'm> {
    pub(super) fn command(&mut self, command: &'p Command) -> Step<()> {
        match &command.op {
            Op::If(branches) => self.branch(command.range, branches),
            Op::Stop => {
                self.event(|| Event::Stop { range: command.range });
                self.frames.clear();
                Ok(())
            }
            Op::Return => {
                self.event(|| Event::Stop { range: command.range });
                while let Some(frame) = self.frames.last() {
                    let unit = matches!(frame.role, Role::Unit(_));
                    self.leave();
                    if unit {
                        break;
                    }
                }
                Ok(())
            }
            Op::Break(loops) => {
                let mut loops = *loops;
                while let Some(frame) = self.frames.last().filter(|_| loops > 0) {
                    loops -= u32::from(frame.role.is_loop());
                    self.leave();
                }
                Ok(())
            }
            #[cfg(feature = "expressions")]
            Op::While { expression, block } => {
                let entered = self.goes_round(command.range, expression)?;
                self.reach(|| Event::Loop { range: command.range, entered });
                if entered {
                    let role = Role::While(command.range, expression);
                    self.frames.push(Frame::new(self.scope.commands(*block), role));
                }
                Ok(())
            }
            #[cfg(feature = "expressions")]
            Op::Continue => {
                while let Some(frame) = self.frames.last_mut() {
                    if matches!(frame.role, Role::While(..)) {
                        frame.next = frame.block.len();
                        break;
                    }
                    self.leave();
                }
                Ok(())
            }
            #[cfg(feature = "expressions")]
            Op::Let { variable, expression } => {
                let value = self.evaluate(expression)?;
                self.set_value(command.range, *variable, value);
                Ok(())
            }
            #[cfg(feature = "expressions")]
            Op::Eval(expression) => self.evaluate(expression).map(|_| ()),
            Op::ForEveryPart(block) => {
                let message = self.fields.message();
                let mut parts = self.part().map_or_else(|| PartIter::new(message.parts()), |parts| parts.children());
                let entered = parts.current().is_some();
                if !entered {
                    self.reach(|| Event::Loop { range: command.range, entered });
                }
                if entered {
                    // Compiling counts the loops of one script, running those of all.
                    let around = self.frames.iter().filter(|frame| matches!(frame.role, Role::Loop(..))).count();
                    if around >= MAX_LOOPS {
                        return Err(self.fail(Diagnostic::new(Code::LoopsTooDeep, command.range).with("max", MAX_LOOPS.to_string())));
                    }
                    self.reach(|| Event::Loop { range: command.range, entered });
                    self.limit = None;
                    self.frames.push(Frame::new(self.scope.commands(*block), Role::Loop(parts, command)));
                } else {
                    self.left_loop(command);
                }
                Ok(())
            }
            Op::Include { unit: Some(unit), once, .. } => {
                let first = !self.included.contains(unit);
                if first {
                    self.included.push(*unit);
                }
                if first || !*once {
                    if self.engine().is_stalwart() {
                        // The script itself counts too.
                        let units = self.frames.iter().filter(|frame| matches!(frame.role, Role::Unit(_))).count();
                        let max = self.settings().include_max_nesting_depth;
                        if units as u64 >= max {
                            return Err(self.fail(Diagnostic::new(Code::IncludeTooDeep, command.range).with("max", max.to_string())));
                        }
                    }
                    let suspended = Suspended {
                        unit: self.unit,
                        scope: self.scope,
                        locals: std::mem::take(&mut self.locals),
                        matches: std::mem::take(&mut self.matches),
                        limit: self.limit.take(),
                        #[cfg(feature = "expressions")]
                        typed: std::mem::take(&mut self.typed.locals),
                    };
                    self.enter(*unit, Some(Box::new(suspended)));
                }
                Ok(())
            }
            Op::Include { again: true, .. } if self.engine().is_05() => {
                // Fixed in 2.4 (ext-include-common.c, `ext_include_execute_include`).
                Err(self.abort(Diagnostic::new(Code::CommandCrashes, command.range).with("name", "include")))
            }
            Op::Include { unit: None, .. } | Op::DebugLog(_) => Ok(()),
            Op::Set { variable, modifiers, value } => {
                #[cfg(feature = "expressions")]
                let typed = (modifiers.is_empty() && self.engine().is_stalwart()).then(|| self.literal_value(value));
                let value = self.text(value).into_owned();
                self.assign(command.range, *variable, value, modifiers);
                #[cfg(feature = "expressions")]
                if let Some(value) = typed {
                    self.typed.set(*variable, value);
                }
                Ok(())
            }
            Op::ExtractText { variable, modifiers, first } => {
                let part = self.part().and_then(|mut parts| parts.parts().get(parts.current()?));
                let Some(part) = part else { return Ok(()) };
                if self.replaced && self.engine().is_pigeonhole() {
                    // An assertion of cmd-extracttext.c.
                    return Err(self.abort(Diagnostic::new(Code::CommandCrashes, command.range).with("name", "extracttext")));
                }
                let mut value = part.text.to_vec();
                if let Some(first) = first.and_then(|first| usize::try_from(first).ok()) {
                    // Bytes, though the standard says characters (cmd-extracttext.c).
                    value.truncate(first);
                }
                self.assign(command.range, *variable, value, modifiers);
                Ok(())
            }
            Op::Flag { change, variable, flags } => {
                self.change_flags(command.range, *change, *variable, flags);
                Ok(())
            }
            Op::Error { message } => {
                let message = self.text(message);
                Err(self.fail(Diagnostic::new(Code::ScriptError, command.range).with("message", message)))
            }
            Op::AddHeader { last, name, value } => self.add_header(command.range, *last, name, value),
            Op::DeleteHeader { index, matching, name, values } => {
                self.delete_header(command.range, *index, matching, name, values.as_deref())
            }
            Op::Keep { flags } => {
                let flags = self.side_flags(flags.as_deref());
                let kind = if self.chained { Kind::Keep } else { Kind::Store(None) };
                self.act(command.range, Entry { keep: true, flags, ..self.entry(kind) })
            }
            Op::FileInto { mailbox, copy, create, flags, preferred } => {
                let flags = self.side_flags(flags.as_deref());
                let mailbox = self.text(mailbox).into_owned();
                let decoded = if self.settings().mailbox_utf7 { mailbox_from_utf7(&mailbox) } else { Some(mailbox.clone()) };
                let Some(mailbox) = decoded.filter(|mailbox| std::str::from_utf8(mailbox).is_ok()) else {
                    return Err(self.fail(Diagnostic::new(Code::RunInvalidMailbox, command.range).with("value", mailbox)));
                };
                let preferred = match preferred.as_deref() {
                    Some(preferred) => Some(self.preferred(command.range, preferred)?),
                    None => None,
                };
                let entry = Entry { flags, copy: *copy, create: *create, preferred, ..self.entry(Kind::Store(Some(mailbox))) };
                self.act(command.range, entry)
            }
            Op::Discard => self.act(command.range, self.entry(Kind::Discard)),
            Op::Redirect { addresses, list, copy, others } => self.redirect(command.range, addresses, *list, *copy, others),
            Op::Reject { reason, early } => {
                let reason = self.text(reason).into_owned();
                self.act(command.range, self.entry(Kind::Reject(reason, *early)))
            }
            Op::Vacation(vacation) => self.vacation(command.range, vacation),
            Op::Notify(notify) => self.notify(command.range, notify),
            Op::NotifyOld(notify) => self.notify_old(command.range, notify),
            Op::Report(report) => self.report(command.range, report),
            Op::External(external) => self.external(command.range, external),
            Op::ImplicitKeepTarget { mailbox, preferred } => {
                let mailbox = self.text(mailbox).into_owned();
                let preferred = match preferred.as_deref() {
                    Some(preferred) => Some(self.preferred(command.range, preferred)?),
                    None => None,
                };
                self.keep_target = Some((mailbox, preferred));
                Ok(())
            }
            Op::Denotify { importance, id } => self.denotify(command.range, *importance, id.as_deref()),
            #[cfg(feature = "svtest")]
            Op::Suite(act) => self.suite_act(command.range, act),
        }
    }

    fn branch(&mut self, range: Range, branches: &'p If) -> Step<()> {
        let depth = self.depth;
        let (mut block, mut taken) = (branches.otherwise, None);
        let mut number = 0u32;
        for branch in branches.branches() {
            self.depth = depth.saturating_add(1);
            if self.test(self.scope.test(branch.test))? {
                (block, taken) = (Some(branch.block), Some(branch));
                break;
            }
            number = number.saturating_add(1);
        }
        self.depth = depth;
        self.reach(|| {
            let taken = match (taken, block) {
                (Some(_), _) => Taken::Test(number),
                (None, Some(_)) => Taken::Else,
                (None, None) => Taken::None,
            };
            Event::Branch { range, taken }
        });
        let block = block.map(|block| self.scope.commands(block));
        if let Some(block) = block.filter(|block| !block.is_empty() || self.limit.is_some()) {
            self.frames.push(Frame::new(block, Role::Branch(taken)));
        }
        Ok(())
    }

    pub(in super::super) fn assign(
        &mut self,
        range: Range,
        variable: Place,
        mut value: Vec<u8>,
        modifiers: &[crate::sieve::program::Modifier],
    ) {
        let max = usize::try_from(self.settings().variables_max_variable_size).unwrap_or(usize::MAX);
        variables::modify(&mut value, modifiers, max);
        if self.tracer.is_some() {
            let name = self.variable_name(variable);
            self.event(|| Event::Assign { range, name, value: &value });
        }
        if let Some(place) = self.variable_mut(variable) {
            *place = value;
        }
    }

    fn change_flags(&mut self, range: Range, change: FlagChange, variable: Option<Place>, lists: &Texts) {
        let mut list = match variable {
            _ if change == FlagChange::Set => Vec::new(),
            Some(place) => self.variable(place).to_vec(),
            None => self.internal_flags.clone(),
        };
        let mut refused: Vec<Vec<u8>> = Vec::new();
        for text in &lists.items {
            // A `setflag` on the variable that it reads sees what is there so far, as the real code does.
            if let Some(place) = variable.and_then(|place| self.variable_mut(place)) {
                place.clone_from(&list);
            }
            let literal = text.literal().is_some();
            let text = self.text(text);
            flags::change(&mut list, change, &text, |flag| {
                // Literal ones were reported when the script was compiled.
                if !literal {
                    refused.push(flag.to_vec());
                }
            });
        }
        for flag in refused {
            self.note(Diagnostic::new(Code::RunInvalidFlag, range).with("name", flag));
        }
        let name = variable.map_or("", |place| self.variable_name(place));
        self.event(|| Event::Flags { range, name, value: &list });
        match variable {
            Some(place) => {
                if let Some(place) = self.variable_mut(place) {
                    *place = list;
                }
            }
            None => self.internal_flags = list,
        }
    }

    /// The flags that a store gets: those of `:flags`; without, the internal ones as they are now, if `imap4flags` is in force.
    fn side_flags(&self, given: Option<&Texts>) -> Flags {
        match given {
            Some(lists) => Flags::Given(self.texts(lists)),
            None if self.scope.flags => Flags::Given(vec![self.internal_flags.clone()]),
            None => Flags::Unspoken,
        }
    }

    /// An action without side effects, here and now.
    #[inline(never)]
    pub(in super::super) fn entry(&self, kind: Kind) -> Entry<'m> {
        Entry {
            kind,
            keep: false,
            copy: false,
            create: false,
            flags: Flags::Unspoken,
            preferred: None,
            others: Vec::new(),
            fields: Rc::clone(&self.fields),
            unit: self.base.saturating_add(self.unit),
            range: Range::default(),
            silent: false,
            executed: false,
            answered: false,
        }
    }

    /// Adds an action to the result.
    pub(in super::super) fn act(&mut self, range: Range, mut entry: Entry<'m>) -> Step<()> {
        entry.range = range;
        let (settings, rules) = (self.settings(), self.engine().rules());
        let seen = self.tracer.is_some().then(|| commit::action(&entry, &self.internal_flags));
        match self.actions.add(entry, settings, rules, self.delivery.default_mailbox.as_bytes()) {
            Ok(_) => {
                if let Some(action) = &seen {
                    self.event(|| Event::Action(action));
                }
                Ok(())
            }
            Err(refusal) => Err(self.fail(*refusal)),
        }
    }
}
