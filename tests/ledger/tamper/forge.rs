//! Making the hashes of an altered journal fit again: whoever can write the rows can also compute these.

use std::collections::HashMap;

use domain::fund::ledger::hash;
use entity::value::FundId;
use entity::{ledger_head, transfer};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};

/// Computes every hash of every journal anew, up to its head.
pub async fn rechain(connection: &DatabaseConnection) {
    let transfers = transfer::Entity::find()
        .order_by_asc(transfer::Column::FundId)
        .order_by_asc(transfer::Column::Seq)
        .all(connection)
        .await
        .expect("the journals");
    let mut ends: HashMap<FundId, (String, i64)> = HashMap::new();
    for mut transfer in transfers {
        let genesis = || (hash::GENESIS.to_owned(), 0);
        let (end, recorded_at) = ends.entry(transfer.fund_id).or_insert_with(genesis);
        transfer.previous_hash.clone_from(end);
        let fits = transfer.hash == hash::of(&transfer);
        transfer.hash = hash::of(&transfer);
        end.clone_from(&transfer.hash);
        *recorded_at = transfer.recorded_at.0;
        if fits {
            continue;
        }
        transfer::Entity::update_many()
            .col_expr(transfer::Column::PreviousHash, Expr::value(transfer.previous_hash))
            .col_expr(transfer::Column::Hash, Expr::value(transfer.hash))
            .filter(transfer::Column::Id.eq(transfer.id))
            .exec(connection)
            .await
            .expect("a hash is written");
    }
    for (fund, (hash, recorded_at)) in ends {
        ledger_head::Entity::update_many()
            .col_expr(ledger_head::Column::Hash, Expr::value(hash))
            .col_expr(ledger_head::Column::RecordedAt, Expr::value(recorded_at))
            .filter(ledger_head::Column::FundId.eq(fund))
            .exec(connection)
            .await
            .expect("the head is written");
    }
}
