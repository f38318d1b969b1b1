//! The file system against a model: a map from paths to what is there.

use super::*;
use crate::kernel::error::Errno;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What the model knows of a name.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Item {
    Directory,
    /// An index into the contents, which hard links share.
    File(usize),
}

/// Absolute paths without `.` and `..` to items; the root is there always.
#[derive(Default)]
pub(super) struct Model {
    items: BTreeMap<String, Item>,
    contents: Vec<Vec<u8>>,
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Mkdir(String),
    Create(String),
    Write(String, usize, Vec<u8>),
    Truncate(String, usize),
    Unlink(String),
    Rmdir(String),
    Link(String, String),
    Rename(String, String),
}

pub(super) type Outcome = Result<(), Errno>;

impl Model {
    fn get(&self, path: &str) -> Option<Item> {
        if path.is_empty() {
            Some(Item::Directory)
        } else {
            self.items.get(path).cloned()
        }
    }

    /// The parent must be a directory.
    fn parent(&self, path: &str) -> Outcome {
        let mut at = String::new();
        let (parent, _) = path.rsplit_once('/').unwrap();
        for name in parent.split('/').skip(1) {
            at = format!("{at}/{name}");
            match self.get(&at) {
                None => return Err(Errno::ENOENT),
                Some(Item::File(_)) => return Err(Errno::ENOTDIR),
                Some(Item::Directory) => {}
            }
        }
        Ok(())
    }

    pub(super) fn item(&self, path: &str) -> Result<Item, Errno> {
        self.parent(path)?;
        self.get(path).ok_or(Errno::ENOENT)
    }

    fn file(&self, path: &str) -> Result<usize, Errno> {
        match self.item(path)? {
            Item::Directory => Err(Errno::EISDIR),
            Item::File(at) => Ok(at),
        }
    }

    fn absent(&self, path: &str) -> Outcome {
        self.parent(path)?;
        if self.get(path).is_some() {
            Err(Errno::EEXIST)
        } else {
            Ok(())
        }
    }

    fn has_children(&self, path: &str) -> bool {
        self.items
            .keys()
            .any(|each| each.starts_with(&format!("{path}/")))
    }

    pub(super) fn apply(&mut self, step: &Step) -> Outcome {
        match step {
            Step::Mkdir(path) => {
                self.absent(path)?;
                self.items.insert(path.clone(), Item::Directory);
            }
            Step::Create(path) => {
                self.absent(path)?;
                self.contents.push(Vec::new());
                self.items
                    .insert(path.clone(), Item::File(self.contents.len() - 1));
            }
            Step::Write(path, offset, bytes) => {
                let file = self.file(path)?;
                let contents = &mut self.contents[file];
                if contents.len() < offset + bytes.len() && !bytes.is_empty() {
                    contents.resize(offset + bytes.len(), 0);
                }
                if !bytes.is_empty() {
                    contents[*offset..offset + bytes.len()].copy_from_slice(bytes);
                }
            }
            Step::Truncate(path, length) => {
                let file = self.file(path)?;
                self.contents[file].resize(*length, 0);
            }
            Step::Unlink(path) => {
                self.file(path)?;
                self.items.remove(path);
            }
            Step::Rmdir(path) => {
                match self.item(path)? {
                    Item::File(_) => return Err(Errno::ENOTDIR),
                    Item::Directory if self.has_children(path) => return Err(Errno::ENOTEMPTY),
                    Item::Directory => self.items.remove(path),
                };
            }
            Step::Link(old, new) => {
                let item = self.item(old)?;
                self.absent(new)?;
                if item == Item::Directory {
                    return Err(Errno::EPERM);
                }
                self.items.insert(new.clone(), item);
            }
            Step::Rename(old, new) => self.rename(old, new)?,
        }
        Ok(())
    }

