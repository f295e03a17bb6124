//! The catalogue of problems: one table that names each code, says what it means and what to do.
//! `/erreurs/<code>` shows it; a problem cannot be told without a code of this table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::problem::Severity;

/// What `/erreurs/<code>` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: ProblemCode,
    /// The word of addresses, of the database and of JSON.
    pub slug: &'static str,
    /// How bad it is, as a rule.
    pub severity: Severity,
    /// The problem in a few words, in French.
    pub title: &'static str,
    /// What it means, in French.
    pub meaning: &'static str,
    /// What to do, in French.
    pub remedy: &'static str,
    /// A case, in French.
    pub example: &'static str,
}

/// Writes the codes and the table in one go, so that neither can be without the other.
macro_rules! catalogue {
    ($($code:ident $slug:literal $severity:ident {
        title: $title:literal,
        meaning: $meaning:literal,
        remedy: $remedy:literal,
        example: $example:literal $(,)?
    })*) => {
        /// The kind of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ProblemCode {
            $(#[doc = $title] $code,)*
        }

        /// Every kind of problem, in the order in which they are told.
        pub const CATALOGUE: &[Entry] = &[$(Entry {
            code: ProblemCode::$code,
            slug: $slug,
            severity: Severity::$severity,
            title: $title,
            meaning: $meaning,
            remedy: $remedy,
            example: $example,
        },)*];
    };
}

