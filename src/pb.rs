//! The gRPC contract as Rust: what `build.rs` generates from `proto/`. Nothing here is written by
//! hand and no rule lives here; the meaning of each message is in the comments of its proto file.

#[allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    clippy::allow_attributes_without_reason,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "generated code"
)]
mod generated {
    pub mod v1 {
        tonic::include_proto!("accountstatus.v1");
    }
    pub mod channel {
        pub mod v1 {
            tonic::include_proto!("accountstatus.channel.v1");
        }
    }
}

/// Messages, enums, clients and servers of the packages `accountstatus.v1` and
/// `accountstatus.channel.v1`.
pub use generated::{channel, v1};

/// The contract as an encoded `FileDescriptorSet`, imports and comments included, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] =
    tonic::include_file_descriptor_set!("accountstatus_descriptor");
