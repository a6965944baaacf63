//! Serving the file system: open, read and list.
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use driver_block::{ExecutorTrait, TrivialExecutor};
use redox_scheme::scheme::{SchemeAsync, SchemeState};
use redox_scheme::{CallerCtx, OpenResult, RequestKind, SignalBehavior, Socket};
use redoxfs::{Disk, FileSystem, Node, TreeData, TreePtr};
use syscall::data::Stat;
use syscall::error::{EBADF, EROFS, Error, Result};

struct FileScheme<D: Disk> {
    fs: FileSystem<D>,
    files: BTreeMap<usize, TreeData<Node>>,
    next_id: usize,
}

impl<D: Disk> FileScheme<D> {
    fn read_node(&mut self, id: usize, buf: &mut [u8], offset: u64) -> Result<usize> {
        let node = self.files.get(&id).ok_or(Error::new(EBADF))?;
        self.fs.tx(|tx| {
            if !node.data().is_dir() {
                return tx.read_node_inner(node, offset, buf);
            }
            let names: Vec<String> = tx.child_names(node)?;
            let list = names.join("\n");
            let rest = list.as_bytes().get(offset as usize..).unwrap_or(&[]);
            let count = rest.len().min(buf.len());
            buf[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        })
    }
}

impl<D: Disk> SchemeAsync for FileScheme<D> {
    async fn openat(&mut self, path: &str, _flags: usize, _ctx: &CallerCtx) -> Result<OpenResult> {
        let node = self.fs.tx(|tx| {
            let mut node = tx.read_tree(TreePtr::root())?;
            for component in path.split('/').filter(|component| !component.is_empty()) {
                node = tx.find_node(node.ptr(), component)?;
            }
            Ok(node)
        })?;
        self.next_id += 1;
        self.files.insert(self.next_id, node);
        Ok(OpenResult::ThisScheme { number: self.next_id })
    }

    async fn read(&mut self, id: usize, buf: &mut [u8], offset: u64, _flags: u32, _ctx: &CallerCtx) -> Result<usize> {
        self.read_node(id, buf, offset)
    }

    async fn write(&mut self, _id: usize, _buf: &[u8], _offset: u64, _flags: u32, _ctx: &CallerCtx) -> Result<usize> {
        Err(Error::new(EROFS))
    }

    async fn fstat(&mut self, id: usize, stat: &mut Stat, _ctx: &CallerCtx) -> Result<()> {
        let node = self.files.get(&id).ok_or(Error::new(EBADF))?;
        stat.st_mode = node.data().mode;
        stat.st_size = node.data().size();
        Ok(())
    }

    fn on_close(&mut self, id: usize) {
        self.files.remove(&id);
    }
}

/// Registers the scheme, calls `callback`, and serves until nobody asks any more.
pub fn mount<D: Disk>(filesystem: FileSystem<D>, mountpoint: &str, callback: impl FnOnce(&str)) -> Result<()> {
    let socket = Socket::create()?;
    socket.register(mountpoint)?;
    callback(&format!("/scheme/{mountpoint}"));

    let mut scheme = FileScheme { fs: filesystem, files: BTreeMap::new(), next_id: 0 };
    let mut state = SchemeState::new();
    while let Some(request) = socket.next_request(SignalBehavior::Restart)? {
        if let RequestKind::Call(call) = request.kind() {
            let response = TrivialExecutor.block_on(call.handle_async(&mut scheme, &mut state));
            socket.write_response(response, SignalBehavior::Restart)?;
        }
    }
    Ok(())
}
