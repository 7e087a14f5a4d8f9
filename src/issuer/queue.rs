//! Cryptograms that come one after the other and are verified many at once.

use alloc::vec::Vec;

use crate::issuer::batch::{ask, conclude, emptied};
use crate::issuer::verify::Claim;
use crate::issuer::{
    BatchMemory, BatchOutcome, BatchRequest, BatchVerdict, CardRecord, ChipData, CryptogramEngine,
    Issuer, IssuerResponse, Refusal,
};

/// What is known of a transaction that waits for the engine, beside its ticket and its claim: its message is not needed any more.
struct Waiting<'a> {
    card: CardRecord<'a>,
    response: Option<IssuerResponse<'a>>,
}

/// A queue of transactions that are verified together when there are enough of them.
///
/// Each comes with a ticket, by which its verdict is known; verdicts are reported in the order of the
/// transactions, one each, and are those of [`Issuer::verify_arqc`] and [`Issuer::authorise`]. The queue keeps what it
/// needs, so the message's buffer is free as soon as [`push`](Self::push) returns. Its memory is of the first two
/// rounds' making; after that, nothing is allocated.
///
/// Verdicts are only given by [`push`](Self::push), [`flush`](Self::flush) and [`finish`](Self::finish). A queue that is
/// dropped with transactions in it has verified none of them, and says nothing of them.
///
/// ```
/// use chipcard::issuer::{BatchVerifier, CardRecord, ChipData, Issuer};
/// # use chipcard::{cryptogram::CryptogramVersion, element::Pan, key::{IssuerKeySet, IssuerMasterKey}};
/// # let imk = 0x0123456789ABCDEF_FEDCBA9876543210_u128.to_be_bytes();
/// # let issuer = Issuer::new(IssuerKeySet::new(0x01, IssuerMasterKey::tdes(&imk)?));
/// # let genuine = hex::decode(
/// #     "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C0101\
/// #      9F370452BF4585820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733").unwrap();
/// # let mut forged = genuine.clone();
/// # forged[7] ^= 1; // The amount.
/// # let lines = [genuine, forged];
/// let mut refused = Vec::new();
/// let mut report = |line, verdict: chipcard::issuer::BatchVerdict| {
///     if verdict.is_err() {
///         refused.push(line);
///     }
/// };
/// let mut batch = BatchVerifier::new(&issuer, 1024);
/// for (line, de55) in lines.iter().enumerate() {
///     let card = CardRecord::new(Pan::from_digits("1234567890123456")?, None, &CryptogramVersion::VISA_18, 0x01);
///     batch.push(line, card, &ChipData::parse(de55)?, &mut report);
/// }
/// batch.finish(&mut report);
/// assert_eq!(refused, [1]);
/// # Ok::<(), chipcard::Error>(())
/// ```
pub struct BatchVerifier<'a, E, T> {
    issuer: &'a Issuer<E>,
    capacity: usize,
    waiting: Vec<Waiting<'a>>,
    /// Theirs, apart: they are handed back, and all else stays where it is until it is dropped.
    tickets: Vec<T>,
    /// Those whose claims could not be read wait for their turn: how many of the others came before.
    unread: Vec<(usize, T, Refusal)>,
    /// As many as ever waited together; the first belong to those that wait.
    claims: Vec<Claim>,
    requests: Vec<BatchRequest<'static>>,
    outcomes: Vec<BatchOutcome>,
    memory: BatchMemory,
}

impl<E, T> core::fmt::Debug for BatchVerifier<'_, E, T> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BatchVerifier")
            .field("capacity", &self.capacity)
            .field("waiting", &(self.waiting.len() + self.unread.len()))
            .finish_non_exhaustive()
    }
}

