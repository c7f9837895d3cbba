//! The pipes that captured processes write to. Each is read where its bytes are
//! told, and nothing is read ahead: a slow reader of ours slows the tasks down
//! instead of filling memory.

use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use tokio::io::{AsyncRead, Interest, ReadBuf, Ready};
use tokio::net::unix::pipe::Receiver;

use crate::model::Stream;

/// Bytes read at once.
pub(super) const SIZE: usize = 64 * 1024;

/// Our end of a pipe.
#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) stream: Stream,
    end: Receiver,
}

impl Pipe {
    pub(super) fn new(stream: Stream, fd: OwnedFd) -> io::Result<Self> {
        // It is a pipe, and ours is the end to read from: nobody has to ask.
        fcntl(&fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(Self { stream, end: Receiver::from_owned_fd_unchecked(fd)? })
    }

    /// True where there is something to be had from `read`; else the task of
    /// `cx` is woken once there is.
    pub(super) fn is_ready(&self, cx: &mut Context<'_>) -> bool {
        self.end.poll_read_ready(cx).is_ready()
    }

    /// Reads once: how many bytes, and whether any can follow. A pipe that does
    /// not fill the buffer is empty by then, which spares a question.
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> (usize, bool) {
        let mut nobody = Context::from_waker(Waker::noop());
        // It says more than that it is ready, but wakes nobody.
        let ready = match pin!(self.end.ready(Interest::READABLE)).poll(&mut nobody) {
            Poll::Ready(ready) => ready.unwrap_or(Ready::READ_CLOSED),
            Poll::Pending => return (0, true),
        };
        let closed = ready.is_read_closed();
        if closed && (ready & Ready::READABLE).is_empty() {
            return (0, false);
        }
        let room = buffer.len();
        let mut buffer = ReadBuf::new(buffer);
        match Pin::new(&mut self.end).poll_read(&mut nobody, &mut buffer) {
            Poll::Ready(Ok(())) => {
                let read = buffer.filled().len();
                (read, read == room || (read > 0 && !closed))
            }
            Poll::Ready(Err(_)) => (0, false),
            Poll::Pending => (0, !closed),
        }
    }
}
