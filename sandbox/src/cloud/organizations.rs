//! The organisations of one region. A client and a token belong to one of them; another region knows neither.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{Client, Cloud, User};

/// The organisations of one region.
pub(crate) struct Organizations {
    all: Vec<Arc<Cloud>>,
    calls: AtomicU32,
}

/// What a token stands for.
pub(crate) struct Session {
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) client: Client,
    /// The person, when the token came of a login.
    pub(crate) user: Option<User>,
}

impl Organizations {
    pub(crate) fn new(all: Vec<Arc<Cloud>>) -> Self {
        Self {
            all,
            calls: AtomicU32::new(0),
        }
    }

    /// A client of any of them, with its organisation.
    pub(crate) fn client(&self, id: &str) -> Option<(&Arc<Cloud>, &Client)> {
        let mut found = self
            .all
            .iter()
            .filter_map(|cloud| Some((cloud, cloud.client(id)?)));
        found.next()
    }

    /// What a token stands for; nothing when no organisation of the region has issued it, or the API no longer knows it.
    pub(crate) fn session(&self, token: &str) -> Option<Session> {
        let mut found = self.all.iter().filter_map(|cloud| {
            let holder = cloud.holder(token)?;
            let client = cloud.clients.get(holder.client)?.clone();
            Some(Session {
                cloud: Arc::clone(cloud),
                client,
                user: holder.user,
            })
        });
        found.next().filter(|session| !session.client.tokens_dead)
    }

    /// Counts an API call and returns how many there were.
    pub(crate) fn count_call(&self) -> u32 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The token endpoint answers 429 to everybody whose organisation is throttled; the client is not looked at before.
    pub(crate) fn throttled(&self) -> Option<&Cloud> {
        let mut all = self.all.iter().map(AsRef::as_ref);
        all.find(|cloud: &&Cloud| cloud.throttled)
    }
}
