//! `chipcard store inspect`.

use std::io::{self, Write};
use std::path::Path;

use chipcard::element::{ApplicationTransactionCounter, Pan, PanSequenceNumber};
use chipcard::issuer::{
    AtcPlace, CardActivity, CardFacts, CardIndex, CardState, PlaceIndex, PlaceState, ShopActivity,
    ShopIndex, Visit,
};
use chipcard_store::Counts;
use clap::Args;
use serde::Serialize;

use super::{Merchant, Open, Place};
use crate::cli::Finding;
use crate::failure::Failure;
use crate::input;

#[derive(Debug, Args)]
pub(super) struct Inspect {
    #[command(flatten)]
    place: Place,
    /// Show how many rows there are.
    #[arg(long, conflicts_with_all = ["merchant", "pan_file", "psn", "issue"])]
    counts: bool,
    /// Show what is kept of the merchant of this identifier (DE 42), as hosts know it.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["pan_file", "psn", "issue"])]
    merchant: Option<String>,
    /// The merchant's acquirer (DE 32), where hosts know it.
    #[arg(long, value_name = "DIGITS", default_value = "", requires = "merchant")]
    acquirer: String,
    /// File that holds the PAN; `-` is standard input. An argument could be read by every process of the machine.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pan_file: String,
    /// PAN sequence number.
    #[arg(long, value_name = "DIGITS", default_value = "00")]
    psn: String,
    /// Which issue of the card, where issuer and host count them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    issue: u8,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// The same question to either store.
macro_rules! ask {
    ($open:expr, $store:ident => $answer:expr) => {
        match $open {
            #[cfg(feature = "redb")]
            Open::Redb($store) => Ok($answer),
            #[cfg(feature = "postgres")]
            Open::Postgres($store) => Ok($answer),
        }
    };
}

impl Open {
    fn card(&self, index: &CardIndex) -> Result<Option<CardState>, Failure> {
        ask!(self, store => store.card(index)?)
    }

    fn activity(&self, index: &CardIndex) -> Result<Option<CardActivity>, Failure> {
        ask!(self, store => store.activity(index)?)
    }

    fn merchant(&self, index: &PlaceIndex) -> Result<Option<PlaceState>, Failure> {
        ask!(self, store => store.merchant(index)?)
    }

    fn counts(&self) -> Result<Counts, Failure> {
        ask!(self, store => store.counts()?)
    }

    /// In the 28 days that end with the last that counted.
    fn shop(&self, index: &ShopIndex) -> Result<Option<ShopActivity>, Failure> {
        match self {
            #[cfg(feature = "redb")]
            Self::Redb(store) => Ok(store.shop(index)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => match store.shop(index, 0)? {
                // Of all days that are there, the last one is right, and the counts are where it ends them.
                Some(all) => Ok(store.shop(index, u32::from(all.day) * 86_400)?),
                None => Ok(None),
            },
        }
    }
}

impl Inspect {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let key = self.place.key()?;
        if self.counts {
            let counts = self.place.open()?.counts()?;
            self.show(&CountsReport::new(counts), out)?;
            return Ok(Finding::Good);
        }
        if let Some(merchant) = &self.merchant {
            let merchant = Merchant {
                acquirer: self.acquirer.clone(),
                merchant: merchant.clone(),
            };
            let report = MerchantReport::read(&self.place.open()?, &merchant.name(&key))?;
            self.show(&report, out)?;
            return Ok(found(report.fallbacks.is_some() || report.shop.is_some()));
        }
        let text = if self.pan_file == "-" {
            input::standard_input()?
        } else {
            input::text(Path::new(&self.pan_file))?
        };
        let pan =
            Pan::from_digits(text.trim()).map_err(|error| Failure::new(format!("PAN: {error}")))?;
        let sequence = PanSequenceNumber::from_digits(&self.psn)
            .map_err(|error| Failure::new(format!("--psn: {error}")))?;
        let index = key.state_key().card(&pan, sequence, self.issue);
        let store = self.place.open()?;
        let activity = store.activity(&index)?;
        let activity = activity.map(|activity| ActivityReport::read(&store, &activity));
        let report = Report {
            pan: pan.to_string(),
            psn: sequence.to_string(),
            issue: self.issue,
            name: hex::encode(index.0),
            state: store.card(&index)?.as_ref().map(StateReport::new),
            activity: activity.transpose()?,
        };
        self.show(&report, out)?;
        Ok(found(report.state.is_some() || report.activity.is_some()))
    }

