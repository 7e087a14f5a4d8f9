//! Issuer application data and card verification results, under a layout.

use chipcard::element::{CardVerificationResults, IadLayout, IadTail, IssuerApplicationData};

use super::bits;
use super::context::Context;
use super::mask::plain;
use super::node::Node;

/// What the bytes were read as.
#[derive(Default)]
pub(super) struct Readings {
    /// One for each layout that reads them.
    pub(super) children: Vec<Node>,
    pub(super) notes: Vec<String>,
}

/// The layouts to try, and who chose them.
fn layouts(context: &Context) -> (Vec<IadLayout>, Option<String>) {
    let named = |layouts: &[IadLayout]| -> Vec<IadLayout> { layouts.to_vec() };
    match (context.options.family, context.scheme) {
        (Some(family), _) => (named(family.layouts()), None),
        (None, Some(scheme)) if !scheme.iad_layouts().is_empty() => {
            // A card of the Common Payment Application has its layout under any identifier.
            let mut layouts = named(scheme.iad_layouts());
            layouts.push(IadLayout::Ccd);
            let reason = format!("layout chosen by the application identifier: {scheme}");
            (layouts, Some(reason))
        }
        (None, _) => {
            let known = IadLayout::ALL
                .into_iter()
                .filter(|layout| *layout != IadLayout::Opaque);
            (known.collect(), None)
        }
    }
}

/// Issuer application data under the family of the options, under that of an application identifier in the same
/// message, or under every layout that reads them.
pub(super) fn readings(value: &[u8], context: &Context) -> Readings {
    let (layouts, reason) = layouts(context);
    let mut readings = Readings::default();
    let mut refusals = Vec::new();
    for layout in layouts {
        match parse(layout, value) {
            Ok((iad, tail)) => readings.children.push(reading(&iad, tail, context)),
            Err(error) => refusals.push(format!("not {layout}: {error}")),
        }
    }
    let named = context.options.family.is_some();
    readings.notes.extend(reason);
    if readings.children.is_empty() {
        readings
            .notes
            .push("no known layout reads these bytes".to_owned());
    } else if !named && readings.children.len() > 1 {
        readings.notes.push(
            "more than one layout reads these bytes, and nothing in them says which is meant: the \
             card's record or application identifier does (--family)"
                .to_owned(),
        );
    } else if !named && context.scheme.is_none() {
        readings.notes.push(
            "the only layout known here that reads these bytes, which does not prove it is theirs \
             (--family)"
                .to_owned(),
        );
    }
    if named && readings.children.is_empty() {
        readings.notes.extend(refusals);
    }
    readings
}

fn parse(
    layout: IadLayout,
    value: &[u8],
) -> chipcard::Result<(IssuerApplicationData<'_>, IadTail)> {
    match IssuerApplicationData::parse(layout, value) {
        Ok(iad) => Ok((iad, IadTail::Exact)),
        Err(error) => IssuerApplicationData::parse_with_tail(layout, IadTail::ZeroPadded, value)
            .map(|iad| (iad, IadTail::ZeroPadded))
            .map_err(|_| error),
    }
}

fn reading(iad: &IssuerApplicationData, tail: IadTail, context: &Context) -> Node {
    let hex = |byte: u8| format!("{byte:02X}");
    let node = Node::new(format!("as {}", iad.layout()));
    let node = match tail {
        IadTail::ZeroPadded => node.with_note("zeros follow after the end"),
        _ => node,
    };
    let rows = [
        ("key index (DKI)", iad.key_index().map(hex), String::new()),
        ("cryptogram version (CVN)", iad.cvn().map(hex), version(iad)),
        (
            "data authentication code",
            iad.dac().map(|dac| plain(&dac)),
            String::new(),
        ),
        ("counters", iad.counters().map(plain), String::new()),
        (
            "issuer discretionary data",
            iad.issuer_discretionary_data().map(plain),
            String::new(),
        ),
    ];
    let rows = rows.into_iter().filter_map(|(label, value, meaning)| {
        value
            .filter(|value| !value.is_empty())
            .map(|value| Node::row(label, value, meaning))
    });
    let node = node.with_children(rows);
    match iad.cvr() {
        Some(cvr) => node.with_child(results(iad.layout(), &cvr, context)),
        None => node,
    }
}

/// How the payment system names the version.
fn version(iad: &IssuerApplicationData) -> String {
    match (iad.layout(), iad.cvn()) {
        (IadLayout::Visa013, Some(cvn)) => format!("CVN {cvn}"),
        (IadLayout::Visa24, Some(cvn)) => format!("CVN '{cvn:02X}'"),
        (IadLayout::Ccd, Some(0xA5)) => "common core identifier: TDES".to_owned(),
        (IadLayout::Ccd, Some(0xA6)) => "common core identifier: AES".to_owned(),
        (IadLayout::Ccd, Some(_)) => "common core identifier".to_owned(),
        _ => String::new(),
    }
}

fn results(layout: IadLayout, cvr: &CardVerificationResults, context: &Context) -> Node {
    let node = Node::new("Card verification results (CVR)")
        .with_length(cvr.bytes().len())
        .with_value(plain(cvr.bytes()));
    let fields: Vec<_> = cvr.fields().map(|(field, _)| field).collect();
    let node = match layout {
        IadLayout::Visa013 | IadLayout::Visa24 => {
            node.with_note("the names of Visa's bits come from sources that call them unverified")
        }
        _ => node,
    };
    match fields.as_slice() {
        [] => node.with_note("the bits of this layout are not public"),
        _ => node.with_children(bits::rows(fields, cvr.bytes(), context)),
    }
}

/// Card verification results that stand alone.
pub(super) fn cvr(value: &[u8], context: &Context) -> Node {
    let node = Node::new("Card verification results (CVR)").with_length(value.len());
    let (layouts, _) = layouts(context);
    let readings: Vec<Node> = layouts
        .into_iter()
        .filter_map(|layout| {
            let cvr = CardVerificationResults::parse(layout, value).ok()?;
            let fields: Vec<_> = cvr.fields().map(|(field, _)| field).collect();
            let named = Node::new(format!("as {layout}"));
            let rows = bits::rows(fields.iter().copied(), value, context);
            (!fields.is_empty()).then(|| named.with_children(rows))
        })
        .collect();
    let node = match readings.as_slice() {
        [] => {
            return node.with_error("no layout asked for has public bits for this many bytes");
        }
        [_] => node,
        _ => node.with_note("each family has its own bits (--family)"),
    };
    node.with_value(plain(value)).with_children(readings)
}
