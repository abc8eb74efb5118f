//! Values that the real program (Pigeonhole 0.5.19 on Dovecot 2.3.19.1) gave for odd input, as its tests compare them.

use std::sync::Arc;

use tamis::mail::{
    AddressPart, Charsets, Converter, Limits, Message, MimeOption, PartIter, Problem, addresses, decode_header, fields_named, mime_values,
};
use tamis::mail::{parse_address, parse_date, undecoded};

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

fn texts<B: AsRef<[u8]>>(values: &[B]) -> Vec<String> {
    values.iter().map(|value| text(value.as_ref())).collect()
}

fn parse(raw: &[u8]) -> Message<'_> {
    Message::parse(raw, &Limits::default(), Charsets::new())
}

#[test]
fn header_values() {
    #[rustfmt::skip]
    let cases: &[(&[u8], &[u8])] = &[
        (b" plain ", b"plain"),
        (b"  two\n\tlines  ", b"two lines"),
        (b"\n folded at once", b" folded at once"),
        (b" a\r\n b\r\n", b"a b"),
        (b" \n \t", b""),
        (b" =?utf-8?q?caf=C3=A9?=", b"caf\xc3\xa9"),
        (b" =?utf-8?q?a?= =?utf-8?q?b?=", b"ab"),
        (b" =?utf-8?q?a?= x =?utf-8?q?b?=", b"a x b"),
        (b" x=?utf-8?q?a?=y", b"xay"),
        (b" =?utf-8?q?=C3?= =?utf-8?q?=A9?=", b"\xef\xbf\xbd"),
        (b" =?utf-8?b?w6k=?=", b"\xc3\xa9"),
        (b" =?utf-8?b?w6k?=", b"\xc3\xa9"),
        (b" =?utf-8?b?YW*Jj?=", b"a"),
        (b" =?UTF-8?Q?a_b=zz=4?=", b"a b=zz=4"),
        (b" =?utf-8?x?a?=", b"=?utf-8?x?a?="),
        (b" =?utf-8?q?a", b"=?utf-8?q?a"),
        (b"  =?broken", b"=?broken"),
        (b" a  =?broken", b"a  =?broken"),
        (b" =?utf-8?q?a?b?=", b"=?utf-8?q?a?b?="),
        (b" =?iso-8859-1?q?caf=E9=80?=", b"caf\xc3\xa9\xc2\x80"),
        (b" =?windows-1252?q?=80=81=8D=9F?=", b"\xe2\x82\xac\xef\xbf\xbd\xc5\xb8"),
        (b" =?ANSI_X3.4-1968?q?a=E9=E9b?=", b"a\xef\xbf\xbdb"),
        (b" =?us-ascii?q?=C3=A9?=", b"\xc3\xa9"),
        (b" =?nosuch?q?a=C3=A9=FF?=", b"a\xc3\xa9\xef\xbf\xbd"),
        (b" =?utf-8*en?q?a?=", b"a"),
        (b" =?l\xff1?q?=E9?=", b"\xc3\xa9"),
        (b" =?utf-8?q?a=00b?=", b"a b"),
        (b" nul\0here", b"nul\xef\xbf\xbdhere"),
        (b" caf\xe9\xff\xfe!", b"caf\xef\xbf\xbd!"),
        (b" \xef\xbf\xbd\xff", b"\xef\xbf\xbd"),
        (b" =?utf-8?q?=\n 41?=", b"= 41"),
        (b" =?utf-8?q??=x", b"x"),
        (b" \xed\xa0\x80 \xf4\x90\x80\x80 \xc0\x80", b"\xef\xbf\xbd \xef\xbf\xbd \xef\xbf\xbd"),
        (b" =?utf-8?q?a?=  ", b"a"),
    ];
    for (raw, decoded) in cases {
        assert_eq!(text(&decode_header(raw, &Converter::default())), text(decoded), "{}", text(raw));
    }
}

