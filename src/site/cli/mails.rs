//! `jalon mail`: what was written to people, for whoever runs the installation.

use clap::Subcommand;
use uuid::Uuid;

use super::{CliError, Session};
use crate::access::Concern;
use crate::access::link::ReadMails;
use crate::platform::clock::french_instant;
use crate::platform::mail::{Post, store};

#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// Lister les derniers courriels et ce qu’ils sont devenus
    List,
    /// Lire un courriel qui attend, par exemple quand aucun serveur n’est réglé
    Show {
        /// Identifiant donné par la liste
        #[arg(value_name = "COURRIEL")]
        id: String,
    },
}

pub(super) async fn mail(session: &Session, command: MailCommand) -> Result<(), CliError> {
    let db = session.ready_database().await?;
    let reach = session.reach(&db).await?;
    reach.demands::<ReadMails>(&[Concern::nobodys()])?;
    let mut tx = db.read().await?;
    match command {
        MailCommand::List => {
            let mails = store::list(&mut tx).await?;
            if mails.is_empty() {
                say!("Aucun courriel n’a encore été écrit.");
            }
            for mail in mails {
                let problem = mail.problem.unwrap_or_default();
                let line = format!(
                    "{}  {}  {}  {}  {}  {problem}",
                    mail.id,
                    mail.state.french(),
                    french_instant(mail.created_at),
                    mail.address,
                    mail.subject
                );
                say!("{}", line.trim_end());
            }
        }
        MailCommand::Show { id } => {
            let post = Post::new(&session.config)?;
            let id: Uuid = id.parse().map_err(|_| unknown())?;
            let text = store::waiting_text(&mut tx, id)
                .await?
                .ok_or_else(unknown)?;
            say!("{}", post.filled(&text));
        }
    }
    Ok(())
}

fn unknown() -> CliError {
    "aucun courriel n’attend sous cet identifiant : `jalon mail list` les donne ; un courriel parti ou périmé n’a plus de texte".into()
}
