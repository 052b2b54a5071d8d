//! Relay connections over the keyset pages of `domain`.
//!
//! A list field takes `first`, `after`, `last` and `before`, in this order and with the descriptions of the others, and
//! answers a [`Connection`]:
//!
//! ```text
//! let page = page::arguments(first, after, last, before)?;
//! let slice = queries::funds(ctx.database(), ctx.actor(), page).await?;
//! page::connection(ctx, slice, queries::count_funds(ctx.database(), ctx.actor())).await
//! ```

use async_graphql::connection::PageInfo;
use async_graphql::{Context, Object, OutputType, TypeName};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{Page, Slice};
use std::borrow::Cow;
use uuid::Uuid;

use super::error::{Error, Result};

/// Most items in one page.
const LARGEST: i32 = 100;
/// Items in a page of which nobody said the size.
const USUAL: i32 = 20;

/// Something that a list holds.
pub trait Keyed: OutputType {
    /// What the list is ordered by.
    fn key(&self) -> Uuid;
}

/// Reads the arguments of a list field.
pub fn arguments(first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Page> {
    if first.is_some() && last.is_some() {
        return Err(Error::BadUserInput("Give `first` or `last`, not both.".to_owned()));
    }
    let size = first.or(last).unwrap_or(USUAL);
    let limit = u64::try_from(size)
        .ok()
        .filter(|_| (1..=LARGEST).contains(&size))
        .ok_or_else(|| {
            Error::BadUserInput(format!(
                "A page has from 1 to {LARGEST} items: `first` and `last` go no further."
            ))
        })?;
    Ok(Page {
        after: after.map(|cursor| key_of(&cursor)).transpose()?,
        before: before.map(|cursor| key_of(&cursor)).transpose()?,
        limit,
        from_end: last.is_some(),
    })
}

/// How many objects a page may have, whatever size is asked for: one that cannot be had will be refused.
pub(super) fn objects(size: Option<i64>) -> u64 {
    let size = size.unwrap_or(USUAL.into()).clamp(1, LARGEST.into());
    size.unsigned_abs()
}

/// A page as a connection. `total` runs only if the request asks for `totalCount`.
pub async fn connection<M, T: From<M> + Keyed>(
    ctx: &Context<'_>,
    slice: Slice<M>,
    total: impl Future<Output = domain::Result<u64>>,
) -> Result<Connection<T>> {
    let wanted = ctx.look_ahead().field("totalCount").exists();
    Ok(Connection {
        edges: slice.items.into_iter().map(|item| Edge(T::from(item))).collect(),
        has_previous: slice.has_previous,
        has_next: slice.has_next,
        total: if wanted { total.await? } else { 0 },
    })
}

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    has_previous: bool,
    has_next: bool,
    total: u64,
}

/// An item of a page.
pub struct Edge<T>(T);

impl<T: OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", T::type_name()).into()
    }
}

impl<T: OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", T::type_name()).into()
    }
}

/// A page of a list, as the Relay specification has it. The order is stable: a cursor keeps its place.
#[Object(name_type)]
impl<T: Keyed> Connection<T> {
    /// The items of this page, each with its cursor.
    async fn edges(&self) -> &[Edge<T>] {
        &self.edges
    }

    /// The items of this page, without their cursors.
    async fn nodes(&self) -> Vec<&T> {
        self.edges.iter().map(|edge| &edge.0).collect()
    }

    /// Where this page is in the list.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: self.edges.first().map(Edge::at),
            end_cursor: self.edges.last().map(Edge::at),
        }
    }

    /// How many items the whole list has, for this viewer. Counted only when asked for.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.total).unwrap_or(i32::MAX)
    }
}

/// An item of a page with its place in the list.
#[Object(name_type)]
impl<T: Keyed> Edge<T> {
    /// The place of the item: pass it as `after` or `before`. Opaque.
    async fn cursor(&self) -> String {
        self.at()
    }

    /// The item.
    async fn node(&self) -> &T {
        &self.0
    }
}

impl<T: Keyed> Edge<T> {
    fn at(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.key())
    }
}