/// A value, and what `:all`, `:localpart`, `:domain`, `:user` and `:detail` take from it.
type AddressCase<'a> = (&'a [u8], [&'a [&'a [u8]]; 5]);

#[test]
fn address_values() {
    #[rustfmt::skip]
    let cases: &[AddressCase<'_>] = &[
        (b"", [&[b""], &[b""], &[b""], &[b""], &[b""]]),
        (b"a@example.org", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"A B <a@Example.ORG>", [&[b"a@Example.ORG"], &[b"a"], &[b"Example.ORG"], &[b"a"], &[]]),
        (b"\"a b\"@example.org", [&[b"\"a b\"@example.org"], &[b"a b"], &[b"example.org"], &[b"a b"], &[]]),
        (b"\"a\\\"b\"@example.org", [&[b"\"a\\\"b\"@example.org"], &[b"a\"b"], &[b"example.org"], &[b"a\"b"], &[]]),
        (b"<@x.example,@y.example:a@example.org>", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"a (c) @ (d) example . org (e)", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"friends: a@example.org, b@example.net;, c@example.com", [&[b"a@example.org", b"b@example.net", b"c@example.com"], &[b"a", b"b", b"c"], &[b"example.org", b"example.net", b"example.com"], &[b"a", b"b", b"c"], &[]]),
        (b"undisclosed-recipients:;", [&[b"undisclosed-recipients:;"], &[], &[], &[], &[]]),
        (b"bad, b@example.net, worse", [&[b"b@example.net"], &[b"b"], &[b"example.net"], &[b"b"], &[]]),
        (b"lonely", [&[b"lonely"], &[], &[], &[], &[]]),
        (b"a b c", [&[b"a b c"], &[], &[], &[], &[]]),
        (b"a@", [&[b"a@"], &[], &[], &[], &[]]),
        (b"@example.org", [&[b"@example.org"], &[], &[], &[], &[]]),
        (b".a..b.@example.org", [&[b"\".a..b.\"@example.org"], &[b".a..b."], &[b"example.org"], &[b".a..b."], &[]]),
        (b"\"\"@example.org", [&[], &[], &[], &[], &[]]),
        (b"\"\"@example.org, lonely", [&[], &[], &[], &[], &[]]),
        (b"a@[192.0.2.1]", [&[b"a@[192.0.2.1]"], &[b"a"], &[b"[192.0.2.1]"], &[b"a"], &[]]),
        (b"a@[192.0.2.1", [&[b"a@[192.0.2.1"], &[], &[], &[], &[]]),
        (b"caf\xc3\xa9@example.org", [&[b"caf\xc3\xa9@example.org"], &[], &[], &[], &[]]),
        (b"a@caf\xc3\xa9.example", [&[b"a@caf\xc3\xa9.example"], &[b"a"], &[b"caf\xc3\xa9.example"], &[b"a"], &[]]),
        (b"\"caf\xc3\xa9\"@example.org", [&[b"\"caf\xc3\xa9\"@example.org"], &[], &[], &[], &[]]),
        (b"Foo <>", [&[b"Foo <>"], &[], &[], &[], &[]]),
        (b"a@example.org b@example.org", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"a@example.org; b@example.org", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"a@example.org,,b@example.org", [&[b"a@example.org", b"b@example.org"], &[b"a", b"b"], &[b"example.org", b"example.org"], &[b"a", b"b"], &[]]),
        (b"(only a comment)", [&[], &[], &[], &[], &[]]),
        (b"=?utf-8?q?x=2Cy?= <a@example.org>", [&[b"a@example.org"], &[b"a"], &[b"example.org"], &[b"a"], &[]]),
        (b"a+b+c@example.org", [&[b"a+b+c@example.org"], &[b"a+b+c"], &[b"example.org"], &[b"a"], &[b"b+c"]]),
        (b"a@example.org,\n b@example.net", [&[b"a@example.org", b"b@example.net"], &[b"a", b"b"], &[b"example.org", b"example.net"], &[b"a", b"b"], &[]]),
        (b"<a@example.org", [&[b"<a@example.org"], &[], &[], &[], &[]]),
        (b"a@example..org", [&[b"a@example..org"], &[], &[], &[], &[]]),
        (b"user+@example.org", [&[b"user+@example.org"], &[b"user+"], &[b"example.org"], &[b"user"], &[b""]]),
        (b"\"a\0b\"@example.org", [&[b"\"a\xef\xbf\xbdb\"@example.org"], &[], &[], &[], &[]]),
    ];
    for (raw, values) in cases {
        let parts = [AddressPart::All, AddressPart::LocalPart, AddressPart::Domain, AddressPart::User(b"+"), AddressPart::Detail(b"+")];
        for (part, expected) in parts.into_iter().zip(values) {
            assert_eq!(texts(&part.values(&undecoded(raw))), texts(expected), "{part:?} of {}", text(raw));
        }
    }
}

