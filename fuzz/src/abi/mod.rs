//! A guest that makes random calls: [`guest_abi`].
//!
//! The scene: a fresh kernel with small limits, in which nothing else runs; a process with files, pipes, terminals and devices open;
//! the guest ([`guest`]), whose calls and structures ([`image`], [`arguments`], [`structures`]) the input decides, and which may start
//! others of its kind; and the page, which types, resizes, signals and hangs up meanwhile. It is given a few milliseconds, then all of it is
//! killed. What must hold: nothing panics, everything ends, and what the kernel had for it is given back.

mod arguments;
mod guest;
mod image;
mod stage;
mod structures;

use crate::input::Input;
use crate::memory;
use arguments::Generator;
use image::Image;
use stage::{Event, Stage};
use std::time::Duration;

/// What an input stands for.
struct Scene {
    /// The image of the first process, in its standard input.
    image: Vec<u8>,
    /// Whether processes are root's.
    root: bool,
    /// Whether the first process has a controlling terminal.
    terminal: bool,
    /// How long guests may do what they like, in milliseconds: most that have not ended by then wait for something.
    playtime: u64,
    events: Vec<Event>,
}

impl Scene {
    fn read(bytes: &[u8]) -> Scene {
        let mut input = Input::new(bytes);
        let choices = input.u8();
        let events = (0..input.below(6)).map(|_| Event::read(&mut input)).collect();
        let mut generator = Generator {
            input: &mut input,
            image: Image::new(),
            show: std::env::var_os("SHOW").is_some(),
        };
        generator.make_calls();
        Scene {
            image: generator.image.into_bytes(),
            root: choices & 1 == 0,
            terminal: choices & 2 == 0,
            playtime: if choices & 0x38 == 0x38 { 8 } else { 2 },
            events,
        }
    }

    fn play(&self) {
        let mut stage = Stage::new(&self.image, self.root);
        stage.start(self.terminal);
        for event in &self.events {
            stage.act(event);
        }
        stage.end(Duration::from_millis(self.playtime));
    }
}

/// Plays the scene that `bytes` stand for.
///
/// # Panics
/// When the kernel did something that it must not.
pub fn guest_abi(bytes: &[u8]) {
    let scene = Scene::read(bytes);
    memory::without_leak(|| scene.play());
}
