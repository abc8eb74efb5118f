//! Tokens to a tree (RFC 5228, 8.2). Never fails, reports all errors, and silences what only follows from another.
//!
//! The grammar is that of Pigeonhole's sieve-parser.c, so that a script has a syntax error here exactly when it has one there.

#[cfg(feature = "full")]
use super::again::Rest;
use super::lexer::{Lexeme, Lexer, lex};
use super::{Calls, Kind, StringToken};
use crate::diagnostic::{Applicability, Code, Diagnostic, Fix, Phrase};
use crate::text::{Edit, Range, Tree, count, offset};

/// How deep and how long a script may be, the same on every server that tamis knows (sieve-limits.h).
#[derive(Clone, Copy, Debug)]
pub struct Limits;

impl Limits {
    /// Blocks inside blocks, the script itself included.
    pub const BLOCKS: u32 = 32;
    /// Tests inside tests, the command itself included.
    pub const TESTS: u32 = 32;
    /// Arguments of one command or test, tags and their parameters included.
    pub const ARGUMENTS: u32 = 32;
    /// After so many errors the rest is parsed without a report: nobody reads on.
    pub const ERRORS: usize = 500;
}

/// A parsed script, the tree left out.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The commands and tests.
    pub calls: Calls,
    /// Lexical and syntactic errors, by place.
    pub errors: Vec<Diagnostic>,
    /// Where comments stand.
    #[cfg(feature = "full")]
    pub comments: Vec<Range>,
    /// Where the strings begin that were taken to end early, because quotes changed sides behind them.
    #[cfg(feature = "full")]
    pub(super) unclosed: Vec<usize>,
    /// Where the strings begin of which the end was guessed.
    #[cfg(feature = "full")]
    pub(super) guessed: Vec<usize>,
    /// An unterminated string or comment took the rest of the text.
    #[cfg(feature = "full")]
    pub(super) swallowed: bool,
}

/// Parses a script.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parser = Parser::new(text, 0, None, Vec::new(), Calls::with_room_for(text.len()));
    parser.script();
    parser.parsed()
}

/// Parses a script once more for its tree. Only who shows or changes a text asks for that: to compile it, nobody reads the tree.
#[must_use]
pub fn tree(text: &str) -> Tree<Kind> {
    let lexed = lex(text);
    let tiles = lexed.tiles();
    let nodes = tiles.len() / 4;
    let mut parser = Parser::new(text, 0, Some(Tree::new(tiles, nodes)), lexed.unclosed, Calls::with_room_for(text.len()));
    parser.script();
    parser.tree.unwrap_or_default()
}

pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) lexer: Lexer<'t>,
    /// If it was asked for.
    tree: Option<Tree<Kind>>,
    pub(super) calls: Calls,
    pub(super) errors: Vec<Diagnostic>,
    /// What is left of an older text, if there is one.
    #[cfg(feature = "full")]
    pub(super) rest: Option<Rest>,
}

impl<'t> Parser<'t> {
    /// Before the first token of a text, or of what stands in it from `start` on, some strings of which are taken to end early. What is
    /// read is added to `calls`.
    pub(super) fn new(text: &'t str, start: usize, tree: Option<Tree<Kind>>, unclosed: Vec<usize>, calls: Calls) -> Self {
        let mut parser = Self {
            text,
            lexer: Lexer::new(text, start, unclosed),
            tree,
            calls,
            errors: Vec::new(),
            #[cfg(feature = "full")]
            rest: None,
        };
        parser.lexer.advance();
        parser
    }

    /// What was read.
    pub(super) fn parsed(mut self) -> Parsed {
        let mut errors = self.lexer.errors;
        errors.append(&mut self.errors);
        crate::diagnostic::sort(&mut errors);
        errors.truncate(Limits::ERRORS);
        Parsed {
            calls: self.calls,
            errors,
            #[cfg(feature = "full")]
            comments: self.lexer.comments,
            #[cfg(feature = "full")]
            unclosed: self.lexer.unclosed,
            #[cfg(feature = "full")]
            guessed: self.lexer.guessed,
            #[cfg(feature = "full")]
            swallowed: self.lexer.swallowed,
        }
    }