catalogue! {
    Layout "layout" Refusal {
        title: "Aucun tableau reconnu",
        meaning: "Aucune ligne de la feuille ne se lit comme un en-tête : Jalon ne sait pas ce que chaque colonne contient.",
        remedy: "Ajoutez une ligne d’en-tête avec une colonne de territoire (« région »), une colonne d’année et une colonne par indicateur, titrée de son code. Vous pouvez aussi dire ce que contient chaque colonne dans « Lecture des colonnes ».",
        example: "« région ; année ; 2.c.1 »",
    }
    UnknownColumn "unknown-column" Warning {
        title: "Colonne non reconnue",
        meaning: "Le titre de la colonne n’est ni un code ni un libellé d’indicateur, ni un titre que Jalon connaît. La colonne est ignorée.",
        remedy: "Si elle porte des valeurs, titrez-la du code de l’indicateur, ou dites ce qu’elle contient dans « Lecture des colonnes ». Sinon, rien à faire.",
        example: "Une colonne « Observations » à côté des valeurs.",
    }
    AmbiguousIndicator "ambiguous-indicator" Refusal {
        title: "Indicateur ambigu",
        meaning: "Ce code est celui de plusieurs indicateurs, dans des cadres différents.",
        remedy: "Précisez le cadre en déposant le fichier, ou écrivez le code de la mesure.",
        example: "« 5.a » existe dans deux générations de contrats.",
    }
    UnknownIndicator "unknown-indicator" Refusal {
        title: "Indicateur inconnu",
        meaning: "Aucun indicateur du cadre ne porte ce code ni ce libellé, ou la cellule est vide.",
        remedy: "Vérifiez le code sur la page du cadre, et que le bon cadre est choisi.",
        example: "« 9.z.9 »",
    }
    UnfollowedValue "unfollowed-value" Refusal {
        title: "Valeur qu’aucun contrat ne suit",
        meaning: "L’indicateur est laissé à chaque contrat : il ne prend de valeur que sur le territoire d’un contrat qui l’a défini.",
        remedy: "Définissez-le par un acte signé du contrat de ce territoire, ou retirez la valeur.",
        example: "« 4.i » pour une région dont le contrat ne l’a pas défini.",
    }
    NotYoursToLoad "not-yours-to-load" Refusal {
        title: "Valeur que vous ne pouvez ni voir ni enregistrer",
        meaning: "Vos habilitations ne laissent ni voir les valeurs de ce territoire, ni enregistrer celle-ci : Jalon ne dit pas non plus ce qui s’y trouve.",
        remedy: "Retirez cette ligne, ou faites-la déposer par qui fournit cette valeur.",
        example: "Un établissement qui dépose la valeur d’un autre.",
    }
    NoIndicator "no-indicator" Refusal {
        title: "Indicateur absent",
        meaning: "Une colonne porte des valeurs, et rien ne dit de quel indicateur.",
        remedy: "Titrez la colonne du code de l’indicateur, ou ajoutez une colonne « indicateur ».",
        example: "« région ; année ; valeur »",
    }
    NoPeriod "no-period" Refusal {
        title: "Année absente",
        meaning: "Une colonne porte des valeurs, et rien ne dit de quelle année.",
        remedy: "Ajoutez une colonne « année », ou écrivez l’année dans le titre de la colonne.",
        example: "« 2.c.1 2023 »",
    }
    WrongPeriod "wrong-period" Refusal {
        title: "Période illisible ou contradictoire",
        meaning: "La période ne se lit pas, manque, ou n’est pas la même dans le titre et dans la ligne.",
        remedy: "Écrivez une année (2023), un semestre (2023-S1), un trimestre (2023-T4) ou un mois (2023-M09).",
        example: "« 20223 »",
    }
    UnknownPlace "unknown-place" Refusal {
        title: "Territoire inconnu",
        meaning: "Ce nom ou ce code ne désigne aucun territoire que Jalon connaît, ou la cellule est vide.",
        remedy: "Écrivez le nom de la région ou son code INSEE. Si Jalon propose un nom, vérifiez que c’est bien lui.",
        example: "« Mayote » : Jalon propose « Mayotte ».",
    }
    AmbiguousPlace "ambiguous-place" Refusal {
        title: "Territoire ambigu",
        meaning: "Ce nom désigne plusieurs territoires, ou les colonnes de la ligne en désignent plusieurs.",
        remedy: "Écrivez le code INSEE du territoire voulu.",
        example: "« Antilles » pour la Guadeloupe ou la Martinique.",
    }
    PlaceNotInForce "place-not-in-force" Warning {
        title: "Territoire qui n’existait pas alors",
        meaning: "Le territoire n’existait pas, ou plus, à la fin de la période. La valeur est gardée et ne paraît pas parmi les territoires de cette année-là.",
        remedy: "Vérifiez l’année et le territoire. Rien à faire si le fournisseur publie ainsi.",
        example: "Midi-Pyrénées en 2023.",
    }
    WrongValue "wrong-value" Refusal {
        title: "Valeur illisible",
        meaning: "La cellule n’est ni une valeur de cet indicateur, ni un mot connu pour une valeur manquante, ou sa formule est en erreur.",
        remedy: "Écrivez la valeur seule, sans texte autour ; ou « nd » (non disponible), « ss » (secret statistique), « s.o. » (sans objet).",
        example: "« environ 40 », « #DIV/0! »",
    }
    OutOfBounds "out-of-bounds" Refusal {
        title: "Valeur hors des bornes",
        meaning: "La valeur est au-dessous du minimum ou au-dessus du maximum de l’indicateur.",
        remedy: "Vérifiez la saisie et l’unité.",
        example: "154,3 pour un pourcentage.",
    }
    RepeatedCell "repeated-cell" Warning {
        title: "Valeur donnée deux fois",
        meaning: "Le fichier donne deux fois la même valeur pour le même indicateur, le même territoire et la même période. Elle est gardée une fois.",
        remedy: "Rien à faire ; supprimez l’une des deux si elle est de trop.",
        example: "La Bretagne figure sur deux lignes identiques.",
    }
    Contradiction "contradiction" Refusal {
        title: "Deux valeurs différentes",
        meaning: "Le fichier donne deux valeurs différentes pour le même indicateur, le même territoire et la même période.",
        remedy: "Gardez une seule des deux cellules.",
        example: "54,3 à la ligne 4 et 54,4 à la ligne 14.",
    }
    BeyondHeader "beyond-header" Refusal {
        title: "Ligne plus longue que l’en-tête",
        meaning: "La ligne a plus de cellules que l’en-tête : ses valeurs ont pu glisser d’une colonne, aucune n’est lue.",
        remedy: "Donnez un titre à chaque colonne. Si la virgule sert à la fois de décimale et de séparateur, enregistrez le fichier avec des points-virgules.",
        example: "« 2.c.1,84,2023,54,3 »",
    }
    SecondTable "second-table" Refusal {
        title: "Second tableau sur la feuille",
        meaning: "Sous le premier tableau, un autre commence, avec le titre d’un autre indicateur et les mêmes en-têtes. Ses valeurs ne sont pas celles du premier : il n’est pas lu.",
        remedy: "Mettez chaque tableau sur sa feuille, ou réunissez-les en un seul avec une colonne « indicateur ».",
        example: "« 2.c.2 Garçons », puis « Région ; 2022 ; 2023 » sous le tableau de 2.c.1.",
    }
    UnknownTerm "unknown-term" Refusal {
        title: "Ligne inconnue du contrat",
        meaning: "Ni la clé de la ligne, ni son code, ni son libellé ne désignent un indicateur ou une ligne de moyens de ce contrat.",
        remedy: "Repartez du classeur à télécharger sur la page de l’acte : ses lignes portent leur clé. Écrivez les codes en texte : 1.10 n’est pas 1,1.",
        example: "« 9.z.9 »",
    }
    AmbiguousTerm "ambiguous-term" Refusal {
        title: "Ligne qui en désigne plusieurs",
        meaning: "Plusieurs indicateurs, mesures ou volets du contrat répondent à ce que dit la ligne.",
        remedy: "Précisez le libellé, la mesure ou le volet, ou reprenez la clé du classeur à télécharger.",
        example: "« 2.1.2 », que trois indicateurs portent en 2015-2018.",
    }
    TermTwice "term-twice" Refusal {
        title: "Terme écrit deux fois",
        meaning: "Le fichier donne deux fois le même terme, et pas la même chose.",
        remedy: "Gardez une seule des deux cases.",
        example: "La cible 2026 de 2.c.1 vaut 71 à la ligne 4 et 72 à la ligne 9.",
    }
    WrongTerm "wrong-term" Refusal {
        title: "Terme illisible",
        meaning: "La case n’est ni une valeur, ni un intervalle, ni l’un des mots que la grille de saisie accepte, ou il manque ce qui va avec elle.",
        remedy: "Écrivez 66,2, ou 64 à 66, ou observé, gelé, sans objet. Une valeur initiale va avec son année, un montant avec sa source.",
        example: "« soixante »",
    }
    YearOutsideContract "year-outside-contract" Refusal {
        title: "Année hors du contrat",
        meaning: "Une colonne porte des cibles pour une année que le contrat ne couvre pas.",
        remedy: "Corrigez l’année du titre de la colonne, ou videz la colonne.",
        example: "« Cible 2031 » dans un contrat de 2024 à 2028.",
    }
    NotOpenToAct "not-open-to-act" Refusal {
        title: "Terme que cet acte ne peut pas changer",
        meaning: "Le cadre dit ce que chaque acte peut changer ; celui-ci ne peut pas changer ce terme.",
        remedy: "Remettez dans la case ce qui y était, ou préparez un acte qui peut le changer.",
        example: "Le choix d’un indicateur dans une actualisation annuelle.",
    }
    NoTermThere "no-term-there" Refusal {
        title: "Case où rien ne s’écrit",
        meaning: "Cette case ne correspond à aucun terme : l’indicateur n’a jamais de cible, ou tous les contrats le comportent.",
        remedy: "Videz la case.",
        example: "« Non retenu » pour un indicateur commun.",
    }
    MergedTerms "merged-terms" Refusal {
        title: "Cases fusionnées",
        meaning: "Plusieurs cases à remplir sont fusionnées : on ne sait pas laquelle est remplie.",
        remedy: "Défusionnez-les et remplissez chacune.",
        example: "Une cible étendue sur trois années.",
    }
    TermRemoved "term-removed" Question {
        title: "Case vidée",
        meaning: "La case est vide et le projet y porte un terme. Jalon ne retire rien en silence.",
        remedy: "Dites s’il faut le retirer ou le garder.",
        example: "La cible 2028 est effacée.",
    }
    TermChangedMeanwhile "term-changed-meanwhile" Question {
        title: "Terme changé entre-temps",
        meaning: "Quelqu’un a changé ce terme dans le projet depuis que le classeur a été téléchargé, et le classeur le change aussi.",
        remedy: "Choisissez entre les deux.",
        example: "Le projet dit 72, le classeur 70.",
    }
    OtherContract "other-contract" Refusal {
        title: "Classeur d’un autre contrat",
        meaning: "Ce classeur a été téléchargé pour un autre contrat.",
        remedy: "Envoyez-le depuis la page de l’acte pour lequel il a été rempli.",
        example: "Le classeur de la Bretagne envoyé à la Normandie.",
    }
    OtherAct "other-act" Warning {
        title: "Classeur d’un autre acte",
        meaning: "Ce classeur a été téléchargé pour un autre acte du même contrat. Seules les cases changées depuis comptent.",
        remedy: "Relisez ce qui changerait avant d’enregistrer.",
        example: "Le classeur d’un projet abandonné.",
    }
    ClosedAct "closed-act" Refusal {
        title: "Acte qui n’est plus un projet",
        meaning: "L’acte a été signé ou abandonné : ses termes ne changent plus.",
        remedy: "Préparez un avenant sur la page du contrat et envoyez-y le fichier.",
        example: "L’acte a été signé pendant que le classeur était rempli.",
    }
    NotReadAsTerms "not-read-as-terms" Warning {
        title: "Feuille ou colonne non lue",
        meaning: "Jalon ne connaît ni cet en-tête ni ce titre : ce qui est dessous n’est pas lu.",
        remedy: "Rien à faire s’il s’agit de vos notes.",
        example: "« Remarque »",
    }
    BeforeSignature "before-signature" Warning {
        title: "À régler avant la signature",
        meaning: "Le terme peut être écrit dans le projet, et empêcherait de le signer tel quel.",
        remedy: "Complétez-le dans le fichier, ou plus tard sur la page de l’acte.",
        example: "Un indicateur retenu sans motif.",
    }
    IgnoredRow "ignored-row" Warning {
        title: "Ligne ignorée",
        meaning: "La ligne ne porte aucune valeur et ne nomme aucun territoire.",
        remedy: "Rien à faire s’il s’agit d’une note ou d’un titre.",
        example: "« Source : enquête annuelle »",
    }
    FormulaError "formula-error" Refusal {
        title: "Formule en erreur",
        meaning: "La cellule contient une erreur de calcul du tableur : elle ne dit aucune valeur.",
        remedy: "Corrigez la formule, ou écrivez la valeur ; « nd » si elle manque.",
        example: "« #DIV/0! »",
    }
    UnitMismatch "unit-mismatch" Refusal {
        title: "Pourcentage inattendu",
        meaning: "La cellule est un pourcentage, or l’indicateur se compte dans une autre unité.",
        remedy: "Écrivez la valeur dans l’unité de l’indicateur, que sa fiche donne.",
        example: "« 12 % » pour un nombre de places.",
    }
    TooPrecise "too-precise" Refusal {
        title: "Trop de décimales",
        meaning: "Jalon garde six décimales : ce texte en a davantage, et il ne l’arrondit pas à votre place.",
        remedy: "Arrondissez la valeur.",
        example: "« 54,31234567 »",
    }
    TotalRow "total-row" Warning {
        title: "Total sans périmètre",
        meaning: "La ligne est un total ou une moyenne qui ne dit pas quel territoire elle couvre. Elle est laissée de côté.",
        remedy: "S’il s’agit de la valeur nationale, écrivez « France entière », « France métropolitaine » ou « France hors Mayotte ». Sinon, rien à faire.",
        example: "« Total »",
    }
    UnknownLevel "unknown-level" Refusal {
        title: "Ventilation illisible",
        meaning: "La cellule ne se lit pas comme un sexe, un âge, un département ou une population.",
        remedy: "Écrivez par exemple « F », « 0-17 ans », « Ain », ou « Ensemble » pour le tout.",
        example: "« jeunes » dans une colonne d’âge.",
    }
    UnknownBreakdown "unknown-breakdown" Refusal {
        title: "Ventilation que l’indicateur n’a pas",
        meaning: "La fiche de l’indicateur ne prévoit pas cette ventilation : la valeur n’aurait nulle part où aller.",
        remedy: "Donnez la valeur de l’ensemble, ou retirez la ligne. La fiche de l’indicateur dit ses ventilations.",
        example: "Une valeur par sexe d’un indicateur qui n’est pas ventilé par sexe.",
    }
    UnknownSupplier "unknown-supplier" Refusal {
        title: "Fournisseur inconnu",
        meaning: "Aucune organisation ne porte ce nom ni ce sigle.",
        remedy: "Écrivez le nom ou le sigle d’une organisation que Jalon connaît.",
        example: "« Mutuelle Untel »",
    }
    WrongDate "wrong-date" Refusal {
        title: "Date illisible",
        meaning: "La date de référence ne se lit pas.",
        remedy: "Écrivez-la ainsi : 31/12/2023.",
        example: "« fin d’année »",
    }
    WrongStatus "wrong-status" Refusal {
        title: "Statut illisible",
        meaning: "La cellule ne dit pas si la valeur est provisoire ou définitive.",
        remedy: "Écrivez « provisoire » ou « définitif ».",
        example: "« en cours »",
    }
    WrongType "wrong-type" Refusal {
        title: "Nature de valeur inconnue",
        meaning: "Le fichier est à la forme de PILOTE, et la nature de la valeur n’y est ni va, ni vi, ni vc.",
        remedy: "Écrivez va (valeur actuelle), vi (valeur initiale) ou vc (valeur cible).",
        example: "« vx »",
    }
    PiloteTypes "pilote-types" Warning {
        title: "Valeurs initiales et cibles laissées",
        meaning: "Le fichier est à la forme de PILOTE. Ses valeurs initiales (vi) et ses cibles (vc) relèvent des contrats : seules les valeurs actuelles (va) sont lues.",
        remedy: "Rien à faire. Les cibles se saisissent dans le contrat.",
        example: "Une ligne « vc » de 2026.",
    }
    MergedHides "merged-hides" Refusal {
        title: "Contenu caché par une fusion",
        meaning: "Une cellule fusionnée en cache une autre, qui contient quelque chose que personne ne voit.",
        remedy: "Défusionnez les cellules, et gardez ce qui doit l’être.",
        example: "Un ancien chiffre resté sous un titre fusionné.",
    }
    MergedValue "merged-value" Refusal {
        title: "Valeur dans une cellule fusionnée",
        meaning: "La valeur s’étend sur plusieurs lignes ou plusieurs colonnes : rien ne dit laquelle est la sienne.",
        remedy: "Défusionnez, et répétez la valeur là où elle vaut.",
        example: "Une même case pour 2022 et 2023.",
    }
    HiddenSheet "hidden-sheet" Warning {
        title: "Feuille masquée",
        meaning: "Le classeur a une feuille masquée qui contient quelque chose. Elle n’est pas lue.",
        remedy: "Affichez la feuille dans le tableur si ses valeurs comptent, et déposez de nouveau le fichier.",
        example: "Une feuille « Calculs » masquée.",
    }
    SheetSkipped "sheet-skipped" Warning {
        title: "Feuille sans tableau",
        meaning: "Aucun tableau de valeurs n’est reconnu sur cette feuille, alors qu’une autre en a un. Elle n’est pas lue.",
        remedy: "Rien à faire s’il s’agit d’une notice. Sinon, ajoutez-lui un en-tête.",
        example: "Une feuille « Notice ».",
    }
    FuturePeriod "future-period" Refusal {
        title: "Période à venir",
        meaning: "La période n’a pas commencé : rien n’a pu y être observé.",
        remedy: "Vérifiez l’année. Une cible se saisit dans le contrat.",
        example: "Une valeur de l’an prochain.",
    }
    OutsideFramework "outside-framework" Refusal {
        title: "Année après la fin du cadre",
        meaning: "La période est après la dernière année du cadre choisi en déposant le fichier.",
        remedy: "Vérifiez l’année, ou choisissez un autre cadre.",
        example: "2025 pour un cadre 2019-2023.",
    }
    NoReporting "no-reporting" Warning {
        title: "Année sans remontée prévue",
        meaning: "Le cadre dit que l’indicateur n’a pas de valeur cette année-là. Elle est gardée.",
        remedy: "Vérifiez l’année. Rien à faire si la valeur est bonne.",
        example: "Une enquête qui n’a pas lieu chaque année.",
    }
    PlaceNotConcerned "place-not-concerned" Warning {
        title: "Région non concernée",
        meaning: "Aucun indicateur de cette mesure ne concerne la région. La valeur est gardée, et aucun contrat ne la suit.",
        remedy: "Vérifiez la région et l’indicateur. Rien à faire si le fournisseur publie ainsi.",
        example: "Un indicateur propre à la Guyane, donné pour la Bretagne.",
    }
    DirectAccess "direct-access" Warning {
        title: "Indicateur en accès direct",
        meaning: "Le cadre prévoit que les agences consultent l’indicateur ailleurs, sans que ses valeurs soient chargées. Elles sont gardées.",
        remedy: "Rien à faire si vous voulez les charger tout de même.",
        example: "Un indicateur lu dans l’outil de son producteur.",
    }
    RateMismatch "rate-mismatch" Refusal {
        title: "Taux et termes en désaccord",
        meaning: "Le taux écrit n’est pas celui que donnent le numérateur et le dénominateur, à l’arrondi près.",
        remedy: "Corrigez l’un des trois, ou retirez le taux : Jalon le calcule.",
        example: "50 % pour 30 sur 100.",
    }
    ZeroDenominator "zero-denominator" Refusal {
        title: "Dénominateur nul",
        meaning: "Le dénominateur est nul ou négatif : aucun taux ne s’en calcule.",
        remedy: "Corrigez-le. Écrivez « s.o. » si l’indicateur n’a pas de sens pour ce territoire.",
        example: "0 sur 0.",
    }
    MissingTerm "missing-term" Refusal {
        title: "Terme manquant",
        meaning: "Le numérateur est donné sans le dénominateur, ou l’inverse.",
        remedy: "Complétez l’autre terme, ou videz les deux et donnez le taux.",
        example: "Un numérateur de 30 et un dénominateur « nd ».",
    }
    NotARatio "not-a-ratio" Refusal {
        title: "Indicateur sans numérateur ni dénominateur",
        meaning: "Les colonnes donnent les termes d’un rapport, or l’indicateur n’en est pas un.",
        remedy: "Donnez la valeur seule.",
        example: "Un numérateur pour un nombre de places.",
    }
    Scale "scale" Question {
        title: "Valeur à une autre échelle",
        meaning: "La valeur est environ cent fois plus petite ou plus grande que la série, comme une fraction à la place d’un pourcentage. Jalon le demande, et ne devine pas.",
        remedy: "Répondez à la question. Une seule est posée quand toute la colonne est dans ce cas.",
        example: "0,47 où la série tient 47.",
    }
    Jump "jump" Warning {
        title: "Saut inhabituel",
        meaning: "La valeur s’écarte de celle de l’année précédente bien plus que l’indicateur ne le fait d’ordinaire, tous territoires et toutes années ensemble. Elle est gardée.",
        remedy: "Vérifiez la saisie, le territoire et l’unité. Rien à faire si la valeur est bonne.",
        example: "12 % après 54 %, quand les autres régions bougent de quelques points.",
    }
    PeopleLayout "people-layout" Refusal {
        title: "Aucun tableau de personnes reconnu",
        meaning: "Aucune ligne ne se lit comme l’en-tête d’un tableau de personnes : il y faut au moins une colonne d’adresse électronique et une de rôle.",
        remedy: "Partez du classeur à télécharger sur la page « Personnes », ou titrez vos colonnes comme lui.",
        example: "« Nom ; Adresse électronique ; Organisation ; Rôle »",
    }
    WrongPerson "wrong-person" Refusal {
        title: "Nom ou adresse qui manque ou ne se lit pas",
        meaning: "Une personne se reconnaît à son adresse électronique, et se nomme.",
        remedy: "Complétez le nom ou l’adresse de la ligne.",
        example: "« anne.martin » sans la suite de l’adresse.",
    }
    FunctionalMailbox "functional-mailbox" Refusal {
        title: "Boîte de service",
        meaning: "L’adresse semble lue par plusieurs personnes. Un compte est celui d’une seule : ce qui y est fait est à son nom.",
        remedy: "Écrivez l’adresse nominative de la personne.",
        example: "« contact@example.org »",
    }
    UnknownRole "unknown-role" Refusal {
        title: "Rôle inconnu",
        meaning: "Ce nom n’est celui d’aucun rôle.",
        remedy: "Choisissez-le dans la liste du classeur à télécharger.",
        example: "« Chef de projet »",
    }
    UnknownOrganisation "unknown-organisation" Refusal {
        title: "Organisation inconnue, ambiguë ou absente",
        meaning: "Ce nom ne désigne aucune organisation, en désigne plusieurs, ou manque alors que le rôle se tient pour une organisation.",
        remedy: "Écrivez le code de l’organisation.",
        example: "« ARS Normandi » : Jalon propose « ARS Normandie ».",
    }
    UnknownScope "unknown-scope" Refusal {
        title: "Cadre, objectif ou contrat inconnu",
        meaning: "Ce à quoi l’habilitation serait limitée n’est pas reconnu, ou son rôle ne prend pas de limite.",
        remedy: "Écrivez le code du cadre, le numéro de l’objectif ou la fin de l’adresse du contrat.",
        example: "L’objectif « 42 » d’un cadre qui en a dix.",
    }
    WrongGrantDay "wrong-grant-day" Refusal {
        title: "Jour illisible ou contradictoire",
        meaning: "Le jour ne se lit pas, ou la fin précède le début. Le début de ce qui est déjà donné ne change pas.",
        remedy: "Écrivez le jour ainsi : 31/12/2026.",
        example: "« fin d’année »",
    }
    NoGrantReason "no-grant-reason" Refusal {
        title: "Motif absent",
        meaning: "Une habilitation se donne pour une raison, que le journal garde.",
        remedy: "Écrivez-la dans la colonne « Motif », ou pour tout le fichier en le déposant.",
        example: "« Arrivée au 1er mars »",
    }
    NotYoursToGive "not-yours-to-give" Refusal {
        title: "Habilitation que vous ne pouvez pas donner ou finir",
        meaning: "Vos propres habilitations ne vous laissent pas donner ou finir ce rôle, ou pas pour cette organisation, ou pas à vous-même.",
        remedy: "Retirez la ligne et demandez à qui le peut : la phrase du problème dit qui.",
        example: "Un rôle de la Bretagne donné par l’administrateur de la Normandie.",
    }
    PersonOutOfReach "person-out-of-reach" Refusal {
        title: "Personne que vous ne gérez pas",
        meaning: "L’adresse est celle d’un compte que vos habilitations ne vous laissent pas voir.",
        remedy: "Retirez la ligne et demandez à un administrateur national.",
        example: "Une personne d’une autre agence.",
    }
    SameName "same-name" Question {
        title: "Même nom, autre adresse",
        meaning: "Quelqu’un de ce nom a déjà un compte sous une autre adresse. Jalon ne devine pas si c’est la même personne.",
        remedy: "Répondez à la question : un compte de plus, ou celui qui existe.",
        example: "Anne Martin, qui a changé d’adresse.",
    }
    OtherName "other-name" Warning {
        title: "Compte sous un autre nom",
        meaning: "Le compte de cette adresse est sous un autre nom, qui est gardé.",
        remedy: "Vérifiez l’adresse. Rien à faire si c’est bien la personne.",
        example: "Un nom d’usage.",
    }
    GrantTwice "grant-twice" Refusal {
        title: "Habilitation écrite deux fois",
        meaning: "Deux lignes disent la même habilitation. Pareilles, elles comptent une fois ; avec deux fins différentes, Jalon ne choisit pas.",
        remedy: "Gardez une seule des deux lignes.",
        example: "Jusqu’au 31/12/2026 à la ligne 4 et sans fin à la ligne 9.",
    }
    NothingToEnd "nothing-to-end" Warning {
        title: "Fin sans habilitation à finir",
        meaning: "La ligne donne une fin, et rien de tel n’est en cours ; ou ce qui est en cours est plus large que la ligne.",
        remedy: "Rien à faire si la fin est passée. Sinon, mettez fin à l’habilitation plus large sur la page de la personne.",
        example: "La fin d’un seul objectif, pour qui les tient tous.",
    }
    LastAdministrator "last-administrator" Refusal {
        title: "Plus personne pour administrer",
        meaning: "Le fichier mettrait fin à toutes les habilitations d’administrateur national sans date de fin.",
        remedy: "Donnez d’abord ce rôle à quelqu’un d’autre, qui peut déjà se connecter, ou laissez-en une.",
        example: "Le départ du seul administrateur.",
    }
    PartsExceedWhole "parts-exceed-whole" Refusal {
        title: "Parties plus grandes que l’ensemble",
        meaning: "Les parties d’une ventilation font ensemble plus que la valeur de l’ensemble.",
        remedy: "Corrigez les parties ou l’ensemble.",
        example: "60 femmes et 50 hommes pour 100 personnes.",
    }
}

