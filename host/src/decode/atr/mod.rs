//! Answer to reset: ISO/IEC 7816-3, with what EMV Book 1 section 8 makes of it.

mod emv;

use super::mask;
use super::node::Node;

/// The longest answer to reset: TS and 32 characters (ISO/IEC 7816-3 8.2.1).
const MAX_LENGTH: usize = 33;

/// The parts of an answer to reset.
struct Atr<'a> {
    bytes: &'a [u8],
    /// Interface characters: kind A to D, number from 1, value.
    interface: Vec<(char, usize, u8)>,
    historical: &'a [u8],
    tck: Option<u8>,
}

/// Whether the bytes are an answer to reset to the last byte.
pub(super) fn fits(bytes: &[u8]) -> bool {
    Atr::parse(bytes).is_ok()
}

impl<'a> Atr<'a> {
    fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let at = |offset: usize, what: &str| {
            let byte = bytes.get(offset).copied();
            byte.ok_or_else(|| format!("offset {offset}: the answer to reset ends before {what}"))
        };
        if !matches!(at(0, "TS")?, 0x3B | 0x3F) {
            return Err("offset 0: TS is neither 3B nor 3F".to_owned());
        }
        if bytes.len() > MAX_LENGTH {
            let found = bytes.len();
            return Err(format!(
                "expected at most {MAX_LENGTH} bytes, found {found}"
            ));
        }
        let t0 = at(1, "T0")?;
        let mut interface = Vec::new();
        let (mut follow, mut number, mut offset) = (t0, 1, 2);
        loop {
            for (kind, bit) in [('A', 0x10), ('B', 0x20), ('C', 0x40), ('D', 0x80)] {
                if follow & bit != 0 {
                    let value = at(offset, &format!("T{kind}{number}"))?;
                    interface.push((kind, number, value));
                    offset += 1;
                }
            }
            match interface.last() {
                Some(&('D', last, td)) if last == number => follow = td,
                _ => break,
            }
            number += 1;
        }
        let end = offset + usize::from(t0 & 0x0F);
        let historical = bytes.get(offset..end).ok_or_else(|| {
            format!(
                "offset {offset}: T0 announces {} historical bytes, {} are there",
                t0 & 0x0F,
                bytes.len() - offset
            )
        })?;
        let only_t0 = interface
            .iter()
            .all(|&(kind, _, td)| kind != 'D' || td & 0x0F == 0);
        let tck = match (bytes.get(end), only_t0) {
            (None, true) => None,
            (Some(&tck), false) => Some(tck),
            (None, false) => return Err(format!("offset {end}: TCK is missing")),
            (Some(_), true) => return Err(trailing(end)),
        };
        match bytes.len() > end + 1 {
            true => Err(trailing(end + 1)),
            false => Ok(Self {
                bytes,
                interface,
                historical,
                tck,
            }),
        }
    }

    fn get(&self, kind: char, number: usize) -> Option<u8> {
        let found = self
            .interface
            .iter()
            .find(|(k, n, _)| (*k, *n) == (kind, number));
        found.map(|(_, _, value)| *value)
    }

    /// The protocol that interface characters of this number, from 3 on, belong to.
    fn protocol(&self, number: usize) -> Option<u8> {
        self.get('D', number - 1).map(|td| td & 0x0F)
    }

    /// Number of the first characters that are T=1's.
    fn first_of_t1(&self) -> Option<usize> {
        let mut of_t1 = self
            .interface
            .iter()
            .filter(|&&(kind, n, td)| kind == 'D' && n >= 2 && td & 0x0F == 1);
        of_t1.next().map(|(_, n, _)| n + 1)
    }

    fn check_sum(&self) -> u8 {
        self.bytes.iter().skip(1).fold(0, |sum, byte| sum ^ byte)
    }
}

fn trailing(offset: usize) -> String {
    format!("offset {offset}: bytes after the end of the answer to reset")
}

