//! Reading the tools' list of actions.
//!
//! Tolerant of what it does not know: an unknown action is [`Done::Other`], an unknown line below an action is left out. Values that
//! may hold line ends (the text of a vacation, the body of a notification) are read up to the tools' own end marks; a text that holds
//! such a mark itself is read short, on both sides alike.

use super::{Done, Notify, Report, Store, Vacation};

/// Reads one list. `None` if there is none: the script failed.
#[must_use]
pub fn parse(text: &[u8]) -> Option<Report> {
    let start = find(text, b"\nPerformed actions:\n\n")? + b"\nPerformed actions:\n\n".len();
    let mut lines = Lines { rest: &text[start..] };
    let mut report = Report::default();
    let mut implicit = false;
    while let Some(line) = lines.next() {
        if line == b"Implicit keep:" {
            implicit = true;
        } else if let Some(action) = line.strip_prefix(b" * ") {
            let done = action_of(action, &mut lines);
            match done {
                Done::Store(store) if implicit => report.keep = Some(store),
                _ if implicit => {}
                done => report.actions.push(done),
            }
        }
    }
    implicit.then(|| report.normal())
}

fn action_of(line: &[u8], lines: &mut Lines<'_>) -> Done {
    if let Some(mailbox) = line.strip_prefix(b"store message in folder: ") {
        let mut store = Store { mailbox: mailbox.to_vec(), ..Store::default() };
        for effect in lines.effects() {
            if let Some(flags) = effect.strip_prefix(b"add IMAP flags:") {
                store.flags = flags.split(|byte| *byte == b' ').filter(|flag| !flag.is_empty()).map(<[u8]>::to_vec).collect();
            } else if effect == b"preserve implicit keep" {
                store.copy = true;
            } else if effect == b"create mailbox if it does not exist" {
                store.create = true;
            }
        }
        return Done::Store(store);
    }
    if let Some(to) = line.strip_prefix(b"redirect message to: ") {
        let copy = lines.effects().contains(&&b"preserve implicit keep"[..]);
        return Done::Redirect { to: to.strip_prefix(b"<").and_then(|to| to.strip_suffix(b">")).unwrap_or(to).to_vec(), copy };
    }
    if let Some(reason) = line.strip_prefix(b"reject message with reason: ") {
        return Done::Reject(reason.to_vec());
    }
    match line {
        b"discard" => Done::Discard,
        b"track duplicate" => Done::TrackDuplicate,
        b"send vacation message:" => Done::Vacation(vacation(lines)),
        _ if line.starts_with(b"send notification with method") || line.starts_with(b"send (deprecated) notification") => {
            Done::Notify(notify(lines))
        }
        _ => Done::Other(line.to_vec()),
    }
}

/// The lines `    => name : value` of an action. A value with line ends goes on over the next lines.
fn fields(lines: &mut Lines<'_>, mut each: impl FnMut(&[u8], Vec<u8>)) {
    let mut open: Option<(Vec<u8>, Vec<u8>)> = None;
    while let Some(line) = lines.peek() {
        if let Some(field) = line.strip_prefix(b"    => ") {
            if let Some((name, value)) = open.take() {
                each(&name, value);
            }
            let colon = find(field, b":").unwrap_or(field.len());
            let value = field.get(colon + 1..).unwrap_or_default();
            open = Some((field[..colon].trim_ascii_end().to_vec(), value.strip_prefix(b" ").unwrap_or(value).to_vec()));
        } else if line.starts_with(b"       ") || line.is_empty() || line.starts_with(b" * ") || line == b"START MESSAGE" {
            break;
        } else if let Some((_, value)) = &mut open {
            value.push(b'\n');
            value.extend_from_slice(line);
        } else {
            break;
        }
        lines.next();
    }
    if let Some((name, value)) = open {
        each(&name, value);
    }
}

fn vacation(lines: &mut Lines<'_>) -> Vacation {
    let mut vacation = Vacation::default();
    fields(lines, |name, value| match name {
        b"seconds" => vacation.seconds = number(&value),
        b"subject" => vacation.subject = Some(value),
        b"from" => vacation.from = Some(value),
        // The handle is built from the others unless it is given: see `Vacation`.
        _ => {}
    });
    if let Some(start) = find(lines.rest, b"START MESSAGE\n") {
        let text = &lines.rest[start + b"START MESSAGE\n".len()..];
        let end = find(text, b"\nEND MESSAGE\n").unwrap_or(text.len());
        vacation.reason = text[..end].to_vec();
        lines.rest = text.get(end + b"\nEND MESSAGE\n".len()..).unwrap_or_default();
    }
    vacation
}

