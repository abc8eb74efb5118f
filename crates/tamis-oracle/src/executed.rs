//! What a delivery did, tamis beside the real program: mailboxes, flags, and every mail that left, to the byte but for what the
//! server draws from its process number and its clock.

use tamis::sieve::run::Outcome;

use crate::report::find;
use crate::tools::{Executed, Sending, Storing};

/// What differs, in both sides' words; `None` if nothing does.
#[must_use]
pub fn compare(message: &[u8], ours: &Outcome, theirs: &Executed) -> Option<(String, String)> {
    if ours.failure.is_some() != theirs.failed {
        let reason = ours.failure.as_ref().map_or("", |failure| failure.code.facts().id);
        return Some((format!("failed: {} {reason}", ours.failure.is_some()), format!("failed: {}", theirs.failed)));
    }
    let (stored, real) = (stored(ours), &theirs.stored);
    let places = |stored: &[Storing]| {
        stored.iter().map(|stored| format!("{} {}", stored.mailbox, stored.flags.join(" "))).collect::<Vec<_>>().join("; ")
    };
    if places(&stored) != places(real) {
        return Some((format!("stored: {}", places(&stored)), format!("stored: {}", places(real))));
    }
    // An edited header is told as names and values, without blanks before the colon.
    let lines = |message: &[u8]| if ours.edited.is_some() { tightened(lines(message)) } else { lines(message) };
    let expected = lines(&edited(message, ours));
    // A script may store the message before it changes the header: one copy at least must be as it came or as the script left it.
    let as_it_came = lines(message);
    let grown = grown(message, &expected);
    // Stored between two edits it has lines of both.
    let between = |stored: &[Vec<u8>]| stored.iter().all(|line| expected.contains(line) || as_it_came.contains(line));
    let is_known = |stored: &Vec<Vec<u8>>| *stored == expected || *stored == grown || (ours.edited.is_some() && between(stored));
    let known = real.iter().filter(|real| is_known(&lines(&real.message)) || lines(&real.message) == as_it_came).count();
    if known < if ours.edited.is_some() { real.len().min(1) } else { real.len() } {
        let real = real.iter().find(|real| lines(&real.message) != expected)?;
        return Some(differing("stored message", &expected, &lines(&real.message)));
    }
    let left =
        |sent: &[Sending]| sent.iter().map(|sent| format!("from <{}> to {}", sent.from, sent.to.join(" "))).collect::<Vec<_>>().join("; ");
    let sent = sent(ours);
    if left(&sent) != left(&theirs.sent) {
        return Some((format!("sent: {}", left(&sent)), format!("sent: {}", left(&theirs.sent))));
    }
    // A rejection in a delivery is lib-lda's text (mail_send_rejection), which tamis has; sieve-test writes another (ext-reject.c).
    let kinds = ours.sent.iter().filter(|sent| sent.suppressed.is_none()).map(|sent| sent.kind);
    kinds
        .zip(sent.iter().zip(&theirs.sent))
        .filter(|(kind, _)| *kind != "reject")
        .map(|(_, (ours, theirs))| (letter(&ours.message), letter(&theirs.message)))
        .find(|(ours, theirs)| ours != theirs)
        .map(|(ours, theirs)| differing("mail that leaves", &ours, &theirs))
}

/// What the mailboxes gain, ordered as [`Executed::stored`].
fn stored(outcome: &Outcome) -> Vec<Storing> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut stored: Vec<Storing> = outcome
        .stored
        .iter()
        .map(|stored| {
            let mailbox = text(&stored.mailbox);
            let mailbox = if mailbox.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { mailbox };
            let mut flags: Vec<String> = stored.flags.iter().map(|flag| text(flag)).collect();
            flags.sort();
            Storing { mailbox, flags, message: Vec::new() }
        })
        .collect();
    stored.sort();
    stored
}

