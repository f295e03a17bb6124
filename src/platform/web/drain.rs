//! What somebody goes on sending after a refusal.
//!
//! A browser that is still sending does not read: were the connection closed upon a file that is
//! too large, its sender would see a broken connection and never the reason.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

/// Beyond this the connection is closed all the same, in bytes.
const MOST: usize = 512 * 1024 * 1024;
/// A sender slower than this is not waited for.
const LONGEST: Duration = Duration::from_mins(1);

/// Reads to its end, and throws away, what a request refused as too large still sends.
pub async fn hear_out(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let rest = Rest(Arc::new(Mutex::new(body)));
    let shared = Body::new(rest.clone());
    let response = next.run(Request::from_parts(parts, shared)).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        // However it ends, the answer is the same.
        let _ = tokio::time::timeout(LONGEST, rest.throw_away()).await;
    }
    response
}

/// A body that outlives the handler it was given to.
#[derive(Clone, Debug)]
struct Rest(Arc<Mutex<Body>>);

impl Rest {
    fn with<T>(&self, look: impl FnOnce(&mut Body) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn throw_away(mut self) {
        let mut seen = 0;
        while seen < MOST {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut self).poll_frame(cx)).await;
            match frame {
                Some(Ok(frame)) => seen += frame.data_ref().map_or(0, Bytes::len),
                Some(Err(_)) | None => return,
            }
        }
    }
}

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        self.with(|body| Pin::new(body).poll_frame(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.with(|body| body.size_hint())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures_util::StreamExt as _;
    use tower::ServiceExt as _;

    use super::*;

    /// How many of a thousand pieces are read by a handler that answers at once.
    async fn read_by(status: StatusCode) -> usize {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let pieces = futures_util::stream::iter(0..1000).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(b"1,2,3"))
        });
        let pages = Router::new()
            .route("/", post(move || async move { status }))
            .layer(from_fn(hear_out));
        let request = Request::post("/").body(Body::from_stream(pieces)).unwrap();
        let answer = pages.oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status);
        read.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn what_is_too_large_is_heard_to_its_end_and_nothing_else_is() {
        assert_eq!(read_by(StatusCode::PAYLOAD_TOO_LARGE).await, 1000);
        assert_eq!(read_by(StatusCode::FORBIDDEN).await, 0);
    }
}
