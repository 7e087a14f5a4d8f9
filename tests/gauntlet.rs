//! The gauntlet: the table is whole, our own host passes it, and hosts that are careless or harsh do not.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chipcard::card::test_cards::{TEST_KEY_AC, TestCard};
use chipcard::cryptogram::{ApplicationCryptogram, ArpcMethod};
use chipcard::element::{AuthorisationResponseCode, Pan, PanSequenceNumber};
use chipcard::gauntlet::{
    self, Answer, AuthoriserHost, Class, Detectable, HostFailure, HostUnderTest, Issued, KeyOffer,
    Message, Observed, Options, Outcome, Reference, Report, Variation, Verdict,
};
use chipcard::issuer::{ChipData, ReasonKind};
use chipcard::key::{Ac, IssuerMasterKey, KeyPolicy, SessionKey};
use chipcard::laboratory;

fn play(host: &mut dyn HostUnderTest, options: &Options) -> Report {
    gauntlet::run(host, options, &mut |_| {}).unwrap()
}

/// Only these scenarios.
fn only(wanted: &[&str]) -> Options {
    Options {
        only: wanted.iter().map(ToString::to_string).collect(),
        ..Options::default()
    }
}

/// With one test card, so that it is quick.
fn quick(wanted: &[&str]) -> Options {
    Options {
        profile: Some("visa-18".into()),
        ..only(wanted)
    }
}

fn failures(report: &Report) -> Vec<String> {
    let mut failures = Vec::new();
    for run in report.rows.iter().flat_map(|row| &row.runs) {
        let id = run.scenario.id;
        for check in run.checks.iter().filter(|check| !check.passed) {
            failures.push(format!(
                "{id} with {}: {}: {:?}, {:?}",
                run.profile, check.what, check.seen, check.reasons
            ));
        }
        if let Some(trouble) = &run.trouble {
            failures.push(format!("{id} with {}: {trouble}", run.profile));
        }
    }
    failures
}

#[test]
fn the_table_is_whole() {
    let scenarios = gauntlet::scenarios();
    let mut counts = BTreeMap::new();
    let mut ids = BTreeSet::new();
    for scenario in &scenarios {
        assert!(ids.insert(scenario.id), "{} twice", scenario.id);
        *counts.entry(scenario.class().letter()).or_insert(0) += 1;
        let letter = scenario.id.chars().next().unwrap();
        assert_eq!(Class::from_letter(letter), Some(scenario.class()));
        assert!(!scenario.title.is_empty() && !scenario.why.is_empty());
        assert!(!scenario.steps.is_empty(), "{}", scenario.id);
        assert!(Reference::ALL.contains(scenario.reference));
        let honest = scenario.detectable == Detectable::Honest;
        assert_eq!(honest, !scenario.is_attack(), "{}", scenario.id);
    }
    let expected = [
        ('M', 20),
        ('C', 20),
        ('L', 8),
        ('R', 7),
        ('X', 8),
        ('P', 8),
        ('T', 4),
        ('I', 2),
        ('F', 5),
        ('H', 33),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

/// Every published attack of the manual names scenarios that replay it, and they exist; and every scenario stands in the manual.
#[test]
fn the_manual_names_its_scenarios() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/manual/attacks.rs");
    let text = fs::read_to_string(path).unwrap();
    let known: BTreeSet<_> = gauntlet::scenarios().iter().map(|s| s.id).collect();
    let sections: Vec<_> = text.split("\n//! # ").skip(1).collect();
    assert_eq!(sections.len(), 30);
    for (place, section) in sections.iter().enumerate() {
        let title = section.lines().next().unwrap();
        let number = format!("{}. ", place + 1);
        assert!(title.starts_with(&number), "{title}");
        for part in ["**The issuer sees:**", "**Our answer:**", "Replayed by:"] {
            assert!(section.contains(part), "{title}: {part}");
        }
        let (_, replayed) = section.split_once("Replayed by:").unwrap();
        let named: Vec<_> = replayed.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{title}");
        for id in named {
            assert!(known.contains(id), "{title}: {id}");
        }
    }
    for id in known {
        assert!(text.contains(&format!("`{id}`")), "{id}");
    }
}

#[test]
fn our_host_passes() {
    let report = play(&mut AuthoriserHost::new(), &Options::default());
    let failures = failures(&report);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert_eq!(report.count(Outcome::Passed), 115);
}

/// Of an attack that can be told for certain, a reason tells that says itself that it answers it; and reasons answer what there is.
#[test]
fn reasons_answer_the_attacks_that_they_name() {
    let known: BTreeSet<_> = gauntlet::scenarios().iter().map(|s| s.id).collect();
    for kind in ReasonKind::ALL {
        for attack in kind.attacks() {
            let published = attack
                .parse()
                .is_ok_and(|number| (1..=30).contains(&number));
            assert!(
                published || known.contains(attack),
                "{}: {attack}",
                kind.id()
            );
        }
    }
    let mut told = BTreeSet::new();
    let mut observe = |seen: Observed<'_>| {
        let id = seen.scenario.id;
        let kinds = seen.answer.reasons.iter().filter_map(|reason| {
            let (kind, _) = reason.split_once(':')?;
            ReasonKind::from_id(kind)
        });
        told.extend(
            kinds
                .filter(|kind| kind.attacks().contains(&id))
                .map(|_| id),
        );
    };
    gauntlet::run(
        &mut AuthoriserHost::new(),
        &Options::default(),
        &mut observe,
    )
    .unwrap();
    for scenario in gauntlet::scenarios() {
        // Those are about what a card or a key set takes.
        let without_reasons = ["X06", "X07", "X08"].contains(&scenario.id);
        let certain = scenario.detectable == Detectable::Certain;
        assert!(
            !certain || without_reasons || told.contains(scenario.id),
            "{}",
            scenario.id
        );
    }
}

