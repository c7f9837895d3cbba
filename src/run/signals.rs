//! The signals that a run listens to. Knows nothing of what they lead to.

use nix::sys::signal::Signal;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

use crate::sys::signal::is_ignored;

/// The signals that end a run, unless the caller had them ignored.
pub(super) struct Signals {
    /// A child has news.
    pub(super) child: Listener,
    /// What asks us to end.
    pub(super) ending: Vec<(Signal, Listener)>,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        let ending = [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP];
        let ending = ending
            .into_iter()
            .filter(|s| !is_ignored(*s))
            .map(|s| Ok((s, signal(SignalKind::from_raw(s as i32))?)))
            .collect::<std::io::Result<_>>()?;
        Ok(Self { child: signal(SignalKind::child())?, ending })
    }

    /// The next signal that asks us to end.
    pub(super) async fn next(ending: &mut [(Signal, Listener)]) -> Signal {
        std::future::poll_fn(|cx| {
            for (signal, listener) in ending.iter_mut() {
                if listener.poll_recv(cx).is_ready() {
                    return std::task::Poll::Ready(*signal);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}
