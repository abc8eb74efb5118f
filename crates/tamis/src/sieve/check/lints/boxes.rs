//! Names of mailboxes.

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix, write_string};
use crate::sieve::program::Op;
use crate::sieve::values::mailbox_from_utf7;

/// `fileinto` into a mailbox that is not there, or whose name is written in the encoding of IMAP.
pub(super) fn names(look: &mut Look<'_>) {
    // A name has the sign that such an encoding begins with only if it is written so, or as an encoded character.
    let encoded = memchr::memchr2(b'&', b'$', look.text().as_bytes()).is_some();
    if !encoded && look.options.mailboxes.is_none() {
        return;
    }
    for command in &look.unit.commands {
        let Op::FileInto { mailbox, create, preferred, .. } = &command.op else { continue };
        let Some(name) = mailbox.literal() else { continue };
        if !look.dialect.settings.mailbox_utf7
            && name.contains(&b'&')
            && let Some(decoded) = mailbox_from_utf7(name).filter(|decoded| decoded != name && !decoded.is_ascii())
            && let Ok(decoded) = std::str::from_utf8(&decoded)
        {
            let cure = Phrase { en: "write `{name}`", fr: "écrire `{name}`" };
            let mut cure = fix(cure, Applicability::Unsafe, vec![write_string(mailbox.range, decoded)]);
            cure.params.push(("name", decoded.to_owned()));
            look.report(Diagnostic::new(Code::Utf7Mailbox, mailbox.range).with("name", name).with("decoded", decoded).fix(cure));
            continue;
        }
        let Some(known) = &look.options.mailboxes else { continue };
        if *create || preferred.is_some() || look.dialect.settings.mailbox_autocreate || name.eq_ignore_ascii_case(b"INBOX") {
            continue;
        }
        if known.iter().any(|known| known.as_bytes() == name) {
            continue;
        }
        let mut finding = Diagnostic::new(Code::MissingFolder, mailbox.range).with("name", name);
        // With `mailbox` in force, `:create` is one word more; without, the fix for that is the next one.
        if look.is_required("mailbox")
            && let Some(call) = look.call(command.range)
        {
            let edit = Edit { range: Range::at(call.name.end), text: " :create".into() };
            finding =
                finding.fix(fix(Phrase { en: "create it: `:create`", fr: "le créer : `:create`" }, Applicability::Unsafe, vec![edit]));
        }
        look.report(finding);
    }
}
