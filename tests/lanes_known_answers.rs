//! Published answers, run on every backend: the files say where each comes from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    reason = "a failure here is a failed test"
)]

use chipcard::crypto::lanes::aes::{self, Item, KeyLength, MasterKey, Response};
use chipcard::crypto::lanes::single::{self, SessionKey, Shape, Tdes2Key, verify};
use serde_json::Value;

fn tests(file: &str) -> Vec<Value> {
    let text = match file {
        "cryptograms" => include_str!("vectors/cryptograms.json"),
        "keys" => include_str!("vectors/keys.json"),
        _ => include_str!("vectors/responses.json"),
    };
    serde_json::from_str::<Value>(text).unwrap()["tests"]
        .as_array()
        .unwrap()
        .clone()
}

fn hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().unwrap_or_default();
    (0..text.len() / 2)
        .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
        .collect()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex(value).try_into().unwrap()
}

fn is(test: &Value, op: &str, cipher: &str) -> bool {
    test["op"] == op && test["cipher"] == cipher
}

/// Rightmost `2 * N` digits of PAN and PSN, left padded with zeros.
fn diversification<const N: usize>(test: &Value) -> [u8; N] {
    let pan = test["pan"].as_str().unwrap();
    let psn = test["psn"].as_str().unwrap_or("00");
    let digits = format!("{:0>width$}{pan}{psn}", "", width = 2 * N);
    bytes(&Value::from(&digits[digits.len() - 2 * N..]))
}

/// Option B hashes longer PANs, which is not done here.
fn needs_hash(test: &Value) -> bool {
    test["option"] == "B" && test["pan"].as_str().unwrap().len() > 16
}

/// How the session key follows from the card key, `None` where it is the card key, and its first block.
fn session(test: &Value) -> Option<(Option<SessionKey>, [u8; 8])> {
    let common = |mut block: [u8; 8]| {
        block[2] = 0xF0;
        (Some(SessionKey::COMMON), block)
    };
    Some(match test["method"].as_str()? {
        "none" => (None, [0; 8]),
        "emv-csk" if test["atc"].is_string() => {
            let [a, b] = bytes(&test["atc"]);
            common([a, b, 0, 0, 0, 0, 0, 0])
        }
        "emv-csk" => common(bytes(&test["diversifier"])),
        "mastercard" => {
            let [a, b] = bytes(&test["atc"]);
            let [c, d, e, f] = bytes(&test["un"]);
            common([a, b, 0, 0, c, d, e, f])
        }
        "unionpay" => {
            let [a, b]: [u8; 2] = bytes(&test["atc"]);
            (Some(SessionKey::UNIONPAY), [0, 0, 0, 0, 0, 0, a, b])
        }
        _ => return None,
    })
}

fn padded(data: &[u8], padding: &str) -> Vec<[u8; 8]> {
    let mut data = data.to_vec();
    match padding {
        "method2" => data.push(0x80),
        "method2-if-needed" if !data.len().is_multiple_of(8) => data.push(0x80),
        _ => {}
    }
    data.resize(data.len().next_multiple_of(8), 0);
    data.as_chunks().0.to_vec()
}

fn card_key(backend: single::Backend, test: &Value) -> Tdes2Key {
    let imk = Tdes2Key::with_backend(backend, &bytes(&test["imk"]));
    let y: [u8; 8] = diversification(test);
    imk.derive([y, y.map(|byte| !byte)])
}

fn same(a: &Tdes2Key, b: &Tdes2Key) -> bool {
    let blocks = [[0; 8], *b"probe it"];
    a.encrypt_pair(blocks) == b.encrypt_pair(blocks)
}

fn backends() -> impl Iterator<Item = single::Backend> {
    single::Backend::ALL
        .into_iter()
        .filter(|backend| backend.is_available())
}

#[test]
fn tdes_keys() {
    for backend in backends() {
        let mut count = 0;
        for test in tests("keys").iter().filter(|test| test["cipher"] == "tdes") {
            if test["imk"].is_string() && needs_hash(test) {
                continue;
            }
            let card = || match test["card_key"].is_string() {
                true => Tdes2Key::with_backend(backend, &bytes(&test["card_key"])),
                false => card_key(backend, test),
            };
            let key = match test["op"].as_str() {
                Some("card-key") => card(),
                _ => match session(test) {
                    Some((Some(key), first)) => card().derive(key.blocks(first)),
                    _ => continue,
                },
            };
            if test["expect"]["key"].is_string() {
                let expected = Tdes2Key::with_backend(backend, &bytes(&test["expect"]["key"]));
                assert!(same(&key, &expected), "{backend:?} {}", test["id"]);
            } else {
                let kcv = hex(&test["expect"]["kcv"]);
                assert_eq!(
                    key.encrypt([0; 8])[..kcv.len()],
                    kcv,
                    "{backend:?} {}",
                    test["id"]
                );
            }
            count += 1;
        }
        assert!(count > 20, "only {count} ran");
    }
}