fn key_of(cursor: &str) -> Result<Uuid> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok();
    bytes
        .and_then(|bytes| Uuid::from_slice(&bytes).ok())
        .ok_or_else(|| Error::BadUserInput("`after` and `before` take a cursor of the same list.".to_owned()))
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Schema};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_has_from_1_to_100_items_and_20_when_nobody_says() {
        let limit = |first, last| {
            arguments(first, None, last, None)
                .map(|page| (page.limit, page.from_end))
                .ok()
        };
        assert_eq!(limit(None, None), Some((20, false)));
        assert_eq!(limit(Some(1), None), Some((1, false)));
        assert_eq!(limit(Some(100), None), Some((100, false)));
        assert_eq!(limit(None, Some(7)), Some((7, true)));
        for wrong in [0, -1, 101, i32::MIN, i32::MAX] {
            assert_eq!(limit(Some(wrong), None), None, "{wrong}");
            assert_eq!(limit(None, Some(wrong)), None, "{wrong}");
        }
        assert_eq!(limit(Some(1), Some(1)), None);
    }

    #[test]
    fn a_cursor_is_an_opaque_key() {
        let key = Uuid::now_v7();
        let cursor = BASE64_URL_SAFE_NO_PAD.encode(key);
        let page = arguments(None, Some(cursor.clone()), None, None).expect("a page");
        assert_eq!(page.after, Some(key));
        for garbage in ["", "1", "é", &cursor[1..], &format!("{cursor}A")] {
            assert!(
                arguments(None, None, None, Some(garbage.to_owned())).is_err(),
                "{garbage}"
            );
        }
    }

    #[test]
    fn a_page_has_at_most_as_many_objects_as_it_can() {
        for (size, expected) in [
            (None, 20),
            (Some(50), 50),
            (Some(-5), 1),
            (Some(0), 1),
            (Some(i64::MAX), 100),
        ] {
            assert_eq!(objects(size), expected, "{size:?}");
        }
    }

    struct Item(Uuid);

    #[Object]
    impl Item {
        async fn number(&self) -> String {
            self.0.to_string()
        }
    }

    impl From<Uuid> for Item {
        fn from(uuid: Uuid) -> Self {
            Self(uuid)
        }
    }

    impl Keyed for Item {
        fn key(&self) -> Uuid {
            self.0
        }
    }

    struct Lists;

    #[Object]
    impl Lists {
        async fn items(&self, ctx: &Context<'_>, counts: bool) -> Result<Connection<Item>> {
            let slice = Slice {
                items: vec![Uuid::nil(), Uuid::max()],
                has_previous: false,
                has_next: true,
            };
            let total = async move {
                assert!(counts, "counted though nobody asked");
                Ok(7)
            };
            connection(ctx, slice, total).await
        }
    }

    async fn data(query: &str) -> serde_json::Value {
        let response = Schema::new(Lists, EmptyMutation, EmptySubscription)
            .execute(query)
            .await;
        assert!(response.is_ok(), "{:?}", response.errors);
        response.data.into_json().expect("JSON")
    }

    #[tokio::test]
    async fn a_page_knows_its_items_and_its_place() {
        let (first, last) = (
            BASE64_URL_SAFE_NO_PAD.encode(Uuid::nil()),
            BASE64_URL_SAFE_NO_PAD.encode(Uuid::max()),
        );
        let page = "nodes { number } edges { cursor node { number } }
            pageInfo { hasPreviousPage hasNextPage startCursor endCursor }";
        let (nil, max) = (json!({ "number": Uuid::nil() }), json!({ "number": Uuid::max() }));
        assert_eq!(
            data(&format!("{{ items(counts: false) {{ {page} }} }}")).await["items"],
            json!({
                "nodes": [nil, max],
                "edges": [{ "cursor": first, "node": nil }, { "cursor": last, "node": max }],
                "pageInfo": {
                    "hasPreviousPage": false, "hasNextPage": true, "startCursor": first, "endCursor": last,
                },
            })
        );
    }

    #[tokio::test]
    async fn the_total_is_counted_only_when_asked_for() {
        data("{ items(counts: false) { pageInfo { hasNextPage } } }").await;
        for query in [
            "{ items(counts: true) { totalCount } }",
            "{ items(counts: true) { ... on ItemConnection { totalCount } } }",
            "fragment F on ItemConnection { totalCount } { items(counts: true) { ...F } }",
        ] {
            assert_eq!(data(query).await["items"]["totalCount"], 7, "{query}");
        }
    }
}
