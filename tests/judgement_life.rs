//! Whole lives of a card: whatever it does honestly is not refused, whatever somebody else sends in between; and whatever he copied or forged
//! is not approved.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{CryptogramType, Date};
use chipcard::issuer::{
    AtcWindow, MemoryActivity, MessageKind, OnlinePin, PosEntryMode, TerminalCapability, Verdict,
};
use chipcard::tag;
use judge::rows::tap;
use judge::{Bench, Sale};
use proptest::prelude::*;
use proptest::sample::select;
use test_card::iad;

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
    /// The terminal approves it without the issuer, which hears of it when it is presented.
    Offline {
        yen: u64,
    },
    /// The chip cannot be read.
    Fallback {
        yen: u64,
    },
    /// What was kept arrives, the last first.
    Delivered,
    /// The last message again: its answer was lost.
    Retransmitted,
    Reversed,
    /// An earlier purchase is settled.
    Presented(prop::sample::Index),
    /// Somebody else sends an earlier message as his own.
    Copied(prop::sample::Index),
    /// Somebody else guesses a cryptogram, with a counter that he chooses.
    Forged {
        atc: u16,
    },
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
        1 => yen.clone().prop_map(|yen| Event::StoodIn { yen }),
        1 => yen.clone().prop_map(|yen| Event::Offline { yen }),
        1 => yen.prop_map(|yen| Event::Fallback { yen }),
        2 => Just(Event::Delivered),
        2 => Just(Event::Retransmitted),
        1 => Just(Event::Reversed),
        2 => any::<prop::sample::Index>().prop_map(Event::Presented),
        1 => any::<prop::sample::Index>().prop_map(Event::Copied),
        1 => any::<u16>().prop_map(|atc| Event::Forged { atc }),
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
    forged: u32,
    fallbacks: u32,
    kept: Vec<Sale>,
    /// Messages that asked the issuer, in their order.
    asked: Vec<Sale>,
    /// Messages that told the issuer something since then.
    told: u32,
}

impl Life {
    fn new(version: &'static CryptogramVersion) -> Self {
        Self {
            bench: Bench::new(version),
            activity: MemoryActivity::new(),
            now: 0,
            atc: 0x10,
            trace: 0,
            forged: 0,
            fallbacks: 0,
            kept: Vec::new(),
            asked: Vec::new(),
            told: 0,
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
        tap(self.sale(terminal, yen))
    }

    fn judge(&self, sale: &Sale) -> (Verdict, String) {
        let assessment = self.bench.watch(sale, &self.activity);
        (assessment.verdict, format!("{:?}", assessment.reasons))
    }

    fn ask(&mut self, sale: Sale) -> Result<(), String> {
        let (verdict, reasons) = self.judge(&sale);
        self.asked.push(sale);
        self.told = 0;
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
            Event::Offline { yen } => {
                let sale = self.sale(terminal, yen);
                let approved = iad(self.bench.card.version, CryptogramType::Tc);
                let presentment = sale
                    .set(tag::ISSUER_APPLICATION_DATA, &approved)
                    .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x40])
                    .with(|request| request.message = MessageKind::Clearing);
                self.kept.push(presentment);
                Ok(())
            }
            Event::Fallback { yen } => {
                // Five an hour are too many for a merchant.
                self.fallbacks += 1;
                if self.fallbacks > 4 {
                    return Ok(());
                }
                let (mode, able) = (
                    PosEntryMode::FallbackStripe,
                    TerminalCapability::ChipAndContactless,
                );
                let trace = self.next_trace();
                let swipe = Sale::swiped(&self.bench, mode, able).amount(yen);
                let swipe = swipe.at(self.now).stan(&trace);
                let (verdict, reasons) =
                    self.judge(&swipe.with(|request| request.local_date = None));
                (Verdict::StepUp..Verdict::Decline)
                    .contains(&verdict)
                    .then_some(())
                    .ok_or(format!("{verdict:?} {reasons}"))
            }
            Event::Delivered => match self.kept.pop() {
                Some(sale) => {
                    let sale = sale.at(self.now);
                    if sale.request.message.asks() {
                        self.ask(sale)
                    } else {
                        self.told += 1;
                        self.tell(&sale)
                    }
                }
                None => Ok(()),
            },
            // Three transactions of a card are remembered.
            Event::Retransmitted => match self.asked.last().filter(|_| self.told < 3) {
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
            Event::Copied(which) => match self.asked.len() {
                0 => Ok(()),
                _ => self.copy(which.get(&self.asked)),
            },
            Event::Forged { atc } => {
                // Ten a day hold the card.
                self.forged += 1;
                if self.forged > 9 {
                    return Ok(());
                }
                let trace = self.next_trace();
                let sale = self.bench.sale().at(self.now).atc(atc).stan(&trace);
                let forged = sale.tampered(tag::APPLICATION_CRYPTOGRAM, &[0x5A; 8]);
                self.refuse(
                    &forged.with(|request| request.local_date = None),
                    Verdict::Decline,
                )
            }
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

    /// Whoever saw a message sends it again as his own.
    fn copy(&self, sale: &Sale) -> Result<(), String> {
        if sale.elements.is_none() {
            return Ok(());
        }
        let copy = sale.clone().at(self.now).stan("copied").with(|request| {
            request.terminal_id = Some("TERM0666");
            // Whoever copies a message does not know the PIN that came with it.
            if request.repeated_with_pin {
                request.pin = OnlinePin::NotSent;
            }
        });
        // What is too old to be known, and calls itself late, is held for somebody to look.
        let bar = match sale.request.deferred {
            true => Verdict::Refer,
            false => Verdict::Decline,
        };
        self.refuse(&copy, bar)
    }

    /// Nobody gets money by it, and it does not move the counter.
    fn refuse(&self, sale: &Sale, bar: Verdict) -> Result<(), String> {
        let before = self.window();
        let (verdict, reasons) = self.judge(sale);
        if verdict >= bar && self.window() == before {
            Ok(())
        } else {
            Err(format!("{verdict:?} {reasons}"))
        }
    }

    fn window(&self) -> AtcWindow {
        let card = self.bench.authoriser.named(self.bench.issued.clone());
        let state = card.index.and_then(|card| self.bench.store.card(&card));
        state.unwrap_or_default().now.window()
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
        for (place, sale) in life.asked.iter().enumerate() {
            let copied = life.copy(sale);
            prop_assert!(copied.is_ok(), "{} {place}: {copied:?}", version.name);
        }
        // And the card itself is as good as before.
        let lived = life.live(Event::Purchase { yen: 1_000 }, "TERM0001");
        prop_assert!(lived.is_ok(), "{} {lived:?}", version.name);
    }
}
