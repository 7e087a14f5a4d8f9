//! The states of cards: a table, and a journal before it.
//!
//! A commit writes every page that it touches anew, 4 KiB for a row of a hundred bytes, and the cards of one commit have no page in
//! common. So it puts their states side by side into one row of the journal; later they are sorted into the table, many neighbours at
//! once. What the journal holds of a card is at least as new as the table's row, so that a file is read as: the table, then the journal's
//! rows in their order.
//!
//! | table | key | value |
//! |---|---|---|
//! | `cards` | the card's name (16) | [`CardState::to_bytes`] (92) |
//! | `journal` | number of the row, from 0 on; higher ones are later | of each card that a commit moved: its name (16), then its state (92) |

use std::collections::BTreeMap;
use std::mem::size_of;

use chipcard::issuer::{CardEvent, CardIndex, CardState, Recorded};
use redb::{ReadableTable, ReadableTableMetadata, Table, TableDefinition, WriteTransaction};

pub(super) type Name = [u8; 16];
type State = [u8; CardState::LENGTH];

pub(super) const CARDS: TableDefinition<'_, Name, State> = TableDefinition::new("cards");
const JOURNAL: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("journal");

/// Bytes of a card in a row of the journal.
const ENTRY: usize = size_of::<Name>() + CardState::LENGTH;

/// Cards that wait unless said: 2.5 MB of memory. Up to [`ROWS`] times as many are read when a file is opened.
pub(super) const CARDS_THAT_WAIT: usize = 16_384;
/// What part of the cards that wait are sorted in at once. More are closer neighbours, and a longer commit.
const PART: usize = 64;
/// How many times the cards that wait the journal's rows may hold: a card that is used often stands in many of them. In two rounds of
/// distinct cards there are two times as many.
const ROWS: usize = 3;

/// Makes the tables, empty.
pub(super) fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    transaction.open_table(CARDS)?;
    transaction.open_table(JOURNAL)?;
    Ok(())
}

/// What of the journal is not in the table yet, in memory.
#[derive(Debug)]
pub(super) struct Journal {
    waiting: BTreeMap<Name, CardState>,
    /// The number of the next row.
    next: u64,
    /// States in the rows.
    written: usize,
    /// From here on names are sorted in next, until there is none; then the next round begins.
    hand: Name,
    /// The rows before this one were written before the round began. When it ends, the table or a later row has all that they have.
    round: u64,
}

impl Journal {
    /// Reads the rows of a file.
    pub(super) fn read(transaction: &WriteTransaction) -> Result<Self, redb::Error> {
        let (mut waiting, mut next, mut written) = (BTreeMap::new(), 0, 0);
        for row in transaction.open_table(JOURNAL)?.iter()? {
            let (number, states) = row?;
            let (states, rest) = states.value().as_chunks::<ENTRY>();
            if !rest.is_empty() {
                let what = "a row of the journal has another length";
                return Err(redb::Error::Corrupted(what.to_owned()));
            }
            for entry in states {
                if let Some((name, state)) = entry.split_first_chunk()
                    && let Some(state) = state.first_chunk()
                {
                    waiting.insert(*name, CardState::from_bytes(state));
                }
            }
            next = number.value() + 1;
            written += states.len();
        }
        Ok(Self {
            waiting,
            next,
            written,
            hand: Name::default(),
            round: next,
        })
    }
}

/// Cards in one transaction.
pub(super) struct Cards<'t> {
    transaction: &'t WriteTransaction,
    table: Table<'t, Name, State>,
    journal: &'t mut Journal,
    moved: Vec<Name>,
}

impl<'t> Cards<'t> {
    pub(super) fn open(
        transaction: &'t WriteTransaction,
        journal: &'t mut Journal,
    ) -> Result<Self, redb::Error> {
        Ok(Self {
            transaction,
            table: transaction.open_table(CARDS)?,
            journal,
            moved: Vec::new(),
        })
    }

    pub(super) fn state(
        &self,
        CardIndex(name): &CardIndex,
    ) -> Result<Option<CardState>, redb::Error> {
        if let Some(state) = self.journal.waiting.get(name) {
            return Ok(Some(*state));
        }
        let row = self.table.get(name)?;
        Ok(row.map(|row| CardState::from_bytes(&row.value())))
    }

    pub(super) fn step(
        &mut self,
        card: &CardIndex,
        event: &CardEvent,
    ) -> Result<Recorded, redb::Error> {
        let found = self.state(card)?.unwrap_or_default();
        let mut state = found;
        let recorded = state.apply(event);
        if state != found {
            self.journal.waiting.insert(card.0, state);
            self.moved.push(card.0);
        }
        Ok(recorded)
    }

    /// How many cards there are.
    pub(super) fn count(&self) -> Result<u64, redb::Error> {
        let mut count = self.table.len()?;
        for name in self.journal.waiting.keys() {
            count += u64::from(self.table.get(name)?.is_none());
        }
        Ok(count)
    }

    /// Writes the journal's row, and sorts some cards in where more than so many wait. Gives whether anything moved.
    pub(super) fn finish(mut self, that_wait: usize) -> Result<bool, redb::Error> {
        self.moved.sort_unstable();
        self.moved.dedup();
        if self.moved.is_empty() {
            return Ok(false);
        }
        let mut row = Vec::with_capacity(self.moved.len() * ENTRY);
        for name in &self.moved {
            if let Some(state) = self.journal.waiting.get(name) {
                row.extend_from_slice(name);
                row.extend_from_slice(&state.to_bytes());
            }
        }
        let mut rows = self.transaction.open_table(JOURNAL)?;
        rows.insert(self.journal.next, row.as_slice())?;
        self.journal.next += 1;
        self.journal.written += self.moved.len();
        if self.journal.waiting.len() > that_wait || self.journal.written > ROWS * that_wait {
            // More than came, so that those that wait become fewer.
            let most = (that_wait / PART).max(2 * self.moved.len());
            self.sort_in(&mut rows, most)?;
        }
        Ok(true)
    }

    /// Sorts all in, and empties the journal.
    pub(super) fn sort_all_in(mut self) -> Result<(), redb::Error> {
        let mut rows = self.transaction.open_table(JOURNAL)?;
        // To the end of this round, and a whole one: what waits before the hand, and the rows of this round.
        for _ in 0..2 {
            self.sort_in(&mut rows, usize::MAX)?;
        }
        Ok(())
    }

    fn sort_in(
        &mut self,
        rows: &mut Table<'_, u64, &'static [u8]>,
        most: usize,
    ) -> Result<(), redb::Error> {
        let Journal {
            waiting,
            hand,
            written,
            round,
            next,
        } = &mut *self.journal;
        let names: Vec<_> = waiting
            .range(*hand..)
            .take(most)
            .map(|(name, _)| *name)
            .collect();
        for name in &names {
            if let Some(state) = waiting.remove(name) {
                self.table.insert(name, state.to_bytes())?;
            }
        }
        if names.len() == most
            && let Some(last) = names.last()
        {
            // The last one is sorted in; that the next round meets it again does no harm.
            *hand = *last;
            return Ok(());
        }
        rows.retain_in(..*round, |_, row| {
            *written = written.saturating_sub(row.len() / ENTRY);
            false
        })?;
        *round = *next;
        *hand = Name::default();
        Ok(())
    }
}
