//! Object ids: SHA-1 of an object's header and content.

use std::fmt;

use crate::failure::Result;
use crate::object::Kind;

/// An object's name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Oid(pub [u8; 20]);

impl Oid {
    /// "No object", as reflogs and diffs show it.
    pub const ZERO: Oid = Oid([0; 20]);

    pub fn is_zero(&self) -> bool {
        *self == Oid::ZERO
    }

    /// From exactly 40 hexadecimal digits.
    pub fn from_hex(hex: &[u8]) -> Option<Oid> {
        if hex.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(hex.chunks(2)) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Oid(bytes))
    }

    pub fn from_bytes(bytes: &[u8]) -> Option<Oid> {
        bytes.try_into().ok().map(Oid)
    }

    pub fn hex(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The value of a hexadecimal digit.
pub fn digit(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).map(|value| value as u8)
}

/// SHA-1 of the pieces. A block that was made to collide is refused, as git does.
pub fn sha1(pieces: &[&[u8]]) -> Result<[u8; 20]> {
    let mut hasher = sha1dc::Hasher::new();
    pieces.iter().for_each(|piece| hasher.update(piece));
    match hasher.finalize() {
        Ok(digest) => {
            let mut bytes = [0; 20];
            bytes.copy_from_slice(digest.as_ref());
            Ok(bytes)
        }
        Err(_) => crate::fatal!("SHA-1 appears to be part of a collision attack"),
    }
}

/// The id that an object has.
pub fn hash_object(kind: Kind, data: &[u8]) -> Result<Oid> {
    let header = format!("{} {}\0", kind.name(), data.len());
    sha1(&[header.as_bytes(), data]).map(Oid)
}
