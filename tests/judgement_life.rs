//! Whole lives of a card: whatever it does honestly is not refused, and whatever somebody copied of it is not approved afterwards.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::Date;
use chipcard::issuer::{
    MemoryActivity, MessageKind, OnlinePin, Outcome, PosEntryMode, TerminalCapability, Verdict,
};
use chipcard::tag;
use judge::{Bench, Sale};
use proptest::prelude::*;
use proptest::sample::select;

const TERMINALS: [&str; 5] = ["TERM0001", "TERM0002", "TERM0003", "TERM0004", "TERM0005"];
const DAY: u64 = 86_400;

/// What an honest cardholder, or an honest terminal, does next.
#[derive(Clone, Copy, Debug)]
enum Event {
    Purchase {
        yen: u64,
    },
    Tap {
        yen: u64,
    },
    /// Too much for a tap alone: the issuer wants a PIN, and the terminal sends the same cryptogram with it.
    TapWithPin {
        yen: u64,
    },
    /// The card made cryptograms that nobody sent: it was taken away, or the line was down.
    Abandoned {
        cryptograms: u16,
    },
    Refund {
        yen: u64,
    },
    AccountStatus,
    Typed {
        yen: u64,
    },
    /// A gate keeps the tap and sends it later.
    StoredByGate,
    /// A stand-in decides, and tells it later.
    StoodIn {
        yen: u64,
    },
    /// What was kept arrives, the last first.
    Delivered,
    /// The last message again: its answer was lost.
    Retransmitted,
    Reversed,
    /// An earlier purchase is settled.
    Presented(prop::sample::Index),
}

fn event() -> impl Strategy<Value = Event> {
    let yen = 1..15_000_u64;
    prop_oneof![
        4 => yen.clone().prop_map(|yen| Event::Purchase { yen }),
        4 => (1..=10_000_u64).prop_map(|yen| Event::Tap { yen }),
        1 => (10_001..90_000_u64).prop_map(|yen| Event::TapWithPin { yen }),
        1 => (1..6_u16).prop_map(|cryptograms| Event::Abandoned { cryptograms }),
        1 => yen.clone().prop_map(|yen| Event::Refund { yen }),
        1 => Just(Event::AccountStatus),
        1 => (2_000..90_000_u64).prop_map(|yen| Event::Typed { yen }),
        2 => Just(Event::StoredByGate),
        1 => yen.prop_map(|yen| Event::StoodIn { yen }),
        2 => Just(Event::Delivered),
        2 => Just(Event::Retransmitted),
        1 => Just(Event::Reversed),
        2 => any::<prop::sample::Index>().prop_map(Event::Presented),
    ]
}

/// An event, how many seconds later, and where.
fn step() -> impl Strategy<Value = (Event, u64, &'static str)> {
    (event(), 60..3 * 3_600_u64, select(&TERMINALS[..]))
}

struct Life {
    bench: Bench,
    activity: MemoryActivity,
    /// Seconds since the first noon.
    now: u64,
    atc: u16,
    trace: u32,
    kept: Vec<Sale>,
    /// Messages that asked the issuer, in their order.
    asked: Vec<Sale>,
}