#[test]
fn tdes_cryptograms() {
    for backend in backends() {
        let mut count = 0;
        for test in tests("cryptograms")
            .iter()
            .filter(|test| is(test, "ac", "tdes"))
        {
            let message = padded(&hex(&test["data"]), test["padding"].as_str().unwrap());
            let cryptogram: [u8; 8] = bytes(&test["expect"]["ac"]);
            if test["session_key"].is_string() {
                let key = Tdes2Key::with_backend(backend, &bytes(&test["session_key"]));
                assert_eq!(
                    key.retail_mac(&message),
                    cryptogram,
                    "{backend:?} {}",
                    test["id"]
                );
            } else if !needs_hash(test)
                && let Some(session) = session(&test["session"])
            {
                let imk = Tdes2Key::with_backend(backend, &bytes(&test["imk"]));
                let (session, first) = session;
                let shape = Shape {
                    blocks: message.len(),
                    session,
                    response: single::Response::None,
                };
                let mut item = single::Item {
                    issuer_key: &bytes(&test["imk"]),
                    message: &message,
                    card: diversification(test),
                    session: first,
                    cryptogram,
                    response: [[0; 8]; 2],
                };
                let outcome = verify(&imk, &shape, &item);
                assert!(outcome.verified, "{backend:?} {}", test["id"]);
                item.cryptogram[3] ^= 0x20;
                let outcome = verify(&imk, &shape, &item);
                assert!(!outcome.verified, "{backend:?} {}", test["id"]);
            } else {
                continue;
            }
            count += 1;
        }
        assert!(count > 15, "only {count} ran");
    }
}

#[test]
fn tdes_responses() {
    for backend in backends() {
        let mut count = 0;
        for test in tests("responses")
            .iter()
            .filter(|test| is(test, "arpc", "tdes"))
        {
            let key = if test["key"].is_string() {
                Tdes2Key::with_backend(backend, &bytes(&test["key"]))
            } else if needs_hash(test) {
                continue;
            } else {
                match session(&test["session"]) {
                    Some((None, _)) => card_key(backend, test),
                    Some((Some(key), first)) => card_key(backend, test).derive(key.blocks(first)),
                    None => continue,
                }
            };
            let arqc: [u8; 8] = bytes(&test["arqc"]);
            let expected = hex(&test["expect"]["arpc"]);
            let arpc = if test["method"] == 1 {
                let mut block = arqc;
                let arc: [u8; 2] = bytes(&test["arc"]);
                block[0] ^= arc[0];
                block[1] ^= arc[1];
                key.encrypt(block).to_vec()
            } else {
                let data = [arqc.to_vec(), hex(&test["csu"]), hex(&test["proprietary"])].concat();
                key.retail_mac(&padded(&data, "method2"))[..4].to_vec()
            };
            assert_eq!(arpc, expected, "{backend:?} {}", test["id"]);
            count += 1;
        }
        assert!(count > 15, "only {count} ran");
    }
}

/// The published AES chains: card key, session key, cryptogram and answer each feed the next.
#[test]
fn aes_chains() {
    let find = |file: &str, id: &str| {
        tests(file)
            .into_iter()
            .find(|test| test["id"] == id)
            .unwrap_or_else(|| panic!("{id}"))
    };
    for (bits, length) in [
        ("128", KeyLength::Aes128),
        ("192", KeyLength::Aes192),
        ("256", KeyLength::Aes256),
    ] {
        let card = find("keys", &format!("cfpp-aes{bits}-udk"));
        let session = find("keys", &format!("cfpp-aes{bits}-sk"));
        let cryptogram = find("cryptograms", &format!("cfpp-aes{bits}-arqc"));
        let response = find(
            "responses",
            &if bits == "128" {
                "cfpp-aes128-arpc1".to_owned()
            } else {
                format!("cfpp-aes{bits}-arpc2")
            },
        );
        assert_eq!(card["expect"]["key"], session["card_key"]);
        assert_eq!(session["expect"]["key"], cryptogram["session_key"]);
        assert_eq!(session["expect"]["key"], response["key"]);
        assert_eq!(cryptogram["expect"]["ac"], response["arqc"]);
        let imk = MasterKey::with_card_keys(&hex(&card["imk"]), length).unwrap();
        let (message, proprietary) = (hex(&cryptogram["data"]), hex(&response["proprietary"]));
        let mut r = [0; 16];
        r[..2].copy_from_slice(&hex(&session["atc"]));
        let right = Item {
            diversification: diversification(&card),
            session: r,
            message: &message,
            cryptogram: bytes(&cryptogram["expect"]["ac"]),
            response: match bits {
                "128" => Response::Method1 {
                    arc: bytes(&response["arc"]),
                },
                _ => Response::Method2 {
                    csu: bytes(&response["csu"]),
                    proprietary: &proprietary,
                },
            },
        };
        let mut wrong = right;
        wrong.cryptogram[7] ^= 1;
        let items: Vec<_> = (0..70)
            .map(|i| if i % 3 == 1 { wrong } else { right })
            .collect();
        for backend in aes::Backend::ALL.into_iter().filter(|b| b.is_available()) {
            let mut verdicts = vec![aes::Verdict::default(); items.len()];
            backend.verify_batch(&imk, &items, &mut verdicts);
            for (i, verdict) in verdicts.iter().enumerate() {
                assert_eq!(verdict.is_valid(), i % 3 != 1, "{backend:?} {bits} {i}");
                let expected = hex(&response["expect"]["arpc"]);
                let expected = (i % 3 != 1).then_some(expected.as_slice());
                assert_eq!(verdict.arpc(), expected, "{backend:?} {bits} {i}");
            }
        }
    }
}
