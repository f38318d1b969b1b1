//! What the guest finds in its memory: calls, and what their arguments point to.
//!
//! ```text
//! 0        8        0x100            0x110          ARENA                IMAGE_SIZE        MEMORY_SIZE
//! | unused | scratch | section table | call records | strings, structures | free for results |
//! ```

/// Pages of the guest's memory.
pub const PAGES: u32 = 2;
/// Bytes of it.
pub const MEMORY_SIZE: u32 = PAGES * 65_536;
/// Where the addresses of the sections' first calls are.
pub const SECTION_TABLE: u32 = 0x100;
/// Sections: argc modulo 4 says which one an image begins with, so the first process has section 1.
pub const SECTIONS: usize = 4;
/// The section that signal handlers call, and clones.
pub const SECTION_OF_HANDLERS: usize = 3;
const RECORDS: u32 = SECTION_TABLE + 4 * SECTIONS as u32;
/// Bytes of a call: its number, its arguments.
pub const RECORD_SIZE: u32 = 8 + 8 * ARGUMENTS_MAX as u32;
/// Where a record's arguments begin.
pub const ARGUMENT: u32 = 8;
/// Arguments of the import that has most.
pub const ARGUMENTS_MAX: usize = 12;
/// Calls of all sections together.
pub const CALLS_MAX: usize = 64;
/// Calls that an image makes at most, those of its handlers included.
pub const FUEL: u32 = 200;
const ARENA: u32 = RECORDS + RECORD_SIZE * (CALLS_MAX + SECTIONS) as u32;
/// Bytes of the image.
pub const IMAGE_SIZE: u32 = 0xc000;

/// An image in the making.
pub struct Image {
    bytes: Vec<u8>,
    records: u32,
    arena: u32,
}

impl Image {
    /// One without calls.
    pub fn new() -> Self {
        Image {
            bytes: vec![0; IMAGE_SIZE as usize],
            records: RECORDS,
            arena: ARENA,
        }
    }

    fn put(&mut self, at: u32, bytes: &[u8]) {
        self.bytes[at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    /// The calls that follow are those of `section`.
    pub fn begin(&mut self, section: usize) {
        self.put(SECTION_TABLE + 4 * section as u32, &self.records.to_le_bytes());
    }

    /// One more call.
    pub fn call(&mut self, function: u32, arguments: &[u64]) {
        let at = self.records;
        self.put(at, &function.to_le_bytes());
        for (place, argument) in arguments.iter().enumerate() {
            self.put(at + ARGUMENT + 8 * place as u32, &argument.to_le_bytes());
        }
        self.records += RECORD_SIZE;
    }

    /// Ends a section.
    pub fn end(&mut self) {
        self.records += RECORD_SIZE;
    }

    /// Puts `bytes` somewhere and answers where; over older ones when there is no room left.
    pub fn store(&mut self, bytes: &[u8]) -> u32 {
        let bytes = &bytes[..bytes.len().min((IMAGE_SIZE - ARENA) as usize)];
        if self.arena as usize + bytes.len() > IMAGE_SIZE as usize {
            self.arena = ARENA;
        }
        let at = self.arena;
        self.put(at, bytes);
        self.arena = (at + bytes.len() as u32).next_multiple_of(8);
        at
    }

    /// The address of one of the calls.
    pub fn record(number: usize) -> u32 {
        RECORDS + RECORD_SIZE * number as u32
    }

    /// Its bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}
