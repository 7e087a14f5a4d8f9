//! Data object lists: what the terminal's side writes, the card's side takes apart, entry for entry.

#![no_main]

use chipcard::dol::DataObjectList;
use chipcard::tlv::Reader;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // The first byte says where the list ends and the terminal's data begin.
    let Some((length, rest)) = input.split_first() else {
        return;
    };
    let (list, terminal) = rest.split_at(usize::from(*length).min(rest.len()));
    let Ok(list) = DataObjectList::parse(list) else {
        return;
    };
    let mut buffer = [0; 252 * 255];
    let value_of = |tag| {
        let mut known = Reader::new(terminal).flatten();
        known
            .find(|object| object.tag == tag)
            .map(|object| object.value)
    };
    let answer = list.fill(&mut buffer, value_of).unwrap();
    assert_eq!(answer.len(), list.total_length());

    let mut joined = Vec::new();
    for (entry, value) in list.split(answer).unwrap() {
        assert_eq!(value.len(), usize::from(entry.length));
        joined.extend_from_slice(value);
        let _ = list.value_of(answer, entry.tag);
    }
    assert_eq!(joined, answer);
    assert!(list.split(&buffer[..list.total_length() + 1]).is_err());
});