    /// The kind of the next token.
    #[inline]
    fn kind(&self) -> Kind {
        self.lexer.next.kind
    }

    /// Where it stands.
    #[inline]
    fn range(&self) -> Range {
        self.lexer.next.range()
    }

    /// Takes it; it is not the end.
    #[inline]
    fn bump(&mut self) {
        self.lexer.advance();
    }

    /// Byte offset after the last token that was taken.
    #[inline]
    fn last_end(&self) -> u32 {
        self.lexer.last_end
    }

    /// The same, and after the characters without a meaning that follow it.
    #[inline]
    fn end_with_garbage(&self) -> u32 {
        self.lexer.garbage.last().map_or(0, |range| range.end).max(self.last_end())
    }

    /// Opens a node before the next token.
    #[inline]
    fn open(&mut self, kind: Kind) -> u32 {
        let start = self.range().start;
        self.tree.as_mut().map_or(0, |tree| tree.open(kind, tree.tokens_before(start)))
    }

    /// Closes a node after the last token that was taken.
    #[inline]
    fn close(&mut self, node: u32) {
        let end = self.last_end();
        if let Some(tree) = &mut self.tree {
            tree.close(node, tree.tokens_before(end));
        }
    }

    #[cold]
    #[inline(never)]
    fn report(&mut self, diagnostic: Diagnostic) {
        let at_end = diagnostic.code == Code::ExpectedBlockEnd || diagnostic.range.start >= offset(self.text.trim_end().len());
        // Two things that miss the same in one place say it once.
        let said = self.errors.last().is_some_and(|last| last.code == diagnostic.code && last.range == diagnostic.range);
        if self.lexer.errors.len() + self.errors.len() < Limits::ERRORS && !(self.lexer.swallowed && at_end) && !said {
            self.errors.push(diagnostic);
        }
    }

    #[cold]
    #[inline(never)]
    fn found(&self) -> String {
        if self.kind() == Kind::End {
            "…".to_owned()
        } else {
            format!("`{}`", crate::diagnostic::printable(first_line(self.range().of(self.text)).as_bytes()))
        }
    }

    pub(super) fn script(&mut self) {
        let node = self.tree.as_mut().map_or(0, |tree| tree.open(Kind::Script, 0));
        loop {
            let here = (self.range().start, self.last_end(), self.calls.read(), self.errors.len());
            match self.kind() {
                Kind::End => {}
                Kind::CloseCurly => {
                    let delete = Edit { range: self.range(), text: String::new() };
                    self.report(Diagnostic::new(Code::UnexpectedBrace, self.range()).fix_with(|| Fix {
                        title: Phrase { en: "remove the brace", fr: "supprimer l'accolade" },
                        params: Vec::new(),
                        applicability: Applicability::Unsafe,
                        edits: vec![delete],
                    }));
                    self.bump();
                }
                #[cfg(feature = "full")]
                Kind::Identifier if self.take_known(1) => {}
                Kind::Identifier => self.command(1),
                _ => self.not_a_command(1),
            }
            if self.kind() != Kind::End {
                continue;
            }
            if !self.lexer.repair() {
                break;
            }
            let (start, last_end, calls, errors) = here;
            self.calls.back_to(calls);
            self.errors.truncate(errors);
            self.lexer.go_to(start, last_end);
            #[cfg(feature = "full")]
            self.forget_runs(start);
        }
        if let Some(tree) = &mut self.tree {
            tree.close(node, count(tree.tokens().len()));
        }
    }

    /// commands = *command, up to `}` or the end.
    fn commands(&mut self, depth: u32) {
        loop {
            match self.kind() {
                Kind::End | Kind::CloseCurly => return,
                #[cfg(feature = "full")]
                Kind::Identifier if self.take_known(depth) => {}
                Kind::Identifier => self.command(depth),
                _ => self.not_a_command(depth),
            }
        }
    }