/// Of a list, 256 addresses are read.
#[test]
fn long_address_list() {
    let list = "a@example.org,".repeat(300);
    assert_eq!(addresses(list.as_bytes()).addresses.len(), 256);
}

/// A value, and its seconds since 1970 and minutes east of UTC.
type DateCase<'a> = (&'a [u8], Option<(i64, i32)>);

#[test]
fn dates() {
    #[rustfmt::skip]
    let cases: &[DateCase<'_>] = &[
        (b"Mon, 06 Jan 2020 10:11:12 +0100", Some((1578301872, 60))),
        (b"6 Jan 2020 10:11 -0530", Some((1578325260, -330))),
        (b"Xyz, 6 January 20 1:02", Some((1578272520, 0))),
        (b"6 Jan 70 01.02.03 EST", Some((453723, -300))),
        (b"by x; with y; Mon, 6 Jan 2020 10:11:12 PDT", Some((1578330672, -420))),
        (b"31 Dec 2016 23:59:60 GMT", Some((1483228799, 0))),
        (b"31 Apr 2020 10:11:12 +0000", None),
        (b"29 Feb 1900 10:11:12 +0000", None),
        (b"29 Feb 2000 10:11:12 +0000", Some((951819072, 0))),
        (b"Mon 6 Jan 2020 10:11:12", None),
        (b"6 Jan 2020 24:00:00", None),
        (b"6 Jan 1899 10:11:12", None),
        (b"31 Dec 1969 23:59:59 +0000", None),
        (b"31 Dec 1969 23:59:58 +0000", Some((-2, 0))),
        (b"6 Jan 2020 10:11:12 A", Some((1578301872, 60))),
        (b"6 Jan 2020 10:11:12 a", Some((1578186672, 1980))),
        (b"6 Jan 2020 10:11:12 Y", Some((1578348672, -720))),
        (b"6 Jan 2020 10:11:12 Z", Some((1578305472, 0))),
        (b"6 Jan 2020 10:11:12 (CET)", Some((1578305472, 0))),
        (b"6 Jan 2020 10:11:12 +01", Some((1578305472, 0))),
        (b"6 Jan 2020 10:11:12 \xc3", Some((1577833872, 7860))),
        (b"(c) 6 (d) Jan (e) 2020 (f) 10:11:12", Some((1578305472, 0))),
        (b"6 Jan 2020 10:11:12 (unclosed", None),
        (b"6 Jan 2020 1:1:1", None),
        (b"", None),
        (b"2020-01-06T10:11:12Z", None),
        (b"6 Jan 2020 10:11:12 +9999", Some((1577943132, 6039))),
    ];
    for (raw, expected) in cases {
        assert_eq!(parse_date(&undecoded(raw)).map(|date| (date.seconds, date.zone_minutes)), *expected, "{}", text(raw));
    }
}

