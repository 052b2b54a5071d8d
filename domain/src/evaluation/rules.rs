//! Scoring: which scores are allowed, and the total they make.

use entity::criterion;
use entity::value::CriterionId;

use crate::error::{Reasons, Refusal};

/// A score as an evaluator gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewScore {
    /// The criterion.
    pub criterion_id: CriterionId,
    /// The score, in hundredths of a point.
    pub score_centi: i32,
    /// Why.
    pub comment: String,
}

/// Adds what is wrong with scores: a criterion of another call, one scored twice, a score off its scale or between
/// its steps.
pub fn check_scores(scores: &[NewScore], criteria: &[criterion::Model], reasons: &mut Reasons) {
    for (index, score) in scores.iter().enumerate() {
        let path = |field: &str| format!("scores.{index}.{field}");
        let Some(criterion) = criteria.iter().find(|criterion| criterion.id == score.criterion_id) else {
            reasons.push(Refusal::invalid(
                &path("criterionId"),
                "This is not a criterion of the call.",
                "Ce n'est pas un critère de l'appel à projets.",
            ));
            continue;
        };
        let first = scores.iter().position(|other| other.criterion_id == score.criterion_id);
        reasons.require(first == Some(index), || {
            Refusal::invalid(&path("criterionId"), "Scored twice.", "Noté deux fois.")
        });
        let on_scale = (0..=criterion.maximum_centi).contains(&score.score_centi);
        reasons.require(on_scale && score.score_centi % criterion.step_centi == 0, || {
            let (maximum, step) = (points(criterion.maximum_centi), points(criterion.step_centi));
            Refusal::invalid(
                &path("score"),
                format!("Score from 0 to {maximum}, by steps of {step}."),
                format!("Notez de 0 à {maximum}, par pas de {step}."),
            )
        });
        reasons.optional_text(&path("comment"), &score.comment, 5_000);
    }
}

/// Hundredths of a point as points, as `12.5`.
#[must_use]
pub fn points(centi: i32) -> String {
    let text = format!("{}.{:02}", centi / 100, centi % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Points such as `12.5` in hundredths of a point; `None` for what is not a number of zero or more with at most two
/// decimals.
#[must_use]
pub fn centi(points: &str) -> Option<i32> {
    let (whole, fraction) = points.split_once('.').unwrap_or((points, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let significant = fraction.trim_end_matches('0');
    let scale = match significant.len() {
        0 => 0,
        1 => 10,
        2 => 1,
        _ => return None,
    };
    let hundredths = significant.parse::<i32>().unwrap_or(0) * scale;
    whole.parse::<i32>().ok()?.checked_mul(100)?.checked_add(hundredths)
}

/// Criteria that have no score yet.
#[must_use]
pub fn unscored<'a>(criteria: &'a [criterion::Model], scored: &[CriterionId]) -> Vec<&'a criterion::Model> {
    criteria
        .iter()
        .filter(|criterion| !scored.contains(&criterion.id))
        .collect()
}

/// The weighted mean of scores, on a scale of 100 points, in hundredths of a point, rounded half up.
///
/// Each part is a score, the maximum of its criterion, and the weight of its criterion.
#[must_use]
pub fn total_centi(parts: &[(i32, i32, i32)]) -> i32 {
    const PRECISION: i128 = 1_000_000_000_000;
    let weights: i128 = parts.iter().map(|(_, _, weight)| i128::from(*weight)).sum();
    if weights == 0 {
        return 0;
    }
    let share = |(score, maximum, weight): &(i32, i32, i32)| {
        i128::from(*weight) * i128::from(*score) * PRECISION / i128::from((*maximum).max(1))
    };
    let sum: i128 = parts.iter().map(share).sum();
    let rounded = (sum * 10_000 + weights * PRECISION / 2) / (weights * PRECISION);
    i32::try_from(rounded).unwrap_or(10_000).min(10_000)
}

#[cfg(test)]
mod tests {
    use entity::value::CallId;

    use super::*;

    fn criterion(maximum_centi: i32, step_centi: i32) -> criterion::Model {
        criterion::Model {
            id: CriterionId::new(),
            call_id: CallId::new(),
            position: 1,
            title: "Impact".into(),
            weight: 1,
            maximum_centi,
            step_centi,
            threshold_centi: None,
        }
    }

    #[test]
    fn the_total_is_a_weighted_mean_on_100_points() {
        assert_eq!(total_centi(&[(2_000, 2_000, 1)]), 10_000);
        assert_eq!(total_centi(&[(0, 2_000, 1)]), 0);
        assert_eq!(
            total_centi(&[(1_000, 2_000, 3), (500, 500, 1)]),
            6_250,
            "(3 x 50 % + 1 x 100 %) / 4"
        );
        assert_eq!(total_centi(&[(100, 300, 1)]), 3_333);
        assert_eq!(total_centi(&[(200, 300, 1)]), 6_667, "rounded half up");
        assert_eq!(total_centi(&[]), 0);
    }

    #[test]
    fn perfect_scores_make_100_points_whatever_the_scales_and_weights() {
        for maximum in [1, 3, 7, 500, 999, 100_000] {
            for weight in [1, 3, 1_000] {
                assert_eq!(
                    total_centi(&[(maximum, maximum, weight), (5, 5, 2)]),
                    10_000,
                    "{maximum} {weight}"
                );
            }
        }
    }

    #[test]
    fn every_wrong_score_is_named_at_once() {
        let known = criterion(2_000, 50);
        let score = |criterion_id, score_centi| NewScore {
            criterion_id,
            score_centi,
            comment: String::new(),
        };
        let scores = [
            score(known.id, 1_950),
            score(known.id, 2_050),
            score(CriterionId::new(), 0),
            score(known.id, 25),
            score(known.id, -50),
        ];
        let mut reasons = Reasons::none();
        check_scores(&scores, &[known], &mut reasons);
        let Err(crate::Error::Refused(refusals)) = reasons.finish() else {
            panic!("refused")
        };
        let fields: Vec<_> = refusals.iter().map(|refusal| refusal.field.join(".")).collect();
        let expected = [
            "scores.1.criterionId",
            "scores.1.score",
            "scores.2.criterionId",
            "scores.3.criterionId",
            "scores.3.score",
            "scores.4.criterionId",
            "scores.4.score",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn points_are_read_to_the_hundredth_and_no_further() {
        let read = ["20", "12.5", "12.50", "0.05", "0.050", "0"].map(centi);
        assert_eq!(read, [Some(2_000), Some(1_250), Some(1_250), Some(5), Some(5), Some(0)]);
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1e2", "1.005", "99999999", "1,5"] {
            assert_eq!(centi(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn points_are_written_without_idle_zeros() {
        assert_eq!(
            [points(2_000), points(1_250), points(5), points(0)],
            ["20", "12.5", "0.05", "0"]
        );
    }
}
