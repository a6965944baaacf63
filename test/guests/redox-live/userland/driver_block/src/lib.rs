//! What all block device drivers share: `disk*` schemes over a [`Disk`].
#![no_std]
extern crate alloc;
extern crate std;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;
use core::future::{Future, IntoFuture};
use core::task::Poll;

use redox_scheme::scheme::{SchemeAsync, SchemeState};
use redox_scheme::{CallerCtx, OpenResult, RequestKind, SignalBehavior, Socket};
use std::collections::HashMap;
use syscall::data::Stat;
use syscall::{
    EACCES, EAGAIN, EBADF, EINTR, EINVAL, EISDIR, ENOENT, EOVERFLOW, EWOULDBLOCK, Error, MODE_DIR, MODE_FILE,
    O_DIRECTORY, O_STAT, Result,
};

/// Operations are on whole blocks.
#[allow(async_fn_in_trait)]
pub trait Disk {
    fn block_size(&self) -> u32;
    fn size(&self) -> u64;

    async fn read(&mut self, block: u64, buffer: &mut [u8]) -> syscall::Result<usize>;
    async fn write(&mut self, block: u64, buffer: &[u8]) -> syscall::Result<usize>;
}

pub struct Partition {
    pub start_lba: u64,
    pub size: u64,
}

pub struct PartitionTable {
    pub partitions: Vec<Partition>,
}

pub struct DiskWrapper<T> {
    pub disk: T,
    pub pt: Option<PartitionTable>,
}

impl<T: Disk> DiskWrapper<T> {
    /// Reads a GPT at block 1, when there is one.
    pub fn pt(disk: &mut T, executor: &impl ExecutorTrait) -> Option<PartitionTable> {
        let mut block = [0; 4096];
        let size = disk.block_size() as usize;
        executor.block_on(disk.read(1, block.get_mut(..size)?)).ok()?;
        if !block.starts_with(b"EFI PART") {
            return None;
        }
        let word = |at: usize| u64::from_le_bytes(core::array::from_fn(|i| block[at + i]));
        let (entries, count) = (word(72), (word(80) as u32).min(16));
        executor.block_on(disk.read(entries, &mut block[..size])).ok()?;
        let word = |at: usize| u64::from_le_bytes(core::array::from_fn(|i| block[at + i]));
        let used = (0..count as usize).map(|i| i * 128).filter(|at| at + 128 <= size && word(*at) != 0);
        Some(PartitionTable {
            partitions: used.map(|at| Partition { start_lba: word(at + 32), size: word(at + 40) - word(at + 32) + 1 }).collect(),
        })
    }

    pub fn new(mut disk: T, executor: &impl ExecutorTrait) -> Self {
        Self { pt: Self::pt(&mut disk, executor), disk }
    }

    pub fn disk(&self) -> &T {
        &self.disk
    }

    pub fn block_size(&self) -> u32 {
        self.disk.block_size()
    }

    pub async fn read(&mut self, part_num: Option<usize>, block: u64, buf: &mut [u8]) -> syscall::Result<usize> {
        if buf.len() as u64 % u64::from(self.disk.block_size()) != 0 {
            return Err(Error::new(EINVAL));
        }

        if let Some(part_num) = part_num {
            let part =
                self.pt.as_ref().ok_or(Error::new(EBADF))?.partitions.get(part_num).ok_or(Error::new(EBADF))?;
            if block >= part.size {
                return Err(Error::new(EOVERFLOW));
            }
            let abs_block = part.start_lba + block;
            self.disk.read(abs_block, buf).await
        } else {
            self.disk.read(block, buf).await
        }
    }

    pub async fn write(&mut self, part_num: Option<usize>, block: u64, buf: &[u8]) -> syscall::Result<usize> {
        if buf.len() as u64 % u64::from(self.disk.block_size()) != 0 {
            return Err(Error::new(EINVAL));
        }

        if let Some(part_num) = part_num {
            let part =
                self.pt.as_ref().ok_or(Error::new(EBADF))?.partitions.get(part_num).ok_or(Error::new(EBADF))?;
            if block >= part.size {
                return Err(Error::new(EOVERFLOW));
            }
            let abs_block = part.start_lba + block;
            self.disk.write(abs_block, buf).await
        } else {
            self.disk.write(block, buf).await
        }
    }
}

