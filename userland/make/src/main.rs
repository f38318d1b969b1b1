//! make(1): POSIX's, with GNU make's everyday extensions, messages and statuses.
//!
//! [`options`] (the command line) → [`reader`] (makefiles, their rules in [`rule_reader`]) with [`expand`] and [`functions`] → [`rule`]s and
//! [`variable`]s → [`update`] (what is out of date) with [`resolve`] (which rule makes it) → [`recipe`] (processes).

mod builtin;
mod environment;
mod expand;
mod functions;
mod options;
mod reader;
mod recipe;
mod resolve;
mod rule;
mod rule_reader;
mod text;
mod update;
mod variable;

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::rc::Rc;

use cli::{Command, Exit, Outcome, Output, complain};
use sys::Fd;

use options::Options;
use rule::{Pattern, Recipe, Rules};
use variable::{Origin, Variable, Variables, assignment};

const COMMANDS: &[Command] = &[Command { name: "make", run }];

/// Something went wrong.
const EXIT_FAILURE: i32 = 2;
/// -q: something is out of date.
const EXIT_OUT_OF_DATE: i32 = 1;

/// What ends make; it has been told.
#[derive(Debug)]
pub struct Failure;

pub struct Make {
    options: Options,
    /// `make`, or `make[LEVEL]`.
    program: String,
    level: u32,
    directory: String,
    out: Output,
    variables: Variables,
    /// Innermost last: what a target, a function or a recipe has of its own.
    scopes: Vec<Variables>,
    expanding: Vec<String>,
    depth: usize,
    /// The makefile and line that messages are about.
    place: Option<(String, usize)>,
    recipe_prefix: char,
    export_all: bool,
    include_directories: Vec<String>,
    makefiles: Vec<String>,
    /// Makefiles that were not there: name, whether it may lack, message.
    missing: Vec<(String, bool, String)>,
    rules: Rules,
    nodes: HashMap<String, update::Node>,
    stack: Vec<String>,
    dropped: HashSet<(String, String)>,
    /// Targets whose recipe failed.
    failed: HashSet<String>,
    intermediate: HashSet<String>,
    jobs: Vec<recipe::Job>,
    recipes_run: usize,
    stopped: bool,
    waiting: bool,
    would_run: bool,
    /// Makefiles are brought up to date.
    remaking: bool,
}

/// A variable that make sets by itself.
pub fn automatic(value: &str) -> Variable {
    Variable {
        value: value.to_owned(),
        recursive: false,
        origin: Origin::Automatic,
        exported: None,
    }
}

impl Make {
    fn new(options: Options, directory: String) -> Make {
        let level = std::env::var("MAKELEVEL")
            .ok()
            .and_then(|level| level.parse().ok())
            .unwrap_or(0);
        Make {
            program: if level == 0 {
                "make".into()
            } else {
                format!("make[{level}]")
            },
            level,
            include_directories: options.include_directories.clone(),
            options,
            directory,
            out: Output::stdout(),
            variables: Variables::new(),
            scopes: Vec::new(),
            expanding: Vec::new(),
            depth: 0,
            place: None,
            recipe_prefix: '\t',
            export_all: false,
            makefiles: Vec::new(),
            missing: Vec::new(),
            rules: Rules::default(),
            nodes: HashMap::new(),
            stack: Vec::new(),
            dropped: HashSet::new(),
            failed: HashSet::new(),
            intermediate: HashSet::new(),
            jobs: Vec::new(),
            recipes_run: 0,
            stopped: false,
            waiting: false,
            would_run: false,
            remaking: false,
        }
    }

    pub fn print(&mut self, text: &str) {
        self.out.put(&text::encode(text));
    }

    pub fn complain_raw(&mut self, message: &str) {
        self.out.send();
        // Failing to complain is nothing to complain about.
        let _ = sys::write_all(Fd::STDERR, &text::encode(message));
    }

