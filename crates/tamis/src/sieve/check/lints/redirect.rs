//! Mail that is sent on: all of it, in a circle, or to whom its sender chose.

use super::{Applicability, Code, Diagnostic, Edit, Look, Phrase, Range, fix};
use crate::mail::parse_address;
use crate::sieve::program::{Op, Piece, Place, Text, Unit};

/// Looks at every `redirect`.
pub(super) fn redirects(look: &mut Look<'_>) {
    if !look.has.redirect {
        return;
    }
    let steps = look.steps();
    let tainted = tainted(look.unit);
    // A piece whose value the message gives: a match value, or a variable that one was put into.
    let from_message = |piece: &Piece| match piece {
        Piece::Match(_) => true,
        Piece::Variable(place) => tainted.contains(place),
        _ => false,
    };
    for step in &steps.steps {
        let Op::Redirect { addresses, copy, list: false, .. } = &step.command.op else { continue };
        for address in &addresses.items {
            if let Some(literal) = address.literal() {
                to_self(look, address, literal);
            } else if address.pieces.iter().any(from_message) {
                look.report(Diagnostic::new(Code::ComputedRedirect, address.range));
            }
        }
        if step.frame.is_none() && !step.after_end {
            let to = addresses.items.first().map(|address| address.range.of(look.text()).trim_matches('"').to_owned()).unwrap_or_default();
            let kept = *copy || look.unit.commands.iter().any(|command| matches!(command.op, Op::Keep { .. } | Op::FileInto { .. }));
            let code = if kept { Code::RedirectsAll } else { Code::RedirectsAllAway };
            let mut finding = Diagnostic::new(code, step.command.range).with("address", to);
            if code == Code::RedirectsAllAway
                && look.is_required("copy")
                && let Some(call) = look.call(step.command.range)
            {
                let edit = Edit { range: Range::at(call.name.end), text: " :copy".into() };
                finding = finding.fix(fix(
                    Phrase { en: "keep a copy: `:copy`", fr: "garder une copie : `:copy`" },
                    Applicability::Unsafe,
                    vec![edit],
                ));
            }
            look.report(finding);
        }
    }
}

/// A redirect to the user's own address comes back, until the server sees the circle and gives up.
fn to_self(look: &mut Look<'_>, address: &Text, literal: &[u8]) {
    let Ok(to) = parse_address(literal) else { return };
    let own = look.options.addresses.iter().filter_map(|own| parse_address(own.as_bytes()).ok());
    if own.into_iter().any(|own| own.equals_ignoring_case(&to)) {
        look.report(Diagnostic::new(Code::RedirectToSelf, address.range).with("address", literal));
    }
}

/// The variables that a part of the message was put into.
fn tainted(unit: &Unit) -> Vec<Place> {
    let mut out: Vec<Place> = Vec::new();
    for command in &unit.commands {
        let place = match &command.op {
            Op::Set { variable, value, .. } if value.pieces.iter().any(|piece| !matches!(piece, Piece::Literal(_))) => variable,
            Op::ExtractText { variable, .. } => variable,
            _ => continue,
        };
        if !out.contains(place) {
            out.push(*place);
        }
    }
    out
}
