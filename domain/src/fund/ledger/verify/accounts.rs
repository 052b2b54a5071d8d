//! Accounts: each is where its owner is, was touched by a transfer, and holds what the journal says.

use std::collections::{HashMap, HashSet};

use entity::value::{AccountKind, AwardId, Book, CallId, FundId, NodeKind, ProgrammeId};
use entity::{account, award, call, fiscal_year, fund, programme};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::books::Books;
use super::report::Check;
use super::{Scope, rows};
use crate::Result;
use crate::fund::ledger::chart;

/// The accounts of the scope, each put where its owner is.
pub(super) async fn load(check: &mut Check<'_>, funds: &[fund::Model], scope: Scope) -> Result<Books> {
    let mut accounts = account::Entity::find().order_by_asc(account::Column::Id);
    if let Scope::Fund(fund) = scope {
        accounts = accounts.filter(account::Column::FundId.eq(fund));
    }
    let mut accounts = rows::all(check, accounts).await?;
    let owners = Owners::load(check.snapshot, funds, scope).await?;
    let years: HashMap<_, _> = years(check, scope).await?.into_iter().collect();
    let mut used = HashSet::new();
    for account in &mut accounts {
        let code = funds.iter().find(|fund| fund.id == account.fund_id);
        let code = code.map_or("no fund", |fund| fund.code.as_str());
        let place = format!("{code} account {} ({})", account.id, account.kind);
        match owners.above(account) {
            Some(above) if above == (account.programme_id, account.call_id, account.award_id) => {}
            Some(above) => {
                check.fault(&place, "it is not where its owner is");
                (account.programme_id, account.call_id, account.award_id) = above;
            }
            None => check.fault(&place, "its owner is not in the fund"),
        }
        let year = account.fiscal_year;
        match account.book {
            Book::Ae if year != 0 => {
                check.fault(&place, "commitment authority is of no fiscal year");
                account.fiscal_year = 0;
            }
            Book::Cp if !years.contains_key(&(account.fund_id, year)) => {
                check.fault(&place, format!("the fund has no fiscal year {year}"));
            }
            Book::Ae | Book::Cp => {}
        }
        if !exists(account.book, account.kind) {
            check.fault(&place, "there is no such account in its book");
        }
        used.insert((account.book, account.fund_id, year));
    }
    for ((fund, year), id) in years {
        if !used.contains(&(Book::Cp, fund, year)) {
            let what = format!("{year} was never given payment credits");
            check.fault(format_args!("fiscal year {id}"), what);
        }
    }
    Ok(Books::new(funds, accounts))
}

/// Whether a book has accounts of a kind.
fn exists(book: Book, kind: AccountKind) -> bool {
    match book {
        Book::Ae => kind != AccountKind::Consumed,
        Book::Cp => matches!(
            kind,
            AccountKind::Source | AccountKind::Programme | AccountKind::Consumed
        ),
    }
}

/// The fiscal years of the scope.
async fn years(check: &mut Check<'_>, scope: Scope) -> Result<Vec<((FundId, i32), String)>> {
    let mut years = fiscal_year::Entity::find().order_by_asc(fiscal_year::Column::Id);
    if let Scope::Fund(fund) = scope {
        years = years.filter(fiscal_year::Column::FundId.eq(fund));
    }
    let years = rows::all(check, years).await?;
    Ok(years
        .into_iter()
        .map(|year| ((year.fund_id, year.year), year.id.to_string()))
        .collect())
}

/// Where whatever may own an account is.
struct Owners {
    funds: HashSet<FundId>,
    programmes: HashMap<ProgrammeId, FundId>,
    calls: HashMap<CallId, (ProgrammeId, FundId)>,
    awards: HashMap<AwardId, (CallId, FundId)>,
}