    /// Something that no command begins with: skipped up to where the next one can begin.
    #[cold]
    #[inline(never)]
    fn not_a_command(&mut self, depth: u32) {
        let (kind, range) = (self.kind(), self.range());
        let shown = if range.of(self.text).contains('\n') {
            Range::new(range.start, range.start + offset(first_line(range.of(self.text)).len()))
        } else {
            range
        };
        let found = self.found();
        self.report(Diagnostic::new(Code::ExpectedCommand, shown).with("found", found));
        if kind == Kind::OpenCurly {
            let before = self.calls.count();
            self.block(depth, None);
            self.calls.truncate(before);
            return;
        }
        let node = self.open(Kind::Skipped);
        let mut first = true;
        loop {
            match self.kind() {
                Kind::End | Kind::CloseCurly | Kind::OpenCurly => break,
                Kind::Identifier if !first && self.on_new_line() => break,
                Kind::Semicolon => {
                    self.bump();
                    break;
                }
                _ => self.bump(),
            }
            first = false;
        }
        self.close(node);
    }

    /// True if a line end stands before the next token.
    fn on_new_line(&self) -> bool {
        Range::new(self.last_end(), self.range().start).of(self.text).contains('\n')
    }

    /// command = identifier arguments (";" / block).
    fn command(&mut self, depth: u32) {
        let node = self.open(Kind::Command);
        let index = self.calls.begin_command(depth);
        self.call(index, 1);
        match self.kind() {
            Kind::Semicolon => self.bump(),
            Kind::OpenCurly => self.block(depth, Some(index)),
            _ => self.missing_semicolon(index, depth),
        }
        self.close(node);
        self.calls.end(index, self.last_end());
    }

    #[cold]
    #[inline(never)]
    fn missing_semicolon(&mut self, index: u32, depth: u32) {
        let (name, at) = (self.calls.name(index), Range::at(self.last_end()));
        let kind = self.kind();
        let endless = self.after_endless();
        let missing = |name: Range, text: &str| {
            let finding = Diagnostic::new(Code::ExpectedSemicolon, at).with("name", name.of(text));
            if endless {
                return finding;
            }
            finding.fix_with(|| Fix {
                title: Phrase { en: "add the semicolon", fr: "ajouter le point-virgule" },
                params: Vec::new(),
                applicability: Applicability::Safe,
                edits: vec![Edit { range: at, text: ";".into() }],
            })
        };
        if matches!(kind, Kind::End | Kind::CloseCurly | Kind::Identifier) {
            let diagnostic = missing(name, self.text);
            self.report(diagnostic);
            return;
        }
        let mut is_list = false;
        // A stray `,`, `)`, `]`, …: say what stands there, then go on behind the command's own end.
        let range = self.range();
        if kind == Kind::Comma {
            let found = self.found();
            self.report(Diagnostic::new(Code::TestListWithoutParentheses, range).with("found", found));
            is_list = true;
        } else {
            let found = self.found();
            self.report(Diagnostic::new(Code::UnexpectedToken, range).with("found", found).with("name", name.of(self.text)));
        }
        let node = self.open(Kind::Skipped);
        while !matches!(self.kind(), Kind::Semicolon | Kind::OpenCurly | Kind::CloseCurly | Kind::End) {
            self.bump();
        }
        self.close(node);
        if cfg!(feature = "full") && is_list && self.kind() == Kind::OpenCurly {
            self.parenthesise(index);
        }
        match self.kind() {
            Kind::Semicolon => self.bump(),
            Kind::OpenCurly => self.block(depth, Some(index)),
            _ => {}
        }
    }

    /// Adds a cure to the error that was just reported: parentheses from the first test of a command's test to here.
    #[cold]
    #[inline(never)]
    fn parenthesise(&mut self, call: u32) {
        let Some(first) = self.calls.inner_test(call) else { return };
        let edits =
            [(first.start, "("), (self.last_end(), ")")].map(|(at, text)| Edit { range: Range::at(at), text: text.into() }).to_vec();
        if let Some(error) = self.errors.last_mut().filter(|error| error.code == Code::TestListWithoutParentheses) {
            error.fixes.push(Fix {
                title: Phrase { en: "add the parentheses", fr: "ajouter les parenthèses" },
                params: Vec::new(),
                applicability: Applicability::Unsafe,
                edits,
            });
        }
    }

