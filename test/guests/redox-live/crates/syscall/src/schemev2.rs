//! Requests to and answers from a scheme in user space.

/// A request. 64 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Sqe {
    pub opcode: u8,
    pub sqe_flags: u8,
    pub _rsvd: u16,
    pub tag: u32,
    pub args: [u64; 6],
    pub caller: u64,
}

/// An answer. 16 bytes; `result` holds `-errno` for an error.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Cqe {
    pub flags: u8,
    pub extra_raw: [u8; 3],
    pub tag: u32,
    pub result: u64,
}

#[repr(u8)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum CqeOpcode {
    RespondRegular,
    RespondWithFd,
    SendFevent,
    ObtainFd,
    RespondWithMultipleFds,
    RespondAndNotifyOnDetach,
}

impl CqeOpcode {
    pub fn try_from_raw(raw: u8) -> Option<Self> {
        Some(match raw {
            0 => Self::RespondRegular,
            1 => Self::RespondWithFd,
            2 => Self::SendFevent,
            3 => Self::ObtainFd,
            4 => Self::RespondWithMultipleFds,
            5 => Self::RespondAndNotifyOnDetach,
            _ => return None,
        })
    }
}

/// Those operations of a scheme that the guest uses, with their real numbers.
#[repr(u8)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Opcode {
    Open = 0,
    Close = 3,
    Read = 5,
    Write = 6,
    Fsize = 7,
    Fstat = 15,
    Cancel = 25,
}

impl Opcode {
    pub fn try_from_raw(raw: u8) -> Option<Self> {
        Some(match raw {
            0 => Self::Open,
            3 => Self::Close,
            5 => Self::Read,
            6 => Self::Write,
            7 => Self::Fsize,
            15 => Self::Fstat,
            25 => Self::Cancel,
            _ => return None,
        })
    }
}

const _: () = assert!(size_of::<Sqe>() == 64 && size_of::<Cqe>() == 16);
