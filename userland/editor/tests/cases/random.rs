//! Keys that nobody would type in their right mind: nothing breaks, the screen stays right, and all can be undone.

use editing::host::Key;
use editing::nano::{Nano, Options};
use editing::vi::Mode;

use crate::emulator::Emulator;
use crate::support::{Fake, Session};

/// Numbers that are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    fn key(&mut self) -> Key {
        const NAMED: [Key; 12] = [
            Key::Up,
            Key::Down,
            Key::Left,
            Key::Right,
            Key::Home,
            Key::End,
            Key::PageUp,
            Key::PageDown,
            Key::Insert,
            Key::Delete,
            Key::Redraw,
            Key::Unknown,
        ];
        match self.below(20) {
            0 => NAMED[self.below(NAMED.len())].clone(),
            1 => Key::Byte(0x1b),
            2 => Key::Byte(self.below(256) as u8),
            3 => Key::Byte(self.below(32) as u8),
            4 if self.below(20) == 0 => Key::Paste(b"pasted\rtext \xe4\xb8\xad\xff".to_vec()),
            _ => Key::Byte(b' ' + self.below(95) as u8),
        }
    }
}

const TEXT: &[u8] =
    "one (two) three\n\tif (x) { y[1] = \"q\"; }\n\n中文 e\u{301} wide\nlast line. Next. Third?\n".as_bytes();

fn look(world: &Fake, size: (usize, usize)) {
    let mut world = world.0.borrow_mut();
    world.restricted = true;
    world.size = size;
    world.emulator = Some(Emulator::new(size.0, size.1));
}

#[test]
fn vi_survives_and_undoes_all() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let text = [TEXT, &b"\xff\xfe\x00bytes\n"[..]].concat();
        let mut session = Session::file(&text);
        look(&session.world, [(24, 80), (5, 20), (3, 9)][random.below(3)]);
        let keys: Vec<Key> = (0..80).map(|_| random.key()).collect();
        session.world.0.borrow_mut().keys.extend(keys.iter().cloned());
        // Another file, or none, has another history.
        let ended = session.keys("").is_some();
        session.keys("\x1b\x1b\x03");
        session.vi.mode = Mode::Normal;
        if ended || session.vi.file.name.as_deref() != Some(b"file") {
            continue;
        }
        // What was undone already may be done again first.
        while session.vi.buffer.redo().is_some() {}
        let after = session.vi.buffer.text();
        while session.vi.buffer.undo().is_some() {}
        assert_eq!(session.vi.buffer.text(), text, "seed {seed}: {keys:?}");
        while session.vi.buffer.redo().is_some() {}
        assert_eq!(session.vi.buffer.text(), after, "seed {seed}: {keys:?}");
    }
}

#[test]
fn nano_survives_and_undoes_all() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let world = Fake::default();
        world.0.borrow_mut().files.insert(b"file".to_vec(), TEXT.to_vec());
        let mut nano = Nano::new(Box::new(world.clone()), Options::default());
        nano.open(b"file");
        look(&world, [(24, 80), (5, 20), (3, 9)][random.below(3)]);
        let keys: Vec<Key> = (0..80).map(|_| random.key()).collect();
        world.0.borrow_mut().keys.extend(keys.iter().cloned());
        nano.run();
        let after = nano.buffer.text();
        let mut steps = 0;
        while nano.buffer.undo().is_some() {
            steps += 1;
        }
        assert_eq!(nano.buffer.text(), TEXT, "seed {seed}: {keys:?}");
        for _ in 0..steps {
            nano.buffer.redo();
        }
        assert_eq!(nano.buffer.text(), after, "seed {seed}: {keys:?}");
    }
}
