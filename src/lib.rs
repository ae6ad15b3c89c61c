//! hybridcheck: everything that touches the world, and the wiring. The binary is `main.rs`; tests, benches and fuzz targets use this library.

pub mod cli;
pub mod config;
pub mod gather;
pub mod probes;
pub mod redact;
pub mod routing;
pub mod run;
