//! The functions of regexp rules (libmime/mime_expressions.c), wrong answers included.

use crate::message::Message;
use crate::message::address::Address;
use crate::message::html;
use crate::message::mime::{Encoding, Part};
use crate::pattern::Pattern;

/// A call.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Its arguments.
    pub arguments: Vec<Argument>,
}

/// An argument.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Text.
    Text(String),
    /// A pattern.
    Pattern(Box<Pattern>),
}

impl Argument {
    /// Whether it fits a text: a pattern matches, a text is the same but for case.
    fn fits(&self, text: &[u8]) -> bool {
        match self {
            Self::Pattern(pattern) => pattern.is_match(text, false),
            Self::Text(own) => own.as_bytes().eq_ignore_ascii_case(text),
        }
    }
}

/// What a call says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// True or false.
    Known(bool),
    /// It depends on what tamis does not know.
    Unknown,
    /// There is no such function: Rspamd says false.
    NoFunction,
}

impl Function {
    /// Reads `name(argument, …)`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let open = text.find('(').unwrap_or(text.len());
        let name = text.get(..open).unwrap_or("").to_owned();
        let inside = text.get(open + 1..).and_then(|inside| inside.rfind(')').and_then(|end| inside.get(..end))).unwrap_or("");
        let mut arguments = Vec::new();
        let mut rest = inside.trim_start();
        while !rest.is_empty() {
            let is_pattern = rest.starts_with('/');
            let mut end = rest.len();
            let mut escaped = false;
            for (at, char) in rest.char_indices() {
                match char {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    ',' => {
                        end = at;
                        break;
                    }
                    _ => {}
                }
            }
            let piece = rest.get(..end).unwrap_or("");
            let pattern = if is_pattern { Pattern::parse(piece.as_bytes()).ok() } else { None };
            arguments.push(match pattern {
                Some(pattern) => Argument::Pattern(Box::new(pattern)),
                None => {
                    let text = piece.strip_prefix(['\'', '"']).unwrap_or(piece);
                    Argument::Text(text.strip_suffix(['\'', '"']).unwrap_or(text).to_owned())
                }
            });
            rest = rest.get(end + 1..).unwrap_or("").trim_start();
        }
        Self { name, arguments }
    }

    fn text(&self, at: usize) -> Option<&str> {
        match self.arguments.get(at) {
            Some(Argument::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn number(&self, at: usize) -> usize {
        let digits: String = self.text(at).unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    }

    /// The symbol that `has_symbol` asks for.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        (self.name == "has_symbol").then(|| self.text(0)).flatten()
    }

    /// What it says of a message. `has_symbol` is not answered here.
    #[must_use]
    pub fn call(&self, message: &Message<'_>) -> Answer {
        let known = match self.name.as_str() {
            "header_exists" | "raw_header_exists" => self.text(0).is_some_and(|name| message.headers().first(name).is_some()),
            "check_smtp_data" => self.smtp_data(message),
            "compare_encoding" => self.text(0).is_some(),
            "is_html_balanced" => true,
            "compare_transfer_encoding" => self.text(0).and_then(Encoding::from_name).is_some_and(|encoding| {
                message.texts().iter().any(|text| message.parts().get(text.part).is_some_and(|part| part.encoding == encoding))
            }),
            "content_type_is_type" => self.type_is(message, |part| &part.content_type.main),
            "content_type_is_subtype" => self.type_is(message, |part| &part.content_type.sub),
            "content_type_has_param" => self.has_param(message),
            "content_type_compare_param" => self.param_is(message),
            "has_content_part" => self.has_part(message, 0, 0),
            "has_content_part_len" => self.has_part(message, self.number(2), self.number(3)),
            "has_only_html_part" => {
                // The first part is asked as often as there are parts.
                message.texts().first().is_some_and(|first| !first.is_attachment && first.html.is_some())
            }
            "has_html_tag" => {
                let tag = self.text(0).unwrap_or("").to_ascii_lowercase();
                html::is_known(&tag)
                    && message.texts().iter().any(|text| text.html.as_ref().is_some_and(|html| html.tags.contains(tag.as_str())))
            }
            "has_fake_html" => message.texts().iter().any(|text| text.html.as_ref().is_some_and(|html| html.count < 2)),
            "is_empty_body" => message.parts().iter().all(|part| part.decoded.is_empty()),
            "is_recipients_sorted" => are_sorted(&message.all_rcpt_mime()),
            "compare_recipients_distance" => self
                .text(0)
                .and_then(|text| text.trim().parse::<f64>().ok())
                .is_some_and(|threshold| are_alike(&message.all_rcpt_mime(), threshold)),
            "has_flag" => match self.text(0) {
                Some("bad_unicode") => message.has_bad_unicode(),
                Some("broken_headers") => message.is_broken(),
                Some("pass_all" | "no_log" | "no_stat" | "skip" | "extended_urls" | "learn_spam" | "learn_ham" | "skip_process") => false,
                Some("greylisted" | "milter") => return Answer::Unknown,
                _ => return Answer::NoFunction,
            },
            // The stems of words are compared, which tamis does not know.
            "compare_parts_distance" => return Answer::Unknown,
            _ => return Answer::NoFunction,
        };
        Answer::Known(known)
    }

    fn smtp_data(&self, message: &Message<'_>) -> bool {
        let Some(what) = self.text(0).map(str::to_ascii_lowercase) else { return false };
        let envelope = message.envelope();
        let Some(fits) = self.arguments.get(1) else { return false };
        let matches = |text: Option<&str>| text.is_some_and(|text| fits_data(fits, text));
        match what.as_str() {
            "from" => matches(message.from_envelope().map(|from| from.address.as_str())),
            "helo" => matches(envelope.helo.as_deref()),
            "user" => matches(envelope.user.as_deref()),
            "subject" => matches(message.subject()),
            "rcpt" => message.rcpt_envelope().iter().any(|rcpt| fits_data(fits, &rcpt.address)),
            _ => false,
        }
    }

    /// The parts that a function about types looks at: the first, and all behind a multipart.
    fn typed<'p>(&self, message: &'p Message<'_>, flag: usize) -> &'p [Part] {
        let parts = message.parts();
        let is_recursive = match self.arguments.get(flag) {
            Some(Argument::Text(text)) => text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("true")),
            Some(Argument::Pattern(_)) => false,
            None => parts.first().is_some_and(Part::is_multipart),
        };
        if is_recursive { parts } else { parts.get(..1).unwrap_or(parts) }
    }

    fn type_is(&self, message: &Message<'_>, of: impl Fn(&Part) -> &Vec<u8>) -> bool {
        let Some(fits) = self.arguments.first() else { return false };
        self.typed(message, 1).iter().any(|part| fits.fits(of(part)))
    }

    fn has_param(&self, message: &Message<'_>) -> bool {
        let Some(name) = self.text(0) else { return false };
        self.typed(message, 1).iter().any(|part| part.content_type.attribute(name.as_bytes()).is_some())
    }

    fn param_is(&self, message: &Message<'_>) -> bool {
        let (Some(name), Some(fits)) = (self.text(0), self.arguments.get(1)) else { return false };
        self.typed(message, 2).iter().any(|part| {
            part.content_type
                .attributes
                .iter()
                .filter(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()))
                .any(|(_, value)| fits.fits(value))
        })
    }

    fn has_part(&self, message: &Message<'_>, least: usize, most: usize) -> bool {
        let Some(main) = self.arguments.first() else { return false };
        let sub = self.arguments.get(1);
        let length = |part: &Part| (least == 0 || part.decoded.len() >= least) && (most == 0 || part.decoded.len() <= most);
        for part in message.parts().iter().filter(|part| main.fits(&part.content_type.main)) {
            let fits = length(part) && sub.is_none_or(|sub| sub.fits(&part.content_type.sub));
            // With a pattern for the type, the first part that fits it decides; without a subtype none ever does.
            match main {
                Argument::Pattern(_) if sub.is_some() => return fits,
                Argument::Pattern(_) => {}
                Argument::Text(_) if fits => return true,
                Argument::Text(_) => {}
            }
        }
        false
    }
}

