//! Probes: each answers one kind of fact. They know the nouns of core and nothing of checks or reports.

pub mod material;