type MimeCase<'a> = (&'a [u8], &'a [u8], &'a [u8], &'a [u8], &'a [&'a [u8]]);

fn check_mime(name: &[u8], cases: &[MimeCase<'_>]) {
    let params: &[&[u8]] = &[b"charset", b"name", b"filename"];
    for (raw, main, sub, both, values) in cases {
        let take = |option| texts(&mime_values(name, &decode_header(raw, &Converter::default()), option));
        assert_eq!(take(MimeOption::Type), [text(main)], "type of {}", text(raw));
        assert_eq!(take(MimeOption::Subtype), [text(sub)], "subtype of {}", text(raw));
        assert_eq!(take(MimeOption::ContentType), [text(both)], "content type of {}", text(raw));
        assert_eq!(take(MimeOption::Param(params)), texts(values), "parameters of {}", text(raw));
    }
}

#[test]
fn mime_options() {
    #[rustfmt::skip]
    check_mime(b"Content-Type", &[
        (b"text/html; charset=utf-8", b"text", b"html", b"text/html", &[b"utf-8"]),
        (b"Text/HTML", b"Text", b"HTML", b"Text/HTML", &[b""]),
        (b"text/html; CHARSET=\"a b\"; name=x", b"text", b"html", b"text/html", &[b"a b", b"x"]),
        (b"text/html x", b"", b"", b"", &[b""]),
        (b"text", b"", b"", b"", &[b""]),
        (b"text/", b"", b"", b"", &[b""]),
        (b"/html", b"", b"", b"", &[b""]),
        (b" (c) text/plain (d); name=a", b"text", b"plain", b"text/plain", &[b"a"]),
        (b"a/b; name*=utf-8'fr'caf%C3%A9", b"a", b"b", b"a/b", &[b"caf\xc3\xa9"]),
        (b"a/b; name*0=ab; name*1=cd", b"a", b"b", b"a/b", &[b"abcd"]),
        (b"a/b; name*1=cd; name*0*=utf-8''%41b", b"a", b"b", b"a/b", &[b"Abcd"]),
        (b"a/b; name*0*=utf-8''a; name*1=50%", b"a", b"b", b"a/b", &[b"a50%"]),
        (b"a/b; name*0=a; name*2=c", b"a", b"b", b"a/b", &[b""]),
        (b"a/b; name*=%zz; charset=q", b"a", b"b", b"a/b", &[b"q"]),
        (b"a/b; name==?utf-8?q?x?=; charset=q", b"a", b"b", b"a/b", &[b"x", b"q"]),
        (b"a/b; ; name=x", b"a", b"b", b"a/b", &[b""]),
        (b"a/b; name=\"unclosed", b"a", b"b", b"a/b", &[b""]),
        (b"a/b; name=1; NAME=2", b"a", b"b", b"a/b", &[b"1", b"2"]),
    ]);
    #[rustfmt::skip]
    check_mime(b"Content-Disposition", &[
        (b"attachment; filename=\"a.b\"", b"attachment", b"", b"attachment", &[b"a.b"]),
        (b"inline", b"inline", b"", b"inline", &[b""]),
        (b"attachment x", b"", b"", b"", &[b""]),
        (b"=x", b"", b"", b"", &[b""]),
    ]);
    assert_eq!(mime_values(b"Subject", b"text/plain", MimeOption::Type), [b""]);
}

type BodyCase<'a> = (&'a [u8], &'a [&'a [u8]], &'a [&'a [u8]], &'a [&'a [u8]]);