/// A text is compared only as far as the data goes.
fn fits_data(argument: &Argument, data: &str) -> bool {
    match argument {
        Argument::Pattern(pattern) => pattern.is_match(data.as_bytes(), false),
        Argument::Text(text) => text.get(..data.len()).is_some_and(|start| start.eq_ignore_ascii_case(data)),
    }
}

/// Shorter lists of recipients are not looked at.
const FEWEST: usize = 7;

fn are_sorted(list: &[Address]) -> bool {
    let compare = |a: &str, b: &str| {
        // By length first, then by letters (`rspamd_ftok_casecmp`).
        a.len().cmp(&b.len()).then_with(|| a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()))
    };
    list.len() >= FEWEST
        && list.windows(2).all(|pair| match pair {
            [before, after] => before.address.is_empty() || compare(&after.address, &before.address).is_gt(),
            _ => true,
        })
}

/// Recipients of one domain whose names begin alike, with the odd arithmetic of `compare_recipients_distance`.
fn are_alike(list: &[Address], threshold: f64) -> bool {
    if list.len() < FEWEST {
        return false;
    }
    let mut rows: Vec<&Address> = list.iter().filter(|rcpt| rcpt.address.len() > 3).collect();
    rows.sort_by(|a, b| a.domain.len().cmp(&b.domain.len()).then_with(|| a.domain.cmp(&b.domain)));
    let hits = rows
        .windows(2)
        .filter(|pair| match pair {
            [a, b] => {
                let start = |rcpt: &Address| rcpt.address.as_bytes().get(..3).unwrap_or(&[]).to_ascii_lowercase();
                a.address.len() == b.address.len() && start(a) == start(b)
            }
            _ => false,
        })
        .count();
    let hits = u32::try_from(hits).map_or(f64::MAX, f64::from);
    let count = u32::try_from(rows.len()).map_or(f64::MAX, f64::from);
    (hits * count / 2.0) / count >= threshold
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Envelope, Reading};

    fn call(call: &str, message: &str) -> Answer {
        let (envelope, reading) = (Envelope { from: Some("www@example.org".to_owned()), ..Envelope::default() }, Reading::default());
        Function::parse(call).call(&Message::new(message.as_bytes(), &envelope, &reading))
    }

    const HTML: &str = "Content-Type: text/html; charset=utf-8\nSubject: x\n\n<html><b>a</b></html>\n";

    #[test]
    fn functions() {
        for (text, expected) in [
            ("header_exists(subject)", true),
            ("header_exists('X-No')", false),
            ("has_only_html_part()", true),
            ("has_html_tag(html)", true),
            ("has_html_tag(head)", false),
            ("content_type_is_type(text)", true),
            ("content_type_is_subtype(/.?html/)", true),
            ("content_type_has_param(charset)", true),
            ("content_type_compare_param(charset, /utf/i)", true),
            ("compare_transfer_encoding(7bit)", true),
            ("is_empty_body()", false),
            ("has_content_part(text, html)", true),
            ("has_content_part_len(text, html, 1000)", false),
            ("check_smtp_data('from',/^(?:www|x)@/i)", true),
            ("compare_recipients_distance(0.65)", false),
        ] {
            assert_eq!(call(text, HTML), Answer::Known(expected), "{text}");
        }
        assert_eq!(call("compare_parts_distance(50)", HTML), Answer::Unknown);
        assert_eq!(call("no_such_function()", HTML), Answer::NoFunction);
    }
}
