//! The fuzzer's bytes as choices.

/// Choices, taken from bytes one after another. When the bytes are used up every choice is the first.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Choices out of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Input(bytes)
    }

    /// Whether all bytes are used up.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// At most `count` bytes, as they are.
    pub fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (now, later) = self.0.split_at(count.min(self.0.len()));
        self.0 = later;
        now
    }

    fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        let bytes = self.bytes(N);
        array[..bytes.len()].copy_from_slice(bytes);
        array
    }

    /// Any byte.
    pub fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.array())
    }

    /// Any 16 bits.
    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.array())
    }

    /// Any 32 bits.
    pub fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.array())
    }

    /// Any 64 bits.
    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.array())
    }

    /// A number below `limit`, which is at most 65,536 and not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit <= 256 {
            self.u8() as usize % limit
        } else {
            self.u16() as usize % limit
        }
    }

    /// True once in `times`.
    pub fn once_in(&mut self, times: u8) -> bool {
        self.u8() % times == times - 1
    }

    /// One of `all`.
    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}