    fn say_error(&mut self, message: &str) {
        let message = format!("{}: {message}\n", self.program);
        self.complain_raw(&message);
    }

    /// `FILE:LINE: `, or the program's name.
    pub fn place_text(&self) -> String {
        match &self.place {
            Some((file, line)) => format!("{file}:{line}: "),
            None => format!("{}: ", self.program),
        }
    }

    pub fn warn(&mut self, message: &str) {
        let message = format!("{}{message}\n", self.place_text());
        self.complain_raw(&message);
    }

    /// Tells of an error that ends make.
    pub fn fail(&self, message: &str) -> Failure {
        let message = format!("{}*** {message}.  Stop.\n", self.place_text());
        let _ = sys::write_all(Fd::STDERR, &text::encode(&message));
        Failure
    }

    fn set_plain(&mut self, name: &str, value: &str, origin: Origin) {
        let variable = Variable {
            value: value.to_owned(),
            recursive: false,
            origin,
            exported: None,
        };
        self.variables.insert(name.to_owned(), variable);
    }

    pub fn flags_for_children(&self) -> String {
        let mut flags = self.options.letters();
        for directory in &self.options.include_directories {
            flags.push_str(&format!(" -I{directory}"));
        }
        if self.options.print_directory == Some(false) {
            flags.push_str(" --no-print-directory");
        }
        if !self.options.variables.is_empty() {
            flags.push_str(" --");
            for variable in &self.options.variables {
                flags.push(' ');
                flags.push_str(&variable.replace('\\', "\\\\").replace(' ', "\\ "));
            }
        }
        flags
    }

    /// What is there before makefiles are read.
    fn begin(&mut self) -> Result<(), Failure> {
        if !self.options.no_variables {
            for (name, value) in builtin::VARIABLES {
                self.set_plain(name, value, Origin::Default);
                if let Some(variable) = self.variables.get_mut(*name) {
                    variable.recursive = true;
                }
            }
        }
        if !self.options.no_rules {
            self.rules.suffixes = builtin::SUFFIXES
                .iter()
                .map(|suffix| (*suffix).to_owned())
                .collect();
            for (target, prerequisite, lines) in builtin::RULES {
                let recipe = Recipe {
                    lines: lines.lines().map(str::to_owned).collect(),
                    is_builtin: true,
                    ..Recipe::default()
                };
                self.add_pattern(Pattern {
                    targets: vec![(*target).to_owned()],
                    prerequisites: vec![(*prerequisite).to_owned()],
                    order_only: Vec::new(),
                    recipe: Some(Rc::new(recipe)),
                    terminal: false,
                });
            }
        }
        let origin = if self.options.environment_overrides {
            Origin::EnvironmentOverride
        } else {
            Origin::Environment
        };
        for (name, value) in std::env::vars_os() {
            let (name, value) = (
                text::decode(name.as_encoded_bytes()),
                text::decode(value.as_encoded_bytes()),
            );
            self.set_plain(&name, &value, origin);
            if let Some(variable) = self.variables.get_mut(&name) {
                variable.recursive = true;
            }
        }
        let directory = self.directory.clone();
        let goals = text::joined(&self.options.goals);
        let flags = self.flags_for_children();
        let letters = self.options.letters();
        let letters = if letters.is_empty() {
            letters
        } else {
            format!("-{letters}")
        };
        for (name, value, origin) in [
            ("SHELL", "/bin/sh", Origin::Default),
            (".SHELLFLAGS", "-c", Origin::Default),
            ("MAKE", "make", Origin::Default),
            ("MAKE_COMMAND", "make", Origin::Default),
            ("MAKE_VERSION", "4.3", Origin::Default),
            ("MAKEFILE_LIST", "", Origin::File),
            ("CURDIR", &directory, Origin::File),
            ("MAKECMDGOALS", &goals, Origin::Default),
            ("MAKEFLAGS", &flags, Origin::File),
            ("MFLAGS", &letters, Origin::File),
            ("MAKELEVEL", &self.level.to_string(), Origin::Environment),
        ] {
            self.set_plain(name, value, origin);
        }
        for given in self.options.variables.clone() {
            if let Some(assignment) = assignment(&given) {
                self.assign(&assignment, Origin::CommandLine, false)?;
            }
        }
        Ok(())
    }

