//! What can be asked for: the reference's four kinds of requests.

bitflags::bitflags! {
    /// Operations on files, of which one call may need several.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[allow(missing_docs)]
    pub struct FileOps: u32 {
        const READ = 1 << 0;
        const WRITE = 1 << 1;
        const MKDIR = 1 << 2;
        const CREATE_DIR = 1 << 3;
        const READDIR = 1 << 4;
        const STAT = 1 << 5;
        const RM = 1 << 6;
        const RENAME = 1 << 7;
        const EXISTS = 1 << 8;
        const SYMLINK = 1 << 9;
        const READLINK = 1 << 10;
        const LINK = 1 << 11;
        const CHMOD = 1 << 12;
        const CHOWN = 1 << 13;
        const UTIMES = 1 << 14;
        const TRUNCATE = 1 << 15;
    }
}

/// The names, in the order of the bits.
const NAMES: [&str; 16] = [
    "read",
    "write",
    "mkdir",
    "createDir",
    "readdir",
    "stat",
    "rm",
    "rename",
    "exists",
    "symlink",
    "readlink",
    "link",
    "chmod",
    "chown",
    "utimes",
    "truncate",
];

impl FileOps {
    /// One after another.
    pub fn each(self) -> impl Iterator<Item = FileOp> {
        self.iter().map(FileOp)
    }
}

/// One operation on a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FileOp(FileOps);

impl FileOp {
    /// The reference's name: `"read"`, `"createDir"` …
    pub fn name(self) -> &'static str {
        NAMES[self.0.bits().trailing_zeros() as usize % NAMES.len()]
    }
}

/// Operations on the network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs)]
pub enum NetworkOp {
    Fetch,
    Http,
    Dns,
    Listen,
    Connect,
}

impl NetworkOp {
    /// The reference's name.
    pub fn name(self) -> &'static str {
        match self {
            NetworkOp::Fetch => "fetch",
            NetworkOp::Http => "http",
            NetworkOp::Dns => "dns",
            NetworkOp::Listen => "listen",
            NetworkOp::Connect => "connect",
        }
    }
}

/// A request. Paths are absolute and canonical: no link, `.` or `..` is in them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Of a file.
    File {
        /// What is to be done.
        op: FileOp,
        /// To what.
        path: Vec<u8>,
    },
    /// To reach something in the network.
    Network {
        /// What is to be done.
        op: NetworkOp,
        /// Where, if it is a fetch.
        url: Vec<u8>,
        /// How, if it is a fetch.
        method: Vec<u8>,
        /// Whom.
        hostname: Vec<u8>,
    },
    /// To start a program, in a new process or by exec.
    ChildProcess {
        /// A registered command's name, or the path of a file.
        command: Vec<u8>,
        /// Its arguments, without argv\[0\].
        args: Vec<Vec<u8>>,
        /// Its directory.
        cwd: Vec<u8>,
        /// Its environment.
        env: Vec<Vec<u8>>,
    },
    /// To have a variable in the environment.
    Env {
        /// Its name.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
}

impl Request {
    /// The operation's name; child processes have none.
    pub fn op(&self) -> &'static str {
        match self {
            Request::File { op, .. } => op.name(),
            Request::Network { op, .. } => op.name(),
            Request::ChildProcess { .. } => "",
            Request::Env { .. } => "read",
        }
    }

    /// What a rule's pattern is held against.
    pub fn subject(&self) -> &[u8] {
        match self {
            Request::File { path, .. } => path,
            Request::Network { hostname, .. } => hostname,
            Request::ChildProcess { command, .. } => command,
            Request::Env { key, .. } => key,
        }
    }
}
