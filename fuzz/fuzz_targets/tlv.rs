//! BER-TLV: what is accepted is written back as the same bytes, on every level.

#![no_main]

use chipcard::tlv::{self, Reader, Writer};
use chipcard::{Error, Tag};
use libfuzzer_sys::fuzz_target;

fn rewrite(reader: Reader<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
    for object in reader {
        let object = object?;
        if object.tag.is_constructed() {
            writer.template(object.tag, |inner| rewrite(object.children(), inner))?;
        } else {
            writer.put(object.tag, object.value)?;
        }
    }
    Ok(())
}

fuzz_target!(|input: &[u8]| {
    let walked = tlv::walk(input, &mut |depth, object| {
        assert!(depth < tlv::MAX_DEPTH);
        let end = object.value_offset + object.value.len();
        assert_eq!(object.value, &input[object.value_offset..end]);
        Ok(())
    });
    match walked {
        Ok(()) => {
            let mut buffer = vec![0; input.len()];
            let mut writer = Writer::new(&mut buffer);
            rewrite(Reader::new(input), &mut writer).unwrap();
            assert_eq!(writer.finish(), input);
        }
        Err(error) => assert!(error.offset().is_none_or(|offset| offset <= input.len())),
    }
    for object in Reader::new(input).zero_filler().flatten() {
        assert!(object.value.len() < input.len());
    }
    let _ = tlv::require(input, Tag::new(0x9F26));
});