impl Owners {
    async fn load(snapshot: &DatabaseTransaction, funds: &[fund::Model], scope: Scope) -> Result<Self> {
        let programmes = within(programme::Entity::find(), programme::Column::FundId, scope)
            .select_only()
            .columns([programme::Column::Id, programme::Column::FundId])
            .into_tuple::<(ProgrammeId, FundId)>()
            .all(snapshot)
            .await?;
        let calls = within(call::Entity::find(), call::Column::FundId, scope)
            .select_only()
            .columns([call::Column::Id, call::Column::ProgrammeId, call::Column::FundId])
            .into_tuple::<(CallId, ProgrammeId, FundId)>()
            .all(snapshot)
            .await?;
        let awards = within(award::Entity::find(), award::Column::FundId, scope)
            .select_only()
            .columns([award::Column::Id, award::Column::CallId, award::Column::FundId])
            .into_tuple::<(AwardId, CallId, FundId)>()
            .all(snapshot)
            .await?;
        Ok(Self {
            funds: funds.iter().map(|fund| fund.id).collect(),
            programmes: programmes.into_iter().collect(),
            calls: calls
                .into_iter()
                .map(|(id, programme, fund)| (id, (programme, fund)))
                .collect(),
            awards: awards.into_iter().map(|(id, call, fund)| (id, (call, fund))).collect(),
        })
    }

    /// The programme, the call and the award above the owner of an account, itself included; `None` when the owner is
    /// not in the account's fund.
    fn above(&self, account: &account::Model) -> Option<(Option<ProgrammeId>, Option<CallId>, Option<AwardId>)> {
        let fund = account.fund_id;
        match chart::owner(account.kind) {
            NodeKind::Fund => {
                let own = self.funds.contains(&fund) && account.owner_id == fund.0;
                own.then_some((None, None, None))
            }
            NodeKind::Programme => {
                let programme = self.programme(ProgrammeId(account.owner_id), fund)?;
                Some((Some(programme), None, None))
            }
            NodeKind::Call => {
                let (programme, call) = self.call(CallId(account.owner_id), fund)?;
                Some((Some(programme), Some(call), None))
            }
            _ => {
                let award = AwardId(account.owner_id);
                let (call, _) = self.awards.get(&award).filter(|(_, own)| *own == fund)?;
                let (programme, call) = self.call(*call, fund)?;
                Some((Some(programme), Some(call), Some(award)))
            }
        }
    }

    fn programme(&self, id: ProgrammeId, fund: FundId) -> Option<ProgrammeId> {
        self.programmes.get(&id).filter(|own| **own == fund).map(|_| id)
    }

    fn call(&self, id: CallId, fund: FundId) -> Option<(ProgrammeId, CallId)> {
        let (programme, _) = self.calls.get(&id).filter(|(_, own)| *own == fund)?;
        Some((self.programme(*programme, fund)?, id))
    }
}

fn within<E: EntityTrait>(rows: Select<E>, fund: E::Column, scope: Scope) -> Select<E> {
    match scope {
        Scope::Whole => rows,
        Scope::Fund(id) => rows.filter(fund.eq(id)),
    }
}

/// Compares the accounts of a fund that was replayed with what is stored.
pub(super) fn compare(check: &mut Check<'_>, books: &Books, fund: &fund::Model) {
    let mut sums: HashMap<Book, (i128, i128)> = HashMap::new();
    for account in books
        .accounts
        .iter()
        .filter(|account| account.stored.fund_id == fund.id)
    {
        let stored = &account.stored;
        let place = format!("{} account {} ({})", fund.code, stored.id, stored.kind);
        if account.version == 0 {
            check.fault(&place, "no transfer touches it");
        }
        let replayed = (account.debits, account.credits, account.version);
        if (stored.debits_minor, stored.credits_minor, i64::from(stored.version)) != replayed {
            check.fault(&place, "stored balance is not the journal's");
        }
        let (debits, credits) = sums.entry(stored.book).or_default();
        *debits += i128::from(stored.debits_minor);
        *credits += i128::from(stored.credits_minor);
        check.report.accounts += 1;
    }
    for book in Book::ALL {
        let (debits, credits) = sums.get(book).copied().unwrap_or_default();
        if debits != credits {
            let what = format!("its accounts are debited by {debits} and credited by {credits} in all");
            check.fault(format_args!("{} book {book}", fund.code), what);
        }
    }
}