    fn read_all(&mut self) -> Result<(), Failure> {
        for text in self.options.evals.clone() {
            self.evaluate(&text)?;
        }
        let mut files = self.options.files.clone();
        if files.is_empty() {
            let usual = ["GNUmakefile", "makefile", "Makefile"].into_iter();
            files.extend(
                usual
                    .map(str::to_owned)
                    .find(|name| sys::stat(text::path(name)).is_ok()),
            );
        }
        for file in files {
            match cli::input::read_file(&text::path(&file)) {
                Ok(content) => {
                    self.makefiles.push(file.clone());
                    self.read_file(&file, &content)?;
                }
                Err(why) => {
                    let message = format!("{}: {file}: {why}", self.program);
                    self.missing.push((file, false, message));
                }
            }
        }
        Ok(())
    }

    /// Brings makefiles up to date; whether any has changed, so that all are to be read again.
    fn remake_makefiles(&mut self) -> Result<bool, Failure> {
        let missing = std::mem::take(&mut self.missing);
        let can_make = |make: &Make, name: &str| {
            make.rules
                .targets
                .get(name)
                .is_some_and(|target| target.rules.iter().any(|rule| rule.recipe.is_some()))
        };
        let mut changed = false;
        self.remaking = true;
        for file in self.makefiles.clone() {
            if can_make(self, &file) && !self.rules.is_phony(&file) {
                let before = sys::stat(text::path(&file)).map(|stat| stat.mtime_ns);
                self.update_goal(&file)?;
                changed |= before != sys::stat(text::path(&file)).map(|stat| stat.mtime_ns);
            }
        }
        for (name, optional, message) in missing {
            let plan = self.plan(&name, 0)?;
            if plan.recipe.is_some() && self.update_goal(&name)? && self.exists(&name) {
                changed = true;
            } else if !optional {
                self.complain_raw(&format!("{message}\n"));
                self.say_error(&format!("*** No rule to make target '{name}'.  Stop."));
                return Err(Failure);
            }
        }
        self.remaking = false;
        self.nodes.clear();
        self.stopped = false;
        Ok(changed)
    }

    fn goals(&mut self) -> Result<i32, Failure> {
        let mut goals = self.options.goals.clone();
        if goals.is_empty() {
            match self.rules.default_goal.clone() {
                Some(goal) => goals.push(goal),
                None if self.makefiles.is_empty() => {
                    self.say_error("*** No targets specified and no makefile found.  Stop.");
                    return Err(Failure);
                }
                None => {
                    self.say_error("*** No targets.  Stop.");
                    return Err(Failure);
                }
            }
        }
        self.place = None;
        let mut status = 0;
        for goal in goals {
            let goal = rule_reader::clean(&goal);
            if !self.update_goal(&goal)? {
                status = EXIT_FAILURE;
                if !self.options.keep_going {
                    break;
                }
            }
        }
        while self.jobs_running() {
            self.wait_for_one()?;
        }
        self.remove_intermediate();
        if status == 0 && self.would_run {
            status = EXIT_OUT_OF_DATE;
        }
        Ok(status)
    }

    /// Files that were only made to make others of them.
    fn remove_intermediate(&mut self) {
        let kept = [".PRECIOUS", ".SECONDARY"];
        let mut names: Vec<String> = self
            .intermediate
            .iter()
            .filter(|name| self.nodes.get(*name).is_some_and(|node| node.done == Some(true)))
            .filter(|name| !kept.iter().any(|kind| self.rules.is_special(kind, name)))
            .filter(|name| !self.rules.is_precious(name))
            .filter(|name| sys::stat(text::path(name)).is_ok())
            .cloned()
            .collect();
        if names.is_empty() || self.options.just_print || self.options.question || self.options.touch {
            return;
        }
        names.sort_unstable();
        if !self.options.silent {
            self.print(&format!("rm {}\n", rule_reader::listed(&names)));
        }
        for name in names {
            // What stays is no harm.
            let _ = std::fs::remove_file(text::path(&name));
        }
    }

