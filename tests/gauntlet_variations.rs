//! Scenarios that stand in no table: attacks combined, honest traffic of other kinds and in other orders.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::element::CryptogramType;
use chipcard::gauntlet::{
    AuthoriserHost, Cvm, Detectable, Edit, Entry, Expectation, Middle, OnlinePin, Options, Payment,
    Plastic, Profiles, Reference, Scenario, Status, Step, Till, Verdict, Verification, run_these,
};
use chipcard::{Tag, tag};

const PLAIN: Payment = Payment::PLAIN;
const TAP: Payment = Payment {
    entry: Entry::Tap,
    ..PLAIN
};
const WEB: Payment = Payment {
    entry: Entry::Keyed,
    till: &Till::WEB,
    ..PLAIN
};
const APPROVED: Expectation = Expectation::APPROVED;
const HONEST: Expectation = Expectation::HONEST;
const DECLINED: Expectation = Expectation::at_least(Verdict::Decline);
const STEPPED_UP: Expectation = Expectation::at_least(Verdict::StepUp);
const AT_MOST_STEPPED_UP: Expectation = Expectation::at_most(Verdict::StepUp);

const HONEST_ROW: Scenario = Scenario {
    id: "H99",
    title: "honest traffic of another kind",
    reference: &Reference::NETWORK_PRACTICE,
    cards: &[Plastic::CHIP],
    profiles: Profiles::All,
    steps: &[],
    detectable: Detectable::Honest,
    why: "it is honest",
};
const ATTACK_ROW: Scenario = Scenario {
    id: "C99",
    title: "attacks combined",
    reference: &Reference::EMV_BOOKS,
    detectable: Detectable::Certain,
    why: "each of them can be seen",
    ..HONEST_ROW
};

fn hold(scenario: &'static Scenario) {
    let mut host = AuthoriserHost::new();
    let report = run_these(&[scenario], &mut host, &Options::default(), &mut |_| {}).unwrap();
    for run in report.rows.iter().flat_map(|row| &row.runs) {
        assert_eq!(run.trouble, None, "{}", run.profile);
        for check in &run.checks {
            assert!(
                check.passed,
                "{}: {}: {:?} {:?}",
                run.profile, check.what, check.seen, check.reasons
            );
        }
    }
}

