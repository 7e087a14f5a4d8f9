//! Characters.

/// The bytes as text, when all are printable ASCII.
pub(super) fn printable(bytes: &[u8]) -> Option<String> {
    let all = !bytes.is_empty() && bytes.iter().all(|byte| (0x20..=0x7E).contains(byte));
    all.then(|| bytes.iter().copied().map(char::from).collect())
}

/// The bytes as text of ISO/IEC 8859-1, when all are printable in it.
pub(super) fn latin(bytes: &[u8]) -> Option<String> {
    let printable = |byte: &u8| matches!(byte, 0x20..=0x7E | 0xA0..);
    let all = !bytes.is_empty() && bytes.iter().all(printable);
    all.then(|| bytes.iter().copied().map(char::from).collect())
}