    fn show(&self, report: &(impl Serialize + Print), out: &mut dyn Write) -> Result<(), Failure> {
        if self.json {
            serde_json::to_writer(&mut *out, report)?;
            writeln!(out)?;
        } else {
            report.print(out)?;
        }
        Ok(())
    }
}

fn found(something: bool) -> Finding {
    if something {
        Finding::Good
    } else {
        Finding::Bad
    }
}

/// A report for people.
trait Print {
    fn print(&self, out: &mut dyn Write) -> io::Result<()>;
}

#[derive(Serialize)]
struct Report {
    /// Masked.
    pan: String,
    psn: String,
    issue: u8,
    name: String,
    state: Option<StateReport>,
    activity: Option<ActivityReport>,
}

#[derive(Serialize)]
struct StateReport {
    now: FactsReport,
    before_last_proved: FactsReport,
    last_proved: Vec<String>,
    last_unproved: Option<String>,
}

#[derive(Serialize)]
struct FactsReport {
    highest_counter: Option<u16>,
    gaps: Vec<u16>,
    wrong_cryptograms: CountReport,
    wrong_values: CountReport,
    fallbacks: CountReport,
    contact_at: Option<String>,
    last_over_contacts: bool,
    script_pending: bool,
}

#[derive(Serialize)]
struct CountReport {
    count: u8,
    since: Option<String>,
}

impl CountReport {
    fn new(count: u8, since: u32) -> Self {
        Self {
            count,
            since: (count > 0).then(|| moment(since)),
        }
    }
}

impl StateReport {
    fn new(state: &CardState) -> Self {
        let transaction = |number: u64| (number != 0).then(|| format!("{number:016x}"));
        Self {
            now: FactsReport::new(&state.now),
            before_last_proved: FactsReport::new(&state.before),
            last_proved: state.proved.into_iter().filter_map(transaction).collect(),
            last_unproved: transaction(state.unproved),
        }
    }
}

impl FactsReport {
    fn new(facts: &CardFacts) -> Self {
        let window = facts.window();
        let seen = window.seen != 0;
        // The lowest that was seen: before a card's first transaction there is no gap.
        let depth = window.seen.checked_ilog2().unwrap_or(0) as u16;
        let oldest = window.highest.saturating_sub(depth);
        let not_seen = |atc: &u16| {
            let place = window.place(ApplicationTransactionCounter(*atc));
            matches!(place, AtcPlace::Behind { .. })
        };
        Self {
            highest_counter: seen.then_some(window.highest),
            gaps: (oldest..window.highest).rev().filter(not_seen).collect(),
            wrong_cryptograms: CountReport::new(
                facts.wrong_cryptograms,
                facts.wrong_cryptograms_since,
            ),
            wrong_values: CountReport::new(facts.wrong_values, facts.wrong_values_since),
            fallbacks: CountReport::new(facts.fallbacks, facts.fallbacks_since),
            contact_at: (facts.contact_at != 0).then(|| moment(facts.contact_at)),
            last_over_contacts: facts.flags & CardFacts::CONTACT_LAST != 0,
            script_pending: facts.flags & CardFacts::SCRIPT_PENDING != 0,
        }
    }

    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        match self.highest_counter {
            Some(highest) => writeln!(out, "  highest counter      {highest}")?,
            None => writeln!(out, "  highest counter      none was proved yet")?,
        }
        if !self.gaps.is_empty() {
            let counters: Vec<_> = self.gaps.iter().map(u16::to_string).collect();
            writeln!(out, "  gaps below it        {}", counters.join(" "))?;
        }
        let counts = [
            ("wrong cryptograms", &self.wrong_cryptograms),
            ("wrong card values", &self.wrong_values),
            ("fallbacks", &self.fallbacks),
        ];
        for (name, count) in counts {
            let since = count.since.iter().map(|since| format!(" since {since}"));
            writeln!(
                out,
                "  {name:<20} {}{}",
                count.count,
                since.collect::<String>()
            )?;
        }
        let contact = self.contact_at.as_deref().unwrap_or("never");
        writeln!(out, "  chip over contacts   {contact}")?;
        writeln!(
            out,
            "  script pending       {}",
            if self.script_pending { "yes" } else { "no" }
        )
    }
}

