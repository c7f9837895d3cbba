//! Orders to a run from elsewhere in this process, and the signals that reach
//! the process while no run listens. Knows nothing of who gives the orders.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::sync::Notify;

use super::signals::Signals;

/// What a run can be told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// End: this signal to all that runs, and KILL after so long.
    Stop(Signal, Duration),
    /// A signal to all that runs, and nothing else.
    Pass(Signal),
}

/// The way to a run; whoever has a copy can give orders.
#[derive(Debug, Clone, Default)]
pub struct Remote(Arc<Orders>);

#[derive(Debug, Default)]
struct Orders {
    waiting: Mutex<VecDeque<Order>>,
    news: Notify,
}

impl Remote {
    /// Tells the run, which hears of it at once, or as soon as it has begun.
    pub fn give(&self, order: Order) {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).push_back(order);
        self.0.news.notify_one();
    }

    fn take(&self) -> Option<Order> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// The next order.
    async fn order(&self) -> Order {
        loop {
            if let Some(order) = self.take() {
                return order;
            }
            self.0.news.notified().await;
        }
    }
}

/// The next order, where anybody could give one.
pub(super) async fn next(remote: Option<&Remote>) -> Order {
    match remote {
        Some(remote) => remote.order().await,
        None => std::future::pending().await,
    }
}

/// Tells every signal that would end this process, or make it stand still, for
/// as long as somebody wants to hear. Runs hear of them as well.
///
/// # Errors
/// Where the operating system refuses to tell us of signals.
pub fn signals(hear: &mut dyn FnMut(Signal) -> bool) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut signals = Signals::listen()?;
        loop {
            let signal = tokio::select! {
                signal = Signals::next(&mut signals.ending) => signal,
                signal = Signals::next(&mut signals.stopping) => signal,
            };
            if !hear(signal) {
                return Ok(());
            }
        }
    })
}
