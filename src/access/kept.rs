//! What somebody typed in a long form, when their session ended before they sent it.
//!
//! The form is kept in the session that ended, on the server, for the person who was signed in
//! there and nobody else. Once they are back they are shown what they wrote and may send it
//! again; it is never acted upon by itself. Of a form that carries a file, the texts are kept and
//! the file is not.

use axum::body::{Body, to_bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use uuid::Uuid;

use super::discreet;
use super::factor;
use super::link::pages::FORGOTTEN;
use super::session::{Standing, standing};
use super::signed::Signed;
use crate::platform::web::{WebError, WebResult};
use crate::sealed::Keyring;

/// The key under which the session holds the form.
const KEPT_KEY: &str = "kept_form";
/// The key under which it holds what the form held, which may be confidential.
const KEPT_BODY_KEY: &str = "kept_form_body";

/// Where what was typed is shown again.
pub(super) const RESUME: &str = "/reprise";

/// A longer form is not kept: an entry grid of a whole objective is some 100 kB.
const LARGEST: usize = 512 * 1024;
/// Of a form with a file, this much is looked through for its texts.
const LARGEST_WITH_FILE: usize = 128 * 1024 * 1024;

/// A form that came after the session had ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    /// Who was signed in.
    person: Uuid,
    /// Where it was sent.
    address: String,
    /// Whether it was a form that may carry files, and the fields that did or could.
    #[serde(default)]
    multipart: bool,
    #[serde(default)]
    files: Vec<String>,
    /// What it held, as it was sent; beside it while it waits.
    #[serde(skip)]
    body: String,
}

impl Kept {
    fn fields(&self) -> Vec<(String, String)> {
        let fields = form_urlencoded::parse(self.body.as_bytes());
        fields.into_owned().collect()
    }

    /// What its reader really typed: neither what the form carries for itself nor what was left
    /// as it was shown.
    fn typed(&self) -> Vec<(String, String)> {
        let fields = self.fields();
        let seen = |name: &str| {
            let twin = fields
                .iter()
                .find(|(other, _)| other.strip_prefix("vu:") == Some(name));
            twin.map(|(_, text)| text.clone())
        };
        let own = ["jeton", "version", "vu"];
        let typed = fields.iter().filter(|(name, text)| {
            let carried = name.starts_with("vu") || own.contains(&name.as_str());
            !carried && !text.trim().is_empty() && seen(name).as_ref() != Some(text)
        });
        typed.cloned().collect()
    }
}

/// Keeps a form that comes after the session ended, and leads to the sign-in page.
pub async fn keep_refused_form(
    State(keyring): State<Keyring>,
    session: Session,
    request: Request,
    next: Next,
) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    match keep(&session, &keyring, request).await {
        Ok(Some(request)) => next.run(request).await,
        Ok(None) => {
            let to_sign_in = format!("/connexion?retour={RESUME}");
            Redirect::to(&to_sign_in).into_response()
        }
        Err(error) => error.into_response(),
    }
}

/// The request, to be answered as usual; nothing where its form is now in the session.
async fn keep(
    session: &Session,
    keyring: &Keyring,
    request: Request,
) -> WebResult<Option<Request>> {
    let address = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let address = address.to_owned();
    let shape = Shape::of(&request).filter(|_| is_ours(&address));
    let (person, shape) = match (standing(session).await.map_err(WebError::internal)?, shape) {
        (Standing::Lapsed(person), Some(shape)) => (person, shape),
        (Standing::Signed(_), _) => {
            forget_sent(session, &address).await?;
            return Ok(Some(request));
        }
        _ => return Ok(Some(request)),
    };
    let (parts, body) = request.into_parts();
    let (text, files, as_it_came) = match shape {
        Shape::Plain => {
            let bytes = to_bytes(body, LARGEST).await.unwrap_or_default();
            let text = String::from_utf8(bytes.to_vec()).unwrap_or_default();
            (text, Vec::new(), Body::from(bytes))
        }
        Shape::WithFiles => {
            let form = Request::from_parts(parts.clone(), body);
            let (text, files) = texts_of(form).await.unwrap_or_default();
            (text, files, Body::empty())
        }
    };
    let is_secret =
        form_urlencoded::parse(text.as_bytes()).any(|(name, _)| name.contains("password"));
    if is_secret || text.is_empty() {
        return Ok(Some(Request::from_parts(parts, as_it_came)));
    }
    discreet::keep(session, keyring, (person, KEPT_BODY_KEY), &text).await?;
    let kept = Kept {
        person,
        address,
        multipart: shape == Shape::WithFiles,
        files,
        body: String::new(),
    };
    session
        .insert(KEPT_KEY, kept)
        .await
        .map_err(WebError::internal)?;
    Ok(None)
}

/// A page of this site, which is not about signing in.
fn is_ours(address: &str) -> bool {
    let own = [
        "//",
        "/connexion",
        "/deconnexion",
        "/lien/",
        FORGOTTEN,
        factor::PATH,
        RESUME,
    ];
    !own.iter().any(|start| address.starts_with(start))
}

/// How a form was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Plain,
    /// In parts, some of which may be files.
    WithFiles,
}