macro_rules! scenarios {
    ($row:ident: $($(#[$doc:meta])* $name:ident $([$($field:ident: $value:expr),+])? = $steps:expr;)+) => {
        $(
            $(#[$doc])*
            #[test]
            fn $name() {
                static SCENARIO: Scenario = Scenario {
                    steps: &$steps,
                    $($($field: $value,)+)?
                    ..$row
                };
                hold(&SCENARIO);
            }
        )+
    };
}

/// The message with these changes.
const fn edited(edits: &'static [Edit]) -> Payment {
    Payment { edits, ..PLAIN }
}

const WEDGE: &[Middle] = &[
    Middle::AcceptsAnyPin,
    Middle::TellsCard(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02]),
];

scenarios! { ATTACK_ROW:
    the_wedge_and_a_raised_amount [profiles: Profiles::Except(&["visa-22"])] = [
        Step::Pay(Payment { cvm: Cvm::OfflinePin, middle: WEDGE, edits: &[Edit::Amount(90_000)], ..PLAIN }, DECLINED),
        Step::Pay(PLAIN, APPROVED),
    ];
    the_wedge_told_by_the_message_alone [profiles: Profiles::Except(&["visa-22"])] = [Step::Pay(
        Payment {
            cvm: Cvm::OfflinePin,
            middle: WEDGE,
            edits: &[Edit::Remove(tag::CVM_RESULTS), Edit::Verification(Verification::OfflinePin)],
            ..PLAIN
        },
        DECLINED,
    )];
    /// The tables' wedge with a PIN that the card did check, and found wrong.
    a_wrong_pin_told_as_a_right_one [profiles: Profiles::Except(&["visa-22"])] = [
        Step::WrongPins(0, 1),
        Step::Pay(Payment { cvm: Cvm::OfflinePin, middle: WEDGE, ..PLAIN }, DECLINED),
    ];
    an_aac_without_its_label = [Step::Pay(
        Payment {
            ask: CryptogramType::Aac,
            edits: &[Edit::Remove(tag::CRYPTOGRAM_INFORMATION_DATA), Edit::Reverse],
            ..PLAIN
        },
        Expectation::DECLINED_UNANSWERED,
    )];
    an_aac_of_a_middle_man = [Step::Pay(
        Payment {
            middle: &[Middle::AsksFor(0x00)],
            edits: &[Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])],
            ..PLAIN
        },
        Expectation::DECLINED_UNANSWERED,
    )];
    a_refund_by_an_aac = [Step::Pay(
        Payment {
            ask: CryptogramType::Aac,
            values: &[(tag::TRANSACTION_TYPE, &[0x20])],
            edits: &[Edit::ProcessingCode("200000"), Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])],
            ..PLAIN
        },
        STEPPED_UP,
    )];
    a_replay_with_less_money_elsewhere_and_reversed = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::Amount(500), Edit::Reverse, Edit::MerchantByRound(3)], DECLINED),
        Step::Pay(PLAIN, APPROVED),
    ];
    a_replay_that_calls_itself_deferred = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::Deferred], DECLINED),
    ];
    a_replay_that_calls_itself_a_repetition = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::Mti("0101")], DECLINED),
    ];
    /// Trace number and reference kept, but another amount: no retransmission.
    a_repetition_over_another_amount = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::Mti("0101"), Edit::Amount(90_000)], DECLINED),
    ];
    a_replay_over_the_other_interface = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::EntryMode("071")], DECLINED),
    ];
    a_chip_message_told_as_a_swipe_or_typed = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::EntryMode("901")], STEPPED_UP),
        Step::Send(0, &[Edit::New, Edit::EntryMode("801"), Edit::NoChip], STEPPED_UP),
    ];
    a_chip_message_without_chip_data = [Step::Pay(edited(&[Edit::NoChip]), DECLINED)];
    an_empty_de_55 = [Step::Pay(edited(&[Edit::NoChip, Edit::After(&[])]), DECLINED)];
    chip_data_of_another_card [cards: &[Plastic::CHIP, Plastic { number: chipcard::gauntlet::Number::Sibling(61), ..Plastic::CHIP }]] = [
        Step::Pay(Payment { card: 1, ..PLAIN }, APPROVED),
        Step::Pay(edited(&[Edit::ChipOf(0)]), DECLINED),
        Step::Keep(Payment { card: 1, ..PLAIN }),
        Step::Pay(edited(&[Edit::ChipOf(2)]), DECLINED),
    ];
    a_version_and_an_index_changed_together = [
        Step::Pay(edited(&[Edit::Version(0x11), Edit::KeyIndex(0x00)]), DECLINED),
        Step::Pay(edited(&[Edit::Version(0xFF), Edit::RandomCryptogram]), DECLINED),
    ];
    poison_by_each_number = [
        Step::Pay(PLAIN, APPROVED),
        Step::Keep(PLAIN),
        Step::Send(1, &[Edit::New, Edit::Put(tag::APPLICATION_TRANSACTION_COUNTER, &[0xFF, 0xFF])], DECLINED),
        Step::Send(1, &[Edit::New, Edit::Put(tag::APPLICATION_TRANSACTION_COUNTER, &[0x00, 0x00])], DECLINED),
        Step::Send(1, &[Edit::New, Edit::Mti("0120"), Edit::Put(tag::APPLICATION_TRANSACTION_COUNTER, &[0x80, 0x00])], Expectation::ANYTHING),
        Step::Send(1, &[Edit::New, Edit::Mti("0220"), Edit::Put(tag::APPLICATION_TRANSACTION_COUNTER, &[0x80, 0x00])], Expectation::ANYTHING),
        Step::Send(1, &[], APPROVED),
        Step::Pay(PLAIN, APPROVED),
    ];
    qualifiers_flipped_on_another_brand [profiles: Profiles::Visa] = [Step::Pay(
        Payment {
            amount: 45_000,
            values: &[(tag::CARD_TRANSACTION_QUALIFIERS, &[0x00, 0x80])],
            edits: &[Edit::OtherBrand, Edit::Verification(Verification::Device), Edit::Reverse],
            ..TAP
        },
        DECLINED,
    )];
    a_device_claim_for_plastic_without_qualifiers = [Step::Pay(
        Payment {
            amount: 45_000,
            edits: &[Edit::Verification(Verification::Device)],
            ..TAP
        },
        STEPPED_UP,
    )];
    a_wrong_pin_for_the_issuer = [Step::Pay(
        Payment { cvm: Cvm::OnlinePin, edits: &[Edit::Pin(Some(OnlinePin::Wrong))], ..PLAIN },
        STEPPED_UP,
    )];
    a_pin_that_the_terminal_says_it_took_and_did_not_send = [Step::Pay(
        Payment { cvm: Cvm::OnlinePin, edits: &[Edit::Pin(None)], ..PLAIN },
        Expectation::at_least(Verdict::ApproveAndFlag),
    )];
    a_month_old_date_called_deferred_on_a_large_amount = [Step::Pay(
        Payment {
            amount: 900_000,
            values: &[(tag::TRANSACTION_DATE, &[0x26, 0x09, 0x24])],
            edits: &[Edit::Deferred],
            ..PLAIN
        },
        STEPPED_UP,
    )];
    a_transaction_counter_of_zero_money_with_money [profiles: Profiles::All] = [Step::Pay(
        Payment {
            values: &[(tag::AMOUNT_AUTHORISED_NUMERIC, &[0; 6])],
            till: &Till::TRANSIT,
            amount: 50_000,
            ..TAP
        },
        DECLINED,
    )];
    stripe_and_chip_values_exchanged_by_track_1 [profiles: Profiles::Any] = [Step::Pay(
        Payment {
            entry: Entry::Swipe,
            till: &Till::OLD_SHOP,
            edits: &[Edit::ChipTrack(0), Edit::Track1(0)],
            ..PLAIN
        },
        DECLINED,
    )];
    a_stripe_without_track [profiles: Profiles::Any] = [Step::Pay(
        Payment {
            entry: Entry::Swipe,
            till: &Till::OLD_SHOP,
            edits: &[Edit::NoTrack],
            ..PLAIN
        },
        STEPPED_UP,
    )];
}

