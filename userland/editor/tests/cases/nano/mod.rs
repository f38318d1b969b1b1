//! nano: keys in, text and file out.

mod rows;

use editing::core::shape::{Look, columns};
use editing::nano::{End, Nano, Options};

use crate::support::{Fake, keys_of};

const T: &str = "one two three\nfour five\n\nsix (a b) end\n";

/// nano with the file `file`.
fn session(text: &[u8], options: Options) -> (Fake, Nano) {
    let world = Fake::default();
    world.0.borrow_mut().files.insert(b"file".to_vec(), text.to_vec());
    let mut nano = Nano::new(Box::new(world.clone()), options);
    nano.open(b"file");
    (world, nano)
}

fn press(world: &Fake, nano: &mut Nano, keys: &str) -> End {
    world.0.borrow_mut().keys.extend(keys_of(keys));
    nano.run()
}

/// The text is what nano writes when asked to, and the place what its position log then has.
#[test]
fn keys_do_what_nano_s_do() {
    let mut wrong = Vec::new();
    for (text, keys, want, line, col) in rows::ROWS {
        let (world, mut nano) = session(text.as_bytes(), Options::default());
        let end = press(&world, &mut nano, &format!("{keys}\x0f\r\x18"));
        let file = world.0.borrow().files[&b"file"[..]].clone();
        let look = Look {
            tabstop: 8,
            list: false,
        };
        let col_now = columns(&nano.buffer.line(nano.cursor.line)[..nano.cursor.col], look) + 1;
        let got = (
            String::from_utf8_lossy(&file).into_owned(),
            nano.cursor.line + 1,
            col_now,
        );
        let want = if *want == "=" { text } else { want };
        if got != ((*want).to_owned(), *line, *col) || end != End::Quit {
            wrong.push(format!(
                "{text:?} {keys:?}\n  want {:?}\n  got  {got:?} {end:?}\n",
                (want, line, col)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows::ROWS.len(),
        wrong.join("")
    );
}