impl Shape {
    fn of(request: &Request) -> Option<Self> {
        let media = request.headers().get(header::CONTENT_TYPE)?.as_bytes();
        if media.starts_with(b"application/x-www-form-urlencoded") {
            return Some(Self::Plain);
        }
        media
            .starts_with(b"multipart/form-data")
            .then_some(Self::WithFiles)
    }
}

/// The texts of a form in parts, as a plain form writes them, and the fields of its files; nothing
/// where the texts are too long to be kept, or the form is none.
async fn texts_of(mut request: Request) -> Option<(String, Vec<String>)> {
    DefaultBodyLimit::max(LARGEST_WITH_FILE).apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.ok()?;
    let (mut texts, mut files, mut length) = (Vec::new(), Vec::new(), 0);
    // Where it is cut short, what came before is kept all the same.
    while let Ok(Some(mut field)) = form.next_field().await {
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_some() {
            files.push(name);
            continue;
        }
        let mut text = Vec::new();
        while let Ok(Some(chunk)) = field.chunk().await {
            length += chunk.len();
            if length > LARGEST {
                return None;
            }
            text.extend_from_slice(&chunk);
        }
        texts.push((name, String::from_utf8_lossy(&text).into_owned()));
    }
    let mut plain = form_urlencoded::Serializer::new(String::new());
    plain.extend_pairs(texts);
    Some((plain.finish(), files))
}

async fn kept(session: &Session) -> WebResult<Option<Kept>> {
    session.get(KEPT_KEY).await.map_err(WebError::internal)
}

/// What was kept is sent again: its form now holds it.
async fn forget_sent(session: &Session, address: &str) -> WebResult<()> {
    if kept(session)
        .await?
        .is_some_and(|kept| kept.address == address)
    {
        forget(session).await?;
    }
    Ok(())
}

async fn forget(session: &Session) -> WebResult<()> {
    discreet::forget(session, KEPT_BODY_KEY).await?;
    discreet::forget(session, KEPT_KEY).await
}

/// Forgets a form that somebody else than this person left in the session.
pub(super) async fn keep_for(session: &Session, person: Uuid) -> WebResult<()> {
    match kept(session).await? {
        Some(kept) if kept.person != person => forget(session).await,
        _ => Ok(()),
    }
}

/// `GET /reprise`: what was typed, to be sent again or forgotten.
pub(super) async fn resume(
    signed: Signed,
    session: Session,
    State(keyring): State<Keyring>,
) -> WebResult<Response> {
    let me = signed.person.id;
    let body = discreet::read(&session, &keyring, (me, KEPT_BODY_KEY)).await?;
    let kept = kept(&session).await?.filter(|kept| kept.person == me);
    let Some((kept, body)) = kept.zip(body) else {
        return Ok(Redirect::to("/").into_response());
    };
    let kept = Kept { body, ..kept };
    Ok(signed
        .page("Reprendre votre saisie", &page(&kept))
        .into_response())
}

/// `POST /reprise`: forgets it.
pub(super) async fn drop_kept(_signed: Signed, session: Session) -> WebResult<Redirect> {
    forget(&session).await?;
    Ok(Redirect::to("/"))
}

fn page(kept: &Kept) -> Markup {
    let typed = kept.typed();
    let opened = kept
        .address
        .split_once('#')
        .map_or(kept.address.as_str(), |(path, _)| path);
    html! {
        div.head {
            h1 { "Reprendre votre saisie" }
            p.lead { "Votre session avait expiré quand vous avez envoyé ce formulaire. Rien n’a été enregistré ; voici ce que vous aviez écrit."
                @if !kept.files.is_empty() { " Un fichier ne se garde pas : choisissez-le de nouveau." } }
        }
        div.scroll tabindex="0" role="region" aria-label="Ce que vous aviez écrit, défilable" {
            table.tbl.stack {
                thead { tr { th scope="col" { "Champ" } th scope="col" { "Ce que vous aviez écrit" } } }
                tbody { @for (name, text) in &typed { tr {
                    th scope="row" { (name.replace('~', " ")) }
                    td.x data-l="Écrit" { (text) }
                } } }
            }
        }
        @if typed.is_empty() { p { "Aucun texte n’avait été changé." } }
        form method="post" action=(kept.address) enctype=[kept.multipart.then_some("multipart/form-data")] {
            @for (name, text) in kept.fields() { input type="hidden" name=(name) value=(text); }
            @for name in &kept.files { div.field {
                label for={ "joint-" (name) } { "Le fichier, s’il y en avait un" }
                input id={ "joint-" (name) } type="file" name=(name);
            } }
            p.acts {
                button.btn.main type="submit" { "Renvoyer ce formulaire" }
                a.btn href=(opened) { "Ouvrir la page sans ce texte" }
            }
        }
        form method="post" action=(RESUME) {
            p.acts { button.btn type="submit" { "Oublier ce texte" } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_typed_is_told() {
        let kept = Kept {
            person: Uuid::nil(),
            address: "/".to_owned(),
            multipart: false,
            files: Vec::new(),
            body: "jeton=1&vu=x&a=70&vu%3Aa=71&b=72&vu%3Ab=72&c=&motif=Un+mot".to_owned(),
        };
        let typed = kept.typed();
        let typed: Vec<_> = typed
            .iter()
            .map(|(n, t)| (n.as_str(), t.as_str()))
            .collect();
        assert_eq!(typed, [("a", "70"), ("motif", "Un mot")]);
    }
}