/// `body :content ""`, `body :content "text"` and `body :text`, in this order on one message: what was read stays read.
#[test]
fn bodies() {
    #[rustfmt::skip]
    let cases: &[BodyCase<'_>] = &[
        (
            b"Subject: x\n\nhello\r\nworld",
            &[b"hello\r\nworld"],
            &[b"hello\r\nworld"],
            &[b"hello\r\nworld"],
        ),
        (
            b"Subject: x\n\n",
            &[b""],
            &[b""],
            &[b""],
        ),
        (
            b"Subject: x\n",
            &[],
            &[],
            &[],
        ),
        (
            b"Content-Type: text/html\n\n<p>a &lt;b&gt; &eacute;&#233;&#xE9;&nosuch;&x y</p><script>s</script>t<style>u</style><!-- v -->w<blockquote>q</blockquote>r &am",
            &[b"<p>a &lt;b&gt; &eacute;&#233;&#xE9;&nosuch;&x y</p><script>s</script>t<style>u</style><!-- v -->w<blockquote>q</blockquote>r &am"],
            &[b"<p>a &lt;b&gt; &eacute;&#233;&#xE9;&nosuch;&x y</p><script>s</script>t<style>u</style><!-- v -->w<blockquote>q</blockquote>r &am"],
            &[b"a <b> \xc3\xa9\xc3\xa9\xc3\xa9x y t w\n> q\nr "],
        ),
        (
            b"Content-Transfer-Encoding: quoted-printable\n\nsoft=\nbreak =C3=A9 =zz trailing \t\n=4",
            &[b"softbreak \xc3\xa9 =zz trailing\r\n"],
            &[b"softbreak \xc3\xa9 =zz trailing\r\n"],
            &[b"softbreak \xc3\xa9 =zz trailing\r\n"],
        ),
        (
            b"Content-Transfer-Encoding: base64\n\nYWJj\nZGVm*ZGVm\n",
            &[b"abcdef"],
            &[b"abcdef"],
            &[b"abcdef"],
        ),
        (
            b"Content-Transfer-Encoding: x-unknown\n\nabc\n",
            &[b""],
            &[b""],
            &[b""],
        ),
        (
            b"Content-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9\n",
            &[b"caf\xc3\xa9\n"],
            &[b"caf\xc3\xa9\n"],
            &[b"caf\xc3\xa9\n"],
        ),
        (
            b"Content-Type: text/plain; charset=windows-1252\n\n\x80\x81\x8d\x9f\n",
            &[b"\xe2\x82\xac\xef\xbf\xbd\xc5\xb8\n"],
            &[b"\xe2\x82\xac\xef\xbf\xbd\xc5\xb8\n"],
            &[b"\xe2\x82\xac\xef\xbf\xbd\xc5\xb8\n"],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\nprologue\n--b\n\none\n--b\nContent-Type: text/html\n\n<b>two</b>\n--b--\nepilogue\n",
            &[b"prologue", b"one", b"<b>two</b>", b"epilogue\n"],
            &[b"one", b"<b>two</b>"],
            &[b"one", b"two "],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno final boundary",
            &[b"", b"no final boundary"],
            &[b"no final boundary"],
            &[b"no final boundary"],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nSubject: no empty line\n--b\n\nlast\n--b--\n",
            &[b"", b"last"],
            &[b"last"],
            &[b"last"],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\nin\n--bb--\n--b\n\nout\n--b--\n",
            &[b"", b"", b"in", b"out"],
            &[b"in", b"out"],
            &[b"in", b"out"],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: inner\nX: a\n b\n\ninner body\n--b--\n",
            &[b"", b"Subject: inner\r\nX: a\r\n b\r\n", b"inner body"],
            &[b"inner body"],
            &[b"inner body"],
        ),
        (
            b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner body\n",
            &[b"Subject: inner\r\n", b"inner body\n"],
            &[b"inner body\n"],
            &[b"inner body\n"],
        ),
        (
            b"Content-Type: Message/RFC822\n\nSubject: inner\n\ninner body\n",
            &[b"", b"inner body\n"],
            &[b"inner body\n"],
            &[b"inner body\n"],
        ),
        (
            b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: digested\n\nbody\n--b--\n",
            &[b"", b"", b"body"],
            &[b"", b"body"],
            &[b"", b"body"],
        ),
        (
            b"Content-Type: text/plain\nContent-Type: text/html\n\n<b>x</b>\n",
            &[b"<b>x</b>\n"],
            &[b"<b>x</b>\n"],
            &[b"x \n"],
        ),
        (
            b"Content-Type: multipart/mixed\n\n--b\n\nno boundary named\n",
            &[b"--b\n\nno boundary named\n"],
            &[],
            &[],
        ),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncaf\xc3\n--b\nContent-Type: text/plain\n\n\xa9!\n--b--\n",
            &[b"", b"caf", b"\xc3\xa9!"],
            &[b"caf", b"\xc3\xa9!"],
            &[b"caf", b"\xc3\xa9!"],
        ),
        (
            b"Content-Type: application/octet-stream\n\n\xff\xfe\0\n",
            &[b"\xef\xbf\xbd\0\n"],
            &[],
            &[],
        ),
    ];
    for (raw, all, of_text, as_text) in cases {
        let message = parse(raw);
        assert_eq!(texts(&message.body_content(&[b""])), texts(all), "all of {}", text(raw));
        assert_eq!(texts(&message.body_content(&[b"text"])), texts(of_text), "text parts of {}", text(raw));
        assert_eq!(texts(&message.body_text()), texts(as_text), "text of {}", text(raw));
    }
}

