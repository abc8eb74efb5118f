//! What a piece of a script can be.

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
    BracketComment,
    /// A command's or test's name.
    Identifier,
    /// `:name`.
    Tag,
    /// `10K`.
    Number,
    /// `"…"`.
    Quoted,
    /// `text:` up to the line with a single dot.
    MultiLine,
    /// `;`.
    Semicolon,
    /// `,`.
    Comma,
    /// `[`.
    OpenSquare,
    /// `]`.
    CloseSquare,
    /// `(`.
    OpenRound,
    /// `)`.
    CloseRound,
    /// `{`.
    OpenCurly,
    /// `}`.
    CloseCurly,
    /// What no rule of the grammar begins with.
    Garbage,
    /// Nothing more.
    End,

    // Nodes.
    /// The whole script.
    Script,
    /// A command with its arguments, tests and block.
    Command,
    /// A test with its arguments and tests.
    Test,
    /// `( … )`.
    TestList,
    /// `[ … ]`.
    StringList,
    /// `{ … }`.
    Block,
    /// Tokens that were skipped to go on after an error.
    Skipped,
}

impl Kind {
    /// True for what stands between tokens without a meaning.
    #[must_use]
    pub const fn is_trivia(self) -> bool {
        matches!(self, Self::Blank | Self::HashComment | Self::BracketComment)
    }

    /// True for the two forms of a string.
    #[must_use]
    pub const fn is_string(self) -> bool {
        matches!(self, Self::Quoted | Self::MultiLine)
    }
}