const DEVICE_TAP: Payment = Payment {
    cvm: Cvm::Device,
    ..TAP
};
const MERCHANT_TOKEN: Plastic = Plastic {
    token: Some(chipcard::gauntlet::TokenDomain::Merchant),
    ..Plastic::TOKEN
};

scenarios! { ATTACK_ROW:
    a_refund_replayed = [
        Step::Pay(Payment { values: &[(tag::TRANSACTION_TYPE, &[0x20])], edits: &[Edit::ProcessingCode("200000")], ..PLAIN }, APPROVED),
        Step::Send(0, &[Edit::New], DECLINED),
    ];
    /// The cryptogram says purchase, the message refund.
    a_purchase_made_a_refund = [Step::Pay(edited(&[Edit::ProcessingCode("200000")]), Expectation::at_least(Verdict::ApproveAndFlag))];
    a_replay_beyond_the_window [profiles: Profiles::Any] = [
        Step::Pay(PLAIN, APPROVED),
        Step::Keep(PLAIN),
        Step::Repeat { times: 80, judged_from: 1, steps: &[Step::Pay(PLAIN, HONEST)] },
        Step::Send(0, &[Edit::New], DECLINED),
        // A deferred one may be as old as that; a person looks.
        Step::Send(0, &[Edit::New, Edit::Deferred], Expectation::at_least(Verdict::Refer)),
    ];
    a_shops_token_at_a_till [cards: &[MERCHANT_TOKEN]] = [
        Step::Pay(TAP, DECLINED),
        Step::Pay(PLAIN, DECLINED),
    ];
    a_device_token_over_contacts [cards: &[Plastic::TOKEN]] = [Step::Pay(PLAIN, DECLINED)];
    lost = [Step::Status(0, Status::Lost), Step::Pay(PLAIN, DECLINED)];
    stolen = [Step::Status(0, Status::Stolen), Step::Pay(TAP, DECLINED)];
    blocked = [Step::Status(0, Status::Blocked), Step::Pay(PLAIN, DECLINED)];
    replaced = [Step::Status(0, Status::Replaced), Step::Pay(PLAIN, DECLINED)];
    expired [cards: &[Plastic { expiry: "2610", ..Plastic::CHIP }]] = [Step::Pay(PLAIN, DECLINED)];
    stripe_values_without_contacts = [Step::Pay(Payment { edits: &[Edit::StripeTrack(0)], ..TAP }, Expectation::at_least(Verdict::ApproveAndFlag))];
    an_aac_without_contacts = [Step::Pay(
        Payment {
            ask: CryptogramType::Aac,
            edits: &[Edit::Put(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])],
            ..TAP
        },
        Expectation::DECLINED_UNANSWERED,
    )];
    a_wrong_cryptogram_in_every_entry_mode = [
        Step::Pay(edited(&[Edit::RandomCryptogram, Edit::EntryMode("951")]), DECLINED),
        Step::Pay(edited(&[Edit::RandomCryptogram, Edit::EntryMode("061")]), DECLINED),
        Step::Pay(Payment { edits: &[Edit::RandomCryptogram], ..TAP }, DECLINED),
        Step::Pay(edited(&[Edit::RandomCryptogram, Edit::EntryMode("092")]), DECLINED),
        Step::Pay(edited(&[Edit::RandomCryptogram, Edit::EntryMode("001")]), STEPPED_UP),
        Step::Pay(edited(&[Edit::RandomCryptogram, Edit::EntryMode("791")]), STEPPED_UP),
    ];
    a_wrong_cryptogram_of_no_money = [Step::Pay(
        Payment { amount: 0, edits: &[Edit::RandomCryptogram], till: &Till::TRANSIT, ..TAP },
        DECLINED,
    )];
    a_foreign_amount_with_a_small_billing_amount [profiles: Profiles::Any] = [Step::Pay(
        Payment { till: &Till::ABROAD, amount: 99_999_999, edits: &[Edit::BillingCurrency(840)], ..TAP },
        STEPPED_UP,
    )];
    taps_in_stripe_mode_of_a_chip_card_at_an_old_reader [profiles: Profiles::Any] = [Step::Pay(
        Payment { entry: Entry::StripeTap, till: &OLD_READER, ..PLAIN },
        STEPPED_UP,
    )];
    a_stripe_swiped_with_the_chips_service_code_and_another_expiry [profiles: Profiles::Any] = [Step::Pay(
        Payment { entry: Entry::Fallback, edits: &[Edit::TrackExpiry("5001")], ..PLAIN },
        DECLINED,
    )];
    a_typed_number_with_a_chip_card_present [profiles: Profiles::Any] = [
        Step::Pay(Payment { entry: Entry::Keyed, ..PLAIN }, Expectation::at_least(Verdict::ApproveAndFlag)),
    ];
}

