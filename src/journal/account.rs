//! What the history says of accounts and of what acts for them.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{Kind, Line, Reader, Teller, Told, span, store};
use crate::platform::clock::french_date;
use crate::platform::db::{DbError, Tx};

/// Tells of people, their grants, their programs and their addresses of tables; to themselves, to
/// who acted, and to who reads everything. Accounts and grants are also told to who manages them.
#[derive(Debug)]
pub struct AccountTeller;

#[async_trait]
impl Teller for AccountTeller {
    fn kinds(&self) -> &'static [Kind] {
        const PERSON: Kind = Kind {
            code: "person",
            french: "Comptes",
        };
        const TOKEN: Kind = Kind {
            code: "access_token",
            french: "Accès par programme",
        };
        const ADDRESS: Kind = Kind {
            code: "table_address",
            french: "Tableaux suivis dans Excel",
        };
        const GRANT: Kind = Kind {
            code: "grant",
            french: "Habilitations",
        };
        const KEY: Kind = Kind {
            code: "master_key",
            french: "Clés de scellement",
        };
        const REVIEW: Kind = Kind {
            code: "rights_review",
            french: "Revues des habilitations",
        };
        &[PERSON, GRANT, REVIEW, TOKEN, ADDRESS, KEY]
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        reader: &Reader,
        lines: &[&Line],
    ) -> Result<Vec<Option<Told>>, DbError> {
        let names = store::names_between(tx, span(lines)).await?;
        let names: HashMap<Uuid, String> = names.into_iter().collect();
        let me = reader.reach.actor().person();
        let told = lines.iter().map(|line| {
            let own = me.is_some() && (line.actor == me || Some(owner(line)) == me);
            (own || reader.reads_all || manages(reader, line)).then(|| told(line, &names))
        });
        Ok(told.collect())
    }
}

/// Whether the reader manages what the line is about.
fn manages(reader: &Reader, line: &Line) -> bool {
    let owner = owner(line);
    match line.kind.as_str() {
        "person" => reader.people.has(owner),
        "grant" => reader.people.has_grant(owner, &line.scope.organisation),
        "rights_review" => reader.reach.gives_something().is_ok(),
        _ => false,
    }
}

/// Whose account the line is about.
fn owner(line: &Line) -> Uuid {
    line.parent.unwrap_or(line.thing)
}

fn told(line: &Line, names: &HashMap<Uuid, String>) -> Told {
    if line.kind == "master_key" {
        return Told::new("a placé ce qui est scellé sous une nouvelle clé", line);
    }
    let owner = owner(line);
    let own = line.actor == Some(owner);
    let name = names.get(&owner).cloned();
    let name = name.unwrap_or_else(|| "une personne effacée".to_owned());
    Told {
        deed: deed(line, own, &name),
        name: String::new(),
        href: None,
        tells_why: true,
    }
}

fn deed(line: &Line, own: bool, name: &str) -> String {
    // « de Anne », « d’Anne »: written so as to need neither.
    let whose = |what: &str, theirs: &str| {
        if own {
            format!("{theirs} {what}")
        } else {
            format!("{theirs} {what} pour le compte « {name} »")
        }
    };
    match (line.kind.as_str(), line.verb.as_str()) {
        ("grant", verb) => of_grant(line, verb, name),
        ("rights_review", _) => format!("a ouvert la {}", line.label.to_lowercase()),
        ("person", "leave") => match line.is::<Leaving>().and_then(|after| after.leaves_on) {
            Some(last) => format!(
                "a enregistré le départ de « {name} », dernier jour le {}",
                french_date(last)
            ),
            None => format!("a enregistré le départ de « {name} »"),
        },
        ("person", "close") => format!("a fermé le compte « {name} » après son départ"),
        ("person", "forget") => {
            "a effacé le nom et l’adresse d’une personne partie il y a cinq ans".to_owned()
        }
        ("person", "reopen") => {
            format!("a rouvert le compte « {name} » par une nouvelle habilitation")
        }
        ("person", "create") => format!("a ouvert le compte « {name} »"),
        ("person", "invite") => format!("a invité « {name} » à choisir un mot de passe"),
        ("person", "password") => whose("le mot de passe", "a changé"),
        ("person", "factor_add") => whose("la double authentification", "a mis en place"),
        ("person", "factor_remove") => whose("la double authentification", "a retiré"),
        ("person", "recovery_codes") => whose("de nouveaux codes de secours", "a tiré"),
        ("person", "sessions_end") => format!("a terminé les sessions de « {name} »"),
        ("person", "passkey_add") => whose("une clé d’accès", "a enregistré"),
        ("person", "passkey_remove") => whose("une clé d’accès", "a retiré"),
        ("person", "identity_bind") => {
            whose("une identité du fournisseur, qui ouvre le compte", "a lié")
        }
        ("person", "identity_unbind") => whose(
            "une identité du fournisseur, qui ouvrait le compte",
            "a retiré",
        ),
        ("access_token", "create") => whose("un accès par programme", "a ouvert"),
        ("access_token", "revoke") => whose("un accès par programme", "a révoqué"),
        ("table_address", "create") => whose("une adresse de tableau", "a ouvert"),
        ("table_address", "revoke") => whose("une adresse de tableau", "a révoqué"),
        _ => format!("a modifié le compte « {name} »"),
    }
}

/// What became of a grant of that person.
fn of_grant(line: &Line, verb: &str, name: &str) -> String {
    let role = &line.label;
    match verb {
        "create" => format!("a donné à « {name} » le rôle « {role} »"),
        "end" => format!("a retiré à « {name} » le rôle « {role} »"),
        "give_up" => format!("a renoncé à tenir le rôle « {role} » à la place d’un autre"),
        "until" => match line.is::<Lasting>().and_then(|after| after.ends_on) {
            Some(last) => format!(
                "a fixé au {} le dernier jour du rôle « {role} » de « {name} »",
                french_date(last)
            ),
            None => format!("a changé la fin du rôle « {role} » de « {name} »"),
        },
        "confirm" => format!("a confirmé à « {name} » le rôle « {role} »"),
        _ => format!("a modifié le rôle « {role} » de « {name} »"),
    }
}

/// What the history keeps of a departure.
#[derive(Deserialize)]
struct Leaving {
    leaves_on: Option<Date>,
}

/// What the history keeps of the end of a grant.
#[derive(Deserialize)]
struct Lasting {
    ends_on: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::tests::line;

    #[test]
    fn what_one_does_to_ones_own_account_is_told_apart() {
        let changed = line("person", "password", None, None);
        let names = HashMap::from([(changed.thing, "Inès Exemple".to_owned())]);
        assert_eq!(
            told(&changed, &names).deed,
            "a changé le mot de passe pour le compte « Inès Exemple »"
        );
        let own = Line {
            actor: Some(changed.thing),
            ..changed
        };
        assert_eq!(told(&own, &names).deed, "a changé le mot de passe");
        let given_up = Line {
            label: "Lecteur".to_owned(),
            ..line("grant", "give_up", None, None)
        };
        assert_eq!(
            told(&given_up, &names).deed,
            "a renoncé à tenir le rôle « Lecteur » à la place d’un autre"
        );
        let erased = told(&line("person", "create", None, None), &HashMap::new());
        assert!(erased.deed.contains("une personne effacée"));
    }
}