    fn rename(&mut self, old: &str, new: &str) -> Outcome {
        self.parent(old)?;
        self.parent(new)?;
        let item = self.item(old)?;
        if new.starts_with(&format!("{old}/")) {
            return Err(Errno::EINVAL);
        }
        if old.starts_with(&format!("{new}/")) {
            return Err(Errno::ENOTEMPTY);
        }
        match (&item, self.get(new)) {
            (_, Some(_)) if old == new => return Ok(()),
            (Item::File(from), Some(Item::File(to))) if *from == to => return Ok(()),
            (Item::Directory, Some(Item::File(_))) => return Err(Errno::ENOTDIR),
            (Item::File(_), Some(Item::Directory)) => return Err(Errno::EISDIR),
            (Item::Directory, Some(Item::Directory)) if self.has_children(new) => {
                return Err(Errno::ENOTEMPTY);
            }
            _ => {}
        }
        let below = format!("{old}/");
        let moved: Vec<String> = self
            .items
            .keys()
            .filter(|each| each.starts_with(&below))
            .cloned()
            .collect();
        for path in moved {
            let item = self.items.remove(&path).unwrap();
            self.items.insert(format!("{new}/{}", &path[below.len()..]), item);
        }
        self.items.remove(old);
        self.items.insert(new.into(), item);
        Ok(())
    }

    fn names_of(&self, file: usize) -> u32 {
        self.items
            .values()
            .filter(|item| **item == Item::File(file))
            .count() as u32
    }

    fn children(&self, path: &str) -> Vec<String> {
        let below = format!("{path}/");
        let mut names: Vec<String> = [".", ".."].map(String::from).into();
        let inside = self.items.keys().filter_map(|each| each.strip_prefix(&below));
        names.extend(inside.filter(|name| !name.contains('/')).map(String::from));
        names.sort();
        names
    }

    /// The tree shows what the model knows, and nothing else.
    fn check(&self, tree: &Tree) {
        assert_eq!(tree.names("/"), self.children(""));
        for (path, item) in &self.items {
            let stat = lstat(tree.caller(), Base::Root, path.as_bytes()).unwrap();
            match item {
                Item::File(at) => {
                    assert_eq!(tree.read(path), self.contents[*at], "{path}");
                    assert_eq!(stat.nlink, self.names_of(*at), "{path}");
                }
                Item::Directory => {
                    let children = self.children(path);
                    assert_eq!(tree.names(path), children);
                    let is_directory =
                        |name: &&String| self.get(&format!("{path}/{name}")) == Some(Item::Directory);
                    assert_eq!(
                        stat.nlink as usize,
                        2 + children.iter().skip(2).filter(is_directory).count()
                    );
                }
            }
        }
    }
}

fn perform(tree: &Tree, step: &Step) -> Outcome {
    perform_as(tree.caller(), step)
}

pub(super) fn perform_as(caller: Caller<'_>, step: &Step) -> Outcome {
    let root = Base::Root;
    let open = |path: &str, flags| open_file(caller, root, path.as_bytes(), flags, 0o644);
    let result = match step {
        Step::Mkdir(path) => mkdir(caller, root, path.as_bytes(), 0o755),
        Step::Create(path) => open(path, OpenFlags::O_CREAT | OpenFlags::O_EXCL).map(drop),
        Step::Write(path, offset, bytes) => open(path, OpenFlags::O_WRONLY).map(|file| {
            let mut bytes = &bytes[..];
            let mut at = *offset as u64;
            while !bytes.is_empty() {
                at += file.try_pwrite(at, &mut bytes).unwrap() as u64;
            }
        }),
        Step::Truncate(path, length) => truncate(caller, root, path.as_bytes(), *length as u64),
        Step::Unlink(path) => unlink(caller, root, path.as_bytes()),
        Step::Rmdir(path) => rmdir(caller, root, path.as_bytes()),
        Step::Link(old, new) => link(caller, root, old.as_bytes(), Follow::No, root, new.as_bytes()),
        Step::Rename(old, new) => rename(caller, root, old.as_bytes(), root, new.as_bytes()),
    };
    result.map_err(|error| error.errno)
}

/// One to three components of few names, so that paths meet.
fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..4)
        .prop_map(|names| names.into_iter().map(|name| format!("/{name}")).collect())
}

