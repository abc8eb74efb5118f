//! Sieve.
