//! A process's signal state: dispositions, mask, pending set, stop. Pure; the process locks it and acts on the [`Effect`]s.

use super::{DefaultAction, Signal, SignalSet};
use crate::kernel::error::{Errno, Error, Result};

bitflags::bitflags! {
    /// sigaction(2)'s flags, with Linux's values.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    #[allow(missing_docs)]
    pub struct ActionFlags: u32 {
        const SA_NOCLDSTOP = 1;
        const SA_NOCLDWAIT = 2;
        const SA_RESTART = 0x1000_0000;
        const SA_NODEFER = 0x4000_0000;
        const SA_RESETHAND = 0x8000_0000;
    }
}

/// What a process wants done with a signal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Disposition {
    /// SIG_DFL.
    #[default]
    Default,
    /// SIG_IGN.
    Ignore,
    /// A function of the guest, by its index in the table.
    Handler(u32),
}

/// sigaction(2)'s structure.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SigAction {
    /// What to do.
    pub disposition: Disposition,
    /// How.
    pub flags: ActionFlags,
    /// Blocked besides while the handler runs.
    pub mask: SignalSet,
}

/// A handler to be run now.
#[derive(Clone, Copy, Debug)]
pub struct Delivery {
    /// Which signal.
    pub signal: Signal,
    /// The guest's function.
    pub handler: u32,
    /// Whether an interrupted call is restarted after it.
    pub restart: bool,
    /// The mask to be put back after it.
    pub old_mask: SignalSet,
}

/// What posting a signal asks of the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing now: ignored, blocked, or pending already.
    None,
    /// It dies of the signal.
    Terminate {
        /// Whether the status has the core bit.
        core: bool,
    },
    /// It stops.
    Stop,
    /// It was stopped and goes on.
    Continue,
    /// A handler waits for its next system call.
    Attention,
}

/// The signal state of a process.
#[derive(Clone, Debug, Default)]
pub struct SignalState {
    actions: [SigAction; 32],
    mask: SignalSet,
    pending: SignalSet,
    stopped: Option<Signal>,
    /// sigsuspend's: the mask to be put back once a handler has run.
    suspended_mask: Option<SignalSet>,
}

const STOPS: SignalSet = SignalSet::from_bits(0b1111 << 18);

/// Whether job control's signals may stop a process: not one of an orphaned group, whom nobody would continue (POSIX 2.4.3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Somebody in the session watches over the group.
    Watched,
    /// Nobody does.
    Orphaned,
}

impl SignalState {
    /// A signal arrives. For [`Effect::Stop`] and [`Effect::Continue`] the state has changed already; after Continue, what arrived
    /// while the process was stopped is due ([`SignalState::recheck`]).
    pub fn post(&mut self, signal: Signal, group: Group) -> Effect {
        let mut continued = false;
        if signal == Signal::SIGCONT {
            self.pending = self.pending.without(STOPS);
            continued = self.stopped.take().is_some();
        } else if STOPS.contains(signal) {
            self.pending.remove(Signal::SIGCONT);
        }
        let effect = self.judge(signal, group);
        match effect {
            Effect::None if continued => Effect::Continue,
            Effect::Attention if continued => Effect::Continue,
            other => other,
        }
    }

    fn judge(&mut self, signal: Signal, group: Group) -> Effect {
        let action = self.action(signal);
        if self.mask.contains(signal) && !signal.is_unstoppable() {
            self.pending.insert(signal);
            return Effect::None;
        }
        if self.stopped.is_some() && signal != Signal::SIGKILL {
            // Only SIGKILL reaches a process that is stopped; what it ignores it forgets.
            if !self.ignores(signal) {
                self.pending.insert(signal);
            }
            return Effect::None;
        }
        match (action.disposition, signal.default_action()) {
            (Disposition::Ignore, _) if !signal.is_unstoppable() => Effect::None,
            (Disposition::Handler(_), _) if !signal.is_unstoppable() => {
                self.pending.insert(signal);
                Effect::Attention
            }
            (_, DefaultAction::Terminate) => Effect::Terminate { core: false },
            (_, DefaultAction::Core) => Effect::Terminate { core: true },
            (_, DefaultAction::Stop) if signal != Signal::SIGSTOP && group == Group::Orphaned => Effect::None,
            (_, DefaultAction::Stop) => {
                self.stopped = Some(signal);
                Effect::Stop
            }
            (_, DefaultAction::Continue | DefaultAction::Ignore) => Effect::None,
        }
    }

