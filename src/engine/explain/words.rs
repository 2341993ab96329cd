//! Explanations in words, in French and in English: why me, why not me, why is nobody on it.

use super::super::plan::{Explanation, Verdict, Weighed};
use super::super::rules::Refusal;
use crate::domain::ids::CourierId;
use crate::domain::time::Timestamp;

/// A language that explanations can be read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// French.
    Fr,
}

/// What a courier may read about one job: why it came, or why it did not.
pub fn to_courier(explanation: &Explanation, courier: CourierId, language: Language) -> String {
    if let Some(excluded) = explanation.excluded.iter().find(|one| one.courier == courier) {
        return refusal(excluded.rule, language).to_owned();
    }
    let place = explanation.candidates.iter().position(|one| one.courier == courier);
    let Some(place) = place else {
        return match language {
            Language::En => "Others were nearer, so you were not looked at.".into(),
            Language::Fr => "D'autres étaient plus près : vous n'avez pas été examiné·e.".into(),
        };
    };
    let own = &explanation.candidates[place];
    let opening = opening(&explanation.verdict, courier, language);
    let rank = match language {
        Language::En => {
            format!("By cost alone you are number {} of {}:", place + 1, candidates(explanation))
        }
        Language::Fr => {
            format!("Au seul coût, vous êtes n° {} sur {} :", place + 1, candidates(explanation))
        }
    };
    format!("{opening} {rank} {}", weighed(own, language))
}

/// What a courier may read about a job that they took from the open list.
pub fn to_taker(explanation: &Explanation, courier: CourierId, language: Language) -> String {
    let opening = match language {
        Language::En => "You took it from the open list yourself; the engine chose nobody.",
        Language::Fr => {
            "Vous l'avez prise vous-même sur la liste libre ; le moteur n'a choisi personne."
        }
    };
    let own = explanation.candidates.iter().find(|one| one.courier == courier);
    let reckoned = own.map(|own| match language {
        Language::En => format!(" What it reckoned for you: {}", weighed(own, language)),
        Language::Fr => format!(" Ce qu'il a calculé pour vous : {}", weighed(own, language)),
    });
    opening.to_owned() + &reckoned.unwrap_or_default()
}

/// What became of the job, as somebody reads it who could have had it.
fn opening(verdict: &Verdict, courier: CourierId, language: Language) -> String {
    let text = match (verdict, language) {
        (Verdict::Proposed { to }, Language::En) if *to == courier => {
            "It is proposed to you: in the plan as a whole you suit best."
        }
        (Verdict::Proposed { to }, Language::Fr) if *to == courier => {
            "On vous la propose : c'est vous qui convenez le mieux dans l'ensemble du plan."
        }
        (Verdict::Proposed { .. }, Language::En) => {
            "Someone else suits better in the plan as a whole."
        }
        (Verdict::Proposed { .. }, Language::Fr) => {
            "Quelqu'un d'autre convient mieux dans l'ensemble du plan."
        }
        (Verdict::Waits { best, until }, Language::En) => {
            let who = if *best == courier { "you" } else { "someone else" };
            return format!(
                "Nobody is asked yet: waiting until {until} delays nothing and may bring a better plan. \
                 As things stand it would be {who}."
            );
        }
        (Verdict::Waits { best, until }, Language::Fr) => {
            let who = if *best == courier { "vous" } else { "quelqu'un d'autre" };
            return format!(
                "Personne n'est encore sollicité : attendre jusqu'à {until} ne retarde rien et peut \
                 donner un meilleur plan. En l'état, ce serait {who}."
            );
        }
        (Verdict::Moves { from, .. }, Language::En) if *from == courier => {
            "With you it would have come too late, and somebody else can bring it sooner. It is no mark \
             against you."
        }
        (Verdict::Moves { from, .. }, Language::Fr) if *from == courier => {
            "Avec vous elle serait arrivée trop tard, et quelqu'un d'autre peut l'apporter plus tôt. \
             Cela ne joue en rien contre vous."
        }
        (Verdict::Moves { to, .. }, Language::En) if *to == courier => {
            "It would come too late with the courier who has it, and you can bring it soonest."
        }
        (Verdict::Moves { to, .. }, Language::Fr) if *to == courier => {
            "Elle arriverait trop tard avec la personne qui l'a, et c'est vous qui pouvez l'apporter \
             le plus tôt."
        }
        (Verdict::Moves { .. }, Language::En) => {
            "It goes from one courier to another, who can bring it sooner than you."
        }
        (Verdict::Moves { .. }, Language::Fr) => {
            "Elle passe d'une personne à une autre, qui peut l'apporter plus tôt que vous."
        }
        (Verdict::OnOpenList, Language::En) => "It is on the open list: whoever wants it takes it.",
        (Verdict::OnOpenList, Language::Fr) => {
            "Elle est sur la liste libre : la prend qui la veut."
        }
        (Verdict::Outbid, Language::En) => "Everyone who could take it is needed more elsewhere.",
        (Verdict::Outbid, Language::Fr) => {
            "Toutes les personnes possibles sont plus utiles ailleurs."
        }
        (Verdict::Nobody, Language::En) => "Nobody who was looked at can take it.",
        (Verdict::Nobody, Language::Fr) => "Aucune des personnes examinées ne peut la prendre.",
    };
    text.to_owned()
}