    fn print_database(&mut self) {
        let mut variables: Vec<(&String, &Variable)> = self.variables.iter().collect();
        variables.sort_by_key(|(name, _)| *name);
        let mut out = String::from("# Variables\n\n");
        for (name, variable) in variables {
            let operator = if variable.recursive { "=" } else { ":=" };
            out.push_str(&format!(
                "# {}\n{name} {operator} {}\n",
                variable.origin.name(),
                variable.value
            ));
        }
        out.push_str("\n# Implicit Rules\n\n");
        for pattern in &self.rules.patterns {
            out.push_str(&format!(
                "{}: {}\n",
                rule_reader::listed(&pattern.targets),
                rule_reader::listed(&pattern.prerequisites)
            ));
            let lines = pattern.recipe.iter().flat_map(|recipe| &recipe.lines);
            lines.for_each(|line| out.push_str(&format!("\t{line}\n")));
            out.push('\n');
        }
        out.push_str("# Files\n\n");
        let mut targets: Vec<_> = self.rules.targets.iter().collect();
        targets.sort_by_key(|(name, _)| *name);
        for (name, target) in targets {
            for rule in &target.rules {
                let colon = if target.double_colon { "::" } else { ":" };
                out.push_str(&format!(
                    "{name}{colon} {}\n",
                    rule_reader::listed(&rule.prerequisites)
                ));
                let lines = rule.recipe.iter().flat_map(|recipe| &recipe.lines);
                lines.for_each(|line| out.push_str(&format!("\t{line}\n")));
                out.push('\n');
            }
        }
        self.print(&out);
    }
}

/// How often makefiles are read again because they have changed.
const MAX_READS: usize = 20;

fn run(name: &'static str, arguments: Vec<OsString>) -> Outcome {
    let mut options = options::parse(arguments)?;
    for directory in &options.directories {
        sys::chdir(text::path(directory)).map_err(|why| {
            complain(name, format_args!("*** {directory}: {why}.  Stop."));
            Exit(EXIT_FAILURE)
        })?;
    }
    let level: u32 = std::env::var("MAKELEVEL")
        .ok()
        .and_then(|level| level.parse().ok())
        .unwrap_or(0);
    let moved = !options.directories.is_empty() || level > 0;
    if options.print_directory.is_none() && moved && !options.silent {
        options.print_directory = Some(true);
    }
    let tells = options.print_directory == Some(true) && !options.silent;
    let directory = text::decode(&sys::getcwd().unwrap_or_default());
    let mut make = Make::new(options, directory);
    if tells {
        let message = format!("{}: Entering directory '{}'\n", make.program, make.directory);
        make.print(&message);
    }
    let status = work(&mut make).unwrap_or(EXIT_FAILURE);
    if tells {
        let message = format!("{}: Leaving directory '{}'\n", make.program, make.directory);
        make.print(&message);
    }
    Ok(make.out.finish(name, status, EXIT_FAILURE))
}

fn work(make: &mut Make) -> Result<i32, Failure> {
    for _ in 0..MAX_READS {
        make.begin()?;
        make.read_all()?;
        if !make.remake_makefiles()? {
            break;
        }
        make.variables.clear();
        make.rules = Rules::default();
        make.makefiles.clear();
        make.intermediate.clear();
        make.export_all = false;
        make.place = None;
    }
    if make.options.print {
        make.print_database();
    }
    make.goals()
}

fn main() {
    cli::run("make-module", COMMANDS)
}