/// The mails that really leave.
fn sent(outcome: &Outcome) -> Vec<Sending> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let leaves = outcome.sent.iter().filter(|sent| sent.suppressed.is_none());
    leaves
        .map(|sent| Sending { from: text(&sent.from), to: sent.to.iter().map(|to| text(to)).collect(), message: sent.message.clone() })
        .collect()
}

/// The message with the header that the script left.
fn edited(message: &[u8], outcome: &Outcome) -> Vec<u8> {
    let Some(fields) = &outcome.edited else { return message.to_vec() };
    let mut out = Vec::new();
    for (name, value) in fields {
        out.extend_from_slice(name);
        // A line that is no field has no name.
        if !name.is_empty() {
            out.push(b':');
        }
        out.extend_from_slice(value);
        out.push(b'\n');
    }
    let ends = [&b"\n\n"[..], b"\n\r\n"].iter().filter_map(|end| find(message, end)).min();
    out.extend_from_slice(ends.map_or(&b""[..], |end| &message[end + 1..]));
    out
}

/// A fault of the engine: where no empty line ends the header, and `deleteheader` took it apart, as many bytes as a line end has are read twice,
/// which may be no line end (util/edit-mail.c; see tests/known_faults.rs).
fn grown(message: &[u8], expected: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut out = expected.to_vec();
    if ["\n\n", "\n\r\n"].iter().all(|end| find(message, end.as_bytes()).is_none()) && !message.ends_with(b"\n") {
        let twice = if find(message, b"\r\n").is_some() { 2 } else { 1 };
        if let Some(last) = out.last_mut() {
            last.extend_from_slice(&message[message.len().saturating_sub(twice)..]);
        }
    }
    out
}

/// Lines without their ends.
fn lines(message: &[u8]) -> Vec<Vec<u8>> {
    let text: Vec<u8> = message.to_vec();
    let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()).collect();
    while lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// Header lines without blanks before their colons.
fn tightened(mut lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    for line in lines.iter_mut().take_while(|line| !line.is_empty()) {
        if let Some(colon) = line.iter().position(|byte| *byte == b':') {
            let name = line[..colon].trim_ascii_end().len();
            line.drain(name..colon);
        }
    }
    lines
}

/// A mail that the server wrote, without what differs from process to process: the version's build, ids and boundaries.
fn letter(message: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = lines(message);
    let mut boundary: Option<Vec<u8>> = None;
    for line in &mut lines {
        if line.starts_with(b"X-Sieve: ") {
            *line = b"X-Sieve: ".to_vec();
        } else if line.starts_with(b"Message-ID: <dovecot") {
            *line = b"Message-ID: <dovecot".to_vec();
        } else if let Some(start) = find(line, b"boundary=\"").filter(|_| boundary.is_none()) {
            let value = line.split_off(start + b"boundary=\"".len());
            let end = value.iter().position(|byte| *byte == b'"').unwrap_or(value.len());
            if value.ends_with(b"/mx.example.org\"") {
                boundary = Some(value[..end].to_vec());
            } else {
                line.extend(value);
            }
        }
        if let Some(boundary) = &boundary
            && line.strip_prefix(b"--").is_some_and(|rest| rest.starts_with(boundary))
        {
            *line = [b"--", &line[2 + boundary.len()..]].concat();
        }
    }
    lines
}

/// The first line that differs, with the one before it.
fn differing(what: &str, ours: &[Vec<u8>], theirs: &[Vec<u8>]) -> (String, String) {
    let at = ours.iter().zip(theirs).take_while(|(ours, theirs)| ours == theirs).count();
    let shown = |lines: &[Vec<u8>]| {
        let from = at.saturating_sub(1);
        let shown = lines.iter().skip(from).take(3).map(|line| line.escape_ascii().to_string()).collect::<Vec<_>>().join("\n  ");
        format!("{what}, line {}:\n  {shown}", from + 1)
    };
    (shown(ours), shown(theirs))
}
