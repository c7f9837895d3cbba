//! Reads the output of captured processes and hands it on in order. One
//! bounded channel for all, so a slow reader of ours slows the tasks down
//! instead of filling memory.

use std::os::fd::OwnedFd;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use crate::model::Stream;

/// What a pipe has to say.
#[derive(Debug)]
pub(super) enum Chunk {
    /// Bytes, cut anywhere.
    Bytes(u32, Stream, Vec<u8>),
    /// No more of this stream.
    Closed(u32),
}

/// Bytes read at once.
const SIZE: usize = 64 * 1024;

/// Reads `fd` of process `pid` to its end in the background.
pub(super) fn follow(
    pid: u32,
    stream: Stream,
    fd: OwnedFd,
    to: Sender<Chunk>,
) -> std::io::Result<JoinHandle<()>> {
    let mut pipe = Receiver::from_owned_fd(fd)?;
    Ok(tokio::spawn(async move {
        let mut buffer = Vec::new();
        loop {
            buffer.reserve(SIZE);
            match pipe.read_buf(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(_) => {
                    let bytes = std::mem::take(&mut buffer);
                    if to.send(Chunk::Bytes(pid, stream, bytes)).await.is_err() {
                        return;
                    }
                }
            }
        }
        let _ = to.send(Chunk::Closed(pid)).await;
    }))
}
