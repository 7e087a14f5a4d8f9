//! Connections that many callers share.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Mutex;
use tokio_postgres::{Client, Config};

use super::statements::Statements;
use super::tls::Tls;
use crate::error::{Retry, StoreError};

/// How long a statement waits for a row that another session holds: longer than a commit takes. Then its group is taken apart.
const LOCK_LIMIT: &str = "SET lock_timeout = '100ms'";

/// A connection with its prepared statements.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) client: Client,
    pub(super) statements: Statements,
}

type Connecting =
    Pin<Box<dyn Future<Output = Result<Client, tokio_postgres::Error>> + Send + 'static>>;

/// Some connections, each opened when it is needed first and again after it was lost.
///
/// Nobody has a connection for himself: statements of many callers follow each other on it without waiting for answers.
pub(super) struct Pool {
    connect: Arc<dyn Fn() -> Connecting + Send + Sync>,
    places: Vec<Place>,
}

#[derive(Default)]
struct Place {
    waiting: AtomicUsize,
    connection: Mutex<Option<Arc<Connection>>>,
}

/// A connection while a caller waits for its answer.
pub(super) struct Borrowed<'a> {
    connection: Arc<Connection>,
    _caller: Caller<'a>,
}

impl std::ops::Deref for Borrowed<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// Counts one caller, also one that gives up while the connection is opened.
struct Caller<'a>(&'a AtomicUsize);

impl<'a> Caller<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Opens a connection; a task of the runtime serves it until it is closed.
pub(super) async fn open<T: Tls>(config: &Config, tls: T) -> Result<Client, tokio_postgres::Error> {
    let (client, connection) = config.connect(tls).await?;
    tokio::spawn(async move {
        // Whoever waits for an answer is told why there is none.
        let _ = connection.await;
    });
    Ok(client)
}

impl Pool {
    pub(super) fn new<T: Tls>(config: &Config, tls: T, connections: usize) -> Self {
        let config = config.clone();
        let connect = move || -> Connecting {
            let (config, tls) = (config.clone(), tls.clone());
            Box::pin(async move { open(&config, tls).await })
        };
        Self::of(Arc::new(connect), connections)
    }

    fn of(connect: Arc<dyn Fn() -> Connecting + Send + Sync>, connections: usize) -> Self {
        let mut places = Vec::new();
        places.resize_with(connections.max(1), Place::default);
        Self { connect, places }
    }

    /// A new one to the same database, with so many connections at most, but one at least.
    pub(super) fn resized(&self, connections: usize) -> Self {
        Self::of(Arc::clone(&self.connect), connections)
    }

    /// How many connections it has at most.
    pub(super) fn connections(&self) -> usize {
        self.places.len()
    }

    /// The connection with the fewest callers.
    pub(super) async fn borrow(&self) -> Result<Borrowed<'_>, StoreError> {
        let mut least = &self.places[0];
        let mut callers = usize::MAX;
        for place in &self.places {
            let waiting = place.waiting.load(Ordering::Relaxed);
            if waiting < callers {
                (least, callers) = (place, waiting);
            }
            if waiting == 0 {
                break;
            }
        }
        let caller = Caller::new(&least.waiting);
        Ok(Borrowed {
            connection: self.connected(least).await?,
            _caller: caller,
        })
    }

    async fn connected(&self, place: &Place) -> Result<Arc<Connection>, StoreError> {
        let mut connection = place.connection.lock().await;
        if let Some(open) = connection.as_ref().filter(|open| !open.client.is_closed()) {
            return Ok(Arc::clone(open));
        }
        let connect = async {
            let client = (self.connect)().await?;
            // A database that knows no such limit lets all of a group wait for the row that somebody holds.
            let _ = client.batch_execute(LOCK_LIMIT).await;
            let statements = Statements::prepare(&client).await?;
            Ok::<_, tokio_postgres::Error>((client, statements))
        };
        let opened = connect.await;
        let (client, statements) =
            opened.map_err(|error| StoreError::from(error).retried(Retry::Unreached))?;
        let open = Arc::new(Connection { client, statements });
        *connection = Some(Arc::clone(&open));
        Ok(open)
    }
}
