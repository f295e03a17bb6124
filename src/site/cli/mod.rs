//! The command line: a way in like any other, with the same stores and the same permits.

#[macro_use]
mod out;

mod backup;
mod contracts;
mod create;
mod demo;
mod dossier;
mod frameworks;
mod grants;
mod journal;
mod mails;
mod organisations;
mod people;
mod projections;
mod seals;
mod server;
mod terms;
mod tokens;
mod values;
mod wording;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use uuid::Uuid;

pub(super) use create::told;
use wording::{French, in_french};

use crate::access::{Person, Reach, grant, keep_command, store};
use crate::frameworks::{Known, Library};
use crate::ledger::{self, Actor};
use crate::organisations::store::directory;
use crate::platform::clock::Clock;
use crate::platform::config::{Config, Overrides};
use crate::platform::db::Db;
use crate::site::demo::Larger;

/// From where the history says that what a command changes is changed.
const TERMINAL: &str = "terminal";

/// A failure told to the person at the terminal.
pub type CliError = Box<dyn std::error::Error + Send + Sync>;

/// Contrats d’objectifs et de moyens : les rédiger, les suivre, les évaluer.
#[derive(Debug, Parser)]
#[command(name = "jalon", version, disable_help_subcommand = true)]
pub struct Cli {
    /// Fichier de configuration (par défaut : celui que nomme `JALON_CONFIG`, ou jalon.toml)
    #[arg(long, global = true, env = "JALON_CONFIG", value_name = "FICHIER")]
    config: Option<PathBuf>,
    /// Base de données : `sqlite://chemin` ou `postgres://…`
    #[arg(long, global = true, value_name = "ADRESSE")]
    database_url: Option<String>,
    /// Adresse électronique du compte au nom duquel agir (par défaut : celui du seul administrateur national)
    #[arg(long = "as", global = true, value_name = "ADRESSE")]
    acting: Option<String>,
    #[command(subcommand)]
    command: Command,
    /// The words of the command, without what was said to it.
    #[arg(skip)]
    words: String,
}

impl Cli {
    /// What was typed; help, version and wrong words end the program here.
    pub fn read() -> Self {
        let mut command = in_french(Self::command());
        let arguments = std::env::args_os();
        let read = command.try_get_matches_from_mut(arguments);
        let read = read.and_then(|matches| {
            let words = words(&matches);
            let cli = Self::from_arg_matches(&matches)?;
            Ok(Self { words, ..cli })
        });
        read.unwrap_or_else(|error| error.format(&mut command).apply::<French>().exit())
    }
}

