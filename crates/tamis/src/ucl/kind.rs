//! What a piece of a configuration file can be, and the classes of its characters.

/// The kind of a token or node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    // Tokens.
    /// Blanks and line ends.
    #[default]
    Blank,
    /// `# …`.
    HashComment,
    /// `/* … */`.
    BlockComment,
    /// A key without quotes.
    Key,
    /// `"a key"`.
    QuotedKey,
    /// `=` or `:` between a key and its value.
    Separator,
    /// `;` or `,`.
    Delimiter,
    /// `{`.
    OpenCurly,
    /// `}`.
    CloseCurly,
    /// `[`.
    OpenSquare,
    /// `]`.
    CloseSquare,
    /// `"…"`.
    Quoted,
    /// `'…'`.
    SingleQuoted,
    /// `<<TAG` up to the line that begins with the tag.
    Heredoc,
    /// A number, a size or a time.
    Number,
    /// Any other value without quotes.
    Bare,
    /// `.name`.
    MacroName,
    /// `( … )` after the name of a macro.
    MacroArguments,
    /// What a macro is about.
    MacroValue,
    /// What was skipped to go on after a mistake.
    Garbage,
    /// What stands after the end of the outermost object: nothing reads it.
    Ignored,

    // Nodes.
    /// The whole file.
    File,
    /// A key with its value.
    Entry,
    /// `{ … }`.
    Object,
    /// `[ … ]`.
    Array,
    /// A macro with its arguments and value.
    Macro,
}

/// Space and tab.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Space, tab and everything that ends a line.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// What a key without quotes begins with.
pub(super) const fn is_key_start(byte: u8) -> bool {
    matches!(byte, b'/' | b'0'..=b'9' | b'A'..=b'Z' | b'_' | b'a'..=b'z' | 0x80..)
}

/// What stands in a key without quotes.
pub(super) const fn is_key(byte: u8) -> bool {
    is_key_start(byte) || matches!(byte, b'-' | b'.')
}

/// What ends a key without quotes.
pub(super) const fn is_key_end(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b':' | b'=')
}

/// What ends a value without quotes. A blank does not.
pub(super) const fn is_value_end(byte: u8) -> bool {
    matches!(byte, 0 | b'\n' | b'\r' | b'#' | b',' | b';' | b']' | b'}')
}

/// What a number may begin with.
pub(super) const fn is_number_start(byte: u8) -> bool {
    matches!(byte, b'-' | b'0'..=b'9')
}

/// What `\` makes something of in `"…"`.
pub(super) const fn is_escape(byte: u8) -> bool {
    matches!(byte, b'"' | b'/' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' | b'u')
}

/// What JSON output does not hold as it is: these have an escape, or become U+FFFD.
pub(super) const fn is_json_unsafe(byte: u8) -> bool {
    byte < 0x20 || matches!(byte, b'"' | b'\\' | 0x7f)
}
