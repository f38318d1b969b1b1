//! Questions to the page in the middle of a system call: may this be done (a permission callback), and what a file system that lives
//! on the page has to say.
//!
//! No lock may be held while the page thinks, and the page itself can't wait. So a call that needs an answer **stops and begins
//! anew**: code deep in the kernel calls [`ask`]; where the answer is not there yet, that notes the question and fails with [`ASKING`],
//! which unwinds to the call's edge. The edge waits for the answer (a process sleeps: [`restart`]; the page awaits a promise:
//! [`Attempting`]) and runs the call again; [`ask`] then finds the answer of each earlier question in the order in which they were
//! asked. If the second run asks something else (a path that leads elsewhere by now), the answers from there on are forgotten: what
//! is done is always what was asked about. A call must have no effect before its last question.

use super::error::{Block, Errno, Error, Fault, Result, SysResult};
use super::fs::pagefs::{FileCall, FileReply};
use super::permission;
use super::process::Current;
use super::sync::wait::ready_until;
use super::sync::{Mutex, Rank, WaitQueue};
use core::any::Any;
use core::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;

/// What a call fails with while the page is asked. Only the edge sees it; where it slips through, it is an EAGAIN.
pub const ASKING: Error = Error::new(Errno::EAGAIN, "the page is being asked");

/// How often a call is begun anew because what it asked about has changed.
const MAX_CHANGES: u32 = 8;

/// What the page is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Request {
    /// Whether something may be done; for a file, with the device and inode numbers of what the path leads to now.
    Permission(permission::Request, Option<(u64, u64)>),
    /// A call of the page's file system of this number.
    File(u32, FileCall),
}

/// What the page answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// To [`Request::Permission`].
    Decision(permission::Decision),
    /// To [`Request::File`].
    Reply(core::result::Result<FileReply, Errno>),
}

/// A question, and its answer when it is there.
pub struct Question {
    /// What is asked.
    pub request: Request,
    answer: Mutex<Option<Answer>>,
    answered: WaitQueue,
}

impl Question {
    /// Answers it. The first answer counts.
    pub fn answer(&self, answer: Answer) {
        self.answer.lock().get_or_insert(answer);
        self.answered.wake_all();
    }

    /// The answer, if it is there.
    pub fn get(&self) -> Option<Answer> {
        self.answer.lock().clone()
    }

    /// Waits for the answer, on the page. EIO when the kernel dies.
    pub async fn wait(&self) -> Result<Answer> {
        ready_until(&self.answered, || self.get().ok_or(Block::WouldBlock)).await
    }
}

/// The questions of processes that nobody has taken up yet. The page awaits [`Questions::queue`].
pub struct Questions {
    waiting: Mutex<VecDeque<Arc<Question>>>,
    asked: WaitQueue,
}

impl Default for Questions {
    fn default() -> Self {
        Questions {
            waiting: Mutex::new(Rank::Registry, VecDeque::new()),
            asked: WaitQueue::new(),
        }
    }
}

impl Questions {
    /// The next question to be answered.
    pub fn take(&self) -> Option<Arc<Question>> {
        self.waiting.lock().pop_front()
    }

    /// Woken when [`Questions::take`] has something to give.
    pub fn queue(&self) -> &WaitQueue {
        &self.asked
    }

    fn put(&self, question: Arc<Question>) {
        self.waiting.lock().push_back(question);
        self.asked.wake_all();
    }
}

/// The questions of one call, in their order.
#[derive(Default)]
struct Call {
    asked: Vec<Arc<Question>>,
    /// Which of them the present run comes to next.
    next: usize,
    pending: Option<Arc<Question>>,
    changes: u32,
    /// What code in the kernel has got done, for the next run.
    kept: Vec<Box<dyn Any + Send>>,
}

thread_local! {
    static CALL: RefCell<Call> = RefCell::default();
    /// Whether `CALL` has anything in it: looked at after every system call.
    static IN_USE: Cell<bool> = const { Cell::new(false) };
}

/// The answer to `request`, or [`ASKING`]. EACCES when what is asked about changes again and again.
pub fn ask(request: Request) -> Result<Answer> {
    CALL.with_borrow_mut(|call| {
        if call.pending.is_some() {
            // Somebody overlooked the failure of the question before; that one comes first.
            return Err(ASKING);
        }
        if let Some(question) = call.asked.get(call.next) {
            if question.request == request {
                call.next += 1;
                return question.get().ok_or(ASKING);
            }
            call.asked.truncate(call.next);
            call.changes += 1;
            if call.changes > MAX_CHANGES {
                return Err(Error::new(
                    Errno::EACCES,
                    "the file changed while the page was asked about it",
                ));
            }
        }
        call.pending = Some(Arc::new(Question {
            request,
            answer: Mutex::new(Rank::Question, None),
            answered: WaitQueue::new(),
        }));
        IN_USE.set(true);
        Err(ASKING)
    })
}

