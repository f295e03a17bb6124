//! Mail: written once, sent once, tried again, given up; through a real conversation in SMTP.

use jalon::platform::mail::store::{list, tidy, waiting_text, write};
use jalon::platform::mail::{Mail, Post, State};
use jiff::SignedDuration;

use crate::on_both_engines;
use crate::sink::Sink;
use crate::support::Bench;

const DAY: i64 = 24 * 3600 * 1_000_000;

fn mail(bench: &Bench, key: &str) -> Mail {
    let now = bench.clock.now();
    Mail {
        key: key.to_owned(),
        address: "anne@example.org".to_owned(),
        subject: "Échéance passée".to_owned(),
        body: "Bonjour,\n\nUne échéance est passée : {site}/circuit\n".to_owned(),
        due_at: now,
        useless_at: now + 3 * DAY,
    }
}

async fn written(bench: &Bench, mails: &[Mail]) {
    let mut tx = bench.db.write_aside().await.unwrap();
    write(&mut tx, &bench.clock, mails).await.unwrap();
    tx.commit().await.unwrap();
}

async fn sends(bench: &Bench, post: &Post) -> usize {
    post.send_due(&bench.db, &bench.clock).await.unwrap()
}

async fn states(bench: &Bench) -> Vec<(State, Option<String>)> {
    let mut tx = bench.db.read().await.unwrap();
    let mails = list(&mut tx).await.unwrap();
    mails
        .into_iter()
        .map(|mail| (mail.state, mail.problem))
        .collect()
}

on_both_engines! {
    async fn a_mail_is_written_once_and_sent_once(bench: Bench) {
        let sink = Sink::open().await;
        written(&bench, &[mail(&bench, "a"), mail(&bench, "b")]).await;
        written(&bench, &[mail(&bench, "a")]).await;
        let (one, other) = (sink.post(), sink.post());
        let (first, second) = tokio::join!(sends(&bench, &one), sends(&bench, &other));
        assert_eq!(first + second, 2);
        assert_eq!(sends(&bench, &one).await, 0);
        let received = sink.received();
        assert_eq!(received.len(), 2);
        for part in [
            "From: Jalon <jalon@jalon.example.org>",
            "To: anne@example.org",
            "Auto-Submitted: auto-generated",
            "@jalon.example.org>",
            "Une échéance est passée : https://jalon.example.org/circuit",
            "Ce message est automatique",
        ] {
            assert!(received[0].contains(part), "{part}: {}", received[0]);
        }
        let mut tx = bench.db.read().await.unwrap();
        let id = list(&mut tx).await.unwrap()[0].id;
        assert_eq!(waiting_text(&mut tx, id).await.unwrap(), None, "what was sent is not kept");
    }
}

on_both_engines! {
    async fn what_the_server_puts_off_is_tried_again_later(bench: Bench) {
        let sink = Sink::open().await;
        let post = sink.post();
        sink.answer_next("451 plus tard");
        written(&bench, &[mail(&bench, "a")]).await;
        assert_eq!(sends(&bench, &post).await, 0);
        let found = states(&bench).await;
        assert_eq!(found[0].0, State::Waiting);
        assert!(found[0].1.as_ref().unwrap().contains("plus tard"), "{found:?}");
        assert_eq!(sends(&bench, &post).await, 0, "not at once");
        bench.clock.advance(SignedDuration::from_mins(1));
        assert_eq!(sends(&bench, &post).await, 1);
        assert_eq!(states(&bench).await, [(State::Sent, None)]);
    }
}

on_both_engines! {
    async fn what_the_server_refuses_is_given_up_and_told(bench: Bench) {
        let sink = Sink::open().await;
        sink.answer_next("550 inconnu ici");
        written(&bench, &[mail(&bench, "a")]).await;
        assert_eq!(sends(&bench, &sink.post()).await, 0);
        let found = states(&bench).await;
        assert_eq!(found[0].0, State::Refused);
        assert!(found[0].1.as_ref().unwrap().contains("inconnu ici"), "{found:?}");
        bench.clock.advance(SignedDuration::from_hours(24));
        assert_eq!(sends(&bench, &sink.post()).await, 0);
        assert!(sink.received().is_empty());
    }
}

on_both_engines! {
    async fn without_a_server_mail_waits_to_be_read_until_it_is_useless(bench: Bench) {
        let post = Post::new(&jalon::platform::config::Config::default()).unwrap();
        written(&bench, &[mail(&bench, "a")]).await;
        assert_eq!(sends(&bench, &post).await, 0);
        let mut tx = bench.db.read().await.unwrap();
        let id = list(&mut tx).await.unwrap()[0].id;
        let text = waiting_text(&mut tx, id).await.unwrap().unwrap();
        drop(tx);
        assert!(post.filled(&text).contains("http://localhost:8080/circuit"), "{text}");
        bench.clock.advance(SignedDuration::from_hours(72));
        let mut tx = bench.db.write_aside().await.unwrap();
        tidy(&mut tx, bench.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(states(&bench).await, [(State::Useless, None)]);
        assert_eq!(sends(&bench, &Sink::open().await.post()).await, 0);
    }
}

on_both_engines! {
    async fn a_server_that_never_answers_is_given_up_in_the_end(bench: Bench) {
        let sink = Sink::open().await;
        let post = sink.post();
        let mut late = mail(&bench, "a");
        late.useless_at += 10 * DAY;
        written(&bench, &[late]).await;
        let mut tries = 0;
        while states(&bench).await[0].0 == State::Waiting {
            sink.answer_next("451 plus tard");
            assert_eq!(sends(&bench, &post).await, 0);
            bench.clock.advance(SignedDuration::from_hours(24));
            tries += 1;
            assert!(tries < 20, "it is tried for ever");
        }
        assert_eq!(states(&bench).await[0].0, State::Refused);
        assert!(tries > 5, "{tries}");
    }
}
