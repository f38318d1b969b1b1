//! The numbers of processes, groups, sessions and jobs.

use core::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A process.
    Pid
);
id!(
    /// A process group: the pid of the process that made it.
    Pgid
);
id!(
    /// A session: the pid of the process that made it.
    Sid
);
id!(
    /// All that one `exec` or `spawn` of the page started. Inherited and never changed, so that `setsid` escapes no time-out.
    JobId
);

impl Pid {
    /// The kernel itself, to which orphans fall.
    pub const INIT: Pid = Pid(1);
}
