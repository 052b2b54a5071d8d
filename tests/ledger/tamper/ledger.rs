//! A ledger with transfers of every kind, in two funds.

use api::graphql::id;
use domain::award::commands::{
    CancelRecovery, IssueRecovery, ReinstateRecovery, RejectPayment, ReleaseAward, ReturnPayment,
};
use domain::fund::commands::{
    AllocateBudget, CarryOverPaymentCredits, CloseFiscalYear, CreateFund, CreateProgramme, DeallocateBudget, Holder,
    MovePaymentCredits, OpenEnvelope, OpenPaymentCredits, RedeployBudget, ReduceEnvelope, ReducePaymentCredits,
};
use entity::transfer;
use entity::value::{AwardId, Decommitment, TransferKind};
use sea_orm::{DatabaseConnection, EntityTrait, QuerySelect};
use time::{Duration, macros::date};

use super::hands::{GRANT, Hands, actor, euros, order};
use crate::flows::stage;
use crate::harness::TestApp;
use crate::ledger::Proposals;

/// Writes a few hundred transfers, of every kind, through the program's own commands.
pub async fn write(app: &TestApp, connection: &DatabaseConnection) {
    let proposals = Proposals::new(app, 8, GRANT).await;
    let hands = Hands::new(app, connection, &proposals).await;
    hands.open_credits().await;
    for round in 0..6 {
        hands.move_budget(round).await;
        app.clock.advance(Duration::hours(30));
    }
    let mut awards = Vec::new();
    for decision_id in &proposals.decision_ids {
        awards.push(hands.adopt(decision_id).await);
    }
    hands.pay(&awards).await;
    hands.open_another_fund().await;
    let kinds: Vec<TransferKind> = transfer::Entity::find()
        .select_only()
        .column(transfer::Column::Kind)
        .into_tuple()
        .all(connection)
        .await
        .expect("the journals");
    for kind in TransferKind::ALL {
        assert!(kinds.contains(kind), "no {kind} among {} transfers", kinds.len());
    }
}

