//! Commands and tests of vnd.dovecot.testsuite.

use super::{Block, Matching, Text, Texts};

/// What a command of the test suite does.
#[derive(Clone, Debug)]
pub enum Act {
    /// `test`.
    Test {
        /// Its name.
        name: Text,
        /// What is tested.
        block: Block,
    },
    /// `test_set`.
    Set {
        /// What is replaced.
        object: Object,
        /// By what.
        value: Text,
    },
    /// `test_set "message" :smtp`.
    SetSent,
    /// `test_assert_message`.
    AssertMessage {
        /// What the message must be.
        message: Text,
    },
    /// `test_fail`.
    Fail {
        /// Why.
        reason: Text,
    },
    /// `test_message`.
    Message(Source),
    /// `test_message_print`.
    PrintMessage,
    /// `test_result_print`.
    PrintResult,
    /// `test_result_reset`.
    ResetResult,
    /// `test_mailbox_create`, or else `test_mailbox_delete`.
    Mailbox {
        /// True for created.
        create: bool,
        /// Which.
        name: Text,
    },
    /// `test_config_set`, and without a value `test_config_unset`.
    Config {
        /// The setting.
        key: Text,
        /// Its value.
        value: Option<Text>,
        /// What a list gains.
        item: Option<Text>,
    },
    /// `test_config_reload`.
    Reload {
        /// `:extension`.
        extension: Option<Text>,
    },
    /// `test_binary_save`, or else `test_binary_load`.
    Binary {
        /// True for saved.
        save: bool,
        /// Under this name.
        name: Text,
    },
    /// `test_imap_metadata_set`.
    Metadata {
        /// `:mailbox`; none means the server's own.
        mailbox: Option<Text>,
        /// Which annotation.
        annotation: Text,
        /// Its value.
        value: Text,
    },
}

/// What a test of the test suite asks.
#[derive(Clone, Debug)]
pub enum Ask {
    /// `test_script_compile`, with the path from the test file's folder.
    Compile(Text),
    /// `test_script_run`.
    Run {
        /// `:append_result`.
        append: bool,
    },
    /// `test_multiscript`.
    Multiscript(Texts),
    /// `test_error`.
    Error(Listed),
    /// `test_result_action`.
    Action(Listed, Option<Text>),
    /// `test_result_action_count`.
    Count(Text),
    /// `test_result_execute`.
    Execute,
    /// `test_message`.
    Message(Source),
}

/// How a list of texts is compared.
#[derive(Clone, Debug)]
pub struct Listed {
    /// `:index`, from 1: only this one.
    pub index: Option<u64>,
    /// Comparator and match type.
    pub matching: Matching,
    /// Keys.
    pub keys: Texts,
}

/// What `test_set` replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// `message`.
    Message,
    /// `envelope.from`.
    From,
    /// `envelope.to`.
    To,
    /// `envelope.orig_to`.
    OriginalTo,
    /// `envelope.auth`.
    Auth,
    /// A part of the envelope that is nobody's address, such as `envelope.envid`: its name.
    Part(&'static str),
    /// `currentdate`.
    CurrentDate,
}

/// Where `test_message` takes a mail from.
#[derive(Clone, Debug)]
pub struct Source {
    /// `:folder`; none means what was sent.
    pub folder: Option<Text>,
    /// Which, from 0.
    pub index: u64,
}
