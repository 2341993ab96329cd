//! The members' rules: announced before they act, and in force from then on by themselves.

use tracing::{info, warn};

use super::{CommandError, books};
use crate::coop::{Coop, RulesError};
use crate::db::{Conn, rules};
use crate::domain::rules::{Announced, Rule, Texts, version};
use crate::domain::time::{Seconds, Timestamp};

/// For a server that starts: announces what its settings say, and goes by what is in force.
pub async fn begin(coop: &Coop, notice: Seconds) -> Result<(), CommandError> {
    let wanted = coop.rules.now().texts.clone();
    books::keep_tariff(coop).await?;
    announce(coop, &wanted, notice).await?;
    for _ in Rule::ALL {
        match coop.rules.now().under(in_force(coop).await?) {
            Ok(rules) => {
                coop.rules.follow(rules);
                break;
            }
            Err(RulesError::Invalid { rule, error }) => {
                warn!(rule = rule.name(), %error, "the text in force is of an older program: the new one acts at once");
                let now = coop.clock.now();
                let text = wanted.of(rule).to_owned();
                let at_once = Announced { text, announced_at: now, since: now };
                tell(&mut *coop.conn().await?, rule, &at_once).await?;
            }
            Err(other) => return Err(CommandError::Internal(other.into())),
        }
    }
    Ok(())
}

/// Makes known what the rules shall say, each text that is not yet: the first of a rule acts at once, a
/// changed one at the end of the `notice`.
pub async fn announce(coop: &Coop, wanted: &Texts, notice: Seconds) -> Result<(), CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        rules::lock(tx).await?;
        for rule in Rule::ALL {
            let last = rules::last(tx, rule).await?;
            let acting = rules::in_force(tx, rule, now).await?;
            let wanted = wanted.of(rule);
            let next = Announced::next(wanted, last.as_ref(), acting.as_ref(), now, notice);
            if let Some(next) = next {
                tell(tx, rule, &next).await?;
            }
        }
        Ok(())
    })
    .await
}

async fn tell(conn: &mut Conn, rule: Rule, it: &Announced) -> Result<(), CommandError> {
    rules::announce(conn, rule, it).await?;
    info!(rule = rule.name(), version = version(&it.text), since = %it.since, "announced");
    Ok(())
}

/// Goes by what is in force now; whether that is something else than before.
pub async fn turn(coop: &Coop) -> Result<bool, CommandError> {
    let texts = in_force(coop).await?;
    let before = coop.rules.now();
    if texts == before.texts {
        return Ok(false);
    }
    let rules = before.under(texts).map_err(|error| CommandError::Internal(error.into()))?;
    coop.rules.follow(rules);
    info!("other rules are in force");
    Ok(true)
}

/// The texts that act now. Those that are known already are not fetched.
async fn in_force(coop: &Coop) -> Result<Texts, CommandError> {
    let now: Timestamp = coop.clock.now();
    let mut texts = coop.rules.now().texts.clone();
    let mut conn = coop.conn().await?;
    for (rule, acting) in rules::versions(&mut conn, now).await? {
        let Some(rule) = Rule::of_name(&rule) else { continue };
        if acting != version(texts.of(rule))
            && let Some(it) = rules::in_force(&mut conn, rule, now).await?
        {
            texts = texts.with(rule, it.text);
        }
    }
    Ok(texts)
}
