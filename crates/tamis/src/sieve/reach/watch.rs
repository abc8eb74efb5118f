//! What a run did, kept to be looked at afterwards.

use crate::sieve::coverage::Coverage;
use crate::sieve::run::{Assumption, Event, Taken, Tracer};

/// So many events of a run are kept. One that goes on for longer only counts what it reaches.
const MAX_EVENTS: usize = 20_000;

/// Of a value so many bytes are kept.
const MAX_VALUE: usize = 8_192;

/// An event. Commands and tests are named by where they begin.
#[derive(Clone, Debug)]
pub(super) enum Seen {
    Result { test: u32, holds: bool },
    Compare { test: u32, source: Vec<u8>, value: Vec<u8>, key: Vec<u8>, matched: bool },
    Captures { test: u32, values: Vec<Vec<u8>> },
    Assign { command: u32, name: String, value: Vec<u8> },
    Flags { command: u32, name: String, value: Vec<u8> },
    Branch { command: u32, taken: Taken },
    Loop { command: u32, entered: bool },
    Assumed(Assumption),
}

/// Counts what a run reaches, and keeps its events.
#[derive(Debug)]
pub(super) struct Watch<'c> {
    pub(super) coverage: &'c mut Coverage,
    /// Each with its unit.
    pub(super) events: Vec<(u32, Seen)>,
}

impl<'c> Watch<'c> {
    pub(super) fn new(coverage: &'c mut Coverage) -> Self {
        coverage.clear();
        Self { coverage, events: Vec::new() }
    }
}

fn kept(bytes: &[u8]) -> Vec<u8> {
    bytes.get(..bytes.len().min(MAX_VALUE)).unwrap_or_default().to_vec()
}

impl Tracer for Watch<'_> {
    fn event(&mut self, unit: u32, depth: u32, event: &Event<'_>) {
        self.coverage.event(unit, depth, event);
        if self.events.len() >= MAX_EVENTS {
            return;
        }
        let seen = match event {
            Event::Result { range, holds } => Seen::Result { test: range.start, holds: *holds },
            Event::Compare { range, source, value, key, matched } => {
                Seen::Compare { test: range.start, source: source.to_vec(), value: kept(value), key: kept(key), matched: *matched }
            }
            Event::Captures { range, values } => {
                Seen::Captures { test: range.start, values: values.iter().map(|value| kept(value)).collect() }
            }
            Event::Assign { range, name, value } => Seen::Assign { command: range.start, name: (*name).to_owned(), value: kept(value) },
            Event::Flags { range, name, value } => Seen::Flags { command: range.start, name: (*name).to_owned(), value: kept(value) },
            Event::Branch { range, taken } => Seen::Branch { command: range.start, taken: *taken },
            Event::Loop { range, entered } => Seen::Loop { command: range.start, entered: *entered },
            Event::Assumed(assumption) => Seen::Assumed((*assumption).clone()),
            _ => return,
        };
        self.events.push((unit, seen));
    }
}
