//! The terminal, the test cards and their issuer together.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, AuthenticationCommand, VolatileMemory};
use chipcard::element::{
    Amount, AuthorisationResponseCode, CardStatusUpdate, CounterUpdate, CountryCode, CurrencyCode,
    Date, Pin, UnpredictableNumber,
};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::Writer;
use chipcard_host::terminal::{Completed, Event, OnlineAnswer, Outcome, Sale, Terminal, run};

fn terminal(test: &TestCard) -> Terminal {
    let aid = test.profile.aid.to_vec();
    Terminal::attended(CountryCode::new(840).unwrap(), vec![aid])
}

fn sale(minor_units: u64) -> Sale {
    Sale {
        amount: Amount::new(minor_units).unwrap(),
        currency: CurrencyCode::new(840).unwrap(),
        date: Date::new(2026, 11, 23).unwrap(),
        unpredictable_number: UnpredictableNumber([0x5A, 0x17, 0xC0, 0x3E]),
        pin: Some(Pin::from_digits("1234").unwrap()),
        force_online: false,
    }
}

/// The issuer of a test card, answering every right cryptogram with this.
fn issuer(
    test: &'static TestCard,
    response: IssuerResponse<'static>,
) -> impl FnMut(&[u8]) -> Option<OnlineAnswer> {
    let issuer = Issuer::new(test.issuer_keys().unwrap());
    let record = CardRecord::new(
        test.pan().unwrap(),
        Some(test.sequence().unwrap()),
        test.profile.version,
        TestCard::KEY_INDEX,
    );
    move |de55| {
        let chip = ChipData::parse(de55).unwrap();
        let verified = issuer.verify_arqc(&record, &chip).unwrap();
        let answer = issuer.authorise(verified, &response).unwrap();
        let mut buffer = [0; 32];
        let mut chip_data = Writer::new(&mut buffer);
        answer.write(&mut chip_data).unwrap();
        Some(OnlineAnswer {
            response_code: response.arc(),
            chip_data: chip_data.finish().to_vec(),
        })
    }
}

fn card(test: &'static TestCard) -> Applet<'static, VolatileMemory> {
    Applet::new(
        &test.profile,
        test.card_keys().unwrap(),
        VolatileMemory::new(),
    )
    .unwrap()
}

fn transact(
    test: &'static TestCard,
    card: &mut Applet<'static, VolatileMemory>,
    response: IssuerResponse<'static>,
) -> (Completed, Vec<&'static str>) {
    let mut steps = Vec::new();
    let completed = run(
        &terminal(test),
        &sale(1000),
        card,
        &mut issuer(test, response),
        &mut |event| {
            if let Event::Step(step) = event {
                steps.push(step);
            }
        },
    );
    (completed.unwrap(), steps)
}

#[test]
fn every_test_card_is_approved_online_with_its_pin() {
    for test in TestCard::ALL {
        let mut card = card(test);
        for atc in 1..4_u16 {
            let (completed, steps) = transact(test, &mut card, IssuerResponse::approve());
            assert_eq!(completed.outcome, Outcome::ApprovedOnline, "{}", test.name);
            assert_eq!(completed.tvr.to_string(), "8000008000");
            let external = test.profile.issuer_authentication.command
                == AuthenticationCommand::ExternalAuthenticate;
            assert_eq!(steps.contains(&"issuer authentication"), external);
            let tsi = if external { "7800" } else { "6800" };
            assert_eq!(completed.tsi.to_string(), tsi);
            assert_eq!(
                completed.data.get(tag::CVM_RESULTS),
                Some(&[0x41, 3, 2][..])
            );
            let counter = completed.data.get(tag::APPLICATION_TRANSACTION_COUNTER);
            assert_eq!(counter, Some(&atc.to_be_bytes()[..]));
        }
    }
}

#[test]
fn a_declined_request_ends_declined() {
    for test in TestCard::ALL {
        let response = IssuerResponse::decline(AuthorisationResponseCode::DECLINED);
        let (completed, _) = transact(test, &mut card(test), response);
        assert_eq!(completed.outcome, Outcome::DeclinedOnline, "{}", test.name);
    }
}

#[test]
fn small_amounts_are_approved_offline_until_the_card_wants_to_be_heard() {
    for test in [&test_cards::CCD_TDES, &test_cards::CCD_AES] {
        let mut card = card(test);
        let mut terminal = terminal(test);
        terminal.floor_limit = Amount::new(5000).unwrap();
        let reset =
            CardStatusUpdate::ISSUER_APPROVES | CardStatusUpdate::counters(CounterUpdate::Reset);
        let mut approve = issuer(test, IssuerResponse::approve().with_csu(reset));
        let outcomes = [(); 6].map(|()| {
            let completed = run(&terminal, &sale(1000), &mut card, &mut approve, &mut |_| {});
            completed.unwrap().outcome
        });
        use Outcome::{ApprovedOffline as Off, ApprovedOnline as On};
        assert_eq!(outcomes, [Off, Off, Off, On, Off, Off]);
    }
}

#[test]
fn without_the_issuer_the_card_stops_at_its_upper_limit() {
    let test = &test_cards::CCD_TDES;
    let mut card = card(test);
    let mut terminal = terminal(test);
    terminal.floor_limit = Amount::new(5000).unwrap();
    let outcomes = [(); 8].map(|()| {
        let mut nobody = |_: &[u8]| None;
        let completed = run(&terminal, &sale(1000), &mut card, &mut nobody, &mut |_| {});
        completed.unwrap().outcome
    });
    use Outcome::{ApprovedOffline as Yes, DeclinedOffline as No};
    assert_eq!(outcomes, [Yes, Yes, Yes, Yes, Yes, Yes, No, No]);
}

#[test]
fn three_wrong_pins_block_the_pin() {
    let test = &test_cards::CCD_TDES;
    let mut card = card(test);
    let mut sale = sale(1000);
    sale.pin = Some(Pin::from_digits("9999").unwrap());
    let mut tvr = || {
        let mut decline = issuer(
            test,
            IssuerResponse::decline(AuthorisationResponseCode::DECLINED),
        );
        let completed = run(&terminal(test), &sale, &mut card, &mut decline, &mut |_| {});
        completed.unwrap().tvr
    };
    // After the wrong PIN comes the card's next rule, the online PIN.
    assert_eq!(tvr().to_string(), "8000048000");
    assert_eq!(tvr().to_string(), "8000048000");
    assert_eq!(tvr().to_string(), "8000248000");
    assert_eq!(tvr().to_string(), "8000248000");
    assert_eq!(card.state().pin_tries, 0);
}
