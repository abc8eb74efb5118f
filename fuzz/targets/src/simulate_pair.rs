//! A script on a message, with limits that it exceeds soon: it ends within them, and looking on changes nothing.

use tamis::diagnostic::Code;
use tamis::mail::{self, Charsets, Message};
use tamis::sieve::run::{Account, Delivery, Event, Limits, Outcome, Timestamp, Tracer, run as execute};
use tamis::sieve::{Dialect, Script, Scripts, compile};

/// What stands between the script and the message.
const SEPARATOR: &[u8] = b"\n----\n";

/// The first byte chooses the limit and the server; then the script, a line of four hyphens, the message.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let Some(at) = rest.windows(SEPARATOR.len()).position(|window| window == SEPARATOR) else { return };
    let script = Script::parse(String::from_utf8_lossy(&rest[..at]));
    let servers = ["pigeonhole-2.4", "pigeonhole-0.5", "mailcow", "rfc"];
    let dialect = Dialect::named(servers[usize::from(choice % 4)]).expect("a known server");
    let Some(program) = compile(&script, &Scripts::default(), &dialect).program else { return };
    let message = Message::parse(&rest[at + SEPARATOR.len()..], &mail::Limits::default(), Charsets::default());
    let delivery = Delivery {
        message: &message,
        from: (choice & 4 == 0).then(|| "sender@example.org".into()),
        to: "me+detail@example.org".into(),
        final_to: (choice & 8 == 0).then(|| "me@example.org".into()),
        auth: None,
        now: Timestamp { seconds: 1_793_610_000, zone_minutes: 60 },
        default_mailbox: "INBOX".into(),
        hostname: "mail.example.org".into(),
    };
    let account = Account { addresses: vec!["me@example.org".into()], ..Account::default() };
    let limits = Limits { steps: 1 << (choice >> 4), regex_steps: 5_000 };
    for limits in [limits, Limits { steps: 1_000_000, regex_steps: 100_000 }] {
        let outcome = execute(&program, &delivery, &account, &limits, None);
        // The step that exceeds the limit is counted, and ends the run.
        assert!(outcome.steps <= limits.steps || outcome.failure.is_some(), "{} steps of {}", outcome.steps, limits.steps);
        let mut count = Count::default();
        let traced = execute(&program, &delivery, &account, &limits, Some(&mut count));
        assert_eq!(outcome, traced, "looking on changes nothing");
        assert!(!outcome.stored.is_empty() || says_why(&outcome), "mail is never lost silently: {outcome:?}");
        for sent in &outcome.sent {
            for address in sent.to.iter().chain([&sent.from]) {
                assert!(!address.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "an address has no line end: {sent:?}");
            }
        }
    }
}

/// True if the script said what becomes of the message, discarded or handed on, or if the outcome says that the real engine loses it.
fn says_why(outcome: &Outcome) -> bool {
    outcome.actions.iter().any(|action| matches!(action.name, "discard" | "redirect" | "reject"))
        || outcome.notes.iter().any(|note| note.code == Code::LosesMail)
}

/// Looks on and only counts.
#[derive(Default)]
struct Count(u64);

impl Tracer for Count {
    fn event(&mut self, _unit: u32, _depth: u32, _event: &Event<'_>) {
        self.0 += 1;
    }
}
