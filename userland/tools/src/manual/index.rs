//! One line about each command.

/// `NAME DESCRIPTION`, sorted.
const WHATIS: &str = include_str!("whatis.txt");

/// The commands with their descriptions.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    WHATIS.lines().filter_map(|line| line.split_once(' '))
}

pub fn description(name: &str) -> Option<&'static str> {
    all()
        .find(|(command, _)| *command == name)
        .map(|(_, description)| description)
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_command_has_a_line_and_every_line_a_command() {
        let commands = include_str!("../../../commands.toml");
        // Names in quotes; the modules' own are no commands that one looks up.
        let mut named: Vec<&str> = commands
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split('"').skip(1).step_by(2))
            .filter(|name| {
                !matches!(
                    *name,
                    "archive" | "base" | "calc" | "coreutils" | "diffs" | "editor" | "tools"
                )
            })
            .collect();
        named.sort_unstable();
        let listed: Vec<&str> = all().map(|(name, _)| name).collect();
        assert_eq!(listed, named);
    }
}
