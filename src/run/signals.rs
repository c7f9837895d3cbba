//! The signals that a run listens to. Knows nothing of what they lead to.

use nix::sys::signal::Signal;
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

use crate::sys::signal::is_ignored;

/// The signals that end a run, unless the caller had them ignored.
pub(super) struct Signals {
    /// A child has news.
    pub(super) child: Listener,
    /// What asks us to stand still: Ctrl-Z.
    pub(super) stopping: Vec<(Signal, Listener)>,
    /// What asks us to end.
    pub(super) ending: Vec<(Signal, Listener)>,
}

impl Signals {
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self {
            child: signal(SignalKind::child())?,
            stopping: listeners(&[Signal::SIGTSTP])?,
            ending: listeners(&[Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP])?,
        })
    }

    /// The next of these signals.
    pub(super) async fn next(of: &mut [(Signal, Listener)]) -> Signal {
        std::future::poll_fn(|cx| {
            for (signal, listener) in of.iter_mut() {
                if listener.poll_recv(cx).is_ready() {
                    return std::task::Poll::Ready(*signal);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }
}

/// Those of them that the caller has not had ignored.
fn listeners(signals: &[Signal]) -> std::io::Result<Vec<(Signal, Listener)>> {
    let heard = signals.iter().filter(|s| !is_ignored(**s));
    heard.map(|s| Ok((*s, signal(SignalKind::from_raw(*s as i32))?))).collect()
}