impl Life {
    fn new(version: &'static CryptogramVersion) -> Self {
        Self {
            bench: Bench::new(version),
            activity: MemoryActivity::new(),
            now: 0,
            atc: 0x10,
            trace: 0,
            kept: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn next_trace(&mut self) -> String {
        self.trace += 1;
        format!("{:06}", self.trace)
    }

    /// A sale of the card now, over the contacts and with a PIN.
    fn sale(&mut self, terminal: &'static str, yen: u64) -> Sale {
        self.atc += 1;
        let day = 23 + ((self.now + DAY / 2) / DAY) as u8;
        let date = Date::new(2026, 11, day).unwrap();
        let trace = self.next_trace();
        let sale = self.bench.sale().amount(yen).atc(self.atc).at(self.now);
        sale.stan(&trace)
            .set(tag::TRANSACTION_DATE, &date.to_bytes())
            .with(|request| {
                request.local_date = Some(date);
                request.terminal_id = Some(terminal);
            })
    }

    fn tap(&mut self, terminal: &'static str, yen: u64) -> Sale {
        self.sale(terminal, yen)
            .set(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
            .with(|request| {
                request.entry_mode = PosEntryMode::Contactless;
                request.pin = OnlinePin::NotSent;
            })
    }

    fn judge(&self, sale: &Sale) -> (Verdict, String) {
        let assessment = self.bench.watch(sale, &self.activity);
        (assessment.verdict, format!("{:?}", assessment.reasons))
    }

    fn ask(&mut self, sale: Sale) -> Result<(), String> {
        let (verdict, reasons) = self.judge(&sale);
        self.asked.push(sale);
        if verdict.is_approval() {
            Ok(())
        } else {
            Err(format!("{verdict:?} {reasons}"))
        }
    }

    /// The verdict on what asks nothing.
    fn tell(&self, sale: &Sale) -> Result<(), String> {
        let (verdict, reasons) = self.judge(sale);
        verdict.is_approval().then_some(()).ok_or(reasons)
    }

    /// What happens; `Err` says why it was refused.
    fn live(&mut self, event: Event, terminal: &'static str) -> Result<(), String> {
        match event {
            Event::Purchase { yen } => {
                let sale = self.sale(terminal, yen);
                self.ask(sale)
            }
            Event::Tap { yen } => {
                let tap = self.tap(terminal, yen);
                self.ask(tap)
            }
            Event::TapWithPin { yen } => {
                let tap = self.tap(terminal, yen);
                let (verdict, reasons) = self.judge(&tap);
                if verdict != Verdict::StepUp {
                    return Err(format!("{verdict:?} {reasons}"));
                }
                let trace = self.next_trace();
                self.ask(tap.stan(&trace).with(|request| {
                    request.repeated_with_pin = true;
                    request.pin = OnlinePin::Right;
                }))
            }
            Event::Abandoned { cryptograms } => {
                self.atc += cryptograms;
                Ok(())
            }
            Event::Refund { yen } => {
                let sale = self.sale(terminal, yen).set(tag::TRANSACTION_TYPE, &[0x20]);
                self.ask(sale.with(|request| {
                    request.message = MessageKind::Refund;
                    request.processing_code = Some("200000");
                }))
            }
            Event::AccountStatus => {
                let sale = self.tap(terminal, 0);
                self.ask(sale.with(|request| request.message = MessageKind::AccountStatus))
            }
            Event::Typed { yen } => {
                let (trace, now) = (self.next_trace(), self.now);
                let mut sale = self.bench.sale().amount(yen).at(now).stan(&trace);
                sale.elements = None;
                self.ask(sale.with(|request| {
                    request.entry_mode = PosEntryMode::ElectronicCommerce;
                    request.terminal = TerminalCapability::Manual;
                    request.pin = OnlinePin::NotSent;
                    request.local_date = None;
                }))
            }
            Event::StoredByGate => {
                let tap = self.tap(terminal, 210).with(|request| {
                    request.mcc = Some(4111);
                    request.deferred = true;
                });
                self.kept.push(tap);
                Ok(())
            }
            Event::StoodIn { yen } => {
                let sale = self.sale(terminal, yen);
                let advice = sale.with(|request| request.message = MessageKind::Advice);
                self.kept.push(advice);
                Ok(())
            }
            Event::Delivered => match self.kept.pop() {
                Some(sale) => {
                    let sale = sale.at(self.now);
                    if sale.request.message.asks() {
                        self.ask(sale)
                    } else {
                        self.tell(&sale)
                    }
                }
                None => Ok(()),
            },
            Event::Retransmitted => match self.asked.last() {
                Some(sale) => self.tell(sale),
                None => Ok(()),
            },
            Event::Reversed => match self.asked.last() {
                Some(sale) => self.tell(&sale.clone().with(|request| {
                    request.message = MessageKind::Reversal;
                    request.original_found = Some(true);
                })),
                None => Ok(()),
            },
            Event::Presented(which) => {
                let all = &self.asked;
                let purchases: Vec<&Sale> = all
                    .iter()
                    .filter(|sale| sale.request.message == MessageKind::Authorisation)
                    .collect();
                if purchases.is_empty() {
                    return Ok(());
                }
                let presented = which.get(&purchases);
                self.tell(
                    &(*presented)
                        .clone()
                        .at(self.now)
                        .with(|request| request.message = MessageKind::Clearing),
                )
            }
        }
    }

    /// Whoever saw all messages sends each again as his own.
    fn copies(&self) -> Result<(), String> {
        for (place, sale) in self.asked.iter().enumerate() {
            if sale.elements.is_none() {
                continue;
            }
            let copy = sale.clone().at(self.now).stan("copied").with(|request| {
                request.terminal_id = Some("TERM0666");
                // Whoever copies a message does not know the PIN that came with it.
                if request.repeated_with_pin {
                    request.pin = OnlinePin::NotSent;
                }
            });
            let assessment = self.bench.watch(&copy, &self.activity);
            let moved = assessment
                .recorded
                .is_some_and(|recorded| recorded.outcome == Outcome::New);
            // What is too old to be known, and calls itself late, is held for somebody to look.
            let bar = match sale.request.deferred {
                true => Verdict::Refer,
                false => Verdict::Decline,
            };
            if assessment.verdict < bar || moved {
                let verdict = assessment.verdict;
                return Err(format!(
                    "copy of {place}: {verdict:?} {:?}",
                    assessment.reasons
                ));
            }
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_life(
        version in 0..CryptogramVersion::ALL.len(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let version = &CryptogramVersion::ALL[version];
        let mut life = Life::new(version);
        for (event, seconds, terminal) in steps {
            life.now += seconds;
            let lived = life.live(event, terminal);
            prop_assert!(lived.is_ok(), "{} {event:?}: {lived:?}", version.name);
        }
        let copied = life.copies();
        prop_assert!(copied.is_ok(), "{} {copied:?}", version.name);
        // And the card itself is as good as before.
        let lived = life.live(Event::Purchase { yen: 1_000 }, "TERM0001");
        prop_assert!(lived.is_ok(), "{} {lived:?}", version.name);
    }
}