/// Decodes an answer to reset.
pub(super) fn decode(bytes: &[u8]) -> Node {
    let node = Node::new("Answer to reset (ATR)").with_length(bytes.len());
    let atr = match Atr::parse(bytes) {
        Ok(atr) => atr,
        Err(error) => return node.with_value(mask::plain(bytes)).with_error(error),
    };
    let node = node
        .with_value(mask::plain(bytes))
        .with_children(rows(&atr))
        .with_child(historical(atr.historical));
    let node = match atr.tck {
        None => node.with_note("no TCK: only T=0 is offered"),
        Some(_) if atr.check_sum() == 0 => node.with_note("TCK is right"),
        Some(tck) => node.with_error(format!(
            "offset {}: TCK is {tck:02X}, the other characters give {:02X}",
            bytes.len().saturating_sub(1),
            atr.check_sum() ^ tck
        )),
    };
    node.with_child(emv::judge(&atr))
}

fn rows(atr: &Atr) -> Vec<Node> {
    let byte =
        |label: &str, value: u8, meaning: String| Node::row(label, format!("{value:02X}"), meaning);
    let ts = atr.bytes.first().copied().unwrap_or_default();
    let t0 = atr.bytes.get(1).copied().unwrap_or_default();
    let convention = if ts == 0x3B {
        "direct convention"
    } else {
        "inverse convention"
    };
    let mut rows = vec![
        byte("TS", ts, convention.to_owned()),
        byte(
            "T0",
            t0,
            format!("{}; {} historical bytes", following(t0, 1), t0 & 0x0F),
        ),
    ];
    for &(kind, number, value) in &atr.interface {
        rows.push(byte(
            &format!("T{kind}{number}"),
            value,
            interface(atr, kind, number, value),
        ));
    }
    if let Some(tck) = atr.tck {
        rows.push(byte("TCK", tck, "check character".to_owned()));
    }
    rows
}

/// Which interface characters come next.
fn following(y: u8, number: usize) -> String {
    let named = [('A', 0x10), ('B', 0x20), ('C', 0x40), ('D', 0x80)];
    let present = named.iter().filter(|(_, bit)| y & bit != 0);
    let names: Vec<String> = present
        .map(|(kind, _)| format!("T{kind}{number}"))
        .collect();
    match names.as_slice() {
        [] => "no interface characters follow".to_owned(),
        names => format!(
            "{} follow{}",
            names.join(" "),
            if names.len() == 1 { "s" } else { "" }
        ),
    }
}

/// Clock rate conversion factors by FI (ISO/IEC 7816-3 Table 7); 0 is reserved.
const F: [u16; 16] = [
    372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0,
];
/// Baud rate adjustment factors by DI (ISO/IEC 7816-3 Table 8); 0 is reserved.
const D: [u8; 16] = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];

fn interface(atr: &Atr, kind: char, number: usize, value: u8) -> String {
    let (high, low) = (value >> 4, value & 0x0F);
    match (kind, number) {
        ('A', 1) => {
            let factor = |factor: u16| match factor {
                0 => "reserved".to_owned(),
                factor => factor.to_string(),
            };
            let f = F.get(usize::from(high)).copied().unwrap_or(0);
            let d = D.get(usize::from(low)).copied().unwrap_or(0);
            format!("F = {}, D = {}", factor(f), factor(d.into()))
        }
        ('B', 1) if value == 0 => "VPP is not connected in the card".to_owned(),
        ('B', 1) => format!(
            "programming voltage: PI1 = {}, II = {}",
            value & 0x1F,
            value >> 5 & 3
        ),
        ('C', 1) if value == 0xFF => {
            "extra guard time N = 255: 12 etu (T=0), 11 etu (T=1) between characters".to_owned()
        }
        ('C', 1) => format!("extra guard time: {value} etu"),
        ('D', _) => format!("protocol T={low}; {}", following(value, number + 1)),
        ('A', 2) => format!(
            "specific mode: T={low}, parameters {}, {} change to negotiable mode",
            if value & 0x10 == 0 {
                "by the interface characters"
            } else {
                "implicit"
            },
            if value & 0x80 == 0 {
                "able to"
            } else {
                "unable to"
            },
        ),
        ('B', 2) => format!("programming voltage: PI2 = {value}"),
        ('C', 2) => format!("T=0 waiting time integer WI = {value}"),
        _ => match atr.protocol(number) {
            Some(1) if atr.first_of_t1() == Some(number) => t1(kind, value),
            Some(15) => global(kind, value),
            protocol => format!("of protocol T={}", protocol.unwrap_or(0)),
        },
    }
}

