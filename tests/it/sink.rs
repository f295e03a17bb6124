//! A server of mail that keeps what it is sent, and answers as it is told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jalon::platform::config::Config;
use jalon::platform::mail::Post;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What came and what to answer, shared with the connections.
#[derive(Clone, Default)]
struct Kept {
    received: Arc<Mutex<Vec<String>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
}

/// The server.
pub struct Sink {
    address: SocketAddr,
    kept: Kept,
}

impl Sink {
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = Kept::default();
        let shared = kept.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Self { address, kept }
    }

    /// What is answered to the next message in place of taking it.
    pub fn answer_next(&self, answer: &'static str) {
        self.kept.answers.lock().unwrap().push_back(answer);
    }

    /// What was taken so far, decoded.
    pub fn received(&self) -> Vec<String> {
        self.kept.received.lock().unwrap().clone()
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// An outbox that leaves through it.
    pub fn post(&self) -> Post {
        let config = Config {
            smtp_url: Some(self.url()),
            public_url: "https://jalon.example.org".to_owned(),
            ..Config::default()
        };
        Post::new(&config).unwrap()
    }
}

async fn serve(stream: TcpStream, kept: Kept) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let _ = write.write_all(b"220 puits\r\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-puits\r\n250 8BITMIME".to_owned(),
            "MAIL" => kept
                .answers
                .lock()
                .unwrap()
                .pop_front()
                .unwrap_or("250 ok")
                .to_owned(),
            "DATA" => {
                let _ = write.write_all(b"354 allez\r\n").await;
                let mut message = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    message += &line;
                    message.push('\n');
                }
                kept.received.lock().unwrap().push(decoded(&message));
                "250 pris".to_owned()
            }
            "QUIT" => "221 adieu".to_owned(),
            _ => "250 ok".to_owned(),
        };
        if write
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}

/// A message whose text is written as `=C3=A9`, in plain letters; its headers are left as they are.
fn decoded(message: &str) -> String {
    let joined = message.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = pair.and_then(|two| u8::from_str_radix(two, 16).ok());
        if let Some(byte) = byte.filter(|_| *first == b'=') {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