/// Where the questions of this thread's call stand, for [`settle_since`].
pub fn mark() -> usize {
    CALL.with_borrow(|call| call.next)
}

/// What was asked since `mark` has been made use of, and the next run won't ask it again: for work that [keeps](keep) what it has got done.
/// The answers are forgotten, so that long work takes no more memory than its last step.
pub fn settle_since(mark: usize) {
    CALL.with_borrow_mut(|call| {
        let done = mark.min(call.next)..call.next;
        call.asked.drain(done);
        call.next = call.next.min(mark);
    });
}

/// Keeps `thing` for the next run of this thread's call, which [`is_asking`]. It is dropped when the call ends.
pub fn keep<T: Any + Send>(thing: Box<T>) {
    CALL.with_borrow_mut(|call| call.kept.push(thing));
}

/// Takes back what an earlier run kept.
pub fn take_kept<T: Any + Send>(which: impl Fn(&T) -> bool) -> Option<Box<T>> {
    CALL.with_borrow_mut(|call| {
        let is_it = |kept: &Box<dyn Any + Send>| kept.downcast_ref().is_some_and(&which);
        let at = call.kept.iter().position(is_it)?;
        call.kept.swap_remove(at).downcast().ok()
    })
}

/// Whether this thread's call waits for an answer: what it has answered so far does not count.
#[inline]
pub fn is_asking() -> bool {
    IN_USE.get() && CALL.with_borrow(|call| call.pending.is_some())
}

/// Whether this thread's call has used an answer. Such a call does one step, as it must not be begun anew after that.
#[inline]
pub fn has_asked() -> bool {
    IN_USE.get()
}

/// Goes on with a call of a process that [`is_asking`]: waits for the answer and runs `call` again, until it asks no more.
/// Interrupted by death only: file calls are not interruptible, as in all of POSIX.
#[cold]
#[inline(never)]
pub fn restart<T>(current: &Current, mut call: impl FnMut() -> SysResult<T>) -> SysResult<T> {
    loop {
        let Some(question) = CALL.with_borrow_mut(|call| call.pending.take()) else {
            forget();
            return call();
        };
        current.kernel().questions().put(question.clone());
        let answered = || question.get().ok_or(Block::WouldBlock);
        let waited = current.wait_uninterrupted(&[&question.answered], answered);
        // A call may ask many times before it comes to its end.
        if waited.is_err() || current.word().is_killed() {
            forget();
            return Err(Fault::Interrupted);
        }
        CALL.with_borrow_mut(|call| {
            call.asked.push(question);
            call.next = 0;
        });
        let outcome = call();
        if !is_asking() {
            forget();
            return outcome;
        }
    }
}

/// The same for work of a process that is no system call.
pub fn settle<T>(current: &Current, mut call: impl FnMut() -> SysResult<T>) -> SysResult<T> {
    let outcome = call();
    if is_asking() {
        restart(current, call)
    } else {
        outcome
    }
}

fn forget() {
    let call = CALL.take();
    IN_USE.set(false);
    // What was kept may do things of its own on its way.
    drop(call);
}

/// A call of the page, which can't wait in the middle of it: its answers are kept here between its runs.
#[derive(Default)]
pub struct Attempting(Call);

impl Attempting {
    /// Runs `call` once. `Err` is the question that has to be answered, and [`Attempting::answered`] told, before the next run.
    pub fn run<T>(&mut self, call: impl FnOnce() -> T) -> core::result::Result<T, Arc<Question>> {
        self.0.next = 0;
        let outer = CALL.replace(core::mem::take(&mut self.0));
        let outer_in_use = IN_USE.replace(!self.0.asked.is_empty());
        let outcome = call();
        self.0 = CALL.replace(outer);
        IN_USE.set(outer_in_use);
        match self.0.pending.take() {
            Some(question) => Err(question),
            None => Ok(outcome),
        }
    }

    /// Keeps an answered question.
    pub fn answered(&mut self, question: Arc<Question>) {
        self.0.asked.push(question);
    }
}
