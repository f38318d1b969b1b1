//! Closing workers that are not needed any more.

use super::{Pool, Removal, State, WARM, WorkerId};
use crate::web::glue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// How long a worker beyond [`WARM`] stays idle before it closes.
const IDLE_MS: f64 = 1_000.0;

impl Pool {
    pub(super) fn plan_trim(&self) {
        let Some(pool) = self.this.upgrade() else { return };
        if self.trimming.get() || self.workers.borrow().len() <= WARM {
            return;
        }
        self.trimming.set(true);
        spawn_local(async move {
            let _elapsed = JsFuture::from(glue::delay(IDLE_MS)).await;
            pool.trimming.set(false);
            pool.trim();
        });
    }

    /// Closes the workers beyond the warm ones that have been idle for long.
    fn trim(&self) {
        let mut idle: Vec<(WorkerId, f64)> = {
            let workers = self.workers.borrow();
            let idle = workers.iter().filter(|(_, worker)| worker.state == State::Idle);
            idle.map(|(&id, worker)| (id, worker.idle_since)).collect()
        };
        idle.sort_by(|a, b| a.1.total_cmp(&b.1));
        let surplus = self.workers.borrow().len().saturating_sub(WARM);
        let long_ago = glue::now() - IDLE_MS / 2.0;
        idle.iter()
            .take(surplus)
            .filter(|(_, since)| *since <= long_ago)
            .for_each(|&(id, _)| {
                self.remove(id, Removal::Retire);
            });
        self.publish();
        self.plan_trim_if_idle();
    }

    fn plan_trim_if_idle(&self) {
        let any_idle = self
            .workers
            .borrow()
            .values()
            .any(|worker| worker.state == State::Idle);
        if any_idle {
            self.plan_trim();
        }
    }
}
