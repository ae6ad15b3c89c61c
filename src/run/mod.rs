//! A run: what is wanted is gathered, judged, read once more after a refusal, and told in one document.

pub mod reread;
