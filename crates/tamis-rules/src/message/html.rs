//! What an HTML part shows, and what it names (libserver/html/html.cxx): a lenient reader, no tree. Style sheets are not read, styles in
//! attributes are.

use std::collections::BTreeSet;

/// An HTML part, read.
#[derive(Clone, Debug, Default)]
pub struct Html {
    /// The text that is shown; UTF-8.
    pub text: String,
    /// Known tags that were opened, in small letters.
    pub tags: BTreeSet<&'static str>,
    /// How many tags there are.
    pub count: usize,
    /// `href` and `src` of tags, with the tag and what stands between.
    pub links: Vec<Link>,
    /// Some image is data in the page.
    pub has_data_urls: bool,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The tag's name.
    pub tag: &'static str,
    /// The value, entities decoded.
    pub target: String,
    /// It belongs to an image.
    pub is_image: bool,
    /// The text between; empty if there is none.
    pub shown: String,
}

/// So many tags are read (`max_tags`).
const MAX_TAGS: usize = 8192;

/// What is known of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Inline,
    Block,
    Cell,
    /// Nothing in it is shown.
    Head,
}

const EMPTY: &[&str] =
    &["area", "base", "basefont", "br", "col", "frame", "hr", "img", "input", "isindex", "link", "meta", "param", "nextid"];
const BLOCKS: &[&str] = &[
    "address",
    "area",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "del",
    "dir",
    "div",
    "dl",
    "fieldset",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "ins",
    "isindex",
    "listing",
    "menu",
    "noframes",
    "noscript",
    "ol",
    "p",
    "plaintext",
    "pre",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
    "xmp",
];
const CELLS: &[&str] = &["td", "th"];
const HEADS: &[&str] = &["base", "meta", "object", "script", "style", "title", "nextid"];
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "b", "basefont", "bdo", "big", "body", "br", "button", "cite", "code", "dd", "dfn", "dt", "em",
    "font", "frame", "frameset", "head", "html", "i", "iframe", "img", "input", "kbd", "label", "legend", "li", "link", "map", "optgroup",
    "option", "param", "q", "rb", "rbc", "rp", "rt", "rtc", "ruby", "s", "samp", "select", "small", "span", "strike", "strong", "sub",
    "sup", "td", "textarea", "th", "tt", "u", "var",
];
const HREFS: &[&str] = &["a", "area", "form", "frame", "iframe", "link", "map"];

fn known(name: &str) -> Option<(&'static str, Kind)> {
    let kinds = [(HEADS, Kind::Head), (CELLS, Kind::Cell), (BLOCKS, Kind::Block), (INLINE, Kind::Inline)];
    kinds.iter().find_map(|(names, kind)| names.iter().find(|known| **known == name).map(|name| (*name, *kind)))
}

/// Whether Rspamd knows a tag.
#[must_use]
pub fn is_known(name: &str) -> bool {
    known(&name.to_ascii_lowercase()).is_some()
}

/// The longest text of a link that is kept, in bytes.
const MAX_SHOWN: usize = 2048;

/// How something is shown.
#[derive(Clone, Copy, Default)]
struct Look {
    is_hidden: bool,
    is_transparent: bool,
    color: Option<[u8; 3]>,
    background: Option<[u8; 3]>,
    is_tiny: bool,
}

struct Open {
    name: String,
    kind: Kind,
    look: Look,
    link: Option<usize>,
    from: usize,
}

