//! Responses.

use crate::apdu::StatusWord;
use crate::tlv::Writer;

/// Most bytes of response data (short Le; EMV Book 1 9.4.2).
const MAX_DATA: usize = 256;

/// Buffer length that holds every response: 256 bytes of data and the status word.
pub const MAX_RESPONSE_LENGTH: usize = MAX_DATA + 2;

/// Makes a response in a caller's buffer: `fill` writes the data and says the status word. Returns the
/// length of the response.
///
/// `Ok` keeps the data, so that a warning such as `6283` can carry some; `Err` drops them. A buffer of fewer than two
/// bytes holds no response: 0.
///
/// ```
/// use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord, respond};
///
/// let mut buffer = [0; MAX_RESPONSE_LENGTH];
/// let length = respond(&mut buffer, |data| {
///     data.raw(&[0x9F, 0x36, 0x02, 0x00, 0x01]).map_err(|_| StatusWord::NO_PRECISE_DIAGNOSIS)?;
///     Ok(StatusWord::OK)
/// });
/// assert_eq!(buffer[..length], [0x9F, 0x36, 0x02, 0x00, 0x01, 0x90, 0x00]);
/// ```
pub fn respond(
    buffer: &mut [u8],
    fill: impl FnOnce(&mut Writer<'_>) -> Result<StatusWord, StatusWord>,
) -> usize {
    let Some(room) = buffer.len().checked_sub(2) else {
        return 0;
    };
    let data = buffer.get_mut(..room.min(MAX_DATA)).unwrap_or_default();
    let mut writer = Writer::new(data);
    let (length, status) = match fill(&mut writer) {
        Ok(status) => (writer.as_bytes().len(), status),
        Err(status) => {
            // What was refused must not stay behind in the caller's buffer.
            data.fill(0);
            (0, status)
        }
    };
    for (to, from) in buffer.iter_mut().skip(length).zip(status.to_bytes()) {
        *to = from;
    }
    length + 2
}