/// A host reads data objects in any order.
#[test]
fn the_order_of_objects_decides_nothing() {
    for variation in [Variation::Reversed, Variation::Rotated, Variation::Stuffed] {
        let options = Options {
            variation,
            ..quick(&[])
        };
        let report = play(&mut AuthoriserHost::new(), &options);
        let failures = failures(&report);
        assert!(
            failures.is_empty(),
            "{variation:?}\n{}",
            failures.join("\n")
        );
    }
}

/// What may be absent is absent, and honest traffic is approved all the same, if with a flag where a PIN is missing without a word. Of
/// the attacks those remain unseen that what is absent would have shown.
#[test]
fn absence_speaks_against_nobody() {
    let options = Options {
        variation: Variation::Sparse,
        ..Options::default()
    };
    let report = play(&mut AuthoriserHost::new(), &options);
    let mut unseen = BTreeSet::new();
    for run in report.rows.iter().flat_map(|row| &row.runs) {
        for check in &run.checks {
            let (Some(expected), Some(seen)) = (&check.expected, check.seen) else {
                assert!(check.passed, "{}: {}", run.scenario.id, check.what);
                continue;
            };
            if expected.least > Verdict::Approve {
                if !check.passed {
                    unseen.insert(run.scenario.id);
                }
            } else {
                let id = run.scenario.id;
                let most = expected.most.max(Verdict::ApproveAndFlag);
                assert!(seen <= most, "{id} with {}: {seen:?}", run.profile);
            }
        }
    }
    // A claimed PIN, the reserved cryptogram type, a signature, a terminal that could have read the chip, and doubled or malformed
    // objects that are no longer there.
    let expected = ["C02", "C06", "C09", "M01", "P02", "P07"];
    assert_eq!(unseen, BTreeSet::from(expected));
}