/// What a dispatcher reads about one job.
pub fn to_dispatcher(explanation: &Explanation, language: Language) -> String {
    let verdict = verdict(&explanation.verdict, language);
    let best = explanation.candidates.first().map(|best| {
        let who = best.courier;
        match language {
            Language::En => {
                format!(" The cheapest of {}", candidates(explanation))
                    + &format!(" is {who}: {}", weighed(best, language))
            }
            Language::Fr => {
                format!(" Le moins coûteux parmi {}", candidates(explanation))
                    + &format!(" est {who} : {}", weighed(best, language))
            }
        }
    });
    let mut text = verdict + &best.unwrap_or_default();
    for (rule, count) in refusals(explanation) {
        text.push_str(&format!("\n{count} x {}: {}", rule.code(), refusal(rule, language)));
    }
    text
}

fn candidates(explanation: &Explanation) -> usize {
    explanation.candidates.len()
}

/// How many were refused by each rule, in the rules' order.
fn refusals(explanation: &Explanation) -> Vec<(Refusal, usize)> {
    let mut rules: Vec<Refusal> = explanation.excluded.iter().map(|one| one.rule).collect();
    rules.sort_unstable();
    rules.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

fn verdict(verdict: &Verdict, language: Language) -> String {
    let time = |at: &Timestamp| at.to_string();
    match (verdict, language) {
        (Verdict::Proposed { to }, Language::En) => format!("Proposed to {to}."),
        (Verdict::Proposed { to }, Language::Fr) => format!("Proposé à {to}."),
        (Verdict::Waits { best, until }, Language::En) => format!(
            "Nobody has to leave yet: {best} would have it now, and until {} waiting delays nothing, \
             while a better courier or a second delivery from there may turn up.",
            time(until)
        ),
        (Verdict::Waits { best, until }, Language::Fr) => format!(
            "Personne ne doit encore partir : ce serait {best}, et attendre jusqu'à {} ne retarde rien, \
             alors qu'une personne mieux placée ou une seconde course peut se présenter.",
            time(until)
        ),
        (Verdict::Moves { from, to }, Language::En) => {
            format!("It would come too late with {from}: {to} can bring it sooner.")
        }
        (Verdict::Moves { from, to }, Language::Fr) => {
            format!("Elle arriverait trop tard avec {from} : {to} peut l'apporter plus tôt.")
        }
        (Verdict::OnOpenList, Language::En) => "On the open list: couriers choose.".into(),
        (Verdict::OnOpenList, Language::Fr) => "Sur la liste libre : chacun·e choisit.".into(),
        (Verdict::Outbid, Language::En) => {
            "Everyone who could take it is needed more elsewhere.".into()
        }
        (Verdict::Outbid, Language::Fr) => {
            "Toutes les personnes possibles sont plus utiles ailleurs.".into()
        }
        (Verdict::Nobody, Language::En) => "Nobody who was looked at can take it.".into(),
        (Verdict::Nobody, Language::Fr) => {
            "Aucune des personnes examinées ne peut le prendre.".into()
        }
    }
}

/// Each cost in its unit, then the sum in minutes of a customer's waiting.
fn weighed(weighed: &Weighed, language: Language) -> String {
    let terms = &weighed.terms;
    let minutes = |seconds: i64| format!("{:.1} min", seconds as f64 / 60.0);
    let kilometres = |metres: i64| format!("{:.1} km", metres as f64 / 1000.0);
    let (delay, late) = (minutes(terms.delay_s), minutes(terms.lateness_s));
    let (ride, approach) = (kilometres(terms.riding_m), kilometres(terms.approach_m));
    let (wait, fairness) = (minutes(terms.freshness_s), minutes(terms.fairness_ms / 1000));
    let total = minutes(weighed.cost / 1000);
    match language {
        Language::En => format!(
            "delay {delay}, beyond the promise {late}, ready goods waiting {wait}, {ride} more to ride \
             ({approach} of it unpaid), equality of earnings {fairness}; in all worth {total} of a \
             customer's waiting."
        ),
        Language::Fr => format!(
            "retard {delay}, au-delà de la promesse {late}, attente au comptoir {wait}, {ride} de plus à \
             rouler (dont {approach} non payés), équité des gains {fairness} ; en tout l'équivalent de \
             {total} d'attente d'un·e client·e."
        ),
    }
}

/// Why not.
pub fn refusal(rule: Refusal, language: Language) -> &'static str {
    let (en, fr) = match rule {
        Refusal::Blocked => (
            "The courier and the merchant are kept apart.",
            "La personne et le commerce ne travaillent pas ensemble.",
        ),
        Refusal::RefusedAlready => {
            ("Asked about this very job before.", "Déjà sollicité·e pour cette même course.")
        }
        Refusal::PendingOffer => {
            ("Another offer is still unanswered.", "Une autre proposition attend une réponse.")
        }
        Refusal::Zone => ("Works in other zones.", "Travaille dans d'autres zones."),
        Refusal::Vehicle => (
            "The co-op does not use this kind of vehicle.",
            "La coopérative n'utilise pas ce type de véhicule.",
        ),
        Refusal::Skills => (
            "A skill or a piece of equipment is missing.",
            "Une compétence ou un équipement manque.",
        ),
        Refusal::TooLarge => ("The load is too large.", "Le chargement est trop volumineux."),
        Refusal::PositionAge => (
            "The last known position is too old.",
            "La dernière position connue est trop ancienne.",
        ),
        Refusal::Rest => ("Rest is due.", "Un repos est dû."),
        Refusal::Reach => ("The pickup is too far away.", "Le retrait est trop loin."),
        Refusal::DeliveriesAhead => {
            ("Has enough deliveries ahead.", "A déjà assez de livraisons devant soi.")
        }
        Refusal::BundleSize => (
            "Too many would be picked up together at one counter.",
            "Trop de retraits à la fois à un même comptoir.",
        ),
        Refusal::Capacity => {
            ("The vehicle would be too full on the way.", "Le véhicule serait trop plein en route.")
        }
        Refusal::Window => ("A time window would be missed.", "Un créneau horaire serait manqué."),
        Refusal::ShiftEnd => {
            ("The pickup would be after the shift.", "Le retrait serait après la fin de service.")
        }
        Refusal::Ride => {
            ("The goods would ride too far.", "La marchandise ferait un trop long trajet.")
        }
        Refusal::Range => (
            "The vehicle does not go that far any more in this shift.",
            "Le véhicule n'ira plus aussi loin pendant ce service.",
        ),
    };
    match language {
        Language::En => en,
        Language::Fr => fr,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::DispatchPolicy;
    use crate::engine::plan;
    use crate::engine::snapshot::Snapshot;
    use crate::engine::snapshot::fixtures::{courier_at, job_between, minute};
    use crate::engine::travel::StraightLine;

    /// Two couriers of equal standing, one much nearer; a third has refused.
    fn explained() -> (Explanation, [CourierId; 3]) {
        let couriers = [courier_at(1, (0, 0)), courier_at(2, (9_000, 0)), courier_at(3, (0, 50))];
        let ids = [couriers[0].id, couriers[1].id, couriers[2].id];
        let mut job = job_between(7, (320, 0), (640, 0), 5);
        job.refused_by.insert(ids[2]);
        let city = Snapshot::sorted(minute(5), couriers.to_vec(), vec![job]);
        let policy = DispatchPolicy::founding();
        let plan = plan(&city, &policy, &StraightLine::mdrp(320), 0);
        (plan.explanations[0].clone(), ids)
    }

    #[test]
    fn why_me_and_why_not_me() {
        let (explanation, [near, far, refused]) = explained();
        let to = |courier, language| to_courier(&explanation, courier, language);
        assert!(to(near, Language::En).starts_with("It is proposed to you"));
        assert!(to(near, Language::Fr).starts_with("On vous la propose"));
        let text = to(far, Language::En);
        assert!(text.contains("number 2 of 2: delay 30.0 min"), "{text}");
        assert_eq!(to(refused, Language::Fr), "Déjà sollicité·e pour cette même course.");
    }

    #[test]
    fn who_would_have_it_later_is_not_told_that_it_is_proposed() {
        let courier = courier_at(1, (0, 0));
        let job = job_between(7, (320, 0), (640, 0), 30);
        let city = Snapshot::sorted(minute(5), vec![courier.clone()], vec![job]);
        let plan = plan(&city, &DispatchPolicy::founding(), &StraightLine::mdrp(320), 0);
        let text = to_courier(&plan.explanations[0], courier.id, Language::En);
        assert!(text.starts_with("Nobody is asked yet"), "{text}");
        assert!(text.contains("it would be you."), "{text}");
    }

    #[test]
    fn the_dispatcher_sees_the_verdict_and_the_rules() {
        let (explanation, [near, ..]) = explained();
        let text = to_dispatcher(&explanation, Language::En);
        assert!(
            text.starts_with(&format!("Proposed to {near}. The cheapest of 2 is {near}")),
            "{text}"
        );
        assert!(
            text.ends_with("\n1 x refused-already: Asked about this very job before."),
            "{text}"
        );
    }
}