    /// Pending signals that the mask no longer holds back are judged again; answers the first that has an effect.
    pub fn recheck(&mut self, group: Group) -> Option<(Signal, Effect)> {
        if self.stopped.is_some() {
            return None;
        }
        for signal in self.pending.without(self.mask).iter() {
            self.pending.remove(signal);
            let effect = self.judge(signal, group);
            if effect != Effect::None {
                return Some((signal, effect));
            }
        }
        None
    }

    /// Takes the next handler to run, and sets the mask for its run.
    pub fn take_delivery(&mut self) -> Option<Delivery> {
        for signal in self.pending.without(self.mask).iter() {
            let action = self.action(signal);
            let Disposition::Handler(handler) = action.disposition else {
                continue;
            };
            self.pending.remove(signal);
            let old_mask = self.suspended_mask.take().unwrap_or(self.mask);
            self.mask = self.mask.union(action.mask);
            if !action.flags.contains(ActionFlags::SA_NODEFER) {
                self.mask.insert(signal);
            }
            if action.flags.contains(ActionFlags::SA_RESETHAND) {
                self.actions[signal.number() as usize] = SigAction::default();
            }
            let restart = action.flags.contains(ActionFlags::SA_RESTART);
            return Some(Delivery {
                signal,
                handler,
                restart,
                old_mask,
            });
        }
        None
    }

    /// Whether [`SignalState::take_delivery`] has something to give.
    pub fn has_delivery(&self) -> bool {
        let ready = self.pending.without(self.mask);
        ready
            .iter()
            .any(|signal| matches!(self.action(signal).disposition, Disposition::Handler(_)))
    }

    /// Puts the mask back after a handler has run.
    pub fn finish_delivery(&mut self, delivery: &Delivery) {
        self.set_mask(delivery.old_mask);
    }

    /// The action for `signal`.
    pub fn action(&self, signal: Signal) -> SigAction {
        self.actions[signal.number() as usize]
    }

    /// sigaction(2). EINVAL for SIGKILL and SIGSTOP. Ignoring a signal forgets a pending one.
    pub fn set_action(&mut self, signal: Signal, action: SigAction) -> Result<SigAction> {
        if signal.is_unstoppable() {
            return Err(Error::new(
                Errno::EINVAL,
                "SIGKILL and SIGSTOP can't be caught or ignored",
            ));
        }
        let ignores = match action.disposition {
            Disposition::Ignore => true,
            Disposition::Default => {
                matches!(
                    signal.default_action(),
                    DefaultAction::Ignore | DefaultAction::Continue
                )
            }
            Disposition::Handler(_) => false,
        };
        if ignores {
            self.pending.remove(signal);
        }
        Ok(core::mem::replace(
            &mut self.actions[signal.number() as usize],
            action,
        ))
    }

    /// The signals that are held back.
    pub fn mask(&self) -> SignalSet {
        self.mask
    }

    /// Replaces the mask; SIGKILL and SIGSTOP can't be in it. Call [`SignalState::recheck`] after it.
    pub fn set_mask(&mut self, mask: SignalSet) {
        self.mask = mask
            .without(SignalSet::of(Signal::SIGKILL))
            .without(SignalSet::of(Signal::SIGSTOP));
    }

    /// sigsuspend(2)'s first half: waits with `mask`; the old one comes back when a handler has run.
    pub fn suspend_with(&mut self, mask: SignalSet) {
        self.suspended_mask = Some(self.mask);
        self.set_mask(mask);
    }

    /// What has arrived and not been delivered.
    pub fn pending(&self) -> SignalSet {
        self.pending
    }

    /// The signal that stopped the process, while it is stopped.
    pub fn stopped(&self) -> Option<Signal> {
        self.stopped
    }

    /// Whether a pending signal would stop the process, but for an orphaned group.
    pub fn may_stop(&self) -> bool {
        let due = self.pending.without(self.mask);
        due.iter().any(|signal| STOPS.contains(signal))
    }

    /// Whether a signal sent now would be thrown away.
    pub fn ignores(&self, signal: Signal) -> bool {
        match self.action(signal).disposition {
            Disposition::Ignore => true,
            Disposition::Default => signal.default_action() == DefaultAction::Ignore,
            Disposition::Handler(_) => false,
        }
    }

    /// The state of a child that clones this process: everything but what is pending.
    pub fn for_clone(&self) -> SignalState {
        SignalState {
            pending: SignalSet::EMPTY,
            stopped: None,
            suspended_mask: None,
            ..self.clone()
        }
    }

    /// The state after exec, or of a spawned child: handlers become the default, ignored stays ignored (execve(2)).
    pub fn for_exec(&self) -> SignalState {
        let mut state = self.clone();
        state.suspended_mask = None;
        for action in &mut state.actions {
            let ignored = action.disposition == Disposition::Ignore;
            *action = SigAction::default();
            if ignored {
                action.disposition = Disposition::Ignore;
            }
        }
        state
    }

