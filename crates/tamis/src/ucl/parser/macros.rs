//! Macros: `.name(arguments) value`.

use super::{MACROS, Machine, State, Step, Stopped};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::ucl::kind::{Kind, is_space, is_value_end};

impl Machine<'_> {
    pub(super) fn macro_name(&mut self) -> Result<(), Stopped> {
        let start = self.at;
        while self.at < self.end && !is_space(self.here()) && self.here() != b'(' {
            self.at += 1;
        }
        if self.at >= self.end {
            // A name at the very end is passed over in silence.
            self.token(Kind::MacroName);
            return Ok(());
        }
        self.token(Kind::MacroName);
        self.macro_name = self.range(start, self.at);
        if self.at == start {
            let range = self.range(start - 1, start);
            return Err(self.fail_at(Code::UclMacroName, range));
        }
        let name = self.macro_name.bytes(self.text);
        if !MACROS.contains(&name) {
            let error = Diagnostic::new(Code::UclUnknownMacro, self.macro_name).with("name", name);
            return Err(self.fail(error));
        }
        self.spaces_and_comments()?;
        self.state = State::Macro;
        Ok(())
    }

    /// Blanks, and comments at their end; blanks behind a comment belong to what follows.
    fn spaces_and_comments(&mut self) -> Result<(), Stopped> {
        self.skip(is_space);
        self.token(Kind::Blank);
        if self.is_comment() {
            self.comments()?;
        }
        Ok(())
    }

    pub(super) fn macro_value(&mut self) -> Result<(), Stopped> {
        self.arguments = None;
        if self.here() == b'(' && self.end - self.at >= 2 {
            // Arguments that are wrong count as none; then the value must follow at once.
            if self.macro_arguments()? {
                self.spaces_and_comments()?;
            }
        }
        let start = self.at;
        let value = match self.here() {
            b'"' if start < self.end => {
                self.at += 1;
                self.json_string(start)?;
                self.range(start + 1, self.at - 1)
            }
            b'{' if start < self.end => {
                self.at += 1;
                self.skip(is_space);
                let first = self.at;
                self.skip(|byte| byte != b'}');
                let value = self.range(first, self.at);
                self.at = (self.at + 1).min(self.end);
                value
            }
            _ => {
                self.skip(|byte| !is_value_end(byte));
                self.range(start, self.at)
            }
        };
        self.token(Kind::MacroValue);
        let node = self.macro_node.take();
        self.close(node);
        while self.at < self.end && (is_space(self.here()) || self.here() == b';') {
            if self.here() == b';' {
                self.single(Kind::Delimiter);
            } else {
                self.at += 1;
            }
        }
        self.token(Kind::Blank);
        self.steps.push(Step::Macro { name: self.macro_name, arguments: self.arguments.take(), value });
        self.state = self.before_macro;
        Ok(())
    }

    /// `( … )`: a document of its own. Says whether it can be read.
    fn macro_arguments(&mut self) -> Result<bool, Stopped> {
        let open = self.at;
        let (mut depth, mut is_quoted) = (1u32, false);
        self.at += 1;
        let start = self.at;
        while self.at < self.end && depth > 0 {
            match self.here() {
                b'"' if is_quoted => is_quoted = self.byte(self.at - 1) == b'\\',
                b'"' => is_quoted = true,
                b'(' if !is_quoted => depth += 1,
                b')' if !is_quoted => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        self.token(Kind::MacroArguments);
        if depth > 0 {
            let range = self.range(open, open + 1);
            let error = Diagnostic::new(Code::UclUnclosedArguments, range);
            return Err(self.fail(error));
        }
        let mut inner = Machine::new(self.text, start, self.at - 1, self.release, false);
        inner.run();
        let is_right = inner.errors.is_empty();
        for mut error in std::mem::take(&mut inner.errors) {
            error.severity = Severity::Warning;
            self.warnings.push(error);
        }
        self.arguments = is_right.then_some(inner.steps);
        Ok(is_right)
    }
}
