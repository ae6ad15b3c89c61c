//! The same work on many things, on as many cores as there are.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// So many things are taken at a time: enough that taking costs nothing, few enough that no core waits long for another.
const SHARE: usize = 16;

/// What the work makes of each thing, in the order of the things.
pub fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let shares: Vec<&[T]> = things.chunks(SHARE).collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((number, share)) = {
            let number = next.fetch_add(1, Ordering::Relaxed);
            shares.get(number).map(|share| (number, share))
        } {
            done.push((number, share.iter().map(&work).collect::<Vec<R>>()));
        }
        done
    };
    let mut done = thread::scope(|scope| {
        // A system that gives no further thread has the work done on this one.
        let others: Vec<_> = (1..cores.min(shares.len()))
            .filter_map(|_| thread::Builder::new().spawn_scoped(scope, take).ok())
            .collect();
        let mut done = take();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().flat_map(|(_, share)| share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_things() {
        let things: Vec<usize> = (0..10 * SHARE + 3).collect();
        let doubled: Vec<usize> = things.iter().map(|thing| 2 * thing).collect();
        assert_eq!(each(&things, |thing| 2 * thing), doubled);
        assert!(each(&things[..0], |thing| 2 * thing).is_empty());
    }
}