    /// The state of a process that a driver on the page runs: what would end it, and SIGWINCH, the driver catches; what stops it
    /// or lets it go on takes effect without the driver. What its parent had it ignore stays ignored.
    pub fn for_driver(&self) -> SignalState {
        let mut state = self.for_exec();
        for signal in SignalSet::from_bits(u64::MAX).iter() {
            let caught = matches!(
                signal.default_action(),
                DefaultAction::Terminate | DefaultAction::Core
            ) || signal == Signal::SIGWINCH;
            let action = &mut state.actions[signal.number() as usize];
            if caught && !signal.is_unstoppable() && action.disposition == Disposition::Default {
                action.disposition = Disposition::Handler(0);
            }
        }
        state
    }

    /// POSIX_SPAWN_SETSIGDEF: these get the default action.
    pub fn reset(&mut self, signals: SignalSet) {
        for signal in signals.iter() {
            self.actions[signal.number() as usize] = SigAction::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WATCHED: Group = Group::Watched;

    fn handling(signal: Signal) -> SignalState {
        let mut state = SignalState::default();
        let action = SigAction {
            disposition: Disposition::Handler(7),
            ..SigAction::default()
        };
        state.set_action(signal, action).unwrap();
        state
    }

    #[test]
    fn default_actions_follow_posix() {
        for (signal, effect) in [
            (Signal::SIGTERM, Effect::Terminate { core: false }),
            (Signal::SIGQUIT, Effect::Terminate { core: true }),
            (Signal::SIGCHLD, Effect::None),
            (Signal::SIGWINCH, Effect::None),
            (Signal::SIGTSTP, Effect::Stop),
            (Signal::SIGCONT, Effect::None),
        ] {
            assert_eq!(
                SignalState::default().post(signal, WATCHED),
                effect,
                "{}",
                signal.name()
            );
        }
        let named = |effect: Effect| -> Vec<u8> {
            let all = (1..=31).map(|number| Signal::try_from(number).unwrap());
            all.filter(|&signal| SignalState::default().post(signal, WATCHED) == effect)
                .map(Signal::number)
                .collect()
        };
        // signal(7), "Standard signals".
        let (plain, core) = (
            Effect::Terminate { core: false },
            Effect::Terminate { core: true },
        );
        assert_eq!(named(plain), [1, 2, 9, 10, 12, 13, 14, 15, 16, 26, 27, 29, 30]);
        assert_eq!(named(core), [3, 4, 5, 6, 7, 8, 11, 24, 25, 31]);
        assert_eq!(named(Effect::Stop), [19, 20, 21, 22]);
        assert_eq!(named(Effect::None), [17, 18, 23, 28]);
    }

    #[test]
    fn an_orphaned_group_is_stopped_by_sigstop_only() {
        for (signal, effect) in [
            (Signal::SIGTSTP, Effect::None),
            (Signal::SIGTTIN, Effect::None),
            (Signal::SIGTTOU, Effect::None),
            (Signal::SIGSTOP, Effect::Stop),
        ] {
            let mut state = SignalState::default();
            assert_eq!(state.post(signal, Group::Orphaned), effect, "{}", signal.name());
            assert!(state.pending().is_empty());
        }
        let mut state = SignalState::default();
        state.set_mask(SignalSet::of(Signal::SIGTSTP));
        state.post(Signal::SIGTSTP, WATCHED);
        assert!(!state.may_stop());
        state.set_mask(SignalSet::EMPTY);
        assert!(state.may_stop());
        assert_eq!(state.recheck(Group::Orphaned), None);
        assert!(state.pending().is_empty(), "it is thrown away");
    }

    #[test]
    fn what_arrives_while_stopped_waits_for_sigcont() {
        let mut state = handling(Signal::SIGUSR1);
        state.post(Signal::SIGSTOP, WATCHED);
        assert_eq!(state.post(Signal::SIGTERM, WATCHED), Effect::None);
        assert_eq!(state.post(Signal::SIGUSR1, WATCHED), Effect::None);
        assert_eq!(state.post(Signal::SIGCHLD, WATCHED), Effect::None);
        assert_eq!(state.post(Signal::SIGTSTP, WATCHED), Effect::None);
        state.set_mask(SignalSet::EMPTY);
        assert_eq!(state.recheck(WATCHED), None);
        assert_eq!(state.post(Signal::SIGCONT, WATCHED), Effect::Continue);
        let pending = SignalSet::of(Signal::SIGTERM).union(SignalSet::of(Signal::SIGUSR1));
        assert_eq!(
            state.pending(),
            pending,
            "SIGCONT took the stop away, SIGCHLD was ignored"
        );
        assert_eq!(state.recheck(WATCHED), Some((Signal::SIGUSR1, Effect::Attention)));
        state.take_delivery().unwrap();
        assert_eq!(
            state.recheck(WATCHED),
            Some((Signal::SIGTERM, Effect::Terminate { core: false }))
        );
        state.post(Signal::SIGSTOP, WATCHED);
        assert_eq!(
            state.post(Signal::SIGKILL, WATCHED),
            Effect::Terminate { core: false }
        );
    }

    #[test]
    fn kill_and_stop_pass_mask_and_disposition() {
        let mut state = SignalState::default();
        state.set_mask(SignalSet::from_bits(u64::MAX));
        assert_eq!(
            state.post(Signal::SIGKILL, WATCHED),
            Effect::Terminate { core: false }
        );
        assert_eq!(state.post(Signal::SIGSTOP, WATCHED), Effect::Stop);
        let ignore = SigAction {
            disposition: Disposition::Ignore,
            ..SigAction::default()
        };
        assert_eq!(
            state.set_action(Signal::SIGKILL, ignore).unwrap_err().errno,
            Errno::EINVAL
        );
    }

    #[test]
    fn a_blocked_signal_waits_for_the_mask() {
        let mut state = SignalState::default();
        state.set_mask(SignalSet::of(Signal::SIGTERM));
        assert_eq!(state.post(Signal::SIGTERM, WATCHED), Effect::None);
        assert_eq!(state.recheck(WATCHED), None);
        state.set_mask(SignalSet::EMPTY);
        assert_eq!(
            state.recheck(WATCHED),
            Some((Signal::SIGTERM, Effect::Terminate { core: false }))
        );
    }

    #[test]
    fn a_handler_runs_once_with_its_signal_blocked() {
        let mut state = handling(Signal::SIGUSR1);
        assert_eq!(state.post(Signal::SIGUSR1, WATCHED), Effect::Attention);
        let delivery = state.take_delivery().unwrap();
        assert_eq!(delivery.handler, 7);
        assert!(state.mask().contains(Signal::SIGUSR1));
        assert!(state.take_delivery().is_none());
        state.finish_delivery(&delivery);
        assert!(state.mask().is_empty());
    }

    #[test]
    fn continue_ends_a_stop_and_stop_forgets_continue() {
        let mut state = SignalState::default();
        assert_eq!(state.post(Signal::SIGTSTP, WATCHED), Effect::Stop);
        assert_eq!(state.stopped(), Some(Signal::SIGTSTP));
        assert_eq!(state.post(Signal::SIGCONT, WATCHED), Effect::Continue);
        assert_eq!(state.stopped(), None);
    }

    #[test]
    fn exec_resets_handlers_and_keeps_ignored() {
        let mut state = handling(Signal::SIGINT);
        let ignore = SigAction {
            disposition: Disposition::Ignore,
            ..SigAction::default()
        };
        state.set_action(Signal::SIGHUP, ignore).unwrap();
        let after = state.for_exec();
        assert_eq!(after.action(Signal::SIGINT).disposition, Disposition::Default);
        assert_eq!(after.action(Signal::SIGHUP).disposition, Disposition::Ignore);
    }

    #[test]
    fn a_driver_catches_what_would_end_its_process() {
        let mut state = SignalState::default();
        let ignore = SigAction {
            disposition: Disposition::Ignore,
            ..SigAction::default()
        };
        state.set_action(Signal::SIGHUP, ignore).unwrap();
        let mut state = state.for_driver();
        for (signal, effect) in [
            (Signal::SIGTERM, Effect::Attention),
            (Signal::SIGINT, Effect::Attention),
            (Signal::SIGWINCH, Effect::Attention),
            (Signal::SIGHUP, Effect::None),
            (Signal::SIGCHLD, Effect::None),
            (Signal::SIGTSTP, Effect::Stop),
            (Signal::SIGKILL, Effect::Terminate { core: false }),
        ] {
            assert_eq!(state.post(signal, Group::Watched), effect, "{}", signal.name());
        }
    }

    #[test]
    fn sigsuspend_puts_the_first_mask_back() {
        let mut state = handling(Signal::SIGUSR1);
        state.set_mask(SignalSet::of(Signal::SIGUSR1));
        state.post(Signal::SIGUSR1, WATCHED);
        state.suspend_with(SignalSet::EMPTY);
        let delivery = state.take_delivery().unwrap();
        state.finish_delivery(&delivery);
        assert!(state.mask().contains(Signal::SIGUSR1));
    }
}