impl Print for Report {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "card {}, sequence number {}, issue {}",
            self.pan, self.psn, self.issue
        )?;
        writeln!(out, "name {}", self.name)?;
        match &self.state {
            Some(state) => state.print(out)?,
            None => writeln!(out, "nothing is kept of its counters")?,
        }
        match &self.activity {
            Some(activity) => activity.print(out),
            None => writeln!(out, "nothing is kept of what it did over time"),
        }
    }
}

impl Print for StateReport {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "now")?;
        self.now.print(out)?;
        writeln!(out, "before the last transaction that was proved")?;
        self.before_last_proved.print(out)?;
        writeln!(out, "last transactions      {}", self.last_proved.join(" "))?;
        let unproved = self.last_unproved.as_deref().unwrap_or("none");
        writeln!(out, "last one unproved      {unproved}")
    }
}

/// What a card did over time.
#[derive(Serialize)]
struct ActivityReport {
    /// Payments that were approved and counted, the last one first.
    last_payments: Vec<String>,
    cash_outs: Vec<String>,
    tests: Vec<String>,
    last_country: Option<String>,
    last_country_at: Option<String>,
    reported_compromised: Option<String>,
    shops: Vec<VisitReport>,
}

#[derive(Serialize)]
struct VisitReport {
    counted: String,
    last_used: String,
    #[serde(flatten)]
    shop: ShopReport,
}

/// A shop in the 28 days that end with the last on which a card counted.
#[derive(Serialize)]
struct ShopReport {
    shop: String,
    to: Option<String>,
    cards: u32,
    compromised: u32,
}

impl ActivityReport {
    fn read(store: &Open, activity: &CardActivity) -> Result<Self, Failure> {
        let times = |times: &mut dyn Iterator<Item = u32>| {
            let mut times: Vec<_> = times.collect();
            times.sort_unstable();
            times.into_iter().map(moment).collect()
        };
        let mut visits: Vec<_> = activity.visits().collect();
        visits.sort_unstable_by_key(|visit| (visit.last, visit.shop));
        let visit = |visit: &Visit| {
            Ok(VisitReport {
                counted: date(visit.counted),
                last_used: date(visit.last),
                shop: ShopReport::read(store, &ShopIndex(visit.shop))?,
            })
        };
        let whereabouts = activity.whereabouts();
        let payments = activity.approved().map(|number| format!("{number:016x}"));
        Ok(Self {
            last_payments: payments.collect(),
            cash_outs: times(&mut activity.cash_outs()),
            tests: times(&mut activity.tests()),
            last_country: whereabouts.map(|(country, _)| format!("{country:03}")),
            last_country_at: whereabouts.map(|(_, at)| moment(at)),
            reported_compromised: activity.reported().map(date),
            shops: visits
                .into_iter()
                .map(visit)
                .collect::<Result<_, Failure>>()?,
        })
    }
}

