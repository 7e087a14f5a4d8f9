//! Issuer application data: every layout over every input, and every accessor of what is accepted.

#![no_main]

use chipcard::element::{IadLayout, IadTail, IssuerApplicationData};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    for layout in IadLayout::ALL {
        for tail in [IadTail::Exact, IadTail::ZeroPadded, IadTail::Any] {
            let Ok(iad) = IssuerApplicationData::parse_with_tail(layout, tail, input) else {
                continue;
            };
            assert!(input.starts_with(iad.bytes()));
            let cut = &input[iad.bytes().len()..];
            assert!(cut.is_empty() || tail == IadTail::ZeroPadded && cut.iter().all(|b| *b == 0));
            if let Some(cvr) = iad.cvr() {
                assert!(cvr.fields().all(|(_, value)| value as usize <= 0xFF));
                let _ = (cvr.first_generate_ac(), cvr.second_generate_ac());
            }
            let _ = (iad.cvn(), iad.key_index(), iad.dac(), iad.counters());
            let _ = iad.issuer_discretionary_data();
        }
    }
});
