//! Who decides: [`Policy`].

use super::request::Request;
use crate::kernel::error::{Errno, Error, Result};
use crate::kernel::question::{self, Answer};
use core::cell::RefCell;

/// What is decided about a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    /// Whether it may be done.
    pub allow: bool,
    /// Why not, for people.
    pub reason: Option<String>,
}

/// A rule: the first one that matches a request decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// What it decides.
    pub decision: Decision,
    /// The operations that it is about, by name; all if it names none.
    pub ops: Vec<String>,
    /// Globs of paths, commands, host names or variables; all if there is none. `*` stays within a path's component, `**` does not.
    pub patterns: Vec<String>,
}

impl Rule {
    fn matches(&self, request: &Request) -> bool {
        let subject = request.subject();
        (self.ops.is_empty() || self.ops.iter().any(|op| op == request.op()))
            && (self.patterns.is_empty()
                || self
                    .patterns
                    .iter()
                    .any(|pattern| fast_glob::glob_match(pattern.as_bytes(), subject)))
    }
}

/// How one kind of requests is decided.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Check {
    /// All may be done.
    Allow,
    /// None may be done.
    Deny,
    /// The first rule that matches decides; what none matches may not be done.
    Rules(Vec<Rule>),
    /// The page's callback decides.
    Ask,
}

impl Check {
    /// Whether it may have to ask the page.
    pub fn asks(&self) -> bool {
        *self == Check::Ask
    }

    fn decide(&self, request: Request, subject: Option<(u64, u64)>) -> Result<Decision> {
        let decided = |allow| Decision { allow, reason: None };
        match self {
            Check::Allow => Ok(decided(true)),
            Check::Deny => Ok(decided(false)),
            Check::Rules(rules) => {
                let rule = rules.iter().find(|rule| rule.matches(&request));
                Ok(rule.map_or(decided(false), |rule| rule.decision.clone()))
            }
            Check::Ask => match question::ask(question::Request::Permission(request, subject))? {
                Answer::Decision(decision) => Ok(decision),
                Answer::Reply(_) => Err(Error::new(Errno::EIO, "an answer to something else")),
            },
        }
    }
}

/// What a kernel's programs may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    /// Files.
    pub fs: Check,
    /// The network.
    pub network: Check,
    /// Programs.
    pub child_process: Check,
    /// The environment.
    pub env: Check,
}

impl Policy {
    /// Everything may be done.
    pub const ALLOW_ALL: Policy = Policy {
        fs: Check::Allow,
        network: Check::Allow,
        child_process: Check::Allow,
        env: Check::Allow,
    };
}

thread_local! {
    /// The reason of this thread's last denial: an [`Error`] is plain data and can't carry it.
    static REASON: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Why the call of this thread that just failed with [`DENIED`] was denied.
pub fn last_reason() -> Option<String> {
    REASON.take()
}

/// What a denied call fails with.
pub const DENIED: Error = Error::new(Errno::EACCES, "denied by the kernel's permissions");

/// A kernel's policy.
pub struct Permissions {
    policy: Policy,
    /// `policy.fs` is `Check::Allow`: asked at every path.
    all_files: bool,
}

impl Permissions {
    /// Those of `policy`.
    pub fn new(policy: Policy) -> Self {
        Permissions {
            all_files: policy.fs == Check::Allow,
            policy,
        }
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether every file call may be made, so that no path need be found out.
    #[inline]
    pub fn allows_all_files(&self) -> bool {
        self.all_files
    }

    /// [`DENIED`] if it may not be done. `subject` is the file that the path leads to now.
    pub fn require(&self, request: Request, subject: Option<(u64, u64)>) -> Result<()> {
        let decision = self.check(&request).decide(request, subject)?;
        if decision.allow {
            return Ok(());
        }
        REASON.set(decision.reason);
        Err(DENIED)
    }

    /// Whether it may be done.
    pub fn allows(&self, request: Request) -> Result<bool> {
        Ok(self.check(&request).decide(request, None)?.allow)
    }

    fn check(&self, request: &Request) -> &Check {
        match request {
            Request::File { .. } => &self.policy.fs,
            Request::Network { .. } => &self.policy.network,
            Request::ChildProcess { .. } => &self.policy.child_process,
            Request::Env { .. } => &self.policy.env,
        }
    }
}
