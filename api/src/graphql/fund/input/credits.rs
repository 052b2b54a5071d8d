//! What the mutations of payment credits take.

use async_graphql::ID;
use domain::fund::commands::{
    CarryOverPaymentCredits, CloseFiscalYear, MovePaymentCredits, OpenPaymentCredits, ReducePaymentCredits,
};

use super::budget::budget_input;
use crate::graphql::error::Result;
use crate::graphql::id;
use crate::graphql::mutation::money_input;
use crate::graphql::scalar::MoneyInput;

budget_input! {
    /// What `openPaymentCredits` takes: what a programme may order in a fiscal year.
    pub struct OpenPaymentCreditsInput {
        /// The programme.
        programme_id: ID,
        /// The fiscal year, as 2026: a calendar year in the time zone of the fund.
        fiscal_year: i32,
        /// How much.
        amount: MoneyInput,
    }
}

impl OpenPaymentCreditsInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<OpenPaymentCredits> {
        Ok(OpenPaymentCredits {
            programme_id: id::parse(&self.programme_id)?,
            fiscal_year: self.fiscal_year,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `reducePaymentCredits` takes: a cut of what a programme may order in a fiscal year.
    pub struct ReducePaymentCreditsInput {
        /// The programme.
        programme_id: ID,
        /// The fiscal year, as 2026, not closed.
        fiscal_year: i32,
        /// By how much. Only what is not consumed can be cut.
        amount: MoneyInput,
    }
}

impl ReducePaymentCreditsInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<ReducePaymentCredits> {
        Ok(ReducePaymentCredits {
            programme_id: id::parse(&self.programme_id)?,
            fiscal_year: self.fiscal_year,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `movePaymentCredits` takes: payment credits to move from one programme to another.
    pub struct MovePaymentCreditsInput {
        /// The programme that gives them.
        from: ID,
        /// The programme that receives them: another one of the same fund.
        to: ID,
        /// The fiscal year, as 2026, not closed.
        fiscal_year: i32,
        /// How much. Only what is not consumed can be moved.
        amount: MoneyInput,
    }
}

impl MovePaymentCreditsInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<MovePaymentCredits> {
        Ok(MovePaymentCredits {
            from: id::parse(&self.from)?,
            to: id::parse(&self.to)?,
            fiscal_year: self.fiscal_year,
            order: self.order(),
        })
    }
}

budget_input! {
    /// What `carryOverPaymentCredits` takes: payment credits to take to the next fiscal year.
    pub struct CarryOverPaymentCreditsInput {
        /// The programme.
        programme_id: ID,
        /// The fiscal year that they come from, as 2026; it may be closed. The next one may not.
        fiscal_year: i32,
        /// How much. Only what is not consumed can be carried over.
        amount: MoneyInput,
    }
}

impl CarryOverPaymentCreditsInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<CarryOverPaymentCredits> {
        Ok(CarryOverPaymentCredits {
            programme_id: id::parse(&self.programme_id)?,
            fiscal_year: self.fiscal_year,
            order: self.order(),
        })
    }
}

money_input! {
    /// What `closeFiscalYear` takes.
    pub struct CloseFiscalYearInput {
        /// The fund.
        fund_id: ID,
        /// The fiscal year, as 2026, for which payment credits were opened.
        fiscal_year: i32,
    }
}

impl CloseFiscalYearInput {
    pub(in crate::graphql::fund) fn command(self) -> Result<CloseFiscalYear> {
        Ok(CloseFiscalYear {
            fund_id: id::parse(&self.fund_id)?,
            fiscal_year: self.fiscal_year,
            idempotency_key: self.idempotency_key,
        })
    }
}