    /// block = "{" commands "}", of a command or of none.
    fn block(&mut self, depth: u32, call: Option<u32>) {
        let brace = self.range();
        if let Some(call) = call {
            self.calls.block(call, brace.start);
        }
        if depth >= Limits::BLOCKS {
            self.report(Diagnostic::new(Code::TooDeep, brace).with("max", (Limits::BLOCKS - 1).to_string()));
            let node = self.open(Kind::Block);
            self.skip_balanced();
            self.close(node);
            return;
        }
        let node = self.open(Kind::Block);
        self.bump();
        self.commands(depth + 1);
        if self.kind() == Kind::CloseCurly {
            self.bump();
        } else {
            let end = Range::at(self.last_end());
            self.report(Diagnostic::new(Code::ExpectedBlockEnd, brace).fix_with(|| Fix {
                title: Phrase { en: "close the block at the end", fr: "fermer le bloc à la fin" },
                params: Vec::new(),
                applicability: Applicability::Unsafe,
                edits: vec![Edit { range: end, text: "\n}".into() }],
            }));
        }
        self.close(node);
    }

    /// Skips a bracketed group, whatever is inside, without recursion.
    #[cold]
    #[inline(never)]
    fn skip_balanced(&mut self) {
        let node = self.open(Kind::Skipped);
        let mut open = 0u32;
        loop {
            match self.kind() {
                Kind::End => break,
                Kind::OpenCurly | Kind::OpenRound | Kind::OpenSquare => open = open.saturating_add(1),
                Kind::CloseCurly | Kind::CloseRound | Kind::CloseSquare => open = open.saturating_sub(1),
                _ => {}
            }
            self.bump();
            if open == 0 {
                break;
            }
        }
        self.close(node);
    }

    /// identifier arguments, with arguments = *argument [test / test-list].
    fn call(&mut self, index: u32, depth: u32) {
        let name = self.range();
        self.bump();
        let first = self.calls.argument_count();
        let mut count = 0;
        loop {
            let Lexeme { kind, plain, .. } = self.lexer.next;
            let range = self.range();
            match kind {
                Kind::Quoted | Kind::MultiLine | Kind::Number | Kind::Tag => {
                    self.calls.argument(kind, range, plain);
                    self.bump();
                }
                Kind::OpenSquare => {
                    let strings = self.calls.string_count();
                    self.string_list();
                    self.calls.string_list(Range::new(range.start, self.last_end()), strings);
                }
                _ => break,
            }
            count += 1;
            if count == Limits::ARGUMENTS + 1 {
                self.too_many_arguments(range);
            }
        }
        let arguments = (first, self.calls.argument_count());
        let has_test_list = match self.kind() {
            Kind::Identifier => {
                self.one_test(depth);
                false
            }
            Kind::OpenRound => self.test_list(depth),
            _ => false,
        };
        // Characters without a meaning count as part of the call, so that their error explains what else is wrong with it.
        let head = Range { start: name.start, end: self.end_with_garbage() };
        self.calls.head(index, name, head, arguments, has_test_list);
    }

    #[cold]
    #[inline(never)]
    fn too_many_arguments(&mut self, range: Range) {
        self.report(Diagnostic::new(Code::TooManyArguments, range).with("max", Limits::ARGUMENTS.to_string()));
    }

    /// A test without parentheses, unless it is too deep.
    fn one_test(&mut self, depth: u32) {
        if depth < Limits::TESTS {
            self.test(depth);
        } else {
            self.skip_test();
        }
    }

    /// A test that is too deep.
    #[cold]
    #[inline(never)]
    fn skip_test(&mut self) {
        let range = self.range();
        self.report(Diagnostic::new(Code::TooDeep, range).with("max", (Limits::TESTS - 1).to_string()));
        let node = self.open(Kind::Skipped);
        while !matches!(self.kind(), Kind::Semicolon | Kind::OpenCurly | Kind::CloseCurly | Kind::End) {
            self.bump();
        }
        self.close(node);
    }

