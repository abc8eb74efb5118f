//! Automatic answers.

use super::spam::{guard_fix, guarded_from};
use super::{Code, Diagnostic, Look};
use crate::sieve::program::Op;

/// `vacation` that answers spam, or does not know the user's other addresses.
pub(super) fn vacations(look: &mut Look<'_>) {
    if !look.has.vacation {
        return;
    }
    let guard = guarded_from(look);
    for command in &look.unit.commands {
        let Op::Vacation(vacation) = &command.op else { continue };
        let Some(call) = look.call(command.range) else { continue };
        let place = call.name;
        if guard.is_none_or(|guard| command.range.start < guard) {
            let mut finding = Diagnostic::new(Code::VacationAnswersSpam, place);
            if let Some(cure) = guard_fix(look) {
                finding = finding.fix(cure);
            }
            look.report(finding);
        }
        if vacation.addresses.is_none() && !look.dialect.settings.vacation_dont_check_recipient {
            look.report(Diagnostic::new(Code::VacationWithoutAddresses, place));
        }
    }
}