/// The first interface characters of T=1 (ISO/IEC 7816-3 11.4).
fn t1(kind: char, value: u8) -> String {
    match kind {
        'A' => format!("T=1 information field size of the card: {value} bytes"),
        'B' => format!(
            "T=1 block waiting time integer BWI = {}, character waiting time integer CWI = {}",
            value >> 4,
            value & 0x0F
        ),
        _ => format!(
            "T=1 error detection: {}",
            if value & 1 == 0 { "LRC" } else { "CRC" }
        ),
    }
}

/// Global interface characters, after T=15 (ISO/IEC 7816-3 8.3).
fn global(kind: char, value: u8) -> String {
    match kind {
        'A' => {
            let stop = ["not supported", "state L", "state H", "no preference"];
            let stop = stop
                .get(usize::from(value >> 6))
                .copied()
                .unwrap_or_default();
            let classes = [("A (5 V)", 1), ("B (3 V)", 2), ("C (1.8 V)", 4)];
            let classes: Vec<&str> = classes
                .iter()
                .filter(|(_, bit)| value & bit != 0)
                .map(|(name, _)| *name)
                .collect();
            format!("clock stop: {stop}; classes {}", classes.join(", "))
        }
        'B' => "use of SPU".to_owned(),
        _ => "reserved".to_owned(),
    }
}

/// Names of COMPACT-TLV objects by the tag nibble (ISO/IEC 7816-4 8.1.1).
const COMPACT: [(u8, &str); 8] = [
    (1, "country code"),
    (2, "issuer identification number"),
    (3, "card service data"),
    (4, "initial access data"),
    (5, "card issuer's data"),
    (6, "pre-issuing data"),
    (7, "card capabilities"),
    (8, "status indicator"),
];

fn historical(bytes: &[u8]) -> Node {
    let node = Node::new("Historical bytes").with_length(bytes.len());
    let Some((&category, rest)) = bytes.split_first() else {
        return node;
    };
    let node = node.with_value(mask::plain(bytes));
    match category {
        0x80 => compact(node, rest),
        0x00 => match rest.split_last_chunk::<3>() {
            Some((objects, [life, sw1, sw2])) => compact(node, objects).with_child(Node::row(
                "status indicator",
                format!("{life:02X}{sw1:02X}{sw2:02X}"),
                format!("life cycle {life:02X}, status word {sw1:02X}{sw2:02X}"),
            )),
            None => node.with_note("shorter than the status indicator that category 00 ends with"),
        },
        _ => match super::text::printable(bytes) {
            Some(text) => node.with_meaning(format!("\"{text}\"")),
            None => node.with_note(format!(
                "category indicator {category:02X}: not ISO/IEC 7816-4's"
            )),
        },
    }
}

fn compact(mut node: Node, mut rest: &[u8]) -> Node {
    while let Some((&head, after)) = rest.split_first() {
        let length = usize::from(head & 0x0F);
        let Some((value, next)) = after.split_at_checked(length) else {
            return node.with_note(format!(
                "COMPACT-TLV object {head:02X} is longer than what is left"
            ));
        };
        let name = COMPACT
            .iter()
            .find(|(tag, _)| *tag == head >> 4)
            .map_or("object", |(_, name)| *name);
        node = node.with_child(Node::row(
            format!("{head:02X} {name}"),
            mask::plain(value),
            "",
        ));
        rest = next;
    }
    node
}
