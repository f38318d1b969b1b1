//! User and group names from `/etc/passwd` and `/etc/group`. Where those are missing, 0 is still `root`, as everywhere.

use std::collections::BTreeMap;

/// Ids and names of one of the two files, read when first asked.
pub struct Names {
    path: &'static str,
    known: Option<BTreeMap<u32, String>>,
}

impl Names {
    pub fn users() -> Names {
        Names {
            path: "/etc/passwd",
            known: None,
        }
    }

    pub fn groups() -> Names {
        Names {
            path: "/etc/group",
            known: None,
        }
    }

    fn known(&mut self) -> &BTreeMap<u32, String> {
        self.known.get_or_insert_with(|| {
            let text = std::fs::read(self.path).unwrap_or_default();
            parse(&String::from_utf8_lossy(&text))
        })
    }

    pub fn name(&mut self, id: u32) -> Option<&str> {
        self.known().get(&id).map(String::as_str)
    }

    /// The name, or the number as ls(1) shows an unknown one.
    pub fn name_or_number(&mut self, id: u32) -> String {
        self.name(id).map_or_else(|| id.to_string(), str::to_owned)
    }

    /// The id of a name, or of a decimal number.
    pub fn id(&mut self, name: &str) -> Option<u32> {
        let by_name = self
            .known()
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(id, _)| *id);
        by_name.or_else(|| name.parse().ok())
    }
}

/// Lines of `name:password:id:…`.
fn parse(text: &str) -> BTreeMap<u32, String> {
    let mut known = BTreeMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        if let (Some(name), Some(id)) = (fields.next(), fields.nth(1).and_then(|id| id.parse().ok())) {
            known.entry(id).or_insert_with(|| name.to_owned());
        }
    }
    known.entry(0).or_insert_with(|| "root".to_owned());
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_an_id_names_it() {
        let known = parse("user:x:1000:1000::/home/user:/bin/sh\nbroken\nother:x:1000:\n");
        assert_eq!(known.get(&1000).map(String::as_str), Some("user"));
        assert_eq!(known.get(&0).map(String::as_str), Some("root"));
    }
}
