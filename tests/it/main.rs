//! Integration tests: the service as its callers know it, over gRPC, on every engine there is.

mod harness;

mod smoke;