scenarios! { HONEST_ROW:
    a_payment_inside_an_application [cards: &[Plastic::TOKEN]] = [
        Step::Pay(Payment { till: &Till::WEB, edits: &[Edit::EntryMode("092")], ..DEVICE_TAP }, APPROVED),
        Step::Pay(DEVICE_TAP, APPROVED),
    ];
    a_telephone_for_a_large_amount [cards: &[Plastic::TOKEN]] = [
        Step::Pay(Payment { amount: 120_000, ..DEVICE_TAP }, APPROVED),
        // It takes a flight.
        Step::Days(1),
        Step::Pay(Payment { amount: 120_000, till: &Till::ABROAD, ..DEVICE_TAP }, APPROVED),
    ];
    a_locked_telephone_at_a_gate [cards: &[Plastic::TOKEN]] = [
        Step::Pay(Payment { till: &Till::TRANSIT, amount: 280, ..TAP }, APPROVED),
    ];
    a_token_on_file [cards: &[MERCHANT_TOKEN], profiles: Profiles::Any] = [
        Step::Pay(Payment { edits: &[Edit::EntryMode("102")], ..WEB }, APPROVED),
        Step::Pay(WEB, APPROVED),
    ];
    the_month_of_its_expiry [cards: &[Plastic { expiry: "2611", ..Plastic::CHIP }]] = [
        Step::Pay(PLAIN, APPROVED),
        Step::Days(7),
        Step::Pay(PLAIN, APPROVED),
    ];
    a_terminal_that_says_too_little_of_itself = [
        Step::Pay(edited(&[Edit::Capability(chipcard::gauntlet::Capability::Stripe)]), HONEST),
        Step::Pay(Payment { edits: &[Edit::Capability(chipcard::gauntlet::Capability::Chip)], ..TAP }, APPROVED),
    ];
    exactly_the_limit = [Step::Pay(Payment { amount: 5_000, ..TAP }, APPROVED)];
    chip_data_with_a_swipe_that_has_none = [
        // Some terminals send what the chip said before it broke.
        Step::Pay(Payment { entry: Entry::Fallback, edits: &[Edit::After(&[0x9F, 0x33, 0x03, 0xE0, 0xF8, 0xC8])], ..PLAIN }, AT_MOST_STEPPED_UP),
    ];
    a_track_as_messages_write_it [cards: &[Plastic::STRIPE], profiles: Profiles::Any] = [
        Step::Pay(Payment { entry: Entry::Swipe, ..PLAIN }, APPROVED),
    ];
    nights_and_days = [
        Step::Pay(PLAIN, APPROVED),
        Step::Wait(43_000),
        Step::Pay(PLAIN, APPROVED),
        Step::Wait(300),
        Step::Pay(edited(&[Edit::LocalDate("1123")]), APPROVED),
        Step::Wait(43_200),
        Step::Pay(edited(&[Edit::LocalDate("1123")]), APPROVED),
    ];
    the_last_day_of_the_year = [
        Step::Days(38),
        Step::Pay(PLAIN, APPROVED),
        Step::Wait(43_190),
        Step::Pay(edited(&[Edit::LocalDate("0101")]), APPROVED),
        Step::Pay(edited(&[Edit::LocalDate("1231")]), APPROVED),
    ];
    a_hotel_that_raises_its_estimate = [
        Step::Pay(Payment { amount: 20_000, cvm: Cvm::OnlinePin, edits: &[Edit::Estimated], ..PLAIN }, APPROVED),
        Step::Pay(Payment { entry: Entry::Keyed, amount: 9_000, till: &Till::WEB, edits: &[Edit::EntryMode("102"), Edit::Estimated], ..PLAIN }, APPROVED),
    ];
    declined_for_its_amount_and_tried_again_with_a_pin = [
        Step::Pay(Payment { amount: 30_000, ..TAP }, Expectation::at_most(Verdict::StepUp)),
        Step::Pay(Payment { amount: 30_000, cvm: Cvm::OnlinePin, ..PLAIN }, HONEST),
    ];
    /// The issuer's answer came too late, and the network decided: the same counter is told again.
    a_stand_in_after_a_late_answer = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::New, Edit::Mti("0120")], HONEST),
        Step::Pay(PLAIN, APPROVED),
    ];
    a_lost_line_and_a_repetition_an_hour_later = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(Payment { till: &Till::OTHER_SHOP, ..PLAIN }, APPROVED),
        Step::Wait(3_600),
        Step::Send(0, &[Edit::Mti("0101")], HONEST),
        Step::Send(1, &[Edit::Mti("0101")], HONEST),
    ];
}

