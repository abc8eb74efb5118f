//! HTML to text, as `body :text` and `extracttext` see it (lib-mail/mail-html2text.c).

use super::{byte, push_char, slice};

/// Where the reader stands.
#[derive(Clone, Copy)]
enum State {
    Text,
    Tag,
    /// In a quoted attribute value; a backslash hides the next byte.
    Quoted(u8),
    Comment,
    CommentEnd,
    Script,
    Style,
    Cdata,
}

fn is_space(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

/// Strips the markup of a whole text. What the real reader still waits for at the end (a tag name, an entity) is dropped, and with it all
/// that follows it.
pub(super) fn html_to_text(html: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(html.len() / 2);
    let mut state = State::Text;
    let mut quote_level = 0usize;
    let mut add_newline = false;
    let mut at = 0;
    while let Some(&b) = html.get(at) {
        at += 1;
        let rest = slice(html, at, html.len());
        match state {
            State::Text => match b {
                b'<' => {
                    let Some((next, skip)) = tag(rest, &mut quote_level, &mut add_newline) else { break };
                    state = next;
                    at += skip;
                }
                b'&' => {
                    let Some(skip) = entity(rest, &mut out) else { break };
                    at += skip;
                }
                _ => out.push(b),
            },
            State::Tag => match b {
                b'"' | b'\'' => state = State::Quoted(b),
                b'>' => {
                    state = State::Text;
                    if quote_level > 0 {
                        out.extend_from_slice(b"\n>");
                    } else if add_newline {
                        out.push(b'\n');
                    }
                    add_newline = false;
                    add_space(&mut out);
                }
                _ => {}
            },
            State::Quoted(quote) => match b {
                b'\\' => at += 1,
                b if b == quote => state = State::Tag,
                _ => {}
            },
            State::Comment => {
                if b == b'-' && rest.first() == Some(&b'-') {
                    state = State::CommentEnd;
                    at += 1;
                }
            }
            State::CommentEnd => match b {
                b'>' => state = State::Text,
                b if !is_space(b) => state = State::Comment,
                _ => {}
            },
            State::Script | State::Style => {
                let end: &[u8] = if matches!(state, State::Script) { b"/script>" } else { b"/style>" };
                let len = rest.len().min(end.len());
                if b == b'<' && slice(rest, 0, len).eq_ignore_ascii_case(slice(end, 0, len)) {
                    if len < end.len() {
                        break;
                    }
                    add_space(&mut out);
                    state = State::Text;
                    at += len;
                }
            }
            State::Cdata => {
                let len = rest.len().min(2);
                if b == b']' && slice(rest, 0, len) == slice(b"]>", 0, len) {
                    if len < 2 {
                        break;
                    }
                    state = State::Text;
                    at += 2;
                } else {
                    out.push(b);
                }
            }
        }
    }
    out
}

/// What follows a `<`: the state after it and the bytes it took. `None` when the text ends before the name is known.
fn tag(rest: &[u8], quote_level: &mut usize, add_newline: &mut bool) -> Option<(State, usize)> {
    let named = |name: &[u8]| {
        rest.len() > name.len()
            && slice(rest, 0, name.len()).eq_ignore_ascii_case(name)
            && (is_space(byte(rest, name.len())) || byte(rest, name.len()) == b'>')
    };
    if rest.starts_with(b"!--") {
        return Some((State::Comment, 3));
    }
    if named(b"script") {
        return Some((State::Script, 7));
    }
    if named(b"style") {
        return Some((State::Style, 6));
    }
    if rest.len() >= 8 && slice(rest, 0, 8).eq_ignore_ascii_case(b"![CDATA[") {
        return Some((State::Cdata, 8));
    }
    if named(b"blockquote") {
        *quote_level += 1;
    } else if *quote_level > 0 && rest.len() >= 12 && slice(rest, 0, 12).eq_ignore_ascii_case(b"/blockquote>") {
        *quote_level -= 1;
        *add_newline = true;
    } else if rest.len() < 12 && !rest.iter().any(|&b| is_space(b) || b == b'>') {
        return None;
    }
    Some((State::Tag, 0))
}

fn add_space(out: &mut Vec<u8>) {
    if out.last().is_some_and(|&b| b != b' ' && b != b'\n') {
        out.push(b' ');
    }
}

/// What follows a `&`: writes the character and gives the bytes taken. Nothing is taken when no semicolon comes in time, and an unknown
/// entity vanishes. `None` when the text ends first.
fn entity(rest: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    for (i, &b) in rest.iter().enumerate() {
        if is_space(b) || i >= 10 {
            return Some(0);
        }
        if b == b';' {
            if let Some(c) = character(slice(rest, 0, i)) {
                push_char(out, c);
            }
            return Some(i + 1);
        }
    }
    None
}

fn character(name: &[u8]) -> Option<char> {
    let name = str::from_utf8(name).ok()?;
    if let Ok(at) = ENTITIES.binary_search_by(|(known, _)| (*known).cmp(name)) {
        return ENTITIES.get(at).and_then(|&(_, c)| char::from_u32(u32::from(c)));
    }
    let number = name.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hex) => (hex, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a plus sign, the real parser does not.
    if digits.starts_with('+') {
        return None;
    }
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)
}