#[test]
fn raw_body_and_size() {
    let message = parse(b"Subject: x\r\n\r\na\r\nb\n");
    assert_eq!(message.body_raw(), b"a\r\nb\n");
    assert_eq!(message.header_raw(), b"Subject: x\r\n");
    assert_eq!(message.size(), 19);
    assert_eq!(parse(b"Subject: x\n").body_raw(), b"");
}

#[test]
fn fields_in_order() {
    let message = parse(b"A: 1\nno colon\nB : 2\n more\na:3\n: 4\nA\0x: 5\n\nA: body\n");
    let names: Vec<String> = message.fields().iter().map(|field| text(&field.name)).collect();
    assert_eq!(names, ["A", "", "B", "a", "", "A\\x00x"]);
    let values: Vec<String> = fields_named(message.fields(), b"a").map(|field| text(&field.decoded(message.converter()))).collect();
    assert_eq!(values, ["1", "3", "5"]);
    let b = fields_named(message.fields(), b"B").next().unwrap();
    assert_eq!(text(&b.undecoded()), "2\\n more");
}

#[test]
fn parts_and_walks() {
    let raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=i\n\n--i\nX-N: 1\n\none\n--i\nX-N: 2\nContent-Type: text/html\n\n<i>two</i>\n--i--\nepilogue\n--b\nContent-Disposition: attachment; filename=f\nX-N: =?utf-8?q?=C3=A9?=\tx\n\ty\n\nlast\n--b--\n";
    let message = parse(raw);
    let parts = message.parts();
    let types: Vec<String> = parts.iter().map(|part| text(&part.content_type)).collect();
    assert_eq!(types, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "multipart/alternative", "text/plain"]);
    assert_eq!(texts(&parts.iter().map(|part| Arc::clone(&part.text)).collect::<Vec<_>>()), ["", "", "one", "two ", "epilogue", "last"]);
    assert!(parts[4].epilogue);
    assert_eq!(parts[5].content_disposition.as_deref(), Some(&b"attachment"[..]));

    let mut walk = PartIter::new(parts);
    let mut seen = Vec::new();
    let mut at = walk.current();
    while let Some(index) = at {
        let mut children = Vec::new();
        let mut inner = walk.children();
        let mut child = inner.current();
        while let Some(index) = child {
            children.push(index);
            child = inner.advance();
        }
        seen.push((index, children));
        at = walk.advance();
    }
    assert_eq!(seen, [(0, vec![1, 2, 3, 5]), (1, vec![2, 3]), (2, vec![]), (3, vec![]), (5, vec![])]);
    let values: Vec<String> = PartIter::new(parts).fields(&[b"x-n"], true).iter().map(|field| text(&field.decoded)).collect();
    assert_eq!(values, ["1", "2", "\\xc3\\xa9\\tx y"]);
}

