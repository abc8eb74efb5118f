//! Sets of bytes, and the named classes of the C locale.

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Set([u64; 4]);

impl Set {
    /// Every byte.
    pub(super) const ALL: Self = Self([u64::MAX; 4]);

    /// The bytes for which `member` holds. Not inlined: it is called in many places and never in a hot one.
    #[inline(never)]
    pub(super) fn of(member: &dyn Fn(u8) -> bool) -> Self {
        let mut set = Self::default();
        (0..=u8::MAX).filter(|&byte| member(byte)).for_each(|byte| set.add(byte));
        set
    }

    /// One byte, or none if the number is no byte.
    pub(super) fn one(code: u32) -> Self {
        let mut set = Self::default();
        if let Ok(byte) = u8::try_from(code) {
            set.add(byte);
        }
        set
    }

    /// The bytes from `low` to `high`.
    pub(super) fn range(low: u32, high: u32) -> Self {
        let mut set = Self::default();
        (low..=high.min(0xff)).filter_map(|code| u8::try_from(code).ok()).for_each(|byte| set.add(byte));
        set
    }

    /// True if `byte` is in the set.
    pub(super) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }

    /// Adds one byte.
    pub(super) fn add(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    /// Adds every byte of `other`.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0).for_each(|(word, more)| *word |= more);
    }

    /// The bytes that are not in the set.
    pub(super) fn not(&self) -> Self {
        Self(self.0.map(|word| !word))
    }

    /// The bytes that are in the set as they stand, in lower case or in upper case.
    pub(super) fn any_case(&self) -> Self {
        // All letters of ASCII stand in the second word, those of one pair 32 bits apart.
        const CAPITALS: u64 = 0x07ff_fffe;
        let [first, letters, third, fourth] = self.0;
        let either = (letters | letters >> 32) & CAPITALS;
        Self([first, letters | either | either << 32, third, fourth])
    }

    /// The class `[:name:]` of the C locale; the twelve POSIX names only.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        let member: fn(u8) -> bool = match name {
            b"alnum" => |byte| byte.is_ascii_alphanumeric(),
            b"alpha" => |byte| byte.is_ascii_alphabetic(),
            b"blank" => |byte| matches!(byte, b' ' | b'\t'),
            b"cntrl" => |byte| byte.is_ascii_control(),
            b"digit" => |byte| byte.is_ascii_digit(),
            b"graph" => |byte| byte.is_ascii_graphic(),
            b"lower" => |byte| byte.is_ascii_lowercase(),
            b"print" => |byte| matches!(byte, b' '..=b'~'),
            b"punct" => |byte| byte.is_ascii_punctuation(),
            b"space" => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
            b"upper" => |byte| byte.is_ascii_uppercase(),
            b"xdigit" => |byte| byte.is_ascii_hexdigit(),
            _ => return None,
        };
        Some(Self::of(&member))
    }

    /// The bytes of words: letters, digits and `_`.
    pub(super) fn word() -> Self {
        Self::of(&is_word)
    }
}

/// True for letters, digits and `_`.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
