//! What the parser of the command line says of itself, in French.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorFormatter, ErrorKind};
use clap::{Arg, ArgAction, Command};

/// The words that the parser adds of itself, said in French, on a command and all those under it.
pub(super) fn in_french(command: Command) -> Command {
    let flag = |name, letter, action, says| {
        let flag = Arg::new(name).long(name).short(letter);
        flag.action(action).help(says)
    };
    let command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(flag("help", 'h', ArgAction::Help, "Montrer cette aide"))
        .help_template("{about-with-newline}\nUsage : {usage}\n\n{all-args}")
        .subcommand_help_heading("Commandes")
        .subcommand_value_name("COMMANDE")
        .mut_args(|arg| {
            // The help of each argument says itself what stands for it.
            let takes_values = arg.get_action().takes_values();
            arg.hide_env(takes_values).hide_default_value(takes_values)
        })
        .mut_subcommands(in_french);
    if command.get_version().is_none() {
        return command;
    }
    command.arg(flag(
        "version",
        'V',
        ArgAction::Version,
        "Montrer la version de Jalon",
    ))
}

/// Words that the parser cannot use, told in French: what, then what may be meant, then where to
/// read more.
pub(super) struct French;

impl ErrorFormatter for French {
    fn format_error(error: &Error<Self>) -> StyledStr {
        let mut told = format!("jalon : {}", sentence(error));
        if let Some(meant) = meant(error) {
            told += &format!("\n{meant}");
        }
        if let Some(usage) = text(error, ContextKind::Usage) {
            let usage = usage.trim().trim_start_matches("Usage:").trim_start();
            told += &format!("\n\nUsage : {usage}");
        }
        told += "\nL’aide : ajoutez --help.\n";
        told.into()
    }
}

fn sentence(error: &Error<French>) -> String {
    let argument = text(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = text(error, ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let command = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("la commande « {command} » n’existe pas")
        }
        ErrorKind::UnknownArgument => format!("l’argument « {argument} » n’existe pas ici"),
        ErrorKind::MissingRequiredArgument => format!("il manque {argument}"),
        ErrorKind::MissingSubcommand => "il manque une commande".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => {
            format!("« {argument} » attend une valeur")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let expected = expected(&argument);
            format!("« {value} » ne convient pas pour « {argument} »{expected}")
        }
        ErrorKind::ArgumentConflict => {
            match text(error, ContextKind::PriorArg).filter(|prior| *prior != argument) {
                Some(prior) => format!("« {argument} » ne va pas avec « {prior} »"),
                None => format!("« {argument} » ne se donne qu’une fois"),
            }
        }
        ErrorKind::TooManyValues => format!("« {value} » est de trop pour « {argument} »"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("« {argument} » n’a pas le nombre de valeurs attendu")
        }
        ErrorKind::NoEquals => format!("« {argument} » s’écrit avec un signe égal"),
        ErrorKind::InvalidUtf8 => "un argument n’est pas écrit en UTF-8".to_owned(),
        _ => "ces mots ne forment pas une commande".to_owned(),
    }
}

/// What an argument expects, by what stands for its value in the help.
fn expected(argument: &str) -> &'static str {
    const EXPECTED: [(&str, &str); 5] = [
        ("<ADRESSE:PORT>", ", qui attend par exemple 127.0.0.1:8080"),
        (
            "--email <ADRESSE>",
            ", qui attend une adresse électronique, par exemple prenom.nom@example.org",
        ),
        ("<ANNÉE>", ", qui attend une année, par exemple 2024"),
        ("<DATE>", ", qui attend une date, par exemple 15/03/2026"),
        ("<NUMÉRO>", ", qui attend un nombre entier"),
    ];
    let found = EXPECTED.iter().find(|(place, _)| argument.ends_with(place));
    found.map_or("", |(_, expected)| expected)
}

/// What may be written instead.
fn meant(error: &Error<French>) -> Option<String> {
    use ContextKind::{SuggestedArg, SuggestedSubcommand, SuggestedValue, ValidValue};
    let close = [SuggestedSubcommand, SuggestedArg, SuggestedValue];
    if let Some(close) = close.into_iter().find_map(|kind| text(error, kind)) {
        return Some(format!("Vouliez-vous dire « {close} » ?"));
    }
    text(error, ValidValue).map(|values| format!("Valeurs possibles : {values}"))
}

/// What the parser knows of an error, as words; nothing where it knows none.
fn text(error: &Error<French>, kind: ContextKind) -> Option<String> {
    let text = match error.get(kind)? {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