impl ProblemCode {
    /// What the catalogue says of it.
    pub fn entry(self) -> &'static Entry {
        // The table is written in the order of the codes, by the same macro.
        &CATALOGUE[self as usize]
    }

    /// The word of addresses, of the database and of JSON.
    pub fn slug(self) -> &'static str {
        self.entry().slug
    }
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

/// A word that is no code of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no problem has this code")]
pub struct UnknownCode;

impl FromStr for ProblemCode {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let found = CATALOGUE.iter().find(|entry| entry.slug == text);
        found.map(|entry| entry.code).ok_or(UnknownCode)
    }
}

impl Serialize for ProblemCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl<'de> Deserialize<'de> for ProblemCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_own_entry_and_its_own_word() {
        for entry in CATALOGUE {
            assert_eq!(entry.code.entry(), entry);
            assert_eq!(entry.slug.parse(), Ok(entry.code));
            let is_slug = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(entry.slug.chars().all(is_slug), "{}", entry.slug);
        }
        let slugs: BTreeSet<_> = CATALOGUE.iter().map(|entry| entry.slug).collect();
        assert_eq!(slugs.len(), CATALOGUE.len());
        assert_eq!("rien".parse::<ProblemCode>(), Err(UnknownCode));
    }

    #[test]
    fn every_entry_is_written_out_in_sentences() {
        for entry in CATALOGUE {
            for sentence in [entry.meaning, entry.remedy] {
                assert!(sentence.ends_with('.'), "{}: {sentence}", entry.slug);
            }
            assert!(
                !entry.title.ends_with('.') && !entry.example.is_empty(),
                "{}",
                entry.slug
            );
        }
    }
}