impl Print for ActivityReport {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let list = |entries: &[String]| match entries {
            [] => "none".to_owned(),
            entries => entries.join(" "),
        };
        writeln!(out, "over time")?;
        writeln!(out, "  last payments        {}", list(&self.last_payments))?;
        writeln!(out, "  cash-outs            {}", list(&self.cash_outs))?;
        writeln!(out, "  tests                {}", list(&self.tests))?;
        match (&self.last_country, &self.last_country_at) {
            (Some(country), Some(at)) => writeln!(out, "  last country         {country}, {at}")?,
            _ => writeln!(out, "  last country         unknown")?,
        }
        let reported = self.reported_compromised.as_deref().unwrap_or("never");
        writeln!(out, "  reported compromised {reported}")?;
        for visit in &self.shops {
            let VisitReport {
                counted, last_used, ..
            } = visit;
            write!(out, "  used on {last_used}, counted on {counted}, at ")?;
            visit.shop.print(out)?;
        }
        Ok(())
    }
}

impl ShopReport {
    fn new(index: &ShopIndex, shop: &ShopActivity) -> Self {
        let (cards, compromised) = shop.counts(shop.day);
        Self {
            shop: hex::encode(index.0),
            to: (shop.day != 0).then(|| date(shop.day)),
            cards,
            compromised,
        }
    }

    fn read(store: &Open, index: &ShopIndex) -> Result<Self, Failure> {
        Ok(Self::new(index, &store.shop(index)?.unwrap_or_default()))
    }
}

impl Print for ShopReport {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            shop,
            cards,
            compromised,
            ..
        } = self;
        match &self.to {
            Some(to) => writeln!(
                out,
                "shop {shop}: cards {cards}, compromised {compromised}, in the 28 days to {to}"
            ),
            None => writeln!(out, "shop {shop}: nothing is kept of it"),
        }
    }
}

/// What is kept of a merchant: under its name, and under its shorter one as a shop.
#[derive(Serialize)]
struct MerchantReport {
    name: String,
    fallbacks: Option<CountReport>,
    shop: Option<ShopReport>,
}

impl MerchantReport {
    fn read(store: &Open, index: &PlaceIndex) -> Result<Self, Failure> {
        let shop = index.shop();
        let fallbacks = store.merchant(index)?;
        let fallbacks =
            fallbacks.map(|state| CountReport::new(state.fallbacks, state.fallbacks_since));
        Ok(Self {
            name: hex::encode(index.0),
            fallbacks,
            shop: store
                .shop(&shop)?
                .map(|found| ShopReport::new(&shop, &found)),
        })
    }
}

impl Print for MerchantReport {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "merchant {}", self.name)?;
        match &self.fallbacks {
            Some(CountReport {
                count,
                since: Some(since),
            }) => writeln!(out, "fallbacks {count} since {since}")?,
            _ => writeln!(out, "fallbacks none")?,
        }
        match &self.shop {
            Some(shop) => shop.print(out),
            None => writeln!(out, "no card counts here"),
        }
    }
}

#[derive(Serialize)]
struct CountsReport {
    cards: u64,
    merchants: u64,
    activities: u64,
    shops: u64,
}

impl CountsReport {
    const fn new(counts: Counts) -> Self {
        Self {
            cards: counts.cards,
            merchants: counts.merchants,
            activities: counts.activities,
            shops: counts.shops,
        }
    }
}

impl Print for CountsReport {
    fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let counts = [
            ("cards whose counters are known", self.cards),
            ("merchants with fallbacks", self.merchants),
            ("cards with what they did over time", self.activities),
            ("shops that count cards", self.shops),
        ];
        for (what, count) in counts {
            writeln!(out, "{what:<36} {count}")?;
        }
        Ok(())
    }
}

/// A day since 1970, in UTC.
fn date(day: u16) -> String {
    let moment = time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(day.into());
    moment.date().to_string()
}

/// A moment in UTC, as RFC 3339 has it.
fn moment(seconds: u32) -> String {
    match time::OffsetDateTime::from_unix_timestamp(seconds.into()) {
        Ok(moment) => {
            let (hour, minute, second) = moment.to_hms();
            format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
        }
        Err(_) => seconds.to_string(),
    }
}