    /// test = identifier arguments.
    fn test(&mut self, depth: u32) {
        let node = self.open(Kind::Test);
        let index = self.calls.begin();
        self.call(index, depth + 1);
        self.close(node);
        self.calls.end(index, self.last_end());
    }

    /// A list of tests that is too deep.
    #[cold]
    #[inline(never)]
    fn skip_test_list(&mut self) {
        self.report(Diagnostic::new(Code::TooDeep, self.range()).with("max", (Limits::TESTS - 1).to_string()));
        self.skip_balanced();
    }

    /// test-list = "(" test *("," test) ")".
    /// False if it is too deep.
    fn test_list(&mut self, depth: u32) -> bool {
        if depth >= Limits::TESTS {
            self.skip_test_list();
            return false;
        }
        let node = self.open(Kind::TestList);
        self.bump();
        loop {
            if self.kind() == Kind::Identifier {
                self.test(depth);
            } else {
                self.not_a_test();
            }
            match self.kind() {
                Kind::Comma => self.bump(),
                Kind::CloseRound => {
                    self.bump();
                    break;
                }
                Kind::Identifier => self.report_between(Code::ExpectedTestListEnd, ","),
                _ => {
                    self.report_between(Code::ExpectedTestListEnd, ")");
                    break;
                }
            }
        }
        self.close(node);
        true
    }

    /// Something in a list of tests that no test begins with.
    #[cold]
    #[inline(never)]
    fn not_a_test(&mut self) {
        let found = self.found();
        self.report(Diagnostic::new(Code::ExpectedTest, self.range()).with("found", found));
        if !matches!(self.kind(), Kind::Comma | Kind::CloseRound | Kind::OpenCurly | Kind::CloseCurly | Kind::Semicolon | Kind::End) {
            self.skip_balanced();
        }
    }

    /// string-list = "[" string *("," string) "]".
    fn string_list(&mut self) {
        let node = self.open(Kind::StringList);
        let bracket = self.range();
        self.bump();
        if self.kind() == Kind::CloseSquare {
            let range = bracket.cover(self.range());
            self.report(Diagnostic::new(Code::EmptyList, range));
            self.bump();
            self.close(node);
            return;
        }
        loop {
            let Lexeme { kind, plain, .. } = self.lexer.next;
            let range = self.range();
            if kind.is_string() {
                self.calls.string(StringToken { range, kind, plain });
                self.bump();
            } else {
                self.not_a_string();
            }
            match self.kind() {
                Kind::Comma => self.bump(),
                Kind::CloseSquare => {
                    self.bump();
                    break;
                }
                kind if kind.is_string() => self.report_between(Code::ExpectedListEnd, ","),
                Kind::Identifier | Kind::Number | Kind::Tag if !self.on_new_line() => self.report_between(Code::ExpectedListEnd, ","),
                _ => {
                    self.report_between(Code::ExpectedListEnd, "]");
                    break;
                }
            }
        }
        self.close(node);
    }

    /// Something in a list of strings that is none.
    #[cold]
    #[inline(never)]
    fn not_a_string(&mut self) {
        let found = self.found();
        self.report(Diagnostic::new(Code::ExpectedString, self.range()).with("found", found));
        if matches!(self.kind(), Kind::Identifier | Kind::Number | Kind::Tag) {
            self.bump();
        }
    }

    /// Something is missing between the last token and the next.
    #[cold]
    #[inline(never)]
    fn report_between(&mut self, code: Code, missing: &str) {
        let at = Range::at(self.last_end());
        let found = self.found();
        let mut finding = Diagnostic::new(code, at).with("found", found);
        if !self.after_endless() {
            finding = finding.fix_with(|| Fix {
                title: Phrase { en: "add `{missing}`", fr: "ajouter `{missing}`" },
                params: vec![("missing", missing.to_owned())],
                applicability: Applicability::Safe,
                edits: vec![Edit { range: at, text: missing.into() }],
            });
        }
        self.report(finding);
    }