pub struct DiskScheme<T> {
    inner: DiskSchemeInner<T>,
    state: SchemeState,
}

impl<T: Disk> DiskScheme<T> {
    pub fn new(
        daemon: Option<daemon::Daemon>,
        scheme_name: String,
        disks: BTreeMap<u32, T>,
        executor: &impl ExecutorTrait,
    ) -> Self {
        assert!(scheme_name.starts_with("disk"));
        let socket = Socket::create().expect("failed to create disk scheme");

        let inner = DiskSchemeInner {
            scheme_name,
            socket,
            disks: disks.into_iter().map(|(k, disk)| (k, DiskWrapper::new(disk, executor))).collect(),
            handles: HashMap::default(),
            next_id: 0,
        };
        inner.socket.register(&inner.scheme_name).expect("failed to register disk scheme root");

        if let Some(daemon) = daemon {
            daemon.ready();
        }
        Self { inner, state: SchemeState::new() }
    }

    /// Answers requests until there are no more.
    pub async fn tick(&mut self) -> Result<()> {
        loop {
            let request = match self.inner.socket.next_request(SignalBehavior::Interrupt) {
                Ok(Some(request)) => request,
                Ok(None) => std::process::exit(0),
                Err(error) if error.errno == EWOULDBLOCK || error.errno == EAGAIN => break,
                Err(err) if err.errno == EINTR => continue,
                Err(err) => return Err(err),
            };

            let response = match request.kind() {
                RequestKind::Call(call_request) => call_request.handle_async(&mut self.inner, &mut self.state).await,
                RequestKind::Cancellation => continue,
            };
            self.inner.socket.write_response(response, SignalBehavior::Restart)?;
        }
        Ok(())
    }
}

enum Handle {
    List(Vec<u8>),
    Disk(u32),
    Partition(u32, u32),
}

struct DiskSchemeInner<T> {
    scheme_name: String,
    socket: Socket,
    disks: BTreeMap<u32, DiskWrapper<T>>,
    handles: HashMap<usize, Handle>,
    next_id: usize,
}

pub trait ExecutorTrait {
    fn block_on<'a, O: 'a>(&self, fut: impl IntoFuture<Output = O> + 'a) -> O;
}

/// For disks whose futures are ready when first asked.
pub struct TrivialExecutor;

impl ExecutorTrait for TrivialExecutor {
    fn block_on<'a, O: 'a>(&self, fut: impl IntoFuture<Output = O> + 'a) -> O {
        let mut fut = core::pin::pin!(fut.into_future());
        let mut cx = core::task::Context::from_waker(core::task::Waker::noop());
        loop {
            match fut.as_mut().poll(&mut cx) {
                Poll::Ready(v) => return v,
                Poll::Pending => continue,
            }
        }
    }
}

impl<T: Disk> DiskSchemeInner<T> {
    fn disk(&mut self, number: u32) -> Result<&mut DiskWrapper<T>> {
        self.disks.get_mut(&number).ok_or(Error::new(EBADF))
    }
}

impl<T: Disk> SchemeAsync for DiskSchemeInner<T> {
    async fn openat(&mut self, path_str: &str, flags: usize, ctx: &CallerCtx) -> Result<OpenResult> {
        if ctx.uid != 0 {
            return Err(Error::new(EACCES));
        }
        let path_str = path_str.trim_matches('/');
        let number = |text: &str| text.parse::<u32>().or(Err(Error::new(ENOENT)));

        let handle = if path_str.is_empty() {
            if flags & O_DIRECTORY != O_DIRECTORY && flags & O_STAT != O_STAT {
                return Err(Error::new(EISDIR));
            }
            let mut list = String::new();
            for (nsid, disk) in self.disks.iter() {
                let _ = writeln!(list, "{nsid}");
                for part_num in 0..disk.pt.as_ref().map_or(0, |pt| pt.partitions.len()) {
                    let _ = writeln!(list, "{nsid}p{part_num}");
                }
            }
            Handle::List(list.into_bytes())
        } else if let Some((nsid_str, part_num_str)) = path_str.split_once('p') {
            let (nsid, part_num) = (number(nsid_str)?, number(part_num_str)?);
            let pt = self.disks.get(&nsid).and_then(|disk| disk.pt.as_ref()).ok_or(Error::new(ENOENT))?;
            pt.partitions.get(part_num as usize).ok_or(Error::new(ENOENT))?;
            Handle::Partition(nsid, part_num)
        } else {
            let nsid = number(path_str)?;
            self.disks.get(&nsid).ok_or(Error::new(ENOENT))?;
            Handle::Disk(nsid)
        };
        self.next_id += 1;
        self.handles.insert(self.next_id, handle);
        Ok(OpenResult::ThisScheme { number: self.next_id })
    }

