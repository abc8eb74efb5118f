//! A message on its way from `a@example.org` to `b@example.com`: what tests say that are not about the envelope.

use tamis::mail::Message;
use tamis::sieve::run::{Delivery, Timestamp};

pub fn delivered<'m>(message: &'m Message<'m>) -> Delivery<'m> {
    Delivery {
        message,
        from: Some("a@example.org".into()),
        to: "b@example.com".into(),
        final_to: None,
        auth: None,
        now: Timestamp::default(),
        default_mailbox: "INBOX".into(),
        hostname: "localhost".into(),
    }
}