impl<'a, E: CryptogramEngine, T> BatchVerifier<'a, E, T> {
    /// An empty queue that verifies whenever `capacity` transactions are in it (at least one). A capacity of 1024 to 4096
    /// fills the lanes of vector registers; a transaction takes about 300 bytes.
    pub fn new(issuer: &'a Issuer<E>, capacity: usize) -> Self {
        Self {
            issuer,
            capacity: capacity.max(1),
            waiting: Vec::new(),
            tickets: Vec::new(),
            unread: Vec::new(),
            claims: Vec::new(),
            requests: Vec::new(),
            outcomes: Vec::new(),
            memory: BatchMemory::default(),
        }
    }

    /// Transactions that wait for their verdicts.
    #[inline]
    pub const fn waiting(&self) -> usize {
        self.waiting.len() + self.unread.len()
    }

    /// Takes a transaction, and verifies all that wait if it is the one that makes the queue full.
    pub fn push(
        &mut self,
        ticket: T,
        card: CardRecord<'a>,
        chip: &ChipData<'_>,
        report: &mut impl FnMut(T, BatchVerdict),
    ) {
        self.take(ticket, card, chip, None, report);
    }

    /// As [`push`](Self::push), with an answer to sign if the cryptogram verifies.
    pub fn push_answered(
        &mut self,
        ticket: T,
        card: CardRecord<'a>,
        chip: &ChipData<'_>,
        response: IssuerResponse<'a>,
        report: &mut impl FnMut(T, BatchVerdict),
    ) {
        self.take(ticket, card, chip, Some(response), report);
    }

    fn take(
        &mut self,
        ticket: T,
        card: CardRecord<'a>,
        chip: &ChipData<'_>,
        response: Option<IssuerResponse<'a>>,
        report: &mut impl FnMut(T, BatchVerdict),
    ) {
        if self.waiting.capacity() == 0 {
            self.waiting.reserve_exact(self.capacity);
            self.tickets.reserve_exact(self.capacity);
            self.claims.reserve_exact(self.capacity);
        }
        let place = self.waiting.len();
        if place == self.claims.len() {
            self.claims.push(Claim::EMPTY);
        }
        let read = match self.claims.get_mut(place) {
            Some(claim) => claim.read_arqc(&card, chip),
            None => Err(Refusal::Cryptogram), // It was pushed.
        };
        match read {
            Ok(()) => {
                self.tickets.push(ticket);
                self.waiting.push(Waiting { card, response });
            }
            Err(refusal) => self.unread.push((place, ticket, refusal)),
        }
        if self.waiting() >= self.capacity {
            self.flush(report);
        }
    }

    /// Verifies all that wait, and reports their verdicts in the order in which they came.
    pub fn flush(&mut self, report: &mut impl FnMut(T, BatchVerdict)) {
        let mut requests: Vec<BatchRequest<'_>> = core::mem::take(&mut self.requests);
        let all = self.waiting.iter().zip(&self.claims);
        requests.extend(
            all.map(|(waiting, claim)| claim.asked(&waiting.card, waiting.response.as_ref())),
        );
        ask(self.issuer, &requests, &mut self.outcomes, &mut self.memory);
        self.requests = emptied(requests);
        let mut unread = self.unread.drain(..);
        let mut next = unread.next();
        let all = self.waiting.iter().zip(&self.claims).zip(&self.outcomes);
        for (place, (ticket, ((waiting, claim), outcome))) in
            self.tickets.drain(..).zip(all).enumerate()
        {
            while let Some((_, ticket, refusal)) = next.take_if(|(before, ..)| *before <= place) {
                report(ticket, Err(refusal));
                next = unread.next();
            }
            let response = waiting.response;
            report(
                ticket,
                conclude(self.issuer, &waiting.card, claim, response, *outcome),
            );
        }
        for (_, ticket, refusal) in next.into_iter().chain(unread) {
            report(ticket, Err(refusal));
        }
        self.waiting.clear();
    }

    /// Verifies what still waits, and ends the queue.
    pub fn finish(mut self, report: &mut impl FnMut(T, BatchVerdict)) {
        self.flush(report);
    }
}