/// A host that does not look.
struct Stamp(&'static str);

impl HostUnderTest for Stamp {
    fn begin(&mut self, _: &str) -> Result<(), HostFailure> {
        Ok(())
    }

    fn load_keys(&mut self, _: &KeyOffer) -> Result<Result<(), String>, HostFailure> {
        Ok(Ok(()))
    }

    fn issue(&mut self, _: &Issued) -> Result<(), HostFailure> {
        Ok(())
    }

    fn submit(&mut self, _: &Message) -> Result<Answer, HostFailure> {
        Ok(Answer {
            verdict: None,
            response_code: self.0.into(),
            issuer_authentication_data: None,
            reasons: Vec::new(),
        })
    }
}

#[test]
fn a_host_that_approves_everything_fails_every_attack_but_those_nobody_can_tell() {
    let report = play(
        &mut Stamp("00"),
        &quick(&["M", "C", "L", "R", "P", "T", "I"]),
    );
    for row in &report.rows {
        let scenario = row.scenario;
        // A response code cannot say that something is flagged.
        let flag_at_most = ["M10", "C03", "C14", "C16", "L05"].contains(&scenario.id);
        let expected = if flag_at_most {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        assert_eq!(row.outcome(), expected, "{}", scenario.id);
    }
}

#[test]
fn a_host_that_declines_everything_fails_every_honest_control() {
    let report = play(&mut Stamp("05"), &quick(&["H"]));
    assert!(report.rows.len() > 20);
    assert_eq!(report.count(Outcome::Passed), 0);
    let attacks = play(
        &mut Stamp("05"),
        &quick(&["M01", "C01", "C02", "L01", "T01"]),
    );
    assert_eq!(attacks.count(Outcome::Failed), 0);
}

/// A host that declines what is wrong, but signs its answer to whatever it gets.
struct Oracle {
    careful: AuthoriserHost,
    card: Option<Issued>,
}

impl Oracle {
    const fn new(careful: AuthoriserHost) -> Self {
        Self {
            careful,
            card: None,
        }
    }

    /// The answer of ARPC method 1 under the key that the version in the *message* says.
    fn sign(&self, message: &Message, code: &str) -> Option<Vec<u8>> {
        let card = self.card.as_ref()?;
        let chip = ChipData::parse(message.chip.as_deref()?).ok()?;
        let arqc: ApplicationCryptogram = chip.application_cryptogram().ok()?;
        let pan = Pan::from_digits(&card.pan).unwrap();
        let sequence = PanSequenceNumber::from_digits("01").unwrap();
        let version = card.chip.as_ref()?.version;
        let master: IssuerMasterKey<Ac> = IssuerMasterKey::tdes(&TEST_KEY_AC).unwrap();
        let key = master.card_key(&pan, sequence, version.card_key).unwrap();
        let bytes = key.reveal(<[u8]>::to_vec);
        let algorithm = key.algorithm();
        let key = SessionKey::<Ac>::new(algorithm, &bytes, KeyPolicy::Strict).unwrap();
        let arc = AuthorisationResponseCode::new(code.as_bytes().try_into().unwrap());
        let arpc = laboratory::arpc_1(&key, arqc, arc).unwrap();
        Some([&arpc[..], code.as_bytes()].concat())
    }
}

impl HostUnderTest for Oracle {
    fn begin(&mut self, scenario: &str) -> Result<(), HostFailure> {
        self.careful.begin(scenario)
    }

    fn load_keys(&mut self, offer: &KeyOffer) -> Result<Result<(), String>, HostFailure> {
        self.careful.load_keys(offer)
    }

    fn issue(&mut self, card: &Issued) -> Result<(), HostFailure> {
        self.card = Some(card.clone());
        self.careful.issue(card)
    }

    fn submit(&mut self, message: &Message) -> Result<Answer, HostFailure> {
        let mut answer = self.careful.submit(message)?;
        answer.issuer_authentication_data = self.sign(message, &answer.response_code);
        Ok(answer)
    }
}

/// The attack is real: against a host that signs what it did not verify, what comes back is a session key, and the forged
/// cryptogram verifies. So it fails against ours because ours does not sign.
#[test]
fn an_oracle_gives_its_keys_away() {
    for (id, profile) in [
        ("X02", "mchip-10"),
        ("X02", "mchip-11"),
        ("X03", "visa-18"),
        ("X03", "visa-22"),
    ] {
        let card = TestCard::find(profile).unwrap();
        assert!(card.profile.version.arpc.is_some_and(|method| matches!(
            (id, method),
            ("X02", ArpcMethod::Method1) | ("X03", ArpcMethod::Method2)
        )));
        let options = Options {
            profile: Some(profile.into()),
            ..only(&[id])
        };
        let report = play(&mut Oracle::new(AuthoriserHost::new()), &options);
        let run = &report.rows[0].runs[0];
        // The last check is the forgery.
        let forgery = run.checks.last().unwrap();
        assert!(
            forgery.seen.unwrap() <= Verdict::ApproveAndFlag,
            "{id} {profile}: {:?}",
            forgery.reasons
        );
    }
    let tampered = play(&mut Oracle::new(AuthoriserHost::new()), &quick(&["X01"]));
    assert_eq!(tampered.count(Outcome::Failed), 1);
}
