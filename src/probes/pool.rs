//! Pooled connections to one host: to its probed addresses, or through a proxy's tunnel, over chains that may carry a token.

use std::future::Future;
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hybridcheck_core::endpoint::Endpoint;
use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls_pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tower_service::Service;

use super::limits::Limit;
use super::link::Through;
use super::socket::Socket;
use super::trust::Strict;
use super::{limits, tls, tunnel};

/// How large the headers of an answer may be.
const HEADER_CAP: u32 = 64 * 1024;

/// A client whose connections are kept, and opened again where the peer has closed them. It reads no environment and follows no redirect.
pub(super) type Pool = Client<Opener, Full<Bytes>>;

/// A pool for a host, whose connections go to these addresses, its own or the proxy's, and are made within `patience`.
pub(super) fn pool(
    endpoint: &Endpoint,
    through: Option<Through>,
    addresses: &[SocketAddr],
    verifier: Strict,
    patience: Duration,
) -> Option<Pool> {
    let mut tcp = HttpConnector::new_with_resolver(Probed(addresses.to_vec()));
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(patience));
    let opener = Opener {
        tcp,
        addresses: addresses.to_vec(),
        through: through.map(|through| (endpoint.clone(), through)),
        tls: TlsConnector::from(Arc::new(tls::config(Arc::new(verifier)))),
        name: tls::server_name(&endpoint.host)?,
        patience,
    };
    let pool = Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .http2_max_header_list_size(HEADER_CAP)
        .build(opener);
    Some(pool)
}

/// Opens connections to one host, whatever address is asked for.
#[derive(Clone)]
pub(super) struct Opener {
    tcp: HttpConnector<Probed>,
    addresses: Vec<SocketAddr>,
    /// The host, for the proxy, and the proxy's part.
    through: Option<(Endpoint, Through)>,
    tls: TlsConnector,
    name: ServerName<'static>,
    patience: Duration,
}

impl Opener {
    async fn open(mut self) -> Result<Stream> {
        // Without a port, which is part of the probed addresses.
        let anywhere = Uri::from_static("http://probed.invalid");
        let place = limits::place().await;
        let tcp = self.tcp.call(anywhere).await.map_err(|error| {
            self.limits_in(&error).for_each(limits::meet);
            Error::other(error)
        })?;
        let socket = Socket::at(place, tcp.into_inner());
        let stream = match &self.through {
            None => socket,
            Some((to, proxy)) => tunnel::open(socket, to, proxy.login.as_ref(), self.patience)
                .await
                .1
                .ok_or(ErrorKind::ConnectionRefused)?,
        };
        let stream = self.tls.connect(self.name, stream).await?;
        Ok(Stream(TokioIo::new(stream)))
    }

    /// The limits of this host among what an error came of.
    fn limits_in(&self, error: &(dyn std::error::Error + 'static)) -> impl Iterator<Item = Limit> {
        let remote = self.addresses.first().copied();
        let causes = std::iter::successors(Some(error), |error| error.source());
        causes.filter_map(move |cause| {
            let cause = cause.downcast_ref::<Error>()?;
            match remote {
                Some(remote) => limits::own_limit_towards(cause, remote),
                None => limits::own_limit(cause),
            }
        })
    }
}

impl Service<Uri> for Opener {
    type Response = Stream;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let opener = self.clone();
        Box::pin(async move {
            tokio::time::timeout(opener.patience, opener.open())
                .await
                .map_err(|_| ErrorKind::TimedOut)?
        })
    }
}

/// The probed addresses, in the place of a resolver.
#[derive(Clone)]
struct Probed(Vec<SocketAddr>);

impl Service<Name> for Probed {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Error;
    type Future = std::future::Ready<Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        std::future::ready(Ok(self.0.clone().into_iter()))
    }
}

/// A verified connection.
pub(super) struct Stream(TokioIo<TlsStream<Socket>>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        let connected = Connected::new();
        if self.0.inner().get_ref().1.alpn_protocol() == Some(b"h2") {
            connected.negotiated_h2()
        } else {
            connected
        }
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