    /// True if the last token is a string without an end: what is written behind it becomes part of it.
    #[cold]
    #[inline(never)]
    fn after_endless(&self) -> bool {
        self.lexer.endless.contains(&self.last_end())
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(text: &str) -> Vec<String> {
        let (parsed, tree) = (parse(text), tree(text));
        let mut end = 0;
        for element in tree.elements().filter(|element| !element.is_node) {
            assert_eq!(element.range.start, end, "tokens tile the text: {text:?}");
            end = element.range.end;
        }
        assert_eq!(end as usize, text.len(), "{text:?}");
        parsed.errors.iter().map(|error| format!("{}..{} {}", error.range.start, error.range.end, error.code.facts().id)).collect()
    }

    #[test]
    fn good_scripts_have_no_errors() {
        for text in [
            "",
            "# nothing\n",
            "keep;",
            "IF TRUE { KEEP; } elsif not false { stop; } else { discard; }",
            "if anyof (header \"a\" [\"b\",\"c\"], not exists \"x\") { fileinto :copy text:\nx\n.\n; }",
            "a :b 1 \"c\" d e f (g, h) { i; }",
        ] {
            assert_eq!(errors(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn one_mistake_is_one_error() {
        for (text, expected) in [
            ("if true { stop }", "14..14 sieve/missing-semicolon"),
            ("keep", "4..4 sieve/missing-semicolon"),
            ("if true { keep;", "8..9 sieve/missing-brace"),
            ("keep; }", "6..7 sieve/unexpected-brace"),
            ("a [\"b\" \"c\"];", "6..6 sieve/missing-comma"),
            ("a [\"b\",];", "7..8 sieve/expected-string"),
            ("a [];", "2..4 sieve/empty-list"),
            ("a [\"b\"; keep;", "6..6 sieve/missing-comma"),
            ("if a (b, ) { keep; }", "9..10 sieve/expected-test"),
            ("if a (b c) { keep; }", ""),
            ("if a (b \"x\" { keep; }", "11..11 sieve/missing-parenthesis"),
            ("if anyof b \"x\", c \"y\" { keep; }", "14..15 sieve/tests-without-parentheses"),
            ("; keep;", "0..1 sieve/expected-command"),
            ("\"a\" keep; keep;", "0..3 sieve/expected-command"),
            ("keep ]; stop;", "5..6 sieve/unexpected-token"),
            ("redirect \"a;\nkeep;", "9..10 sieve/unterminated-string"),
            ("if header \"a\" \"b {\n  keep;\n}\n", "14..15 sieve/unterminated-string"),
            ("a text:\nb\n", "2..7 sieve/unterminated-text"),
            ("if true { /* a }", "10..12 sieve/unterminated-comment"),
        ] {
            let expected: Vec<&str> = expected.split(" + ").filter(|text| !text.is_empty()).collect();
            assert_eq!(errors(text), expected, "{text}");
        }
    }

    #[test]
    fn nesting_is_limited_as_in_the_real_parser() {
        let blocks = |n: usize| format!("{}{}", "if true {".repeat(n), "}".repeat(n));
        assert_eq!(errors(&blocks(31)), [""; 0]);
        assert_eq!(errors(&blocks(32)).len(), 1);
        let tests = |n: usize| format!("if {}true {{ keep; }}", "not ".repeat(n - 1));
        assert_eq!(errors(&tests(31)), [""; 0]);
        assert_eq!(errors(&tests(32)).len(), 1);
        let arguments = |n: usize| format!("a{};", " 1".repeat(n));
        assert_eq!(errors(&arguments(32)), [""; 0]);
        assert_eq!(errors(&arguments(33)).len(), 1);
    }

    #[test]
    fn bombs_end_quickly_with_few_errors() {
        for piece in ["if true {", "not ", "if allof(", "if not not ", "[", "(", "{", "\"", "a [", "text:\n", "}", ";", "é"] {
            let bomb = piece.repeat(100_000);
            assert!(errors(&bomb).len() <= Limits::ERRORS + 3, "{piece}");
        }
    }
}