const fn card(number: u8) -> Plastic {
    Plastic {
        number: chipcard::gauntlet::Number::Sibling(number),
        ..Plastic::CHIP
    }
}

scenarios! { HONEST_ROW:
    /// Approved; with a flag, because a card that prefers a PIN got none and nobody says why.
    nothing_optional_in_the_message = [
        Step::Pay(
            edited(&[
                Edit::Remove(tag::CRYPTOGRAM_INFORMATION_DATA),
                Edit::Remove(tag::CVM_RESULTS),
                Edit::Remove(tag::APPLICATION_PAN_SEQUENCE_NUMBER),
                Edit::Remove(tag::TERMINAL_CAPABILITIES),
                Edit::Remove(tag::DEDICATED_FILE_NAME),
                Edit::Sequence(None),
                Edit::NoTrack,
            ]),
            HONEST,
        ),
    ];
    a_right_refund = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(
            Payment {
                values: &[(tag::TRANSACTION_TYPE, &[0x20])],
                edits: &[Edit::ProcessingCode("200000")],
                ..PLAIN
            },
            APPROVED,
        ),
    ];
    is_the_account_good = [Step::Pay(
        Payment {
            amount: 0,
            edits: &[Edit::ProcessingCode("300000")],
            ..PLAIN
        },
        APPROVED,
    )];
    with_the_pin_of_the_card_and_of_the_issuer = [
        Step::Pay(Payment { cvm: Cvm::OfflinePin, amount: 30_000, ..PLAIN }, APPROVED),
        Step::Pay(Payment { cvm: Cvm::OnlinePin, amount: 30_000, ..PLAIN }, APPROVED),
        Step::Pay(Payment { cvm: Cvm::OnlinePin, amount: 30_000, ..TAP }, APPROVED),
    ];
    /// Two wrong PINs and then the right one.
    a_cardholder_who_mistypes = [
        Step::WrongPins(0, 2),
        Step::Pay(Payment { cvm: Cvm::OfflinePin, amount: 30_000, ..PLAIN }, APPROVED),
    ];
    pin_tries_exceeded_and_the_issuers_pin_right = [
        Step::WrongPins(0, 3),
        Step::Pay(Payment { cvm: Cvm::OnlinePin, amount: 30_000, ..PLAIN }, HONEST),
    ];
    late_and_in_the_wrong_order = [
        Step::Pay(PLAIN, APPROVED),
        Step::Keep(PLAIN),
        Step::Keep(PLAIN),
        Step::Keep(PLAIN),
        Step::Keep(PLAIN),
        Step::Pay(PLAIN, HONEST),
        Step::Wait(40_000),
        Step::Send(3, &[Edit::Deferred], HONEST),
        Step::Send(1, &[Edit::Deferred], HONEST),
        Step::Send(4, &[Edit::Deferred], HONEST),
        Step::Send(2, &[Edit::Deferred], HONEST),
        Step::Pay(PLAIN, APPROVED),
    ];
    a_thousand_days_of_use [profiles: Profiles::Any] = [
        Step::Repeat { times: 300, judged_from: 1, steps: &[Step::Days(3), Step::Unseen(0, 2), Step::Pay(PLAIN, APPROVED)] },
    ];
    an_old_card = [
        Step::Counter(0, 20_000),
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(TAP, APPROVED),
        Step::Pay(PLAIN, APPROVED),
    ];
    interfaces_by_turns = [
        Step::Pay(TAP, APPROVED),
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(TAP, APPROVED),
        Step::Pay(TAP, APPROVED),
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(PLAIN, APPROVED),
    ];
    one_wrong_cryptogram_of_somebody_else = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(edited(&[Edit::RandomCryptogram]), DECLINED),
        // The card got no answer, and says so.
        Step::Pay(PLAIN, HONEST),
        Step::Pay(TAP, APPROVED),
    ];
    a_web_shop [profiles: Profiles::Any] = [
        Step::Pay(Payment { edits: &[Edit::PrintedValue], ..WEB }, APPROVED),
        Step::Pay(Payment { edits: &[Edit::EntryMode("102")], ..WEB }, APPROVED),
        // One slip.
        Step::Pay(Payment { edits: &[Edit::GuessedValue], ..WEB }, DECLINED),
        Step::Pay(Payment { edits: &[Edit::PrintedValue], ..WEB }, APPROVED),
    ];
    stripe_cards [cards: &[Plastic::STRIPE], profiles: Profiles::Any] = [
        Step::Pay(Payment { entry: Entry::Swipe, ..PLAIN }, APPROVED),
        Step::Pay(Payment { entry: Entry::Swipe, till: &Till::OLD_SHOP, edits: &[Edit::Track1(0)], ..PLAIN }, APPROVED),
        // A flight there, and back.
        Step::Days(1),
        Step::Pay(Payment { entry: Entry::Swipe, till: &Till::OLD_SHOP_ABROAD, ..PLAIN }, APPROVED),
        Step::Days(1),
        // The same stripe at the same shop twice is no replay: stripes do not count.
        Step::Pay(Payment { entry: Entry::Swipe, ..PLAIN }, APPROVED),
    ];
    a_first_card_in_stripe_mode [cards: &[Plastic { contactless: chipcard::gauntlet::Contactless::Cvc3, ..Plastic::CHIP }], profiles: Profiles::All] = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(Payment { entry: Entry::StripeTap, till: &OLD_READER, ..PLAIN }, HONEST),
        Step::Pay(PLAIN, APPROVED),
        Step::Unseen(0, 3),
        Step::Pay(Payment { entry: Entry::StripeTap, till: &OLD_READER, ..PLAIN }, HONEST),
    ];
    a_chip_that_breaks_at_a_holiday [profiles: Profiles::Any] = [
        Step::Pay(PLAIN, APPROVED),
        Step::Days(2),
        Step::Pay(Payment { entry: Entry::Fallback, till: &Till::ABROAD, ..PLAIN }, AT_MOST_STEPPED_UP),
    ];
    four_customers_with_broken_chips_in_a_day [cards: &[card(61), card(62), card(63), card(64)], profiles: Profiles::Any] = [
        Step::Pay(Payment { entry: Entry::Fallback, card: 0, ..PLAIN }, AT_MOST_STEPPED_UP),
        Step::Wait(7_200),
        Step::Pay(Payment { entry: Entry::Fallback, card: 1, ..PLAIN }, AT_MOST_STEPPED_UP),
        Step::Wait(7_200),
        Step::Pay(Payment { entry: Entry::Fallback, card: 2, ..PLAIN }, AT_MOST_STEPPED_UP),
        Step::Wait(7_200),
        Step::Pay(Payment { entry: Entry::Fallback, card: 3, ..PLAIN }, AT_MOST_STEPPED_UP),
    ];
    every_customer_of_a_busy_terminal [cards: &[card(61), card(62), card(63), card(64)], profiles: Profiles::Any] = [
        Step::Repeat { times: 60, judged_from: 1, steps: &[
            Step::Pay(Payment { card: 0, ..PLAIN }, APPROVED),
            Step::Pay(Payment { card: 1, ..TAP }, APPROVED),
            Step::Pay(Payment { card: 2, ..PLAIN }, APPROVED),
            Step::Pay(Payment { card: 3, ..TAP }, APPROVED),
        ] },
    ];
    no_local_date_and_unknown_terminal = [Step::Pay(
        edited(&[Edit::Capability(chipcard::gauntlet::Capability::Unknown), Edit::LocalDate("1122")]),
        APPROVED,
    )];
    the_networks_own_objects_everywhere = [Step::Pay(
        edited(&[
            Edit::Before(&[0xDF, 0x01, 0x00]),
            Edit::After(&[0x9F, 0x7C, 0x14, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]),
            Edit::Put(Tag::new(0x9B), &[0xE8, 0x00]),
            Edit::Put(Tag::new(0x5F20), b"TEST/CARD"),
            Edit::Reverse,
        ]),
        APPROVED,
    )];
    a_tip_and_a_repeated_presentment = [
        Step::Pay(Payment { till: &BAR, ..PLAIN }, APPROVED),
        Step::Days(2),
        Step::Send(0, &[Edit::Mti("0220"), Edit::Amount(1_150)], APPROVED),
        Step::Send(0, &[Edit::Mti("0220"), Edit::Amount(1_150)], HONEST),
        Step::Pay(PLAIN, APPROVED),
    ];
    presented_after_an_offline_approval = [
        Step::Pay(PLAIN, APPROVED),
        Step::Pay(Payment { ask: CryptogramType::Tc, edits: &[Edit::Mti("0220")], ..PLAIN }, APPROVED),
        Step::Pay(PLAIN, APPROVED),
    ];
    reversed_before_its_repetition = [
        Step::Pay(PLAIN, APPROVED),
        Step::Send(0, &[Edit::Mti("0400"), Edit::Original(0)], HONEST),
        Step::Send(0, &[Edit::Mti("0401"), Edit::Original(0)], HONEST),
        Step::Pay(PLAIN, APPROVED),
    ];
    a_terminal_abroad_that_takes_no_pin = [Step::Pay(
        Payment {
            till: &Till::ABROAD,
            amount: 4_000,
            edits: &[Edit::BillingCurrency(840)],
            ..TAP
        },
        APPROVED,
    )];
}

const OLD_READER: Till = Till {
    merchant: "CINEMA000000010",
    terminal: "CINE0001",
    mcc: 7832,
    capability: chipcard::gauntlet::Capability::StripeAndContactlessStripe,
    ..Till::SHOP
};

const BAR: Till = Till {
    merchant: "BAR000000000015",
    terminal: "BAR00001",
    mcc: 5813,
    ..Till::SHOP
};