/// The named characters of HTML 4 and `apos`, by name.
#[rustfmt::skip]
static ENTITIES: [(&str, u16); 253] = [
    ("AElig", 0xc6), ("Aacute", 0xc1), ("Acirc", 0xc2), ("Agrave", 0xc0), ("Alpha", 0x391), ("Aring", 0xc5), ("Atilde", 0xc3),
    ("Auml", 0xc4), ("Beta", 0x392), ("Ccedil", 0xc7), ("Chi", 0x3a7), ("Dagger", 0x2021), ("Delta", 0x394), ("ETH", 0xd0),
    ("Eacute", 0xc9), ("Ecirc", 0xca), ("Egrave", 0xc8), ("Epsilon", 0x395), ("Eta", 0x397), ("Euml", 0xcb), ("Gamma", 0x393),
    ("Iacute", 0xcd), ("Icirc", 0xce), ("Igrave", 0xcc), ("Iota", 0x399), ("Iuml", 0xcf), ("Kappa", 0x39a), ("Lambda", 0x39b),
    ("Mu", 0x39c), ("Ntilde", 0xd1), ("Nu", 0x39d), ("OElig", 0x152), ("Oacute", 0xd3), ("Ocirc", 0xd4), ("Ograve", 0xd2),
    ("Omega", 0x3a9), ("Omicron", 0x39f), ("Oslash", 0xd8), ("Otilde", 0xd5), ("Ouml", 0xd6), ("Phi", 0x3a6), ("Pi", 0x3a0),
    ("Prime", 0x2033), ("Psi", 0x3a8), ("Rho", 0x3a1), ("Scaron", 0x160), ("Sigma", 0x3a3), ("THORN", 0xde), ("Tau", 0x3a4),
    ("Theta", 0x398), ("Uacute", 0xda), ("Ucirc", 0xdb), ("Ugrave", 0xd9), ("Upsilon", 0x3a5), ("Uuml", 0xdc), ("Xi", 0x39e),
    ("Yacute", 0xdd), ("Yuml", 0x178), ("Zeta", 0x396), ("aacute", 0xe1), ("acirc", 0xe2), ("acute", 0xb4), ("aelig", 0xe6),
    ("agrave", 0xe0), ("alefsym", 0x2135), ("alpha", 0x3b1), ("amp", 0x26), ("and", 0x2227), ("ang", 0x2220), ("apos", 0x27),
    ("aring", 0xe5), ("asymp", 0x2248), ("atilde", 0xe3), ("auml", 0xe4), ("bdquo", 0x201e), ("beta", 0x3b2), ("brvbar", 0xa6),
    ("bull", 0x2022), ("cap", 0x2229), ("ccedil", 0xe7), ("cedil", 0xb8), ("cent", 0xa2), ("chi", 0x3c7), ("circ", 0x2c6),
    ("clubs", 0x2663), ("cong", 0x2245), ("copy", 0xa9), ("crarr", 0x21b5), ("cup", 0x222a), ("curren", 0xa4), ("dArr", 0x21d3),
    ("dagger", 0x2020), ("darr", 0x2193), ("deg", 0xb0), ("delta", 0x3b4), ("diams", 0x2666), ("divide", 0xf7), ("eacute", 0xe9),
    ("ecirc", 0xea), ("egrave", 0xe8), ("empty", 0x2205), ("emsp", 0x2003), ("ensp", 0x2002), ("epsilon", 0x3b5), ("equiv", 0x2261),
    ("eta", 0x3b7), ("eth", 0xf0), ("euml", 0xeb), ("euro", 0x20ac), ("exist", 0x2203), ("fnof", 0x192), ("forall", 0x2200),
    ("frac12", 0xbd), ("frac14", 0xbc), ("frac34", 0xbe), ("frasl", 0x2044), ("gamma", 0x3b3), ("ge", 0x2265), ("gt", 0x3e),
    ("hArr", 0x21d4), ("harr", 0x2194), ("hearts", 0x2665), ("hellip", 0x2026), ("iacute", 0xed), ("icirc", 0xee), ("iexcl", 0xa1),
    ("igrave", 0xec), ("image", 0x2111), ("infin", 0x221e), ("int", 0x222b), ("iota", 0x3b9), ("iquest", 0xbf), ("isin", 0x2208),
    ("iuml", 0xef), ("kappa", 0x3ba), ("lArr", 0x21d0), ("lambda", 0x3bb), ("lang", 0x27e8), ("laquo", 0xab), ("larr", 0x2190),
    ("lceil", 0x2308), ("ldquo", 0x201c), ("le", 0x2264), ("lfloor", 0x230a), ("lowast", 0x2217), ("loz", 0x25ca), ("lrm", 0x200e),
    ("lsaquo", 0x2039), ("lsquo", 0x2018), ("lt", 0x3c), ("macr", 0xaf), ("mdash", 0x2014), ("micro", 0xb5), ("middot", 0xb7),
    ("minus", 0x2212), ("mu", 0x3bc), ("nabla", 0x2207), ("nbsp", 0xa0), ("ndash", 0x2013), ("ne", 0x2260), ("ni", 0x220b),
    ("not", 0xac), ("notin", 0x2209), ("nsub", 0x2284), ("ntilde", 0xf1), ("nu", 0x3bd), ("oacute", 0xf3), ("ocirc", 0xf4),
    ("oelig", 0x153), ("ograve", 0xf2), ("oline", 0x203e), ("omega", 0x3c9), ("omicron", 0x3bf), ("oplus", 0x2295), ("or", 0x2228),
    ("ordf", 0xaa), ("ordm", 0xba), ("oslash", 0xf8), ("otilde", 0xf5), ("otimes", 0x2297), ("ouml", 0xf6), ("para", 0xb6),
    ("part", 0x2202), ("permil", 0x2030), ("perp", 0x22a5), ("phi", 0x3c6), ("pi", 0x3c0), ("piv", 0x3d6), ("plusmn", 0xb1),
    ("pound", 0xa3), ("prime", 0x2032), ("prod", 0x220f), ("prop", 0x221d), ("psi", 0x3c8), ("quot", 0x22), ("rArr", 0x21d2),
    ("radic", 0x221a), ("rang", 0x27e9), ("raquo", 0xbb), ("rarr", 0x2192), ("rceil", 0x2309), ("rdquo", 0x201d), ("real", 0x211c),
    ("reg", 0xae), ("rfloor", 0x230b), ("rho", 0x3c1), ("rlm", 0x200f), ("rsaquo", 0x203a), ("rsquo", 0x2019), ("sbquo", 0x201a),
    ("scaron", 0x161), ("sdot", 0x22c5), ("sect", 0xa7), ("shy", 0xad), ("sigma", 0x3c3), ("sigmaf", 0x3c2), ("sim", 0x223c),
    ("spades", 0x2660), ("sub", 0x2282), ("sube", 0x2286), ("sum", 0x2211), ("sup", 0x2283), ("sup1", 0xb9), ("sup2", 0xb2),
    ("sup3", 0xb3), ("supe", 0x2287), ("szlig", 0xdf), ("tau", 0x3c4), ("there4", 0x2234), ("theta", 0x3b8), ("thetasym", 0x3d1),
    ("thinsp", 0x2009), ("thorn", 0xfe), ("tilde", 0x2dc), ("times", 0xd7), ("trade", 0x2122), ("uArr", 0x21d1), ("uacute", 0xfa),
    ("uarr", 0x2191), ("ucirc", 0xfb), ("ugrave", 0xf9), ("uml", 0xa8), ("upsih", 0x3d2), ("upsilon", 0x3c5), ("uuml", 0xfc),
    ("weierp", 0x2118), ("xi", 0x3be), ("yacute", 0xfd), ("yen", 0xa5), ("yuml", 0xff), ("zeta", 0x3b6), ("zwj", 0x200d),
    ("zwnj", 0x200c),
];
