//! Who did something, and when: `Name <mail> seconds zone`.

use crate::config::Config;
use crate::date;
use crate::failure::{Result, say};
use crate::{fatal, msg};

/// A parsed author, committer or tagger.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ident {
    pub name: Vec<u8>,
    pub mail: Vec<u8>,
    /// Seconds since 1970.
    pub time: i64,
    /// Minutes east of Greenwich.
    pub zone: i32,
}

/// Whose identity is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Author,
    Committer,
}

impl Role {
    fn variable(self, what: &str) -> String {
        match self {
            Role::Author => format!("GIT_AUTHOR_{what}"),
            Role::Committer => format!("GIT_COMMITTER_{what}"),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Role::Author => "Author",
            Role::Committer => "Committer",
        }
    }
}

impl Ident {
    /// As far as it can be read; what lacks is empty or 0.
    pub fn parse(text: &[u8]) -> Ident {
        let open = text.iter().position(|b| *b == b'<').unwrap_or(text.len());
        let close = text
            .iter()
            .rposition(|b| *b == b'>')
            .unwrap_or(text.len())
            .max(open);
        let name = text[..open].trim_ascii().to_vec();
        let mail = text.get(open + 1..close).unwrap_or_default().to_vec();
        let rest = String::from_utf8_lossy(text.get(close + 1..).unwrap_or_default()).into_owned();
        let mut words = rest.split_whitespace();
        let time = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let zone = words.next().and_then(date::parse_zone).unwrap_or(0);
        Ident {
            name,
            mail,
            time,
            zone,
        }
    }

    pub fn serialize(&self) -> Vec<u8> {
        let when = format!("> {} {}", self.time, date::zone(self.zone));
        msg![self.name, " <", self.mail, when]
    }
}

/// What may not stand in a name or mail address is left out, as git does: brackets and newlines anywhere, dots, commas,
/// quotes and the like at the ends.
fn clean(text: &[u8]) -> Vec<u8> {
    let crud = |b: &u8| *b <= 32 || b".,:;<>\"\\'".contains(b);
    let start = text.iter().position(|b| !crud(b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !crud(b)).map_or(start, |at| at + 1);
    text[start..end]
        .iter()
        .copied()
        .filter(|b| !b"<>\n".contains(b))
        .collect()
}

fn variable(name: &str) -> Option<Vec<u8>> {
    std::env::var_os(name).map(|value| value.as_encoded_bytes().to_vec())
}

/// The identity for a commit. Without `strict` something is made up where nothing is known, as reflogs may have it.
pub fn current(config: &Config, role: Role, strict: bool) -> Result<Ident> {
    let lower = role.word().to_lowercase();
    let user = cli::names::Names::users().name_or_number(sys::getuid());
    let configured = |what: &str| {
        let own = config.get(&format!("{lower}.{what}"));
        own.or_else(|| config.get(&format!("user.{what}")))
            .map(<[u8]>::to_vec)
    };
    let mail = variable(&role.variable("EMAIL"))
        .or_else(|| configured("email"))
        .or_else(|| variable("EMAIL").filter(|mail| !mail.is_empty()));
    let name = variable(&role.variable("NAME")).or_else(|| configured("name"));
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() {
        "localhost"
    } else {
        host.trim()
    }
    .to_owned();
    let made_up = msg![user, "@", host, ".(none)"];
    if strict && mail.is_none() {
        please_tell(role);
        return fatal!("unable to auto-detect email address (got '", made_up, "')");
    }
    let name = clean(&name.unwrap_or_else(|| user.into_bytes()));
    let mail = mail.unwrap_or(made_up);
    if strict && name.is_empty() {
        please_tell(role);
        return fatal!("empty ident name (for <", mail, ">) not allowed");
    }
    let (time, zone) = match std::env::var(role.variable("DATE")) {
        Ok(text) if !text.is_empty() => match date::parse::strict(&text) {
            Some(when) => when,
            None => return fatal!("invalid date format: ", text),
        },
        _ => date::now(),
    };
    Ok(Ident {
        name,
        mail: clean(&mail),
        time,
        zone,
    })
}

fn please_tell(role: Role) {
    say(&msg![
        role.word(),
        " identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  \
         git config --global user.email \"you@example.com\"\n  \
         git config --global user.name \"Your Name\"\n\n\
         to set your account's default identity.\n\
         Omit --global to set the identity only in this repository.\n\n"
    ]);
}
