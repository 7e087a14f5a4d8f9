//! What a terminal makes of an answer to reset (EMV 4.3 Book 1 section 8).

use super::{Atr, Node};

/// What a terminal makes of it (EMV 4.3 Book 1 8.2 and 8.3).
pub(super) fn judge(atr: &Atr) -> Node {
    let node = Node::new("EMV terminals (Book 1 section 8)");
    let reasons = rejections(atr);
    let basic = basic_protocol(atr);
    match (reasons.as_slice(), basic) {
        ([], Some(protocol)) => node.with_note(format!("a basic ATR for T={protocol} only")),
        ([], None) => {
            node.with_note("not one of the two basic ATRs, but nothing in it must be rejected")
        }
        (reasons, _) => {
            let node = node.with_note("rejected after a cold reset:");
            reasons
                .iter()
                .fold(node, |node, reason| node.with_note(format!("- {reason}")))
        }
    }
}

/// The protocol of the basic ATR that this one is (Tables 15 and 16), if it is one.
fn basic_protocol(atr: &Atr) -> Option<u8> {
    let names: Vec<(char, usize)> = atr
        .interface
        .iter()
        .map(|&(kind, number, _)| (kind, number))
        .collect();
    match names.as_slice() {
        [('B', 1), ('C', 1)] => Some(0),
        [('B', 1), ('C', 1), ('D', 1), ('D', 2), ('A', 3), ('B', 3)] => {
            (atr.get('D', 1) == Some(0x81) && atr.get('D', 2) == Some(0x31)).then_some(1)
        }
        _ => None,
    }
}

/// Why a terminal must reject it, or may because it need not support it.
fn rejections(atr: &Atr) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut reject = |broken: bool, reason: &str| {
        if broken {
            reasons.push(reason.to_owned());
        }
    };
    let get = |kind, number| atr.get(kind, number);
    let low = |td: u8| td & 0x0F;
    let first_protocol = get('D', 1).map_or(0, low);
    let t1 = get('D', 2).is_some_and(|td| low(td) == 1);

    reject(atr.bytes.len() > 32, "longer than 32 characters");
    reject(get('B', 1) != Some(0), "TB1 is missing or not 00 (8.3.3.2)");
    reject(
        first_protocol > 1,
        "TD1 names a protocol other than T=0 and T=1 (8.3.3.4)",
    );
    if let Some(ta2) = get('A', 2) {
        reject(
            ta2 & 0x10 != 0,
            "TA2 asks for implicit parameters (8.3.3.5)",
        );
        reject(
            low(ta2) != first_protocol,
            "TA2 names another protocol than TD1 (8.3.3.5)",
        );
        let slow = get('A', 1).is_none_or(|ta1| matches!(ta1, 0x11..=0x13));
        reject(
            ta2 & 0x10 == 0 && !slow,
            "TA1 is not 11, 12 or 13 in specific mode, unless the terminal can do it (8.3.3.1)",
        );
    }
    reject(get('B', 2).is_some(), "TB2 is present (8.3.3.6)");
    if let Some(tc2) = get('C', 2) {
        reject(tc2 == 0, "TC2 is 00 (8.3.3.7)");
        reject(
            !matches!(tc2, 0 | 0x0A),
            "TC2 is not 0A, unless the terminal can do it (8.3.3.7)",
        );
    }
    if let Some(td2) = get('D', 2) {
        let right = low(td2) == 1 || low(td2) == 0x0E && first_protocol == 0;
        reject(!right, "TD2 names another protocol than T=1 (8.3.3.8)");
    }
    if first_protocol == 1 || t1 {
        if let Some(ta3) = get('A', 3) {
            reject(
                !matches!(ta3, 0x10..=0xFE),
                "TA3 is not from 10 to FE (8.3.3.9)",
            );
        }
        // N = 255 counts as -1 here.
        let guard = match get('C', 1) {
            Some(0xFF) => 0,
            other => u32::from(other.unwrap_or(0)) + 1,
        };
        match get('B', 3) {
            None => reject(true, "TB3 is missing (8.3.3.10)"),
            Some(tb3) => {
                reject(
                    tb3 >> 4 > 4 || low(tb3) > 5,
                    "TB3 has BWI above 4 or CWI above 5 (8.3.3.10)",
                );
                reject(
                    1 << low(tb3) <= guard,
                    "TB3's CWI is too small for the extra guard time of TC1 (8.3.3.10)",
                );
            }
        }
        reject(
            get('C', 3).is_some_and(|tc3| tc3 != 0),
            "TC3 is not 00 (8.3.3.11)",
        );
    }
    reject(
        atr.tck.is_some() && atr.check_sum() != 0,
        "TCK is wrong (8.3.4)",
    );
    reasons
}