/// Reads an HTML text.
#[must_use]
pub fn read(text: &str) -> Html {
    let mut reader = Reader {
        text,
        at: 0,
        out: Html::default(),
        open: Vec::new(),
        in_head: false,
        seen_body: false,
        base: None,
        has_ended: false,
        behind: String::new(),
    };
    reader.run();
    let mut html = reader.out;
    let end = html.text.trim_end_matches(|char: char| char.is_ascii_whitespace()).len();
    let keeps = html.text.ends_with('\n') && end < html.text.len();
    html.text.truncate(end);
    if keeps {
        html.text.push('\n');
    }
    html
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    out: Html,
    open: Vec<Open>,
    in_head: bool,
    seen_body: bool,
    base: Option<String>,
    /// `</html>` was there.
    has_ended: bool,
    /// Text behind it: shown only if another tag follows.
    behind: String,
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    is_closed: bool,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            let rest = self.rest();
            let length = rest.find('<').unwrap_or(rest.len());
            let piece = rest.get(..length).unwrap_or("").to_owned();
            self.at += length;
            self.show(&piece);
            if self.at < self.text.len() && !self.tag() {
                self.show("<");
                self.at += 1;
            }
            if self.out.count > MAX_TAGS {
                let rest = self.rest().to_owned();
                self.show(&rest);
                return;
            }
        }
        while let Some(open) = self.open.pop() {
            self.close(&open);
        }
    }

    fn begins_with_html(&self) -> bool {
        self.text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("<html"))
    }

    fn look(&self) -> Look {
        self.open.last().map(|open| open.look).unwrap_or_default()
    }

    /// Text in what is open.
    fn show(&mut self, piece: &str) {
        if self.has_ended && self.open.is_empty() {
            self.behind.push_str(piece);
            return;
        }
        self.show_now(piece);
    }

    /// Text behind the end counts after all, since a tag follows.
    fn show_behind(&mut self) {
        let behind = std::mem::take(&mut self.behind);
        self.show_now(&behind);
    }

    fn show_now(&mut self, piece: &str) {
        if piece.is_empty() || self.in_head || self.open.iter().any(|open| open.kind == Kind::Head) {
            return;
        }
        let look = self.look();
        if look.is_hidden || look.is_tiny {
            return;
        }
        let decoded = entities(piece);
        let mut after_space = self.out.text.ends_with(|char: char| char.is_ascii_whitespace());
        for char in decoded.chars() {
            if char.is_ascii_whitespace() {
                if !after_space {
                    self.out.text.push(' ');
                }
                after_space = true;
            } else {
                self.out.text.push(match char {
                    '\0' => '\u{fffd}',
                    _ if look.is_transparent => ' ',
                    char => char,
                });
                after_space = false;
            }
        }
    }

    fn margin(&mut self, char: char, look: Look) {
        if look.is_hidden || look.is_tiny || self.out.text.is_empty() || self.out.text.ends_with([char, '\n']) {
            return;
        }
        let length = self.out.text.trim_end_matches(' ').len();
        self.out.text.truncate(length);
        if !self.out.text.is_empty() {
            self.out.text.push(char);
        }
    }

    /// A tag, a comment or the like that begins here; false if none does.
    fn tag(&mut self) -> bool {
        let rest = self.rest();
        let mut chars = rest.bytes().skip(1);
        match chars.next() {
            Some(b'!') => {
                let end = if let Some(inside) = rest.strip_prefix("<!--") {
                    // `<!-->` and `<!--->` are whole.
                    if inside.starts_with('>') {
                        5
                    } else if inside.starts_with("->") {
                        6
                    } else {
                        inside.find("-->").map_or(rest.len(), |end| end + 7)
                    }
                } else {
                    rest.find('>').map_or(rest.len(), |end| end + 1)
                };
                self.at += end;
                self.out.count += 1;
                self.show_behind();
                true
            }
            Some(b'?') => {
                self.at += rest.find('>').map_or(rest.len(), |end| end + 1);
                self.out.count += 1;
                true
            }
            Some(b'/') => {
                let name_start = rest.get(2..).unwrap_or("");
                if !name_start.starts_with(|char: char| char.is_ascii_alphabetic()) {
                    return false;
                }
                let name: String =
                    name_start.chars().take_while(|char| !char.is_ascii_whitespace() && !matches!(char, '>' | '/')).collect();
                self.at += rest.find('>').map_or(rest.len(), |end| end + 1);
                self.closing(&name.to_ascii_lowercase());
                true
            }
            Some(first) if first.is_ascii_alphabetic() => {
                self.out.count += 1;
                let tag = self.parse();
                self.opening(&tag);
                true
            }
            _ => false,
        }
    }

    /// Reads an opening tag with its attributes.
    fn parse(&mut self) -> Tag {
        let bytes = self.text.as_bytes();
        let byte = |at: usize| bytes.get(at).copied();
        let mut at = self.at + 1;
        let start = at;
        while byte(at).is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/')) {
            at += 1;
        }
        let mut tag = Tag { name: self.text.get(start..at).unwrap_or("").to_ascii_lowercase(), attributes: Vec::new(), is_closed: false };
        loop {
            while byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                at += 1;
            }
            match byte(at) {
                None => break,
                Some(b'>') => {
                    at += 1;
                    break;
                }
                Some(b'/') => {
                    at += 1;
                    tag.is_closed = byte(at) == Some(b'>');
                    continue;
                }
                Some(_) => {}
            }
            let start = at;
            at += 1;
            while byte(at).is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'=' | b'>' | b'/')) {
                at += 1;
            }
            let name = self.text.get(start..at).unwrap_or("").to_ascii_lowercase();
            let mut next = at;
            while byte(next).is_some_and(|byte| byte.is_ascii_whitespace()) {
                next += 1;
            }
            let mut value = "";
            if byte(next) == Some(b'=') {
                at = next + 1;
                while byte(at).is_some_and(|byte| byte.is_ascii_whitespace()) {
                    at += 1;
                }
                if let Some(quote @ (b'"' | b'\'')) = byte(at) {
                    let start = at + 1;
                    let inside = bytes.get(start..).unwrap_or(&[]);
                    // Without an end quote the value ends with the tag.
                    let (length, skip) = match memchr::memchr(quote, inside) {
                        Some(length) => (length, 1),
                        None => (memchr::memchr(b'>', inside).unwrap_or(inside.len()), 0),
                    };
                    value = self.text.get(start..start + length).unwrap_or("");
                    at = start + length + skip;
                } else {
                    let start = at;
                    while byte(at).is_some_and(|byte| !byte.is_ascii_whitespace() && byte != b'>') {
                        at += 1;
                    }
                    value = self.text.get(start..at).unwrap_or("");
                }
            }
            tag.attributes.push((name, entities(value)));
        }
        self.at = at;
        tag
    }

    fn opening(&mut self, tag: &Tag) {
        self.show_behind();
        let (name, kind) = known(&tag.name).map_or((None, Kind::Inline), |(name, kind)| (Some(name), kind));
        if let Some(name) = name {
            self.out.tags.insert(name);
        }
        if self.in_head && kind != Kind::Head && !EMPTY.contains(&tag.name.as_str()) {
            self.in_head = false;
            self.seen_body = true;
        } else if tag.name == "head" && !self.seen_body {
            self.in_head = true;
        } else if kind != Kind::Head && tag.name != "html" {
            self.seen_body |= !self.in_head;
        }
        if matches!(tag.name.as_str(), "br" | "hr") {
            self.out.text.push('\n');
            return;
        }
        let look = appearance(tag, self.look());
        let link = name.and_then(|name| self.link(name, tag));
        if tag.name == "base" && self.base.is_none() {
            self.base = tag.attribute("href").map(str::to_owned);
        }
        let is_empty = EMPTY.contains(&tag.name.as_str()) || tag.is_closed;
        let open = Open { name: tag.name.clone(), kind, look, link, from: self.out.text.len() };
        self.margins(&open);
        if is_empty {
            self.image_text(tag, look);
            self.close(&open);
            return;
        }
        self.open.push(open);
        if matches!(tag.name.as_str(), "style" | "script" | "noscript") {
            let end = self.raw_end(&tag.name);
            let piece = self.text.get(self.at..end).unwrap_or("").to_owned();
            self.show(&piece);
            self.at = end;
        }
    }

    fn image_text(&mut self, tag: &Tag, look: Look) {
        let Some(shown) = tag.attribute("alt").filter(|_| tag.name == "img") else { return };
        if look.is_hidden || look.is_tiny || self.in_head {
            return;
        }
        for piece in [None, Some(shown), None] {
            match piece {
                Some(shown) => self.out.text.push_str(shown),
                None if !self.out.text.is_empty() && !self.out.text.ends_with(|char: char| char.is_ascii_whitespace()) => {
                    self.out.text.push(' ')
                }
                None => {}
            }
        }
    }

    /// Where the closing tag of raw text begins.
    fn raw_end(&self, _name: &str) -> usize {
        let mut from = self.at;
        while let Some(found) = self.text.get(from..).and_then(|rest| rest.find("</")) {
            let at = from + found;
            let inside = self.text.as_bytes().get(at + 2..).unwrap_or(&[]);
            let end = inside.iter().take(28).position(|byte| *byte == b'>');
            let is_tag = inside.first().is_some_and(u8::is_ascii_alphabetic)
                && end.is_some_and(|end| inside.get(..end).is_some_and(|name| !name.iter().any(|byte| *byte < b'\n' || *byte == b',')));
            if is_tag {
                return at;
            }
            from = at + 2;
        }
        self.text.len()
    }

    fn link(&mut self, name: &'static str, tag: &Tag) -> Option<usize> {
        let is_image = name == "img";
        let target = if is_image { tag.attribute("src").or_else(|| tag.attribute("href")) } else { tag.attribute("href") }?;
        if !is_image && !HREFS.contains(&name) {
            return None;
        }
        if target.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data:")) {
            self.out.has_data_urls |= is_image;
            return None;
        }
        let target = match &self.base {
            Some(base) if !is_image && !target.contains("://") && !target.starts_with("//") && !target.contains(':') => {
                format!("{}/{}", base.trim_end_matches('/'), target.trim_start_matches('/'))
            }
            _ => target.to_owned(),
        };
        self.out.links.push(Link { tag: name, target, is_image, shown: String::new() });
        Some(self.out.links.len() - 1)
    }

    fn margins(&mut self, open: &Open) {
        match open.kind {
            _ if open.look.is_transparent => {}
            Kind::Block if !self.in_head => self.margin('\n', open.look),
            Kind::Cell if !self.in_head => self.margin(' ', open.look),
            _ => {}
        }
    }

    fn close(&mut self, open: &Open) {
        self.margins(open);
        if let Some(shown) = open.link.and_then(|link| self.out.links.get_mut(link)) {
            let text = self.out.text.get(open.from..).unwrap_or("").trim_start();
            // Links that are never closed would otherwise each keep all that follows.
            let end = (0..=text.len().min(MAX_SHOWN)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
            shown.shown = text.get(..end).unwrap_or("").trim_end().to_owned();
        }
    }

    fn closing(&mut self, name: &str) {
        if name == "head" {
            self.in_head = false;
            self.seen_body = true;
        }
        // A closing tag without an opening one is nothing, but a page always has its outermost tag: `<html>` if it stands at the very
        // beginning, else one that nobody wrote, around all.
        let place = self.open.iter().rposition(|open| open.name == name);
        if name == "html" && (place.is_none() || (place == Some(0) && self.begins_with_html())) {
            self.has_ended |= self.out.count > 0;
        } else if place.is_none() {
            return;
        }
        let place = place.unwrap_or(0);
        while self.open.len() > place {
            if let Some(open) = self.open.pop() {
                self.close(&open);
            }
        }
    }
}

