//! Refusing a message that is too large when its frame is announced, not once it is here.
//!
//! The library compares the length of a frame with its limit when it has the whole of it, and would keep as many bytes
//! as a client cares to announce until then.

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_ws::ProtocolError;
use futures_util::{StreamExt, stream};

/// Largest message, in bytes, whatever the number of its frames.
pub(super) const LARGEST: usize = 64 * 1024;
/// Largest control frame: RFC 6455, 5.5.
const LARGEST_CONTROL: u64 = 125;

/// The bytes of a client, as far as the messages in them are not too large.
pub(super) fn metered(payload: Payload) -> Payload {
    let state = Some((payload, Meter::default()));
    let bytes = stream::unfold(state, async |state| {
        let (mut payload, mut meter) = state?;
        let chunk = payload.next().await?;
        match chunk {
            Ok(bytes) if meter.admits(&bytes) => Some((Ok(bytes), Some((payload, meter)))),
            Ok(_) => Some((Err(PayloadError::Overflow), None)),
            Err(error) => Some((Err(error), None)),
        }
    });
    Payload::Stream {
        payload: Box::pin(bytes),
    }
}

/// Whether it was [`metered`] that ended the bytes.
pub(super) fn is_too_large(error: &ProtocolError) -> bool {
    match error {
        ProtocolError::Overflow => true,
        ProtocolError::Io(error) => {
            let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<PayloadError>());
            matches!(cause, Some(PayloadError::Overflow))
        }
        _ => false,
    }
}

/// Follows frames by their heads, and adds up those of one message.
#[derive(Debug, Default)]
struct Meter {
    /// The head of the next frame, as much of it as is here.
    head: Vec<u8>,
    /// How much of the present frame is still to come.
    rest: u64,
    /// How large the present message has become.
    message: u64,
}

impl Meter {
    /// Reads on; whether no message has become too large.
    fn admits(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, others)) = bytes.split_first() {
            if self.rest > 0 {
                let here = usize::try_from(self.rest).map_or(bytes.len(), |rest| rest.min(bytes.len()));
                self.rest = self.rest.saturating_sub(here.try_into().unwrap_or(u64::MAX));
                bytes = bytes.get(here..).unwrap_or_default();
                continue;
            }
            self.head.push(*first);
            bytes = others;
            if let Some((opcode, length)) = announced(&self.head) {
                self.head.clear();
                self.rest = length;
                if !self.admits_frame(opcode, length) {
                    return false;
                }
            }
        }
        true
    }

    fn admits_frame(&mut self, opcode: u8, length: u64) -> bool {
        if opcode & 0x08 != 0 {
            return length <= LARGEST_CONTROL;
        }
        // 0 goes on with the message before; anything else begins one.
        let before = if opcode == 0 { self.message } else { 0 };
        self.message = before.saturating_add(length);
        usize::try_from(self.message).is_ok_and(|message| message <= LARGEST)
    }
}

/// The opcode of a frame and the length it announces, once its head is whole: RFC 6455, 5.2.
fn announced(head: &[u8]) -> Option<(u8, u64)> {
    let [first, second, rest @ ..] = head else { return None };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let short = second & 0x7f;
    let extended = match short {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    if rest.len() < extended + mask {
        return None;
    }
    let extended = rest.get(..extended).unwrap_or_default();
    let length = extended.iter().fold(0, |length, byte| (length << 8) | u64::from(*byte));
    let length = if extended.is_empty() { u64::from(short) } else { length };
    Some((first & 0x0f, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: u8 = 0x81;
    const TEXT_UNFINISHED: u8 = 0x01;
    const CONTINUES: u8 = 0x00;
    const PING: u8 = 0x89;

    /// A masked frame that announces a length, with so many bytes of it.
    fn frame(first: u8, announced: u64, bytes: usize) -> Vec<u8> {
        let mut frame = vec![first];
        match (u8::try_from(announced), u16::try_from(announced)) {
            (Ok(short @ ..=125), _) => frame.push(0x80 | short),
            (_, Ok(medium)) => {
                frame.push(0x80 | 0x7e);
                frame.extend(medium.to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 0x7f);
                frame.extend(announced.to_be_bytes());
            }
        }
        frame.extend([1, 2, 3, 4]);
        frame.extend(std::iter::repeat_n(0x7f, bytes));
        frame
    }

    fn whole(first: u8, length: usize) -> Vec<u8> {
        frame(first, length.try_into().expect("a length"), length)
    }

    /// Whether the bytes are admitted, however they are cut.
    fn admitted(bytes: &[u8]) -> bool {
        let at_once = Meter::default().admits(bytes);
        for size in [1, 2, 3, 7, 1000] {
            let mut meter = Meter::default();
            let in_parts = bytes.chunks(size).all(|part| meter.admits(part));
            assert_eq!(in_parts, at_once, "in parts of {size}");
        }
        at_once
    }

    #[test]
    fn messages_up_to_the_limit_pass_one_after_the_other() {
        for length in [0, 1, 125, 126, 65_535, LARGEST] {
            let bytes = [whole(TEXT, length), whole(PING, 125), whole(TEXT, length)].concat();
            assert!(admitted(&bytes), "{length}");
        }
    }

    #[test]
    fn a_message_over_the_limit_is_refused_by_its_announcement() {
        assert!(!admitted(&frame(TEXT, 65_537, 0)));
        assert!(!admitted(&frame(TEXT, u64::MAX, 0)));
        assert!(!admitted(&frame(PING, 126, 0)));
        assert!(!admitted(&[whole(TEXT, 10), frame(TEXT, 65_537, 0)].concat()));
    }

    #[test]
    fn a_message_in_many_frames_is_one_message() {
        let first = whole(TEXT_UNFINISHED, 40_000);
        let fits = [first.clone(), whole(PING, 100), whole(CONTINUES, 25_536)].concat();
        assert!(admitted(&fits));
        assert!(
            admitted(&[fits.clone(), whole(TEXT, LARGEST)].concat()),
            "the next begins anew"
        );
        assert!(!admitted(
            &[first, whole(PING, 100), frame(CONTINUES, 25_537, 0)].concat()
        ));
    }
}
