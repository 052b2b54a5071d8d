//! Operations as commands of the program.

use domain::application::commands::WithdrawApplication;
use domain::award::commands as award;
use domain::award::rules::NewInstalment;
use domain::evaluation::commands::{AdoptDecision, NotifyDecision};
use domain::fund::commands as fund;
use domain::money::Amount;
use domain::{Command, Database};
use entity::value::{Decommitment, InstalmentKind, TransferId};
use time::{Duration, macros::date};

use super::answer::Answer;
use super::ids::NOBODY;
use super::operation::{Agreement, Holder, Key, Operation, Order, Policy, Sum, Text, What};
use super::world::World;

/// Whoever has operations carried out, on one server's connections.
pub struct Clerk<'a> {
    pub world: &'a World,
    pub database: &'a Database,
}

impl Clerk<'_> {
    /// Asks for an operation.
    pub async fn perform(&self, asked: &Operation) -> Answer {
        match &asked.what {
            What::OpenEnvelope(fund, order) => {
                let (fund_id, order) = (self.world.ids.fund(*fund), ordered(asked, order));
                self.ask(asked, fund::OpenEnvelope { fund_id, order }).await
            }
            What::ReduceEnvelope(fund, order) => {
                let (fund_id, order) = (self.world.ids.fund(*fund), ordered(asked, order));
                self.ask(asked, fund::ReduceEnvelope { fund_id, order }).await
            }
            What::Allocate(to, order) => {
                let (to, order) = (self.holder(*to), ordered(asked, order));
                self.ask(asked, fund::AllocateBudget { to, order }).await
            }
            What::Deallocate(from, order) => {
                let (from, order) = (self.holder(*from), ordered(asked, order));
                self.ask(asked, fund::DeallocateBudget { from, order }).await
            }
            What::Redeploy(from, to, order) => {
                let (from, to) = (self.holder(*from), self.holder(*to));
                let order = ordered(asked, order);
                self.ask(asked, fund::RedeployBudget { from, to, order }).await
            }
            What::SetPolicy(fund, policy) => self.ask(asked, self.policy(*fund, *policy, asked.key)).await,
            What::CloseFund(fund) => {
                let (fund_id, idempotency_key) = (self.world.ids.fund(*fund), key(asked.key));
                let close = fund::CloseFund {
                    fund_id,
                    idempotency_key,
                };
                self.ask(asked, close).await
            }
            What::Reverse(fund, place, paper) => {
                let reverse = fund::ReverseTransfer {
                    transfer_id: self.world.transfer(*fund, *place).await.unwrap_or(TransferId(NOBODY)),
                    reason: text(paper.reason),
                    document: text(paper.document),
                    idempotency_key: key(asked.key),
                };
                self.ask(asked, reverse).await
            }
            _ => self.perform_with_credits(asked).await,
        }
    }

    async fn perform_with_credits(&self, asked: &Operation) -> Answer {
        match &asked.what {
            What::OpenCredits(programme, year, order) => {
                let open = fund::OpenPaymentCredits {
                    programme_id: self.world.ids.programme(*programme),
                    fiscal_year: *year,
                    order: ordered(asked, order),
                };
                self.ask(asked, open).await
            }
            What::ReduceCredits(programme, year, order) => {
                let reduce = fund::ReducePaymentCredits {
                    programme_id: self.world.ids.programme(*programme),
                    fiscal_year: *year,
                    order: ordered(asked, order),
                };
                self.ask(asked, reduce).await
            }
            What::MoveCredits(from, to, year, order) => {
                let moved = fund::MovePaymentCredits {
                    from: self.world.ids.programme(*from),
                    to: self.world.ids.programme(*to),
                    fiscal_year: *year,
                    order: ordered(asked, order),
                };
                self.ask(asked, moved).await
            }
            What::CarryOver(programme, year, order) => {
                let carried = fund::CarryOverPaymentCredits {
                    programme_id: self.world.ids.programme(*programme),
                    fiscal_year: *year,
                    order: ordered(asked, order),
                };
                self.ask(asked, carried).await
            }
            What::CloseYear(fund, fiscal_year) => {
                let close = fund::CloseFiscalYear {
                    fund_id: self.world.ids.fund(*fund),
                    fiscal_year: *fiscal_year,
                    idempotency_key: key(asked.key),
                };
                self.ask(asked, close).await
            }
            _ => self.perform_on_award(asked).await,
        }
    }

    async fn perform_on_award(&self, asked: &Operation) -> Answer {
        let idempotency_key = key(asked.key);
        match &asked.what {
            What::Adopt { decision, revision } => {
                let adopt = AdoptDecision {
                    decision_id: self.world.ids.decision(*decision),
                    revision: *revision,
                    idempotency_key,
                };
                self.ask(asked, adopt).await
            }
            What::Notify(decision) => {
                let decision_id = self.world.ids.decision(*decision);
                self.ask(asked, NotifyDecision { decision_id }).await
            }
            What::Withdraw(decision) => {
                let application_id = self.world.ids.application(*decision);
                self.ask(asked, WithdrawApplication { application_id }).await
            }
            What::Release(award, paper) => {
                let release = award::ReleaseAward {
                    award_id: self.world.ids.award(*award),
                    reason: text(paper.reason),
                    document: text(paper.document),
                    idempotency_key,
                };
                self.ask(asked, release).await
            }
            What::Sign(award, agreement) => self.ask(asked, self.agreement(*award, agreement, asked.key)).await,
            What::Decommit(award, sum, paper) => {
                let decommit = award::DecommitAward {
                    award_id: self.world.ids.award(*award),
                    amount: amount(*sum),
                    reason: text(paper.reason),
                    document: text(paper.document),
                    idempotency_key,
                };
                self.ask(asked, decommit).await
            }
            What::IssueRecovery(award, sum, paper) => {
                let issue = award::IssueRecovery {
                    award_id: self.world.ids.award(*award),
                    amount: amount(*sum),
                    reason: text(paper.reason),
                    document: text(paper.document),
                    idempotency_key,
                };
                self.ask(asked, issue).await
            }
            What::Request(instalment, sum, justification) => {
                let request = award::RequestPayment {
                    instalment_id: self.world.ids.instalment(*instalment),
                    amount: amount(*sum),
                    justification: text(*justification),
                    illustrative: None,
                };
                self.ask(asked, request).await
            }
            _ => self.perform_on_request(asked).await,
        }
    }

    async fn perform_on_request(&self, asked: &Operation) -> Answer {
        let (by_number, idempotency_key) = (|number: usize| self.world.ids.request(number), key(asked.key));
        match &asked.what {
            What::Certify(request) => {
                let payment_request_id = by_number(*request);
                self.ask(asked, award::CertifyPayment { payment_request_id }).await
            }
            What::Approve(request) => {
                let payment_request_id = by_number(*request);
                self.ask(asked, award::ApprovePayment { payment_request_id }).await
            }
            What::Reject(request, why) => {
                let (payment_request_id, reason) = (by_number(*request), text(*why));
                let reject = award::RejectPayment {
                    payment_request_id,
                    reason,
                };
                self.ask(asked, reject).await
            }
            What::OrderPayment(request) => {
                let payment_request_id = by_number(*request);
                let order = award::OrderPayment {
                    payment_request_id,
                    idempotency_key,
                };
                self.ask(asked, order).await
            }
            What::Confirm(request, reference) => {
                let confirm = award::ConfirmPayment {
                    payment_request_id: by_number(*request),
                    reference: text(*reference),
                    idempotency_key,
                };
                self.ask(asked, confirm).await
            }
            What::Return(request, why) => {
                let returned = award::ReturnPayment {
                    payment_request_id: by_number(*request),
                    reason: text(*why),
                    idempotency_key,
                };
                self.ask(asked, returned).await
            }
            _ => self.perform_on_recovery(asked).await,
        }
    }

    async fn perform_on_recovery(&self, asked: &Operation) -> Answer {
        let idempotency_key = key(asked.key);
        match &asked.what {
            What::ReceiveRecovery(recovery, reference) => {
                let receive = award::ReceiveRecovery {
                    recovery_id: self.world.ids.recovery(*recovery),
                    reference: text(*reference),
                    idempotency_key,
                };
                self.ask(asked, receive).await
            }
            What::CancelRecovery(recovery, why) => {
                let cancel = award::CancelRecovery {
                    recovery_id: self.world.ids.recovery(*recovery),
                    reason: text(*why),
                    idempotency_key,
                };
                self.ask(asked, cancel).await
            }
            What::ReinstateRecovery(recovery, paper) => {
                let reinstate = award::ReinstateRecovery {
                    recovery_id: self.world.ids.recovery(*recovery),
                    reason: text(paper.reason),
                    document: text(paper.document),
                    idempotency_key,
                };
                self.ask(asked, reinstate).await
            }
            other => panic!("nobody performs {other:?}"),
        }
    }

    async fn ask<C: Command>(&self, asked: &Operation, command: C) -> Answer {
        let actor = &self.world.ids.people[asked.who];
        let answered = if asked.preview {
            self.database.preview(actor, &command).await
        } else {
            self.database.execute(actor, &command).await
        };
        Answer::new::<C>(answered)
    }

    fn holder(&self, holder: Holder) -> fund::Holder {
        match holder {
            Holder::Programme(programme) => fund::Holder::Programme(self.world.ids.programme(programme)),
            Holder::Call(call) => fund::Holder::Call(self.world.ids.call(call)),
        }
    }

    fn policy(&self, fund: usize, policy: Policy, with: Key) -> fund::SetFundPolicy {
        fund::SetFundPolicy {
            fund_id: self.world.ids.fund(fund),
            enforces_payment_credits: policy.credits,
            decommitment: if policy.lapses {
                Decommitment::Lapses
            } else {
                Decommitment::ReturnsToCall
            },
            reinstates_recoveries: policy.reinstates,
            idempotency_key: key(with),
        }
    }

    fn agreement(&self, award: usize, agreement: &Agreement, with: Key) -> award::SignAgreement {
        let first = date!(2027 - 01 - 15);
        let schedule = agreement.schedule.iter().zip(0_i64..);
        let instalments = schedule.map(|(sum, number)| NewInstalment {
            kind: InstalmentKind::Interim,
            amount: amount(*sum),
            condition: String::new(),
            due_on: first + Duration::days(if agreement.unsorted { -number } else { number }),
        });
        award::SignAgreement {
            award_id: self.world.ids.award(award),
            number: format!("AGREEMENT-{}", agreement.number),
            signed_by_beneficiary_on: agreement.signed.0,
            signed_by_funder_on: agreement.signed.1,
            instalments: instalments.collect(),
            idempotency_key: key(with),
        }
    }
}

/// An idempotency key as it is sent.
pub fn key(key: Key) -> String {
    match key {
        Key::Number(number) => format!("model-{number}"),
        Key::Empty => String::new(),
        Key::Endless => "k".repeat(201),
    }
}

fn amount(sum: Sum) -> Amount {
    let (decimal, currency) = sum.text();
    Amount {
        decimal,
        currency: currency.to_owned(),
    }
}

fn text(text: Text) -> String {
    match text {
        Text::Good => "Decision 2026-7".to_owned(),
        Text::Blank => " ".to_owned(),
        Text::Garbled => "Decision\u{7}".to_owned(),
    }
}

fn ordered(asked: &Operation, order: &Order) -> fund::Order {
    fund::Order {
        amount: amount(order.sum),
        reason: text(order.paper.reason),
        document: text(order.paper.document),
        idempotency_key: key(asked.key),
        effective_on: order.day,
    }
}