    async fn fstat(&mut self, id: usize, stat: &mut Stat, _ctx: &CallerCtx) -> Result<()> {
        match *self.handles.get(&id).ok_or(Error::new(EBADF))? {
            Handle::List(ref data) => {
                stat.st_mode = MODE_DIR;
                stat.st_size = data.len() as u64;
            }
            Handle::Disk(number) => {
                let disk = self.disk(number)?;
                stat.st_mode = MODE_FILE;
                stat.st_blksize = disk.block_size();
                stat.st_size = disk.disk().size();
                stat.st_blocks = stat.st_size / u64::from(disk.block_size());
            }
            Handle::Partition(disk_num, part_num) => {
                let disk = self.disk(disk_num)?;
                let part = disk.pt.as_ref().and_then(|pt| pt.partitions.get(part_num as usize)).ok_or(Error::new(EBADF))?;
                stat.st_mode = MODE_FILE;
                stat.st_blksize = disk.block_size();
                stat.st_blocks = part.size;
                stat.st_size = part.size * u64::from(disk.block_size());
            }
        }
        Ok(())
    }

    async fn read(&mut self, id: usize, buf: &mut [u8], offset: u64, _flags: u32, _ctx: &CallerCtx) -> Result<usize> {
        match *self.handles.get_mut(&id).ok_or(Error::new(EBADF))? {
            Handle::List(ref handle) => {
                let src = usize::try_from(offset).ok().and_then(|o| handle.get(o..)).unwrap_or(&[]);
                let count = core::cmp::min(src.len(), buf.len());
                buf[..count].copy_from_slice(&src[..count]);
                Ok(count)
            }
            Handle::Disk(number) => {
                let disk = self.disks.get_mut(&number).ok_or(Error::new(EBADF))?;
                let block = offset / u64::from(disk.block_size());
                disk.read(None, block, buf).await
            }
            Handle::Partition(disk_num, part_num) => {
                let disk = self.disks.get_mut(&disk_num).ok_or(Error::new(EBADF))?;
                let block = offset / u64::from(disk.block_size());
                disk.read(Some(part_num as usize), block, buf).await
            }
        }
    }

    async fn write(&mut self, id: usize, buf: &[u8], offset: u64, _flags: u32, _ctx: &CallerCtx) -> Result<usize> {
        match *self.handles.get_mut(&id).ok_or(Error::new(EBADF))? {
            Handle::List(_) => Err(Error::new(EBADF)),
            Handle::Disk(number) => {
                let disk = self.disks.get_mut(&number).ok_or(Error::new(EBADF))?;
                let block = offset / u64::from(disk.block_size());
                disk.write(None, block, buf).await
            }
            Handle::Partition(disk_num, part_num) => {
                let disk = self.disks.get_mut(&disk_num).ok_or(Error::new(EBADF))?;
                let block = offset / u64::from(disk.block_size());
                disk.write(Some(part_num as usize), block, buf).await
            }
        }
    }

    fn on_close(&mut self, id: usize) {
        let _ = self.handles.remove(&id);
    }
}