fn notify(lines: &mut Lines<'_>) -> Notify {
    let mut notify = Notify::default();
    let mut body = false;
    loop {
        fields(lines, |name, value| match name {
            b"importance" => notify.importance = number(&value),
            b"subject" | b"message" => notify.message = Some(value),
            b"from" => notify.from = Some(value),
            b"body" => body = true,
            _ => {}
        });
        let Some(line) = lines.peek() else { break };
        if let Some(recipient) = line.strip_prefix(b"       + To: ").or_else(|| line.strip_prefix(b"       + Cc: ")) {
            notify.to.push(recipient.to_vec());
        } else if !line.starts_with(b"       ") {
            break;
        }
        lines.next();
    }
    if body && let Some(end) = find(lines.rest, b"\n--\n") {
        lines.rest = &lines.rest[end + 4..];
    }
    notify
}

fn number(text: &[u8]) -> u64 {
    String::from_utf8_lossy(text).trim().parse().unwrap_or(u64::MAX)
}

/// Where `needle` first stands in `text`.
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

/// True if `needle` stands in `text`.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(text, needle).is_some()
}

struct Lines<'t> {
    rest: &'t [u8],
}

impl<'t> Lines<'t> {
    fn peek(&self) -> Option<&'t [u8]> {
        if self.rest.is_empty() { None } else { self.rest.split(|byte| *byte == b'\n').next() }
    }

    fn next(&mut self) -> Option<&'t [u8]> {
        let line = self.peek()?;
        self.rest = self.rest.get(line.len() + 1..).unwrap_or_default();
        Some(line)
    }

    /// The side effects below an action.
    fn effects(&mut self) -> Vec<&'t [u8]> {
        let mut out = Vec::new();
        while let Some(effect) = self.peek().and_then(|line| line.strip_prefix(b"        + ")) {
            out.push(effect);
            self.next();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_everything_is_read() {
        let text = b"\nPerformed actions:\n\n * store message in folder: A B\n        + create mailbox if it does not exist\n        \
            + preserve implicit keep\n        + add IMAP flags: \\seen kw\n * send notification with method 'mailto:':\n    \
            => importance   : 2\n    => subject      : hello\n    => recipients   :\n       + To: a@example.org\n       \
            + Cc: b@example.org\n    => headers      :\n       + x-foo: bar\n    => body         : \n--\nb\n * discard\n--\n\n \
            * send vacation message:\n    => seconds : 86400\n    => subject : s\n    => handle  : gone\n\nSTART MESSAGE\ngone\n * discard\n\
            END MESSAGE\n * redirect message to: <x@example.org>\n        + preserve implicit keep\n * track duplicate\n\n\
            Implicit keep:\n\n * store message in folder: INBOX\n        + add IMAP flags: kw\n\n";
        let report = parse(text).unwrap();
        let store = Store { mailbox: b"A B".to_vec(), flags: vec![b"\\seen".to_vec(), b"kw".to_vec()], copy: true, create: true };
        assert_eq!(report.actions[0], Done::Store(store));
        assert_eq!(
            report.actions[1],
            Done::Notify(Notify {
                importance: 2,
                message: Some(b"hello".to_vec()),
                from: None,
                to: vec![b"a@example.org".to_vec(), b"b@example.org".to_vec()]
            })
        );
        assert_eq!(
            report.actions[2],
            Done::Vacation(Vacation { seconds: 86_400, subject: Some(b"s".to_vec()), from: None, reason: b"gone\n * discard".to_vec() })
        );
        assert_eq!(report.actions[3..], [Done::Redirect { to: b"x@example.org".to_vec(), copy: true }, Done::TrackDuplicate]);
        assert_eq!(report.keep, Some(Store { mailbox: b"INBOX".to_vec(), flags: vec![b"kw".to_vec()], ..Store::default() }));
    }

    #[test]
    fn a_failed_script_has_no_list() {
        assert_eq!(parse(b">> Filtering message:\n\n  ID:      none\na: line 1: error: x\n"), None);
    }
}