#[test]
fn given_addresses() {
    let read = |given: &str| parse_address(given.as_bytes()).map(|address| address.to_string()).map_err(|error| error.to_string());
    assert_eq!(read("A B <a.B@Example.ORG>"), Ok("a.B@example.org".into()));
    assert_eq!(read("\"a b\"@example.org (c)"), Ok("\"a b\"@example.org".into()));
    assert_eq!(read(".a.@example.org"), Ok("\".a.\"@example.org".into()));
    assert_eq!(read("a@[192.0.2.1]"), Ok("a@[192.0.2.1]".into()));
    for (given, error) in [
        ("", "empty address"),
        (" (c) ", "empty address"),
        ("a", "invalid or lonely local part 'a' (expecting '@')"),
        ("a@example.org, b@example.org", "not a single address (found ',')"),
        ("a@example.org b", "address ends in invalid characters"),
        ("<a@example.org", "missing '>'"),
        ("a@", "invalid or missing domain"),
        ("a@example..org", "invalid or missing domain"),
        ("caf\u{e9}@example.org", "invalid local part"),
        ("\"\"@example.org", "missing local part"),
        ("<", "missing domain"),
        ("<@x.example:a@example.org>", "invalid local part"),
    ] {
        assert_eq!(read(given), Err(error.into()), "{given}");
    }
}

#[test]
fn addresses_compare() {
    let address = |given: &str| parse_address(given.as_bytes()).unwrap();
    assert!(address("a@example.org").equals(&address("a@EXAMPLE.org")));
    assert!(!address("A@example.org").equals(&address("a@example.org")));
    assert!(address("A@example.org").equals_ignoring_case(&address("a@example.org")));
}

#[test]
fn charsets_are_asked_for() {
    let raw = b"Subject: =?KOI8-R?q?=C1?=\nContent-Type: text/plain; charset=koi8-r\n\n\xc1\n";
    let message = parse(raw);
    let subject = |message: &Message<'_>| text(&message.fields()[0].decoded(message.converter()));
    assert_eq!(subject(&message), "\\xef\\xbf\\xbd");
    assert_eq!(texts(&message.body_text()), ["\\xef\\xbf\\xbd\\n"]);
    let wanted = message.wanted();
    assert_eq!(
        wanted.iter().map(|wanted| (wanted.charset.as_str(), text(&wanted.bytes))).collect::<Vec<_>>(),
        [("koi8-r", "\\xc1".to_owned()), ("koi8-r", "\\xc1\\n".to_owned())]
    );
    let answers = wanted
        .into_iter()
        .map(|wanted| {
            let answer = if wanted.bytes.len() == 1 { "\u{430}" } else { "\u{430}\n" };
            (wanted, Some(answer.to_owned()))
        })
        .collect();
    let message = Message::parse(raw, &Limits::default(), answers);
    assert_eq!(subject(&message), text("\u{430}".as_bytes()));
    assert_eq!(texts(&message.body_text()), [text("\u{430}\n".as_bytes())]);
    assert!(message.wanted().is_empty());
}

