//! The C library: `include/tamis.h` is its documentation. Every function takes JSON and gives JSON, and keeps no state.
//!
//! The only unsafe code of tamis is here: bytes in from C, bytes out to C. A panic never crosses: every function is made by [`export!`].
#![allow(unsafe_code, reason = "the boundary to C")]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[cfg(panic = "abort")]
compile_error!("a panic must unwind to be caught: build libtamis with panic = \"unwind\"");

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::{c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// `tamis_status` of the header.
#[derive(Clone, Copy)]
#[repr(i32)]
enum Status {
    Ok = 0,
    Argument = 1,
    Utf8 = 2,
    Internal = 3,
}

/// Defines an exported function; `= value` is what C gets if it panics.
macro_rules! export {
    ($(#[$attribute:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $panicked:expr; $body:block) => {
        $(#[$attribute])*
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            match catch_unwind(AssertUnwindSafe(|| $body)) {
                Ok(result) => result,
                Err(payload) => {
                    // Dropping it could panic again.
                    std::mem::forget(payload);
                    $panicked
                }
            }
        }
    };
}

export! {
    /// The version of the library.
    ///
    /// # Safety
    /// Nothing is asked of the caller.
    fn tamis_version() -> *const c_char = c"".as_ptr(); {
        concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
    }
}

export! {
    /// Says what is wrong with a script.
    ///
    /// # Safety
    /// `request` is NULL or readable for `len` bytes; `out` and `out_len` are NULL or writable.
    fn tamis_check(request: *const c_char, len: usize, out: *mut *mut c_char, out_len: *mut usize) -> c_int = Status::Internal as c_int; {
        // SAFETY: the caller's promise, as above.
        let request = unsafe { text(request, len) };
        // SAFETY: the same.
        unsafe { answer(out, out_len, || Ok(tamis_wire::check_json(request?))) }
    }
}

export! {
    /// Runs a script on a message.
    ///
    /// # Safety
    /// As [`tamis_check`]; `message` is NULL or readable for `message_len` bytes.
    fn tamis_run(
        request: *const c_char, len: usize, message: *const c_char, message_len: usize, out: *mut *mut c_char, out_len: *mut usize
    ) -> c_int = Status::Internal as c_int; {
        // SAFETY: the caller's promise, as above.
        let (request, message) = unsafe { (text(request, len), bytes(message, message_len)) };
        // SAFETY: the same.
        unsafe { answer(out, out_len, || Ok(tamis_wire::native::run_json(request?, message?))) }
    }
}

export! {
    /// Decides whether a script may be used.
    ///
    /// # Safety
    /// As [`tamis_check`].
    fn tamis_vet(request: *const c_char, len: usize, out: *mut *mut c_char, out_len: *mut usize) -> c_int = Status::Internal as c_int; {
        // SAFETY: the caller's promise, as above.
        let request = unsafe { text(request, len) };
        // SAFETY: the same.
        unsafe { answer(out, out_len, || Ok(tamis_wire::vet_json(request?))) }
    }
}

export! {
    /// Gives an answer back.
    ///
    /// # Safety
    /// `answer` is NULL or came out of this library and was not given back before.
    fn tamis_free(answer: *mut c_char) -> () = (); {
        if !answer.is_null() {
            // SAFETY: the caller's promise; `store` put the length before the text.
            unsafe { release(answer) }
        }
    }
}

#[cfg(feature = "test-panic")]
export! {
    /// Panics, for the tests.
    ///
    /// # Safety
    /// `out` and `out_len` are NULL or writable.
    fn tamis_test_panic(out: *mut *mut c_char, out_len: *mut usize) -> c_int = Status::Internal as c_int; {
        #[allow(clippy::panic, reason = "what is tested")]
        // SAFETY: the caller's promise.
        unsafe { answer(out, out_len, || panic!("on purpose")) }
    }
}

/// Bytes that C lends for one call.
///
/// # Safety
/// `start` is NULL or readable for `len` bytes, which nobody changes during `'c`.
unsafe fn bytes<'c>(start: *const c_char, len: usize) -> Result<&'c [u8], Status> {
    if start.is_null() {
        return if len == 0 { Ok(&[]) } else { Err(Status::Argument) };
    }
    if isize::try_from(len).is_err() || start.addr().checked_add(len).is_none() {
        return Err(Status::Argument);
    }
    // SAFETY: not NULL, bytes have no alignment, `len` fits an object that ends below the last address, and is readable by the promise.
    Ok(unsafe { std::slice::from_raw_parts(start.cast(), len) })
}

/// The same, as text.
///
/// # Safety
/// As [`bytes`].
unsafe fn text<'c>(start: *const c_char, len: usize) -> Result<&'c str, Status> {
    // SAFETY: the same promise.
    let bytes = unsafe { bytes(start, len) }?;
    std::str::from_utf8(bytes).map_err(|_| Status::Utf8)
}

/// Writes what `make` gives to where C wants it.
///
/// # Safety
/// `out` and `out_len` are NULL or writable.
unsafe fn answer(out: *mut *mut c_char, out_len: *mut usize, make: impl FnOnce() -> Result<String, Status>) -> c_int {
    if !out_len.is_null() {
        // SAFETY: not NULL, so writable.
        unsafe { out_len.write(0) }
    }
    if out.is_null() {
        return Status::Argument as c_int;
    }
    // SAFETY: not NULL, so writable. A panic in `make` leaves it so.
    unsafe { out.write(std::ptr::null_mut()) }
    let answer = match make() {
        Ok(answer) => answer,
        Err(status) => return status as c_int,
    };
    let Some(stored) = store(&answer) else { return Status::Internal as c_int };
    // SAFETY: as above.
    unsafe { out.write(stored) }
    if !out_len.is_null() {
        // SAFETY: as above.
        unsafe { out_len.write(answer.len()) }
    }
    Status::Ok as c_int
}

/// How a stored text is laid out: its length, the text, a NUL. The length stands there since C may write into the text, NULs too.
fn layout(len: usize) -> Option<Layout> {
    Layout::from_size_align(len.checked_add(size_of::<usize>() + 1)?, align_of::<usize>()).ok()
}

/// Copies a text to where C may keep it; nothing if there is no memory.
fn store(text: &str) -> Option<*mut c_char> {
    let layout = layout(text.len())?;
    // SAFETY: the size is not 0.
    let start = unsafe { alloc(layout) };
    if start.is_null() {
        return None;
    }
    // SAFETY: `start` is aligned for usize, and owns a usize, the text and one byte more.
    unsafe {
        start.cast::<usize>().write(text.len());
        let place = start.add(size_of::<usize>());
        std::ptr::copy_nonoverlapping(text.as_ptr(), place, text.len());
        place.add(text.len()).write(0);
        Some(place.cast())
    }
}

/// Frees a stored text.
///
/// # Safety
/// `text` came from [`store`] and was not freed.
unsafe fn release(text: *mut c_char) {
    // SAFETY: by the promise the length stands before it, and the layout is that of `store`.
    unsafe {
        let start = text.cast::<u8>().sub(size_of::<usize>());
        if let Some(layout) = layout(start.cast::<usize>().read()) {
            dealloc(start, layout);
        }
    }
}