/// What a tag's attributes make of how it is shown. Hiding is not inherited, in Rspamd: what lies in a hidden tag has its own display.
fn appearance(tag: &Tag, outer: Look) -> Look {
    let mut look = Look { is_hidden: false, is_transparent: false, ..outer };
    let mut opacity_zero = false;
    for (name, value) in &tag.attributes {
        match name.as_str() {
            "color" => look.color = color(value).or(look.color),
            "bgcolor" => look.background = color(value).or(look.background),
            "hidden" => look.is_hidden = true,
            "style" => {
                for declaration in value.split(';') {
                    let Some((property, value)) = declaration.split_once(':') else { continue };
                    let (property, value) = (property.trim().to_ascii_lowercase(), value.trim().to_ascii_lowercase());
                    let value = value.trim_end_matches("!important").trim();
                    match property.as_str() {
                        "display" => look.is_hidden |= value == "none",
                        "visibility" => look.is_hidden |= value == "hidden",
                        "color" => look.color = color(value).or(look.color),
                        "background-color" | "background" => look.background = color(value).or(look.background),
                        "font-size" => {
                            let number: String = value.chars().take_while(|char| char.is_ascii_digit() || *char == '.').collect();
                            if let Ok(size) = number.parse::<f64>() {
                                look.is_tiny = size < 1.0;
                            }
                        }
                        "opacity" => opacity_zero |= value.parse::<f64>().is_ok_and(|value| value < 0.1),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    look.is_transparent = opacity_zero
        || match (look.color, look.background) {
            (Some(color), Some(background)) => are_similar(color, background),
            (Some(color), None) => are_similar(color, [255; 3]),
            (None, Some(background)) => are_similar([0; 3], background),
            (None, None) => false,
        };
    look
}

/// Whether nobody can tell two colours apart.
fn are_similar(one: [u8; 3], other: [u8; 3]) -> bool {
    let difference = |a: u8, b: u8| f64::from(a) - f64::from(b);
    let ([r, g, b], [r2, g2, b2]) = (one, other);
    let mean = (f64::from(r) + f64::from(r2)) / 2.0;
    let (red, green, blue) = (difference(r, r2), difference(g, g2), difference(b, b2));
    let (red, green, blue) = (red * red, green * green, blue * blue);
    let sum = 2.0 * red + 4.0 * green + 3.0 * blue + mean * (red - blue) / 256.0;
    // The square root of the sum is less than 25.6.
    sum < 655.36
}

fn color(text: &str) -> Option<[u8; 3]> {
    let text = text.trim().to_ascii_lowercase();
    let hex = text.strip_prefix('#').unwrap_or(&text);
    if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) && matches!(hex.len(), 3 | 6) {
        let wide: String = if hex.len() == 3 { hex.chars().flat_map(|char| [char, char]).collect() } else { hex.to_owned() };
        let part = |at: usize| wide.get(at..at + 2).and_then(|part| u8::from_str_radix(part, 16).ok());
        return Some([part(0)?, part(2)?, part(4)?]);
    }
    if let Some(inside) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
        let mut parts = inside.split(',').map(|part| part.trim().parse().ok());
        return Some([parts.next()??, parts.next()??, parts.next()??]);
    }
    let names: [(&str, [u8; 3]); 18] = [
        ("black", [0, 0, 0]),
        ("silver", [192, 192, 192]),
        ("gray", [128, 128, 128]),
        ("grey", [128, 128, 128]),
        ("white", [255, 255, 255]),
        ("maroon", [128, 0, 0]),
        ("red", [255, 0, 0]),
        ("purple", [128, 0, 128]),
        ("fuchsia", [255, 0, 255]),
        ("green", [0, 128, 0]),
        ("lime", [0, 255, 0]),
        ("olive", [128, 128, 0]),
        ("yellow", [255, 255, 0]),
        ("navy", [0, 0, 128]),
        ("blue", [0, 0, 255]),
        ("teal", [0, 128, 128]),
        ("aqua", [0, 255, 255]),
        ("orange", [255, 165, 0]),
    ];
    names.iter().find(|(name, _)| *name == text).map(|(_, color)| *color)
}

/// The names of the characters from U+00A0 to U+00FF, in their order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot \
cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc \
Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig \
ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute \
thorn yuml";

/// Replaces character references.
#[must_use]
pub fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let name: &str = {
            let inside = rest.get(1..).unwrap_or("");
            let length = inside.bytes().take(12).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
            inside.get(..length).unwrap_or("")
        };
        match reference(name) {
            Some(char) => {
                out.push(char);
                rest = rest.get(1 + name.len()..).unwrap_or("");
                rest = rest.strip_prefix(';').unwrap_or(rest);
            }
            None => {
                out.push('&');
                rest = rest.get(1..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" | "AMP" => '&',
        "lt" | "LT" => '<',
        "gt" | "GT" => '>',
        "quot" | "QUOT" => '"',
        "apos" => '\'',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "hellip" => '…',
        "bull" => '•',
        "trade" => '™',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        "ensp" => '\u{2002}',
        "emsp" => '\u{2003}',
        "thinsp" => '\u{2009}',
        _ => {
            let place = LATIN.split_ascii_whitespace().position(|known| known == name)?;
            char::from_u32(0xa0 + u32::try_from(place).ok()?)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown() {
        assert_eq!(read("<html><head><title>t</title></head><body><p>a<b>b</b> c</p><p>d</p></body></html>").text, "ab c\nd\n");
        assert_eq!(read("a&nbsp;&lt;b&#33;<br>c <!-- x --> d").text, "a\u{a0}<b!\nc d");
        assert_eq!(read("<style>p{}</style><script>x<y</script>z").text, "z");
        assert_eq!(read("<div style='display:none'>no</div>yes").text, "yes");
        assert_eq!(read("<font color=#ffffff>no</font>yes").text, "  yes");
        assert_eq!(read("a < b").text, "a < b");
        assert_eq!(read("<html>a</html>b").text, "a");
        assert_eq!(read("<html>a</html>b<i>c</i>d").text, "abc");
        assert_eq!(read("<!DOCTYPE html><html>a</html>b").text, "ab");
        assert_eq!(read("<p>a</p></html>b").text, "a\n");
    }

    #[test]
    fn links_and_tags() {
        let html = read("<HTML><a href=\"http://example.org/?a=1&amp;b\">see <b>this</b></a><img src='data:image/png;base64,xx'>");
        assert_eq!(
            html.links,
            [Link { tag: "a", target: "http://example.org/?a=1&b".to_owned(), is_image: false, shown: "see this".to_owned() }]
        );
        assert!(html.has_data_urls);
        assert_eq!(html.tags.into_iter().collect::<Vec<_>>(), ["a", "b", "html", "img"]);
    }

    #[test]
    fn deep_and_broken_pages_end() {
        let _ = read(&"<div>".repeat(100_000));
        let _ = read("<a href=\"");
        let _ = read("<!--");
        let _ = read("</");
    }
}
