//! Why a file cannot be read at all.

use serde::{Deserialize, Serialize};

/// Why a file cannot be read at all, told in French to the person who sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum ReadError {
    /// More bytes than an import may have.
    #[error("le fichier dépasse {} Mo ; ne gardez que les feuilles utiles, ou découpez-le", most / 1024 / 1024)]
    TooLarge {
        /// The most, in bytes.
        most: u64,
    },
    /// More cells than a table of values may have.
    #[error(
        "le fichier a plus de {most} cellules ; gardez les seules lignes et colonnes utiles, ou découpez-le"
    )]
    TooManyCells {
        /// The most.
        most: u32,
    },
    /// A row that is too wide to be one of a table of values.
    #[error(
        "{}la ligne {row} va jusqu’à la colonne {column}, au-delà de la {most}e ; supprimez ce qui se trouve à droite du tableau",
        of_sheet(sheet)
    )]
    TooWide {
        /// Name of the sheet; empty in a CSV file.
        sheet: String,
        /// Which row.
        row: u32,
        /// Its last column.
        column: u32,
        /// The most.
        most: u32,
    },
    /// A cell with a text longer than spreadsheets allow.
    #[error(
        "{}la cellule {cell} contient plus de 32 767 caractères ; vérifiez le séparateur et les guillemets du fichier",
        of_sheet(sheet)
    )]
    LongCell {
        /// Name of the sheet; empty in a CSV file.
        sheet: String,
        /// The cell, such as `C7`.
        cell: String,
    },
    /// Nothing in it.
    #[error("le fichier est vide ; vérifiez que vous avez choisi le bon")]
    Empty,
    /// A kind of file that is recognised, and not read.
    #[error("{}", .0.advice())]
    Foreign(Foreign),
    /// NUL bytes, which no text has.
    #[error(
        "la ligne {row} contient des octets nuls : ce fichier n’est pas un texte ; enregistrez-le à nouveau au format « CSV UTF-8 » ou Excel (.xlsx)"
    )]
    NulByte {
        /// Which row.
        row: u32,
    },
    /// A quotation mark that opens and never closes: everything after it would be one cell.
    #[error(
        "le guillemet ouvert à la ligne {row} n’est jamais refermé ; refermez-le ou supprimez-le"
    )]
    OpenQuote {
        /// Which row.
        row: u32,
    },
    /// A workbook that opens with a password.
    #[error(
        "le classeur est protégé par un mot de passe ; enregistrez-le sans mot de passe (Fichier, Informations, Protéger le classeur) puis recommencez"
    )]
    Encrypted,
    /// A workbook that is truncated or not what it should be.
    #[error(
        "le classeur est incomplet ou endommagé ; ouvrez-le, enregistrez-le à nouveau au format Excel (.xlsx), puis recommencez"
    )]
    Damaged {
        /// What the parser met, for the log.
        cause: String,
    },
    /// The reading needed more memory than it may have.
    #[error(
        "le fichier demande trop de mémoire pour être lu ; gardez les seules feuilles, lignes et colonnes utiles, puis recommencez"
    )]
    TooMuchMemory,
    /// The reading took longer than it may.
    #[error(
        "le fichier demande trop de temps pour être lu ; gardez les seules feuilles, lignes et colonnes utiles, puis recommencez"
    )]
    TooLong,
    /// The reading process ended in an unforeseen way. Nothing was written.
    #[error(
        "le fichier n’a pas pu être lu ; rien n’a été enregistré. Enregistrez-le au format « CSV UTF-8 » et recommencez, ou signalez-le à l’administrateur"
    )]
    Crashed {
        /// How it ended, for the log.
        cause: String,
    },
    /// The reading process could not be started. The file is not at fault.
    #[error(
        "la lecture des fichiers est indisponible ; rien n’a été enregistré. Recommencez plus tard, ou prévenez l’administrateur"
    )]
    Unavailable {
        /// Why, for the log.
        cause: String,
    },
}

/// The kinds of file that people send instead of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Foreign {
    /// Excel before 2007.
    OldExcel,
    /// The binary form of Excel workbooks.
    BinaryExcel,
    /// Apple Numbers.
    Numbers,
    /// PDF.
    Pdf,
    /// A web page, often named `.xls` by the application that wrote it.
    Html,
    /// A link to a document of Google.
    GoogleShortcut,
    /// A text document.
    Text,
    /// An archive.
    Archive,
    /// XML of another kind.
    Xml,
    /// A picture, a program…
    Unknown,
}

impl Foreign {
    /// What it is and how to save a table from it, in French.
    fn advice(self) -> &'static str {
        match self {
            Self::OldExcel => {
                "ce fichier est au format d’Excel 97-2003 (.xls) ; ouvrez-le et enregistrez-le sous « Classeur Excel (.xlsx) »"
            }
            Self::BinaryExcel => {
                "ce fichier est un classeur Excel binaire (.xlsb) ; ouvrez-le et enregistrez-le sous « Classeur Excel (.xlsx) »"
            }
            Self::Numbers => {
                "ce fichier vient de Numbers ; ouvrez-le et choisissez Fichier, Exporter vers, Excel"
            }
            Self::Pdf => {
                "ce fichier est un PDF, dont un tableau ne peut être lu sûrement ; demandez le classeur ou le CSV d’origine"
            }
            Self::Html => {
                "ce fichier est une page web, même si son nom finit par .xls ; ouvrez-le dans Excel et enregistrez-le sous « Classeur Excel (.xlsx) »"
            }
            Self::GoogleShortcut => {
                "ce fichier n’est qu’un lien vers un document Google ; ouvrez le document et choisissez Fichier, Télécharger, Microsoft Excel (.xlsx)"
            }
            Self::Text => {
                "ce fichier est un document texte ; copiez son tableau dans un tableur et enregistrez-le au format Excel (.xlsx)"
            }
            Self::Archive => {
                "ce fichier est une archive ; extrayez-en le classeur et envoyez-le seul"
            }
            Self::Xml => {
                "ce fichier est en XML ; ouvrez-le dans Excel et enregistrez-le sous « Classeur Excel (.xlsx) »"
            }
            Self::Unknown => {
                "ce fichier n’est ni un CSV, ni un classeur Excel (.xlsx) ou OpenDocument (.ods) ; enregistrez le tableau dans l’un de ces formats"
            }
        }
    }
}

fn of_sheet(sheet: &str) -> String {
    if sheet.is_empty() {
        String::new()
    } else {
        format!("feuille « {sheet} » : ")
    }
}