#[test]
fn limits_cut_and_tell() {
    let limits = Limits { bytes: 400, headers: 2, header_bytes: 60, parts: 3, depth: 3 };
    let cut = |raw: &[u8]| {
        let message = Message::parse(raw, &limits, Charsets::new());
        let parts = message.parts().len();
        (message.fields().len(), parts, message.problems())
    };
    assert_eq!(cut(b"A: 1\nB: 2\nC: 3\n\n"), (2, 1, vec![Problem::TooManyHeaders]));
    assert_eq!(cut(format!("A: {}\nB: 2\n\nx", "a".repeat(60)).as_bytes()).2, [Problem::HeaderTooLong]);
    assert_eq!(cut(&[b'\n'; 401]).2, [Problem::TooLong]);
    assert_eq!(
        cut(format!("Content-Type: multipart/mixed; boundary=b\n{}", "\n--b\n\nx".repeat(9)).as_bytes()),
        (1, 3, vec![Problem::TooManyParts])
    );
    assert_eq!(cut("Content-Type: message/rfc822\n\n".repeat(9).as_bytes()), (1, 3, vec![Problem::TooDeep]));
}

/// Hostile sizes end quickly: everything is read a bounded number of times.
#[test]
fn hostile_sizes() {
    let message = |raw: &[u8]| {
        let message = parse(raw);
        (message.fields().len(), message.parts().len(), message.body_text().len())
    };
    assert_eq!(message("X: y\n".repeat(200_000).as_bytes()).0, 10_000);
    assert_eq!(message("Content-Type: message/rfc822\n\n".repeat(100_000).as_bytes()).1, 100);
    let nested: String = (0..50_000).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}.\n\n--b{i}.\n")).collect();
    assert_eq!(message(nested.as_bytes()).1, 100);
    let siblings = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(50_000));
    assert_eq!(message(siblings.as_bytes()).1, 10_000);
    let folded = format!("X: {}\n\n", "a\n ".repeat(300_000));
    assert_eq!(message(folded.as_bytes()).0, 1);
    for piece in ["=?", "=?a?q?", "=?a?q?b?=", "(", "\"", "<", "<@", "a@b,", "g:", "\\", "=", "&", "<!--", "\u{e9}"] {
        let value = piece.repeat(200_000).into_bytes();
        let read = (decode_header(&value, &Converter::default()).len(), addresses(&value).addresses.len(), parse_date(&value));
        assert!(read.1 <= 256 && read.2.is_none(), "{piece}");
        assert!(parse_address(&value).is_err(), "{piece}");
        let raw = [b"Content-Type: text/html\n\n", &value[..]].concat();
        assert_eq!(message(&raw).2, 1, "{piece}");
        let raw = [b"Content-Type: text/html; x=", &value[..], b"\n\nx"].concat();
        assert_eq!(message(&raw).1, 1, "{piece}");
    }
}

/// 100 MiB in one body, decoded.
#[test]
fn a_large_message() {
    let mut raw = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n".to_vec();
    let line = b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh\n";
    while raw.len() < 100 << 20 {
        raw.extend_from_slice(line);
    }
    let message = parse(&raw);
    assert_eq!(message.body_text()[0].len(), message.body_raw().len() / line.len() * 57);
}

/// Any bytes give some message; the parts and bodies can be read whatever they are.
#[test]
fn any_bytes() {
    let pieces: [&[u8]; 16] = [
        b"Content-Type: multipart/mixed; boundary=",
        b"Content-Type: message/rfc822\n\n",
        b"b",
        b"\n--b",
        b"--",
        b"\n",
        b"\r\n",
        b"\n\n",
        b":",
        b";",
        b"\"",
        b"=?utf-8?b?",
        b"\xc3",
        b"\0",
        b"Content-Transfer-Encoding: quoted-printable\n",
        b"<",
    ];
    let mut state = 1u32;
    for _ in 0..3_000 {
        let mut raw = Vec::new();
        for _ in 0..24 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            raw.extend_from_slice(pieces[(state >> 28) as usize]);
        }
        let message = parse(&raw);
        assert!(message.header_raw().len() + message.body_raw().len() <= raw.len());
        let parts = message.parts();
        assert!(!parts.is_empty() && parts.iter().enumerate().all(|(i, part)| part.parent < Some(i)));
        assert!(message.body_content(&[b""]).len() <= parts.len());
    }
}
