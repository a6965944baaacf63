//! The mount daemon: finds the file system with the wanted uuid among all disks and serves it as `file:`.
#![no_std]
#![no_main]
extern crate alloc;
extern crate std;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};

use redoxfs::{Disk, FileSystem};
use std::call::{self, Fd};
use std::{eprintln, fs, print, println, process};

mod disk;
mod mount;

use disk::DiskFile;

fn usage() -> ! {
    eprintln!("redoxfs [--no-daemon|-d] [--uuid] [disk or uuid] [mountpoint] [block in hex]");
    process::exit(1)
}

/// A uuid as text, as the header holds it.
fn hyphenated(uuid: &[u8; 16]) -> String {
    let mut text = String::new();
    for (i, byte) in uuid.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let mut digits = text.bytes().filter(|byte| *byte != b'-').map(|byte| (byte as char).to_digit(16));
    let mut uuid = [0; 16];
    for byte in &mut uuid {
        *byte = (digits.next()?? << 4 | digits.next()??) as u8;
    }
    digits.next().is_none().then_some(uuid)
}

enum DiskId {
    Path(String),
    Uuid([u8; 16]),
}

fn filesystem_by_path(path: &str, block_opt: Option<u64>) -> Option<(String, FileSystem<Box<dyn Disk>>)> {
    println!("redoxfs: opening {}", path);
    let disk: Box<dyn Disk> = match DiskFile::open(path) {
        Ok(disk) => Box::new(disk),
        Err(err) => {
            println!("redoxfs: failed to open image {}: {}", path, err);
            return None;
        }
    };
    match FileSystem::open(disk, None, block_opt, true) {
        Ok(filesystem) => {
            println!("redoxfs: opened filesystem on {} with uuid {}", path, hyphenated(&filesystem.header.uuid()));
            Some((path.to_string(), filesystem))
        }
        Err(err) => {
            println!("redoxfs: failed to open filesystem {}: {}", path, err);
            None
        }
    }
}

/// Tries every disk of every scheme whose name starts with `disk`, in the order the schemes are listed.
fn filesystem_by_uuid(uuid: &[u8; 16], block_opt: Option<u64>) -> Option<(String, FileSystem<Box<dyn Disk>>)> {
    let entries = match fs::read_dir("/scheme") {
        Ok(entries) => entries,
        Err(err) => {
            println!("redoxfs: failed to list schemes: {}", err);
            return None;
        }
    };
    for entry in entries {
        if entry != "disk" && !entry.starts_with("disk.") {
            continue;
        }
        let disk = format!("/scheme/{entry}");
        println!("redoxfs: found scheme {}", disk);
        match fs::read_dir(&disk) {
            Ok(entries) => {
                for entry in entries {
                    let path = format!("{disk}/{entry}");
                    println!("redoxfs: found path {}", path);
                    if let Some((path, filesystem)) = filesystem_by_path(&path, block_opt) {
                        if &filesystem.header.uuid() == uuid {
                            println!("redoxfs: filesystem on {} matches uuid {}", path, hyphenated(uuid));
                            return Some((path, filesystem));
                        }
                        println!("redoxfs: filesystem on {} does not match uuid {}", path, hyphenated(uuid));
                    }
                }
            }
            Err(err) => println!("redoxfs: failed to list '{}': {}", disk, err),
        }
    }
    None
}

fn daemon(disk_id: &DiskId, mountpoint: &str, block_opt: Option<u64>, write: Option<Fd>) -> ! {
    let filesystem_opt = match disk_id {
        DiskId::Path(path) => filesystem_by_path(path, block_opt),
        DiskId::Uuid(uuid) => filesystem_by_uuid(uuid, block_opt),
    };

    if let Some((path, filesystem)) = filesystem_opt {
        let mounted = mount::mount(filesystem, mountpoint, |mounted_path| {
            println!("redoxfs: mounted filesystem on {} to {}", path, mounted_path);
            if let Some(write) = &write {
                let _ = call::write(write.raw(), &[0]);
            }
        });
        match mounted {
            Ok(()) => process::exit(0),
            Err(err) => println!("redoxfs: failed to mount {} to {}: {}", path, mountpoint, err),
        }
    }

    match disk_id {
        DiskId::Path(path) => println!("redoxfs: not able to mount path {}", path),
        DiskId::Uuid(uuid) => println!("redoxfs: not able to mount uuid {}", hyphenated(uuid)),
    }
    if let Some(write) = &write {
        let _ = call::write(write.raw(), &[1]);
    }
    process::exit(1)
}

#[unsafe(no_mangle)]
fn main() {
    let mut daemonise = true;
    let mut disk_id = None;
    let mut mountpoint = None;
    let mut block_opt = None;

    let mut args = std::env::args().into_iter().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--no-daemon" | "-d" => daemonise = false,
            "--uuid" if disk_id.is_none() => match args.next().as_deref().map(parse_uuid) {
                Some(Some(uuid)) => disk_id = Some(DiskId::Uuid(uuid)),
                Some(None) => {
                    eprintln!("redoxfs: invalid uuid");
                    usage()
                }
                None => {
                    eprintln!("redoxfs: no uuid provided");
                    usage()
                }
            },
            disk if disk_id.is_none() => disk_id = Some(DiskId::Path(disk.to_owned())),
            mnt if mountpoint.is_none() => mountpoint = Some(mnt.to_owned()),
            opts => match u64::from_str_radix(opts, 16) {
                Ok(block) => block_opt = Some(block),
                Err(err) => {
                    eprintln!("redoxfs: invalid block '{}': {}", opts, err);
                    usage()
                }
            },
        }
    }
    let (Some(disk_id), Some(mountpoint)) = (disk_id, mountpoint) else { usage() };

    if !daemonise {
        daemon(&disk_id, &mountpoint, block_opt, None);
    }
    let Ok((read, write)) = std::io::pipe() else {
        eprintln!("redoxfs: failed to create pipe");
        process::exit(1)
    };
    match unsafe { call::fork() } {
        Ok(0) => {
            drop(read);
            daemon(&disk_id, &mountpoint, block_opt, Some(write))
        }
        Ok(_) => {
            drop(write);
            let mut res = [1];
            let _ = call::read(read.raw(), &mut res);
            process::exit(i32::from(res[0]))
        }
        Err(err) => {
            print!("redoxfs: failed to fork: {}\n", err);
            process::exit(1)
        }
    }
}