impl Hands<'_> {
    async fn open_credits(&self) {
        let [first, second, _] = self.programmes;
        let open = |programme_id, fiscal_year, amount| OpenPaymentCredits {
            programme_id,
            fiscal_year,
            order: order(amount, None),
        };
        self.run(&self.finance, open(first, 2018, "9000.00")).await;
        self.run(&self.finance, open(second, 2018, "2000.00")).await;
        self.run(&self.finance, open(second, 2017, "300.00")).await;
        let close = CloseFiscalYear {
            fund_id: self.fund,
            fiscal_year: 2017,
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, close).await;
        for fiscal_year in [2017, 2018] {
            let carry = CarryOverPaymentCredits {
                programme_id: second,
                fiscal_year,
                order: order("100.00", None),
            };
            self.run(&self.finance, carry).await;
        }
        let cut = ReducePaymentCredits {
            programme_id: second,
            fiscal_year: 2018,
            order: order("50.00", None),
        };
        self.run(&self.finance, cut).await;
        let moved = MovePaymentCredits {
            from: second,
            to: first,
            fiscal_year: 2018,
            order: order("75.00", None),
        };
        self.run(&self.finance, moved).await;
        self.reverse(TransferKind::Redeploy).await;
        self.govern(Decommitment::ReturnsToCall).await;
    }

    /// One budget operation of each kind, some of them for an earlier day, two of them undone.
    async fn move_budget(&self, round: u8) {
        let [first, second, third] = self.programmes.map(Holder::Programme);
        let [call, other] = self.calls.map(Holder::Call);
        let day = (round % 2 == 1).then(|| date!(2018 - 03 - 01) + Duration::days(i64::from(round)));
        let order = |amount| order(amount, day);
        let fund_id = self.fund;
        self.run(
            &self.finance,
            OpenEnvelope {
                fund_id,
                order: order("5000.00"),
            },
        )
        .await;
        self.run(
            &self.finance,
            ReduceEnvelope {
                fund_id,
                order: order("10.00"),
            },
        )
        .await;
        for (to, amount) in [(second, "900.00"), (third, "300.00"), (other, "500.00")] {
            self.run(
                &self.finance,
                AllocateBudget {
                    to,
                    order: order(amount),
                },
            )
            .await;
            if to == third {
                self.reverse(TransferKind::Allocate).await;
            }
        }
        for (from, amount) in [(other, "20.00"), (second, "15.00")] {
            self.run(
                &self.finance,
                DeallocateBudget {
                    from,
                    order: order(amount),
                },
            )
            .await;
        }
        for (from, to) in [(first, second), (call, other)] {
            let redeploy = RedeployBudget {
                from,
                to,
                order: order("35.00"),
            };
            self.run(&self.finance, redeploy).await;
        }
        self.reverse(TransferKind::Redeploy).await;
    }

    /// What becomes of eight awards: each ends, or waits, in another way.
    async fn pay(&self, awards: &[AwardId]) {
        let [paid, shortened, returned, ended, claimed, waiting, released, _reserved] = *awards else {
            panic!("{} awards", awards.len())
        };
        let first = self.sign(paid).await;
        self.claim_and_pay(first[0], "400.00").await;
        let second = self.sign(shortened).await;
        self.claim_and_pay(second[0], "400.00").await;
        self.decommit(shortened, "200.00").await;
        let left = self.claim(second[1], "300.00").await;
        self.order(left).await;
        let third = self.sign(returned).await;
        let refused = self.claim(third[0], "400.00").await;
        self.order(refused).await;
        let back = ReturnPayment {
            payment_request_id: refused,
            reason: "Account closed".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.finance, back).await;
        self.app.clock.advance(Duration::days(2));
        self.govern(Decommitment::Lapses).await;
        self.claim_and_pay(third[0], "400.00").await;
        self.decommit(returned, "600.00").await;
        self.sign(ended).await;
        self.decommit(ended, GRANT).await;
        let parts = self.sign(claimed).await;
        for _ in 0..8 {
            self.claim_and_pay(parts[0], "25.00").await;
        }
        let unfounded = RejectPayment {
            payment_request_id: self.claim(parts[1], "10.00").await,
            reason: "No invoice".into(),
        };
        self.run(&self.manager, unfounded).await;
        let last = self.sign(waiting).await;
        self.claim(last[0], "400.00").await;
        let release = ReleaseAward {
            award_id: released,
            reason: "Renounced".into(),
            document: "Letter of 1 July".into(),
            idempotency_key: stage::fresh_key(),
        };
        self.run(&self.manager, release).await;
        self.claim_and_pay(first[1], "600.00").await;
        self.recover(paid).await;
    }

    /// Recoveries of an award, in each state.
    async fn recover(&self, award_id: AwardId) {
        for (number, amount) in ["100.00", "50.00", "30.00", "20.00"].into_iter().enumerate() {
            let issue = IssueRecovery {
                award_id,
                amount: euros(amount),
                reason: "Paid twice".into(),
                document: format!("Claim {number}"),
                idempotency_key: stage::fresh_key(),
            };
            let recovery_id = self.run(&self.finance, issue).await;
            match number {
                0 => {
                    self.receive(recovery_id).await;
                    let reinstate = ReinstateRecovery {
                        recovery_id,
                        reason: "Act 12".into(),
                        document: "Decision 4".into(),
                        idempotency_key: stage::fresh_key(),
                    };
                    self.run(&self.finance, reinstate).await;
                }
                1 => self.receive(recovery_id).await,
                2 => {
                    let cancel = CancelRecovery {
                        recovery_id,
                        reason: "Unfounded".into(),
                        idempotency_key: stage::fresh_key(),
                    };
                    self.run(&self.finance, cancel).await;
                }
                _ => {}
            }
        }
    }

    async fn open_another_fund(&self) {
        let new = CreateFund {
            code: "OTHER".into(),
            name: "Another fund".into(),
            currency: "EUR".into(),
            legal_basis: "Another act".into(),
            starts_on: date!(2018 - 01 - 01),
            ends_on: date!(2020 - 12 - 31),
            time_zone: "Europe/Paris".into(),
            illustrative: None,
        };
        let fund_id = self.run(&self.admin, new).await;
        let new = CreateProgramme {
            fund_id,
            code: "ONLY".into(),
            name: "The only axis".into(),
            illustrative: None,
        };
        let to = Holder::Programme(self.run(&self.admin, new).await);
        let officer = self.app.as_finance_officer(&id::of(fund_id)).await;
        let officer = actor(self.app, &officer).await;
        self.run(
            &officer,
            OpenEnvelope {
                fund_id,
                order: order("70.00", None),
            },
        )
        .await;
        self.run(
            &officer,
            AllocateBudget {
                to,
                order: order("40.00", None),
            },
        )
        .await;
    }
}