/// Offsets and sizes around the borders of chunks.
fn place() -> impl Strategy<Value = usize> {
    prop_oneof![0..200usize, 65_400..65_700usize, 131_000..131_100usize]
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let bytes = (any::<u8>(), prop_oneof![0..100usize, 65_000..66_000usize]);
    prop_oneof![
        3 => path().prop_map(Step::Mkdir),
        3 => path().prop_map(Step::Create),
        3 => (path(), place(), bytes).prop_map(|(path, at, (byte, count))| Step::Write(path, at, vec![byte; count])),
        1 => (path(), place()).prop_map(|(path, length)| Step::Truncate(path, length)),
        2 => path().prop_map(Step::Unlink),
        1 => path().prop_map(Step::Rmdir),
        2 => (path(), path()).prop_map(|(old, new)| Step::Link(old, new)),
        4 => (path(), path()).prop_map(|(old, new)| Step::Rename(old, new)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_file_system_agrees_with_a_model(steps in prop::collection::vec(step(), 1..60)) {
        let tree = Tree::empty();
        let empty = tree.fs.used();
        let mut model = Model::default();
        for step in &steps {
            prop_assert_eq!(perform(&tree, step), model.apply(step), "{:?}", step);
        }
        model.check(&tree);
        model.remove_all(&tree);
        prop_assert_eq!(tree.fs.used(), empty);
    }

    /// What the first steps make is the lower layer of an overlay, in which the others are taken.
    #[test]
    fn an_overlay_agrees_with_a_model(
        below in prop::collection::vec(step(), 1..40),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let lower = Tree::empty();
        let mut model = Model::default();
        for step in &below {
            prop_assert_eq!(perform(&lower, step), model.apply(step), "{:?}", step);
        }
        let before = lower.snapshot();
        let tree = Tree::over(lower.fs.clone());
        let mut numbers = Numbers::default();
        for step in &steps {
            prop_assert_eq!(perform(&tree, step), model.apply(step), "{:?}", step);
            numbers.check(&model, &tree, step);
        }
        model.check(&tree);
        model.remove_all(&tree);
        prop_assert_eq!(lower.snapshot(), before);
        prop_assert_eq!(tree.names("/"), [".", ".."]);
        let used = tree.fs.used();
        prop_assert!(used == Tree::empty().fs.used() || used == used_by_nothing(), "{}", used);
    }
}

/// What an overlay's upper layer takes when all has been removed.
fn used_by_nothing() -> u64 {
    let lower = Tree::empty();
    lower.write("/f", b"");
    let tree = Tree::over(lower.fs.clone());
    truncate(tree.caller(), Base::Root, b"/f", 0).unwrap();
    unlink(tree.caller(), Base::Root, b"/f").unwrap();
    tree.fs.used()
}

/// Inode numbers of what stays where it is.
#[derive(Default)]
struct Numbers(BTreeMap<String, (Item, u64)>);

impl Numbers {
    fn check(&mut self, model: &Model, tree: &Tree, step: &Step) {
        let now: BTreeMap<String, (Item, u64)> = model
            .items
            .iter()
            .map(|(path, item)| {
                let ino = lstat(tree.caller(), Base::Root, path.as_bytes()).unwrap().ino;
                (path.clone(), (item.clone(), ino))
            })
            .collect();
        for (path, (item, ino)) in &now {
            if let (Item::File(_), Some((before, number))) = (item, self.0.get(path))
                && before == item
            {
                assert_eq!(number, ino, "{path} after {step:?}");
            }
        }
        for (path, (item, ino)) in &now {
            let twin = now
                .iter()
                .find(|(other, (_, number))| *other != path && number == ino);
            if let Some((other, (its, _))) = twin {
                assert!(
                    item == its && *item != Item::Directory,
                    "{path} and {other} after {step:?}"
                );
            }
        }
        self.0 = now;
    }
}

impl Model {
    /// Deepest first, so that directories are empty by then.
    fn remove_all(&self, tree: &Tree) {
        for (path, item) in self.items.iter().rev() {
            match item {
                Item::Directory => rmdir(tree.caller(), Base::Root, path.as_bytes()).unwrap(),
                Item::File(_) => unlink(tree.caller(), Base::Root, path.as_bytes()).unwrap(),
            }
        }
    }
}
