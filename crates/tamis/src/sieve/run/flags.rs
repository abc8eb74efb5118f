//! Lists of IMAP flags (RFC 5232) in one string, separated by blanks, as ext-imap4flags-common.c and tag-flags.c keep them.

use crate::sieve::program::FlagChange;
use crate::sieve::values::is_flag;

/// The flags of a list in order, valid or not.
pub(super) fn split(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    list.split(|byte| *byte == b' ').filter(|flag| !flag.is_empty())
}

fn has(list: &[u8], flag: &[u8]) -> bool {
    split(list).any(|other| other.eq_ignore_ascii_case(flag))
}

/// Appends the valid flags that the list lacks; gives each invalid one to `refused`.
pub(super) fn add(list: &mut Vec<u8>, flags: &[u8], mut refused: impl FnMut(&[u8])) {
    for flag in split(flags) {
        if !is_flag(flag) {
            refused(flag);
        } else if !has(list, flag) {
            if !list.is_empty() {
                list.push(b' ');
            }
            list.extend_from_slice(flag);
        }
    }
}

/// Takes flags out. Valid or not, what is named goes.
pub(super) fn remove(list: &mut Vec<u8>, flags: &[u8]) {
    for flag in split(flags) {
        if has(list, flag) {
            let kept: Vec<&[u8]> = split(list).filter(|other| !other.eq_ignore_ascii_case(flag)).collect();
            *list = kept.join(&b' ');
        }
    }
}

/// One of the strings of `setflag`, `addflag`, `removeflag`; a `setflag` empties the list before the first.
pub(super) fn change(list: &mut Vec<u8>, change: FlagChange, flags: &[u8], refused: impl FnMut(&[u8])) {
    match change {
        FlagChange::Set | FlagChange::Add => add(list, flags, refused),
        FlagChange::Remove => remove(list, flags),
    }
}

/// The list without what is invalid or doubled: what `hasflag` reads from variables and keys.
pub(super) fn normal(list: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    add(&mut out, list, |_| {});
    out
}

/// What a stored message gets: system flags once each in one order and their usual spelling, unknown ones dropped, then the keywords as they
/// are (tag-flags.c). Keywords of one name whatever the case are one in a mailbox.
pub(super) fn stored(lists: &[Vec<u8>]) -> Vec<Vec<u8>> {
    const SYSTEM: [&[u8]; 5] = [b"\\Flagged", b"\\Answered", b"\\Deleted", b"\\Seen", b"\\Draft"];
    let all = || lists.iter().flat_map(|list| split(list));
    let mut out: Vec<Vec<u8>> =
        SYSTEM.iter().filter(|system| all().any(|flag| flag.eq_ignore_ascii_case(system))).map(|system| system.to_vec()).collect();
    for keyword in all().filter(|flag| !flag.starts_with(b"\\")) {
        if !out.iter().any(|known| known.eq_ignore_ascii_case(keyword)) {
            out.push(keyword.to_vec());
        }
    }
    out
}

/// The longest keyword that a mailbox takes (mail_max_keyword_length).
const MAX_KEYWORD: usize = 50;

/// Whether a mailbox takes all these keywords. If not, Pigeonhole stores the message without any keyword (act_store_keywords_create in
/// sieve-actions.c checks each and then offers all).
pub(super) fn are_keywords(flags: &[Vec<u8>]) -> bool {
    flags.iter().all(|flag| is_flag(flag) && (flag.starts_with(b"\\") || flag.len() <= MAX_KEYWORD))
}

/// What a mailbox keeps of the flags that [`stored`] makes of the lists.
pub(super) fn kept(lists: &[Vec<u8>], pigeonhole: bool) -> Vec<Vec<u8>> {
    let mut flags = stored(lists);
    if pigeonhole && !are_keywords(&flags) {
        flags.retain(|flag| flag.starts_with(b"\\"));
    } else if pigeonhole {
        // From the first doubled keyword on Dovecot takes each for a double (mail_index_keywords_create in lib-index/mail-index.c).
        let keyword = |flag: &&[u8]| !flag.starts_with(b"\\");
        let given = lists.iter().flat_map(|list| split(list)).filter(keyword);
        let system = flags.iter().take_while(|flag| flag.starts_with(b"\\")).count();
        let single = flags.iter().skip(system).zip(given).take_while(|(single, given)| single.eq_ignore_ascii_case(given)).count();
        flags.truncate(system + single);
    }
    flags.retain(|flag| are_keywords(std::slice::from_ref(flag)));
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_order_and_first_spelling() {
        let mut list = Vec::new();
        let mut refused = Vec::new();
        add(&mut list, b"\\Seen  $a \\seen", |flag| refused.push(flag.to_vec()));
        add(&mut list, b"\\Bogus $A b(c", |flag| refused.push(flag.to_vec()));
        assert_eq!(list, b"\\Seen $a");
        assert_eq!(refused, [b"\\Bogus".to_vec(), b"b(c".to_vec()]);
        remove(&mut list, b"\\SEEN nothing");
        assert_eq!(list, b"$a");
        remove(&mut list, b"$A");
        assert_eq!(list, b"");
    }

    #[test]
    fn one_invalid_keyword_costs_all() {
        let flags = vec![b"\\Seen".to_vec(), b"kw".to_vec(), b"bad(".to_vec()];
        assert_eq!(kept(&flags, true), [b"\\Seen".to_vec()]);
        assert_eq!(kept(&flags, false), [b"\\Seen".to_vec(), b"kw".to_vec()]);
        assert_eq!(kept(&[vec![b'k'; 51], b"kw".to_vec()], true), Vec::<Vec<u8>>::new());
    }

    #[test]
    fn a_doubled_keyword_costs_those_after_it() {
        // As dovecot-lda 2.3.19 with Pigeonhole 0.5.19 stores them.
        for (lists, expected) in [
            (&["work", "$Junk work", "a b c"][..], "work $Junk"),
            (&["work", "x work", "a"], "work x"),
            (&["a a b"], "a"),
            (&["a", "A", "b"], "a"),
            (&["a", "b", "a", "b", "c"], "a b"),
            (&["\\Seen", "a \\Seen", "b"], "\\Seen a b"),
            (&["a b c"], "a b c"),
        ] {
            let lists: Vec<Vec<u8>> = lists.iter().map(|list| list.as_bytes().to_vec()).collect();
            assert_eq!(String::from_utf8(kept(&lists, true).join(&b' ')).unwrap(), expected);
        }
        assert_eq!(kept(&[b"a a b".to_vec()], false), [b"a".to_vec(), b"b".to_vec()]);
    }

    #[test]
    fn stored_flags_are_canonical() {
        let lists = [b"kw \\seen".to_vec(), b"\\FLAGGED KW other \\recent".to_vec()];
        assert_eq!(stored(&lists), [b"\\Flagged".to_vec(), b"\\Seen".to_vec(), b"kw".to_vec(), b"other".to_vec()]);
    }
}