/// « jalon contracts show », of what was typed.
fn words(matches: &ArgMatches) -> String {
    let (mut words, mut at) = ("jalon".to_owned(), matches);
    while let Some((name, further)) = at.subcommand() {
        words = format!("{words} {name}");
        at = further;
    }
    words
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Installer une base vide et son premier compte
    Init(people::Init),
    /// Servir le site
    Serve {
        /// Adresse et port d’écoute
        #[arg(long, value_name = "ADRESSE:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Mettre le schéma de la base à jour
    Migrate,
    /// Sauvegarder toute l’installation dans un fichier
    Backup(backup::BackupArgs),
    /// Restaurer une sauvegarde dans une base vide, de l’un ou l’autre moteur
    Restore(backup::RestoreArgs),
    /// Vérifier la configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Construire la démonstration (données fictives) et la servir
    Demo {
        /// Adresse et port d’écoute
        #[arg(long, value_name = "ADRESSE:PORT")]
        listen: Option<SocketAddr>,
        /// Construire sans servir
        #[arg(long)]
        build_only: bool,
        #[command(flatten)]
        larger: Larger,
    },
    /// Tenir le répertoire des organisations et des lieux
    #[command(subcommand)]
    Organisations(organisations::OrganisationsCommand),
    /// Lire les contrats
    #[command(subcommand)]
    Contracts(contracts::ContractsCommand),
    /// Écrire le dossier d’un contrat, ceux de tout un cadre, ou la fiche d’un indicateur
    Dossier(Box<dossier::DossierArgs>),
    /// Gérer les comptes
    #[command(subcommand)]
    Person(people::PersonCommand),
    /// Donner des rôles aux personnes, y mettre fin, les lister
    #[command(subcommand)]
    Grant(grants::GrantCommand),
    /// Gérer les accès par programme d’un compte
    #[command(subcommand)]
    Token(tokens::TokenCommand),
    /// Vérifier, charger et écrire les cadres contractuels
    #[command(subcommand)]
    Framework(frameworks::FrameworkCommand),
    /// Voir les courriels écrits : ceux qui attendent, ceux qui ont été refusés
    #[command(subcommand)]
    Mail(mails::MailCommand),
    /// Charger des valeurs observées
    #[command(subcommand)]
    Values(values::ValuesCommand),
    /// Vérifier l’historique, en garder une ancre ailleurs
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Tenir les clés qui scellent ce qui est confidentiel
    #[command(subcommand)]
    Seal(seals::SealCommand),
    /// Éprouver les prolongements de tendance sur les séries chargées
    Projections,
    /// Écrire les termes d’un projet d’acte depuis un classeur
    #[command(subcommand)]
    Terms(terms::TermsCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Lire la configuration et la montrer, ou nommer ce qui ne va pas
    Check,
}

/// What every command starts from.
struct Session {
    config: Config,
    clock: Clock,
    acting: Option<String>,
    /// The words of the command.
    words: String,
    /// In whose name it was kept that it was given.
    kept: OnceLock<Uuid>,
}

impl Session {
    /// Does some work on a database that may still have to be made. Where the work fails, a SQLite
    /// file that it made is taken away.
    async fn making<T>(
        &self,
        work: impl AsyncFnOnce(&Db) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let made = Db::make_file(&self.config.database_url)?;
        let done = match Db::open(&self.config.database_url).await {
            Ok(db) => {
                let done = work(&db).await;
                db.close().await;
                done
            }
            Err(error) => Err(error.into()),
        };
        if let (Err(_), Some(file)) = (&done, made) {
            file.remove();
        }
        done
    }

    /// The database, with the schema this program needs; none is made.
    async fn ready_database(&self) -> Result<Db, CliError> {
        let db = Db::open_existing(&self.config.database_url).await?;
        db.check_schema().await?;
        Ok(db)
    }

    /// What a framework may refer to.
    async fn known(&self, db: &Db, library: &Library, actor: Actor) -> Result<Known, CliError> {
        let reach = &Reach::of(&mut db.read().await?, self.clock.today(), actor).await?;
        let mut tx = db.read().await?;
        let directory = directory(&mut tx, reach).await?;
        let catalogue = library.catalogue(&mut tx, reach).await?;
        Ok(catalogue.known(Known::of(&directory)))
    }

    /// The person the command acts for, which is kept among accesses: no password was asked.
    async fn person(&self, db: &Db) -> Result<Person, CliError> {
        let person = self.found(db).await?;
        if self.kept.set(person.id).is_ok() {
            let whose = (person.id, TERMINAL);
            keep_command(db, &self.clock, whose, (&self.words, true)).await?;
        }
        Ok(person)
    }

    /// Keeps that a command, once given in somebody's name, was refused or failed.
    async fn keep_failure(&self) -> Result<(), CliError> {
        if let Some(person) = self.kept.get() {
            let db = self.ready_database().await?;
            let whose = (*person, TERMINAL);
            keep_command(&db, &self.clock, whose, (&self.words, false)).await?;
        }
        Ok(())
    }

    /// The one that was named, or else the only one who administers the whole installation.
    async fn found(&self, db: &Db) -> Result<Person, CliError> {
        let mut tx = db.read().await?;
        if let Some(email) = &self.acting {
            return store::person_by_email(&mut tx, email)
                .await?
                .ok_or_else(|| format!("aucun compte n’a l’adresse « {email} »").into());
        }
        let mut all = grant::store::administrators(&mut tx, self.clock.today()).await?;
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (None, _) => Err("aucun administrateur national : commencez par `jalon init`, ou par `jalon migrate` sur une base d’avant les habilitations".into()),
            (Some(_), _) => Err("plusieurs personnes administrent cette installation : dites au nom de qui agir, avec --as ADRESSE".into()),
        }
    }

    /// What that person may see and do.
    async fn reach(&self, db: &Db) -> Result<Reach, CliError> {
        let actor = Actor::Person(self.person(db).await?.id);
        let mut tx = db.read().await?;
        Ok(Reach::of(&mut tx, self.clock.today(), actor).await?)
    }
}

/// Runs the command and says how it ended: 0 done, 1 refused or failed, 2 wrong words.
pub async fn run(cli: Cli) -> ExitCode {
    match ledger::made_from(Some(TERMINAL.to_owned()), Box::pin(execute(cli))).await {
        Ok(code) => code,
        Err(error) => {
            complain!("jalon : {}", in_words(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// A failure in words: those of the system are not French.
fn in_words(error: &(dyn std::error::Error + Send + Sync + 'static)) -> String {
    match error.downcast_ref().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::BrokenPipe) => "la sortie s’est fermée avant la fin".to_owned(),
        Some(_) => format!("le système a refusé une lecture ou une écriture ({error})"),
        None => error.to_string(),
    }
}

async fn execute(cli: Cli) -> Result<ExitCode, CliError> {
    let listen = match &cli.command {
        Command::Serve { listen } | Command::Demo { listen, .. } => *listen,
        _ => None,
    };
    let overrides = Overrides {
        database_url: cli.database_url,
        listen,
    };
    let config = Config::load(cli.config.as_deref(), &overrides)?;
    let session = Session {
        config,
        clock: Clock::system(),
        acting: cli.acting,
        words: cli.words,
        kept: OnceLock::new(),
    };
    match cli.command {
        Command::Serve { .. } => server::serve(session).await?,
        Command::Demo {
            build_only, larger, ..
        } => demo::run(session, build_only, larger).await?,
        command => {
            let done = obey(&session, command).await;
            if done.is_err()
                && let Err(error) = session.keep_failure().await
            {
                tracing::error!(%error, "a refused command was not kept");
            }
            return done;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Does what a command says that ends by itself.
async fn obey(session: &Session, command: Command) -> Result<ExitCode, CliError> {
    match command {
        Command::Init(init) => people::init(session, init).await?,
        Command::Serve { .. } | Command::Demo { .. } => {}
        Command::Organisations(command) => {
            organisations::organisations(session, command).await?;
        }
        Command::Backup(args) => backup::backup(session, args).await?,
        Command::Restore(args) => backup::restore(session, args).await?,
        Command::Migrate => server::migrate(session).await?,
        Command::Config(ConfigCommand::Check) => server::show_config(session),
        Command::Contracts(command) => contracts::contracts(session, command).await?,
        Command::Dossier(args) => dossier::dossier(session, *args).await?,
        Command::Seal(command) => seals::seal(session, command).await?,
        Command::Token(command) => tokens::token(session, command).await?,
        Command::Mail(command) => mails::mail(session, command).await?,
        Command::Person(command) => people::person(session, command).await?,
        Command::Grant(command) => grants::grant(session, command).await?,
        Command::Framework(command) => return frameworks::run(session, command).await,
        Command::Journal(command) => return journal::run(session, command).await,
        Command::Values(command) => return values::run(session, command).await,
        Command::Projections => projections::run(session).await?,
        Command::Terms(command) => return terms::run(session, command).await,
    }
    Ok(ExitCode::SUCCESS)
}
